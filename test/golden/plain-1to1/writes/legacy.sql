-- Writes of the application while legacy is the truth.
BEGIN;
INSERT INTO public.memo (id, title, price_cents, seen_at) VALUES (20, 'new', 100, '2025-12-01 00:00+00');
UPDATE public.memo SET title = 'changed', weight = 1.5000 WHERE id = 4;
COMMIT;

-- Nothing that a mapping reads.
UPDATE public.memo SET seen_at = '2026-01-01 00:00+00', color = 'green' WHERE id = 1;
DELETE FROM public.memo WHERE id = 2;
-- The row changes its unit.
UPDATE public.memo SET id = 30 WHERE id = 3;
