-- Writes of an old version of the application after writes have moved.
BEGIN;
UPDATE "it's the ""old"" shop"."Order" SET "select" = E'it''s \\ late' WHERE "user" = '\';
INSERT INTO "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
VALUES ('\', -1, 2, 'late', '$$');
COMMIT;

DELETE FROM "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
 WHERE "user" = 'o''brien' AND "No" = 1 AND "Position" = 2;
