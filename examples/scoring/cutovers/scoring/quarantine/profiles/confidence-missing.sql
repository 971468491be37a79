-- Neither a number nor one of the bands that stand for one: 0 would be an answer.
SELECT profiles.session_id
FROM profiles
CROSS JOIN LATERAL (
  SELECT
    CASE
      WHEN jsonb_typeof(profiles.payload #> '{profile,payload}') = 'object'
      THEN profiles.payload #> '{profile,payload,profile,confidence}'
      ELSE profiles.payload #> '{profile,confidence}'
    END
) AS document (confidence)
WHERE
  profiles.confidence IS NULL
  AND jsonb_typeof(document.confidence) IS DISTINCT FROM 'number'
  AND coalesce(document.confidence NOT IN ('"High"', '"Moderate"', '"Low"'), true)
