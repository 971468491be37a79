-- What new-late.sql means in the old shape.
INSERT INTO public.setting (account_id, name, value, weight, sort_order) VALUES (8, 'new', NULL, 'NaN', 0), (11, 'a', '', NULL, -1);
DELETE FROM public.setting WHERE account_id = 9;
