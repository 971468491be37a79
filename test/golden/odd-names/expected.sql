-- Cutover "odd_names", compiled by `cutover compile` from cutovers/odd_names/. Do not edit: change the
-- definition and compile again. Nothing of this needs the tool at run time.
--
-- Everything of this cutover lives in the schema cutover_odd_names; the triggers at the end stand on the tables of both sides.
-- All of this has to run in one transaction, which the first statement here is there to prove to the later ones.
SELECT pg_catalog.set_config('cutover.transaction', pg_catalog.pg_current_xact_id()::text, true);
-- Plain table names in mappings are bound here, when the functions are created.
SET LOCAL search_path = pg_catalog, "Select", "it's the ""old"" shop";
SET LOCAL lock_timeout = '100ms';

-- Makes the schema; what stood in it before stays at work until it is swapped, below. Needs a core of version 2: when there is
-- no such function, run `cutover init --upgrade` and migrate first.
SELECT cutover.begin_compiled('odd_names', 'cutover_odd_names', 2);

-- The units of this cutover, and the rows that its mappings yield.
CREATE TYPE cutover_odd_names.forward_purchase AS (
  "user" text,
  "No" integer
);
CREATE TYPE cutover_odd_names.reverse_purchase AS (
  "user" text,
  "No" integer
);
CREATE TYPE cutover_odd_names."row_Order" AS (
  "user" text,
  "No" integer,
  "select" text,
  "100 %" numeric(5,2),
  "price in $$" numeric(12,2),
  "Ähnlich wie" text
);
CREATE TYPE cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd" AS (
  "user" text,
  "No" integer,
  "Position" integer,
  "group" text,
  "say ""$body$""" text
);
CREATE TYPE cutover_odd_names."row_Table" AS (
  "user" text,
  number integer,
  "Column" text,
  "where" numeric(5,2),
  "$1" numeric(12,2),
  "it's" text
);
CREATE TYPE cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e" AS (
  "user" text,
  number integer,
  "Position" integer,
  "from" text,
  "a ""b"" \ c" text
);

-- cutovers/odd_names/forward/Table.sql, over all rows.
CREATE VIEW cutover_odd_names."all_Table" AS
SELECT "Table"."user"::text AS "user",
       "Table".number::integer AS number,
       "Table"."Column"::text AS "Column",
       "Table"."where"::numeric(5,2) AS "where",
       "Table"."$1"::numeric(12,2) AS "$1",
       "Table"."it's"::text AS "it's"
  FROM (
SELECT
  "Order"."user",
  "Order"."No" AS number,
  "Order"."select" AS "Column",
  "Order"."100 %" AS "where",
  "Order"."price in $$" AS "$1",
  "Order"."Ähnlich wie" AS "it's"
FROM "Order"
) AS "Table";

-- cutovers/odd_names/forward/Table.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_odd_names."map_Table"(cutover_odd_names.forward_purchase[])
  RETURNS SETOF cutover_odd_names."row_Table"
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH "Order" AS (
  SELECT  "Order".*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order"
), "Order lines of the old shop, one row for each article bought" AS (
  SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
    FROM unnest($1) AS purchase
     CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE "Order lines of the old shop, one row for each article bought"."user" = purchase."user" AND "Order lines of the old shop, one row for each article bought"."No" = purchase."No" OFFSET 0) AS "Order lines of the old shop, one row for each article bought"
)
SELECT "Table"."user"::text AS "user",
       "Table".number::integer AS number,
       "Table"."Column"::text AS "Column",
       "Table"."where"::numeric(5,2) AS "where",
       "Table"."$1"::numeric(12,2) AS "$1",
       "Table"."it's"::text AS "it's"
  FROM (
SELECT
  "Order"."user",
  "Order"."No" AS number,
  "Order"."select" AS "Column",
  "Order"."100 %" AS "where",
  "Order"."price in $$" AS "$1",
  "Order"."Ähnlich wie" AS "it's"
FROM "Order"
) AS "Table"
  CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_odd_names."before_Table"(cutover_odd_names.forward_purchase[])
  RETURNS SETOF cutover_odd_names."row_Table"
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH "Order" AS (
  SELECT now.*
    FROM (
      SELECT  "Order".*
        FROM unnest($1) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order"
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'odd_names' AND image.table_name = 'Order' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now."user", now."No")::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON ("Order"."user", "Order"."No") "Order".*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::"it's the ""old"" shop"."Order" AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                              AND image.cutover IS NOT DISTINCT FROM 'odd_names' AND image.table_name IS NOT DISTINCT FROM 'Order' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS "Order"
    CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
), "Order lines of the old shop, one row for each article bought" AS (
  SELECT now.*
    FROM (
      SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
        FROM unnest($1) AS purchase
         CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE "Order lines of the old shop, one row for each article bought"."user" = purchase."user" AND "Order lines of the old shop, one row for each article bought"."No" = purchase."No" OFFSET 0) AS "Order lines of the old shop, one row for each article bought"
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'odd_names' AND image.table_name = 'Order lines of the old shop, one row for each article bought' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now."user", now."No", now."Position")::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::"it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                              AND image.cutover IS NOT DISTINCT FROM 'odd_names' AND image.table_name IS NOT DISTINCT FROM 'Order lines of the old shop, one row for each article bought' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS "Order lines of the old shop, one row for each article bought"
    CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
)
SELECT "Table"."user"::text AS "user",
       "Table".number::integer AS number,
       "Table"."Column"::text AS "Column",
       "Table"."where"::numeric(5,2) AS "where",
       "Table"."$1"::numeric(12,2) AS "$1",
       "Table"."it's"::text AS "it's"
  FROM (
SELECT
  "Order"."user",
  "Order"."No" AS number,
  "Order"."select" AS "Column",
  "Order"."100 %" AS "where",
  "Order"."price in $$" AS "$1",
  "Order"."Ähnlich wie" AS "it's"
FROM "Order"
) AS "Table"
  CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- cutovers/odd_names/forward/Order lines of the old shop, one row for each article bundle.sql, over all rows.
CREATE VIEW cutover_odd_names."all_Order lines of the old shop, one row for each arti_4f016fe6" AS
SELECT "Order lines of the old shop, one row for each article bundle"."user"::text AS "user",
       "Order lines of the old shop, one row for each article bundle".number::integer AS number,
       "Order lines of the old shop, one row for each article bundle"."Position"::integer AS "Position",
       "Order lines of the old shop, one row for each article bundle"."from"::text AS "from",
       "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c"::text AS "a ""b"" \ c"
  FROM (
SELECT
  line."user",
  line."No" AS number,
  line."Position",
  line."group" AS "from",
  line."say ""$body$""" AS "a ""b"" \ c"
FROM "Order lines of the old shop, one row for each article bought" AS line
) AS "Order lines of the old shop, one row for each article bundle";

-- cutovers/odd_names/forward/Order lines of the old shop, one row for each article bundle.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_odd_names."map_Order lines of the old shop, one row for each arti_bb2d8e6c"(cutover_odd_names.forward_purchase[])
  RETURNS SETOF cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH "Order" AS (
  SELECT  "Order".*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order"
), "Order lines of the old shop, one row for each article bought" AS (
  SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
    FROM unnest($1) AS purchase
     CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE "Order lines of the old shop, one row for each article bought"."user" = purchase."user" AND "Order lines of the old shop, one row for each article bought"."No" = purchase."No" OFFSET 0) AS "Order lines of the old shop, one row for each article bought"
)
SELECT "Order lines of the old shop, one row for each article bundle"."user"::text AS "user",
       "Order lines of the old shop, one row for each article bundle".number::integer AS number,
       "Order lines of the old shop, one row for each article bundle"."Position"::integer AS "Position",
       "Order lines of the old shop, one row for each article bundle"."from"::text AS "from",
       "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c"::text AS "a ""b"" \ c"
  FROM (
SELECT
  line."user",
  line."No" AS number,
  line."Position",
  line."group" AS "from",
  line."say ""$body$""" AS "a ""b"" \ c"
FROM "Order lines of the old shop, one row for each article bought" AS line
) AS "Order lines of the old shop, one row for each article bundle"
  CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_odd_names."before_Order lines of the old shop, one row for each a_154506fe"(cutover_odd_names.forward_purchase[])
  RETURNS SETOF cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH "Order" AS (
  SELECT now.*
    FROM (
      SELECT  "Order".*
        FROM unnest($1) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order"
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'odd_names' AND image.table_name = 'Order' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now."user", now."No")::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON ("Order"."user", "Order"."No") "Order".*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::"it's the ""old"" shop"."Order" AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                              AND image.cutover IS NOT DISTINCT FROM 'odd_names' AND image.table_name IS NOT DISTINCT FROM 'Order' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS "Order"
    CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
), "Order lines of the old shop, one row for each article bought" AS (
  SELECT now.*
    FROM (
      SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
        FROM unnest($1) AS purchase
         CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE "Order lines of the old shop, one row for each article bought"."user" = purchase."user" AND "Order lines of the old shop, one row for each article bought"."No" = purchase."No" OFFSET 0) AS "Order lines of the old shop, one row for each article bought"
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'odd_names' AND image.table_name = 'Order lines of the old shop, one row for each article bought' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now."user", now."No", now."Position")::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::"it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                              AND image.cutover IS NOT DISTINCT FROM 'odd_names' AND image.table_name IS NOT DISTINCT FROM 'Order lines of the old shop, one row for each article bought' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS "Order lines of the old shop, one row for each article bought"
    CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
)
SELECT "Order lines of the old shop, one row for each article bundle"."user"::text AS "user",
       "Order lines of the old shop, one row for each article bundle".number::integer AS number,
       "Order lines of the old shop, one row for each article bundle"."Position"::integer AS "Position",
       "Order lines of the old shop, one row for each article bundle"."from"::text AS "from",
       "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c"::text AS "a ""b"" \ c"
  FROM (
SELECT
  line."user",
  line."No" AS number,
  line."Position",
  line."group" AS "from",
  line."say ""$body$""" AS "a ""b"" \ c"
FROM "Order lines of the old shop, one row for each article bought" AS line
) AS "Order lines of the old shop, one row for each article bundle"
  CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- cutovers/odd_names/reverse/Order.sql, over all rows.
CREATE VIEW cutover_odd_names."all_Order" AS
SELECT "Order"."user"::text AS "user",
       "Order"."No"::integer AS "No",
       "Order"."select"::text AS "select",
       "Order"."100 %"::numeric(5,2) AS "100 %",
       "Order"."price in $$"::numeric(12,2) AS "price in $$",
       "Order"."Ähnlich wie"::text AS "Ähnlich wie"
  FROM (
SELECT
  "Table"."user",
  "Table".number AS "No",
  "Table"."Column" AS "select",
  "Table"."where" AS "100 %",
  "Table"."$1" AS "price in $$",
  "Table"."it's" AS "Ähnlich wie"
FROM "Table"
) AS "Order";

