-- The row was made on the new side, as part of a run, and lost its run id on the legacy side: guessing a run by time
-- would put it into history.
SELECT consensus_artifacts.id
FROM consensus_artifacts
WHERE consensus_artifacts.run_id IS NULL AND consensus_artifacts.id >= 1000000000000
