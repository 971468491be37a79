SELECT
  "Table"."user",
  "Table".number AS "No",
  "Table"."Column" AS "select",
  "Table"."where" AS "100 %",
  "Table"."$1" AS "price in $$",
  "Table"."it's" AS "Ähnlich wie"
FROM "Table"
