/* Registered materialized views: how fresh they are, and refreshing them. */

/* All views, or one; intervals in seconds. */
/* @name listViews */
SELECT f.name AS "name!", f.state AS "state!", extract(epoch FROM f.freshness)::float8 AS "freshness_seconds!",
       f.marked_by AS "marked_by!", f.stale_since, extract(epoch FROM f.staleness)::float8 AS "staleness_seconds!", f.due_at,
       f.data_as_of, f.refreshed_at, extract(epoch FROM f.took)::float8 AS took_seconds, f.row_count, f.refreshed_concurrently,
       f.not_concurrently_because, f.refreshes AS "refreshes!", f.failures AS "failures!", f.error, f.failed_at,
       f.blind_spots AS "blind_spots!", f.leaks AS "leaks!"
  FROM cutover.view_freshness(:name) AS f;

/* Raises CU041, which names the views there are, for a name that is none. */
/* @name requireView */
SELECT (known).name AS "name!"
  FROM cutover.view_of(:name!) AS known;

/* Views that a worker should refresh now, the one that is due for longest first. */
/* @name listDueViews */
SELECT f.name AS "name!"
  FROM cutover.view_freshness() AS f
 WHERE f.due_at <= clock_timestamp()
 ORDER BY f.due_at;

/* Committed marks are folded into one time per view. */
/* @name gatherViewMarks */
SELECT cutover.gather_view_marks() AS "gathered!";

/* One refresh; at READ COMMITTED only. A failure is an answer, and is recorded. */
/* @name refreshView */
SELECT r.outcome AS "outcome!", extract(epoch FROM r.took)::float8 AS took_seconds, r.row_count, r.refreshed_concurrently,
       r.not_concurrently_because, r.error_code, r.error
  FROM cutover.refresh_view(:name!, :onlyIfDue!) AS r;

/* Does this database hold the registry, and may this role read it? An older core does not, and lint is asked before there is any. */
/* @name findViewRegistry */
SELECT count(*) > 0 AS "exists!",
       coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')), false) AS "readable!"
  FROM pg_proc AS p
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
 WHERE n.nspname = 'cutover' AND p.proname = 'view_freshness';
