SELECT
  volume.diary_id AS id,
  volume.author,
  volume.first_day,
  coalesce(
    jsonb_agg(
      jsonb_build_object('offset', day.day - volume.first_day, 'text', day.text, 'mood', day.mood) ORDER BY day.day
    ) FILTER (WHERE day.day IS NOT NULL),
    '[]'
  ) AS entries
FROM volume
LEFT JOIN day ON day.diary_id = volume.diary_id
GROUP BY volume.diary_id, volume.author, volume.first_day
