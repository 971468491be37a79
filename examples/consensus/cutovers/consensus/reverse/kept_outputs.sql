SELECT
  agent_outputs.id AS artifact_id,
  agent_outputs.spec_id,
  agent_outputs.stage,
  CASE WHEN agent_outputs.run_key LIKE '~%' THEN '~' ELSE agent_outputs.run_key END AS run_unit,
  agent_outputs.model_version
FROM agent_outputs
WHERE agent_outputs.model_version IS NOT NULL
