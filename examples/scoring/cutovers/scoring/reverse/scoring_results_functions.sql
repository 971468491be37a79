-- The functions of the payload's version, and those of other versions that stand beside it.
SELECT
  result.session_id,
  line.row ->> 'func' AS func,
  (line.row ->> 'strength_z')::numeric AS strength_z,
  -- By way of numeric, as JSON may write an integer as 1.0.
  (line.row ->> 'dimension')::numeric::integer AS dimension,
  (line.row ->> 'd_index_z')::numeric AS d_index_z,
  line.row ->> 'results_version' AS results_version
FROM scoring_results AS result
LEFT JOIN kept_results AS kept ON kept.session_id = result.session_id
CROSS JOIN LATERAL (
  -- As they stood there, while the payload is the one that came from there.
  SELECT element
  FROM jsonb_array_elements(kept.functions) AS element
  WHERE kept.derived = result.payload
  UNION ALL
  -- Otherwise what is not in the payload's place.
  SELECT element
  FROM jsonb_array_elements(kept.functions) AS element
  WHERE
    kept.derived <> result.payload
    AND element ->> 'results_version' <> result.payload ->> 'results_version'
  UNION ALL
  -- And the payload's own.
  SELECT jsonb_build_object(
    'results_version', result.payload -> 'results_version',
    'func', element -> 'func_code',
    'strength_z', element -> 'strength',
    'dimension', element -> 'dimension',
    'd_index_z', element -> 'd_index_z'
  )
  FROM jsonb_array_elements(coalesce(result.payload -> 'functions', '[]')) AS element
  WHERE kept.derived IS DISTINCT FROM result.payload
) AS line (row)
