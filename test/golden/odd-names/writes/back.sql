-- Writes of the application after the cutover has been rolled back.
UPDATE "it's the ""old"" shop"."Order" SET "price in $$" = 0.01, "when" = NULL WHERE "user" = '';
DELETE FROM "it's the ""old"" shop"."Order" WHERE "user" = '"quoted"';
INSERT INTO "it's the ""old"" shop"."Order" ("user", "No", "when") VALUES ('legacy again', 1, 'epoch');
