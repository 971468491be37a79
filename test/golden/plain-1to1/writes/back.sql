-- Writes of the application after the cutover has been rolled back.
UPDATE public.memo SET title = 'legacy again', seen_at = NULL WHERE id = 5;
DELETE FROM public.memo WHERE id = 20;
INSERT INTO public.memo (id, title, seen_at) VALUES (60, 'legacy again', '2026-03-01 00:00+00');
