-- What new.sql means in the old shape.
INSERT INTO "it's the ""old"" shop"."Order" ("user", "No", "select", "100 %", "Ähnlich wie") VALUES ('new "side"', 1, '$1', 0.5, NULL);
INSERT INTO "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" VALUES ('new "side"', 1, 1, 'a', 'b');
UPDATE "it's the ""old"" shop"."Order" SET "Ähnlich wie" = NULL, "price in $$" = 1 WHERE "user" = '';
UPDATE "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" SET "group" = '$body$' WHERE "user" = '"quoted"';
DELETE FROM "it's the ""old"" shop"."Order" WHERE "user" = 'User';
