-- Writes of the new version of the application.
BEGIN;
INSERT INTO "Select"."Table" ("user", number, "Column", "where") VALUES ('new "side"', 1, '$1', 0.5);
INSERT INTO "Select"."Order lines of the old shop, one row for each article bundle" VALUES ('new "side"', 1, 1, 'a', 'b');
COMMIT;

UPDATE "Select"."Table" SET "it's" = NULL, "$1" = 1 WHERE "user" = '';
UPDATE "Select"."Order lines of the old shop, one row for each article bundle" SET "from" = '$body$' WHERE "user" = '"quoted"';
-- The lines go with it.
DELETE FROM "Select"."Table" WHERE "user" = 'User';
