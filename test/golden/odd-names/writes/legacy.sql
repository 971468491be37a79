-- Writes of the application while legacy is the truth.
BEGIN;
INSERT INTO "it's the ""old"" shop"."Order" ("user", "No", "select", "100 %", "price in $$", "Ähnlich wie", "when")
VALUES ('o''brien', 3, 'three', 3, 3.3, NULL, '2025-12-01 00:00+00');
INSERT INTO "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
VALUES ('o''brien', 3, 1, 'g', '"'), ('o''brien', 2, 7, 'late line', NULL);
COMMIT;

UPDATE "it's the ""old"" shop"."Order" SET "when" = '2026-01-01 00:00+00' WHERE "user" = '"quoted"';
UPDATE "it's the ""old"" shop"."Order" SET "100 %" = 99.9 WHERE "user" = 'User';
-- The lines go with it.
DELETE FROM "it's the ""old"" shop"."Order" WHERE "user" = 'user';
