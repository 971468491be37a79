-- The types that the payload stands for, or as they stood while the payload is the one that came from there; and those
-- that the payload has no room for, which stay beside it.
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
  SELECT coalesce(
    CASE WHEN kept.derived = result.payload THEN kept.standing END,
    public.scoring_rows_of(result.payload)
  ) -> 'types'
) AS current (rows)
CROSS JOIN LATERAL (
  SELECT element
  FROM jsonb_array_elements(current.rows) AS element
  UNION ALL
  SELECT element
  FROM jsonb_array_elements(kept.standing -> 'types') AS element
  WHERE
    kept.derived <> result.payload
    AND element ->> 'results_version' <> result.payload ->> 'results_version'
) AS line (row)
