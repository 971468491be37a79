-- Writes of the new version of the application.
BEGIN;
INSERT INTO public.note (note_id, heading, price, state, rank) VALUES (40, 'made on the new side', 99.90, 'open', 1);
UPDATE public.note SET text = 'changed on the new side', price = 99.99 WHERE note_id = 1;
COMMIT;

DELETE FROM public.note WHERE note_id = 7;
UPDATE public.note SET created_at = '2020-01-01 00:00+00' WHERE note_id = 4;
-- The row changes its unit.
UPDATE public.note SET note_id = 50 WHERE note_id = -8;
