SELECT
  run.synthesis_id AS id,
  run.spec_id,
  run.stage,
  run.synthesis_json ->> 'output_markdown' AS output_markdown,
  run.synthesis_json ->> 'output_path' AS output_path,
  run.synthesis_json ->> 'status' AS status,
  -- By way of numeric, as JSON may write an integer as 4.0.
  (run.synthesis_json ->> 'artifacts_count')::numeric::integer AS artifacts_count,
  run.synthesis_json ->> 'agreements' AS agreements,
  run.synthesis_json ->> 'conflicts' AS conflicts,
  run.degraded,
  CASE WHEN run.run_key LIKE '~%' THEN NULL ELSE run.run_key END AS run_id,
  coalesce(
    run.synthesis_legacy_created_at,
    -- Seconds and the rest apart: one product would lose digits.
    '1970-01-01 00:00:00+00'::timestamptz
    + (run.synthesis_timestamp / 1000) * interval '1 second'
    + (run.synthesis_timestamp % 1000) * interval '1 millisecond'
  ) AS created_at
FROM consensus_runs AS run
WHERE run.synthesis_id IS NOT NULL

UNION ALL

SELECT
  earlier.id,
  earlier.spec_id,
  earlier.stage,
  earlier.output_markdown,
  earlier.output_path,
  earlier.status,
  earlier.artifacts_count,
  earlier.agreements,
  earlier.conflicts,
  earlier.degraded,
  CASE WHEN earlier.run_key LIKE '~%' THEN NULL ELSE earlier.run_key END AS run_id,
  earlier.created_at
FROM kept_syntheses AS earlier
