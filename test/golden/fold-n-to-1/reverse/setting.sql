SELECT
  account_settings.account_id,
  entry.name,
  entry.setting ->> 'value' AS value,
  (entry.setting ->> 'weight')::numeric AS weight,
  -- By way of numeric, as JSON may write an integer as 1.0 or 1e3.
  (entry.setting ->> 'sort_order')::numeric::integer AS sort_order
FROM account_settings
CROSS JOIN LATERAL jsonb_each(account_settings.settings) AS entry (name, setting)
