-- What the database looks like when the whole chain has run: written by `node scripts/migrations.ts dump`, never by hand.
-- Nothing replays this file. PUBLIC has no right that is not named.

-- Schema

CREATE SCHEMA cutover;

-- Sequences

CREATE SEQUENCE cutover.moves AS bigint START 0 INCREMENT 1;

-- Tables

CREATE TABLE cutover.backfill_ranges (
  backfill bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  kind_rank integer NOT NULL,
  part text DEFAULT 'all'::text NOT NULL,
  first_ordinal integer NOT NULL,
  last_ordinal integer NOT NULL,
  "position" integer NOT NULL,
  worker text,
  CONSTRAINT backfill_ranges_pkey PRIMARY KEY (backfill, kind, part, first_ordinal),
  CONSTRAINT backfill_ranges_backfill_fkey FOREIGN KEY (backfill) REFERENCES cutover.backfills(id) ON DELETE CASCADE,
  CONSTRAINT backfill_ranges_part_check CHECK ((part = ANY (ARRAY['all'::text, 'write'::text, 'delete'::text])))
) WITH (fillfactor=50);

CREATE TABLE cutover.backfill_units (
  backfill bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  ordinal integer NOT NULL,
  unit text COLLATE "C" NOT NULL,
  CONSTRAINT backfill_units_pkey PRIMARY KEY (backfill, kind, ordinal),
  CONSTRAINT backfill_units_backfill_fkey FOREIGN KEY (backfill) REFERENCES cutover.backfills(id) ON DELETE CASCADE
);

CREATE TABLE cutover.backfills (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  epoch integer NOT NULL,
  started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  finished_at timestamp with time zone,
  paused boolean DEFAULT false NOT NULL,
  units_total bigint DEFAULT 0 NOT NULL,
  CONSTRAINT backfills_pkey PRIMARY KEY (id)
);

CREATE TABLE cutover.conflicts (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  table_name text NOT NULL,
  key jsonb NOT NULL,
  found_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  base jsonb,
  won jsonb,
  lost jsonb,
  CONSTRAINT conflicts_pkey PRIMARY KEY (id)
);

CREATE TABLE cutover.core_version (
  version integer NOT NULL,
  installed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT core_version_pkey PRIMARY KEY (version)
);

CREATE TABLE cutover.cutovers (
  name text COLLATE "C" NOT NULL,
  compiled_schema name NOT NULL,
  phase text DEFAULT 'expanded'::text NOT NULL,
  step text,
  phase_since timestamp with time zone DEFAULT now() NOT NULL,
  phase_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
  move bigint DEFAULT 0 NOT NULL,
  epoch integer DEFAULT 0 NOT NULL,
  has_held_rows boolean DEFAULT false NOT NULL,
  definition jsonb NOT NULL,
  fingerprint jsonb DEFAULT '{}'::jsonb NOT NULL,
  trigger_stamp text DEFAULT ''::text NOT NULL,
  reverse_ended_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  kind text DEFAULT 'cutover'::text NOT NULL,
  CONSTRAINT cutovers_pkey PRIMARY KEY (name),
  CONSTRAINT cutovers_compiled_schema_key UNIQUE (compiled_schema),
  CONSTRAINT cutovers_kind_check CHECK ((kind = ANY (ARRAY['cutover'::text, 'projection'::text]))),
  CONSTRAINT cutovers_phase_check CHECK ((phase = ANY (ARRAY['expanded'::text, 'dual_write'::text, 'backfilled'::text, 'reads_switched'::text, 'writes_switched'::text, 'legacy_locked'::text, 'archived'::text, 'dropped'::text])))
);
CREATE TRIGGER cutovers_guard_projection BEFORE UPDATE ON cutover.cutovers FOR EACH ROW EXECUTE FUNCTION cutover.guard_projection();

