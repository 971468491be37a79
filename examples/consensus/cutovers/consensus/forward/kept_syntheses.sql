-- Every synthesis of a run but the latest, which is the run's own.
-- Rows without a run id are grouped by time; the grouping is that of forward/consensus_runs.sql.
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

ranked AS (
  SELECT
    synthesis.*,
    coalesce(synthesis.run_id, grouped.run_key) AS run_key,
    row_number() OVER (
      PARTITION BY synthesis.spec_id, synthesis.stage, coalesce(synthesis.run_id, grouped.run_key)
      ORDER BY synthesis.created_at DESC NULLS LAST, synthesis.id DESC
    ) AS rank
  FROM consensus_synthesis AS synthesis
  LEFT JOIN grouped ON grouped.sort = 's' AND grouped.id = synthesis.id AND synthesis.run_id IS NULL
)

SELECT
  ranked.id,
  ranked.spec_id,
  ranked.stage,
  ranked.run_key,
  ranked.output_markdown,
  ranked.output_path,
  ranked.status,
  ranked.artifacts_count,
  ranked.agreements,
  ranked.conflicts,
  ranked.degraded,
  ranked.created_at
FROM ranked
WHERE ranked.rank > 1
