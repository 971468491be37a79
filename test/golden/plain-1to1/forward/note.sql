SELECT
  memo.id AS note_id,
  memo.title AS heading,
  memo.body AS text,
  (memo.price_cents / 100.00)::numeric(21, 2) AS price,
  memo.weight,
  CASE memo.done WHEN true THEN 'done' WHEN false THEN 'open' END AS state,
  CASE memo.priority WHEN 'low' THEN -1 WHEN 'high' THEN 1 ELSE 0 END AS rank,
  memo.written_at,
  -- The legacy column held UTC without saying so.
  memo.remind_at AT TIME ZONE 'UTC' AS remind_at,
  memo.attachment AS file
FROM memo
