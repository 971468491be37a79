-- '~' begins the names of groups from before run ids; no pipeline has ever written such a run id.
SELECT consensus_synthesis.id
FROM consensus_synthesis
WHERE consensus_synthesis.run_id LIKE '~%'
