SELECT
  setting.account_id,
  jsonb_object_agg(
    setting.name,
    jsonb_build_object('value', setting.value, 'weight', setting.weight, 'sort_order', setting.sort_order)
  ) AS settings
FROM setting
GROUP BY setting.account_id
