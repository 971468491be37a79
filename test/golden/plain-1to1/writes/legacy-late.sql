-- Writes of an old version of the application after writes have moved.
BEGIN;
INSERT INTO public.memo (id, title, done, seen_at) VALUES (21, 'late', true, '2025-12-02 00:00+00');
UPDATE public.memo SET price_cents = 7 WHERE id = 5;
COMMIT;

UPDATE public.memo SET attachment = NULL, seen_at = '2026-02-01 00:00+00' WHERE id = 1;
DELETE FROM public.memo WHERE id = 6;
