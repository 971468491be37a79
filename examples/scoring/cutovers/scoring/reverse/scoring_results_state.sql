-- The state of the payload, and those of other versions and contexts that stand beside it.
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
  -- As they stood there, while the payload is the one that came from there.
  SELECT element
  FROM jsonb_array_elements(kept.states) AS element
  WHERE kept.derived = result.payload
  UNION ALL
  -- Otherwise what is not in the payload's place.
  SELECT element
  FROM jsonb_array_elements(kept.states) AS element
  WHERE
    kept.derived <> result.payload
    AND (
      element ->> 'results_version' <> result.payload ->> 'results_version'
      OR element ->> 'block_context' IS DISTINCT FROM result.payload #>> '{state,block_context}'
    )
  UNION ALL
  -- And the payload's own.
  SELECT jsonb_build_object(
    'results_version', result.payload -> 'results_version',
    'overlay_band', result.payload -> 'state' -> 'overlay_band',
    'overlay_z', result.payload -> 'state' -> 'overlay_z',
    'effect_fit', result.payload -> 'state' -> 'effect_fit',
    'effect_conf', result.payload -> 'state' -> 'effect_conf',
    'block_core', result.payload -> 'state' -> 'block_core',
    'block_critic', result.payload -> 'state' -> 'block_critic',
    'block_hidden', result.payload -> 'state' -> 'block_hidden',
    'block_instinct', result.payload -> 'state' -> 'block_instinct',
    'block_context', result.payload -> 'state' -> 'block_context'
  )
  WHERE kept.derived IS DISTINCT FROM result.payload AND result.payload ? 'state'
) AS line (row)
