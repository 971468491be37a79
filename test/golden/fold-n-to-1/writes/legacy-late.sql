-- Writes of an old version of the application after writes have moved.
BEGIN;
UPDATE public.setting SET weight = 4.00 WHERE account_id = -4 AND name = 'B';
INSERT INTO public.setting (account_id, name, value, weight, sort_order) VALUES (9, 'late', 'z', 1, 1);
COMMIT;

DELETE FROM public.setting WHERE account_id = 9223372036854775807 AND name = '10';
