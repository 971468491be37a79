-- The migration in progress: table changes, and --!include lines for functions, views and grants.

-- Projections: rows of cutover.cutovers of a kind of their own.
-- Lock: ACCESS EXCLUSIVE on cutover.cutovers for a catalog update; it waits for commits in progress.
ALTER TABLE cutover.cutovers ADD COLUMN IF NOT EXISTS kind text NOT NULL DEFAULT 'cutover'
  CHECK (kind IN ('cutover', 'projection'));

-- What a commit asks for, found by an index whatever the statistics say. Lock: ACCESS EXCLUSIVE on cutover.quarantine and
-- cutover.images, while the first is rewritten and the other indexed; a commit that meets them leaves its units pending.
ALTER TABLE cutover.quarantine ADD COLUMN IF NOT EXISTS
  unit_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (cutover || '/' || direction || '/' || kind || ':' || unit) STORED;
CREATE INDEX IF NOT EXISTS quarantine_unit_key ON cutover.quarantine (unit_key);
-- References are of collation "C" in a commit and of the default one in a drain; only of a column in "C" both are found by its index.
DO $$
BEGIN
  IF 'pg_catalog."C"'::regcollation <> ALL (SELECT a.attcollation FROM pg_catalog.pg_attribute AS a
                                             WHERE a.attrelid = 'cutover.images'::regclass AND a.attname IN ('feeds', 'belongs')) THEN
    ALTER TABLE cutover.images ALTER COLUMN feeds TYPE text[] COLLATE "C", ALTER COLUMN belongs TYPE text[] COLLATE "C";
  END IF;
END;
$$;
-- Without fastupdate: a list of entries that are still to be put in would be read from end to end by every look-up.
CREATE INDEX IF NOT EXISTS images_feeds ON cutover.images USING gin (feeds) WITH (fastupdate = off);
ALTER INDEX cutover.images_belongs SET (fastupdate = off);

-- The engine: less to do, and less to plan, while a move holds writers up.
--!include functions/advance.sql
--!include functions/compiled.sql
--!include functions/refs_by_kind.sql
--!include functions/spend_patience.sql
--!include functions/stay_in_budget.sql
--!include functions/fit_image.sql
--!include functions/flush_both_sides.sql
--!include functions/flush_slice.sql
--!include functions/flush_at_commit.sql
--!include functions/flush.sql
--!include functions/rehearse.sql

-- Writes that were lost, or waited for ever, next to units that are put aside. Lock: ACCESS EXCLUSIVE on cutover.quarantine, for an update
-- of the catalog, until this migration commits; a commit that meets it leaves its units pending.
-- Was the new side made of this unit when it was put aside? Then the images of later writes say of what.
ALTER TABLE cutover.quarantine ADD COLUMN IF NOT EXISTS made boolean NOT NULL DEFAULT false;
UPDATE cutover.quarantine AS q SET made = true
  FROM cutover.cutovers AS c
 WHERE c.name = q.cutover AND c.phase IN ('writes_switched', 'legacy_locked') AND q.error IS NOT NULL AND NOT q.made
   AND q.quarantined_at > (SELECT max(t.moved_at) FROM cutover.phase_transitions AS t
                            WHERE t.cutover = q.cutover AND t.to_phase = 'writes_switched');
--!include functions/fit_image.sql
--!include functions/accounting.sql
--!include functions/rollback_steps.sql

-- Materialized views: a registry of them, and the marks by which writers say that one is out of date. No lock on any table of the
-- application until a view is registered.

-- One row per registered view. A refresh locks it to its end; no writer ever touches it, and nothing refers to it by a foreign key,
-- whose check would.
CREATE TABLE IF NOT EXISTS cutover.views (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- with its schema, quoted where needed: a view that is dropped and created anew is the same view
  name text COLLATE "C" NOT NULL UNIQUE,
  -- the longest that a committed write may be missing in it
  freshness interval NOT NULL CHECK (freshness >= interval '0'),
  marked_by text NOT NULL CHECK (marked_by IN ('writes', 'schedule', 'call')),
  -- refresh under a lock that readers wait for: quicker where most rows change
  blocks_readers boolean NOT NULL DEFAULT false,
  time_zone text NOT NULL DEFAULT 'UTC',
  -- why it may show rows that policies of its tables hide from those who read it
  shows_hidden_rows text,
  registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- the oldest write that it may lack, of those whose marks have been gathered
  stale_since timestamptz,
  -- the last refresh that succeeded: every write that was committed at data_as_of is in it
  data_as_of timestamptz,
  refreshed_at timestamptz,
  took interval,
  row_count bigint,
  refreshed_concurrently boolean,
  not_concurrently_because text,
  -- where its rows lay after it: elsewhere means that somebody else has filled it
  filenode oid,
  -- cutover.view_stamp() then: another one means that writes may have passed unnoticed
  watch_stamp text,
  refreshes bigint NOT NULL DEFAULT 0,
  -- since then
  failures integer NOT NULL DEFAULT 0,
  error text,
  failed_at timestamptz,
  next_try_at timestamptz
);

-- Writes that a view may lack: one row per transaction and view, deleted by the refresh that sees them.
CREATE TABLE IF NOT EXISTS cutover.view_marks (
  xid xid8 NOT NULL,
  view_id integer NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (xid, view_id)
);

--!include functions/view_of.sql
--!include functions/view_reads.sql
--!include functions/view_watch.sql
--!include functions/view_leaks.sql
--!include functions/mark_view.sql
--!include functions/register_view.sql
--!include functions/view_freshness.sql
--!include functions/refresh_view.sql
-- Views may be registered upon the tables of a cutover: their triggers are no change of the catalog.
--!include functions/fingerprint.sql
--!include functions/gate_views_fresh.sql
--!include functions/gates.sql

