-- The row was made on the new side, as part of a run, and lost its run id on the legacy side: guessing a run by time
-- would put it into history.
SELECT consensus_synthesis.id
FROM consensus_synthesis
WHERE consensus_synthesis.run_id IS NULL AND consensus_synthesis.id >= 1000000000000