-- cutovers/odd_names/reverse/Order.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_odd_names."map_Order"(cutover_odd_names.reverse_purchase[])
  RETURNS SETOF cutover_odd_names."row_Order"
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH "Table" AS (
  SELECT  "Table".*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table"
), "Order lines of the old shop, one row for each article bundle" AS (
  SELECT  "Order lines of the old shop, one row for each article bundle".*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle"
)
SELECT "Order"."user"::text AS "user",
       "Order"."No"::integer AS "No",
       "Order"."select"::text AS "select",
       "Order"."100 %"::numeric(5,2) AS "100 %",
       "Order"."price in $$"::numeric(12,2) AS "price in $$",
       "Order"."Ähnlich wie"::text AS "Ähnlich wie"
  FROM (
SELECT
  "Table"."user",
  "Table".number AS "No",
  "Table"."Column" AS "select",
  "Table"."where" AS "100 %",
  "Table"."$1" AS "price in $$",
  "Table"."it's" AS "Ähnlich wie"
FROM "Table"
) AS "Order"
  CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- cutovers/odd_names/reverse/Order lines of the old shop, one row for each article bought.sql, over all rows.
CREATE VIEW cutover_odd_names."all_Order lines of the old shop, one row for each arti_38322375" AS
SELECT "Order lines of the old shop, one row for each article bought"."user"::text AS "user",
       "Order lines of the old shop, one row for each article bought"."No"::integer AS "No",
       "Order lines of the old shop, one row for each article bought"."Position"::integer AS "Position",
       "Order lines of the old shop, one row for each article bought"."group"::text AS "group",
       "Order lines of the old shop, one row for each article bought"."say ""$body$"""::text AS "say ""$body$"""
  FROM (
SELECT
  line."user",
  line.number AS "No",
  line."Position",
  line."from" AS "group",
  line."a ""b"" \ c" AS "say ""$body$"""
FROM "Order lines of the old shop, one row for each article bundle" AS line
) AS "Order lines of the old shop, one row for each article bought";

