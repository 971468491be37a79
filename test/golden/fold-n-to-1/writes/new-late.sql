-- Writes of the new version of the application after legacy has been locked.
UPDATE public.account_settings SET settings = settings || '{"new": {"value": null, "weight": "NaN", "sort_order": 0}}' WHERE account_id = 8;
DELETE FROM public.account_settings WHERE account_id = 9;
INSERT INTO public.account_settings (account_id, settings)
VALUES (11, '{"a": {"value": "", "weight": null, "sort_order": -1}}');
