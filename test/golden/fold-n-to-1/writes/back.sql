-- Writes of the application after the cutover has been rolled back.
UPDATE public.setting SET value = 'legacy again' WHERE account_id = -4;
DELETE FROM public.setting WHERE account_id = 8;
INSERT INTO public.setting (account_id, name, value, weight) VALUES (60, 'legacy again', NULL, 0.0);
