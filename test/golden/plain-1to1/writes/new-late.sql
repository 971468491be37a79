-- Writes of the new version of the application after legacy has been locked.
UPDATE public.note SET rank = -1, heading = 'late on the new side' WHERE note_id = 4;
DELETE FROM public.note WHERE note_id = 21;
INSERT INTO public.note (note_id, heading) VALUES (41, 'late on the new side');