-- cutovers/odd_names/reverse/Order lines of the old shop, one row for each article bought.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_odd_names."map_Order lines of the old shop, one row for each arti_a1078f6d"(cutover_odd_names.reverse_purchase[])
  RETURNS SETOF cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd"
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH "Table" AS (
  SELECT  "Table".*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table"
), "Order lines of the old shop, one row for each article bundle" AS (
  SELECT  "Order lines of the old shop, one row for each article bundle".*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle"
)
SELECT "Order lines of the old shop, one row for each article bought"."user"::text AS "user",
       "Order lines of the old shop, one row for each article bought"."No"::integer AS "No",
       "Order lines of the old shop, one row for each article bought"."Position"::integer AS "Position",
       "Order lines of the old shop, one row for each article bought"."group"::text AS "group",
       "Order lines of the old shop, one row for each article bought"."say ""$body$"""::text AS "say ""$body$"""
  FROM (
SELECT
  line."user",
  line.number AS "No",
  line."Position",
  line."from" AS "group",
  line."a ""b"" \ c" AS "say ""$body$"""
FROM "Order lines of the old shop, one row for each article bundle" AS line
) AS "Order lines of the old shop, one row for each article bought"
  CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_odd_names.forward_purchase_held(cutover_odd_names.forward_purchase[])
  RETURNS TABLE (unit cutover_odd_names.forward_purchase, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT NULL::cutover_odd_names.forward_purchase, NULL::text, NULL::text WHERE false;
END;

-- … and among all.
CREATE VIEW cutover_odd_names.forward_purchase_held_all (unit, class, reason) AS
SELECT NULL::cutover_odd_names.forward_purchase, NULL::text, NULL::text WHERE false;

-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION cutover_odd_names.reverse_purchase_held(cutover_odd_names.reverse_purchase[])
  RETURNS TABLE (unit cutover_odd_names.reverse_purchase, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
(WITH linked AS (
SELECT ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.reverse_purchase AS unit, ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase AS feeds
  FROM unnest($1) AS wanted (cutover_1, cutover_2)
   CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_odd_names.forward_purchase_held(ARRAY(SELECT DISTINCT linked.feeds FROM linked)) AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'odd_names/forward/purchase:' || linked.feeds::text OFFSET 0) AS put_aside)
UNION ALL
(WITH linked AS (
SELECT ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.reverse_purchase AS unit, ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase AS feeds
  FROM unnest($1) AS wanted (cutover_1, cutover_2)
   CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_odd_names.forward_purchase_held(ARRAY(SELECT DISTINCT linked.feeds FROM linked)) AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'odd_names/forward/purchase:' || linked.feeds::text OFFSET 0) AS put_aside);
END;

-- … and among all.
CREATE VIEW cutover_odd_names.reverse_purchase_held_all (unit, class, reason) AS
(WITH linked AS (
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase AS unit, ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase AS feeds
  FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_odd_names.forward_purchase_held_all AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'odd_names/forward/purchase:' || linked.feeds::text) AS put_aside)
UNION ALL
(WITH linked AS (
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase AS unit, ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase AS feeds
  FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_odd_names.forward_purchase_held_all AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'odd_names/forward/purchase:' || linked.feeds::text) AS put_aside);

-- Makes units ("purchase", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_odd_names.forward_purchase_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_odd_names.forward_purchase[];
  "gone_Table" cutover_odd_names."row_Table"[];
  "changed_Table" cutover_odd_names."row_Table"[];
  "added_Table" cutover_odd_names."row_Table"[];
  "gone_Order lines of the old shop, one row for each art_80b454c6" cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"[];
  "changed_Order lines of the old shop, one row for each _f676f44f" cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"[];
  "added_Order lines of the old shop, one row for each ar_91d2a332" cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_odd_names.forward_purchase_held($1::cutover_odd_names.forward_purchase[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_odd_names.forward_purchase[];

  -- What differs.
  SELECT array_agg(ROW(actual."user", actual.number, actual."Column", actual."where", actual."$1", actual."it's")::cutover_odd_names."row_Table") FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected."user", expected.number, expected."Column", expected."where", expected."$1", expected."it's")::cutover_odd_names."row_Table") FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected."user", expected.number, expected."Column", expected."where", expected."$1", expected."it's")::cutover_odd_names."row_Table") FILTER (WHERE actual.present IS NULL)
    INTO "gone_Table", "changed_Table", "added_Table"
    FROM (SELECT true AS present, mapped.* FROM cutover_odd_names."map_Table"(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, "Table"."user", "Table".number, "Table"."Column", "Table"."where", "Table"."$1", "Table"."it's"
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table") AS actual
      ON expected."user" = actual."user" AND expected.number = actual.number
   WHERE ROW(expected.present, expected."user", expected.number, expected."Column", expected."where", expected."$1", expected."it's")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual.number, actual."Column", actual."where", actual."$1", actual."it's")::record;
  SELECT array_agg(ROW(actual."user", actual.number, actual."Position", actual."from", actual."a ""b"" \ c")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e") FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected."user", expected.number, expected."Position", expected."from", expected."a ""b"" \ c")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e") FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected."user", expected.number, expected."Position", expected."from", expected."a ""b"" \ c")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e") FILTER (WHERE actual.present IS NULL)
    INTO "gone_Order lines of the old shop, one row for each art_80b454c6", "changed_Order lines of the old shop, one row for each _f676f44f", "added_Order lines of the old shop, one row for each ar_91d2a332"
    FROM (SELECT true AS present, mapped.* FROM cutover_odd_names."map_Order lines of the old shop, one row for each arti_bb2d8e6c"(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, "Order lines of the old shop, one row for each article bundle"."user", "Order lines of the old shop, one row for each article bundle".number, "Order lines of the old shop, one row for each article bundle"."Position", "Order lines of the old shop, one row for each article bundle"."from", "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c"
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle") AS actual
      ON expected."user" = actual."user" AND expected.number = actual.number AND expected."Position" = actual."Position"
   WHERE ROW(expected.present, expected."user", expected.number, expected."Position", expected."from", expected."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual.number, actual."Position", actual."from", actual."a ""b"" \ c")::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN "gone_Table" IS NOT NULL OR "changed_Table" IS NOT NULL OR "added_Table" IS NOT NULL OR "gone_Order lines of the old shop, one row for each art_80b454c6" IS NOT NULL OR "changed_Order lines of the old shop, one row for each _f676f44f" IS NOT NULL OR "added_Order lines of the old shop, one row for each ar_91d2a332" IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF "gone_Order lines of the old shop, one row for each art_80b454c6" IS NOT NULL THEN
      DELETE FROM "Select"."Order lines of the old shop, one row for each article bundle" AS target USING unnest("gone_Order lines of the old shop, one row for each art_80b454c6") AS gone
       WHERE target."user" = gone."user" AND target.number = gone.number AND target."Position" = gone."Position";
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF "changed_Table" IS NOT NULL THEN
      UPDATE "Select"."Table" AS target
         SET "Column" = expected."Column", "where" = expected."where", "$1" = expected."$1", "it's" = expected."it's"
        FROM unnest("changed_Table") AS expected
       WHERE target."user" = expected."user" AND target.number = expected.number;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest("changed_Table") AS expected
                  WHERE NOT EXISTS (SELECT FROM "Select"."Table" AS target WHERE target."user" = expected."user" AND target.number = expected.number)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'Table'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF "added_Table" IS NOT NULL THEN
      INSERT INTO "Select"."Table" AS "Table" ("user", number, "Column", "where", "$1", "it's")
      SELECT expected."user", expected.number, expected."Column", expected."where", expected."$1", expected."it's" FROM unnest("added_Table") AS expected
       ORDER BY expected."user", expected.number
      ON CONFLICT ("user", number) DO UPDATE SET "Column" = excluded."Column", "where" = excluded."where", "$1" = excluded."$1", "it's" = excluded."it's";
    END IF;
    IF "changed_Order lines of the old shop, one row for each _f676f44f" IS NOT NULL THEN
      UPDATE "Select"."Order lines of the old shop, one row for each article bundle" AS target
         SET "from" = expected."from", "a ""b"" \ c" = expected."a ""b"" \ c"
        FROM unnest("changed_Order lines of the old shop, one row for each _f676f44f") AS expected
       WHERE target."user" = expected."user" AND target.number = expected.number AND target."Position" = expected."Position";
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest("changed_Order lines of the old shop, one row for each _f676f44f") AS expected
                  WHERE NOT EXISTS (SELECT FROM "Select"."Order lines of the old shop, one row for each article bundle" AS target WHERE target."user" = expected."user" AND target.number = expected.number AND target."Position" = expected."Position")) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'Order lines of the old shop, one row for each article bundle'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF "added_Order lines of the old shop, one row for each ar_91d2a332" IS NOT NULL THEN
      INSERT INTO "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" ("user", number, "Position", "from", "a ""b"" \ c")
      SELECT expected."user", expected.number, expected."Position", expected."from", expected."a ""b"" \ c" FROM unnest("added_Order lines of the old shop, one row for each ar_91d2a332") AS expected
       ORDER BY expected."user", expected.number, expected."Position"
      ON CONFLICT ("user", number, "Position") DO UPDATE SET "from" = excluded."from", "a ""b"" \ c" = excluded."a ""b"" \ c";
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    IF "gone_Table" IS NOT NULL THEN
      DELETE FROM "Select"."Table" AS target USING unnest("gone_Table") AS gone
       WHERE target."user" = gone."user" AND target.number = gone.number;
    END IF;
  END IF;
  RETURN held;
END;
$body$;

-- Makes units ("purchase", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_odd_names.reverse_purchase_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body1$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_odd_names.reverse_purchase[];
  "gone_Order" cutover_odd_names."row_Order"[];
  "changed_Order" cutover_odd_names."row_Order"[];
  "added_Order" cutover_odd_names."row_Order"[];
  "gone_Order lines of the old shop, one row for each art_b18ca5dc" cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd"[];
  "changed_Order lines of the old shop, one row for each _e26efeeb" cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd"[];
  "added_Order lines of the old shop, one row for each ar_a677fb29" cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd"[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_odd_names.reverse_purchase_held($1::cutover_odd_names.reverse_purchase[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_odd_names.reverse_purchase[];

  -- What differs.
  SELECT array_agg(ROW(actual."user", actual."No", actual."select", actual."100 %", actual."price in $$", actual."Ähnlich wie")::cutover_odd_names."row_Order") FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected."user", expected."No", expected."select", expected."100 %", expected."price in $$", expected."Ähnlich wie")::cutover_odd_names."row_Order") FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected."user", expected."No", expected."select", expected."100 %", expected."price in $$", expected."Ähnlich wie")::cutover_odd_names."row_Order") FILTER (WHERE actual.present IS NULL)
    INTO "gone_Order", "changed_Order", "added_Order"
    FROM (SELECT true AS present, mapped.* FROM cutover_odd_names."map_Order"(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, "Order"."user", "Order"."No", "Order"."select", "Order"."100 %", "Order"."price in $$", "Order"."Ähnlich wie"
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order") AS actual
      ON expected."user" = actual."user" AND expected."No" = actual."No"
   WHERE ROW(expected.present, expected."user", expected."No", expected."select", expected."100 %", expected."price in $$", expected."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual."No", actual."select", actual."100 %", actual."price in $$", actual."Ähnlich wie")::record;
  SELECT array_agg(ROW(actual."user", actual."No", actual."Position", actual."group", actual."say ""$body$""")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd") FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected."user", expected."No", expected."Position", expected."group", expected."say ""$body$""")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd") FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected."user", expected."No", expected."Position", expected."group", expected."say ""$body$""")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_09e56dcd") FILTER (WHERE actual.present IS NULL)
    INTO "gone_Order lines of the old shop, one row for each art_b18ca5dc", "changed_Order lines of the old shop, one row for each _e26efeeb", "added_Order lines of the old shop, one row for each ar_a677fb29"
    FROM (SELECT true AS present, mapped.* FROM cutover_odd_names."map_Order lines of the old shop, one row for each arti_a1078f6d"(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position", "Order lines of the old shop, one row for each article bought"."group", "Order lines of the old shop, one row for each article bought"."say ""$body$"""
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bought") AS actual
      ON expected."user" = actual."user" AND expected."No" = actual."No" AND expected."Position" = actual."Position"
   WHERE ROW(expected.present, expected."user", expected."No", expected."Position", expected."group", expected."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual."No", actual."Position", actual."group", actual."say ""$body$""")::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN "gone_Order" IS NOT NULL OR "changed_Order" IS NOT NULL OR "added_Order" IS NOT NULL OR "gone_Order lines of the old shop, one row for each art_b18ca5dc" IS NOT NULL OR "changed_Order lines of the old shop, one row for each _e26efeeb" IS NOT NULL OR "added_Order lines of the old shop, one row for each ar_a677fb29" IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF "gone_Order lines of the old shop, one row for each art_b18ca5dc" IS NOT NULL THEN
      DELETE FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS target USING unnest("gone_Order lines of the old shop, one row for each art_b18ca5dc") AS gone
       WHERE target."user" = gone."user" AND target."No" = gone."No" AND target."Position" = gone."Position";
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF "changed_Order" IS NOT NULL THEN
      UPDATE "it's the ""old"" shop"."Order" AS target
         SET "select" = expected."select", "100 %" = expected."100 %", "price in $$" = expected."price in $$", "Ähnlich wie" = expected."Ähnlich wie"
        FROM unnest("changed_Order") AS expected
       WHERE target."user" = expected."user" AND target."No" = expected."No";
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest("changed_Order") AS expected
                  WHERE NOT EXISTS (SELECT FROM "it's the ""old"" shop"."Order" AS target WHERE target."user" = expected."user" AND target."No" = expected."No")) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'Order'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF "added_Order" IS NOT NULL THEN
      INSERT INTO "it's the ""old"" shop"."Order" AS "Order" ("user", "No", "select", "100 %", "price in $$", "Ähnlich wie")
      SELECT expected."user", expected."No", expected."select", expected."100 %", expected."price in $$", expected."Ähnlich wie" FROM unnest("added_Order") AS expected
       ORDER BY expected."user", expected."No"
      ON CONFLICT ("user", "No") DO UPDATE SET "select" = excluded."select", "100 %" = excluded."100 %", "price in $$" = excluded."price in $$", "Ähnlich wie" = excluded."Ähnlich wie";
    END IF;
    IF "changed_Order lines of the old shop, one row for each _e26efeeb" IS NOT NULL THEN
      UPDATE "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS target
         SET "group" = expected."group", "say ""$body$""" = expected."say ""$body$"""
        FROM unnest("changed_Order lines of the old shop, one row for each _e26efeeb") AS expected
       WHERE target."user" = expected."user" AND target."No" = expected."No" AND target."Position" = expected."Position";
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest("changed_Order lines of the old shop, one row for each _e26efeeb") AS expected
                  WHERE NOT EXISTS (SELECT FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS target WHERE target."user" = expected."user" AND target."No" = expected."No" AND target."Position" = expected."Position")) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'Order lines of the old shop, one row for each article bought'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF "added_Order lines of the old shop, one row for each ar_a677fb29" IS NOT NULL THEN
      INSERT INTO "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" ("user", "No", "Position", "group", "say ""$body$""")
      SELECT expected."user", expected."No", expected."Position", expected."group", expected."say ""$body$""" FROM unnest("added_Order lines of the old shop, one row for each ar_a677fb29") AS expected
       ORDER BY expected."user", expected."No", expected."Position"
      ON CONFLICT ("user", "No", "Position") DO UPDATE SET "group" = excluded."group", "say ""$body$""" = excluded."say ""$body$""";
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    IF "gone_Order" IS NOT NULL THEN
      DELETE FROM "it's the ""old"" shop"."Order" AS target USING unnest("gone_Order") AS gone
       WHERE target."user" = gone."user" AND target."No" = gone."No";
    END IF;
  END IF;
  RETURN held;
END;
$body1$;

-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("purchase", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.
CREATE FUNCTION cutover_odd_names.forward_purchase_patch(text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  units cutover_odd_names.forward_purchase[] := $1::cutover_odd_names.forward_purchase[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known cutover_odd_names.forward_purchase[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = 'odd_names/forward/purchase:' || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::cutover_odd_names.forward_purchase[];
  to_do text;
  "gone_Table" cutover_odd_names."row_Table"[];
  "base_Table" cutover_odd_names."row_Table"[];
  "theirs_Table" cutover_odd_names."row_Table"[];
  "added_Table" cutover_odd_names."row_Table"[];
  "gone_Order lines of the old shop, one row for each art_80b454c6" cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"[];
  "base_Order lines of the old shop, one row for each art_88a8dc2b" cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"[];
  "theirs_Order lines of the old shop, one row for each a_fb68100e" cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"[];
  "added_Order lines of the old shop, one row for each ar_91d2a332" cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e"[];
BEGIN
  -- What legacy writers changed.
  SELECT array_agg(ROW(base."user", base.number, base."Column", base."where", base."$1", base."it's")::cutover_odd_names."row_Table") FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base."user", base.number, base."Column", base."where", base."$1", base."it's")::cutover_odd_names."row_Table") FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs."user", theirs.number, theirs."Column", theirs."where", theirs."$1", theirs."it's")::cutover_odd_names."row_Table") FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs."user", theirs.number, theirs."Column", theirs."where", theirs."$1", theirs."it's")::cutover_odd_names."row_Table") FILTER (WHERE base.present IS NULL)
    INTO "gone_Table", "base_Table", "theirs_Table", "added_Table"
    FROM (SELECT true AS present, mapped.* FROM cutover_odd_names."before_Table"(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_odd_names."map_Table"(units) AS mapped) AS theirs
      ON base."user" = theirs."user" AND base.number = theirs.number
   WHERE ROW(base.present, base."user", base.number, base."Column", base."where", base."$1", base."it's")::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs."user", theirs.number, theirs."Column", theirs."where", theirs."$1", theirs."it's")::record;
  SELECT array_agg(ROW(base."user", base.number, base."Position", base."from", base."a ""b"" \ c")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e") FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base."user", base.number, base."Position", base."from", base."a ""b"" \ c")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e") FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs."user", theirs.number, theirs."Position", theirs."from", theirs."a ""b"" \ c")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e") FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs."user", theirs.number, theirs."Position", theirs."from", theirs."a ""b"" \ c")::cutover_odd_names."row_Order lines of the old shop, one row for each arti_7ff7066e") FILTER (WHERE base.present IS NULL)
    INTO "gone_Order lines of the old shop, one row for each art_80b454c6", "base_Order lines of the old shop, one row for each art_88a8dc2b", "theirs_Order lines of the old shop, one row for each a_fb68100e", "added_Order lines of the old shop, one row for each ar_91d2a332"
    FROM (SELECT true AS present, mapped.* FROM cutover_odd_names."before_Order lines of the old shop, one row for each a_154506fe"(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_odd_names."map_Order lines of the old shop, one row for each arti_bb2d8e6c"(units) AS mapped) AS theirs
      ON base."user" = theirs."user" AND base.number = theirs.number AND base."Position" = theirs."Position"
   WHERE ROW(base.present, base."user", base.number, base."Position", base."from", base."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs."user", theirs.number, theirs."Position", theirs."from", theirs."a ""b"" \ c")::record;
  to_do := CASE WHEN num_nonnulls("gone_Table", "gone_Order lines of the old shop, one row for each art_80b454c6") > 0
                THEN CASE WHEN num_nonnulls("theirs_Table", "added_Table", "theirs_Order lines of the old shop, one row for each a_fb68100e", "added_Order lines of the old shop, one row for each ar_91d2a332") > 0 THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN num_nonnulls("theirs_Table", "added_Table", "theirs_Order lines of the old shop, one row for each a_fb68100e", "added_Order lines of the old shop, one row for each ar_91d2a332") > 0 THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  PERFORM 1
    FROM "Select"."Table" AS locked
   WHERE (locked."user", locked.number) IN (
           SELECT "Table"."user", "Table".number
             FROM unnest(units) AS wanted (cutover_1, cutover_2)
              CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table")
   ORDER BY locked."user", locked.number
     FOR UPDATE;
  PERFORM 1
    FROM "Select"."Order lines of the old shop, one row for each article bundle" AS locked
   WHERE (locked."user", locked.number, locked."Position") IN (
           SELECT "Order lines of the old shop, one row for each article bundle"."user", "Order lines of the old shop, one row for each article bundle".number, "Order lines of the old shop, one row for each article bundle"."Position"
             FROM unnest(units) AS wanted (cutover_1, cutover_2)
              CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle")
   ORDER BY locked."user", locked.number, locked."Position"
     FOR UPDATE;

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    IF coalesce(cardinality("gone_Table"), 0) + coalesce(cardinality("theirs_Table"), 0) + coalesce(cardinality("added_Table"), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'odd_names', 'Table', found.*
        FROM (
          SELECT jsonb_build_object('user', gone."user", 'number', gone.number), jsonb_build_object('user', gone."user", 'number', gone.number, 'Column', gone."Column", 'where', gone."where", '$1', gone."$1", 'it''s', gone."it's"), jsonb_build_object('user', target."user", 'number', target.number, 'Column', target."Column", 'where', target."where", '$1', target."$1", 'it''s', target."it's"), NULL::jsonb
            FROM unnest("gone_Table") AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM "Select"."Table" AS row_now WHERE row_now."user" = gone."user" AND row_now.number = gone.number OFFSET 0) AS target
           WHERE ROW(target."user", target.number, target."Column", target."where", target."$1", target."it's")::record OPERATOR(pg_catalog.*<>) ROW(gone."user", gone.number, gone."Column", gone."where", gone."$1", gone."it's")::record
          UNION ALL
          SELECT jsonb_build_object('user', added."user", 'number', added.number), NULL::jsonb, jsonb_build_object('user', target."user", 'number', target.number, 'Column', target."Column", 'where', target."where", '$1', target."$1", 'it''s', target."it's"), jsonb_build_object('user', added."user", 'number', added.number, 'Column', added."Column", 'where', added."where", '$1', added."$1", 'it''s', added."it's")
            FROM unnest("added_Table") AS added CROSS JOIN LATERAL (SELECT row_now.* FROM "Select"."Table" AS row_now WHERE row_now."user" = added."user" AND row_now.number = added.number OFFSET 0) AS target
           WHERE ROW(target."user", target.number, target."Column", target."where", target."$1", target."it's")::record OPERATOR(pg_catalog.*<>) ROW(added."user", added.number, added."Column", added."where", added."$1", added."it's")::record
          UNION ALL
          SELECT jsonb_build_object('user', theirs."user", 'number', theirs.number), jsonb_build_object('user', base."user", 'number', base.number, 'Column', base."Column", 'where', base."where", '$1', base."$1", 'it''s', base."it's"), CASE WHEN target.present THEN jsonb_build_object('user', target."user", 'number', target.number, 'Column', target."Column", 'where', target."where", '$1', target."$1", 'it''s', target."it's") END, jsonb_build_object('user', theirs."user", 'number', theirs.number, 'Column', theirs."Column", 'where', theirs."where", '$1', theirs."$1", 'it''s', theirs."it's")
            FROM unnest("theirs_Table") AS theirs
            JOIN unnest("base_Table") AS base ON base."user" = theirs."user" AND base.number = theirs.number
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM "Select"."Table" AS row_now
                                WHERE row_now."user" = theirs."user" AND row_now.number = theirs.number OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base."Column")::record OPERATOR(pg_catalog.*<>) ROW(theirs."Column")::record AND ROW(target."Column")::record OPERATOR(pg_catalog.*<>) ROW(base."Column")::record AND ROW(target."Column")::record OPERATOR(pg_catalog.*<>) ROW(theirs."Column")::record) OR (ROW(base."where")::record OPERATOR(pg_catalog.*<>) ROW(theirs."where")::record AND ROW(target."where")::record OPERATOR(pg_catalog.*<>) ROW(base."where")::record AND ROW(target."where")::record OPERATOR(pg_catalog.*<>) ROW(theirs."where")::record) OR (ROW(base."$1")::record OPERATOR(pg_catalog.*<>) ROW(theirs."$1")::record AND ROW(target."$1")::record OPERATOR(pg_catalog.*<>) ROW(base."$1")::record AND ROW(target."$1")::record OPERATOR(pg_catalog.*<>) ROW(theirs."$1")::record) OR (ROW(base."it's")::record OPERATOR(pg_catalog.*<>) ROW(theirs."it's")::record AND ROW(target."it's")::record OPERATOR(pg_catalog.*<>) ROW(base."it's")::record AND ROW(target."it's")::record OPERATOR(pg_catalog.*<>) ROW(theirs."it's")::record)
        ) AS found;
    END IF;
    IF coalesce(cardinality("gone_Order lines of the old shop, one row for each art_80b454c6"), 0) + coalesce(cardinality("theirs_Order lines of the old shop, one row for each a_fb68100e"), 0) + coalesce(cardinality("added_Order lines of the old shop, one row for each ar_91d2a332"), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'odd_names', 'Order lines of the old shop, one row for each article bundle', found.*
        FROM (
          SELECT jsonb_build_object('user', gone."user", 'number', gone.number, 'Position', gone."Position"), jsonb_build_object('user', gone."user", 'number', gone.number, 'Position', gone."Position", 'from', gone."from",  E'a "b" \\ c', gone."a ""b"" \ c"), jsonb_build_object('user', target."user", 'number', target.number, 'Position', target."Position", 'from', target."from",  E'a "b" \\ c', target."a ""b"" \ c"), NULL::jsonb
            FROM unnest("gone_Order lines of the old shop, one row for each art_80b454c6") AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS row_now WHERE row_now."user" = gone."user" AND row_now.number = gone.number AND row_now."Position" = gone."Position" OFFSET 0) AS target
           WHERE ROW(target."user", target.number, target."Position", target."from", target."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(gone."user", gone.number, gone."Position", gone."from", gone."a ""b"" \ c")::record
          UNION ALL
          SELECT jsonb_build_object('user', added."user", 'number', added.number, 'Position', added."Position"), NULL::jsonb, jsonb_build_object('user', target."user", 'number', target.number, 'Position', target."Position", 'from', target."from",  E'a "b" \\ c', target."a ""b"" \ c"), jsonb_build_object('user', added."user", 'number', added.number, 'Position', added."Position", 'from', added."from",  E'a "b" \\ c', added."a ""b"" \ c")
            FROM unnest("added_Order lines of the old shop, one row for each ar_91d2a332") AS added CROSS JOIN LATERAL (SELECT row_now.* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS row_now WHERE row_now."user" = added."user" AND row_now.number = added.number AND row_now."Position" = added."Position" OFFSET 0) AS target
           WHERE ROW(target."user", target.number, target."Position", target."from", target."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(added."user", added.number, added."Position", added."from", added."a ""b"" \ c")::record
          UNION ALL
          SELECT jsonb_build_object('user', theirs."user", 'number', theirs.number, 'Position', theirs."Position"), jsonb_build_object('user', base."user", 'number', base.number, 'Position', base."Position", 'from', base."from",  E'a "b" \\ c', base."a ""b"" \ c"), CASE WHEN target.present THEN jsonb_build_object('user', target."user", 'number', target.number, 'Position', target."Position", 'from', target."from",  E'a "b" \\ c', target."a ""b"" \ c") END, jsonb_build_object('user', theirs."user", 'number', theirs.number, 'Position', theirs."Position", 'from', theirs."from",  E'a "b" \\ c', theirs."a ""b"" \ c")
            FROM unnest("theirs_Order lines of the old shop, one row for each a_fb68100e") AS theirs
            JOIN unnest("base_Order lines of the old shop, one row for each art_88a8dc2b") AS base ON base."user" = theirs."user" AND base.number = theirs.number AND base."Position" = theirs."Position"
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS row_now
                                WHERE row_now."user" = theirs."user" AND row_now.number = theirs.number AND row_now."Position" = theirs."Position" OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base."from")::record OPERATOR(pg_catalog.*<>) ROW(theirs."from")::record AND ROW(target."from")::record OPERATOR(pg_catalog.*<>) ROW(base."from")::record AND ROW(target."from")::record OPERATOR(pg_catalog.*<>) ROW(theirs."from")::record) OR (ROW(base."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(theirs."a ""b"" \ c")::record AND ROW(target."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(base."a ""b"" \ c")::record AND ROW(target."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(theirs."a ""b"" \ c")::record)
        ) AS found;
    END IF;

    IF "theirs_Table" IS NOT NULL THEN
      UPDATE "Select"."Table" AS target
         SET "Column" = CASE WHEN ROW(base."Column")::record OPERATOR(pg_catalog.*<>) ROW(theirs."Column")::record AND NOT (ROW(target."Column")::record OPERATOR(pg_catalog.*<>) ROW(base."Column")::record) THEN theirs."Column" ELSE target."Column" END,
         "where" = CASE WHEN ROW(base."where")::record OPERATOR(pg_catalog.*<>) ROW(theirs."where")::record AND NOT (ROW(target."where")::record OPERATOR(pg_catalog.*<>) ROW(base."where")::record) THEN theirs."where" ELSE target."where" END,
         "$1" = CASE WHEN ROW(base."$1")::record OPERATOR(pg_catalog.*<>) ROW(theirs."$1")::record AND NOT (ROW(target."$1")::record OPERATOR(pg_catalog.*<>) ROW(base."$1")::record) THEN theirs."$1" ELSE target."$1" END,
         "it's" = CASE WHEN ROW(base."it's")::record OPERATOR(pg_catalog.*<>) ROW(theirs."it's")::record AND NOT (ROW(target."it's")::record OPERATOR(pg_catalog.*<>) ROW(base."it's")::record) THEN theirs."it's" ELSE target."it's" END
        FROM unnest("theirs_Table") AS theirs
        JOIN unnest("base_Table") AS base ON base."user" = theirs."user" AND base.number = theirs.number
       WHERE target."user" = theirs."user" AND target.number = theirs.number
         AND ((ROW(base."Column")::record OPERATOR(pg_catalog.*<>) ROW(theirs."Column")::record AND NOT (ROW(target."Column")::record OPERATOR(pg_catalog.*<>) ROW(base."Column")::record)) OR (ROW(base."where")::record OPERATOR(pg_catalog.*<>) ROW(theirs."where")::record AND NOT (ROW(target."where")::record OPERATOR(pg_catalog.*<>) ROW(base."where")::record)) OR (ROW(base."$1")::record OPERATOR(pg_catalog.*<>) ROW(theirs."$1")::record AND NOT (ROW(target."$1")::record OPERATOR(pg_catalog.*<>) ROW(base."$1")::record)) OR (ROW(base."it's")::record OPERATOR(pg_catalog.*<>) ROW(theirs."it's")::record AND NOT (ROW(target."it's")::record OPERATOR(pg_catalog.*<>) ROW(base."it's")::record)));
    END IF;
    IF "added_Table" IS NOT NULL THEN
      INSERT INTO "Select"."Table" ("user", number, "Column", "where", "$1", "it's")
      SELECT added."user", added.number, added."Column", added."where", added."$1", added."it's" FROM unnest("added_Table") AS added
       WHERE NOT EXISTS (SELECT FROM "Select"."Table" AS target WHERE target."user" = added."user" AND target.number = added.number OFFSET 0)
       ORDER BY added."user", added.number
      ON CONFLICT ("user", number) DO NOTHING;
    END IF;
    IF "theirs_Order lines of the old shop, one row for each a_fb68100e" IS NOT NULL THEN
      UPDATE "Select"."Order lines of the old shop, one row for each article bundle" AS target
         SET "from" = CASE WHEN ROW(base."from")::record OPERATOR(pg_catalog.*<>) ROW(theirs."from")::record AND NOT (ROW(target."from")::record OPERATOR(pg_catalog.*<>) ROW(base."from")::record) THEN theirs."from" ELSE target."from" END,
         "a ""b"" \ c" = CASE WHEN ROW(base."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(theirs."a ""b"" \ c")::record AND NOT (ROW(target."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(base."a ""b"" \ c")::record) THEN theirs."a ""b"" \ c" ELSE target."a ""b"" \ c" END
        FROM unnest("theirs_Order lines of the old shop, one row for each a_fb68100e") AS theirs
        JOIN unnest("base_Order lines of the old shop, one row for each art_88a8dc2b") AS base ON base."user" = theirs."user" AND base.number = theirs.number AND base."Position" = theirs."Position"
       WHERE target."user" = theirs."user" AND target.number = theirs.number AND target."Position" = theirs."Position"
         AND ((ROW(base."from")::record OPERATOR(pg_catalog.*<>) ROW(theirs."from")::record AND NOT (ROW(target."from")::record OPERATOR(pg_catalog.*<>) ROW(base."from")::record)) OR (ROW(base."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(theirs."a ""b"" \ c")::record AND NOT (ROW(target."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(base."a ""b"" \ c")::record)));
    END IF;
    IF "added_Order lines of the old shop, one row for each ar_91d2a332" IS NOT NULL THEN
      INSERT INTO "Select"."Order lines of the old shop, one row for each article bundle" ("user", number, "Position", "from", "a ""b"" \ c")
      SELECT added."user", added.number, added."Position", added."from", added."a ""b"" \ c" FROM unnest("added_Order lines of the old shop, one row for each ar_91d2a332") AS added
       WHERE NOT EXISTS (SELECT FROM "Select"."Order lines of the old shop, one row for each article bundle" AS target WHERE target."user" = added."user" AND target.number = added.number AND target."Position" = added."Position" OFFSET 0)
         AND (added."user" IS NULL OR added.number IS NULL OR EXISTS (SELECT FROM "Select"."Table" AS parent WHERE added."user" = parent."user" AND added.number = parent.number OFFSET 0))
       ORDER BY added."user", added.number, added."Position"
      ON CONFLICT ("user", number, "Position") DO NOTHING;
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'odd_names', 'Order lines of the old shop, one row for each article bundle', jsonb_build_object('user', added."user", 'number', added.number, 'Position', added."Position"), NULL, NULL, jsonb_build_object('user', added."user", 'number', added.number, 'Position', added."Position", 'from', added."from",  E'a "b" \\ c', added."a ""b"" \ c")
        FROM unnest("added_Order lines of the old shop, one row for each ar_91d2a332") AS added
       WHERE NOT EXISTS (SELECT FROM "Select"."Order lines of the old shop, one row for each article bundle" AS target WHERE target."user" = added."user" AND target.number = added.number AND target."Position" = added."Position" OFFSET 0);
    END IF;
  END IF;

  IF $2 <> 'write' THEN
    IF "gone_Order lines of the old shop, one row for each art_80b454c6" IS NOT NULL THEN
      DELETE FROM "Select"."Order lines of the old shop, one row for each article bundle" AS target USING unnest("gone_Order lines of the old shop, one row for each art_80b454c6") AS gone
       WHERE target."user" = gone."user" AND target.number = gone.number AND target."Position" = gone."Position"
         AND NOT (ROW(target."user", target.number, target."Position", target."from", target."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(gone."user", gone.number, gone."Position", gone."from", gone."a ""b"" \ c")::record)
         ;
    END IF;
    IF "gone_Table" IS NOT NULL THEN
      DELETE FROM "Select"."Table" AS target USING unnest("gone_Table") AS gone
       WHERE target."user" = gone."user" AND target.number = gone.number
         AND NOT (ROW(target."user", target.number, target."Column", target."where", target."$1", target."it's")::record OPERATOR(pg_catalog.*<>) ROW(gone."user", gone.number, gone."Column", gone."where", gone."$1", gone."it's")::record)
         AND NOT EXISTS (SELECT FROM "Select"."Order lines of the old shop, one row for each article bundle" AS dependent WHERE dependent."user" = target."user" AND dependent.number = target.number OFFSET 0);
    END IF;
  END IF;
  RETURN to_do;
END;
$body$;

-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION cutover_odd_names.forward_purchase_unmade(cutover_odd_names.forward_purchase[])
  RETURNS cutover_odd_names.forward_purchase[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     SELECT ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2)
      CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table"
     UNION ALL
     SELECT ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2)
      CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle"
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase
       FROM cutover_odd_names."map_Table"($1) AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
      WHERE EXISTS (SELECT FROM "Select"."Table" AS target WHERE target."user" = "Table"."user" AND target.number = "Table".number)
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase
       FROM cutover_odd_names."map_Order lines of the old shop, one row for each arti_bb2d8e6c"($1) AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
      WHERE EXISTS (SELECT FROM "Select"."Order lines of the old shop, one row for each article bundle" AS target WHERE target."user" = "Order lines of the old shop, one row for each article bundle"."user" AND target.number = "Order lines of the old shop, one row for each article bundle".number AND target."Position" = "Order lines of the old shop, one row for each article bundle"."Position")
     UNION ALL
     SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase
       FROM (
         SELECT now.*
           FROM (
             SELECT  "Order".*
               FROM unnest($1) AS wanted (cutover_1, cutover_2)
                CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order"
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'odd_names' AND image.table_name = 'Order' AND true AND image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now."user", now."No")::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON ("Order"."user", "Order"."No") "Order".*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::"it's the ""old"" shop"."Order" AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                                     AND image.cutover IS NOT DISTINCT FROM 'odd_names' AND image.table_name IS NOT DISTINCT FROM 'Order' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS "Order"
           CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
           JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
       ) AS "Order"
       CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
       JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
     UNION ALL
     SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase
       FROM (
         SELECT now.*
           FROM (
             SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
               FROM unnest($1) AS purchase
                CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE "Order lines of the old shop, one row for each article bought"."user" = purchase."user" AND "Order lines of the old shop, one row for each article bought"."No" = purchase."No" OFFSET 0) AS "Order lines of the old shop, one row for each article bought"
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'odd_names' AND image.table_name = 'Order lines of the old shop, one row for each article bought' AND true AND image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now."user", now."No", now."Position")::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::"it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'purchase:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_odd_names.forward_purchase::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                                     AND image.cutover IS NOT DISTINCT FROM 'odd_names' AND image.table_name IS NOT DISTINCT FROM 'Order lines of the old shop, one row for each article bought' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS "Order lines of the old shop, one row for each article bought"
           CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
           JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
       ) AS "Order lines of the old shop, one row for each article bought"
       CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
       JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
   ) AS made);
END;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_odd_names.forward_purchase_differences(cutover_odd_names.forward_purchase[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.forward_purchase::text,
       'Table',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number) ELSE jsonb_build_object('user', actual."user", 'number', actual.number) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number, 'Column', expected."Column", 'where', expected."where", '$1', expected."$1", 'it''s', expected."it's") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'number', actual.number, 'Column', actual."Column", 'where', actual."where", '$1', actual."$1", 'it''s', actual."it's") END
  FROM (SELECT true AS present, "Table"."user", "Table".number, "Table"."Column", "Table"."where", "Table"."$1", "Table"."it's", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."map_Table"($1) AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Table"."user", "Table".number, "Table"."Column", "Table"."where", "Table"."$1", "Table"."it's", wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table") AS actual
    ON expected."user" = actual."user" AND expected.number = actual.number
 WHERE ROW(expected.present, expected."user", expected.number, expected."Column", expected."where", expected."$1", expected."it's")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual.number, actual."Column", actual."where", actual."$1", actual."it's")::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.forward_purchase::text,
       'Order lines of the old shop, one row for each article bundle',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number, 'Position', expected."Position") ELSE jsonb_build_object('user', actual."user", 'number', actual.number, 'Position', actual."Position") END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number, 'Position', expected."Position", 'from', expected."from",  E'a "b" \\ c', expected."a ""b"" \ c") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'number', actual.number, 'Position', actual."Position", 'from', actual."from",  E'a "b" \\ c', actual."a ""b"" \ c") END
  FROM (SELECT true AS present, "Order lines of the old shop, one row for each article bundle"."user", "Order lines of the old shop, one row for each article bundle".number, "Order lines of the old shop, one row for each article bundle"."Position", "Order lines of the old shop, one row for each article bundle"."from", "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."map_Order lines of the old shop, one row for each arti_bb2d8e6c"($1) AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Order lines of the old shop, one row for each article bundle"."user", "Order lines of the old shop, one row for each article bundle".number, "Order lines of the old shop, one row for each article bundle"."Position", "Order lines of the old shop, one row for each article bundle"."from", "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c", wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle") AS actual
    ON expected."user" = actual."user" AND expected.number = actual.number AND expected."Position" = actual."Position"
 WHERE ROW(expected.present, expected."user", expected.number, expected."Position", expected."from", expected."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual.number, actual."Position", actual."from", actual."a ""b"" \ c")::record;
END;

-- … and in all.
CREATE VIEW cutover_odd_names.forward_purchase_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.forward_purchase::text,
       'Table',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number) ELSE jsonb_build_object('user', actual."user", 'number', actual.number) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number, 'Column', expected."Column", 'where', expected."where", '$1', expected."$1", 'it''s', expected."it's") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'number', actual.number, 'Column', actual."Column", 'where', actual."where", '$1', actual."$1", 'it''s', actual."it's") END
  FROM (SELECT true AS present, "Table"."user", "Table".number, "Table"."Column", "Table"."where", "Table"."$1", "Table"."it's", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."all_Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Table"."user", "Table".number, "Table"."Column", "Table"."where", "Table"."$1", "Table"."it's", own.cutover_1, own.cutover_2
          FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)) AS actual
    ON expected."user" = actual."user" AND expected.number = actual.number
 WHERE ROW(expected.present, expected."user", expected.number, expected."Column", expected."where", expected."$1", expected."it's")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual.number, actual."Column", actual."where", actual."$1", actual."it's")::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.forward_purchase::text,
       'Order lines of the old shop, one row for each article bundle',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number, 'Position', expected."Position") ELSE jsonb_build_object('user', actual."user", 'number', actual.number, 'Position', actual."Position") END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'number', expected.number, 'Position', expected."Position", 'from', expected."from",  E'a "b" \\ c', expected."a ""b"" \ c") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'number', actual.number, 'Position', actual."Position", 'from', actual."from",  E'a "b" \\ c', actual."a ""b"" \ c") END
  FROM (SELECT true AS present, "Order lines of the old shop, one row for each article bundle"."user", "Order lines of the old shop, one row for each article bundle".number, "Order lines of the old shop, one row for each article bundle"."Position", "Order lines of the old shop, one row for each article bundle"."from", "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."all_Order lines of the old shop, one row for each arti_4f016fe6" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Order lines of the old shop, one row for each article bundle"."user", "Order lines of the old shop, one row for each article bundle".number, "Order lines of the old shop, one row for each article bundle"."Position", "Order lines of the old shop, one row for each article bundle"."from", "Order lines of the old shop, one row for each article bundle"."a ""b"" \ c", own.cutover_1, own.cutover_2
          FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)) AS actual
    ON expected."user" = actual."user" AND expected.number = actual.number AND expected."Position" = actual."Position"
 WHERE ROW(expected.present, expected."user", expected.number, expected."Position", expected."from", expected."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual.number, actual."Position", actual."from", actual."a ""b"" \ c")::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_odd_names.reverse_purchase_differences(cutover_odd_names.reverse_purchase[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.reverse_purchase::text,
       'Order',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No") ELSE jsonb_build_object('user', actual."user", 'No', actual."No") END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No", 'select', expected."select", '100 %', expected."100 %", 'price in $$', expected."price in $$", 'Ähnlich wie', expected."Ähnlich wie") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'No', actual."No", 'select', actual."select", '100 %', actual."100 %", 'price in $$', actual."price in $$", 'Ähnlich wie', actual."Ähnlich wie") END
  FROM (SELECT true AS present, "Order"."user", "Order"."No", "Order"."select", "Order"."100 %", "Order"."price in $$", "Order"."Ähnlich wie", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."map_Order"($1) AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Order"."user", "Order"."No", "Order"."select", "Order"."100 %", "Order"."price in $$", "Order"."Ähnlich wie", wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order") AS actual
    ON expected."user" = actual."user" AND expected."No" = actual."No"
 WHERE ROW(expected.present, expected."user", expected."No", expected."select", expected."100 %", expected."price in $$", expected."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual."No", actual."select", actual."100 %", actual."price in $$", actual."Ähnlich wie")::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.reverse_purchase::text,
       'Order lines of the old shop, one row for each article bought',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No", 'Position', expected."Position") ELSE jsonb_build_object('user', actual."user", 'No', actual."No", 'Position', actual."Position") END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No", 'Position', expected."Position", 'group', expected."group", 'say "$body$"', expected."say ""$body$""") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'No', actual."No", 'Position', actual."Position", 'group', actual."group", 'say "$body$"', actual."say ""$body$""") END
  FROM (SELECT true AS present, "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position", "Order lines of the old shop, one row for each article bought"."group", "Order lines of the old shop, one row for each article bought"."say ""$body$""", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."map_Order lines of the old shop, one row for each arti_a1078f6d"($1) AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position", "Order lines of the old shop, one row for each article bought"."group", "Order lines of the old shop, one row for each article bought"."say ""$body$""", wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bought") AS actual
    ON expected."user" = actual."user" AND expected."No" = actual."No" AND expected."Position" = actual."Position"
 WHERE ROW(expected.present, expected."user", expected."No", expected."Position", expected."group", expected."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual."No", actual."Position", actual."group", actual."say ""$body$""")::record;
