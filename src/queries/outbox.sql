/* Notes that are not worked off. */

/* How many notes and units wait, and how many transactions ago the oldest was noted: a note carries its transaction, no time. */
/* @name countOutbox */
SELECT count(*) AS "notes!", count(DISTINCT (o.direction, o.kind, o.unit)) AS "units!",
       max(age(o.xid::xid)) AS oldest_age
  FROM cutover.outbox AS o
 WHERE o.cutover = :name!;

/* One batch of one cutover; 0 when nothing is left that can be drained now. */
/* @name drainBatch */
SELECT cutover.drain(:name!, :batch!) AS "done!";

/* Every note that is committed by now is of a transaction before this one. */
/* @name drainHorizon */
SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS "horizon!";

/* Whether a note from before the horizon is left, and the transactions of others that work off notes at this moment. */
/* @name othersAtWork */
SELECT cutover.at_work() AS "others!",
       EXISTS (SELECT FROM cutover.outbox AS o WHERE o.cutover = :name! AND o.xid < :horizon!::text::xid8) AS "waiting!";
