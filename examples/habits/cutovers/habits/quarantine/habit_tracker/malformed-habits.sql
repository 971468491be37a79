-- habits has to be an array of objects with an integer id (exact in a JSON number), a name of 1 to 200 characters, the
-- seven times (looked at by malformed-times) and nothing else. Guards stand in CASE, so that nothing can raise.
SELECT id
FROM habit_tracker
WHERE habits IS NULL
  OR jsonb_typeof(habits) <> 'array'
  OR EXISTS (
    SELECT
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
    WHERE CASE
      WHEN jsonb_typeof(entry) <> 'object' THEN true
      WHEN entry - 'id' - 'name' - 'times' <> '{}'::jsonb THEN true
      WHEN jsonb_typeof(entry -> 'id') IS DISTINCT FROM 'number' THEN true
      WHEN (entry ->> 'id') !~ '^-?[0-9]{1,16}$' THEN true
      WHEN (entry -> 'id')::numeric NOT BETWEEN -9007199254740992 AND 9007199254740992 THEN true
      WHEN jsonb_typeof(entry -> 'name') IS DISTINCT FROM 'string' THEN true
      ELSE char_length(entry ->> 'name') NOT BETWEEN 1 AND 200
    END
  )
