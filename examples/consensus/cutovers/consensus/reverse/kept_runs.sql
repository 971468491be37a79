-- Runs in which nothing is stored, and runs that began at another instant than the first thing that is.
WITH stored AS (
  SELECT output.spec_id, output.stage, output.run_key, output.output_timestamp AS instant
  FROM agent_outputs AS output
  UNION ALL
  SELECT record.spec_id, record.stage, record.run_key, record.output_timestamp
  FROM run_records AS record
  UNION ALL
  SELECT run.spec_id, run.stage, run.run_key, run.synthesis_timestamp
  FROM consensus_runs AS run
  WHERE run.synthesis_id IS NOT NULL
  UNION ALL
  SELECT
    earlier.spec_id,
    earlier.stage,
    earlier.run_key,
    CASE
      WHEN earlier.created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
      THEN floor(EXTRACT(epoch FROM earlier.created_at) * 1000)::bigint
    END
  FROM kept_syntheses AS earlier
),

contents AS (
  SELECT stored.spec_id, stored.stage, stored.run_key, min(stored.instant) AS first_instant
  FROM stored
  GROUP BY stored.spec_id, stored.stage, stored.run_key
)

SELECT
  run.spec_id,
  run.stage,
  run.run_key,
  contents.run_key IS NULL AS bare,
  run.run_timestamp
FROM consensus_runs AS run
LEFT JOIN contents
  ON contents.spec_id = run.spec_id AND contents.stage = run.stage AND contents.run_key = run.run_key
WHERE contents.run_key IS NULL OR run.run_timestamp IS DISTINCT FROM contents.first_instant
