SELECT
  id AS event_id,
  account_id,
  happened_at,
  sum(amount) OVER (PARTITION BY account_id ORDER BY happened_at, id) AS balance
FROM event
