-- Writes of the new version of the application.
BEGIN;
INSERT INTO public.author (name) VALUES ('ida'), ('nobody yet');
INSERT INTO public.volume (diary_id, author, first_day) VALUES (40, 'ida', '2025-10-01');
INSERT INTO public.day (diary_id, author, day, text) VALUES (40, 'ida', '2025-10-02', 'made on the new side');
COMMIT;

UPDATE public.day SET text = 'changed on the new side' WHERE diary_id = 1 AND day = '2025-01-01';
DELETE FROM public.day WHERE diary_id = 1 AND day = '2025-01-03';
UPDATE public.volume SET author = 'nobody yet' WHERE diary_id = 4;
-- Volumes and days go with it.
DELETE FROM public.author WHERE name = 'fay';