CREATE TABLE cutover.drift_runs (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  phase text NOT NULL,
  epoch integer NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  snapshot text NOT NULL,
  directions text[] NOT NULL,
  accounting jsonb NOT NULL,
  drifted_units bigint NOT NULL,
  trigger_stamp text DEFAULT ''::text NOT NULL,
  fingerprint_problems jsonb DEFAULT '[]'::jsonb NOT NULL,
  CONSTRAINT drift_runs_pkey PRIMARY KEY (id)
);

CREATE TABLE cutover.drift_units (
  run bigint NOT NULL,
  ordinal integer NOT NULL,
  direction text NOT NULL,
  kind text NOT NULL,
  unit text NOT NULL,
  table_name text NOT NULL,
  key jsonb NOT NULL,
  finding text NOT NULL,
  expected jsonb,
  actual jsonb,
  CONSTRAINT drift_units_pkey PRIMARY KEY (run, ordinal),
  CONSTRAINT drift_units_run_fkey FOREIGN KEY (run) REFERENCES cutover.drift_runs(id) ON DELETE CASCADE
);

CREATE TABLE cutover.events (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  happened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  cutover text COLLATE "C",
  event text NOT NULL,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT events_pkey PRIMARY KEY (id)
);

CREATE TABLE cutover.head (
  xid xid8 NOT NULL,
  writing_cutover text COLLATE "C",
  writing_direction text,
  CONSTRAINT head_pkey PRIMARY KEY (xid)
) WITH (fillfactor=50);
CREATE CONSTRAINT TRIGGER head_flush AFTER INSERT ON cutover.head DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.writing_cutover IS NULL)) EXECUTE FUNCTION cutover.flush_at_commit();

CREATE TABLE cutover.idempotency_log (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  key text COLLATE "C" NOT NULL,
  operation text COLLATE "C" NOT NULL,
  request_data jsonb,
  response_data jsonb,
  status text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone DEFAULT (now() + '24:00:00'::interval) NOT NULL,
  scope text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  CONSTRAINT idempotency_log_pkey PRIMARY KEY (id),
  CONSTRAINT idempotency_log_status_check CHECK ((status = ANY (ARRAY['success'::text, 'failed'::text, 'not_implemented'::text])))
);
CREATE INDEX idx_idempotency_created ON cutover.idempotency_log USING btree (created_at DESC);
CREATE INDEX idx_idempotency_expires ON cutover.idempotency_log USING btree (expires_at);
CREATE UNIQUE INDEX idx_idempotency_key ON cutover.idempotency_log USING btree (scope, key);
CREATE INDEX idx_idempotency_status ON cutover.idempotency_log USING btree (status);
ALTER TABLE cutover.idempotency_log ENABLE ROW LEVEL SECURITY;

CREATE TABLE cutover.images (
  xid xid8 NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  table_name text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  image text,
  feeds text[] COLLATE "C" NOT NULL,
  belongs text[] COLLATE "C" NOT NULL,
  taken_by xid8,
  CONSTRAINT images_pkey PRIMARY KEY (xid, cutover, table_name, key)
);
CREATE INDEX images_belongs ON cutover.images USING gin (belongs) WITH (fastupdate=off);
CREATE INDEX images_feeds ON cutover.images USING gin (feeds) WITH (fastupdate=off);
CREATE INDEX images_row ON cutover.images USING btree (cutover, table_name, key, seq);

CREATE TABLE cutover.metrics (
  sampled_at timestamp with time zone NOT NULL,
  metric text COLLATE "C" NOT NULL,
  cutover text COLLATE "C" DEFAULT ''::text NOT NULL,
  labels jsonb DEFAULT '{}'::jsonb NOT NULL,
  value double precision NOT NULL,
  CONSTRAINT metrics_pkey PRIMARY KEY (metric, sampled_at, cutover, labels)
);
CREATE INDEX metrics_sampled_at ON cutover.metrics USING btree (sampled_at);

CREATE TABLE cutover.observations (
  xid xid8 NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  observed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  units integer NOT NULL,
  rows integer NOT NULL,
  CONSTRAINT observations_pkey PRIMARY KEY (xid, cutover)
);

