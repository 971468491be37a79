SELECT
  note.note_id AS id,
  note.heading AS title,
  note.text AS body,
  (note.price * 100)::bigint AS price_cents,
  note.weight,
  note.state = 'done' AS done,
  CASE note.rank WHEN -1 THEN 'low' WHEN 1 THEN 'high' ELSE 'normal' END AS priority,
  note.written_at,
  note.remind_at AT TIME ZONE 'UTC' AS remind_at,
  note.file AS attachment
FROM note
