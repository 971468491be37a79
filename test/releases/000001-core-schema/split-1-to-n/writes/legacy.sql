-- Writes of the application while legacy is the truth.
BEGIN;
INSERT INTO public.diary (id, author, first_day, entries) VALUES (20, 'eve', '2025-06-01', '[{"offset": 3, "text": "new", "mood": "b"}]');
UPDATE public.diary SET entries = entries || '[{"offset": 9, "text": "more", "mood": "g"}]' WHERE id = 1;
COMMIT;

-- The row changes its unit, and the last diary of an author goes.
UPDATE public.diary SET author = 'ann' WHERE id = 3;
DELETE FROM public.diary WHERE id = 5;
-- Out of the quarantine, and into it.
UPDATE public.diary SET author = 'fay' WHERE id = 90;
INSERT INTO public.diary (id, author, first_day, entries) VALUES (91, NULL, '2025-09-02', '[]');
UPDATE public.mood SET name = 'fine' WHERE code = 'g';
