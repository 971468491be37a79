/* The workers of a database, each with a row that it renews while it runs. */

/* @name beatWorker */
INSERT INTO cutover.workers AS w (name, host, pid, take_over_seconds, concurrency, jobs, running)
VALUES (:name!, :host!, :pid!, :takeOverSeconds!, :concurrency!, :jobs!::text[], :running!)
ON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp(), running = excluded.running;

/* A worker that has stopped; those that were not seen for a day go as well. */
/* @name forgetWorkers */
DELETE FROM cutover.workers AS w
 WHERE w.name = :name! OR w.seen_at < clock_timestamp() - interval '1 day';

/* @name listWorkers */
SELECT w.name, w.host, w.pid, w.started_at, w.take_over_seconds, w.concurrency, w.jobs, w.running,
       extract(epoch FROM clock_timestamp() - w.seen_at)::double precision AS "silent_seconds!",
       w.seen_at > clock_timestamp() - make_interval(secs => w.take_over_seconds) AS "alive!"
  FROM cutover.workers AS w
 ORDER BY w.started_at, w.name;
