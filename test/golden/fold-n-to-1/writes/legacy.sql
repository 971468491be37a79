-- Writes of the application while legacy is the truth.
BEGIN;
INSERT INTO public.setting (account_id, name, value, weight, sort_order) VALUES (1, 'added', 'x', 0.10, 9), (8, 'first', 'y', NULL, 0);
UPDATE public.setting SET value = 'fr' WHERE account_id = 1 AND name = 'language';
COMMIT;

-- The last row of its unit.
DELETE FROM public.setting WHERE account_id = 2;
-- The row changes its unit.
UPDATE public.setting SET account_id = 5 WHERE account_id = 3 AND name = 'value';