END;

-- … and in all.
CREATE VIEW cutover_odd_names.reverse_purchase_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.reverse_purchase::text,
       'Order',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No") ELSE jsonb_build_object('user', actual."user", 'No', actual."No") END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No", 'select', expected."select", '100 %', expected."100 %", 'price in $$', expected."price in $$", 'Ähnlich wie', expected."Ähnlich wie") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'No', actual."No", 'select', actual."select", '100 %', actual."100 %", 'price in $$', actual."price in $$", 'Ähnlich wie', actual."Ähnlich wie") END
  FROM (SELECT true AS present, "Order"."user", "Order"."No", "Order"."select", "Order"."100 %", "Order"."price in $$", "Order"."Ähnlich wie", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."all_Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Order"."user", "Order"."No", "Order"."select", "Order"."100 %", "Order"."price in $$", "Order"."Ähnlich wie", own.cutover_1, own.cutover_2
          FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)) AS actual
    ON expected."user" = actual."user" AND expected."No" = actual."No"
 WHERE ROW(expected.present, expected."user", expected."No", expected."select", expected."100 %", expected."price in $$", expected."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual."No", actual."select", actual."100 %", actual."price in $$", actual."Ähnlich wie")::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_odd_names.reverse_purchase::text,
       'Order lines of the old shop, one row for each article bought',
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No", 'Position', expected."Position") ELSE jsonb_build_object('user', actual."user", 'No', actual."No", 'Position', actual."Position") END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user', expected."user", 'No', expected."No", 'Position', expected."Position", 'group', expected."group", 'say "$body$"', expected."say ""$body$""") END,
       CASE WHEN actual.present THEN jsonb_build_object('user', actual."user", 'No', actual."No", 'Position', actual."Position", 'group', actual."group", 'say "$body$"', actual."say ""$body$""") END
  FROM (SELECT true AS present, "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position", "Order lines of the old shop, one row for each article bought"."group", "Order lines of the old shop, one row for each article bought"."say ""$body$""", own.cutover_1, own.cutover_2
          FROM cutover_odd_names."all_Order lines of the old shop, one row for each arti_38322375" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position", "Order lines of the old shop, one row for each article bought"."group", "Order lines of the old shop, one row for each article bought"."say ""$body$""", own.cutover_1, own.cutover_2
          FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)) AS actual
    ON expected."user" = actual."user" AND expected."No" = actual."No" AND expected."Position" = actual."Position"
 WHERE ROW(expected.present, expected."user", expected."No", expected."Position", expected."group", expected."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual."user", actual."No", actual."Position", actual."group", actual."say ""$body$""")::record;

