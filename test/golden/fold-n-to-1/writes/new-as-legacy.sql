-- What new.sql means in the old shape.
UPDATE public.setting SET value = 'light' WHERE account_id = 1 AND name = 'theme';
DELETE FROM public.setting WHERE account_id = 1 AND name = 'zone';
INSERT INTO public.setting (account_id, name, value, weight, sort_order) VALUES (10, 'a', 'b', 2.50, 1);
DELETE FROM public.setting WHERE account_id = 5;
