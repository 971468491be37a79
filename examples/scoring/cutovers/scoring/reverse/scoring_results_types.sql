-- The types of the payload's version, and those of other versions that stand beside it.
SELECT
  result.session_id,
  line.row ->> 'type_code' AS type_code,
  (line.row ->> 'fit')::numeric AS fit,
  (line.row ->> 'share')::numeric AS share,
  -- By way of numeric, as JSON may write an integer as 1.0.
  (line.row ->> 'rank')::numeric::integer AS rank,
  line.row ->> 'results_version' AS results_version,
  (line.row ->> 'distance')::numeric AS distance,
  (line.row ->> 'coherent_dims')::numeric::integer AS coherent_dims,
  (line.row ->> 'unique_dims')::numeric::integer AS unique_dims,
  (line.row ->> 'seat_coherence')::numeric AS seat_coherence,
  -- Absent is JSON null, null is SQL NULL.
  CASE WHEN line.row ? 'fit_parts' THEN nullif(line.row -> 'fit_parts', 'null') ELSE 'null' END AS fit_parts
FROM scoring_results AS result
LEFT JOIN kept_results AS kept ON kept.session_id = result.session_id
CROSS JOIN LATERAL (
  -- As they stood there, while the payload is the one that came from there.
  SELECT element
  FROM jsonb_array_elements(kept.types) AS element
  WHERE kept.derived = result.payload
  UNION ALL
  -- Otherwise what is not in the payload's place.
  SELECT element
  FROM jsonb_array_elements(kept.types) AS element
  WHERE
    kept.derived <> result.payload
    AND element ->> 'results_version' <> result.payload ->> 'results_version'
  UNION ALL
  -- And the payload's own.
  SELECT jsonb_build_object(
    'results_version', result.payload -> 'results_version',
    'type_code', element -> 'type_code',
    'fit', element -> 'fit',
    'share', element -> 'share',
    'rank', element -> 'rank',
    'distance', element -> 'distance',
    'coherent_dims', element -> 'coherent_dims',
    'unique_dims', element -> 'unique_dims',
    'seat_coherence', element -> 'seat_coherence',
    'fit_parts', element -> 'fit_parts'
  )
  FROM jsonb_array_elements(coalesce(result.payload -> 'types', '[]')) AS element
  WHERE kept.derived IS DISTINCT FROM result.payload
) AS line (row)
