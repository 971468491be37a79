-- What new-late.sql means in the old shape. (Author 'gil' has lost the last diary.)
UPDATE public.diary SET entries = '[{"offset": 1, "text": "late", "mood": "b"}]' WHERE id = 2;
DELETE FROM public.diary WHERE id = 21;
DELETE FROM public.kept_author WHERE name = 'cyd';
INSERT INTO public.kept_author (name) VALUES ('gil');
