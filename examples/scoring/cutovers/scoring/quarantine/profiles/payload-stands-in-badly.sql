-- There are no rows, so the document has to stand in for them, and cannot: wrong names, a code twice, a number that is
-- none. Guessing would make a wrong shape canonical.
SELECT profiles.session_id
FROM profiles
CROSS JOIN LATERAL (
  SELECT
    CASE
      WHEN jsonb_typeof(profiles.payload #> '{profile,payload}') = 'object' THEN profiles.payload #> '{profile,payload}'
      ELSE profiles.payload
    END
) AS unwrapped (document)
WHERE
  (
    NOT EXISTS (SELECT FROM scoring_results_types AS t WHERE t.session_id = profiles.session_id)
    AND (
      NOT public.scoring_codes_usable(unwrapped.document -> 'types', 'type_code')
      OR NOT public.scoring_fields_usable(unwrapped.document -> 'types')
    )
  )
  OR (
    NOT EXISTS (SELECT FROM scoring_results_functions AS f WHERE f.session_id = profiles.session_id)
    AND (
      NOT public.scoring_codes_usable(unwrapped.document -> 'functions', 'func_code')
      OR NOT public.scoring_fields_usable(unwrapped.document -> 'functions')
    )
  )
  OR (
    NOT EXISTS (SELECT FROM scoring_results_state AS s WHERE s.session_id = profiles.session_id)
    AND unwrapped.document ? 'state'
    AND NOT public.scoring_state_usable(unwrapped.document -> 'state')
  )
