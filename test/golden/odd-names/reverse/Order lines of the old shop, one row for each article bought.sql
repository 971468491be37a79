SELECT
  line."user",
  line.number AS "No",
  line."Position",
  line."from" AS "group",
  line."a ""b"" \ c" AS "say ""$body$"""
FROM "Order lines of the old shop, one row for each article bundle" AS line