CREATE TABLE cutover.outbox (
  xid xid8 NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  unit_key text COLLATE "C" GENERATED ALWAYS AS (((((((cutover || '/'::text) || direction) || '/'::text) || kind) || ':'::text) || unit)) STORED NOT NULL,
  CONSTRAINT outbox_pkey PRIMARY KEY (xid, cutover, direction, kind, unit),
  CONSTRAINT outbox_direction_check CHECK ((direction = ANY (ARRAY['forward'::text, 'reverse'::text])))
);
CREATE INDEX outbox_unit_key ON cutover.outbox USING btree (unit_key);

CREATE TABLE cutover.phase_transitions (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  from_phase text NOT NULL,
  to_phase text NOT NULL,
  moved_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  moved_by text DEFAULT SESSION_USER NOT NULL,
  gates jsonb DEFAULT '[]'::jsonb NOT NULL,
  forced text[] DEFAULT '{}'::text[] NOT NULL,
  reason text,
  CONSTRAINT phase_transitions_pkey PRIMARY KEY (id)
);

CREATE TABLE cutover.quarantine (
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  class text DEFAULT 'quarantined'::text NOT NULL,
  reason text NOT NULL,
  error text,
  rows jsonb DEFAULT '[]'::jsonb NOT NULL,
  quarantined_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  accepted_by text,
  accepted_at timestamp with time zone,
  unit_key text COLLATE "C" GENERATED ALWAYS AS (((((((cutover || '/'::text) || direction) || '/'::text) || kind) || ':'::text) || unit)) STORED NOT NULL,
  made boolean DEFAULT false NOT NULL,
  CONSTRAINT quarantine_pkey PRIMARY KEY (cutover, direction, kind, unit),
  CONSTRAINT quarantine_class_check CHECK ((class = ANY (ARRAY['quarantined'::text, 'excluded'::text])))
);
CREATE INDEX quarantine_unit_key ON cutover.quarantine USING btree (unit_key);

CREATE TABLE cutover.revoked_grants (
  cutover text COLLATE "C" NOT NULL,
  table_name text NOT NULL,
  grantee text NOT NULL,
  grantor text NOT NULL,
  privilege text NOT NULL,
  grantable boolean NOT NULL,
  column_name text DEFAULT ''::text NOT NULL,
  CONSTRAINT revoked_grants_pkey PRIMARY KEY (cutover, table_name, grantee, grantor, privilege, column_name)
);

CREATE TABLE cutover.unit_kinds (
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  rank integer NOT NULL,
  CONSTRAINT unit_kinds_pkey PRIMARY KEY (cutover, direction, kind),
  CONSTRAINT unit_kinds_cutover_fkey FOREIGN KEY (cutover) REFERENCES cutover.cutovers(name) ON DELETE CASCADE,
  CONSTRAINT unit_kinds_direction_check CHECK ((direction = ANY (ARRAY['forward'::text, 'reverse'::text])))
);

CREATE TABLE cutover.units (
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  version bigint DEFAULT 1 NOT NULL,
  epoch integer DEFAULT '-1'::integer NOT NULL,
  CONSTRAINT units_pkey PRIMARY KEY (cutover, direction, kind, unit)
) WITH (fillfactor=50);

CREATE TABLE cutover.view_marks (
  xid xid8 NOT NULL,
  view_id integer NOT NULL,
  noted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT view_marks_pkey PRIMARY KEY (xid, view_id)
);

