-- Writes of an old version of the application after writes have moved.
BEGIN;
INSERT INTO public.diary (id, author, first_day, entries) VALUES (21, 'gil', '2025-07-01', '[{"offset": 0, "text": "late", "mood": null}]');
UPDATE public.diary SET first_day = '2025-02-02' WHERE id = 2;
COMMIT;

UPDATE public.diary SET color = 'green', entries = '[]' WHERE id = 3;
UPDATE public.diary SET author = 'hal' WHERE id = 91;
UPDATE public.diary SET author = 'ann' WHERE id = 20;
