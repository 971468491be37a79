SELECT
  line."user",
  line."No" AS number,
  line."Position",
  line."group" AS "from",
  line."say ""$body$""" AS "a ""b"" \ c"
FROM "Order lines of the old shop, one row for each article bought" AS line
