SELECT
  "Order"."user",
  "Order"."No" AS number,
  "Order"."select" AS "Column",
  "Order"."100 %" AS "where",
  "Order"."price in $$" AS "$1",
  "Order"."Ähnlich wie" AS "it's"
FROM "Order"
