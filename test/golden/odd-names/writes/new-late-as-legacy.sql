-- What new-late.sql means in the old shape.
UPDATE "it's the ""old"" shop"."Order" SET "select" = E'\\ "late"' WHERE "user" = 'o''brien' AND "No" = 2;
INSERT INTO "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" VALUES ('', 0, 9, NULL, '%');
DELETE FROM "it's the ""old"" shop"."Order" WHERE "user" = '\';
