-- Writes of the new version of the application after legacy has been locked.
INSERT INTO public.day (diary_id, author, day, text, mood, mood_name) VALUES (2, 'ann', '2025-02-03', 'late', 'b', 'bad');
DELETE FROM public.volume WHERE diary_id = 21;
DELETE FROM public.author WHERE name = 'cyd';
