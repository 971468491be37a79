-- Writes of the application after the cutover has been rolled back.
UPDATE public.diary SET author = 'hal', color = NULL WHERE id = 91;
DELETE FROM public.diary WHERE id = 3;
INSERT INTO public.diary (id, author, first_day) VALUES (60, 'bob', '2025-12-01');