CREATE TABLE cutover.views (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  name text COLLATE "C" NOT NULL,
  freshness interval NOT NULL,
  marked_by text NOT NULL,
  blocks_readers boolean DEFAULT false NOT NULL,
  time_zone text DEFAULT 'UTC'::text NOT NULL,
  shows_hidden_rows text,
  registered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  stale_since timestamp with time zone,
  data_as_of timestamp with time zone,
  refreshed_at timestamp with time zone,
  took interval,
  row_count bigint,
  refreshed_concurrently boolean,
  not_concurrently_because text,
  filenode oid,
  watch_stamp text,
  refreshes bigint DEFAULT 0 NOT NULL,
  failures integer DEFAULT 0 NOT NULL,
  error text,
  failed_at timestamp with time zone,
  next_try_at timestamp with time zone,
  CONSTRAINT views_pkey PRIMARY KEY (id),
  CONSTRAINT views_name_key UNIQUE (name),
  CONSTRAINT views_freshness_check CHECK ((freshness >= '00:00:00'::interval)),
  CONSTRAINT views_marked_by_check CHECK ((marked_by = ANY (ARRAY['writes'::text, 'schedule'::text, 'call'::text])))
);

CREATE TABLE cutover.workers (
  name text COLLATE "C" NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  take_over_seconds integer NOT NULL,
  concurrency integer NOT NULL,
  jobs text[] NOT NULL,
  running jsonb DEFAULT '[]'::jsonb NOT NULL,
  CONSTRAINT workers_pkey PRIMARY KEY (name)
) WITH (fillfactor=50);

-- Views

CREATE VIEW cutover.idempotency_status AS
 SELECT count(*) AS total,
    count(*) FILTER (WHERE (expires_at <= clock_timestamp())) AS expired,
    count(*) FILTER (WHERE ((status = 'success'::text) AND (response_data IS NOT NULL))) AS success,
    count(*) FILTER (WHERE ((status = 'failed'::text) AND (response_data IS NOT NULL))) AS failed,
    count(*) FILTER (WHERE ((status = 'not_implemented'::text) AND (response_data IS NOT NULL))) AS not_implemented,
    count(*) FILTER (WHERE (response_data IS NULL)) AS unfinished,
    min(expires_at) AS oldest_expires_at
   FROM cutover.idempotency_log log;

-- Functions and procedures

FUNCTION cutover.advance(cutover_name text, to_phase text, force text[] DEFAULT '{}'::text[], reason text DEFAULT NULL::text) RETURNS cutover.phase_transitions
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET extra_float_digits=1 SET lc_monetary=C SET lock_timeout=100ms SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

PROCEDURE cutover.advance_steps(IN cutover_name text, IN to_phase text, IN force text[] DEFAULT '{}'::text[], IN reason text DEFAULT NULL::text, IN wait_seconds integer DEFAULT 60) plpgsql VOLATILE;

FUNCTION cutover.analyze_grown(cutover_name text) RETURNS boolean
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.archive_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.archive_schema(cutover_name text) RETURNS name
  LANGUAGE sql STABLE;

FUNCTION cutover.ask_gates(cutover_name text, to_phase text) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.ask_projection_gates(projection_name text) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET extra_float_digits=1 SET lc_monetary=C SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.at_work() RETURNS text[]
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.backfill_step(wanted bigint, worker_name text, max_units integer, OUT state text, OUT units integer, OUT written integer) RETURNS record
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET enable_seqscan=off SET extra_float_digits=1 SET jit=off SET lc_monetary=C SET lock_timeout=100ms SET plan_cache_mode=force_generic_plan SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.barrier_exclusive() RETURNS void
  LANGUAGE sql VOLATILE;

FUNCTION cutover.barrier_shared() RETURNS void
  LANGUAGE sql VOLATILE;

FUNCTION cutover.begin_compiled(cutover_name text, schema_name name, core integer) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.begin_request(scope text, key text, operation text, request jsonb, keep interval DEFAULT '24:00:00'::interval, wait interval DEFAULT '00:00:05'::interval, OUT id uuid, OUT replayed boolean, OUT status text, OUT response jsonb) RETURNS record
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET lock_timeout=5s SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.bypasses_row_security(role_oid oid, table_oid oid) RETURNS boolean
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.changed_parts(before jsonb, after jsonb) RETURNS text[]
  LANGUAGE sql IMMUTABLE;

