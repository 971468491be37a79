-- '~' begins the names of groups from before run ids; no pipeline has ever written such a run id.
SELECT consensus_artifacts.id
FROM consensus_artifacts
WHERE consensus_artifacts.run_id LIKE '~%'
