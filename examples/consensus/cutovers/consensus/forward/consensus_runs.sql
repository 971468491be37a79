-- A run is what bears one run id, within a spec and stage. Rows from before there were run ids are grouped by time, and
-- named after the first of the group. The latest synthesis of a run is the run's; earlier ones are kept_syntheses.
WITH steps AS (
  SELECT
    'a' AS sort,
    artifact.id,
    artifact.spec_id,
    artifact.stage,
    artifact.created_at
  FROM consensus_artifacts AS artifact
  WHERE artifact.run_id IS NULL
  UNION ALL
  SELECT 's', synthesis.id, synthesis.spec_id, synthesis.stage, synthesis.created_at
  FROM consensus_synthesis AS synthesis
  WHERE synthesis.run_id IS NULL
),

marked AS (
  SELECT
    steps.*,
    (
      lag(steps.sort) OVER in_time IS NULL
      -- An answer after a synthesis begins anew.
      OR (steps.sort = 'a' AND lag(steps.sort) OVER in_time = 's')
      -- So does anything after half an hour of silence. (Kept off the end of time, where nothing can be added.)
      OR steps.created_at > least(lag(steps.created_at) OVER in_time, '9999-12-31 00:00:00+00') + interval '30 minutes'
      -- What has no time is a group of its own.
      OR (steps.created_at IS NULL AND lag(steps.created_at) OVER in_time IS NOT NULL)
    ) AS begins
  FROM steps
  WINDOW in_time AS (PARTITION BY steps.spec_id, steps.stage ORDER BY steps.created_at, steps.sort, steps.id)
),

numbered AS (
  SELECT
    marked.*,
    count(*) FILTER (WHERE marked.begins) OVER (
      PARTITION BY marked.spec_id, marked.stage
      ORDER BY marked.created_at, marked.sort, marked.id
    ) AS group_number
  FROM marked
),

grouped AS (
  SELECT
    numbered.sort,
    numbered.id,
    '~' || first_value(numbered.sort || numbered.id) OVER (
      PARTITION BY numbered.spec_id, numbered.stage, numbered.group_number
      ORDER BY numbered.created_at, numbered.sort, numbered.id
    ) AS run_key
  FROM numbered
),

placed AS (
  SELECT
    'a' AS sort,
    artifact.id,
    artifact.spec_id,
    artifact.stage,
    coalesce(artifact.run_id, grouped.run_key) AS run_key,
    artifact.created_at
  FROM consensus_artifacts AS artifact
  LEFT JOIN grouped ON grouped.sort = 'a' AND grouped.id = artifact.id AND artifact.run_id IS NULL
  UNION ALL
  SELECT
    's',
    synthesis.id,
    synthesis.spec_id,
    synthesis.stage,
    coalesce(synthesis.run_id, grouped.run_key),
    synthesis.created_at
  FROM consensus_synthesis AS synthesis
  LEFT JOIN grouped ON grouped.sort = 's' AND grouped.id = synthesis.id AND synthesis.run_id IS NULL
),

runs AS (
  SELECT
    placed.spec_id,
    placed.stage,
    placed.run_key,
    min(
      CASE
        WHEN placed.created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
        THEN floor(EXTRACT(epoch FROM placed.created_at) * 1000)::bigint
      END
    ) AS first_instant,
    -- The latest; a synthesis without a time counts as the earliest.
    (
      array_agg(placed.id ORDER BY placed.created_at DESC NULLS LAST, placed.id DESC)
      FILTER (WHERE placed.sort = 's')
    )[1] AS synthesis_id
  FROM placed
  GROUP BY placed.spec_id, placed.stage, placed.run_key
)

SELECT
  runs.spec_id,
  runs.stage,
  runs.run_key,
  -- The new side may know that the run began before its first answer.
  CASE WHEN kept.run_key IS NULL THEN runs.first_instant ELSE kept.run_timestamp END AS run_timestamp,
  CASE WHEN synthesis.id IS NULL THEN false ELSE synthesis.degraded END AS degraded,
  runs.synthesis_id,
  CASE
    WHEN synthesis.id IS NOT NULL
    THEN jsonb_build_object(
      'output_markdown', synthesis.output_markdown,
      'output_path', synthesis.output_path,
      'status', synthesis.status,
      'artifacts_count', synthesis.artifacts_count,
      'agreements', synthesis.agreements,
      'conflicts', synthesis.conflicts
    )
  END AS synthesis_json,
  CASE
    WHEN synthesis.created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
    THEN floor(EXTRACT(epoch FROM synthesis.created_at) * 1000)::bigint
  END AS synthesis_timestamp,
  CASE
    WHEN
      synthesis.created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
      AND EXTRACT(epoch FROM synthesis.created_at) * 1000 = floor(EXTRACT(epoch FROM synthesis.created_at) * 1000)
    THEN NULL
    ELSE synthesis.created_at
  END AS synthesis_legacy_created_at
FROM runs
LEFT JOIN consensus_synthesis AS synthesis ON synthesis.id = runs.synthesis_id
LEFT JOIN kept_runs AS kept
  ON
    kept.spec_id = runs.spec_id
    AND kept.stage = runs.stage
    AND kept.run_key = runs.run_key
    AND NOT kept.bare

UNION ALL

-- Runs in which nothing was stored yet.
SELECT kept.spec_id, kept.stage, kept.run_key, kept.run_timestamp, false, NULL, NULL, NULL, NULL
FROM kept_runs AS kept
WHERE
  kept.bare
  AND NOT EXISTS (
    SELECT FROM runs
    WHERE runs.spec_id = kept.spec_id AND runs.stage = kept.stage AND runs.run_key = kept.run_key
  )
