-- The functions that the payload stands for, or as they stood while the payload is the one that came from there; and
-- those that the payload has no room for, which stay beside it.
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
  SELECT coalesce(
    CASE WHEN kept.derived = result.payload THEN kept.standing END,
    public.scoring_rows_of(result.payload)
  ) -> 'functions'
) AS current (rows)
CROSS JOIN LATERAL (
  SELECT element
  FROM jsonb_array_elements(current.rows) AS element
  UNION ALL
  SELECT element
  FROM jsonb_array_elements(kept.standing -> 'functions') AS element
  WHERE
    kept.derived <> result.payload
    AND element ->> 'results_version' <> result.payload ->> 'results_version'
) AS line (row)
