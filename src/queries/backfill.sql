/* Backfills: planned in SQL, worked off range by range. */

/* @name startBackfill */
SELECT cutover.start_backfill(:name!, :direction!) AS "id!";

/* One batch in the transaction of the caller. */
/* @name backfillStep */
SELECT s.state AS "state!", s.units AS "units!", s.written AS "written!"
  FROM cutover.backfill_step(:id!, :worker!, :maxUnits!) AS s;

/* How far a backfill is. */
/* @name backfillProgress */
SELECT b.id, b.cutover, b.direction, b.started_at, b.finished_at, b.paused, b.units_total,
       b.units_total - coalesce((SELECT sum(r.last_ordinal - r.position) FROM cutover.backfill_ranges AS r
                                  WHERE r.backfill = b.id), 0) AS "units_done!",
       b.epoch = c.epoch AS "current!",
       (SELECT count(DISTINCT r.worker) FROM cutover.backfill_ranges AS r WHERE r.backfill = b.id) AS "workers!",
       (SELECT count(*) FROM cutover.quarantine AS q WHERE q.cutover = b.cutover AND q.direction = b.direction) AS "put_aside!"
  FROM cutover.backfills AS b
  JOIN cutover.cutovers AS c ON c.name = b.cutover
 WHERE b.id = :id!;

/* The newest backfill of a cutover. */
/* @name lastBackfill */
SELECT b.id, b.direction
  FROM cutover.backfills AS b
 WHERE b.cutover = :name!
 ORDER BY b.id DESC
 LIMIT 1;

/* Backfills that want help: of today's epoch, neither finished nor paused, in a phase in which they may write. */
/* @name listOpenBackfills */
SELECT b.id, b.cutover, b.direction
  FROM cutover.backfills AS b
  JOIN cutover.cutovers AS c ON c.name = b.cutover
 WHERE b.finished_at IS NULL AND NOT b.paused AND b.epoch = c.epoch
   AND CASE b.direction
         WHEN 'forward' THEN c.phase IN ('dual_write', 'backfilled', 'reads_switched')
         ELSE c.phase IN ('writes_switched', 'legacy_locked')
       END
 ORDER BY b.id;

/* Workers see it at their next batch. */
/* @name setBackfillPaused */
WITH changed AS (
  UPDATE cutover.backfills AS b SET paused = :paused!
   WHERE b.id = :id! AND b.finished_at IS NULL AND b.paused <> :paused!
  RETURNING b.id, b.cutover
)
INSERT INTO cutover.events (cutover, event, detail)
SELECT changed.cutover, :event!, jsonb_build_object('backfill', changed.id)
  FROM changed
RETURNING id;

/* Forgets the plan: what was made true stays true, workers stop at their next batch, the next backfill visits every unit. */
/* @name cancelBackfill */
WITH gone AS (
  DELETE FROM cutover.backfills AS b WHERE b.id = :id! AND b.finished_at IS NULL RETURNING b.id, b.cutover
)
INSERT INTO cutover.events (cutover, event, detail)
SELECT gone.cutover, 'backfill_cancelled', jsonb_build_object('backfill', gone.id)
  FROM gone
RETURNING id;
