-- times has to be exactly seven strings, each of them '', 'green', 'yellow' or 'red': with fewer or more slots, or with
-- another status, nobody can say which day or which colour was meant.
SELECT id
FROM habit_tracker
WHERE EXISTS (
  SELECT
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
  WHERE CASE
    WHEN jsonb_typeof(entry) <> 'object' THEN false
    WHEN jsonb_typeof(entry -> 'times') IS DISTINCT FROM 'array' THEN true
    WHEN jsonb_array_length(entry -> 'times') <> 7 THEN true
    ELSE NOT entry -> 'times' <@ '["", "green", "yellow", "red"]'::jsonb
  END
)