-- Every unit that either side knows.
CREATE VIEW cutover_odd_names.forward_purchase_units (unit) AS
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase
  FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase
  FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase
  FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
UNION
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase
  FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2);

-- Every unit that either side knows.
CREATE VIEW cutover_odd_names.reverse_purchase_units (unit) AS
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase
  FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase
  FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase
  FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
UNION
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase
  FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2);

-- $1 direction of the references $2 ("kind:unit"); returns the references of the other direction that hang together with them.
CREATE FUNCTION cutover_odd_names.connected(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' THEN
    RETURN ARRAY(
      SELECT DISTINCT linked.ref FROM (
        SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text
          FROM (SELECT  "Order".*
            FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.forward_purchase[]) AS wanted (cutover_1, cutover_2)
             CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order") AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
        UNION ALL
        SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text
          FROM (SELECT DISTINCT ON ("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position") "Order lines of the old shop, one row for each article bought".*
            FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.forward_purchase[]) AS purchase
             CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE "Order lines of the old shop, one row for each article bought"."user" = purchase."user" AND "Order lines of the old shop, one row for each article bought"."No" = purchase."No" OFFSET 0) AS "Order lines of the old shop, one row for each article bought") AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
        UNION ALL
        SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text
          FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.forward_purchase[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text
          FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.forward_purchase[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
      ) AS linked (ref));
  END IF;
  RETURN ARRAY(
    SELECT DISTINCT linked.ref FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text
        FROM (SELECT  "Table".*
          FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.reverse_purchase[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table") AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
      UNION ALL
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text
        FROM (SELECT  "Order lines of the old shop, one row for each article bundle".*
          FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.reverse_purchase[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle") AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
      UNION ALL
      SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text
        FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.reverse_purchase[]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
      UNION ALL
      SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text
        FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.reverse_purchase[]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
    ) AS linked (ref));
END;
$body$;

-- Locks the legacy rows of reverse units, in the order of their keys, so that no legacy writer commits between our reading
-- and our writing.
CREATE FUNCTION cutover_odd_names.lock_rows(text[]) RETURNS void
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
BEGIN
  PERFORM 1
    FROM "it's the ""old"" shop"."Order" AS locked
   WHERE (locked."user", locked."No") IN (
           SELECT "Order"."user", "Order"."No"
             FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($1) AS ref
                      WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.reverse_purchase[]) AS wanted (cutover_1, cutover_2)
              CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order")
   ORDER BY locked."user", locked."No"
     FOR UPDATE;
  PERFORM 1
    FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS locked
   WHERE (locked."user", locked."No", locked."Position") IN (
           SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position"
             FROM unnest(ARRAY(SELECT substr(ref, 10) FROM unnest($1) AS ref
                      WHERE starts_with(ref, 'purchase:'))::cutover_odd_names.reverse_purchase[]) AS wanted (cutover_1, cutover_2)
              CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bought")
   ORDER BY locked."user", locked."No", locked."Position"
     FOR UPDATE;
END;
$body$;

-- The coarser units ("kind:unit") that the units $3 of kind $2, direction $1, lie in.
CREATE FUNCTION cutover_odd_names.coarser(text, text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  RETURN '{}';
END;
$body$;

-- The reverse units ("kind:unit") that have rows in a kept table of the legacy side: what they keep may be out of date after legacy
-- was written alone.
CREATE FUNCTION cutover_odd_names.kept_refs() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(DISTINCT kept.ref), '{}') FROM (
  SELECT NULL::text WHERE false
) AS kept (ref);
END;

-- Makes the units $3 of kind $2, direction $1, true ($4: 'all', 'whole', 'write', 'delete', 'check'); returns those that a rule holds back.
CREATE FUNCTION cutover_odd_names.recompute(text, text, text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'purchase' THEN
    RETURN cutover_odd_names.forward_purchase_recompute($3, $4);
  ELSIF $1 = 'reverse' AND $2 = 'purchase' THEN
    RETURN cutover_odd_names.reverse_purchase_recompute($3, $4);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'odd_names', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Brings legacy writes over to the new rows of the forward units $2 of kind $1 ($3: 'all', 'write', 'delete' or 'look'); returns what there is to do.
CREATE FUNCTION cutover_odd_names.patch(text, text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'purchase' THEN RETURN cutover_odd_names.forward_purchase_patch($2, $3); END IF;
  RETURN '';
END;
$body$;

-- Of the forward units $2 of kind $1 those that the new side was never made of.
CREATE FUNCTION cutover_odd_names.unmade(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  IF $1 = 'purchase' THEN RETURN cutover_odd_names.forward_purchase_unmade($2::cutover_odd_names.forward_purchase[])::text[]; END IF;
  RETURN '{}';
END;
$body$;

-- The units that a rule holds back, among $3 (NULL: all).
CREATE FUNCTION cutover_odd_names.held(text, text, text[]) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'purchase' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_odd_names.forward_purchase_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_odd_names.forward_purchase_held($3::cutover_odd_names.forward_purchase[]) AS some_held;
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'purchase' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_odd_names.reverse_purchase_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_odd_names.reverse_purchase_held($3::cutover_odd_names.reverse_purchase[]) AS some_held;
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'odd_names', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that are not what the mapping says, of the units $3 (NULL: all).
CREATE FUNCTION cutover_odd_names.differences(text, text, text[]) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'purchase' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_odd_names.forward_purchase_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_odd_names.forward_purchase_differences($3::cutover_odd_names.forward_purchase[]);
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'purchase' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_odd_names.reverse_purchase_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_odd_names.reverse_purchase_differences($3::cutover_odd_names.reverse_purchase[]);
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'odd_names', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Every unit of kind $2, direction $1, that either side knows.
CREATE FUNCTION cutover_odd_names.list_units(text, text) RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'purchase' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_odd_names.forward_purchase_units AS listed;
  ELSIF $1 = 'reverse' AND $2 = 'purchase' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_odd_names.reverse_purchase_units AS listed;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'odd_names', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that feed the unit $3, for the quarantine.
CREATE FUNCTION cutover_odd_names.source_rows(text, text, text) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'purchase' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'Order', 'row', to_jsonb("Order")) AS found
        FROM unnest(ARRAY[$3::cutover_odd_names.forward_purchase]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT "Order".* FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order"
      UNION ALL
      SELECT jsonb_build_object('table', 'Order lines of the old shop, one row for each article bought', 'row', to_jsonb("Order lines of the old shop, one row for each article bought")) AS found
        FROM unnest(ARRAY[$3::cutover_odd_names.forward_purchase]) AS purchase
         CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought".* FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE "Order lines of the old shop, one row for each article bought"."user" = purchase."user" AND "Order lines of the old shop, one row for each article bought"."No" = purchase."No" OFFSET 0) AS "Order lines of the old shop, one row for each article bought"
    ) AS rows);
  ELSIF $1 = 'reverse' AND $2 = 'purchase' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'Table', 'row', to_jsonb("Table")) AS found
        FROM unnest(ARRAY[$3::cutover_odd_names.reverse_purchase]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT "Table".* FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Table"
      UNION ALL
      SELECT jsonb_build_object('table', 'Order lines of the old shop, one row for each article bundle', 'row', to_jsonb("Order lines of the old shop, one row for each article bundle")) AS found
        FROM unnest(ARRAY[$3::cutover_odd_names.reverse_purchase]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bundle".* FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS "Order lines of the old shop, one row for each article bundle"
    ) AS rows);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'odd_names', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Is there any row to protect, on either side?
CREATE FUNCTION cutover_odd_names.holds_rows() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM "it's the ""old"" shop"."Order")
    OR EXISTS (SELECT FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought")
    OR EXISTS (SELECT FROM "Select"."Table")
    OR EXISTS (SELECT FROM "Select"."Order lines of the old shop, one row for each article bundle");
END;

-- The fence of "it's the ""old"" shop"."Order". A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_odd_names."fence_Order"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('legacy_locked', 'archived', 'dropped') OR step LIKE 'legacy_locked:%' THEN
    RAISE EXCEPTION '% is read-only: its data has moved to the new tables (cutover %)', 'it''s the "old" shop.Order', 'odd_names'
      USING ERRCODE = 'CU021', HINT = 'Write the new tables; this version of the application is too old.';
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on it's the "old" shop.Order: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order_insert"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM new_rows AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order', touched.key,
           NULL::text,
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order"."user", "Order"."No")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM new_rows AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order"."user", "Order"."No")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM new_rows AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on it's the "old" shop.Order: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order_update"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before."No" = after."No"
               WHERE after."user" IS NULL OR ROW(before."user", before."No", before."select", before."100 %", before."price in $$", before."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."select", after."100 %", after."price in $$", after."Ähnlich wie")::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before."No" = after."No"
               WHERE before."user" IS NULL OR ROW(before."user", before."No", before."select", before."100 %", before."price in $$", before."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."select", after."100 %", after."price in $$", after."Ähnlich wie")::record) AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order', touched.key,
           (SELECT "Order"::text FROM old_rows AS "Order" WHERE ROW("Order"."user", "Order"."No")::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order"."user", "Order"."No")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before."No" = after."No"
                 WHERE after."user" IS NULL OR ROW(before."user", before."No", before."select", before."100 %", before."price in $$", before."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."select", after."100 %", after."price in $$", after."Ähnlich wie")::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before."No" = after."No"
                 WHERE before."user" IS NULL OR ROW(before."user", before."No", before."select", before."100 %", before."price in $$", before."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."select", after."100 %", after."price in $$", after."Ähnlich wie")::record) AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order"."user", "Order"."No")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before."No" = after."No"
                 WHERE after."user" IS NULL OR ROW(before."user", before."No", before."select", before."100 %", before."price in $$", before."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."select", after."100 %", after."price in $$", after."Ähnlich wie")::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before."No" = after."No"
                 WHERE before."user" IS NULL OR ROW(before."user", before."No", before."select", before."100 %", before."price in $$", before."Ähnlich wie")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."select", after."100 %", after."price in $$", after."Ähnlich wie")::record) AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on it's the "old" shop.Order: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order_delete"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM old_rows AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order', touched.key,
           (SELECT "Order"::text FROM old_rows AS "Order" WHERE ROW("Order"."user", "Order"."No")::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order"."user", "Order"."No")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM old_rows AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order"."user", "Order"."No")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM old_rows AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on it's the "old" shop.Order: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order_truncate"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase <> 'expanded' AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (cutover %)', 'it''s the "old" shop.Order', 'odd_names'
      USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order', touched.key,
           (SELECT "Order"::text FROM "it's the ""old"" shop"."Order" AS "Order" WHERE ROW("Order"."user", "Order"."No")::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order"."user", "Order"."No")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order"."user", "Order"."No")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM "it's the ""old"" shop"."Order" AS "Order" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought". A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_odd_names."fence_Order lines of the old shop, one row for each ar_db85c2ec"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('legacy_locked', 'archived', 'dropped') OR step LIKE 'legacy_locked:%' THEN
    RAISE EXCEPTION '% is read-only: its data has moved to the new tables (cutover %)', 'it''s the "old" shop.Order lines of the old shop, one row for each article bought', 'odd_names'
      USING ERRCODE = 'CU021', HINT = 'Write the new tables; this version of the application is too old.';
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on it's the "old" shop.Order lines of the old shop, one row for each article bought: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_6701931e"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM new_rows AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order lines of the old shop, one row for each article bought', touched.key,
           NULL::text,
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM new_rows AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM new_rows AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on it's the "old" shop.Order lines of the old shop, one row for each article bought: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_038485e9"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body1$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before."No" = after."No" AND before."Position" = after."Position"
               WHERE after."user" IS NULL OR ROW(before."user", before."No", before."Position", before."group", before."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."Position", after."group", after."say ""$body$""")::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before."No" = after."No" AND before."Position" = after."Position"
               WHERE before."user" IS NULL OR ROW(before."user", before."No", before."Position", before."group", before."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."Position", after."group", after."say ""$body$""")::record) AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order lines of the old shop, one row for each article bought', touched.key,
           (SELECT "Order lines of the old shop, one row for each article bought"::text FROM old_rows AS "Order lines of the old shop, one row for each article bought" WHERE ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before."No" = after."No" AND before."Position" = after."Position"
                 WHERE after."user" IS NULL OR ROW(before."user", before."No", before."Position", before."group", before."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."Position", after."group", after."say ""$body$""")::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before."No" = after."No" AND before."Position" = after."Position"
                 WHERE before."user" IS NULL OR ROW(before."user", before."No", before."Position", before."group", before."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."Position", after."group", after."say ""$body$""")::record) AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before."No" = after."No" AND before."Position" = after."Position"
                 WHERE after."user" IS NULL OR ROW(before."user", before."No", before."Position", before."group", before."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."Position", after."group", after."say ""$body$""")::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before."No" = after."No" AND before."Position" = after."Position"
                 WHERE before."user" IS NULL OR ROW(before."user", before."No", before."Position", before."group", before."say ""$body$""")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after."No", after."Position", after."group", after."say ""$body$""")::record) AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body1$;

-- DELETE on it's the "old" shop.Order lines of the old shop, one row for each article bought: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_0eb63e67"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM old_rows AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order lines of the old shop, one row for each article bought', touched.key,
           (SELECT "Order lines of the old shop, one row for each article bought"::text FROM old_rows AS "Order lines of the old shop, one row for each article bought" WHERE ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM old_rows AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM old_rows AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on it's the "old" shop.Order lines of the old shop, one row for each article bought: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_da34c027"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('odd_names', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase <> 'expanded' AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (cutover %)', 'it''s the "old" shop.Order lines of the old shop, one row for each article bought', 'odd_names'
      USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
      FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'odd_names', 'Order lines of the old shop, one row for each article bought', touched.key,
           (SELECT "Order lines of the old shop, one row for each article bought"::text FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" WHERE ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text AS key, 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.forward_purchase::text AS feeds, NULL::text AS belongs FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No") AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW("Order lines of the old shop, one row for each article bought"."user", "Order lines of the old shop, one row for each article bought"."No", "Order lines of the old shop, one row for each article bought"."Position")::text, NULL::text, 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.reverse_purchase::text FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" AS "Order lines of the old shop, one row for each article bought" CROSS JOIN LATERAL (SELECT "user", "No") AS own (cutover_1, cutover_2)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of "Select"."Table". A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_odd_names."fence_Table"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'Select.Table', 'odd_names', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('odd_names', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on Select.Table: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Table_insert"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM new_rows AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM new_rows AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on Select.Table: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Table_update"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before.number = after.number
                 WHERE after."user" IS NULL OR ROW(before."user", before.number, before."Column", before."where", before."$1", before."it's", before."end")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Column", after."where", after."$1", after."it's", after."end")::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before.number = after.number
                 WHERE before."user" IS NULL OR ROW(before."user", before.number, before."Column", before."where", before."$1", before."it's", before."end")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Column", after."where", after."$1", after."it's", after."end")::record) AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before.number = after.number
               WHERE after."user" IS NULL OR ROW(before."user", before.number, before."Column", before."where", before."$1", before."it's")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Column", after."where", after."$1", after."it's")::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before.number = after.number
               WHERE before."user" IS NULL OR ROW(before."user", before.number, before."Column", before."where", before."$1", before."it's")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Column", after."where", after."$1", after."it's")::record) AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on Select.Table: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Table_delete"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM old_rows AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM old_rows AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on Select.Table: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Table_truncate"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM "Select"."Table" AS "Table" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of "Select"."Order lines of the old shop, one row for each article bundle". A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_odd_names."fence_Order lines of the old shop, one row for each ar_af5dfe5c"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'Select.Order lines of the old shop, one row for each article bundle', 'odd_names', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('odd_names', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on Select.Order lines of the old shop, one row for each article bundle: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_2cbe4e50"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM new_rows AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM new_rows AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on Select.Order lines of the old shop, one row for each article bundle: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_9ed3db91"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before.number = after.number AND before."Position" = after."Position"
                 WHERE after."user" IS NULL OR ROW(before."user", before.number, before."Position", before."from", before."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Position", after."from", after."a ""b"" \ c")::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before.number = after.number AND before."Position" = after."Position"
                 WHERE before."user" IS NULL OR ROW(before."user", before.number, before."Position", before."from", before."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Position", after."from", after."a ""b"" \ c")::record) AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before."user" = after."user" AND before.number = after.number AND before."Position" = after."Position"
               WHERE after."user" IS NULL OR ROW(before."user", before.number, before."Position", before."from", before."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Position", after."from", after."a ""b"" \ c")::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before."user" = after."user" AND before.number = after.number AND before."Position" = after."Position"
               WHERE before."user" IS NULL OR ROW(before."user", before.number, before."Position", before."from", before."a ""b"" \ c")::record OPERATOR(pg_catalog.*<>) ROW(after."user", after.number, after."Position", after."from", after."a ""b"" \ c")::record) AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on Select.Order lines of the old shop, one row for each article bundle: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_5754e44d"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM old_rows AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM old_rows AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on Select.Order lines of the old shop, one row for each article bundle: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_17eaf08b"() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('odd_names', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'odd_names';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'purchase:' || ROW(own.cutover_1, own.cutover_2)::cutover_odd_names.forward_purchase::text AS ref
        FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('odd_names', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'purchase:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_odd_names.reverse_purchase::text AS ref
      FROM "Select"."Order lines of the old shop, one row for each article bundle" AS "Order lines of the old shop, one row for each article bundle" CROSS JOIN LATERAL (SELECT "user", number) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('odd_names', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- PUBLIC may execute nothing of it.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover_odd_names FROM PUBLIC;

-- Takes away what stood before, with its triggers. From here on writers of the tables wait until this migration is committed.
SELECT cutover.swap_compiled('odd_names', 'cutover_odd_names');

-- What the core has to know of this cutover.
SELECT cutover.register_cutover(
  'odd_names',
  'cutover_odd_names',
   E'{\n  "compiler": 2,\n  "units": {\n    "forward": [\n      [\n        "purchase",\n        "user",\n        "No"\n      ]\n    ],\n    "reverse": [\n      [\n        "purchase",\n        "user",\n        "No"\n      ]\n    ]\n  },\n  "tables": {\n    "legacy": [\n      "\\"it''s the \\"\\"old\\"\\" shop\\".\\"Order\\"",\n      "\\"it''s the \\"\\"old\\"\\" shop\\".\\"Order lines of the old shop, one row for each article bought\\""\n    ],\n    "new": [\n      "\\"Select\\".\\"Table\\"",\n      "\\"Select\\".\\"Order lines of the old shop, one row for each article bundle\\""\n    ],\n    "context": [],\n    "kept": []\n  },\n  "keep": {\n    "Order": [\n      "when"\n    ],\n    "Table": [\n      "end"\n    ]\n  },\n  "lost": {},\n  "sync": {\n    "mode": "commit",\n    "maxUnits": 1000,\n    "budgetMs": 60000\n  },\n  "gates": {\n    "drift": 0,\n    "verifyMaxAgeHours": 24\n  },\n  "shape": {\n    "units": {\n      "forward": [\n        {\n          "kind": "purchase",\n          "columns": [\n            {\n              "name": "user",\n              "type": "text"\n            },\n            {\n              "name": "No",\n              "type": "integer"\n            }\n          ]\n        }\n      ],\n      "reverse": [\n        {\n          "kind": "purchase",\n          "columns": [\n            {\n              "name": "user",\n              "type": "text"\n            },\n            {\n              "name": "No",\n              "type": "integer"\n            }\n          ]\n        }\n      ]\n    },\n    "tables": [\n      {\n        "side": "legacy",\n        "table": [\n          "it''s the \\"old\\" shop",\n          "Order"\n        ],\n        "key": [\n          "user",\n          "No"\n        ],\n        "unit": {\n          "kind": "purchase",\n          "expressions": [\n            "\\"user\\"",\n            "\\"No\\""\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "purchase",\n            "expressions": [\n              "\\"user\\"",\n              "\\"No\\""\n            ]\n          }\n        ],\n        "keep": [\n          "when"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "legacy",\n        "table": [\n          "it''s the \\"old\\" shop",\n          "Order lines of the old shop, one row for each article bought"\n        ],\n        "key": [\n          "user",\n          "No",\n          "Position"\n        ],\n        "unit": {\n          "kind": "purchase",\n          "expressions": [\n            "\\"user\\"",\n            "\\"No\\""\n          ]\n        },\n        "feeds": [\n          {\n            "form": "query",\n            "kind": "purchase",\n            "units": "SELECT \\"Order lines of the old shop, one row for each article bought\\".\\"user\\", \\"Order lines of the old shop, one row for each article bought\\".\\"No\\"",\n            "rows": "\\"Order lines of the old shop, one row for each article bought\\".\\"user\\" = purchase.\\"user\\" AND \\"Order lines of the old shop, one row for each article bought\\".\\"No\\" = purchase.\\"No\\""\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "Select",\n          "Table"\n        ],\n        "key": [\n          "user",\n          "number"\n        ],\n        "unit": {\n          "kind": "purchase",\n          "expressions": [\n            "\\"user\\"",\n            "number"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "purchase",\n            "expressions": [\n              "\\"user\\"",\n              "number"\n            ]\n          }\n        ],\n        "keep": [\n          "end"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "Select",\n          "Order lines of the old shop, one row for each article bundle"\n        ],\n        "key": [\n          "user",\n          "number",\n          "Position"\n        ],\n        "unit": {\n          "kind": "purchase",\n          "expressions": [\n            "\\"user\\"",\n            "number"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "purchase",\n            "expressions": [\n              "\\"user\\"",\n              "number"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      }\n    ],\n    "context": []\n  },\n  "mappings": {\n    "cutovers/odd_names/reverse/Order.sql": "SELECT\\n  \\"Table\\".\\"user\\",\\n  \\"Table\\".number AS \\"No\\",\\n  \\"Table\\".\\"Column\\" AS \\"select\\",\\n  \\"Table\\".\\"where\\" AS \\"100 %\\",\\n  \\"Table\\".\\"$1\\" AS \\"price in $$\\",\\n  \\"Table\\".\\"it''s\\" AS \\"Ähnlich wie\\"\\nFROM \\"Table\\"\\n",\n    "cutovers/odd_names/reverse/Order lines of the old shop, one row for each article bought.sql": "SELECT\\n  line.\\"user\\",\\n  line.number AS \\"No\\",\\n  line.\\"Position\\",\\n  line.\\"from\\" AS \\"group\\",\\n  line.\\"a \\"\\"b\\"\\" \\\\ c\\" AS \\"say \\"\\"$body$\\"\\"\\"\\nFROM \\"Order lines of the old shop, one row for each article bundle\\" AS line\\n",\n    "cutovers/odd_names/forward/Table.sql": "SELECT\\n  \\"Order\\".\\"user\\",\\n  \\"Order\\".\\"No\\" AS number,\\n  \\"Order\\".\\"select\\" AS \\"Column\\",\\n  \\"Order\\".\\"100 %\\" AS \\"where\\",\\n  \\"Order\\".\\"price in $$\\" AS \\"$1\\",\\n  \\"Order\\".\\"Ähnlich wie\\" AS \\"it''s\\"\\nFROM \\"Order\\"\\n",\n    "cutovers/odd_names/forward/Order lines of the old shop, one row for each article bundle.sql": "SELECT\\n  line.\\"user\\",\\n  line.\\"No\\" AS number,\\n  line.\\"Position\\",\\n  line.\\"group\\" AS \\"from\\",\\n  line.\\"say \\"\\"$body$\\"\\"\\" AS \\"a \\"\\"b\\"\\" \\\\ c\\"\\nFROM \\"Order lines of the old shop, one row for each article bought\\" AS line\\n"\n  }\n}'::jsonb,
  '{}'::jsonb,
  2
);

-- The triggers. Lock: SHARE ROW EXCLUSIVE on each table until the end of this file. It waits for writers in flight and
-- holds up new ones, at most for the lock timeout set above; when that is used up, run the file again.
CREATE TRIGGER zzz_cutover_odd_names_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "it's the ""old"" shop"."Order"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."fence_Order"();
CREATE TRIGGER zzz_cutover_odd_names_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."fence_Order lines of the old shop, one row for each ar_db85c2ec"();
CREATE TRIGGER zzz_cutover_odd_names_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "Select"."Table"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."fence_Table"();
CREATE TRIGGER zzz_cutover_odd_names_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "Select"."Order lines of the old shop, one row for each article bundle"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."fence_Order lines of the old shop, one row for each ar_af5dfe5c"();
CREATE TRIGGER zzz_cutover_odd_names_insert AFTER INSERT ON "it's the ""old"" shop"."Order"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order_insert"();
CREATE TRIGGER zzz_cutover_odd_names_update AFTER UPDATE ON "it's the ""old"" shop"."Order"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order_update"();
CREATE TRIGGER zzz_cutover_odd_names_delete AFTER DELETE ON "it's the ""old"" shop"."Order"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order_delete"();
CREATE TRIGGER zzz_cutover_odd_names_truncate BEFORE TRUNCATE ON "it's the ""old"" shop"."Order"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order_truncate"();
CREATE TRIGGER zzz_cutover_odd_names_insert AFTER INSERT ON "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_6701931e"();
CREATE TRIGGER zzz_cutover_odd_names_update AFTER UPDATE ON "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_038485e9"();
CREATE TRIGGER zzz_cutover_odd_names_delete AFTER DELETE ON "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_0eb63e67"();
CREATE TRIGGER zzz_cutover_odd_names_truncate BEFORE TRUNCATE ON "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_da34c027"();
CREATE TRIGGER zzz_cutover_odd_names_insert AFTER INSERT ON "Select"."Table"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Table_insert"();
CREATE TRIGGER zzz_cutover_odd_names_update AFTER UPDATE ON "Select"."Table"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Table_update"();
CREATE TRIGGER zzz_cutover_odd_names_delete AFTER DELETE ON "Select"."Table"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Table_delete"();
CREATE TRIGGER zzz_cutover_odd_names_truncate BEFORE TRUNCATE ON "Select"."Table"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Table_truncate"();
CREATE TRIGGER zzz_cutover_odd_names_insert AFTER INSERT ON "Select"."Order lines of the old shop, one row for each article bundle"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_2cbe4e50"();
CREATE TRIGGER zzz_cutover_odd_names_update AFTER UPDATE ON "Select"."Order lines of the old shop, one row for each article bundle"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_9ed3db91"();
CREATE TRIGGER zzz_cutover_odd_names_delete AFTER DELETE ON "Select"."Order lines of the old shop, one row for each article bundle"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_5754e44d"();
CREATE TRIGGER zzz_cutover_odd_names_truncate BEFORE TRUNCATE ON "Select"."Order lines of the old shop, one row for each article bundle"
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_odd_names."note_Order lines of the old shop, one row for each art_17eaf08b"();

-- The catalog that all this was compiled for, as it stands at the end of this file. Compiled from:
-- "it's the ""old"" shop"."Order": user text, No integer, select text, 100 % numeric(5,2), price in $$ numeric(12,2), Ähnlich wie text, when timestamp with time zone; zzz_cutover_odd_names_fence, zzz_cutover_odd_names_insert, zzz_cutover_odd_names_update, zzz_cutover_odd_names_delete, zzz_cutover_odd_names_truncate
-- "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought": user text, No integer, Position integer, group text, say "$body$" text; zzz_cutover_odd_names_fence, zzz_cutover_odd_names_insert, zzz_cutover_odd_names_update, zzz_cutover_odd_names_delete, zzz_cutover_odd_names_truncate
-- "Select"."Table": user text, number integer, Column text, where numeric(5,2), $1 numeric(12,2), it's text, end timestamp with time zone; zzz_cutover_odd_names_fence, zzz_cutover_odd_names_insert, zzz_cutover_odd_names_update, zzz_cutover_odd_names_delete, zzz_cutover_odd_names_truncate
-- "Select"."Order lines of the old shop, one row for each article bundle": user text, number integer, Position integer, from text, a "b" \ c text; zzz_cutover_odd_names_fence, zzz_cutover_odd_names_insert, zzz_cutover_odd_names_update, zzz_cutover_odd_names_delete, zzz_cutover_odd_names_truncate
SELECT cutover.seal_compiled('odd_names', ARRAY['"it''s the ""old"" shop"."Order"', '"it''s the ""old"" shop"."Order lines of the old shop, one row for each article bought"', '"Select"."Table"', '"Select"."Order lines of the old shop, one row for each article bundle"']);