-- Installation, upgrade, removal, changed mappings. Functions only; nothing that a writer could meet is locked, and compiled SQL of
-- the version before goes on working.
--!include functions/core_version.sql
--!include functions/outside_dependents.sql
--!include functions/drop_all_but_triggers.sql
--!include functions/lock_out_writers.sql
--!include functions/is_backfilled.sql
--!include functions/flush_one_side.sql
--!include functions/compiled_migration.sql
--!include functions/register_cutover.sql
--!include functions/remove.sql
--!include functions/uninstall.sql

-- Idempotent requests: a log of what was answered to which key. One row for each request that was answered, or refused for good: written by the transaction that did the work, so that there is
-- never one without the other. Locks: none, the table is new. Its first eight columns and the names of its indexes are those that
-- applications know which kept such a log themselves. status is 'failed' and response_data NULL until the request is finished.
CREATE TABLE IF NOT EXISTS cutover.idempotency_log (
  id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
  key text COLLATE "C" NOT NULL,
  operation text COLLATE "C" NOT NULL,
  request_data jsonb,
  response_data jsonb,
  status text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  expires_at timestamptz NOT NULL DEFAULT pg_catalog.now() + interval '24 hours',
  scope text COLLATE "C" NOT NULL,                        -- the tenant or user: another one's keys are other keys
  fingerprint bytea NOT NULL,                             -- of operation and request; still there when request_data is blanked
  CONSTRAINT idempotency_log_pkey PRIMARY KEY (id),
  CONSTRAINT idempotency_log_status_check CHECK (status IN ('success', 'failed', 'not_implemented'))
);
CREATE UNIQUE INDEX IF NOT EXISTS idx_idempotency_key ON cutover.idempotency_log (scope, key);
CREATE INDEX IF NOT EXISTS idx_idempotency_expires ON cutover.idempotency_log (expires_at);
CREATE INDEX IF NOT EXISTS idx_idempotency_status ON cutover.idempotency_log (status);
CREATE INDEX IF NOT EXISTS idx_idempotency_created ON cutover.idempotency_log (created_at DESC);
-- It holds what users sent and were answered. Without a policy, a grant that was meant for all tables shows nobody a row of it; its
-- owner, whose the functions are, sees them.
ALTER TABLE cutover.idempotency_log ENABLE ROW LEVEL SECURITY;

--!include functions/request_fingerprint.sql
--!include functions/begin_request.sql
--!include functions/finish_request.sql
--!include functions/refuse.sql
--!include functions/request.sql
--!include functions/cleanup_idempotency_log.sql
--!include views/idempotency_status.sql

-- The end of reverse sync is exact: legacy holds what was committed before it, and nothing of what is committed after.
--!include functions/reverse_end.sql
--!include functions/flush_transaction.sql
--!include functions/drain.sql
--!include functions/drain_all.sql
--!include functions/verify.sql
--!include functions/repair.sql

-- A backfill tells the planner how far a table has grown.
--!include functions/analyze_grown.sql
--!include functions/backfill.sql

-- One function, and so one grant, for applications that ask for the phase.
--!include functions/phase.sql

-- Two columns that nobody has ever read. Lock: ACCESS EXCLUSIVE on these two tables of ours, for an update of the catalog, until
-- this migration commits; a commit that meets it leaves its units pending, as for any lock.
ALTER TABLE cutover.quarantine DROP COLUMN IF EXISTS version;
ALTER TABLE cutover.backfill_ranges DROP COLUMN IF EXISTS rows_written;
--!include functions/quarantine_unit.sql

-- A deleted legacy row that the new side brings back has its kept columns again (flush_both_sides, above, asks for them).
--!include functions/revive_kept.sql

-- Jobs: the queue, the workers that are alive, what they measure.

-- The schema of pg-boss and our queues in it, so that a worker creates nothing.
--!include queue/pg-boss-43.sql
--!include queue/queues.sql
--!include queue/renamed-queues.sql

-- A row for each running worker, written every few seconds; one that was not seen for take_over_seconds counts as gone.
CREATE TABLE IF NOT EXISTS cutover.workers (
  name text COLLATE "C" PRIMARY KEY,
  host text NOT NULL,
  pid integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  take_over_seconds integer NOT NULL,
  concurrency integer NOT NULL,
  jobs text[] NOT NULL,
  running jsonb NOT NULL DEFAULT '[]'
) WITH (fillfactor = 50);

-- Samples of cutover.current_metrics(), one row a figure. cutover is '' for what concerns the whole database.
CREATE TABLE IF NOT EXISTS cutover.metrics (
  sampled_at timestamptz NOT NULL,
  metric text COLLATE "C" NOT NULL,
  cutover text COLLATE "C" NOT NULL DEFAULT '',
  labels jsonb NOT NULL DEFAULT '{}',
  value double precision NOT NULL,
  PRIMARY KEY (metric, sampled_at, cutover, labels)
);
-- For what is too old.
CREATE INDEX IF NOT EXISTS metrics_sampled_at ON cutover.metrics (sampled_at);

--!include functions/current_metrics.sql
--!include functions/sample_metrics.sql

-- Projections, whose kind stands above.
--!include functions/projections.sql
--!include functions/gate_units_local.sql
--!include functions/compact_units.sql

-- Last: the version, and no right for anybody.
INSERT INTO cutover.core_version (version) VALUES (2) ON CONFLICT (version) DO NOTHING;
--!include grants.sql
