-- What new.sql means in the old shape. (Author 'cyd' has lost the last diary: kept_author holds the name.)
INSERT INTO public.diary (id, author, first_day, entries)
VALUES (40, 'ida', '2025-10-01', '[{"offset": 1, "text": "made on the new side", "mood": null}]');
UPDATE public.diary
   SET entries = '[{"offset": 0, "text": "changed on the new side", "mood": "g"}, {"offset": 9, "text": "more", "mood": "g"}]'
 WHERE id = 1;
UPDATE public.diary SET author = 'nobody yet' WHERE id = 4;
DELETE FROM public.diary WHERE id = 90;
INSERT INTO public.kept_author (name) VALUES ('cyd');
