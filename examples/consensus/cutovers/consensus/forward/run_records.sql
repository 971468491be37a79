-- What two agents "said" that are none: it belongs to the run and must not be counted as an answer.
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
)

SELECT
  artifact.id,
  artifact.spec_id,
  artifact.stage,
  coalesce(artifact.run_id, grouped.run_key) AS run_key,
  artifact.agent_name AS kind,
  artifact.content_json AS content,
  artifact.response_text,
  CASE
    WHEN artifact.created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
    THEN floor(EXTRACT(epoch FROM artifact.created_at) * 1000)::bigint
  END AS output_timestamp,
  CASE
    WHEN
      artifact.created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
      AND EXTRACT(epoch FROM artifact.created_at) * 1000 = floor(EXTRACT(epoch FROM artifact.created_at) * 1000)
    THEN NULL
    ELSE artifact.created_at
  END AS legacy_created_at
FROM consensus_artifacts AS artifact
LEFT JOIN grouped ON grouped.sort = 'a' AND grouped.id = artifact.id AND artifact.run_id IS NULL
WHERE artifact.agent_name IN ('consensus-verdict', 'agent-lifecycle-telemetry')
