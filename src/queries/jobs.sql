/* The job queue: pg-boss's tables, which are read here and written by pg-boss alone. */

/* Jobs in these states, the newest first. */
/* @name listJobs */
SELECT j.id, j.name, j.data, j.state::text AS "state!", j.retry_count, j.retry_limit, j.created_on, j.start_after, j.started_on,
       j.completed_on, j.output
  FROM cutover_jobs.job AS j
 WHERE j.state::text = ANY(:states!::text[]) AND j.name NOT LIKE '\_\_pgboss\_\_%'
 ORDER BY coalesce(j.completed_on, j.started_on, j.created_on) DESC, j.id
 LIMIT :most!;

/* @name findJob */
SELECT j.id, j.name, j.data, j.state::text AS "state!"
  FROM cutover_jobs.job AS j
 WHERE j.id = :id!::uuid;

/* Jobs that run by themselves, with the last that was put into the queue. */
/* @name listSchedules */
SELECT s.name, s.key, s.cron, s.timezone AS "timezone!", s.data, j.created_on AS "last_at?", j.state::text AS "last_state?"
  FROM cutover_jobs.schedule AS s
  LEFT JOIN cutover_jobs.job AS j ON j.name = s.name AND j.id = s.last_job_id
 ORDER BY s.name, s.key;
