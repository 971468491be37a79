/* Verify, what it found, and repair. */

/* In a REPEATABLE READ transaction of its own. */
/* @name verifyCutover */
SELECT cutover.verify(:name!, :directions::text[]) AS "run!";

/* @name findDriftRun */
SELECT r.id, r.cutover, c.kind, r.phase, r.started_at, r.finished_at, r.directions, r.accounting, r.drifted_units, r.fingerprint_problems,
       r.epoch = c.epoch AND r.started_at > c.phase_since AS "current!"
  FROM cutover.drift_runs AS r
  JOIN cutover.cutovers AS c ON c.name = r.cutover
 WHERE r.id = :run!;

/* @name lastDriftRun */
SELECT r.id
  FROM cutover.drift_runs AS r
 WHERE r.cutover = :name!
 ORDER BY r.id DESC
 LIMIT 1;

/* @name listDriftUnits */
SELECT d.direction, d.kind, d.unit, d.table_name, d.key, d.finding, d.expected, d.actual
  FROM cutover.drift_units AS d
 WHERE d.run = :run!
 ORDER BY d.ordinal
 LIMIT :most!;

/* The next recorded differences of a run, made true from the side that is the truth. */
/* @name repairBatch */
SELECT r.units AS "units!", r.last_ordinal AS "last_ordinal!"
  FROM cutover.repair(:run!, :batch!, :afterOrdinal!) AS r;
