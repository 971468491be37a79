-- Answers and records side by side again. A run from before run ids gives none back.
SELECT
  agent_outputs.id,
  agent_outputs.spec_id,
  agent_outputs.stage,
  agent_outputs.agent_name AS agent_name,
  agent_outputs.content AS content_json,
  agent_outputs.response_text,
  CASE WHEN agent_outputs.run_key LIKE '~%' THEN NULL ELSE agent_outputs.run_key END AS run_id,
  coalesce(
    agent_outputs.legacy_created_at,
    -- Seconds and the rest apart: one product would lose digits.
    '1970-01-01 00:00:00+00'::timestamptz
    + (agent_outputs.output_timestamp / 1000) * interval '1 second'
    + (agent_outputs.output_timestamp % 1000) * interval '1 millisecond'
  ) AS created_at
FROM agent_outputs

UNION ALL

SELECT
  run_records.id,
  run_records.spec_id,
  run_records.stage,
  run_records.kind AS agent_name,
  run_records.content AS content_json,
  run_records.response_text,
  CASE WHEN run_records.run_key LIKE '~%' THEN NULL ELSE run_records.run_key END AS run_id,
  coalesce(
    run_records.legacy_created_at,
    -- Seconds and the rest apart: one product would lose digits.
    '1970-01-01 00:00:00+00'::timestamptz
    + (run_records.output_timestamp / 1000) * interval '1 second'
    + (run_records.output_timestamp % 1000) * interval '1 millisecond'
  ) AS created_at
FROM run_records
