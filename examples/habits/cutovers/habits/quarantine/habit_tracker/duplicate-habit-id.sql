-- Two habits of one row with one id: nobody can say which of them a change meant.
SELECT id
FROM habit_tracker
WHERE EXISTS (
  SELECT
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
  WHERE jsonb_typeof(entry -> 'id') = 'number'
  GROUP BY entry -> 'id'
  HAVING count(*) > 1
)
