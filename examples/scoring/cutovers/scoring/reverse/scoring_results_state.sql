-- The states that the payload stands for, or as they stood while the payload is the one that came from there; and those
-- that the payload has no room for, which stay beside it.
SELECT
  result.session_id,
  line.row ->> 'results_version' AS results_version,
  line.row ->> 'block_context' AS block_context,
  line.row ->> 'overlay_band' AS overlay_band,
  (line.row ->> 'overlay_z')::numeric AS overlay_z,
  (line.row ->> 'effect_fit')::numeric AS effect_fit,
  (line.row ->> 'effect_conf')::numeric AS effect_conf,
  (line.row ->> 'block_core')::numeric AS block_core,
  (line.row ->> 'block_critic')::numeric AS block_critic,
  (line.row ->> 'block_hidden')::numeric AS block_hidden,
  (line.row ->> 'block_instinct')::numeric AS block_instinct
FROM scoring_results AS result
LEFT JOIN kept_results AS kept ON kept.session_id = result.session_id
CROSS JOIN LATERAL (
  SELECT coalesce(
    CASE WHEN kept.derived = result.payload THEN kept.standing END,
    public.scoring_rows_of(result.payload)
  ) -> 'states'
) AS current (rows)
CROSS JOIN LATERAL (
  SELECT element
  FROM jsonb_array_elements(current.rows) AS element
  UNION ALL
  SELECT element
  FROM jsonb_array_elements(kept.standing -> 'states') AS element
  WHERE
    kept.derived <> result.payload
    AND (
      element ->> 'results_version' <> result.payload ->> 'results_version'
      OR element ->> 'block_context' IS DISTINCT FROM result.payload #>> '{state,block_context}'
    )
) AS line (row)
