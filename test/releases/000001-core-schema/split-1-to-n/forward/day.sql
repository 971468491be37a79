SELECT
  diary.id AS diary_id,
  diary.author,
  diary.first_day + (entry ->> 'offset')::integer AS day,
  entry ->> 'text' AS text,
  entry ->> 'mood' AS mood,
  mood.name AS mood_name
FROM diary
CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry
LEFT JOIN mood ON mood.code = entry ->> 'mood'
WHERE diary.author IS NOT NULL
