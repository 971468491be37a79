-- Writes of the new version of the application.
BEGIN;
UPDATE public.account_settings
   SET settings = pg_catalog.jsonb_set(settings, '{theme,value}', '"light"') - 'zone'
 WHERE account_id = 1;
INSERT INTO public.account_settings (account_id, settings)
VALUES (10, '{"a": {"value": "b", "weight": 2.50, "sort_order": 1}}');
COMMIT;

DELETE FROM public.account_settings WHERE account_id = 5;
