-- What new-late.sql means in the old shape.
UPDATE public.memo SET priority = 'low', title = 'late on the new side' WHERE id = 4;
DELETE FROM public.memo WHERE id = 21;
INSERT INTO public.memo (id, title) VALUES (41, 'late on the new side');