FUNCTION cutover.check_snapshot(cutover_name text, known_move bigint) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.classes(cutover_name text, unit_direction text, unit_kind text, with_drift boolean DEFAULT true) RETURNS TABLE(unit text, class text, reason text)
  LANGUAGE sql STABLE;

FUNCTION cutover.cleanup_idempotency_log() RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

PROCEDURE cutover.cleanup_idempotency_log_all(INOUT deleted integer DEFAULT 0) plpgsql VOLATILE;

PROCEDURE cutover.compact_units(IN projection_name text, INOUT deleted integer DEFAULT 0, IN wait_seconds integer DEFAULT 5, IN most integer DEFAULT 10000) plpgsql VOLATILE;

FUNCTION cutover.compiled_by(cutover_name text) RETURNS integer
  LANGUAGE sql STABLE;

FUNCTION cutover.compiled_coarser(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.compiled_connected(cutover_name text, unit_direction text, refs text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.compiled_differences(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS TABLE(unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.compiled_differs(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS boolean
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.compiled_held(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS TABLE(unit text, class text, reason text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.compiled_lock_rows(cutover_name text, refs text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.compiled_patch(cutover_name text, unit_kind text, wanted text[], part text) RETURNS text
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.compiled_recompute(cutover_name text, unit_direction text, unit_kind text, wanted text[], part text DEFAULT 'all'::text) RETURNS text[]
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.compiled_schema(cutover_name text) RETURNS name
  LANGUAGE sql STABLE;

FUNCTION cutover.compiled_source_rows(cutover_name text, unit_direction text, unit_kind text, wanted text) RETURNS jsonb
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.compiled_units(cutover_name text, unit_direction text, unit_kind text) RETURNS TABLE(unit text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.compiled_unmade(cutover_name text, unit_kind text, wanted text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.core_version() RETURNS integer
  LANGUAGE sql STABLE;

FUNCTION cutover.current_metrics() RETURNS TABLE(metric text, cutover text, labels jsonb, value double precision)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.dead_units(projection_name text, most integer) RETURNS SETOF cutover.units
  LANGUAGE sql STABLE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET extra_float_digits=1 SET lc_monetary=C SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.drain(cutover_name text DEFAULT NULL::text, batch integer DEFAULT 100) RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET enable_seqscan=off SET extra_float_digits=1 SET jit=off SET lc_monetary=C SET lock_timeout=60ms SET max_parallel_workers_per_gather=0 SET plan_cache_mode=force_generic_plan SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

PROCEDURE cutover.drain_all(IN cutover_name text DEFAULT NULL::text) plpgsql VOLATILE;

FUNCTION cutover.drain_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[], most integer DEFAULT 20) RETURNS integer
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.drain_late_writes(stand cutover.cutovers, refs text[]) RETURNS integer
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.drain_one_side(stand cutover.cutovers, refs text[]) RETURNS integer
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.drain_slice(stand cutover.cutovers, forward_refs text[], most integer) RETURNS integer
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.drop_all_but_triggers(schema_name name) RETURNS void
  LANGUAGE plpgsql VOLATILE SET client_min_messages=warning SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.drop_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.drop_projection(projection_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.drop_view_triggers(registered integer, still_read_by oid) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.end_reverse_sync(cutover_name text, reason text DEFAULT NULL::text) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.enter_step(cutover_name text, new_step text) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.expect_expressible(stand cutover.cutovers, forward_refs text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.finest_kind(cutover_name text, unit_direction text) RETURNS text
  LANGUAGE sql STABLE;

FUNCTION cutover.fingerprint_problems(cutover_name text) RETURNS TABLE(table_name text, aspect text, problem text)
  LANGUAGE sql STABLE;

FUNCTION cutover.finish_backfill(wanted bigint) RETURNS boolean
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.finish_request(id uuid, response jsonb, status text DEFAULT 'success'::text) RETURNS jsonb
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.fit_image(cutover_name text, table_name text, image text) RETURNS text
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.fit_images(cutover_name text, own xid8, forward_refs text[], reverse_refs text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.flush() RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET enable_seqscan=off SET extra_float_digits=1 SET jit=off SET lc_monetary=C SET lock_timeout=100ms SET max_parallel_workers_per_gather=0 SET plan_cache_mode=force_generic_plan SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.flush_at_commit() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET enable_seqscan=off SET extra_float_digits=1 SET jit=off SET lc_monetary=C SET lock_timeout=60ms SET max_parallel_workers_per_gather=0 SET plan_cache_mode=force_generic_plan SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.flush_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[], may_release boolean DEFAULT false, since timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.flush_one_side(stand cutover.cutovers, own xid8, since timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.flush_slice(stand cutover.cutovers, refs text[], most integer) RETURNS boolean
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.flush_transaction(own xid8, since timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.forget_images(cutover_name text) RETURNS void
  LANGUAGE sql VOLATILE;

FUNCTION cutover.forget_notes(cutover_name text, unit_direction text, refs text[]) RETURNS void
  LANGUAGE sql VOLATILE;

FUNCTION cutover.forget_rows(cutover_name text, all_of_them boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.forget_units(dead cutover.units[]) RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.gate_backfill_complete(stand cutover.cutovers, unit_direction text DEFAULT 'forward'::text) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.gate_drift_free(stand cutover.cutovers, wanted_directions text[]) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.gate_outbox_drained(stand cutover.cutovers) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.gate_quarantine_accepted(stand cutover.cutovers, with_rules boolean) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.gate_units_local(stand cutover.cutovers) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.gate_views_fresh(stand cutover.cutovers) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.gate_writers_current(stand cutover.cutovers) RETURNS TABLE(gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.gather_view_marks() RETURNS bigint
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.grant_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.guard_projection() RETURNS trigger
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.hang_together(cutover_name text, unit_direction text, refs text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.has_held_rows(cutover_name text) RETURNS boolean
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.id(VARIADIC parts text[]) RETURNS uuid
  LANGUAGE sql IMMUTABLE PARALLEL SAFE;

FUNCTION cutover.is_backfilled(stand cutover.cutovers) RETURNS boolean
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.is_held_by_others(failure text) RETURNS boolean
  LANGUAGE sql IMMUTABLE;

FUNCTION cutover.is_our_fault(sqlstate text) RETURNS boolean
  LANGUAGE sql IMMUTABLE;

FUNCTION cutover.is_outgrown(wanted regclass) RETURNS boolean
  LANGUAGE sql STABLE;

FUNCTION cutover.is_writing(cutover_name text, direction text) RETURNS boolean
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.limit_wait(until timestamp with time zone) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.live_fingerprint(compiled_schema name, tables text[]) RETURNS jsonb
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.lock_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.lock_out_writers(cutover_name text, schema_name name) RETURNS void
  LANGUAGE plpgsql VOLATILE SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.lock_units(cutover_name text, unit_direction text, unit_kind text, wanted text[], new_epoch integer) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.lock_view_tables(view_oid oid) RETURNS void
  LANGUAGE plpgsql VOLATILE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.make_true(stand cutover.cutovers, unit_direction text, unit_kind text, wanted text[], part text DEFAULT 'all'::text) RETURNS integer
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.mark_view_on_write() RETURNS trigger
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.mark_view_stale(view_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.may_refresh(role_oid oid, view_oid oid) RETURNS boolean
  LANGUAGE plpgsql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.move_sequences(cutover_name text, side text, headroom bigint DEFAULT 1000000) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.not_concurrently_because(known cutover.views, view_oid oid) RETURNS text
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.note_refs(cutover_name text, unit_direction text, refs text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.open_transactions() RETURNS text[]
  LANGUAGE sql STABLE;

FUNCTION cutover.outside_dependents(schema_name name, with_triggers boolean DEFAULT false) RETURNS SETOF text
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.phase(cutover_name text) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.phase_rank(phase text) RETURNS integer
  LANGUAGE sql IMMUTABLE;

FUNCTION cutover.primary_key_of(relation regclass) RETURNS text[]
  LANGUAGE sql STABLE;

FUNCTION cutover.put_aside(stand cutover.cutovers, unit_direction text, unit_kind text, wanted text, unit_class text, why text, error_text text, as_of pg_snapshot, was_made boolean DEFAULT NULL::boolean) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.put_waiting_aside(stand cutover.cutovers, forward_refs text[], reverse_refs text[], as_of pg_snapshot) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.quarantine_held(stand cutover.cutovers, unit_kind text, wanted text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.quarantine_unit(cutover_name text, unit_direction text, unit_kind text, wanted text, unit_class text, why text, error_text text, was_made boolean DEFAULT NULL::boolean) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.record_move(cutover_name text, to_phase text, why text) RETURNS void
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.refresh_view(view_name text, only_if_due boolean DEFAULT false) RETURNS TABLE(outcome text, took interval, row_count bigint, refreshed_concurrently boolean, not_concurrently_because text, error_code text, error text)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET bytea_output=hex SET extra_float_digits=1 SET lc_monetary=C SET lock_timeout=2s SET row_security=on SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.refs_by_kind(cutover_name text, unit_direction text, refs text[], finest_first boolean DEFAULT false) RETURNS TABLE(kind text, units text[])
  LANGUAGE sql STABLE;

FUNCTION cutover.refs_in_turn(stand cutover.cutovers, refs text[], finest_first boolean DEFAULT false) RETURNS TABLE(kind text, units text[])
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.refuse(response jsonb, status text DEFAULT 'failed'::text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.refuse_circle(projection_name text) RETURNS void
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.refuse_projection(cutover_name text) RETURNS void
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.register_cutover(cutover_name text, schema_name name, compiled_definition jsonb, expected_fingerprint jsonb, core integer) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.register_projection(projection_name text, schema_name name, compiled_definition jsonb, expected_fingerprint jsonb, core integer) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.register_view(view_name text, freshness interval, marked_by text DEFAULT 'writes'::text, blocks_readers boolean DEFAULT false, time_zone text DEFAULT 'UTC'::text, shows_hidden_rows text DEFAULT NULL::text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.rehearse(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.rehearse_in_turn(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.release_units(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS void
  LANGUAGE sql VOLATILE;

FUNCTION cutover.remove(cutover_name text, from_phase text DEFAULT NULL::text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.repair(verify_run bigint, batch integer DEFAULT 100, after_ordinal integer DEFAULT 0) RETURNS TABLE(units integer, last_ordinal integer)
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET enable_seqscan=off SET extra_float_digits=1 SET jit=off SET lc_monetary=C SET lock_timeout=100ms SET plan_cache_mode=force_generic_plan SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.request(scope text, key text, operation text, request jsonb, function regprocedure, keep interval DEFAULT '24:00:00'::interval, wait interval DEFAULT '00:00:05'::interval) RETURNS jsonb
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.request_fingerprint(operation text, request jsonb) RETURNS bytea
  LANGUAGE sql STABLE;

FUNCTION cutover.require_compilable(cutover_name text) RETURNS boolean
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.require_gates(cutover_name text, to_phase text, force text[]) RETURNS jsonb
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.require_no_dependents(schema_name name, shown_as name DEFAULT NULL::name, with_triggers boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.require_one_transaction() RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.require_reverse_not_ended(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.require_reverse_sync(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.retry_quarantined(cutover_name text) RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.revive_kept(stand cutover.cutovers, relation text, images text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.revoke_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.rollback(cutover_name text, reason text DEFAULT NULL::text) RETURNS cutover.phase_transitions
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

PROCEDURE cutover.rollback_steps(IN cutover_name text, IN reason text DEFAULT NULL::text, IN wait_seconds integer DEFAULT 60) plpgsql VOLATILE;

FUNCTION cutover.sample_metrics(keep interval DEFAULT '30 days'::interval) RETURNS integer
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.seal_compiled(cutover_name text, tables text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.set_writing(cutover_name text, direction text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.settle_constraints(cutover_name text, unit_direction text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.settle_projection(projection_name text) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET lock_timeout=100ms SET row_security=off SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.spend_patience(since timestamp with time zone) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.stand_of(cutover_name text) RETURNS cutover.cutovers
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.start_backfill(cutover_name text, unit_direction text DEFAULT 'forward'::text, range_size integer DEFAULT 500) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET extra_float_digits=1 SET lc_monetary=C SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.stay_in_budget(stand cutover.cutovers, since timestamp with time zone) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.swap_compiled(cutover_name text, schema_name name) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.tables_of(cutover_name text, side text) RETURNS text[]
  LANGUAGE sql STABLE;

FUNCTION cutover.trigger_stamp(cutover_name text) RETURNS text
  LANGUAGE sql STABLE;

FUNCTION cutover.try_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS text
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.try_these(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS text
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.unarchive_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.uninstall() RETURNS void
  LANGUAGE plpgsql VOLATILE SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.unregister_view(view_name text) RETURNS void
  LANGUAGE plpgsql VOLATILE SET lock_timeout=100ms SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.vanished_rows(stand cutover.cutovers, own xid8, reverse_refs text[]) RETURNS jsonb
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.verify(cutover_name text, directions text[] DEFAULT NULL::text[], most_details integer DEFAULT 1000) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET DateStyle=ISO, YMD SET IntervalStyle=postgres SET TimeZone=UTC SET array_nulls=on SET bytea_output=hex SET extra_float_digits=1 SET lc_monetary=C SET row_security=off SET search_path=pg_catalog, pg_temp SET xmloption=content;

FUNCTION cutover.view_blind_spots(view_id integer, view_oid oid) RETURNS TABLE(blind_spot text)
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.view_freshness(view_name text DEFAULT NULL::text) RETURNS TABLE(name text, state text, freshness interval, marked_by text, stale_since timestamp with time zone, staleness interval, due_at timestamp with time zone, data_as_of timestamp with time zone, refreshed_at timestamp with time zone, took interval, row_count bigint, refreshed_concurrently boolean, not_concurrently_because text, refreshes bigint, failures integer, error text, failed_at timestamp with time zone, blind_spots text[], leaks text[])
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.view_leaks(view_oid oid) RETURNS TABLE(table_name text, read_as text, shown_to text, through text)
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.view_of(view_name text) RETURNS cutover.views
  LANGUAGE plpgsql STABLE;

FUNCTION cutover.view_reads(view_oid oid) RETURNS TABLE(relation oid, kind "char", reader oid, beyond boolean)
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.view_rules(view_oid oid) RETURNS TABLE(tree text)
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.view_stamp(view_id integer, view_oid oid) RETURNS text
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

FUNCTION cutover.view_tables(view_oid oid) RETURNS TABLE(relation oid, kind "char")
  LANGUAGE sql STABLE SET search_path=pg_catalog, pg_temp;

PROCEDURE cutover.wait_for_writers(IN cutover_name text, IN side text, IN wait_seconds integer) plpgsql VOLATILE;

FUNCTION cutover.waiting_images(cutover_name text, forward_refs text[], reverse_refs text[]) RETURNS SETOF cutover.images
  LANGUAGE sql STABLE;

FUNCTION cutover.was_there(noted_by xid8, as_of pg_snapshot) RETURNS boolean
  LANGUAGE sql STABLE;

FUNCTION cutover.watched_facts(facts jsonb, columns jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE;

FUNCTION cutover.work_off(stand cutover.cutovers, refs text[]) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.write_back(stand cutover.cutovers, reverse_refs text[], vanished jsonb) RETURNS void
  LANGUAGE plpgsql VOLATILE;

FUNCTION cutover.writers_in_flight(tables text[]) RETURNS TABLE(virtual_transaction text, pid integer)
  LANGUAGE sql STABLE;
