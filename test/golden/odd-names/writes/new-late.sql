-- Writes of the new version of the application after legacy has been locked.
UPDATE "Select"."Table" SET "Column" = E'\\ "late"' WHERE "user" = 'o''brien' AND number = 2;
INSERT INTO "Select"."Order lines of the old shop, one row for each article bundle" VALUES ('', 0, 9, NULL, '%');
DELETE FROM "Select"."Table" WHERE "user" = '\';
