--! Previous: sha1:443df8d4827eaf572219b153cd0522f934f4b96b
--! Hash: sha1:09a08129224e700cc2689286471773f9a8ff2df4
--! Message: pg-cutover core

-- Enter migration here

-- cutover:begin (core 000001-core-schema)
-- The core of pg-cutover: what is the same for every cutover of a database.
--
-- It creates the schema `cutover` and touches no table of the application, so it takes no lock that a writer could meet.
-- Words (cutover, unit, note, flush, drain, phase …) are those of docs/architecture.md.
--
-- Tables are created here and changed by later migrations; everything that can be replaced as a whole (functions, views,
-- grants) has a file of its own below migrations/fixtures/ and is included from there.

CREATE SCHEMA IF NOT EXISTS cutover;
REVOKE ALL ON SCHEMA cutover FROM PUBLIC;

-- The version of the core, compared by the command line and by compiled cutovers.
CREATE TABLE cutover.core_version (
  version integer PRIMARY KEY,
  installed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO cutover.core_version (version) VALUES (1);

-- Counts moves and steps of all cutovers. A sequence is read as it is now, whatever the reader's snapshot: a transaction with an
-- old one so learns that its picture of the phases may be out of date.
CREATE SEQUENCE cutover.moves MINVALUE 0 START 0;
SELECT nextval('cutover.moves');

-- One row per cutover: where it stands, and what its compiled SQL relied on.
CREATE TABLE cutover.cutovers (
  name text COLLATE "C" PRIMARY KEY,
  -- the schema that holds the compiled functions, cutover_<name>
  compiled_schema name NOT NULL UNIQUE,
  phase text NOT NULL DEFAULT 'expanded' CHECK (phase IN (
    'expanded', 'dual_write', 'backfilled', 'reads_switched', 'writes_switched', 'legacy_locked', 'archived', 'dropped')),
  -- a move that consists of several transactions names the step that it has reached; NULL between moves
  step text,
  phase_since timestamptz NOT NULL DEFAULT now(),
  -- the transaction of the last move: transactions older than this may still act on what they saw before it
  phase_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- number of the last move or step; the sequence below knows it as well, outside of any snapshot
  move bigint NOT NULL DEFAULT 0,
  -- raised whenever what a backfill has made true is no longer known to be true
  epoch integer NOT NULL DEFAULT 0,
  -- true once a legacy row has been seen: then gates ask for evidence
  has_held_rows boolean NOT NULL DEFAULT false,
  -- kinds, tables, options and gates as they were compiled
  definition jsonb NOT NULL,
  -- what the compiler relied on in the catalog
  fingerprint jsonb NOT NULL DEFAULT '{}',
  -- identity and state of the sync triggers when the cutover was compiled, see cutover.trigger_stamp()
  trigger_stamp text NOT NULL DEFAULT '',
  reverse_ended_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The kinds of units of a cutover; a lower rank is coarser, is locked first and written first.
CREATE TABLE cutover.unit_kinds (
  cutover text COLLATE "C" NOT NULL REFERENCES cutover.cutovers ON DELETE CASCADE,
  direction text NOT NULL CHECK (direction IN ('forward', 'reverse')),
  kind text COLLATE "C" NOT NULL,
  rank integer NOT NULL,
  PRIMARY KEY (cutover, direction, kind)
);

-- Every move of a phase: who, when, which gates were asked and what each answered.
CREATE TABLE cutover.phase_transitions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cutover text COLLATE "C" NOT NULL,
  from_phase text NOT NULL,
  to_phase text NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  moved_by text NOT NULL DEFAULT session_user,
  gates jsonb NOT NULL DEFAULT '[]',
  forced text[] NOT NULL DEFAULT '{}',
  reason text
);

-- One row per transaction that has noted something; the deferred trigger on it is the one flush of that transaction.
-- `writing` is set while sync itself writes, so that note() can tell sync's writes from the application's; no setting does
-- that, because any role may set a setting.
CREATE TABLE cutover.head (
  xid xid8 PRIMARY KEY,
  writing_cutover text COLLATE "C",
  writing_direction text
) WITH (fillfactor = 50);

-- The notes: units that a transaction has touched and that are not worked off. The key starts with the transaction, so that
-- a hot unit does not collect dead entries in front of everybody's own notes.
CREATE TABLE cutover.outbox (
  xid xid8 NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL CHECK (direction IN ('forward', 'reverse')),
  kind text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  -- "is this unit pending?", asked by the drainer and by the flush of the phases in which both sides are written. A column of its
  -- own, so that a look-up of the own notes cannot be planned by this index.
  unit_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (cutover || '/' || direction || '/' || kind || ':' || unit) STORED,
  PRIMARY KEY (xid, cutover, direction, kind, unit)
);
CREATE INDEX outbox_unit_key ON cutover.outbox (unit_key);

-- Legacy rows as they were before a transaction first touched them, kept while both sides may be written: sync then brings
-- over what the writer changed, not what the row looks like. `image` is the row as text (NULL: the row did not exist).
CREATE TABLE cutover.images (
  xid xid8 NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  table_name text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  -- drawn while the writer holds the row's lock, so it orders the images of one row as the database ordered its writes
  seq bigint GENERATED ALWAYS AS IDENTITY,
  image text,
  -- "kind:unit", forward units that the row fed before or after, and reverse units that it belonged to before or after
  feeds text[] NOT NULL,
  belongs text[] NOT NULL,
  -- the transaction that is working this image off
  taken_by xid8,
  PRIMARY KEY (xid, cutover, table_name, key)
);
CREATE INDEX images_belongs ON cutover.images USING gin (belongs);
CREATE INDEX images_row ON cutover.images (cutover, table_name, key, seq);

-- One row per unit that sync has ever locked. Upserting it is the lock of the unit: it makes a REPEATABLE READ writer with an
-- old snapshot fail with 40001 (caught, left pending) instead of drifting in silence, which an advisory lock does not.
CREATE TABLE cutover.units (
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  -- the epoch in which the unit was last made true; below the cutover's epoch: not yet backfilled
  epoch integer NOT NULL DEFAULT -1,
  PRIMARY KEY (cutover, direction, kind, unit)
) WITH (fillfactor = 50);

-- What the flush of phase `expanded` saw: units and rows that sync would have written.
CREATE TABLE cutover.observations (
  xid xid8 NOT NULL,
  cutover text COLLATE "C" NOT NULL,
  observed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  units integer NOT NULL,
  rows integer NOT NULL,
  PRIMARY KEY (xid, cutover)
);

-- Units that could not be written, with the reason and the rows they were to be made of. Only drain and backfill write here,
-- never an application's session. `version` is the unit's version then: a unit written since has been mended.
CREATE TABLE cutover.quarantine (
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  kind text COLLATE "C" NOT NULL,
  unit text COLLATE "C" NOT NULL,
  class text NOT NULL DEFAULT 'quarantined' CHECK (class IN ('quarantined', 'excluded')),
  reason text NOT NULL,
  error text,
  rows jsonb NOT NULL DEFAULT '[]',
  version bigint NOT NULL DEFAULT 0,
  quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  accepted_by text,
  accepted_at timestamptz,
  PRIMARY KEY (cutover, direction, kind, unit)
);

-- A backfill is a list of ranges over the ordinals of its units; a worker claims a range by locking its row, so a worker that
-- dies gives its range back at once. Position and work are committed together.
CREATE TABLE cutover.backfills (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cutover text COLLATE "C" NOT NULL,
  direction text NOT NULL,
  epoch integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  paused boolean NOT NULL DEFAULT false,
  units_total bigint NOT NULL DEFAULT 0
);
-- The units of a backfill in their order; written once, when the backfill starts.
CREATE TABLE cutover.backfill_units (
  backfill bigint NOT NULL REFERENCES cutover.backfills ON DELETE CASCADE,
  kind text COLLATE "C" NOT NULL,
  ordinal integer NOT NULL,
  unit text COLLATE "C" NOT NULL,
  PRIMARY KEY (backfill, kind, ordinal)
);
CREATE TABLE cutover.backfill_ranges (
  backfill bigint NOT NULL REFERENCES cutover.backfills ON DELETE CASCADE,
  kind text COLLATE "C" NOT NULL,
  kind_rank integer NOT NULL,
  -- 'all', or 'write' and, after the finer kinds, 'delete': a parent goes after its children
  part text NOT NULL DEFAULT 'all' CHECK (part IN ('all', 'write', 'delete')),
  first_ordinal integer NOT NULL,
  last_ordinal integer NOT NULL,
  -- the last ordinal that is done
  position integer NOT NULL,
  rows_written bigint NOT NULL DEFAULT 0,
  worker text,
  PRIMARY KEY (backfill, kind, part, first_ordinal)
) WITH (fillfactor = 50);

-- One row per verify, and one per difference that it found.
CREATE TABLE cutover.drift_runs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cutover text COLLATE "C" NOT NULL,
  phase text NOT NULL,
  epoch integer NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  snapshot text NOT NULL,
  directions text[] NOT NULL,
  -- {direction: {class: count}}, the six classes that add up to the total
  accounting jsonb NOT NULL,
  drifted_units bigint NOT NULL,
  -- the identity and state of the sync triggers at that time: another one later means that they were not at work in between
  trigger_stamp text NOT NULL DEFAULT '',
  fingerprint_problems jsonb NOT NULL DEFAULT '[]'
);
CREATE TABLE cutover.drift_units (
  run bigint NOT NULL REFERENCES cutover.drift_runs ON DELETE CASCADE,
  ordinal integer NOT NULL,
  direction text NOT NULL,
  kind text NOT NULL,
  unit text NOT NULL,
  table_name text NOT NULL,
  key jsonb NOT NULL,
  -- 'missing', 'unexpected' or 'different'
  finding text NOT NULL,
  expected jsonb,
  actual jsonb,
  PRIMARY KEY (run, ordinal)
);

-- A cell that both sides wrote at once: the side that is the truth won, and this is what the other one had written.
CREATE TABLE cutover.conflicts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cutover text COLLATE "C" NOT NULL,
  table_name text NOT NULL,
  key jsonb NOT NULL,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  base jsonb,
  won jsonb,
  lost jsonb
);

-- What happened, for people and for log shippers.
CREATE TABLE cutover.events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  cutover text COLLATE "C",
  event text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}'
);

-- Privileges that the lock of the legacy tables took away, exactly as they were, for the way back.
CREATE TABLE cutover.revoked_grants (
  cutover text COLLATE "C" NOT NULL,
  table_name text NOT NULL,
  grantee text NOT NULL,
  grantor text NOT NULL,
  privilege text NOT NULL,
  grantable boolean NOT NULL,
  column_name text NOT NULL DEFAULT '',
  PRIMARY KEY (cutover, table_name, grantee, grantor, privilege, column_name)
);

-- Replaceable objects, in the order in which they need each other.
-- A stable id for natural-key parts: the same parts give the same id on every machine and under every setting.
-- md5 and not sha256: it stands on the hot path of every synced write, and it is no secret. The text form of a text[] quotes
-- its members, so ('a,b') and ('a','b') differ; no setting changes it, hence IMMUTABLE.
CREATE OR REPLACE FUNCTION cutover.id(VARIADIC parts text[]) RETURNS uuid
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.md5(parts::text)::uuid;
-- The place of a phase in their order, from 0; NULL for no phase.
CREATE OR REPLACE FUNCTION cutover.phase_rank(phase text) RETURNS integer
  LANGUAGE sql IMMUTABLE
RETURN pg_catalog.array_position(ARRAY['expanded', 'dual_write', 'backfilled', 'reads_switched', 'writes_switched',
                                       'legacy_locked', 'archived', 'dropped'], phase) - 1;
-- The phase barrier: every flush holds it shared until its commit is done, a phase move takes it exclusively. A move so waits
-- for commits in progress (about a millisecond), never for open transactions.
CREATE OR REPLACE FUNCTION cutover.barrier_shared() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT pg_catalog.pg_advisory_xact_lock_shared(1668641647, 1);
END;

CREATE OR REPLACE FUNCTION cutover.barrier_exclusive() RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT pg_catalog.pg_advisory_xact_lock(1668641647, 1);
END;
-- Errors that say nothing about a unit: missing functions or rights, no memory, no disk, a shutdown, a defect. They stop the work
-- with the notes where they are; a quarantine full of them would look like a verdict on the data.
CREATE OR REPLACE FUNCTION cutover.is_our_fault(sqlstate text) RETURNS boolean
  LANGUAGE sql IMMUTABLE
RETURN pg_catalog.left(sqlstate, 2) IN ('42', '53', '57', '58', 'XX', '08', 'F0');
-- Locks units by upserting their version rows in sorted order, so that two transactions never wait for each other in a circle.
-- Lock: one row of cutover.units per unit, until the end of the transaction. A REPEATABLE READ transaction whose snapshot is
-- older than the row's last change fails with 40001 here, before it could write anything from its old snapshot.
CREATE OR REPLACE FUNCTION cutover.lock_units(
  cutover_name text, unit_direction text, unit_kind text, wanted text[], new_epoch integer
) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO cutover.units AS known (cutover, direction, kind, unit, epoch)
  SELECT cutover_name, unit_direction, unit_kind, wanted_unit.unit, new_epoch
    FROM pg_catalog.unnest(wanted) AS wanted_unit (unit)
   ORDER BY wanted_unit.unit COLLATE "C"
      ON CONFLICT (cutover, direction, kind, unit)
      DO UPDATE SET version = known.version + 1, epoch = excluded.epoch;
END;
$$;
-- Checks now, inside the caller's EXCEPTION block, what is deferred about the tables that sync has written: their own deferrable
-- constraints, and foreign keys of other tables that point to them. Checked at the end of the application's commit, a violation
-- on our side would fail it. Read at run time, because such a constraint may be younger than the compiled SQL. Those that are
-- deferred from the start are deferred again afterwards, for the next batch of units.
CREATE OR REPLACE FUNCTION cutover.settle_constraints(cutover_name text, unit_direction text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  found_constraint record;
BEGIN
  FOR found_constraint IN
    SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, c.conname) AS name, c.condeferred
      FROM pg_catalog.unnest(cutover.tables_of(cutover_name, CASE unit_direction WHEN 'forward' THEN 'new' ELSE 'legacy' END)) AS written
      JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = pg_catalog.to_regclass(written)
      JOIN pg_catalog.pg_constraint AS c ON c.oid = t.tgconstraint
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
     WHERE t.tgdeferrable
  LOOP
    EXECUTE 'SET CONSTRAINTS ' || found_constraint.name || ' IMMEDIATE';
    IF found_constraint.condeferred THEN
      EXECUTE 'SET CONSTRAINTS ' || found_constraint.name || ' DEFERRED';
    END IF;
  END LOOP;
END;
$$;
-- For writers of the new side with a snapshot of their own (REPEATABLE READ, SERIALIZABLE): raises 40001 when the cutover has moved
-- since the snapshot was taken. Its fence and its notes would go by a phase that is over, and the write would be forgotten by a
-- rollback. The row is only locked when the count of moves says that there may have been one.
CREATE OR REPLACE FUNCTION cutover.check_snapshot(cutover_name text, known_move bigint) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  IF pg_catalog.pg_sequence_last_value('cutover.moves') IS DISTINCT FROM known_move THEN
    PERFORM 1 FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR SHARE;
  END IF;
END;
$$;
-- The only doors from the core to the SQL that the compiler emitted: a database that was compiled by an older release goes on
-- working, because only these names and shapes are relied on.

CREATE OR REPLACE FUNCTION cutover.compiled_schema(cutover_name text) RETURNS name
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.compiled_schema FROM cutover.cutovers AS c WHERE c.name = cutover_name;
END;

-- Makes units true by their mapping; gives back the units that a rule holds back, which were not touched.
-- part: 'all', or only to 'write' or to 'delete' rows.
CREATE OR REPLACE FUNCTION cutover.compiled_recompute(
  cutover_name text, unit_direction text, unit_kind text, wanted text[], part text DEFAULT 'all'
) RETURNS text[]
  LANGUAGE plpgsql
AS $$
DECLARE
  held text[];
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.recompute($1, $2, $3, $4)', cutover.compiled_schema(cutover_name))
     INTO held USING unit_direction, unit_kind, wanted, part;
  RETURN coalesce(held, '{}');
END;
$$;

-- Brings over to the new side what legacy writers changed, by the images taken by this transaction.
CREATE OR REPLACE FUNCTION cutover.compiled_patch(cutover_name text, unit_kind text, wanted text[], part text) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.patch($1, $2, $3)', cutover.compiled_schema(cutover_name)) USING unit_kind, wanted, part;
END;
$$;

-- Units that a rule holds back, with class and reason. wanted NULL: all units.
CREATE OR REPLACE FUNCTION cutover.compiled_held(
  cutover_name text, unit_direction text, unit_kind text, wanted text[]
) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE pg_catalog.format('SELECT * FROM %I.held($1, $2, $3)', cutover.compiled_schema(cutover_name))
    USING unit_direction, unit_kind, wanted;
END;
$$;

-- Rows that are not what the mapping says. wanted NULL: of all units.
CREATE OR REPLACE FUNCTION cutover.compiled_differences(
  cutover_name text, unit_direction text, unit_kind text, wanted text[]
) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE pg_catalog.format('SELECT * FROM %I.differences($1, $2, $3)', cutover.compiled_schema(cutover_name))
    USING unit_direction, unit_kind, wanted;
END;
$$;

-- Every unit that either side knows.
CREATE OR REPLACE FUNCTION cutover.compiled_units(cutover_name text, unit_direction text, unit_kind text)
  RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE pg_catalog.format('SELECT * FROM %I.list_units($1, $2)', cutover.compiled_schema(cutover_name))
    USING unit_direction, unit_kind;
END;
$$;

-- "kind:unit" references of the other direction: the reverse units of the legacy rows that feed forward units, or the forward
-- units that reverse units are connected with.
CREATE OR REPLACE FUNCTION cutover.compiled_connected(cutover_name text, unit_direction text, refs text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  connected text[];
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.connected($1, $2)', cutover.compiled_schema(cutover_name))
     INTO connected USING unit_direction, refs;
  RETURN coalesce(connected, '{}');
END;
$$;

-- Row locks (FOR UPDATE, in key order) on the legacy rows of reverse units.
CREATE OR REPLACE FUNCTION cutover.compiled_lock_rows(cutover_name text, refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.lock_rows($1)', cutover.compiled_schema(cutover_name)) USING refs;
END;
$$;

-- The coarser units ("kind:unit") that units lie in.
CREATE OR REPLACE FUNCTION cutover.compiled_coarser(
  cutover_name text, unit_direction text, unit_kind text, wanted text[]
) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  coarser text[];
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.coarser($1, $2, $3)', cutover.compiled_schema(cutover_name))
     INTO coarser USING unit_direction, unit_kind, wanted;
  RETURN coalesce(coarser, '{}');
END;
$$;

-- The rows that feed a unit, for the quarantine: [{"table": …, "row": {…}}].
CREATE OR REPLACE FUNCTION cutover.compiled_source_rows(
  cutover_name text, unit_direction text, unit_kind text, wanted text
) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  found jsonb;
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.source_rows($1, $2, $3)', cutover.compiled_schema(cutover_name))
     INTO found USING unit_direction, unit_kind, wanted;
  RETURN coalesce(found, '[]');
END;
$$;
-- "kind:unit" references as one row per kind, coarser kinds first (or finer ones), units sorted.
CREATE OR REPLACE FUNCTION cutover.refs_by_kind(
  cutover_name text, unit_direction text, refs text[], finest_first boolean DEFAULT false
)
  RETURNS TABLE (kind text, units text[])
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT kinds.kind, array_agg(DISTINCT parts.unit ORDER BY parts.unit)
    FROM (SELECT split_part(ref, ':', 1) AS kind, substr(ref, strpos(ref, ':') + 1) COLLATE "C" AS unit
            FROM unnest(refs) AS ref) AS parts
    JOIN cutover.unit_kinds AS kinds
      ON kinds.cutover = cutover_name AND kinds.direction = unit_direction AND kinds.kind = parts.kind
   GROUP BY kinds.rank, kinds.kind
   ORDER BY CASE WHEN finest_first THEN -kinds.rank ELSE kinds.rank END;
END;
-- The row of a cutover, or an error that names the cutovers there are.
CREATE OR REPLACE FUNCTION cutover.stand_of(cutover_name text) RETURNS cutover.cutovers
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  stand cutover.cutovers;
BEGIN
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no cutover named "%" in this database', cutover_name
      USING ERRCODE = 'CU011',
            HINT = coalesce('Known: ' || (SELECT pg_catalog.string_agg(c.name, ', ' ORDER BY c.name) FROM cutover.cutovers AS c) || '.',
                            'None is known: compile one and run its migration.');
  END IF;
  RETURN stand;
END;
$$;
-- Says, in the row of the own transaction, that sync is writing a direction of a cutover (NULL: no longer). Only the core can
-- write this row; a setting could be forged by any role.
CREATE OR REPLACE FUNCTION cutover.set_writing(cutover_name text, direction text) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE cutover.head AS own
     SET writing_cutover = cutover_name, writing_direction = set_writing.direction
   WHERE own.xid = pg_catalog.pg_current_xact_id();
  IF NOT FOUND THEN
    INSERT INTO cutover.head (xid, writing_cutover, writing_direction)
    VALUES (pg_catalog.pg_current_xact_id(), cutover_name, set_writing.direction);
  END IF;
END;
$$;

-- Is sync itself writing this direction of this cutover in this transaction? A SERIALIZABLE writer is never flushed in its own
-- transaction, so the answer is known without a read (a read of a shared index page would make such writers fail each other
-- with 40001).
CREATE OR REPLACE FUNCTION cutover.is_writing(cutover_name text, direction text) RETURNS boolean
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF pg_catalog.current_setting('transaction_isolation') = 'serializable' THEN
    RETURN false;
  END IF;
  RETURN EXISTS (
    SELECT FROM cutover.head AS own
     WHERE own.xid = pg_catalog.pg_current_xact_id()
       AND own.writing_cutover = cutover_name
       AND own.writing_direction = is_writing.direction
  );
END;
$$;
-- Writes the notes of one statement: one row in cutover.head per transaction, whose deferred trigger is the flush, and one row
-- in cutover.outbox per unit. refs are "kind:unit".
-- SET CONSTRAINTS: an application that made all its constraints immediate would otherwise move the flush, and with it the locks
-- of the units, into the middle of its transaction.
CREATE OR REPLACE FUNCTION cutover.note_refs(cutover_name text, unit_direction text, refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  SET CONSTRAINTS cutover.head_flush DEFERRED;

  INSERT INTO cutover.head (xid) VALUES (pg_catalog.pg_current_xact_id())
      ON CONFLICT (xid) DO NOTHING;

  INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
  SELECT pg_catalog.pg_current_xact_id(), cutover_name, unit_direction,
         pg_catalog.split_part(noted.ref, ':', 1),
         pg_catalog.substr(noted.ref, pg_catalog.strpos(noted.ref, ':') + 1)
    FROM pg_catalog.unnest(refs) AS noted (ref)
      ON CONFLICT DO NOTHING;
END;
$$;
-- Works off the own transaction's forward notes while legacy is the truth: whole units, coarser kinds first, in sorted order.
-- Stops when the cutover's time budget is used up; what is left stays pending for the drainer.
CREATE OR REPLACE FUNCTION cutover.flush_one_side(stand cutover.cutovers, own xid8) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  batch record;
  held text[];
  to_delete text[] := '{}';
  finest integer := (SELECT pg_catalog.max(kinds.rank)
                       FROM cutover.outbox AS noted
                       JOIN cutover.unit_kinds AS kinds
                         ON kinds.cutover = noted.cutover AND kinds.direction = noted.direction AND kinds.kind = noted.kind
                      WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward');
  started timestamptz := pg_catalog.clock_timestamp();
  budget interval := pg_catalog.make_interval(secs => (stand.definition #>> '{sync,budgetMs}')::double precision / 1000);
BEGIN
  -- Before the backfill has been here, a coarser unit may be missing that the noted one needs (a child of its week).
  IF stand.phase = 'dual_write' THEN
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT own, stand.name, 'forward', pg_catalog.split_part(coarser.ref, ':', 1),
           pg_catalog.substr(coarser.ref, pg_catalog.strpos(coarser.ref, ':') + 1)
      FROM (SELECT noted.kind, pg_catalog.array_agg(noted.unit) AS units
              FROM cutover.outbox AS noted
             WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward'
             GROUP BY noted.kind) AS noted
     CROSS JOIN LATERAL pg_catalog.unnest(cutover.compiled_coarser(stand.name, 'forward', noted.kind, noted.units)) AS coarser (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.units AS known
                        WHERE known.cutover = stand.name AND known.direction = 'forward'
                          AND known.kind || ':' || known.unit = coarser.ref
                          AND known.kind = pg_catalog.split_part(coarser.ref, ':', 1)
                          AND known.unit = pg_catalog.substr(coarser.ref, pg_catalog.strpos(coarser.ref, ':') + 1)
                          AND known.epoch = stand.epoch)
        ON CONFLICT DO NOTHING;
  END IF;

  FOR batch IN
    SELECT numbered.kind, numbered.rank, pg_catalog.array_agg(numbered.unit ORDER BY numbered.unit) AS units
      FROM (SELECT noted.kind, noted.unit, kinds.rank,
                   (pg_catalog.row_number() OVER (PARTITION BY noted.kind ORDER BY noted.unit) - 1) / 20 AS part
              FROM cutover.outbox AS noted
              JOIN cutover.unit_kinds AS kinds
                ON kinds.cutover = noted.cutover AND kinds.direction = noted.direction AND kinds.kind = noted.kind
             WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward') AS numbered
     GROUP BY numbered.rank, numbered.kind, numbered.part
     ORDER BY numbered.rank, numbered.part
  LOOP
    PERFORM cutover.lock_units(stand.name, 'forward', batch.kind, batch.units, stand.epoch);
    -- The committed notes of others on these units are worked off as well. Deleted before anything is read, so that none is deleted
    -- unread; a REPEATABLE READ transaction does not see them all and leaves them.
    IF pg_catalog.current_setting('transaction_isolation') = 'read committed' THEN
      DELETE FROM cutover.outbox AS done
       WHERE done.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit))
         AND done.xid <> own;
    END IF;
    -- Of a coarser kind only what is written: its rows may only go when those of the finer kinds have gone.
    held := cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units,
                                       CASE WHEN batch.rank < finest THEN 'write' ELSE 'all' END);
    IF batch.rank < finest THEN
      to_delete := to_delete || ARRAY(SELECT batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit);
    END IF;
    DELETE FROM cutover.outbox AS done
     WHERE done.xid = own AND done.cutover = stand.name AND done.direction = 'forward' AND done.kind = batch.kind
       AND done.unit = ANY (batch.units) AND done.unit <> ALL (held);
    PERFORM cutover.release_units(stand.name, 'forward', batch.kind, ARRAY(SELECT unit FROM pg_catalog.unnest(batch.units) AS unit WHERE unit <> ALL (held)));
    IF pg_catalog.clock_timestamp() - started > budget THEN
      -- The finer units that are left will be drained; the coarser ones have to be looked at again after them.
      PERFORM cutover.note_refs(stand.name, 'forward', to_delete);
      PERFORM cutover.settle_constraints(stand.name, 'forward');
      RETURN;
    END IF;
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', to_delete, finest_first => true) LOOP
    PERFORM cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units, 'delete');
  END LOOP;
  PERFORM cutover.settle_constraints(stand.name, 'forward');

  IF stand.phase IN ('backfilled', 'reads_switched') THEN
    DELETE FROM cutover.images AS own_image
     WHERE own_image.xid = own AND own_image.cutover = stand.name
       AND NOT EXISTS (SELECT FROM cutover.outbox AS left_over WHERE left_over.xid = own AND left_over.cutover = stand.name);
  END IF;
END;
$$;
-- Works off notes of units while both sides are written. Legacy writes come over as a patch (only cells whose mapped value
-- changed against the image of the row before the write), then legacy is recomputed from the new side, which is the truth.
--
-- forward_refs, reverse_refs: "kind:unit" references to work off; may_release: units among them that were put aside are taken up
-- again. Raises when the new side holds something that legacy cannot say, and when a note has no image; the caller decides what
-- becomes of the notes.
--
-- Locks, in this order: version rows of coarser forward units, version rows of reverse units, the legacy rows of the reverse
-- units. The legacy rows have to be locked before anything is read: a legacy writer that commits between our reading and our
-- writing would be overwritten by what we read.
CREATE OR REPLACE FUNCTION cutover.flush_both_sides(
  stand cutover.cutovers, forward_refs text[], reverse_refs text[], may_release boolean DEFAULT false
) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  own xid8 := pg_catalog.pg_current_xact_id();
  forward_all text[] := forward_refs || cutover.compiled_connected(stand.name, 'reverse', reverse_refs);
  reverse_all text[] := reverse_refs;
  images_taken bigint;
  forward_held text[] := '{}';
  reverse_held text[] := '{}';
  forward_failed text[] := '{}';
  forward_waiting text[];
  reverse_waiting text[];
  forward_work text[];
  reverse_work text[];
  forward_checked text[];
  released boolean;
  locked text[] := '{}';
  known integer;
  rounds integer := 0;
  batch record;
  problem record;
BEGIN
  -- Which units hang together: a forward unit, the reverse units of all rows in it, and the forward units that the waiting
  -- images of those rows feed. Resolved again after each locking, until nothing is added.
  LOOP
    known := pg_catalog.cardinality(forward_all) + pg_catalog.cardinality(reverse_all);
    SELECT coalesce(pg_catalog.array_agg(DISTINCT ref), '{}') INTO reverse_all
      FROM (SELECT pg_catalog.unnest(reverse_all) AS ref
            UNION ALL SELECT pg_catalog.unnest(cutover.compiled_connected(stand.name, 'forward', forward_all))
            UNION ALL SELECT pg_catalog.unnest(i.belongs) FROM cutover.images AS i
                       WHERE i.cutover = stand.name AND i.feeds && forward_all) AS refs;
    SELECT coalesce(pg_catalog.array_agg(DISTINCT ref), '{}') INTO forward_all
      FROM (SELECT pg_catalog.unnest(forward_all) AS ref
            UNION ALL SELECT pg_catalog.unnest(i.feeds) FROM cutover.images AS i
                       WHERE i.cutover = stand.name AND i.belongs && reverse_all) AS refs;
    EXIT WHEN rounds > 0
          AND known = pg_catalog.cardinality(forward_all) + pg_catalog.cardinality(reverse_all)
          AND locked @> reverse_all;
    rounds := rounds + 1;
    IF rounds > 8 THEN
      RAISE EXCEPTION 'cutover %: the units that hang together with % keep growing', stand.name, forward_refs
        USING ERRCODE = 'lock_not_available', HINT = 'They stay pending; the drainer tries again.';
    END IF;

    FOR batch IN
      SELECT refs.direction, kinds.rank, kinds.kind, pg_catalog.array_agg(DISTINCT refs.unit) AS units
        FROM (SELECT 'forward' AS direction, pg_catalog.split_part(ref, ':', 1) AS kind,
                     pg_catalog.substr(ref, pg_catalog.strpos(ref, ':') + 1) AS unit
                FROM pg_catalog.unnest(forward_all) AS ref WHERE ref <> ALL (locked)
              UNION ALL
              SELECT 'reverse', pg_catalog.split_part(ref, ':', 1),
                     pg_catalog.substr(ref, pg_catalog.strpos(ref, ':') + 1)
                FROM pg_catalog.unnest(reverse_all) AS ref WHERE ref <> ALL (locked)) AS refs
        JOIN cutover.unit_kinds AS kinds
          ON kinds.cutover = stand.name AND kinds.direction = refs.direction AND kinds.kind = refs.kind
       GROUP BY refs.direction, kinds.rank, kinds.kind
       ORDER BY refs.direction, kinds.rank
    LOOP
      PERFORM cutover.lock_units(stand.name, batch.direction, batch.kind, batch.units, stand.epoch);
    END LOOP;
    PERFORM cutover.compiled_lock_rows(stand.name, reverse_all);
    locked := locked || reverse_all || forward_all;
  END LOOP;

  -- Units that a rule holds back, or that were put aside, are left as they are, with their notes; the rest of what hangs together with
  -- them is worked off. A unit that was put aside is only taken up again when it is asked for by name, by the drainer.
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_all) LOOP
    forward_held := forward_held
      || ARRAY(SELECT batch.kind || ':' || h.unit FROM cutover.compiled_held(stand.name, 'forward', batch.kind, batch.units) AS h)
      || ARRAY(SELECT batch.kind || ':' || q.unit FROM cutover.quarantine AS q
                WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.kind = batch.kind AND q.unit = ANY (batch.units)
                  AND NOT (may_release AND batch.kind || ':' || q.unit = ANY (forward_refs)));
    forward_failed := forward_failed
      || ARRAY(SELECT batch.kind || ':' || q.unit FROM cutover.quarantine AS q
                WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.kind = batch.kind AND q.unit = ANY (batch.units)
                  AND q.error IS NOT NULL AND NOT (may_release AND batch.kind || ':' || q.unit = ANY (forward_refs)));
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_all) LOOP
    reverse_held := reverse_held
      || ARRAY(SELECT batch.kind || ':' || h.unit FROM cutover.compiled_held(stand.name, 'reverse', batch.kind, batch.units) AS h)
      || ARRAY(SELECT batch.kind || ':' || q.unit FROM cutover.quarantine AS q
                WHERE q.cutover = stand.name AND q.direction = 'reverse' AND q.kind = batch.kind AND q.unit = ANY (batch.units)
                  AND NOT (may_release AND batch.kind || ':' || q.unit = ANY (reverse_refs)));
  END LOOP;
  -- An image is the base of every unit that it feeds. While one of them is put aside by an error, the image has to wait, and with it all
  -- that it feeds and the legacy row that it belongs to.
  LOOP
    SELECT coalesce(pg_catalog.array_agg(DISTINCT ref) FILTER (WHERE direction = 'forward'), '{}'),
           coalesce(pg_catalog.array_agg(DISTINCT ref) FILTER (WHERE direction = 'reverse'), '{}')
      INTO forward_waiting, reverse_waiting
      FROM (SELECT 'forward' AS direction, pg_catalog.unnest(i.feeds) AS ref FROM cutover.images AS i
             WHERE i.cutover = stand.name AND i.belongs && reverse_all AND i.feeds && forward_failed
            UNION ALL
            SELECT 'reverse', pg_catalog.unnest(i.belongs) FROM cutover.images AS i
             WHERE i.cutover = stand.name AND i.belongs && reverse_all AND i.feeds && forward_failed) AS waiting;
    EXIT WHEN forward_failed @> forward_waiting;
    forward_failed := forward_failed || forward_waiting;
  END LOOP;
  forward_held := forward_held || forward_failed;
  reverse_held := reverse_held || reverse_waiting;
  forward_work := ARRAY(SELECT ref FROM pg_catalog.unnest(forward_all) AS ref WHERE ref <> ALL (forward_held));
  reverse_work := ARRAY(SELECT ref FROM pg_catalog.unnest(reverse_all) AS ref WHERE ref <> ALL (reverse_held));
  forward_checked := ARRAY(
    SELECT ref FROM pg_catalog.unnest(forward_work) AS ref
     WHERE ref <> ALL (cutover.compiled_connected(stand.name, 'reverse', reverse_held)));

  -- A note without an image comes from a writer who did not know that both sides are written (an old snapshot, a phase two moves
  -- back). What it changed cannot be told from what it merely found, so nothing is guessed.
  SELECT noted.xid, noted.kind, noted.unit INTO problem
    FROM pg_catalog.unnest(forward_work) AS ref
    JOIN cutover.outbox AS noted ON noted.unit_key = stand.name || '/forward/' || ref
   WHERE NOT EXISTS (SELECT FROM cutover.images AS i
                      WHERE i.xid = noted.xid AND i.cutover = stand.name AND ref = ANY (i.feeds))
     -- A unit that is taken up again from the quarantine has the images of the writes that brought it there.
     AND NOT EXISTS (SELECT FROM cutover.quarantine AS q
                      WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.kind || ':' || q.unit = ref
                        AND q.reason <> 'CU003')
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'cutover %: transaction % wrote legacy rows of % % without an image of what they were', stand.name, problem.xid,
      problem.kind, problem.unit
      USING ERRCODE = 'CU003', HINT = 'Compare the rows in cutover.quarantine with the new side, and write what is missing there.';
  END IF;

  -- Take the notes and images that are to be worked off, exactly those seen now.
  UPDATE cutover.images AS taken SET taken_by = own
   WHERE taken.cutover = stand.name AND taken.belongs && reverse_all AND NOT taken.feeds && forward_failed;
  GET DIAGNOSTICS images_taken = ROW_COUNT;
  DELETE FROM cutover.outbox AS noted
   USING pg_catalog.unnest(forward_work) AS ref
   WHERE noted.unit_key = stand.name || '/forward/' || ref
     AND NOT EXISTS (SELECT FROM cutover.images AS waiting
                      WHERE waiting.xid = noted.xid AND waiting.cutover = stand.name
                        AND waiting.taken_by IS DISTINCT FROM own AND ref = ANY (waiting.feeds));
  DELETE FROM cutover.outbox AS noted
   USING pg_catalog.unnest(reverse_work) AS ref
   WHERE noted.unit_key = stand.name || '/reverse/' || ref;

  IF images_taken > 0 THEN
    PERFORM cutover.set_writing(stand.name, 'forward');
    FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_work) LOOP
      PERFORM cutover.compiled_patch(stand.name, batch.kind, batch.units, 'write');
    END LOOP;
    FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_work, finest_first => true) LOOP
      PERFORM cutover.compiled_patch(stand.name, batch.kind, batch.units, 'delete');
    END LOOP;
    DELETE FROM cutover.images AS done WHERE done.taken_by = own AND done.cutover = stand.name;
    PERFORM cutover.settle_constraints(stand.name, 'forward');
  END IF;

  PERFORM cutover.set_writing(stand.name, 'reverse');
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_work) LOOP
    PERFORM cutover.compiled_recompute(stand.name, 'reverse', batch.kind, batch.units, 'write');
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_work, finest_first => true) LOOP
    PERFORM cutover.compiled_recompute(stand.name, 'reverse', batch.kind, batch.units, 'delete');
  END LOOP;
  PERFORM cutover.settle_constraints(stand.name, 'reverse');

  -- What the new side holds must be what legacy says it is; otherwise legacy cannot say it, and nothing is written.
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_checked) LOOP
    SELECT d.* INTO problem
      FROM cutover.compiled_differences(stand.name, 'forward', batch.kind, batch.units) AS d
     LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'cutover %: the legacy tables cannot say what %.% holds at % (new side: %, after going back: %)',
        stand.name, batch.kind, problem.table_name, problem.key, problem.actual, problem.expected
        USING ERRCODE = 'CU002',
              HINT = 'Change the new row so that the reverse mapping can express it, or keep what legacy cannot hold in a kept table.';
    END IF;
  END LOOP;
  PERFORM cutover.set_writing(NULL, NULL);

  -- What has been made true leaves the quarantine; what waited for it is looked at again.
  released := EXISTS (SELECT FROM cutover.quarantine AS q
                       WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.reason <> 'CU005'
                         AND q.kind || ':' || q.unit = ANY (forward_work));
  FOR batch IN
    SELECT 'forward' AS direction, r.kind, r.units FROM cutover.refs_by_kind(stand.name, 'forward', forward_work) AS r
    UNION ALL
    SELECT 'reverse', r.kind, r.units FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_work) AS r
  LOOP
    PERFORM cutover.release_units(stand.name, batch.direction, batch.kind, batch.units);
  END LOOP;
  IF released THEN
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT own, stand.name, 'reverse', pg_catalog.split_part(ref, ':', 1), pg_catalog.substr(ref, pg_catalog.strpos(ref, ':') + 1)
      FROM pg_catalog.unnest(reverse_held) AS ref
        ON CONFLICT DO NOTHING;
    -- What only waited for a unit that had failed.
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT own, q.cutover, q.direction, q.kind, q.unit FROM cutover.quarantine AS q
     WHERE q.cutover = stand.name AND q.reason = 'CU005'
        ON CONFLICT DO NOTHING;
  END IF;
END;
$$;
-- Works off the notes of the own transaction, for every cutover that it touched, in the order of their names.
-- What may not be done at commit stays in the outbox: mode `queued`, more units than the bound, a REPEATABLE READ writer while
-- both sides are written.
CREATE OR REPLACE FUNCTION cutover.flush_transaction(own xid8) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  touched record;
  stand cutover.cutovers;
  repeatable boolean := pg_catalog.current_setting('transaction_isolation') = 'repeatable read';
  observed_units integer;
  observed_rows integer;
BEGIN
  PERFORM cutover.barrier_shared();

  FOR touched IN
    SELECT noted.cutover, pg_catalog.count(*) AS units FROM cutover.outbox AS noted
     WHERE noted.xid = own GROUP BY noted.cutover ORDER BY noted.cutover
  LOOP
    -- The phase is read here and not in the statement: a writer may have begun in an earlier phase. An old snapshot would read
    -- an old phase; FOR SHARE makes that a 40001, which leaves the notes pending.
    IF repeatable THEN
      SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = touched.cutover FOR SHARE;
    ELSE
      SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = touched.cutover;
    END IF;

    IF stand.phase = 'expanded' AND stand.step IS NULL THEN
      IF touched.units > (stand.definition #>> '{sync,maxUnits}')::bigint THEN
        -- Sync would leave so many to the drainer; they are counted, not looked at.
        observed_units := touched.units;
        observed_rows := 0;
      ELSE
      SELECT pg_catalog.count(DISTINCT (d.unit)), pg_catalog.count(*) INTO observed_units, observed_rows
        FROM (SELECT noted.kind, pg_catalog.array_agg(noted.unit) AS units FROM cutover.outbox AS noted
               WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward'
               GROUP BY noted.kind) AS noted
       CROSS JOIN LATERAL cutover.compiled_differences(stand.name, 'forward', noted.kind, noted.units) AS d;
      END IF;
      INSERT INTO cutover.observations (xid, cutover, units, rows)
      VALUES (own, stand.name, observed_units, observed_rows)
          ON CONFLICT (xid, cutover) DO UPDATE
         SET units = observations.units + excluded.units, rows = observations.rows + excluded.rows;
      DELETE FROM cutover.outbox AS seen WHERE seen.xid = own AND seen.cutover = stand.name;
      DELETE FROM cutover.images AS seen WHERE seen.xid = own AND seen.cutover = stand.name;
    ELSIF stand.definition #>> '{sync,mode}' = 'queued'
       OR touched.units > (stand.definition #>> '{sync,maxUnits}')::bigint THEN
      CONTINUE;
    ELSIF stand.phase IN ('dual_write', 'backfilled', 'reads_switched') THEN
      PERFORM cutover.set_writing(stand.name, 'forward');
      PERFORM cutover.flush_one_side(stand, own);
      PERFORM cutover.set_writing(NULL, NULL);
    ELSIF stand.phase IN ('writes_switched', 'legacy_locked') AND touched.units > 40 THEN
      -- Both sides of so many units would be locked at once, for as long as all of it takes; the drainer takes a few at a time.
      CONTINUE;
    ELSIF stand.phase IN ('writes_switched', 'legacy_locked') AND NOT repeatable THEN
      PERFORM cutover.flush_both_sides(
        stand,
        ARRAY(SELECT noted.kind || ':' || noted.unit FROM cutover.outbox AS noted
               WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward'),
        ARRAY(SELECT noted.kind || ':' || noted.unit FROM cutover.outbox AS noted
               WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'reverse'));
    END IF;
  END LOOP;

  DELETE FROM cutover.head AS own_head WHERE own_head.xid = own;
END;
$$;
-- The one flush of a transaction, fired by the deferred trigger on its row in cutover.head.
-- SECURITY DEFINER: the writer needs no right on anything of ours. Settings that change the text of values are pinned here, on
-- the outermost function, so that a unit or an id is spelled alike in every session. row_security = off: a policy that hides
-- rows from the owner would otherwise make a recompute delete what it cannot see; now it is an error.
-- enable_seqscan, plan_cache_mode, jit: everything here looks up the rows of a few units. Plans are cached, perhaps since the
-- tables were empty, and a scan that looked cheap then would be the whole table now; planning anew for every commit, which
-- Postgres prefers for short arrays, would take ten times as long as the work.
-- Any error undoes the block and writes nothing: the notes stay, the units are pending, the application's commit succeeds.
-- query_canceled is not among OTHERS: without it a cancel during our work would fail the application's commit.
CREATE OR REPLACE FUNCTION cutover.flush_at_commit() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
AS $$
BEGIN
  -- Sync's own reads would make SERIALIZABLE writers of different rows fail each other: they are always left to the drainer.
  IF pg_catalog.current_setting('transaction_isolation') = 'serializable' THEN
    RETURN NULL;
  END IF;
  BEGIN
    PERFORM cutover.flush_transaction(NEW.xid);
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    RAISE DEBUG 'cutover: left pending at commit: % (%)', SQLERRM, SQLSTATE;
  END;
  RETURN NULL;
END;
$$;

DROP TRIGGER IF EXISTS head_flush ON cutover.head;
CREATE CONSTRAINT TRIGGER head_flush AFTER INSERT ON cutover.head
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.writing_cutover IS NULL)
  EXECUTE FUNCTION cutover.flush_at_commit();
-- Works off the notes of the own transaction now, so that the transaction can read what it wrote on the other side. Raises
-- where the flush at commit would leave units pending: 55P03 when a unit is locked by somebody else, 0A000 in SERIALIZABLE.
CREATE OR REPLACE FUNCTION cutover.flush() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
AS $$
BEGIN
  IF pg_catalog.current_setting('transaction_isolation') = 'serializable' THEN
    RAISE EXCEPTION 'cutover.flush() is not possible in a SERIALIZABLE transaction'
      USING ERRCODE = 'feature_not_supported',
            HINT = 'Its notes are worked off by the drainer after the commit; read the new side then.';
  END IF;
  IF EXISTS (SELECT FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id_if_assigned()) THEN
    PERFORM cutover.flush_transaction(pg_catalog.pg_current_xact_id());
    IF EXISTS (SELECT FROM cutover.outbox AS left_over WHERE left_over.xid = pg_catalog.pg_current_xact_id()) THEN
      RAISE EXCEPTION 'cutover.flush() could not work off every note of this transaction'
        USING ERRCODE = 'lock_not_available',
              HINT = 'They are left to the drainer: too many units, no time left, mode queued, or an isolation level that cannot be flushed in this phase.';
    END IF;
  END IF;
END;
$$;
-- Puts a unit aside with the reason and the rows that it was to be made of. Only drain and backfill call it; whoever makes the unit
-- true later takes the row away again.
CREATE OR REPLACE FUNCTION cutover.quarantine_unit(
  cutover_name text, unit_direction text, unit_kind text, wanted text, unit_class text, why text, error_text text
) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO cutover.quarantine AS known (cutover, direction, kind, unit, class, reason, error, rows, version)
  SELECT cutover_name, unit_direction, unit_kind, wanted, unit_class, why, error_text,
         cutover.compiled_source_rows(cutover_name, unit_direction, unit_kind, wanted),
         coalesce((SELECT u.version FROM cutover.units AS u
                    WHERE u.cutover = cutover_name AND u.direction = unit_direction AND u.kind = unit_kind
                      AND u.unit = wanted), 0)
      ON CONFLICT (cutover, direction, kind, unit) DO UPDATE
     SET class = excluded.class, reason = excluded.reason, error = excluded.error, rows = excluded.rows,
         version = excluded.version, quarantined_at = pg_catalog.clock_timestamp(),
         -- What somebody has accepted stays accepted as long as it is the same.
         accepted_by = CASE WHEN known.reason = excluded.reason AND known.rows = excluded.rows THEN known.accepted_by END,
         accepted_at = CASE WHEN known.reason = excluded.reason AND known.rows = excluded.rows THEN known.accepted_at END;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'unit_quarantined', pg_catalog.jsonb_build_object(
    'direction', unit_direction, 'kind', unit_kind, 'unit', wanted, 'class', unit_class, 'reason', why, 'error', error_text));
END;
$$;

-- Takes units out of the quarantine: they have been made true.
CREATE OR REPLACE FUNCTION cutover.release_units(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS void
  LANGUAGE sql
BEGIN ATOMIC
  DELETE FROM cutover.quarantine AS q
   WHERE q.cutover = cutover_name AND q.direction = unit_direction AND q.kind = unit_kind AND q.unit = ANY (wanted);
END;
-- Makes forward units of one kind true: the body of backfill and of repair.
-- part: 'all', or only to 'write' or to 'delete' rows: a parent in a coarser unit is written before and deleted after its children.
-- A batch that fails is tried again unit by unit. A unit that fails alone is noted: it may only wait for another one (a name that is
-- still taken, a parent that is not there yet), and the drainer, which tries again, decides what becomes of it. Units that a rule
-- holds back are quarantined here. Lock failures are raised: the caller rolls back and tries again.
-- Returns the number of units written.
CREATE OR REPLACE FUNCTION cutover.make_true(
  stand cutover.cutovers, unit_direction text, unit_kind text, wanted text[], part text DEFAULT 'all'
) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  held_units text[];
  one text;
  written integer := 0;
BEGIN
  IF unit_direction = 'reverse' THEN
    -- Legacy writers may be at work: their notes and rows have to be dealt with first, as in any flush of these phases.
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT pg_catalog.pg_current_xact_id(), stand.name, unit_direction, unit_kind, unit FROM pg_catalog.unnest(wanted) AS unit
        ON CONFLICT DO NOTHING;
    RETURN cutover.drain_both_sides(stand, '{}', ARRAY(SELECT unit_kind || ':' || unit FROM pg_catalog.unnest(wanted) AS unit));
  END IF;
  PERFORM cutover.lock_units(stand.name, unit_direction, unit_kind, wanted, stand.epoch);
  BEGIN
    PERFORM cutover.set_writing(stand.name, unit_direction);
    held_units := cutover.compiled_recompute(stand.name, unit_direction, unit_kind, wanted, part);
    PERFORM cutover.settle_constraints(stand.name, unit_direction);
    PERFORM cutover.set_writing(NULL, NULL);
  EXCEPTION
    WHEN lock_not_available OR deadlock_detected OR serialization_failure OR query_canceled THEN
      RAISE;
    WHEN OTHERS THEN
      IF cutover.is_our_fault(SQLSTATE) THEN
        RAISE;
      END IF;
      IF pg_catalog.cardinality(wanted) > 1 THEN
        FOREACH one IN ARRAY wanted LOOP
          written := written + cutover.make_true(stand, unit_direction, unit_kind, ARRAY[one], part);
        END LOOP;
      ELSE
        INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
        VALUES (pg_catalog.pg_current_xact_id(), stand.name, unit_direction, unit_kind, wanted[1])
            ON CONFLICT DO NOTHING;
      END IF;
      RETURN written;
  END;

  written := pg_catalog.cardinality(wanted) - pg_catalog.cardinality(held_units);
  IF part <> 'delete' THEN
    PERFORM cutover.release_units(stand.name, unit_direction, unit_kind, wanted);
    PERFORM cutover.quarantine_held(stand, unit_kind, held_units);
  END IF;
  RETURN written;
END;
$$;

-- Quarantines forward units that rules hold back, with the rules' names.
CREATE OR REPLACE FUNCTION cutover.quarantine_held(stand cutover.cutovers, unit_kind text, wanted text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  held record;
BEGIN
  IF pg_catalog.cardinality(wanted) = 0 THEN
    RETURN;
  END IF;
  FOR held IN
    SELECT h.unit, pg_catalog.min(h.class) AS class, pg_catalog.string_agg(DISTINCT h.reason, ', ') AS reason
      FROM cutover.compiled_held(stand.name, 'forward', unit_kind, wanted) AS h
     GROUP BY h.unit
  LOOP
    PERFORM cutover.quarantine_unit(stand.name, 'forward', unit_kind, held.unit, held.class, held.reason, NULL);
  END LOOP;
END;
$$;
-- Works off up to `batch` committed notes of a cutover (NULL: of every cutover) in this transaction; returns how many units are
-- done. Call it until it returns 0, or `call cutover.drain_all()`, which commits in between.
-- It only needs SQL: a database without any worker drains by psql or by a cron extension.
CREATE OR REPLACE FUNCTION cutover.drain(cutover_name text DEFAULT NULL, batch integer DEFAULT 100) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
AS $$
DECLARE
  stand cutover.cutovers;
  forward_refs text[];
  reverse_refs text[];
  done integer := 0;
BEGIN
  IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'cutover.drain() works at READ COMMITTED only, this transaction is %',
      pg_catalog.current_setting('transaction_isolation')
      USING ERRCODE = 'invalid_transaction_state', HINT = 'Call it outside of a transaction, or after BEGIN.';
  END IF;
  PERFORM cutover.barrier_shared();

  FOR stand IN SELECT * FROM cutover.cutovers AS c WHERE c.name = cutover_name OR cutover_name IS NULL ORDER BY c.name LOOP
    SELECT coalesce(pg_catalog.array_agg(DISTINCT waiting.kind || ':' || waiting.unit) FILTER (WHERE waiting.direction = 'forward'), '{}'),
           coalesce(pg_catalog.array_agg(DISTINCT waiting.kind || ':' || waiting.unit) FILTER (WHERE waiting.direction = 'reverse'), '{}')
      INTO forward_refs, reverse_refs
      FROM (SELECT o.direction, o.kind, o.unit
              FROM cutover.outbox AS o
              JOIN cutover.unit_kinds AS k ON k.cutover = o.cutover AND k.direction = o.direction AND k.kind = o.kind
             WHERE o.cutover = stand.name AND o.xid <> pg_catalog.pg_current_xact_id()
             -- The parents of what a transaction wrote come with it, however much it wrote.
             ORDER BY o.xid, k.rank
             -- While both sides are written, rows of both are locked until this transaction ends: a few units at a time.
             LIMIT CASE WHEN stand.phase IN ('writes_switched', 'legacy_locked') THEN least(batch, 20) ELSE batch END
               FOR UPDATE OF o SKIP LOCKED) AS waiting;

    IF stand.phase IN ('writes_switched', 'legacy_locked') THEN
      done := done + cutover.drain_both_sides(stand, forward_refs, reverse_refs);
    ELSE
      IF stand.phase IN ('dual_write', 'backfilled', 'reads_switched') THEN
        done := done + cutover.drain_one_side(stand, forward_refs);
      ELSE
        -- expanded, archived, dropped: sync writes nothing; the next backfill visits every unit.
        PERFORM cutover.forget_notes(stand.name, 'forward', forward_refs);
        done := done + pg_catalog.cardinality(forward_refs);
      END IF;
      done := done + cutover.drain_late_writes(stand, reverse_refs);
    END IF;
    IF stand.phase NOT IN ('reads_switched', 'writes_switched', 'legacy_locked') OR done = 0 THEN
      DELETE FROM cutover.images AS stale
       WHERE stale.cutover = stand.name
         AND NOT EXISTS (SELECT FROM cutover.outbox AS waiting WHERE waiting.xid = stale.xid AND waiting.cutover = stand.name)
         AND NOT EXISTS (SELECT FROM cutover.quarantine AS q
                          WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.kind || ':' || q.unit = ANY (stale.feeds))
         AND stale.xid < pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot());
    END IF;
  END LOOP;

  -- Heads whose transaction has nothing left.
  DELETE FROM cutover.head AS idle
   WHERE idle.xid < pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())
     AND NOT EXISTS (SELECT FROM cutover.outbox AS waiting WHERE waiting.xid = idle.xid);
  DELETE FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id();
  RETURN done;
END;
$$;

-- Deletes the notes of units, whoever wrote them.
CREATE OR REPLACE FUNCTION cutover.forget_notes(cutover_name text, unit_direction text, refs text[]) RETURNS void
  LANGUAGE sql
BEGIN ATOMIC
  DELETE FROM cutover.outbox AS done
   WHERE done.unit_key = ANY (ARRAY(SELECT cutover_name || '/' || unit_direction || '/' || ref FROM unnest(refs) AS ref));
END;

-- Forward notes while legacy is the truth: all together, and when that fails one by one, twice: one unit may have to wait for another
-- (a name that is still taken, children that have to go first). What fails twice is quarantined, unless a backfill is still under
-- way, which may bring what it waits for. Returns how many notes are done with.
CREATE OR REPLACE FUNCTION cutover.drain_one_side(stand cutover.cutovers, refs text[]) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  one text;
  -- coarser kinds first
  waiting text[] := ARRAY(SELECT r.kind || ':' || unit FROM cutover.refs_by_kind(stand.name, 'forward', refs) AS r
                           CROSS JOIN LATERAL pg_catalog.unnest(r.units) AS unit);
  again text[];
  reasons text[];
  done integer := 0;
  at_work boolean := EXISTS (SELECT FROM cutover.backfills AS b
                              WHERE b.cutover = stand.name AND b.epoch = stand.epoch AND b.finished_at IS NULL);
BEGIN
  IF pg_catalog.cardinality(refs) = 0 THEN
    RETURN 0;
  END IF;
  BEGIN
    PERFORM cutover.work_off(stand, refs);
    RETURN pg_catalog.cardinality(refs);
  EXCEPTION WHEN query_canceled THEN
    RAISE;
  WHEN OTHERS THEN
    NULL;
  END;

  FOR round IN 1 .. 2 LOOP
    again := '{}';
    reasons := '{}';
    FOREACH one IN ARRAY waiting LOOP
      BEGIN
        PERFORM cutover.work_off(stand, ARRAY[one]);
        done := done + 1;
      EXCEPTION
        WHEN query_canceled THEN
          RAISE;
        WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN
          -- Somebody holds it. No lock is kept while another is waited for: what is done so far is committed first.
          IF done > 0 THEN
            RETURN done;
          END IF;
        WHEN OTHERS THEN
          IF cutover.is_our_fault(SQLSTATE) THEN
            RAISE;
          END IF;
          again := again || one;
          reasons := reasons || (SQLSTATE || ' ' || SQLERRM);
      END;
    END LOOP;
    EXIT WHEN pg_catalog.cardinality(again) = 0;
    waiting := again;
  END LOOP;

  IF NOT at_work THEN
    FOR n IN 1 .. pg_catalog.cardinality(again) LOOP
      -- What its transaction wrote besides may still wait in another batch: a parent's children, a name that is to be freed.
      CONTINUE WHEN pg_catalog.starts_with(reasons[n], '23') AND EXISTS (
        SELECT FROM cutover.outbox AS own_note
          JOIN cutover.outbox AS sibling ON sibling.xid = own_note.xid AND sibling.cutover = own_note.cutover
         WHERE own_note.unit_key = stand.name || '/forward/' || again[n]
           AND sibling.direction = 'forward' AND sibling.kind || ':' || sibling.unit <> ALL (refs));
      PERFORM cutover.put_aside(stand, 'forward', pg_catalog.split_part(again[n], ':', 1),
        pg_catalog.substr(again[n], pg_catalog.strpos(again[n], ':') + 1), 'quarantined',
        pg_catalog.split_part(reasons[n], ' ', 1), pg_catalog.substr(reasons[n], 7));
      done := done + 1;
    END LOOP;
  END IF;
  RETURN done;
END;
$$;

-- Makes the forward units of notes true. The notes are deleted before anything is read, so that a note committed in between is not
-- deleted unread. Rows of coarser kinds are written before and deleted after those of the finer kinds.
CREATE OR REPLACE FUNCTION cutover.work_off(stand cutover.cutovers, refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  batch record;
  held text[];
  all_refs text[] := refs;
  finest text := (SELECT k.kind FROM cutover.unit_kinds AS k WHERE k.cutover = stand.name AND k.direction = 'forward'
                   ORDER BY k.rank DESC LIMIT 1);
BEGIN
  IF stand.phase = 'dual_write' THEN
    -- Before the backfill has been here, a coarser unit may be missing.
    SELECT refs || coalesce(pg_catalog.array_agg(DISTINCT coarser.ref), '{}') INTO all_refs
      FROM cutover.refs_by_kind(stand.name, 'forward', refs) AS r
     CROSS JOIN LATERAL pg_catalog.unnest(cutover.compiled_coarser(stand.name, 'forward', r.kind, r.units)) AS coarser (ref);
  END IF;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', all_refs) LOOP
    PERFORM cutover.lock_units(stand.name, 'forward', batch.kind, batch.units, stand.epoch);
  END LOOP;
  PERFORM cutover.forget_notes(stand.name, 'forward', refs);

  PERFORM cutover.set_writing(stand.name, 'forward');
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', all_refs) LOOP
    held := cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units,
                                       CASE WHEN batch.kind = finest THEN 'all' ELSE 'write' END);
    PERFORM cutover.release_units(stand.name, 'forward', batch.kind, batch.units);
    PERFORM cutover.quarantine_held(stand, batch.kind, held);
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', refs, finest_first => true) LOOP
    IF batch.kind <> finest THEN
      PERFORM cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units, 'delete');
    END IF;
  END LOOP;
  PERFORM cutover.settle_constraints(stand.name, 'forward');
  PERFORM cutover.set_writing(NULL, NULL);
END;
$$;

-- Notes of the new side in a phase in which legacy is the truth: a writer with an old snapshot slipped past the fence while the
-- cutover was rolled back. What it wrote is not in the legacy tables and is not to be forgotten.
CREATE OR REPLACE FUNCTION cutover.drain_late_writes(stand cutover.cutovers, refs text[]) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  batch record;
  one text;
BEGIN
  PERFORM cutover.forget_notes(stand.name, 'reverse', refs);
  IF stand.phase <> 'archived' THEN
    FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', refs) LOOP
      FOREACH one IN ARRAY batch.units LOOP
        PERFORM cutover.quarantine_unit(stand.name, 'reverse', batch.kind, one, 'quarantined', 'CU004',
          pg_catalog.format('the new side was written after the way back had begun (phase %s)', stand.phase));
      END LOOP;
    END LOOP;
  END IF;
  RETURN pg_catalog.cardinality(refs);
END;
$$;

-- Notes while both sides are written. Units that a rule holds back are put aside at once. The others are worked off all together, as a
-- flush at commit does; when that fails, one transaction's notes at a time, and of those that fail one unit at a time: what fails alone
-- is put aside, what somebody else has locked stays pending. Returns how many notes are done with.
CREATE OR REPLACE FUNCTION cutover.drain_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  held record;
  own_notes record;
  one record;
  as_of pg_snapshot := pg_catalog.pg_current_snapshot();
  done integer := 0;
BEGIN
  FOR held IN
    SELECT 'forward' AS direction, r.kind, h.unit, pg_catalog.min(h.class) AS class, pg_catalog.string_agg(DISTINCT h.reason, ', ') AS reason
      FROM cutover.refs_by_kind(stand.name, 'forward', forward_refs) AS r
     CROSS JOIN LATERAL cutover.compiled_held(stand.name, 'forward', r.kind, r.units) AS h GROUP BY r.kind, h.unit
    UNION ALL
    SELECT 'reverse', r.kind, h.unit, pg_catalog.min(h.class), pg_catalog.string_agg(DISTINCT h.reason, ', ')
      FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_refs) AS r
     CROSS JOIN LATERAL cutover.compiled_held(stand.name, 'reverse', r.kind, r.units) AS h GROUP BY r.kind, h.unit
  LOOP
    PERFORM cutover.put_aside(stand, held.direction, held.kind, held.unit, held.class, held.reason, NULL);
    IF held.direction = 'forward' THEN
      forward_refs := pg_catalog.array_remove(forward_refs, held.kind || ':' || held.unit);
    ELSE
      reverse_refs := pg_catalog.array_remove(reverse_refs, held.kind || ':' || held.unit);
    END IF;
    done := done + 1;
  END LOOP;
  IF pg_catalog.cardinality(forward_refs) + pg_catalog.cardinality(reverse_refs) = 0 THEN
    RETURN done;
  END IF;

  IF cutover.try_both_sides(stand, forward_refs, reverse_refs) IS NULL THEN
    PERFORM cutover.put_waiting_aside(stand, forward_refs, reverse_refs, as_of);
    RETURN done + pg_catalog.cardinality(forward_refs) + pg_catalog.cardinality(reverse_refs);
  END IF;

  FOR own_notes IN
    SELECT o.xid,
           coalesce(pg_catalog.array_agg(o.kind || ':' || o.unit) FILTER (WHERE o.direction = 'forward'), '{}') AS forward_refs,
           coalesce(pg_catalog.array_agg(o.kind || ':' || o.unit) FILTER (WHERE o.direction = 'reverse'), '{}') AS reverse_refs,
           pg_catalog.count(*)::integer AS notes
      FROM cutover.outbox AS o
     WHERE o.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(forward_refs) AS ref)
                          || ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_refs) AS ref))
     GROUP BY o.xid ORDER BY o.xid
  LOOP
    IF cutover.try_both_sides(stand, own_notes.forward_refs, own_notes.reverse_refs) IS NULL THEN
      PERFORM cutover.put_waiting_aside(stand, own_notes.forward_refs, own_notes.reverse_refs, as_of);
      done := done + own_notes.notes;
      CONTINUE;
    END IF;
    FOR one IN
      SELECT o.direction, o.kind, o.unit FROM cutover.outbox AS o
       WHERE o.xid = own_notes.xid AND o.cutover = stand.name
         AND (o.kind || ':' || o.unit = ANY (own_notes.forward_refs) OR o.kind || ':' || o.unit = ANY (own_notes.reverse_refs))
       ORDER BY o.direction, o.kind, o.unit
    LOOP
      -- Its note may have gone with an earlier one.
      CONTINUE WHEN NOT EXISTS (SELECT FROM cutover.outbox AS o
                                 WHERE o.unit_key = stand.name || '/' || one.direction || '/' || one.kind || ':' || one.unit);
      DECLARE
        failure text := cutover.try_both_sides(
          stand,
          CASE WHEN one.direction = 'forward' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END,
          CASE WHEN one.direction = 'reverse' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END);
      BEGIN
        IF failure IS NULL THEN
          PERFORM cutover.put_waiting_aside(
            stand,
            CASE WHEN one.direction = 'forward' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END,
            CASE WHEN one.direction = 'reverse' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END,
            as_of);
          done := done + 1;
        ELSIF pg_catalog.left(failure, 5) NOT IN ('55P03', '40P01', '40001') THEN
          PERFORM cutover.put_aside(stand, one.direction, one.kind, one.unit, 'quarantined',
            pg_catalog.left(failure, 5), pg_catalog.substr(failure, 7));
          done := done + 1;
        END IF;
      END;
    END LOOP;
  END LOOP;
  RETURN done;
END;
$$;

-- Units whose notes were there before a drain that went well (as_of) and still are: they hang together with a unit that has failed and
-- wait for it. A note that came meanwhile is another write's.
CREATE OR REPLACE FUNCTION cutover.put_waiting_aside(
  stand cutover.cutovers, forward_refs text[], reverse_refs text[], as_of pg_snapshot
) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  waiting record;
BEGIN
  FOR waiting IN
    SELECT DISTINCT o.direction, o.kind, o.unit FROM cutover.outbox AS o
     WHERE o.xid <> pg_catalog.pg_current_xact_id() AND pg_catalog.pg_visible_in_snapshot(o.xid, as_of)
       AND o.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(forward_refs) AS ref)
                          || ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_refs) AS ref))
  LOOP
    PERFORM cutover.put_aside(stand, waiting.direction, waiting.kind, waiting.unit, 'quarantined', 'CU005',
      'it hangs together with a unit that is in quarantine, and waits for it');
  END LOOP;
END;
$$;

-- Works units of both sides off in a block of its own. NULL when it went well, else SQLSTATE and message. What is no unit's fault is
-- raised.
CREATE OR REPLACE FUNCTION cutover.try_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS text
  LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM cutover.flush_both_sides(stand, forward_refs, reverse_refs, may_release => true);
  RETURN NULL;
EXCEPTION
  WHEN query_canceled THEN
    RAISE;
  WHEN OTHERS THEN
    IF cutover.is_our_fault(SQLSTATE) THEN
      RAISE;
    END IF;
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;

-- Quarantines a unit and takes its notes away, with the images that only they waited for.
CREATE OR REPLACE FUNCTION cutover.put_aside(
  stand cutover.cutovers, unit_direction text, unit_kind text, wanted text, unit_class text, why text, error_text text
) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM cutover.quarantine_unit(stand.name, unit_direction, unit_kind, wanted, unit_class, why, error_text);
  PERFORM cutover.forget_notes(stand.name, unit_direction, ARRAY[unit_kind || ':' || wanted]);
  IF error_text IS NOT NULL THEN
    -- The images stay: they say what the new side was made of, for the day when the unit is taken up again.
    RETURN;
  END IF;
  DELETE FROM cutover.images AS unwanted
   WHERE unwanted.cutover = stand.name AND unwanted.feeds @> ARRAY[unit_kind || ':' || wanted]
     AND NOT EXISTS (SELECT FROM cutover.outbox AS waiting WHERE waiting.xid = unwanted.xid AND waiting.cutover = stand.name);
END;
$$;
-- Drains until nothing is left that can be drained now, committing after each batch. Not inside a transaction block.
CREATE OR REPLACE PROCEDURE cutover.drain_all(cutover_name text DEFAULT NULL)
  LANGUAGE plpgsql
AS $$
DECLARE
  failures integer := 0;
  done integer;
BEGIN
  LOOP
    BEGIN
      done := cutover.drain(cutover_name, 100);
    EXCEPTION WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN
      failures := failures + 1;
      IF failures > 20 THEN
        RAISE;
      END IF;
      done := -1;
    END;
    COMMIT;
    EXIT WHEN done = 0;
  END LOOP;
END;
$$;
-- Plans a backfill: lists the units of both sides (those that only one side has included), coarser kinds first, and cuts them
-- into ranges. Takes no lock that a writer meets. Returns the backfill's id; an unfinished backfill of the same epoch is
-- given back as it is, so that starting twice starts once.
CREATE OR REPLACE FUNCTION cutover.start_backfill(
  cutover_name text, unit_direction text DEFAULT 'forward', range_size integer DEFAULT 500
) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  stand cutover.cutovers;
  planned bigint;
  kind record;
  finest integer := (SELECT pg_catalog.max(k.rank) FROM cutover.unit_kinds AS k
                      WHERE k.cutover = cutover_name AND k.direction = unit_direction);
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(1668641647, 2);
  stand := cutover.stand_of(cutover_name);
  IF unit_direction = 'forward' AND stand.phase NOT IN ('dual_write', 'backfilled', 'reads_switched') THEN
    RAISE EXCEPTION 'cutover %: no forward backfill in phase %', cutover_name, stand.phase
      USING ERRCODE = 'CU010', HINT = CASE stand.phase
        WHEN 'expanded' THEN 'Advance to dual_write first: a backfill before the sync would go stale at once.'
        ELSE 'The new tables are the truth in this phase.' END;
  END IF;
  IF unit_direction = 'reverse' AND stand.phase NOT IN ('writes_switched', 'legacy_locked') THEN
    RAISE EXCEPTION 'cutover %: no reverse backfill in phase %', cutover_name, stand.phase
      USING ERRCODE = 'CU010', HINT = 'The legacy tables are the truth until writes have moved.';
  END IF;

  SELECT b.id INTO planned FROM cutover.backfills AS b
   WHERE b.cutover = cutover_name AND b.direction = unit_direction AND b.epoch = stand.epoch AND b.finished_at IS NULL;
  IF FOUND THEN
    RETURN planned;
  END IF;

  INSERT INTO cutover.backfills (cutover, direction, epoch) VALUES (cutover_name, unit_direction, stand.epoch)
  RETURNING id INTO planned;
  FOR kind IN
    SELECT k.kind, k.rank FROM cutover.unit_kinds AS k
     WHERE k.cutover = cutover_name AND k.direction = unit_direction ORDER BY k.rank
  LOOP
    INSERT INTO cutover.backfill_units (backfill, kind, ordinal, unit)
    SELECT planned, kind.kind, pg_catalog.row_number() OVER (ORDER BY listed.unit COLLATE "C"), listed.unit
      FROM cutover.compiled_units(cutover_name, unit_direction, kind.kind) AS listed;
    INSERT INTO cutover.backfill_ranges (backfill, kind, kind_rank, part, first_ordinal, last_ordinal, position)
    SELECT planned, kind.kind, parts.rank, parts.part, pg_catalog.min(u.ordinal), pg_catalog.max(u.ordinal), pg_catalog.min(u.ordinal) - 1
      FROM cutover.backfill_units AS u
      JOIN (VALUES (kind.rank, 'all', kind.rank = finest OR unit_direction = 'reverse'),
                   (kind.rank, 'write', kind.rank < finest AND unit_direction = 'forward'),
                   (1000 - kind.rank, 'delete', kind.rank < finest AND unit_direction = 'forward')) AS parts (rank, part, wanted)
        ON parts.wanted
     WHERE u.backfill = planned AND u.kind = kind.kind
     GROUP BY parts.rank, parts.part, (u.ordinal - 1) / range_size;
  END LOOP;
  UPDATE cutover.backfills AS b
     SET units_total = (SELECT coalesce(pg_catalog.sum(r.last_ordinal - r.first_ordinal + 1), 0)
                          FROM cutover.backfill_ranges AS r WHERE r.backfill = planned)
   WHERE b.id = planned;
  PERFORM cutover.finish_backfill(planned);
  RETURN planned;
END;
$$;

-- Marks a backfill as finished when no range has anything left; true when it is finished.
CREATE OR REPLACE FUNCTION cutover.finish_backfill(wanted bigint) RETURNS boolean
  LANGUAGE plpgsql
AS $$
BEGIN
  IF EXISTS (SELECT FROM cutover.backfill_ranges AS r WHERE r.backfill = wanted AND r.position < r.last_ordinal) THEN
    RETURN false;
  END IF;
  UPDATE cutover.backfills AS b SET finished_at = pg_catalog.clock_timestamp()
   WHERE b.id = wanted AND b.finished_at IS NULL;
  RETURN true;
END;
$$;

-- One batch of a backfill: claims a range nobody works on, makes its next `max_units` units true, and moves its position, all in
-- this transaction. Locks: the range's row, the version rows of the units; both until commit, so keep max_units small enough
-- for writers (the caller steers it by the clock).
-- state: 'worked', 'busy' (others hold all open ranges, or a coarser kind is not done), 'paused', 'stopped' (epoch or phase
-- has moved on), 'finished'.
CREATE OR REPLACE FUNCTION cutover.backfill_step(
  wanted bigint, worker_name text, max_units integer, OUT state text, OUT units integer, OUT written integer
)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
AS $$
DECLARE
  plan cutover.backfills;
  stand cutover.cutovers;
  claimed cutover.backfill_ranges;
  batch text[];
  last integer;
BEGIN
  units := 0;
  written := 0;
  -- Position and work are one transaction: a server that crashes before this commit is on disk takes both back together.
  PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
  PERFORM cutover.barrier_shared();
  SELECT * INTO plan FROM cutover.backfills AS b WHERE b.id = wanted;
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = plan.cutover;
  IF plan.id IS NULL OR stand.epoch <> plan.epoch
     OR (plan.direction = 'forward' AND stand.phase NOT IN ('dual_write', 'backfilled', 'reads_switched'))
     OR (plan.direction = 'reverse' AND stand.phase NOT IN ('writes_switched', 'legacy_locked')) THEN
    state := 'stopped';
    RETURN;
  END IF;
  IF plan.finished_at IS NOT NULL THEN
    state := 'finished';
    RETURN;
  END IF;
  IF plan.paused THEN
    state := 'paused';
    RETURN;
  END IF;

  SELECT * INTO claimed FROM cutover.backfill_ranges AS r
   WHERE r.backfill = wanted AND r.position < r.last_ordinal
     AND NOT EXISTS (SELECT FROM cutover.backfill_ranges AS coarser
                      WHERE coarser.backfill = wanted AND coarser.kind_rank < r.kind_rank
                        AND coarser.position < coarser.last_ordinal)
   ORDER BY r.worker IS DISTINCT FROM worker_name, r.worker IS NOT NULL, r.first_ordinal
   LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    state := CASE WHEN cutover.finish_backfill(wanted) THEN 'finished' ELSE 'busy' END;
    RETURN;
  END IF;

  last := least(claimed.position + max_units, claimed.last_ordinal);
  SELECT pg_catalog.array_agg(u.unit ORDER BY u.unit) INTO batch FROM cutover.backfill_units AS u
   WHERE u.backfill = wanted AND u.kind = claimed.kind AND u.ordinal > claimed.position AND u.ordinal <= last;
  written := cutover.make_true(stand, plan.direction, claimed.kind, batch, claimed.part);
  units := pg_catalog.cardinality(batch);
  UPDATE cutover.backfill_ranges AS r
     SET position = last, worker = worker_name
   WHERE r.backfill = wanted AND r.kind = claimed.kind AND r.part = claimed.part AND r.first_ordinal = claimed.first_ordinal;
  DELETE FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id();
  state := 'worked';
END;
$$;
-- What of the catalog a compiled cutover relies on, table by table: columns, keys, foreign keys, application triggers, row
-- security, owner, partitioning. Our own triggers are told apart by their functions' schema and are listed by name and state.
CREATE OR REPLACE FUNCTION cutover.live_fingerprint(compiled_schema name, tables text[]) RETURNS jsonb
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(jsonb_object_agg(wanted.name, facts.found), '{}')
    FROM unnest(tables) AS wanted (name)
    LEFT JOIN pg_class AS t ON t.oid = to_regclass(wanted.name)
   CROSS JOIN LATERAL (
     SELECT CASE WHEN t.oid IS NULL THEN NULL ELSE jsonb_build_object(
       'owner', pg_get_userbyid(t.relowner),
       'kind', t.relkind,
       'row security', CASE WHEN t.relforcerowsecurity THEN 'forced' WHEN t.relrowsecurity THEN 'on' ELSE 'off' END,
       'columns', (SELECT jsonb_object_agg(a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                            CASE WHEN a.attnotnull THEN 'not null' END,
                            CASE WHEN a.attgenerated <> '' THEN 'generated' END,
                            CASE WHEN a.attidentity <> '' THEN 'identity' END))
                     FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
       'keys', (SELECT jsonb_object_agg(c.conname, pg_get_constraintdef(c.oid))
                  FROM pg_constraint AS c WHERE c.conrelid = t.oid AND c.contype IN ('p', 'u', 'f', 'x')),
       'policies', (SELECT jsonb_object_agg(p.polname, p.polcmd) FROM pg_policy AS p WHERE p.polrelid = t.oid),
       'triggers', (SELECT jsonb_object_agg(g.tgname, pg_get_triggerdef(g.oid) || ' state ' || g.tgenabled::text)
                      FROM pg_trigger AS g JOIN pg_proc AS f ON f.oid = g.tgfoid JOIN pg_namespace AS n ON n.oid = f.pronamespace
                     WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND n.nspname <> compiled_schema),
       'sync triggers', (SELECT jsonb_object_agg(g.tgname, g.tgenabled)
                           FROM pg_trigger AS g JOIN pg_proc AS f ON f.oid = g.tgfoid JOIN pg_namespace AS n ON n.oid = f.pronamespace
                          WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND n.nspname = compiled_schema),
       'partitions', (SELECT count(*) FROM pg_inherits AS i WHERE i.inhparent = t.oid)
     ) END AS found
   ) AS facts;
END;

-- The identity and state of all sync triggers of a cutover, as text: disabling, enabling, dropping and creating a trigger each
-- change it, so two equal stamps mean that no gap lies between them.
CREATE OR REPLACE FUNCTION cutover.trigger_stamp(cutover_name text) RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT coalesce(md5(string_agg(concat_ws(' ', g.oid, g.tgrelid::oid, g.tgenabled, g.xmin), ',' ORDER BY g.oid)), '')
    FROM cutover.cutovers AS c
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = c.compiled_schema
    JOIN pg_catalog.pg_proc AS f ON f.pronamespace = n.oid
    JOIN pg_catalog.pg_trigger AS g ON g.tgfoid = f.oid
   WHERE c.name = cutover_name;
END;

-- What has changed since the cutover was compiled: one row per table and aspect, with the reason in words.
CREATE OR REPLACE FUNCTION cutover.fingerprint_problems(cutover_name text)
  RETURNS TABLE (table_name text, aspect text, problem text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT expected.key, aspects.aspect,
         CASE
           WHEN live.facts IS NULL THEN 'the table is gone'
           WHEN aspects.aspect = 'sync triggers' AND NOT coalesce(live.facts -> 'sync triggers', '{}') ? detail.name
             THEN 'the sync trigger ' || detail.name || ' has been dropped'
           WHEN aspects.aspect = 'sync triggers'
             THEN 'the sync trigger ' || detail.name || ' is disabled or fires otherwise (state '
                  || (live.facts -> 'sync triggers' ->> detail.name) || ')'
           WHEN detail.name IS NULL
             THEN aspects.aspect || ' was ' || (expected.value ->> aspects.aspect) || ', is ' || (live.facts ->> aspects.aspect)
           WHEN NOT coalesce(expected.value -> aspects.aspect, '{}') ? detail.name
             THEN aspects.aspect || ': ' || detail.name || ' has been added: ' || (live.facts -> aspects.aspect ->> detail.name)
           WHEN NOT coalesce(live.facts -> aspects.aspect, '{}') ? detail.name
             THEN aspects.aspect || ': ' || detail.name || ' is gone, it was: ' || (expected.value -> aspects.aspect ->> detail.name)
           ELSE aspects.aspect || ': ' || detail.name || ' was ' || (expected.value -> aspects.aspect ->> detail.name)
                || ', is ' || (live.facts -> aspects.aspect ->> detail.name)
         END
    FROM cutover.cutovers AS c
   CROSS JOIN LATERAL jsonb_each(c.fingerprint) AS expected
    LEFT JOIN LATERAL (
      SELECT NULLIF(cutover.live_fingerprint(c.compiled_schema, ARRAY[expected.key]) -> expected.key, 'null') AS facts
    ) AS live ON true
   CROSS JOIN LATERAL (
      SELECT 'table' AS aspect WHERE live.facts IS NULL
      UNION ALL
      SELECT a.aspect FROM unnest(ARRAY['owner', 'kind', 'row security', 'columns', 'keys', 'policies', 'triggers',
                                        'sync triggers', 'partitions']) AS a (aspect)
       WHERE live.facts IS NOT NULL
         AND (expected.value -> a.aspect) IS DISTINCT FROM (live.facts -> a.aspect)
    ) AS aspects
    LEFT JOIN LATERAL (
      SELECT names.name
        FROM (SELECT jsonb_object_keys(CASE WHEN jsonb_typeof(expected.value -> aspects.aspect) = 'object'
                                            THEN expected.value -> aspects.aspect ELSE '{}' END) AS name
              UNION
              SELECT jsonb_object_keys(CASE WHEN jsonb_typeof(live.facts -> aspects.aspect) = 'object'
                                            THEN live.facts -> aspects.aspect ELSE '{}' END)) AS names
       WHERE (expected.value -> aspects.aspect -> names.name) IS DISTINCT FROM (live.facts -> aspects.aspect -> names.name)
    ) AS detail ON true
   WHERE c.name = cutover_name AND c.phase NOT IN ('archived', 'dropped')
  UNION ALL
  SELECT 'all tables', 'sync triggers',
         'a sync trigger was disabled, dropped or re-created, and nothing has been verified since: writes may have passed unnoticed'
    FROM cutover.cutovers AS c
   WHERE c.name = cutover_name AND c.phase NOT IN ('archived', 'dropped')
     AND c.trigger_stamp <> '' AND cutover.trigger_stamp(c.name) <> c.trigger_stamp
     AND NOT EXISTS (SELECT FROM cutover.drift_runs AS r
                      WHERE r.cutover = c.name AND r.drifted_units = 0 AND r.trigger_stamp = cutover.trigger_stamp(c.name));
END;
-- Every unit of a kind in exactly one of the six classes, as of the caller's snapshot. `drifted` are the units that differ.
CREATE OR REPLACE FUNCTION cutover.classes(cutover_name text, unit_direction text, unit_kind text, with_drift boolean DEFAULT true)
  RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT listed.unit,
         CASE
           WHEN held.class IS NOT NULL THEN held.class
           WHEN pending.unit IS NOT NULL THEN 'pending'
           WHEN put_aside.class IS NOT NULL THEN put_aside.class
           WHEN c.phase = 'expanded' THEN 'not yet backfilled'
           -- Once a backfill has visited everything, a unit that sync has never seen has no excuse any more.
           WHEN cutover.phase_rank(c.phase) < 4
                AND CASE unit_direction WHEN 'forward' THEN coalesce(known.epoch, -1) <> c.epoch ELSE drift.unit IS NOT NULL END
                AND NOT EXISTS (SELECT FROM cutover.backfills AS b
                                 WHERE b.cutover = cutover_name AND b.direction = 'forward' AND b.epoch = c.epoch
                                   AND b.finished_at IS NOT NULL)
             THEN 'not yet backfilled'
           -- It differs because what hangs together with it could not be written.
           WHEN drift.unit IS NOT NULL AND beside.unit IS NOT NULL THEN 'quarantined'
           WHEN drift.unit IS NOT NULL THEN 'drifted'
           ELSE 'in sync'
         END,
         coalesce(held.reason, put_aside.reason, CASE WHEN drift.unit IS NOT NULL AND beside.unit IS NOT NULL THEN 'beside' END)
    FROM cutover.cutovers AS c
   CROSS JOIN LATERAL cutover.compiled_units(cutover_name, unit_direction, unit_kind) AS listed
    LEFT JOIN (SELECT h.unit, min(h.class) AS class, string_agg(DISTINCT h.reason, ', ') AS reason
                 FROM cutover.compiled_held(cutover_name, unit_direction, unit_kind, NULL) AS h GROUP BY h.unit) AS held
           ON held.unit = listed.unit
    LEFT JOIN (SELECT o.unit FROM cutover.outbox AS o
                WHERE o.cutover = cutover_name AND o.direction = unit_direction AND o.kind = unit_kind
               UNION
               -- A note of one direction makes the units of the other that hang together with it pending as well.
               SELECT substr(ref, strpos(ref, ':') + 1)
                 FROM (SELECT o.direction, array_agg(DISTINCT o.kind || ':' || o.unit) AS refs FROM cutover.outbox AS o
                        WHERE o.cutover = cutover_name AND o.direction <> unit_direction
                        GROUP BY o.direction) AS others
                CROSS JOIN LATERAL unnest(cutover.compiled_connected(cutover_name, others.direction, others.refs)) AS ref
                WHERE split_part(ref, ':', 1) = unit_kind) AS pending
           ON pending.unit = listed.unit
    LEFT JOIN cutover.units AS known
           ON known.cutover = cutover_name AND known.direction = unit_direction AND known.kind = unit_kind
          AND known.unit = listed.unit
    LEFT JOIN cutover.quarantine AS put_aside
           ON put_aside.cutover = cutover_name AND put_aside.direction = unit_direction AND put_aside.kind = unit_kind
          AND put_aside.unit = listed.unit
    LEFT JOIN (SELECT DISTINCT substr(ref, strpos(ref, ':') + 1) AS unit
                 FROM (SELECT q.direction, array_agg(DISTINCT q.kind || ':' || q.unit) AS refs FROM cutover.quarantine AS q
                        WHERE q.cutover = cutover_name AND q.direction <> unit_direction AND q.error IS NOT NULL
                        GROUP BY q.direction) AS others
                CROSS JOIN LATERAL unnest(cutover.compiled_connected(cutover_name, others.direction, others.refs)) AS ref
                WHERE split_part(ref, ':', 1) = unit_kind) AS beside
           ON beside.unit = listed.unit
    LEFT JOIN (SELECT DISTINCT d.unit FROM cutover.compiled_differences(cutover_name, unit_direction, unit_kind, NULL) AS d
                WHERE with_drift
                  -- What legacy keeps of the new side is only made true once the new side is the truth.
                  AND NOT (unit_direction = 'reverse'
                           AND EXISTS (SELECT FROM cutover.cutovers AS k
                                        WHERE k.name = cutover_name AND cutover.phase_rank(k.phase) < 4
                                          AND k.definition -> 'tables' -> 'kept' ? d.table_name))) AS drift
           ON drift.unit = listed.unit
   WHERE c.name = cutover_name;
END;
-- Verifies a cutover from one snapshot and records the run: drift down to the row, the six classes, the outbox and the
-- fingerprint, all as of the same moment. Needs REPEATABLE READ, which gives that one snapshot to all of its statements:
--   BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT cutover.verify('<name>'); COMMIT;
-- directions NULL: forward, and reverse where there is one. At most `most_details` differing rows are recorded, all units are
-- counted. Takes no lock on application tables. Returns the run's id.
CREATE OR REPLACE FUNCTION cutover.verify(cutover_name text, directions text[] DEFAULT NULL, most_details integer DEFAULT 1000)
  RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  kind record;
  counted jsonb;
  drifted text[];
  classes_found jsonb := '{}';
  this_run bigint;
  drifted_total bigint := 0;
  started timestamptz := pg_catalog.clock_timestamp();
BEGIN
  IF pg_catalog.current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'cutover.verify() needs one snapshot for all of its statements, this transaction is %',
      pg_catalog.current_setting('transaction_isolation')
      USING ERRCODE = 'invalid_transaction_state', HINT = 'BEGIN ISOLATION LEVEL REPEATABLE READ; then call it again.';
  END IF;
  IF stand.phase IN ('archived', 'dropped') THEN
    RAISE EXCEPTION 'cutover %: nothing to verify in phase %, only one side is left', cutover_name, stand.phase
      USING ERRCODE = 'CU010', HINT = 'The last verify before that is in cutover.drift_runs.';
  END IF;

  INSERT INTO cutover.drift_runs (cutover, phase, epoch, started_at, snapshot, directions, accounting, drifted_units, trigger_stamp, fingerprint_problems)
  VALUES (cutover_name, stand.phase, stand.epoch, started, pg_catalog.pg_current_snapshot()::text, '{}', '{}', 0, cutover.trigger_stamp(cutover_name),
          coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p)) FROM cutover.fingerprint_problems(cutover_name) AS p), '[]'))
  RETURNING id INTO this_run;

  FOR kind IN
    SELECT k.direction, k.kind FROM cutover.unit_kinds AS k
     WHERE k.cutover = cutover_name AND (directions IS NULL OR k.direction = ANY (directions))
     ORDER BY k.direction, k.rank
  LOOP
    SELECT pg_catalog.jsonb_object_agg(per_class.class, per_class.units) INTO counted
      FROM (SELECT c.class, pg_catalog.count(*) AS units
              FROM cutover.classes(cutover_name, kind.direction, kind.kind) AS c GROUP BY c.class) AS per_class;
    classes_found := pg_catalog.jsonb_set(
      classes_found || CASE WHEN classes_found ? kind.direction THEN '{}'::jsonb ELSE pg_catalog.jsonb_build_object(kind.direction, '{}'::jsonb) END,
      ARRAY[kind.direction, kind.kind], coalesce(counted, '{}'));

    IF coalesce((counted ->> 'drifted')::bigint, 0) > 0 THEN
      drifted_total := drifted_total + (counted ->> 'drifted')::bigint;
      drifted := ARRAY(SELECT c.unit FROM cutover.classes(cutover_name, kind.direction, kind.kind) AS c
                        WHERE c.class = 'drifted' ORDER BY c.unit LIMIT most_details);
      INSERT INTO cutover.drift_units (run, ordinal, direction, kind, unit, table_name, key, finding, expected, actual)
      SELECT this_run, coalesce((SELECT pg_catalog.max(earlier.ordinal) FROM cutover.drift_units AS earlier WHERE earlier.run = this_run), 0)
                  + pg_catalog.row_number() OVER (ORDER BY d.unit, d.table_name, d.key),
             kind.direction, kind.kind, d.unit, d.table_name, d.key, d.finding, d.expected, d.actual
        FROM cutover.compiled_differences(cutover_name, kind.direction, kind.kind, drifted) AS d
       ORDER BY d.unit, d.table_name, d.key
       LIMIT most_details;
    END IF;
  END LOOP;

  UPDATE cutover.drift_runs AS r
     SET accounting = classes_found,
         directions = ARRAY(SELECT pg_catalog.jsonb_object_keys(classes_found)),
         drifted_units = drifted_total,
         finished_at = pg_catalog.clock_timestamp()
   WHERE r.id = this_run;
  RETURN this_run;
END;
$$;
-- Makes drifted units true, from the side that is the truth: up to `batch` of the units that a verify recorded.
-- Returns how many units were visited.
CREATE OR REPLACE FUNCTION cutover.repair(verify_run bigint, batch integer DEFAULT 100, after_ordinal integer DEFAULT 0)
  RETURNS TABLE (units integer, last_ordinal integer)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
AS $$
DECLARE
  run cutover.drift_runs;
  stand cutover.cutovers;
  truth_direction text;
  batch_found record;
  connected record;
BEGIN
  PERFORM cutover.barrier_shared();
  SELECT * INTO run FROM cutover.drift_runs AS r WHERE r.id = verify_run;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no verify run %', verify_run USING ERRCODE = 'CU011', HINT = 'See cutover.drift_runs.';
  END IF;
  stand := cutover.stand_of(run.cutover);
  truth_direction := CASE WHEN stand.phase IN ('dual_write', 'backfilled', 'reads_switched') THEN 'forward'
                          WHEN stand.phase IN ('writes_switched', 'legacy_locked') THEN 'reverse' END;
  IF truth_direction IS NULL THEN
    RAISE EXCEPTION 'cutover %: nothing to repair in phase %', stand.name, stand.phase
      USING ERRCODE = 'CU010', HINT = 'Sync writes in dual_write to legacy_locked only.';
  END IF;

  units := 0;
  last_ordinal := after_ordinal;
  FOR batch_found IN
    SELECT d.direction, kinds.rank, d.kind, pg_catalog.array_agg(DISTINCT d.unit) AS drifted, pg_catalog.max(d.ordinal) AS ordinal
      FROM (SELECT * FROM cutover.drift_units AS u
             WHERE u.run = verify_run AND u.ordinal > after_ordinal ORDER BY u.ordinal LIMIT batch) AS d
      JOIN cutover.unit_kinds AS kinds ON kinds.cutover = stand.name AND kinds.direction = d.direction AND kinds.kind = d.kind
     GROUP BY d.direction, kinds.rank, d.kind ORDER BY d.direction, kinds.rank
  LOOP
    last_ordinal := greatest(last_ordinal, batch_found.ordinal);
    IF batch_found.direction = truth_direction THEN
      PERFORM cutover.make_true(stand, batch_found.direction, batch_found.kind, batch_found.drifted);
      units := units + pg_catalog.cardinality(batch_found.drifted);
    ELSIF truth_direction = 'reverse' THEN
      -- A forward unit has drifted while the new side is the truth: its legacy rows are made of the new side.
      FOR connected IN
        SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', cutover.compiled_connected(stand.name, 'forward',
          ARRAY(SELECT batch_found.kind || ':' || one FROM pg_catalog.unnest(batch_found.drifted) AS one)))
      LOOP
        PERFORM cutover.make_true(stand, 'reverse', connected.kind, connected.units);
        units := units + pg_catalog.cardinality(connected.units);
      END LOOP;
    END IF;
  END LOOP;
  PERFORM cutover.set_writing(NULL, NULL);
  DELETE FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id();
  RETURN NEXT;
END;
$$;
-- Compiled SQL signs in here, as the last statement of its migration. Compiled again, it replaces what it said before; when a
-- mapping has changed, `changed_units` says so and everything has to be backfilled and verified again.
CREATE OR REPLACE FUNCTION cutover.register_cutover(
  cutover_name text, schema_name name, compiled_definition jsonb, expected_fingerprint jsonb, core integer
) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  before cutover.cutovers;
BEGIN
  IF core > (SELECT pg_catalog.max(v.version) FROM cutover.core_version AS v) THEN
    RAISE EXCEPTION 'cutover % was compiled for core version %, this database has version %', cutover_name, core,
      (SELECT pg_catalog.max(v.version) FROM cutover.core_version AS v)
      USING ERRCODE = 'CU012', HINT = 'Run `cutover init --upgrade` and migrate first.';
  END IF;
  SELECT * INTO before FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR UPDATE;

  IF cutover.phase_rank(before.phase) >= 4 AND before.definition -> 'mappings' IS DISTINCT FROM compiled_definition -> 'mappings' THEN
    RAISE EXCEPTION 'cutover %: its mappings cannot change in phase %', cutover_name, before.phase
      USING ERRCODE = 'CU019',
            HINT = 'The new side is the truth now and would differ from what the changed mapping says, with no way back. Roll back first.';
  END IF;

  INSERT INTO cutover.cutovers AS known (name, compiled_schema, definition, fingerprint)
  VALUES (cutover_name, schema_name, compiled_definition, expected_fingerprint)
      ON CONFLICT (name) DO UPDATE
     SET definition = excluded.definition, fingerprint = excluded.fingerprint,
         epoch = known.epoch + CASE WHEN known.definition -> 'mappings' IS DISTINCT FROM excluded.definition -> 'mappings'
                                    THEN 1 ELSE 0 END;
  DELETE FROM cutover.unit_kinds AS old WHERE old.cutover = cutover_name;
  INSERT INTO cutover.unit_kinds (cutover, direction, kind, rank)
  SELECT cutover_name, directions.direction, kinds.kind ->> 0, kinds.rank
    FROM (VALUES ('forward'), ('reverse')) AS directions (direction)
   CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(
           coalesce(compiled_definition -> 'units' -> directions.direction, '[]')) WITH ORDINALITY AS kinds (kind, rank);

  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, CASE WHEN before.name IS NULL THEN 'cutover_registered' ELSE 'cutover_compiled_again' END,
          pg_catalog.jsonb_build_object('core', core));
END;
$$;
-- Has this cutover ever held a legacy row in this database? Where it has not (a shadow database, a colleague's new machine),
-- gates of time, evidence and approval have nothing to protect.
CREATE OR REPLACE FUNCTION cutover.has_held_rows(cutover_name text) RETURNS boolean
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  rows_now boolean := false;
BEGIN
  IF stand.has_held_rows
     OR EXISTS (SELECT FROM cutover.units AS u WHERE u.cutover = cutover_name)
     OR EXISTS (SELECT FROM cutover.observations AS o WHERE o.cutover = cutover_name)
     OR EXISTS (SELECT FROM cutover.outbox AS o WHERE o.cutover = cutover_name) THEN
    RETURN true;
  END IF;
  IF stand.phase NOT IN ('archived', 'dropped') THEN
    EXECUTE pg_catalog.format('SELECT %I.holds_rows()', stand.compiled_schema) INTO rows_now;
  END IF;
  RETURN rows_now;
END;
$$;
-- A gate is a question that must be answered yes before a phase. Each answers with the figure, the reason and the next step.

-- Has a backfill of this epoch visited every unit?
CREATE OR REPLACE FUNCTION cutover.gate_backfill_complete(stand cutover.cutovers, unit_direction text DEFAULT 'forward')
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  last cutover.backfills;
  left_over bigint;
BEGIN
  gate := 'backfill_complete';
  SELECT * INTO last FROM cutover.backfills AS b
   WHERE b.cutover = stand.name AND b.direction = unit_direction AND b.epoch = stand.epoch
   ORDER BY b.id DESC LIMIT 1;
  IF last.id IS NULL THEN
    yes := false;
    figure := '0 units';
    reason := 'no backfill has been started since sync was switched on';
    next_step := pg_catalog.format('cutover backfill %s', stand.name);
  ELSE
    SELECT coalesce(pg_catalog.sum(r.last_ordinal - r.position), 0) INTO left_over
      FROM cutover.backfill_ranges AS r WHERE r.backfill = last.id;
    yes := last.finished_at IS NOT NULL;
    figure := pg_catalog.format('%s of %s units', last.units_total - left_over, last.units_total);
    reason := CASE WHEN yes THEN 'the backfill has visited every unit' ELSE 'the backfill is not done' END;
    next_step := CASE WHEN yes THEN NULL ELSE pg_catalog.format('cutover backfill %s', stand.name) END;
  END IF;
  RETURN NEXT;
END;
$$;

-- Did a verify of all wanted directions, begun after the last move and finished recently enough, find no more drift than
-- allowed, and does the catalog still look as it was compiled for?
CREATE OR REPLACE FUNCTION cutover.gate_drift_free(stand cutover.cutovers, wanted_directions text[])
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  run cutover.drift_runs;
  drifted bigint;
  allowed bigint := coalesce((stand.definition #>> '{gates,drift}')::bigint, 0);
  max_age interval := pg_catalog.make_interval(hours => coalesce((stand.definition #>> '{gates,verifyMaxAgeHours}')::integer, 24));
  problem record;
BEGIN
  gate := 'drift_free';
  yes := false;
  next_step := pg_catalog.format('cutover verify %s', stand.name);
  SELECT * INTO run FROM cutover.drift_runs AS r
   WHERE r.cutover = stand.name AND r.epoch = stand.epoch AND r.directions @> wanted_directions
     AND r.started_at > stand.phase_since AND r.trigger_stamp = cutover.trigger_stamp(stand.name)
   ORDER BY r.id DESC LIMIT 1;
  SELECT coalesce(pg_catalog.sum((per_kind.classes ->> 'drifted')::bigint), 0) INTO drifted
    FROM pg_catalog.jsonb_each(run.accounting) AS per_direction (direction, kinds)
   CROSS JOIN LATERAL pg_catalog.jsonb_each(per_direction.kinds) AS per_kind (kind, classes)
   WHERE per_direction.direction = ANY (wanted_directions);
  SELECT * INTO problem FROM cutover.fingerprint_problems(stand.name) LIMIT 1;
  IF problem.table_name IS NOT NULL THEN
    figure := 'catalog changed';
    reason := pg_catalog.format('%s: %s', problem.table_name, problem.problem);
    next_step := pg_catalog.format('undo the change, or compile again and run `cutover verify %s --repair`', stand.name);
  ELSIF run.id IS NULL THEN
    figure := 'not verified';
    reason := pg_catalog.format('no verify of %s since the move to %s', pg_catalog.array_to_string(wanted_directions, ' and '), stand.phase);
  ELSIF run.finished_at < pg_catalog.clock_timestamp() - max_age THEN
    figure := pg_catalog.format('verified %s', run.finished_at);
    reason := pg_catalog.format('the last verify is older than %s', max_age);
  ELSIF drifted > allowed THEN
    figure := pg_catalog.format('%s drifted units, %s allowed', drifted, allowed);
    reason := pg_catalog.format('verify run %s found drift', run.id);
    next_step := pg_catalog.format('cutover verify %s --repair', stand.name);
  ELSE
    yes := true;
    figure := pg_catalog.format('%s drifted units', drifted);
    reason := pg_catalog.format('verify run %s', run.id);
    next_step := NULL;
  END IF;
  RETURN NEXT;
END;
$$;

-- May the cutover move at all: no transaction from before the last move may still be open. Such a writer has acted on a phase
-- two steps back (it took no images of the rows it changed, for instance).
CREATE OR REPLACE FUNCTION cutover.gate_writers_current(stand cutover.cutovers)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  -- Of this database only, as far as this role may see them; one that is missed is caught when its note is worked off.
  older bigint := (
    SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS a
     WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
       AND a.backend_type = 'client backend' AND a.xact_start <= stand.phase_since
       AND (a.backend_xid IS NOT NULL OR (a.backend_xmin IS NOT NULL AND a.state LIKE 'idle in transaction%')))
    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_xacts AS p
        WHERE p.database = pg_catalog.current_database() AND p.prepared <= stand.phase_since);
BEGIN
  gate := 'writers_current';
  yes := older = 0;
  figure := pg_catalog.format('%s open transactions from before the last move', older);
  reason := CASE WHEN yes THEN 'every open transaction began after the last move'
                 ELSE 'a transaction that began before the last move is still open' END;
  next_step := CASE WHEN yes THEN NULL ELSE 'wait for it to end; pg_stat_activity shows it by backend_xid' END;
  RETURN NEXT;
END;
$$;

-- Has everything that was waiting at the last verify been worked off? Notes of later writes are no matter: they come and go. A note
-- that stays means that no drainer is at work, or that a unit fails again and again, and verify counts it as pending, not as drift.
CREATE OR REPLACE FUNCTION cutover.gate_outbox_drained(stand cutover.cutovers)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  verified_as_of pg_snapshot := (SELECT r.snapshot::pg_snapshot FROM cutover.drift_runs AS r
                                  WHERE r.cutover = stand.name ORDER BY r.id DESC LIMIT 1);
  left_over bigint;
BEGIN
  gate := 'outbox_drained';
  SELECT pg_catalog.count(*) INTO left_over FROM cutover.outbox AS o
   WHERE o.cutover = stand.name
     AND (verified_as_of IS NULL OR pg_catalog.pg_visible_in_snapshot(o.xid, verified_as_of));
  yes := left_over = 0;
  figure := pg_catalog.format('%s notes', left_over);
  reason := CASE WHEN yes THEN 'nothing that the last verify saw waiting still waits'
                 ELSE 'units were pending at the last verify and still are: it could not say whether they are right' END;
  next_step := CASE WHEN yes THEN NULL
                    ELSE pg_catalog.format('cutover drain %s (or run a worker), then cutover verify %s', stand.name, stand.name) END;
  RETURN NEXT;
END;
$$;

-- Is nobody left behind: no unit that failed and, before legacy goes, none that a rule holds back, unless somebody has accepted it?
-- Units that a rule excludes pass: that rule is the acceptance.
CREATE OR REPLACE FUNCTION cutover.gate_quarantine_accepted(stand cutover.cutovers, with_rules boolean)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  left_over bigint;
BEGIN
  gate := 'quarantine_accepted';
  SELECT pg_catalog.count(*) INTO left_over FROM cutover.quarantine AS q
   WHERE q.cutover = stand.name AND q.class = 'quarantined' AND q.accepted_at IS NULL
     -- A reverse unit that a rule holds back is the other end of a forward one, which is asked for.
     AND (q.error IS NOT NULL OR (with_rules AND q.direction = 'forward'));
  yes := left_over = 0;
  figure := pg_catalog.format('%s units', left_over);
  reason := CASE WHEN yes THEN 'no unit is in quarantine that nobody has accepted' ELSE 'units are in quarantine' END;
  next_step := CASE WHEN yes THEN NULL ELSE pg_catalog.format('cutover quarantine %s, then mend the rows or `--accept`', stand.name) END;
  RETURN NEXT;
END;
$$;

-- The gates in front of a phase, with their answers.
CREATE OR REPLACE FUNCTION cutover.ask_gates(cutover_name text, to_phase text)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  reversible boolean := stand.definition -> 'irreversible' IS NULL;
BEGIN
  IF NOT cutover.has_held_rows(cutover_name) THEN
    gate := 'nothing_to_protect';
    yes := true;
    figure := '0 legacy rows';
    reason := 'this cutover has never held a legacy row in this database';
    RETURN NEXT;
    RETURN;
  END IF;

  RETURN QUERY SELECT * FROM cutover.gate_writers_current(stand);
  IF to_phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    RETURN QUERY SELECT * FROM cutover.gate_outbox_drained(stand);
  END IF;
  IF to_phase IN ('backfilled', 'reads_switched', 'writes_switched') THEN
    RETURN QUERY SELECT * FROM cutover.gate_backfill_complete(stand);
  END IF;
  IF to_phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked', 'archived', 'dropped') THEN
    RETURN QUERY SELECT * FROM cutover.gate_quarantine_accepted(stand, with_rules => cutover.phase_rank(to_phase) >= 5);
  END IF;
  IF to_phase IN ('backfilled', 'reads_switched') OR (to_phase = 'writes_switched' AND NOT reversible) THEN
    RETURN QUERY SELECT * FROM cutover.gate_drift_free(stand, ARRAY['forward']);
  ELSIF to_phase IN ('writes_switched', 'legacy_locked') AND reversible THEN
    RETURN QUERY SELECT * FROM cutover.gate_drift_free(stand, ARRAY['forward', 'reverse']);
  END IF;
END;
$$;

-- Asks the gates and raises when one that is not forced says no; returns the answers for the record.
CREATE OR REPLACE FUNCTION cutover.require_gates(cutover_name text, to_phase text, force text[]) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  answers jsonb;
  refused record;
BEGIN
  SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(g)), '[]') INTO answers FROM cutover.ask_gates(cutover_name, to_phase) AS g;
  SELECT g.* INTO refused
    FROM pg_catalog.jsonb_to_recordset(answers) AS g (gate text, yes boolean, figure text, reason text, next_step text)
   WHERE NOT g.yes AND g.gate <> ALL (force) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'cutover %: gate % says no to %: % (%)', cutover_name, refused.gate, to_phase, refused.reason, refused.figure
      USING ERRCODE = 'CU015', HINT = refused.next_step, DETAIL = answers::text;
  END IF;
  RETURN answers;
END;
$$;
-- What becomes of the legacy tables at the end. All of it is catalog work on the tables that the definition names.

-- Takes the rights to write the legacy tables from every role that has them by a grant of the owner, and remembers each exactly
-- (column grants and grant options included) for the way back. A grant by a second grantor cannot be taken by the owner: it is
-- refused by name. The owner itself is held off by the fence trigger.
-- SECURITY INVOKER: whoever moves phases needs to own the tables. Lock: none that a writer meets.
CREATE OR REPLACE FUNCTION cutover.revoke_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  found record;
  foreign_grant record;
BEGIN
  -- First what the owner cannot take: nothing is left half done.
  SELECT t.name, pg_catalog.pg_get_userbyid(acl.grantor) AS grantor, acl.privilege_type,
         CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(acl.grantee) END AS grantee
    INTO foreign_grant
    FROM pg_catalog.unnest(cutover.tables_of(cutover_name, 'legacy')) AS t (name)
    JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.name)
   CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS acl
   WHERE acl.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') AND acl.grantor <> c.relowner
   LIMIT 1;
  IF foreign_grant.grantor IS NOT NULL THEN
    RAISE EXCEPTION '% on % was granted to % by %, not by its owner', foreign_grant.privilege_type, foreign_grant.name,
      foreign_grant.grantee, foreign_grant.grantor
      USING ERRCODE = 'CU018',
            HINT = pg_catalog.format('As %I: REVOKE %s ON %s FROM %s;', foreign_grant.grantor, foreign_grant.privilege_type,
                                     foreign_grant.name, foreign_grant.grantee);
  END IF;
  FOR found IN
    SELECT t.name AS table_name, '' AS column_name, acl.privilege_type, acl.is_grantable, c.relowner,
           CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(acl.grantee)) END AS grantee,
           pg_catalog.pg_get_userbyid(acl.grantor) AS grantor, acl.grantor AS grantor_oid, acl.grantee AS grantee_oid
      FROM pg_catalog.unnest(cutover.tables_of(cutover_name, 'legacy')) AS t (name)
      JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.name)
     CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS acl
     WHERE acl.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
    UNION ALL
    SELECT t.name, a.attname, acl.privilege_type, acl.is_grantable, c.relowner,
           CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(acl.grantee)) END,
           pg_catalog.pg_get_userbyid(acl.grantor), acl.grantor, acl.grantee
      FROM pg_catalog.unnest(cutover.tables_of(cutover_name, 'legacy')) AS t (name)
      JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(t.name)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
     CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) AS acl
     WHERE acl.privilege_type IN ('INSERT', 'UPDATE')
  LOOP
    CONTINUE WHEN found.grantee_oid = found.relowner;
    IF found.grantor_oid <> found.relowner THEN
      RAISE EXCEPTION '% on % was granted to % by %, not by its owner', found.privilege_type, found.table_name, found.grantee, found.grantor
        USING ERRCODE = 'CU018', HINT = pg_catalog.format('As %I: REVOKE %s ON %s FROM %s;', found.grantor, found.privilege_type, found.table_name, found.grantee);
    END IF;
    INSERT INTO cutover.revoked_grants (cutover, table_name, grantee, grantor, privilege, grantable, column_name)
    VALUES (cutover_name, found.table_name, found.grantee, found.grantor, found.privilege_type, found.is_grantable, found.column_name)
        ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('REVOKE %s%s ON %s FROM %s', found.privilege_type,
      CASE WHEN found.column_name = '' THEN '' ELSE pg_catalog.format(' (%I)', found.column_name) END, found.table_name, found.grantee);
  END LOOP;
END;
$$;

-- Gives back what revoke_legacy took.
CREATE OR REPLACE FUNCTION cutover.grant_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  kept record;
BEGIN
  FOR kept IN SELECT * FROM cutover.revoked_grants AS g WHERE g.cutover = cutover_name LOOP
    EXECUTE pg_catalog.format('GRANT %s%s ON %s TO %s%s', kept.privilege,
      CASE WHEN kept.column_name = '' THEN '' ELSE pg_catalog.format(' (%I)', kept.column_name) END, kept.table_name, kept.grantee,
      CASE WHEN kept.grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
  DELETE FROM cutover.revoked_grants AS g WHERE g.cutover = cutover_name;
END;
$$;

-- Where the legacy tables lie while they are archived: in a schema of their own, under their own names.
CREATE OR REPLACE FUNCTION cutover.archive_schema(cutover_name text) RETURNS name
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT (c.compiled_schema || '_archive')::name FROM cutover.cutovers AS c WHERE c.name = cutover_name;
END;

-- Moves the legacy tables aside. Lock: ACCESS EXCLUSIVE on each, for as long as a catalog update takes.
CREATE OR REPLACE FUNCTION cutover.archive_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  legacy text;
  archive name := cutover.archive_schema(cutover_name);
BEGIN
  EXECUTE pg_catalog.format('CREATE SCHEMA IF NOT EXISTS %I', archive);
  EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', archive);
  FOREACH legacy IN ARRAY cutover.tables_of(cutover_name, 'legacy') LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %s SET SCHEMA %I', legacy, archive);
  END LOOP;
END;
$$;

-- Moves them back.
CREATE OR REPLACE FUNCTION cutover.unarchive_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  legacy text;
  parts text[];
  archive name := cutover.archive_schema(cutover_name);
BEGIN
  FOREACH legacy IN ARRAY cutover.tables_of(cutover_name, 'legacy') LOOP
    parts := pg_catalog.parse_ident(legacy);
    IF pg_catalog.to_regclass(pg_catalog.format('%I.%I', archive, parts[2])) IS NOT NULL THEN
      EXECUTE pg_catalog.format('ALTER TABLE %I.%I SET SCHEMA %I', archive, parts[2], parts[1]);
    END IF;
  END LOOP;
  EXECUTE pg_catalog.format('DROP SCHEMA IF EXISTS %I', archive);
END;
$$;

-- Drops the compiled SQL with its triggers, and then the legacy tables, with RESTRICT: a view or a foreign key of the
-- application that still hangs on one stops it by name.
CREATE OR REPLACE FUNCTION cutover.drop_legacy(cutover_name text) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  legacy text;
  drops text := '';
BEGIN
  -- CASCADE reaches our own triggers on the tables, which hang on functions of this schema.
  EXECUTE pg_catalog.format('DROP SCHEMA %I CASCADE', stand.compiled_schema);
  FOREACH legacy IN ARRAY cutover.tables_of(cutover_name, 'legacy') LOOP
    drops := drops || CASE WHEN drops = '' THEN '' ELSE ', ' END
          || pg_catalog.format('%I.%I', cutover.archive_schema(cutover_name), (pg_catalog.parse_ident(legacy))[2]);
  END LOOP;
  EXECUTE 'DROP TABLE ' || drops || ' RESTRICT';
  EXECUTE pg_catalog.format('DROP SCHEMA IF EXISTS %I', cutover.archive_schema(cutover_name));
  DELETE FROM cutover.outbox AS o WHERE o.cutover = cutover_name;
  DELETE FROM cutover.images AS i WHERE i.cutover = cutover_name;
  DELETE FROM cutover.units AS u WHERE u.cutover = cutover_name;
  DELETE FROM cutover.backfills AS b WHERE b.cutover = cutover_name;
END;
$$;
-- Moves a cutover to its next phase, in one short transaction under the exclusive barrier: it waits for commits in progress,
-- not for open transactions, and at most for the lock timeout (55P03; try again).
-- force: names of gates that answer no and are overridden, recorded with the move.
-- From a migration file, let it be the last statement of its file: writers cannot commit until the file does.
CREATE OR REPLACE FUNCTION cutover.advance(
  cutover_name text, to_phase text, force text[] DEFAULT '{}', reason text DEFAULT NULL
) RETURNS cutover.phase_transitions
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  protects boolean;
  answers jsonb;
  moved cutover.phase_transitions;
  stale_kept text[] := '{}';
BEGIN
  IF cutover.phase_rank(to_phase) IS NULL THEN
    RAISE EXCEPTION 'there is no phase "%"', to_phase
      USING ERRCODE = 'CU013', HINT = 'Phases: expanded, dual_write, backfilled, reads_switched, writes_switched, legacy_locked, archived, dropped.';
  END IF;
  -- Most of what waits is worked off before anybody is held up.
  IF to_phase = 'writes_switched' AND stand.phase = 'reads_switched' THEN
    FOR round IN 1 .. 5 LOOP
      EXIT WHEN cutover.drain(cutover_name, 200) = 0;
    END LOOP;
  END IF;

  -- Asked here, a gate that says no holds nobody up; asked again below, where nothing can change any more, it is quick.
  IF cutover.phase_rank(to_phase) = cutover.phase_rank(stand.phase) + 1
     AND cutover.phase_rank(to_phase) < cutover.phase_rank('legacy_locked') THEN
    PERFORM cutover.require_gates(cutover_name, to_phase, force);
  END IF;

  PERFORM cutover.barrier_exclusive();
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR UPDATE;
  protects := cutover.has_held_rows(cutover_name);

  IF cutover.phase_rank(to_phase) <> cutover.phase_rank(stand.phase) + 1 THEN
    RAISE EXCEPTION 'cutover % is in phase %; the next one is %, not %', cutover_name, stand.phase,
      coalesce((SELECT p FROM pg_catalog.unnest(ARRAY['expanded', 'dual_write', 'backfilled', 'reads_switched', 'writes_switched',
                 'legacy_locked', 'archived', 'dropped']) AS p WHERE cutover.phase_rank(p) = cutover.phase_rank(stand.phase) + 1), 'none'),
      to_phase
      USING ERRCODE = 'CU013', HINT = CASE WHEN cutover.phase_rank(to_phase) <= cutover.phase_rank(stand.phase)
        THEN 'The way back is cutover.rollback().' ELSE 'Advance one phase at a time.' END;
  END IF;
  IF protects AND cutover.phase_rank(to_phase) >= cutover.phase_rank('legacy_locked') AND stand.step IS DISTINCT FROM to_phase || ':ready' THEN
    RAISE EXCEPTION 'cutover %: the move to % consists of several transactions', cutover_name, to_phase
      USING ERRCODE = 'CU014', HINT = pg_catalog.format('CALL cutover.advance_steps(%L, %L), or `cutover advance %s --to %s`.',
                                                        cutover_name, to_phase, cutover_name, to_phase);
  END IF;

  -- Images say what a row was before a write that is not worked off yet. Those of an earlier round, or of notes that were worked
  -- off while legacy was the truth, would undo what the new side writes later. So before both sides are written, every note is
  -- worked off (here, under the barrier, where no commit can add one), and all images are thrown away.
  IF to_phase = 'writes_switched' AND stand.phase = 'reads_switched' THEN
    FOR round IN 1 .. 5 LOOP
      EXIT WHEN cutover.drain(cutover_name, 200) = 0;
    END LOOP;
    IF EXISTS (SELECT FROM cutover.outbox AS o
                WHERE o.cutover = cutover_name
                  AND NOT EXISTS (SELECT FROM cutover.images AS i WHERE i.xid = o.xid AND i.cutover = o.cutover)) THEN
      RAISE EXCEPTION 'cutover %: too many notes are waiting to be worked off', cutover_name
        USING ERRCODE = 'lock_not_available', HINT = 'Run `cutover drain`, or a worker, and try again.';
    END IF;
    -- A writer that ran out of patience at the barrier has committed meanwhile: its notes are there, and so its images stay.
    DELETE FROM cutover.images AS stale
     WHERE stale.cutover = cutover_name
       AND NOT EXISTS (SELECT FROM cutover.outbox AS waiting WHERE waiting.xid = stale.xid AND waiting.cutover = cutover_name);
  END IF;
  answers := cutover.require_gates(cutover_name, to_phase, force);

  IF to_phase = 'archived' THEN
    PERFORM cutover.archive_legacy(cutover_name);
  ELSIF to_phase = 'dropped' THEN
    PERFORM cutover.drop_legacy(cutover_name);
  ELSIF to_phase = 'legacy_locked' AND NOT protects THEN
    PERFORM cutover.revoke_legacy(cutover_name);
  END IF;

  IF to_phase = 'writes_switched' AND protects THEN
    PERFORM cutover.move_sequences(cutover_name, 'new');
  END IF;
  UPDATE cutover.cutovers AS c
     SET phase = to_phase, step = NULL, phase_since = pg_catalog.clock_timestamp(), phase_xid = pg_catalog.pg_current_xact_id(),
         move = pg_catalog.nextval('cutover.moves'),
         has_held_rows = c.has_held_rows OR protects,
         epoch = c.epoch + CASE WHEN to_phase = 'dual_write' THEN 1 ELSE 0 END
   WHERE c.name = cutover_name;
  -- What legacy keeps of the new side may have gone stale while legacy was the truth: it is noted here and worked off after the move.
  IF to_phase = 'writes_switched' AND stand.definition -> 'irreversible' IS NULL THEN
    EXECUTE pg_catalog.format('SELECT %I.kept_refs()', stand.compiled_schema) INTO stale_kept;
  END IF;
  INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
  SELECT pg_catalog.pg_current_xact_id(), cutover_name, 'reverse', pg_catalog.split_part(ref, ':', 1),
         pg_catalog.substr(ref, pg_catalog.strpos(ref, ':') + 1)
    FROM pg_catalog.unnest(stale_kept) AS ref;
  INSERT INTO cutover.phase_transitions (cutover, from_phase, to_phase, gates, forced, reason)
  VALUES (cutover_name, stand.phase, to_phase, answers, force, advance.reason)
  RETURNING * INTO moved;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'phase_moved', pg_catalog.jsonb_build_object('from', stand.phase, 'to', to_phase, 'forced', force));
  RETURN moved;
END;
$$;
-- Notes every unit again that was quarantined by an error, because its cause may be gone. The drainer decides.
CREATE OR REPLACE FUNCTION cutover.retry_quarantined(cutover_name text) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  noted integer;
BEGIN
  INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
  SELECT pg_catalog.pg_current_xact_id(), q.cutover, q.direction, q.kind, q.unit
    FROM cutover.quarantine AS q
   WHERE q.cutover = cutover_name AND q.error IS NOT NULL AND q.accepted_at IS NULL
      ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS noted = ROW_COUNT;
  RETURN noted;
END;
$$;
-- Sequences that fill a mapped column of a side (identity, serial) know nothing of the rows that sync has written there. Before the
-- application begins to insert on that side they are set behind all keys, with headroom: until the other side stops inserting, both
-- draw numbers for one key space. Legacy's own sequence stays below and is not moved, on the way back neither: moved behind the new
-- side's numbers it would run into them the next time. Not transactional, as sequences are.
CREATE OR REPLACE FUNCTION cutover.move_sequences(cutover_name text, side text, headroom bigint DEFAULT 1000000) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  filled record;
  highest numeric;
  room numeric;
BEGIN
  FOR filled IN
    SELECT t.name, a.attname, pg_catalog.pg_get_serial_sequence(t.name, a.attname) AS sequence
      FROM pg_catalog.unnest(cutover.tables_of(cutover_name, side)) AS t (name)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = pg_catalog.to_regclass(t.name) AND a.attnum > 0 AND NOT a.attisdropped
     WHERE pg_catalog.pg_get_serial_sequence(t.name, a.attname) IS NOT NULL
  LOOP
    -- A key at the very end of its type leaves no room behind it; the sequence goes behind all others then.
    SELECT s.seqmax::numeric - headroom INTO room FROM pg_catalog.pg_sequence AS s WHERE s.seqrelid = filled.sequence::regclass;
    EXECUTE pg_catalog.format('SELECT max(%1$I)::numeric FROM %2$s WHERE %1$I < $1', filled.attname, filled.name) INTO highest USING room;
    IF highest > 0 AND highest + headroom > coalesce(pg_catalog.pg_sequence_last_value(filled.sequence::regclass), 0) THEN
      PERFORM pg_catalog.setval(filled.sequence::regclass, (highest + headroom)::bigint);
    END IF;
  END LOOP;
END;
$$;
-- Small pieces that the moves of several transactions are made of.

-- Writes the step that a move has reached; waits for commits in progress, so that every later statement of a writer sees it.
CREATE OR REPLACE FUNCTION cutover.enter_step(cutover_name text, new_step text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
BEGIN
  PERFORM cutover.barrier_exclusive();
  UPDATE cutover.cutovers AS c SET step = new_step, move = pg_catalog.nextval('cutover.moves') WHERE c.name = cutover_name;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'step_entered', pg_catalog.jsonb_build_object('step', new_step));
END;
$$;

-- Transactions that hold a writer's lock on one of the tables.
CREATE OR REPLACE FUNCTION cutover.writers_in_flight(tables text[]) RETURNS TABLE (virtual_transaction text, pid integer)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT DISTINCT l.virtualtransaction, l.pid
    FROM pg_catalog.pg_locks AS l
   WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
     AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
     AND l.relation = ANY (SELECT pg_catalog.to_regclass(name)::oid FROM pg_catalog.unnest(tables) AS name)
     AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid();
END;

-- Waits until the transactions that write one of the tables now have ended, without queueing a lock request in front of everybody
-- else, as LOCK TABLE would. Those that begin meanwhile are not waited for: they have seen whatever was committed before.
-- Commits between its looks, so not inside a transaction block.
CREATE OR REPLACE PROCEDURE cutover.wait_for_writers(cutover_name text, side text, wait_seconds integer)
  LANGUAGE plpgsql
AS $$
DECLARE
  tables text[] := cutover.tables_of(cutover_name, side);
  waiting_for text[] := ARRAY(SELECT w.virtual_transaction FROM cutover.writers_in_flight(tables) AS w);
  since timestamptz := pg_catalog.clock_timestamp();
BEGIN
  WHILE EXISTS (SELECT FROM cutover.writers_in_flight(tables) AS w WHERE w.virtual_transaction = ANY (waiting_for)) LOOP
    IF pg_catalog.clock_timestamp() - since > pg_catalog.make_interval(secs => wait_seconds) THEN
      RAISE EXCEPTION 'cutover %: a writer of the % tables has been open for more than % s (pid %)', cutover_name, side, wait_seconds,
        (SELECT pg_catalog.string_agg(w.pid::text, ', ') FROM cutover.writers_in_flight(tables) AS w
          WHERE w.virtual_transaction = ANY (waiting_for))
        USING ERRCODE = 'CU016', HINT = 'The move stays at its step. End that transaction and call again.';
    END IF;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.005);
  END LOOP;
  COMMIT;
END;
$$;

-- The tables of one side, schema-qualified and quoted.
CREATE OR REPLACE FUNCTION cutover.tables_of(cutover_name text, side text) RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT array_agg(t.name ORDER BY t.name)
    FROM cutover.cutovers AS c
   CROSS JOIN LATERAL jsonb_array_elements_text(c.definition -> 'tables' -> side) AS t (name)
   WHERE c.name = cutover_name;
END;

-- Records a move that is made by steps.
CREATE OR REPLACE FUNCTION cutover.record_move(cutover_name text, to_phase text, why text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  stand cutover.cutovers;
BEGIN
  PERFORM cutover.barrier_exclusive();
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR UPDATE;
  UPDATE cutover.cutovers AS c
     SET phase = to_phase, step = NULL, phase_since = pg_catalog.clock_timestamp(), phase_xid = pg_catalog.pg_current_xact_id(),
         move = pg_catalog.nextval('cutover.moves'),
         reverse_ended_at = NULL
   WHERE c.name = cutover_name;
  INSERT INTO cutover.phase_transitions (cutover, from_phase, to_phase, reason)
  VALUES (cutover_name, stand.phase, to_phase, why);
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'phase_moved', pg_catalog.jsonb_build_object('from', stand.phase, 'to', to_phase));
END;
$$;
-- Moves a cutover to legacy_locked, archived or dropped, step by step with a commit after each. Every step may be repeated:
-- after a crash, call it again. Not inside a transaction block.
--   legacy_locked: fence and REVOKE (committed, so that nobody new writes) · wait for the writers in flight · drain · verify
--                  both directions · move
--   archived:      drain · move the tables aside
--   dropped:       drop them
CREATE OR REPLACE PROCEDURE cutover.advance_steps(
  cutover_name text, to_phase text, force text[] DEFAULT '{}', reason text DEFAULT NULL, wait_seconds integer DEFAULT 60
)
  LANGUAGE plpgsql
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  pending bigint;
BEGIN
  IF to_phase NOT IN ('legacy_locked', 'archived', 'dropped') OR NOT cutover.has_held_rows(cutover_name) THEN
    PERFORM cutover.advance(cutover_name, to_phase, force, reason);
    RETURN;
  END IF;

  IF to_phase = 'legacy_locked' THEN
    IF stand.phase <> 'writes_switched' THEN
      PERFORM cutover.advance(cutover_name, to_phase, force, reason);
    END IF;
    IF stand.step IS NULL THEN
      PERFORM cutover.enter_step(cutover_name, 'legacy_locked:fenced');
    END IF;
    COMMIT;
    PERFORM cutover.revoke_legacy(cutover_name);
    COMMIT;

    CALL cutover.wait_for_writers(cutover_name, 'legacy', wait_seconds);
    PERFORM cutover.retry_quarantined(cutover_name);
    COMMIT;
    CALL cutover.drain_all(cutover_name);
    COMMIT;
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
    PERFORM cutover.verify(cutover_name);
    COMMIT;
  ELSE
    CALL cutover.drain_all(cutover_name);
  END IF;

  -- No legacy write may be left behind. Writers of the new side go on: their notes are worked off after the move, or, once the legacy
  -- tables have been moved aside, by the reverse backfill of a way back.
  SELECT pg_catalog.count(*) INTO pending FROM cutover.outbox AS o WHERE o.cutover = cutover_name AND o.direction = 'forward';
  IF pending > 0 THEN
    RAISE EXCEPTION 'cutover %: % notes of legacy writes are not worked off', cutover_name, pending
      USING ERRCODE = 'CU016', HINT = 'Call again; `cutover status` shows what keeps them.';
  END IF;
  PERFORM cutover.enter_step(cutover_name, to_phase || ':ready');
  COMMIT;
  PERFORM cutover.advance(cutover_name, to_phase, force, reason);
  COMMIT;
END;
$$;
-- Back to `expanded` while legacy is the truth: one short transaction. Nothing is lost: every write is in the legacy tables.
-- What sync made on the new side stays there and goes stale; coming forward again backfills every unit anew, those that only
-- the new side knows included.
CREATE OR REPLACE FUNCTION cutover.rollback(cutover_name text, reason text DEFAULT NULL) RETURNS cutover.phase_transitions
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  moved cutover.phase_transitions;
BEGIN
  PERFORM cutover.barrier_exclusive();
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR UPDATE;
  IF stand.phase = 'expanded' THEN
    RAISE EXCEPTION 'cutover % is in phase expanded already', cutover_name USING ERRCODE = 'CU013', HINT = 'There is nothing to roll back.';
  ELSIF stand.phase = 'dropped' THEN
    RAISE EXCEPTION 'cutover %: the legacy tables are gone', cutover_name
      USING ERRCODE = 'CU013', HINT = 'From dropped there is no way back; restore a backup beside this database if rows are needed.';
  ELSIF stand.phase NOT IN ('dual_write', 'backfilled', 'reads_switched') AND stand.step IS DISTINCT FROM 'rollback:ready' THEN
    RAISE EXCEPTION 'cutover %: the way back from % consists of several transactions', cutover_name, stand.phase
      USING ERRCODE = 'CU014', HINT = pg_catalog.format('CALL cutover.rollback_steps(%L), or `cutover rollback %s`.', cutover_name, cutover_name);
  END IF;

  DELETE FROM cutover.images AS stale WHERE stale.cutover = cutover_name;
  DELETE FROM cutover.quarantine AS q WHERE q.cutover = cutover_name;
  UPDATE cutover.cutovers AS c
     SET phase = 'expanded', step = NULL, phase_since = pg_catalog.clock_timestamp(), phase_xid = pg_catalog.pg_current_xact_id(),
         move = pg_catalog.nextval('cutover.moves'),
         has_held_rows = true, reverse_ended_at = NULL
   WHERE c.name = cutover_name;
  INSERT INTO cutover.phase_transitions (cutover, from_phase, to_phase, reason)
  VALUES (cutover_name, stand.phase, 'expanded', rollback.reason)
  RETURNING * INTO moved;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'rolled_back', pg_catalog.jsonb_build_object('from', stand.phase));
  RETURN moved;
END;
$$;
-- The way back to `expanded` from any phase before `dropped`, with a commit after each step; call it again after a crash.
-- While writes go to the new side: fence the new tables (committed) · wait for their writers in flight · drain both directions ·
-- refuse if anything could not be brought back · verify that legacy holds everything · give the legacy tables their
-- privileges back and move.
-- From `archived` the tables come back first, and a reverse backfill brings what was written meanwhile; the caller runs it
-- (`cutover rollback` does), then this goes on.
CREATE OR REPLACE PROCEDURE cutover.rollback_steps(
  cutover_name text, reason text DEFAULT NULL, wait_seconds integer DEFAULT 60
)
  LANGUAGE plpgsql
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  waited_since timestamptz;
  left_over bigint;
  run bigint;
  state text;
BEGIN
  IF stand.phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched', 'dropped') THEN
    PERFORM cutover.rollback(cutover_name, reason);
    RETURN;
  END IF;
  IF stand.definition -> 'irreversible' IS NOT NULL THEN
    RAISE EXCEPTION 'cutover % has no reverse mapping: %', cutover_name, stand.definition ->> 'irreversible'
      USING ERRCODE = 'CU013', HINT = 'There is no way back once writes have moved.';
  END IF;

  IF stand.phase = 'archived' THEN
    PERFORM cutover.unarchive_legacy(cutover_name);
  END IF;
  IF stand.phase = 'archived' OR stand.reverse_ended_at IS NOT NULL THEN
    -- From here on writes of the new side are noted again; those that were not are older than the transactions waited for, and
    -- the reverse backfill finds what they wrote.
    PERFORM cutover.record_move(cutover_name, 'legacy_locked', 'reverse sync resumed, on the way back');
    COMMIT;
    CALL cutover.wait_for_writers(cutover_name, 'new', wait_seconds);
    PERFORM cutover.start_backfill(cutover_name, 'reverse');
    COMMIT;
  END IF;

  -- A reverse backfill that has been started is brought to its end before anything else is decided.
  LOOP
    SELECT s.state INTO state
      FROM cutover.backfills AS b
     CROSS JOIN LATERAL cutover.backfill_step(b.id, 'rollback', 20) AS s
     WHERE b.cutover = cutover_name AND b.direction = 'reverse' AND b.finished_at IS NULL AND b.epoch = stand.epoch
     ORDER BY b.id DESC LIMIT 1;
    COMMIT;
    EXIT WHEN state IS NULL OR state NOT IN ('worked', 'busy');
  END LOOP;

  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name;
  IF stand.step IS NULL OR stand.step NOT LIKE 'rollback:%' THEN
    PERFORM cutover.enter_step(cutover_name, 'rollback:fenced');
  END IF;
  COMMIT;

  CALL cutover.wait_for_writers(cutover_name, 'new', wait_seconds);

  PERFORM cutover.retry_quarantined(cutover_name);
  COMMIT;
  waited_since := pg_catalog.clock_timestamp();
  LOOP
    CALL cutover.drain_all(cutover_name);
    COMMIT;
    -- Legacy writers go on: only notes of the new side have to be gone.
    SELECT pg_catalog.count(*) INTO left_over FROM cutover.outbox AS o WHERE o.cutover = cutover_name AND o.direction = 'reverse';
    EXIT WHEN left_over = 0;
    IF pg_catalog.clock_timestamp() - waited_since > pg_catalog.make_interval(secs => wait_seconds) THEN
      RAISE EXCEPTION 'cutover %: % notes of the new side are not worked off', cutover_name, left_over
        USING ERRCODE = 'CU016', HINT = 'The new tables stay fenced. Call again.';
    END IF;
  END LOOP;

  SELECT pg_catalog.count(*) INTO left_over FROM cutover.quarantine AS q
   WHERE q.cutover = cutover_name AND q.direction = 'reverse' AND q.error IS NOT NULL AND q.accepted_at IS NULL;
  IF left_over > 0 THEN
    RAISE EXCEPTION 'cutover %: % units of the new side could not be brought back', cutover_name, left_over
      USING ERRCODE = 'CU017', HINT = pg_catalog.format('See `cutover quarantine %s`; mend or accept them, then call again.', cutover_name);
  END IF;

  COMMIT;
  SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
  run := cutover.verify(cutover_name);
  COMMIT;
  IF (SELECT r.drifted_units FROM cutover.drift_runs AS r WHERE r.id = run) > 0 THEN
    RAISE EXCEPTION 'cutover %: verify run % found drift, so going back could lose writes', cutover_name, run
      USING ERRCODE = 'CU017', HINT = pg_catalog.format('`cutover verify %s --repair`, then call again.', cutover_name);
  END IF;

  PERFORM cutover.enter_step(cutover_name, 'rollback:ready');
  PERFORM cutover.grant_legacy(cutover_name);
  PERFORM cutover.rollback(cutover_name, reason);
  COMMIT;
END;
$$;
-- Ends reverse sync, a decision of its own: from then on the legacy tables stay exactly as they are, and the way back is a
-- reverse backfill. Only in legacy_locked.
CREATE OR REPLACE FUNCTION cutover.end_reverse_sync(cutover_name text, reason text DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
BEGIN
  PERFORM cutover.barrier_exclusive();
  UPDATE cutover.cutovers AS c SET reverse_ended_at = pg_catalog.clock_timestamp()
   WHERE c.name = cutover_name AND c.phase = 'legacy_locked' AND c.reverse_ended_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'cutover %: reverse sync can be ended once, in phase legacy_locked', cutover_name USING ERRCODE = 'CU013';
  END IF;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'reverse_sync_ended', pg_catalog.jsonb_build_object('reason', reason));
END;
$$;
-- PUBLIC may execute nothing of ours, now and for what is created later by this role in this schema.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA cutover FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA cutover REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
-- cutover:end (core 000001-core-schema)

-- cutover:begin (core current)
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
-- Moves a cutover to its next phase, in one short transaction under the exclusive barrier: it waits for commits in progress,
-- not for open transactions, and at most for the lock timeout (55P03; try again).
-- force: names of gates that answer no and are overridden, recorded with the move.
-- From a migration file, let it be the last statement of its file: writers cannot commit until the file does.
CREATE OR REPLACE FUNCTION cutover.advance(
  cutover_name text, to_phase text, force text[] DEFAULT '{}', reason text DEFAULT NULL
) RETURNS cutover.phase_transitions
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  protects boolean;
  answers jsonb;
  moved cutover.phase_transitions;
  stale_kept text[];
BEGIN
  PERFORM cutover.refuse_projection(cutover_name);
  IF cutover.phase_rank(to_phase) IS NULL THEN
    RAISE EXCEPTION 'there is no phase "%"', to_phase
      USING ERRCODE = 'CU013', HINT = 'Phases: expanded, dual_write, backfilled, reads_switched, writes_switched, legacy_locked, archived, dropped.';
  END IF;
  -- Most of what waits is worked off before anybody is held up. Its units stay locked until the move is done, so whoever can (the
  -- command line does) drains in transactions of their own first, and leaves little to this.
  IF to_phase = 'writes_switched' AND stand.phase = 'reads_switched' THEN
    FOR round IN 1 .. 5 LOOP
      EXIT WHEN cutover.drain(cutover_name, 200) = 0;
    END LOOP;
  END IF;

  -- Asked here, a gate that says no holds nobody up; asked again below, where nothing can change any more, it is quick.
  IF cutover.phase_rank(to_phase) = cutover.phase_rank(stand.phase) + 1
     AND cutover.phase_rank(to_phase) < cutover.phase_rank('legacy_locked') THEN
    PERFORM cutover.require_gates(cutover_name, to_phase, force);
  END IF;
  -- What legacy keeps of the new side may have gone stale while legacy was the truth: it is noted here and worked off after the move.
  -- Only sync writes kept tables, and not in this direction yet, so nobody has to be held up while it is listed.
  IF to_phase = 'writes_switched' AND stand.phase = 'reads_switched' AND stand.definition -> 'irreversible' IS NULL THEN
    EXECUTE pg_catalog.format('SELECT %I.kept_refs()', stand.compiled_schema) INTO stale_kept;
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT pg_catalog.pg_current_xact_id(), cutover_name, 'reverse', pg_catalog.split_part(ref, ':', 1),
           pg_catalog.substr(ref, pg_catalog.strpos(ref, ':') + 1)
      FROM pg_catalog.unnest(stale_kept) AS ref;
  END IF;

  PERFORM cutover.barrier_exclusive();
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR UPDATE;
  protects := cutover.has_held_rows(cutover_name);

  IF cutover.phase_rank(to_phase) <> cutover.phase_rank(stand.phase) + 1 THEN
    RAISE EXCEPTION 'cutover % is in phase %; the next one is %, not %', cutover_name, stand.phase,
      coalesce((SELECT p FROM pg_catalog.unnest(ARRAY['expanded', 'dual_write', 'backfilled', 'reads_switched', 'writes_switched',
                 'legacy_locked', 'archived', 'dropped']) AS p WHERE cutover.phase_rank(p) = cutover.phase_rank(stand.phase) + 1), 'none'),
      to_phase
      USING ERRCODE = 'CU013', HINT = CASE WHEN cutover.phase_rank(to_phase) <= cutover.phase_rank(stand.phase)
        THEN 'The way back is cutover.rollback().' ELSE 'Advance one phase at a time.' END;
  END IF;
  IF protects AND cutover.phase_rank(to_phase) >= cutover.phase_rank('legacy_locked') AND stand.step IS DISTINCT FROM to_phase || ':ready' THEN
    RAISE EXCEPTION 'cutover %: the move to % consists of several transactions', cutover_name, to_phase
      USING ERRCODE = 'CU014', HINT = pg_catalog.format('CALL cutover.advance_steps(%L, %L), or `cutover advance %s --to %s`.',
                                                        cutover_name, to_phase, cutover_name, to_phase);
  END IF;

  -- Images say what a row was before a write that is not worked off yet. Those of an earlier round, or of notes that were worked
  -- off while legacy was the truth, would undo what the new side writes later. So before both sides are written, every note is
  -- worked off (here, under the barrier, where no commit can add one), and all images are thrown away.
  IF to_phase = 'writes_switched' AND stand.phase = 'reads_switched' THEN
    FOR round IN 1 .. 5 LOOP
      EXIT WHEN cutover.drain(cutover_name, 200) = 0;
    END LOOP;
    IF EXISTS (SELECT FROM cutover.outbox AS o
                WHERE o.cutover = cutover_name AND o.xid <> pg_catalog.pg_current_xact_id()
                  AND NOT EXISTS (SELECT FROM cutover.images AS i WHERE i.xid = o.xid AND i.cutover = o.cutover)) THEN
      RAISE EXCEPTION 'cutover %: too many notes are waiting to be worked off', cutover_name
        USING ERRCODE = 'lock_not_available', HINT = 'Run `cutover drain`, or a worker, and try again.';
    END IF;
    -- A writer that ran out of patience at the barrier has committed meanwhile: its notes are there, and so its images stay.
    DELETE FROM cutover.images AS stale
     WHERE stale.cutover = cutover_name
       AND NOT EXISTS (SELECT FROM cutover.outbox AS waiting WHERE waiting.xid = stale.xid AND waiting.cutover = cutover_name);
  END IF;
  answers := cutover.require_gates(cutover_name, to_phase, force);

  IF to_phase = 'archived' THEN
    PERFORM cutover.archive_legacy(cutover_name);
  ELSIF to_phase = 'dropped' THEN
    PERFORM cutover.drop_legacy(cutover_name);
  ELSIF to_phase = 'legacy_locked' AND NOT protects THEN
    PERFORM cutover.revoke_legacy(cutover_name);
  END IF;

  IF to_phase = 'writes_switched' AND protects THEN
    PERFORM cutover.move_sequences(cutover_name, 'new');
  END IF;
  UPDATE cutover.cutovers AS c
     SET phase = to_phase, step = NULL, phase_since = pg_catalog.clock_timestamp(), phase_xid = pg_catalog.pg_current_xact_id(),
         move = pg_catalog.nextval('cutover.moves'),
         has_held_rows = c.has_held_rows OR protects,
         epoch = c.epoch + CASE WHEN to_phase = 'dual_write' THEN 1 ELSE 0 END
   WHERE c.name = cutover_name;
  INSERT INTO cutover.phase_transitions (cutover, from_phase, to_phase, gates, forced, reason)
  VALUES (cutover_name, stand.phase, to_phase, answers, force, advance.reason)
  RETURNING * INTO moved;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'phase_moved', pg_catalog.jsonb_build_object('from', stand.phase, 'to', to_phase, 'forced', force));
  RETURN moved;
END;
$$;
-- The only doors from the core to the SQL that the compiler emitted: a database that was compiled by an older release goes on
-- working, because only these names and shapes are relied on.

CREATE OR REPLACE FUNCTION cutover.compiled_schema(cutover_name text) RETURNS name
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c.compiled_schema FROM cutover.cutovers AS c WHERE c.name = cutover_name;
END;

-- The version of what the compiler emits.
CREATE OR REPLACE FUNCTION cutover.compiled_by(cutover_name text) RETURNS integer
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT coalesce((c.definition ->> 'compiler')::integer, 1) FROM cutover.cutovers AS c WHERE c.name = cutover_name;
END;

-- Makes units true by their mapping; gives back the units that a rule holds back, which were not touched.
-- part: 'all'; 'whole', the same for units that are everything that their writers wrote, so that no row can have moved to another unit; or
-- only to 'write' or to 'delete' rows. (Compiled by the version before, 'whole' means 'all'.)
CREATE OR REPLACE FUNCTION cutover.compiled_recompute(
  cutover_name text, unit_direction text, unit_kind text, wanted text[], part text DEFAULT 'all'
) RETURNS text[]
  LANGUAGE plpgsql
AS $$
DECLARE
  held text[];
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.recompute($1, $2, $3, $4)', cutover.compiled_schema(cutover_name))
     INTO held USING unit_direction, unit_kind, wanted, part;
  RETURN coalesce(held, '{}');
END;
$$;

-- Brings over to the new side what legacy writers changed, by the images taken by this transaction. part: 'all', or 'write' and then
-- 'delete', or only 'look'; returns what there is to do: '', 'write', 'delete' or 'all'. (Compiled by the version before, nobody knows.)
DROP FUNCTION IF EXISTS cutover.compiled_patch(text, text, text[], text);
CREATE OR REPLACE FUNCTION cutover.compiled_patch(cutover_name text, unit_kind text, wanted text[], part text) RETURNS text
  LANGUAGE plpgsql
AS $$
DECLARE
  call text := pg_catalog.format('SELECT %I.patch($1, $2, $3)', cutover.compiled_schema(cutover_name));
  to_do text;
BEGIN
  IF cutover.compiled_by(cutover_name) < 2 THEN
    IF part IN ('all', 'write') THEN
      EXECUTE call USING unit_kind, wanted, 'write';
    END IF;
    IF part IN ('all', 'delete') THEN
      EXECUTE call USING unit_kind, wanted, 'delete';
    END IF;
    RETURN 'all';
  END IF;
  EXECUTE call INTO to_do USING unit_kind, wanted, part;
  RETURN to_do;
END;
$$;

-- Forward units that the new side was never made of. Compiled by the version before, nobody knows: as if all had been made.
CREATE OR REPLACE FUNCTION cutover.compiled_unmade(cutover_name text, unit_kind text, wanted text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  unmade text[];
BEGIN
  IF cutover.compiled_by(cutover_name) < 2
     OR (SELECT c.definition -> 'irreversible' FROM cutover.cutovers AS c WHERE c.name = cutover_name) IS NOT NULL THEN
    RETURN '{}';
  END IF;
  EXECUTE pg_catalog.format('SELECT %I.unmade($1, $2)', cutover.compiled_schema(cutover_name)) INTO unmade USING unit_kind, wanted;
  RETURN coalesce(unmade, '{}');
END;
$$;

-- Units that a rule holds back, with class and reason. wanted NULL: all units.
CREATE OR REPLACE FUNCTION cutover.compiled_held(
  cutover_name text, unit_direction text, unit_kind text, wanted text[]
) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE pg_catalog.format('SELECT * FROM %I.held($1, $2, $3)', cutover.compiled_schema(cutover_name))
    USING unit_direction, unit_kind, wanted;
END;
$$;

-- Rows that are not what the mapping says. wanted NULL: of all units.
CREATE OR REPLACE FUNCTION cutover.compiled_differences(
  cutover_name text, unit_direction text, unit_kind text, wanted text[]
) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE pg_catalog.format('SELECT * FROM %I.differences($1, $2, $3)', cutover.compiled_schema(cutover_name))
    USING unit_direction, unit_kind, wanted;
END;
$$;

-- Is any row of these units not what the mapping says? Quicker than to ask which.
CREATE OR REPLACE FUNCTION cutover.compiled_differs(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS boolean
  LANGUAGE plpgsql
AS $$
BEGIN
  IF cutover.compiled_by(cutover_name) < 2 THEN
    RETURN EXISTS (SELECT FROM cutover.compiled_differences(cutover_name, unit_direction, unit_kind, wanted));
  END IF;
  RETURN pg_catalog.cardinality(cutover.compiled_recompute(cutover_name, unit_direction, unit_kind, wanted, 'check')) > 0;
END;
$$;

-- Every unit that either side knows.
CREATE OR REPLACE FUNCTION cutover.compiled_units(cutover_name text, unit_direction text, unit_kind text)
  RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN QUERY EXECUTE pg_catalog.format('SELECT * FROM %I.list_units($1, $2)', cutover.compiled_schema(cutover_name))
    USING unit_direction, unit_kind;
END;
$$;

-- "kind:unit" references of the other direction: the reverse units of the legacy rows that feed forward units, or the forward
-- units that reverse units are connected with.
CREATE OR REPLACE FUNCTION cutover.compiled_connected(cutover_name text, unit_direction text, refs text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  connected text[];
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.connected($1, $2)', cutover.compiled_schema(cutover_name))
     INTO connected USING unit_direction, refs;
  RETURN coalesce(connected, '{}');
END;
$$;

-- Row locks (FOR UPDATE, in key order) on the legacy rows of reverse units.
CREATE OR REPLACE FUNCTION cutover.compiled_lock_rows(cutover_name text, refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.lock_rows($1)', cutover.compiled_schema(cutover_name)) USING refs;
END;
$$;

-- The coarser units ("kind:unit") that units lie in.
CREATE OR REPLACE FUNCTION cutover.compiled_coarser(
  cutover_name text, unit_direction text, unit_kind text, wanted text[]
) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  coarser text[];
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.coarser($1, $2, $3)', cutover.compiled_schema(cutover_name))
     INTO coarser USING unit_direction, unit_kind, wanted;
  RETURN coalesce(coarser, '{}');
END;
$$;

-- The rows that feed a unit, for the quarantine: [{"table": …, "row": {…}}].
CREATE OR REPLACE FUNCTION cutover.compiled_source_rows(
  cutover_name text, unit_direction text, unit_kind text, wanted text
) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  found jsonb;
BEGIN
  EXECUTE pg_catalog.format('SELECT %I.source_rows($1, $2, $3)', cutover.compiled_schema(cutover_name))
     INTO found USING unit_direction, unit_kind, wanted;
  RETURN coalesce(found, '[]');
END;
$$;
-- "kind:unit" references as one row per kind, coarser kinds first (or finer ones), units sorted.
CREATE OR REPLACE FUNCTION cutover.refs_by_kind(
  cutover_name text, unit_direction text, refs text[], finest_first boolean DEFAULT false
)
  RETURNS TABLE (kind text, units text[])
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT kinds.kind, array_agg(DISTINCT parts.unit ORDER BY parts.unit)
    FROM (SELECT split_part(ref, ':', 1) AS kind, substr(ref, strpos(ref, ':') + 1) COLLATE "C" AS unit
            FROM unnest(refs) AS ref) AS parts
    JOIN cutover.unit_kinds AS kinds
      ON kinds.cutover = cutover_name AND kinds.direction = unit_direction AND kinds.kind = parts.kind
   GROUP BY kinds.rank, kinds.kind
   ORDER BY CASE WHEN finest_first THEN -kinds.rank ELSE kinds.rank END;
END;

-- Forward references as they are patched: by kind, and where slices are cut (flush_slice) the units of the coarser kinds one by one. An image
-- that has served one of them is still the base of another.
CREATE OR REPLACE FUNCTION cutover.refs_in_turn(stand cutover.cutovers, refs text[], finest_first boolean DEFAULT false)
  RETURNS TABLE (kind text, units text[])
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  finest text := cutover.finest_kind(stand.name, 'forward');
  batch record;
BEGIN
  FOR batch IN SELECT r.* FROM cutover.refs_by_kind(stand.name, 'forward', refs, finest_first) AS r LOOP
    IF batch.kind = finest OR (stand.definition -> 'slices') IS NULL THEN
      RETURN QUERY SELECT batch.kind, batch.units;
    ELSE
      RETURN QUERY SELECT batch.kind, ARRAY[one] FROM pg_catalog.unnest(batch.units) AS one;
    END IF;
  END LOOP;
END;
$$;

-- The kind of units that all others of its direction are coarser than.
CREATE OR REPLACE FUNCTION cutover.finest_kind(cutover_name text, unit_direction text) RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT k.kind FROM cutover.unit_kinds AS k WHERE k.cutover = cutover_name AND k.direction = unit_direction ORDER BY k.rank DESC LIMIT 1;
END;
-- One patience for all that a flush waits for: what has been waited since a moment is taken off lock_timeout, which otherwise begins anew with
-- each lock. 20 ms are always left. Undone where lock_timeout is set, at the end of the flush or the drain.
CREATE OR REPLACE FUNCTION cutover.spend_patience(since timestamptz) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  patience integer := pg_catalog.date_part('epoch', pg_catalog.current_setting('lock_timeout')::interval) * 1000;
  spent integer := pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - since) * 1000;
BEGIN
  IF spent > 5 AND patience > 20 THEN
    PERFORM pg_catalog.set_config('lock_timeout', greatest(20, patience - spent) || 'ms', true);
  END IF;
END;
$$;
-- Raises when a commit has been at work for as long as sync may hold it up; what it wanted is left to the drainer. Asked between the parts of
-- a flush, so a part that has begun is ended. since: when the commit began to flush, waiting included; NULL: there is no hurry.
CREATE OR REPLACE FUNCTION cutover.stay_in_budget(stand cutover.cutovers, since timestamptz) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  IF pg_catalog.clock_timestamp() - since
     > pg_catalog.make_interval(secs => (stand.definition #>> '{sync,budgetMs}')::double precision / 1000) THEN
    RAISE EXCEPTION 'cutover %: sync.budgetMs is used up', stand.name
      USING ERRCODE = 'CU007', HINT = 'The units stay pending; the drainer works them off.';
  END IF;
END;
$$;
-- The image of a legacy row, as text that its table's row type still reads: images may wait for long (their unit is in quarantine), and
-- the table may have got columns meanwhile. Those stand at the end, and the row as it was had NULL in them. An image that does not fit
-- otherwise is given back as it is; the cast will say what is wrong with it.
CREATE OR REPLACE FUNCTION cutover.fit_image(cutover_name text, table_name text, image text) RETURNS text
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  relation regclass := (SELECT c.oid FROM pg_catalog.unnest(cutover.tables_of(cutover_name, 'legacy')) AS legacy (name)
                          JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(legacy.name)
                         WHERE c.relname = fit_image.table_name);
  fitting text := image;
BEGIN
  FOR missing IN 0 .. (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a
                        WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped) LOOP
    BEGIN
      EXECUTE pg_catalog.format('SELECT $1::%s', relation) USING fitting;
      RETURN fitting;
    EXCEPTION WHEN invalid_text_representation THEN
      fitting := pg_catalog.left(fitting, -1) || ',)';
    END;
  END LOOP;
  RETURN image;
END;
$$;

-- The images that wait for these units: found by the reverse units that their rows belong to; those whose rows are done with, and that only
-- coarser units still wait for (flush_slice), by what they feed. Never by their cutover (flush_both_sides says why).
-- Postgres puts this query in the place of the call.
CREATE OR REPLACE FUNCTION cutover.waiting_images(cutover_name text, forward_refs text[], reverse_refs text[]) RETURNS SETOF cutover.images
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT waiting.* FROM cutover.images AS waiting
   WHERE (waiting.belongs && reverse_refs OR cardinality(waiting.belongs) = 0 AND waiting.feeds && forward_refs)
     AND waiting.cutover IS NOT DISTINCT FROM cutover_name;
END;

-- Fits the images of others that a transaction has taken. Most often all of them fit as they are, which one cast of all of them tells.
DROP FUNCTION IF EXISTS cutover.fit_images(text, xid8, text[]);
CREATE OR REPLACE FUNCTION cutover.fit_images(cutover_name text, own xid8, forward_refs text[], reverse_refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  target record;
BEGIN
  FOR target IN
    SELECT taken.table_name AS name, c.oid::regclass AS relation
      FROM (SELECT DISTINCT i.table_name FROM cutover.images AS i
             WHERE (i.belongs && reverse_refs OR i.feeds && forward_refs)
               AND i.taken_by IS NOT DISTINCT FROM own AND i.cutover IS NOT DISTINCT FROM cutover_name AND i.xid <> own) AS taken
      JOIN pg_catalog.unnest(cutover.tables_of(cutover_name, 'legacy')) AS legacy (name) ON true
      JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(legacy.name) AND c.relname = taken.table_name
  LOOP
    BEGIN
      EXECUTE pg_catalog.format(
        'SELECT pg_catalog.count(i.image::%s) FROM cutover.images AS i
          WHERE (i.belongs && $3 OR i.feeds && $5) AND i.table_name IS NOT DISTINCT FROM $4
            AND i.taken_by IS NOT DISTINCT FROM $2 AND i.cutover IS NOT DISTINCT FROM $1', target.relation)
        USING cutover_name, own, reverse_refs, target.name, forward_refs;
    EXCEPTION WHEN invalid_text_representation THEN
      UPDATE cutover.images AS i SET image = cutover.fit_image(cutover_name, i.table_name, i.image)
       WHERE (i.belongs && reverse_refs OR i.feeds && forward_refs) AND i.cutover IS NOT DISTINCT FROM cutover_name
         AND i.table_name IS NOT DISTINCT FROM target.name AND i.taken_by IS NOT DISTINCT FROM own;
    END;
  END LOOP;
END;
$$;
-- Works off notes of units while both sides are written. Legacy writes come over as a patch (only cells whose mapped value
-- changed against the image of the row before the write), then legacy is recomputed from the new side, which is the truth.
--
-- forward_refs, reverse_refs: "kind:unit" references to work off; may_release: units among them that were put aside are taken up
-- again. Raises when the new side holds something that legacy cannot say, and when a note has no image; the caller decides what
-- becomes of the notes. since: when the commit that asks for it began to flush; once the cutover's time budget has gone by, it raises
-- CU007 before it goes on, and nothing is done. Without it, it takes what it takes.
--
-- Locks, in this order: version rows of coarser forward units, version rows of reverse units, the legacy rows of the reverse
-- units. The legacy rows have to be locked before anything is read: a legacy writer that commits between our reading and our
-- writing would be overwritten by what we read.
--
-- What waits, and what has been put aside, may be much, and its statistics may say that it is nothing. So images are found by what they
-- feed or belong to and never by their cutover (IS NOT DISTINCT FROM is no condition that an index could serve), all else by unit_key.
DROP FUNCTION IF EXISTS cutover.flush_both_sides(cutover.cutovers, text[], text[], boolean);
CREATE OR REPLACE FUNCTION cutover.flush_both_sides(
  stand cutover.cutovers, forward_refs text[], reverse_refs text[], may_release boolean DEFAULT false, since timestamptz DEFAULT NULL
) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  own xid8 := pg_catalog.pg_current_xact_id();
  forward_all text[] := forward_refs || CASE WHEN reverse_refs <> '{}' THEN cutover.compiled_connected(stand.name, 'reverse', reverse_refs) END;
  reverse_all text[] := reverse_refs;
  images_taken bigint;
  -- images of legacy rows that are gone, by table
  vanished jsonb := '{}';
  by_rule text[];
  unmade text[];
  -- held back by a rule, and new: a row has come there from another unit
  never_made text[] := '{}';
  as_of pg_snapshot;
  forward_held text[] := '{}';
  reverse_held text[] := '{}';
  forward_failed text[] := '{}';
  forward_waiting text[];
  reverse_waiting text[];
  forward_work text[];
  forward_fresh text[] := '{}';
  forward_patched text[];
  any_unmade boolean;
  at_once boolean;
  reverse_work text[];
  forward_checked text[];
  forward_keys text[];
  reverse_keys text[];
  aside text[];
  beside_held text[];
  released boolean;
  failure_gone boolean;
  forward_locked text[] := '{}';
  reverse_locked text[] := '{}';
  to_delete text[] := '{}';
  finest_forward text := cutover.finest_kind(stand.name, 'forward');
  known integer;
  chained integer;
  rounds integer := 0;
  batch record;
  problem record;
BEGIN
  -- Which units hang together: a forward unit, the reverse units of all rows in it, and the forward units that the waiting
  -- images of those rows feed. Resolved again after each locking, until nothing is added.
  LOOP
    known := pg_catalog.cardinality(forward_all) + pg_catalog.cardinality(reverse_all);
    SELECT coalesce(pg_catalog.array_agg(DISTINCT ref), '{}') INTO reverse_all
      FROM (SELECT pg_catalog.unnest(reverse_all) AS ref
            UNION ALL SELECT pg_catalog.unnest(cutover.compiled_connected(stand.name, 'forward', forward_all))
            UNION ALL SELECT pg_catalog.unnest(i.belongs) FROM cutover.images AS i
                       WHERE i.feeds && forward_all AND i.cutover IS NOT DISTINCT FROM stand.name) AS refs;
    SELECT coalesce(pg_catalog.array_agg(DISTINCT ref), '{}') INTO forward_all
      FROM (SELECT pg_catalog.unnest(forward_all) AS ref
            UNION ALL SELECT pg_catalog.unnest(i.feeds) FROM cutover.images AS i
                       WHERE i.belongs && reverse_all AND i.cutover IS NOT DISTINCT FROM stand.name) AS refs;
    -- Images may hang together in long chains (a row feeds two weeks, and so does the next one): all of a chain before anything is locked.
    LOOP
      chained := pg_catalog.cardinality(forward_all);
      SELECT coalesce(pg_catalog.array_agg(DISTINCT ref), '{}') INTO forward_all
        FROM (SELECT pg_catalog.unnest(forward_all) AS ref
              UNION ALL SELECT pg_catalog.unnest(i.feeds) FROM cutover.images AS i
                         WHERE i.feeds && forward_all AND i.cutover IS NOT DISTINCT FROM stand.name) AS refs;
      EXIT WHEN chained = pg_catalog.cardinality(forward_all);
    END LOOP;
    EXIT WHEN rounds > 0
          AND known = pg_catalog.cardinality(forward_all) + pg_catalog.cardinality(reverse_all)
          AND forward_locked @> forward_all AND reverse_locked @> reverse_all;
    IF NOT may_release AND pg_catalog.cardinality(forward_all) + pg_catalog.cardinality(reverse_all) > 100
       AND 20 < (SELECT pg_catalog.count(*) FROM cutover.images AS i
                  WHERE i.belongs && reverse_all AND i.xid <> own AND i.cutover IS NOT DISTINCT FROM stand.name) THEN
      -- Others have left much that hangs together with this: all of it would be held, and this commit up, for as long as that takes.
      RETURN;
    END IF;
    rounds := rounds + 1;
    IF rounds > 8 THEN
      RAISE EXCEPTION 'cutover %: the units that hang together with % keep growing', stand.name, forward_refs
        USING ERRCODE = 'lock_not_available', HINT = 'They stay pending; the drainer tries again.';
    END IF;

    PERFORM cutover.lock_both_sides(
      stand,
      ARRAY(SELECT ref FROM pg_catalog.unnest(forward_all) AS ref WHERE ref <> ALL (forward_locked)),
      ARRAY(SELECT ref FROM pg_catalog.unnest(reverse_all) AS ref WHERE ref <> ALL (reverse_locked)));
    forward_locked := forward_all;
    reverse_locked := reverse_all;
    PERFORM cutover.stay_in_budget(stand, since);
  END LOOP;

  as_of := pg_catalog.pg_current_snapshot();

  -- Units that a rule holds back, or that were put aside, are left as they are, with their notes; the rest of what hangs together with
  -- them is worked off. A unit that was put aside is only taken up again when it is asked for by name, by the drainer; one that only waits for
  -- another (CU005) whenever the drainer comes by, or two of them would wait for each other for ever.
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_all) LOOP
    by_rule := ARRAY(SELECT h.unit FROM cutover.compiled_held(stand.name, 'forward', batch.kind, batch.units) AS h);
    unmade := CASE WHEN by_rule = '{}' THEN '{}' ELSE cutover.compiled_unmade(stand.name, batch.kind, by_rule) END;
    never_made := never_made || ARRAY(SELECT batch.kind || ':' || unit FROM pg_catalog.unnest(unmade) AS unit);
    forward_held := forward_held
      || ARRAY(SELECT batch.kind || ':' || unit FROM pg_catalog.unnest(by_rule) AS unit)
      || ARRAY(SELECT batch.kind || ':' || q.unit FROM cutover.quarantine AS q
                WHERE q.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit))
                  AND NOT (may_release AND (q.reason = 'CU005' OR batch.kind || ':' || q.unit = ANY (forward_refs))));
    forward_failed := forward_failed
      || ARRAY(SELECT batch.kind || ':' || held_unit FROM pg_catalog.unnest(by_rule) AS held_unit
                WHERE held_unit <> ALL (unmade)
                  AND NOT EXISTS (SELECT FROM cutover.quarantine AS q
                                   WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.kind = batch.kind
                                     AND q.unit = held_unit AND NOT q.made))
      || ARRAY(SELECT batch.kind || ':' || q.unit FROM cutover.quarantine AS q
                WHERE q.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit))
                  AND (q.error IS NOT NULL OR q.made) AND NOT (may_release AND (q.reason = 'CU005' OR batch.kind || ':' || q.unit = ANY (forward_refs))));
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_all) LOOP
    reverse_held := reverse_held
      || ARRAY(SELECT batch.kind || ':' || h.unit FROM cutover.compiled_held(stand.name, 'reverse', batch.kind, batch.units) AS h)
      || ARRAY(SELECT batch.kind || ':' || q.unit FROM cutover.quarantine AS q
                WHERE q.unit_key = ANY (ARRAY(SELECT stand.name || '/reverse/' || batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit))
                  AND NOT (may_release AND (q.reason = 'CU005' OR batch.kind || ':' || q.unit = ANY (reverse_refs))));
  END LOOP;
  -- An image is the base of every unit that it feeds. While one of them is put aside, the image has to wait, and with it all that it
  -- feeds and the legacy row that it belongs to. Only a unit that a rule has held back since before both sides were written needs none.
  WHILE forward_failed <> '{}' LOOP
    SELECT coalesce(pg_catalog.array_agg(DISTINCT ref) FILTER (WHERE direction = 'forward'), '{}'),
           coalesce(pg_catalog.array_agg(DISTINCT ref) FILTER (WHERE direction = 'reverse'), '{}')
      INTO forward_waiting, reverse_waiting
      FROM (SELECT 'forward' AS direction, pg_catalog.unnest(i.feeds) AS ref
              FROM cutover.waiting_images(stand.name, forward_all, reverse_all) AS i WHERE i.feeds && forward_failed
            UNION ALL
            SELECT 'reverse', pg_catalog.unnest(i.belongs)
              FROM cutover.waiting_images(stand.name, forward_all, reverse_all) AS i WHERE i.feeds && forward_failed) AS waiting;
    EXIT WHEN forward_failed @> forward_waiting;
    forward_failed := forward_failed || forward_waiting;
  END LOOP;
  forward_held := forward_held || forward_failed;
  reverse_held := reverse_held || reverse_waiting;
  forward_work := ARRAY(SELECT ref FROM pg_catalog.unnest(forward_all) AS ref WHERE ref <> ALL (forward_held));
  reverse_work := ARRAY(SELECT ref FROM pg_catalog.unnest(reverse_all) AS ref WHERE ref <> ALL (reverse_held));
  forward_keys := ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(forward_work) AS ref);
  reverse_keys := ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_work) AS ref);
  forward_checked := forward_work;
  IF pg_catalog.cardinality(reverse_held) > 0 THEN
    beside_held := cutover.compiled_connected(stand.name, 'reverse', reverse_held);
    forward_checked := ARRAY(SELECT ref FROM pg_catalog.unnest(forward_work) AS ref WHERE ref <> ALL (beside_held));
  END IF;

  -- Units that were put aside before both sides were written, and that the new side has not written since: the new side holds nothing
  -- of them, or something out of date, so they are made of legacy as a whole.
  aside := ARRAY(SELECT q.kind || ':' || q.unit FROM cutover.quarantine AS q WHERE q.unit_key = ANY (forward_keys) AND NOT q.made);
  FOR batch IN
    SELECT ref, ARRAY(SELECT stand.name || '/reverse/' || linked
                        FROM pg_catalog.unnest(cutover.compiled_connected(stand.name, 'forward', ARRAY[ref])) AS linked) AS linked_keys
      FROM pg_catalog.unnest(aside) AS ref
  LOOP
    CONTINUE WHEN EXISTS (SELECT FROM cutover.quarantine AS q WHERE q.unit_key = ANY (batch.linked_keys))
               OR EXISTS (SELECT FROM cutover.outbox AS o WHERE o.unit_key = ANY (batch.linked_keys));
    -- Most often there is nothing to make: the row that a rule held back has gone elsewhere, and left the unit as empty as the new side has it.
    CONTINUE WHEN NOT cutover.compiled_differs(stand.name, 'forward', pg_catalog.split_part(batch.ref, ':', 1),
                                               ARRAY[pg_catalog.substr(batch.ref, pg_catalog.strpos(batch.ref, ':') + 1)]);
    forward_fresh := forward_fresh || batch.ref;
  END LOOP;
  forward_patched := ARRAY(SELECT ref FROM pg_catalog.unnest(forward_work) AS ref WHERE ref <> ALL (forward_fresh));
  -- Where the new side has written beside such a unit, its legacy rows are added to what is there, as a patch that is made of nothing.
  any_unmade := NOT forward_fresh @> aside;

  PERFORM cutover.stay_in_budget(stand, since);

  -- A note without an image comes from a writer who did not know that both sides are written (an old snapshot, a phase two moves
  -- back). What it changed cannot be told from what it merely found, so nothing is guessed.
  SELECT noted.xid, noted.kind, noted.unit INTO problem
    FROM cutover.outbox AS noted
   WHERE noted.unit_key = ANY (forward_keys)
     AND NOT EXISTS (SELECT FROM cutover.images AS i
                      WHERE i.feeds @> ARRAY[noted.kind || ':' || noted.unit]
                        AND i.xid IS NOT DISTINCT FROM noted.xid AND i.cutover IS NOT DISTINCT FROM stand.name OFFSET 0)
     -- A unit that is taken up again from the quarantine has the images of the writes that brought it there.
     AND NOT EXISTS (SELECT FROM cutover.quarantine AS q WHERE q.unit_key = noted.unit_key AND q.reason <> 'CU003' OFFSET 0)
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'cutover %: transaction % wrote legacy rows of % % without an image of what they were', stand.name, problem.xid,
      problem.kind, problem.unit
      USING ERRCODE = 'CU003', HINT = 'Compare the rows in cutover.quarantine with the new side, and write what is missing there.';
  END IF;

  -- Take the notes and images that are to be worked off, exactly those seen now.
  UPDATE cutover.images AS taken SET taken_by = own
   WHERE (taken.belongs && reverse_all OR pg_catalog.cardinality(taken.belongs) = 0 AND taken.feeds && forward_all)
     AND NOT taken.feeds && forward_failed AND taken.cutover IS NOT DISTINCT FROM stand.name;
  GET DIAGNOSTICS images_taken = ROW_COUNT;
  IF images_taken > 0 THEN
    PERFORM cutover.fit_images(stand.name, own, forward_all, reverse_all);
  END IF;
  DELETE FROM cutover.outbox AS noted
   WHERE noted.unit_key = ANY (forward_keys || reverse_keys)
     AND NOT (noted.direction = 'forward'
              AND EXISTS (SELECT FROM cutover.images AS waiting
                           WHERE waiting.feeds @> ARRAY[noted.kind || ':' || noted.unit] AND waiting.taken_by IS DISTINCT FROM own
                             AND waiting.xid IS NOT DISTINCT FROM noted.xid AND waiting.cutover IS NOT DISTINCT FROM stand.name OFFSET 0));

  IF images_taken > 0 OR any_unmade OR pg_catalog.cardinality(forward_fresh) > 0 THEN
    IF stand.definition -> 'keep' <> '{}' THEN
      vanished := cutover.vanished_rows(stand, own, reverse_all);
    END IF;
    PERFORM cutover.set_writing(stand.name, 'forward');
    FOR batch IN SELECT * FROM cutover.refs_in_turn(stand, forward_patched) LOOP
      at_once := batch.kind = finest_forward AND forward_fresh = '{}';
      IF cutover.compiled_patch(stand.name, batch.kind, batch.units, CASE WHEN at_once THEN 'all' ELSE 'write' END) IN ('delete', 'all')
         AND NOT at_once THEN
        to_delete := to_delete || ARRAY(SELECT batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit);
      END IF;
      PERFORM cutover.stay_in_budget(stand, since);
    END LOOP;
    FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_fresh) LOOP
      PERFORM cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units, 'write');
    END LOOP;
    FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_fresh, finest_first => true) LOOP
      PERFORM cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units, 'delete');
    END LOOP;
    FOR batch IN SELECT * FROM cutover.refs_in_turn(stand, to_delete, finest_first => true) LOOP
      PERFORM cutover.compiled_patch(stand.name, batch.kind, batch.units, 'delete');
    END LOOP;
    DELETE FROM cutover.images AS done
     WHERE (done.belongs && reverse_all OR pg_catalog.cardinality(done.belongs) = 0 AND done.feeds && forward_all)
       AND done.taken_by IS NOT DISTINCT FROM own AND done.cutover IS NOT DISTINCT FROM stand.name;
    PERFORM cutover.settle_constraints(stand.name, 'forward');
  END IF;

  PERFORM cutover.write_back(stand, reverse_work, vanished);
  PERFORM cutover.expect_expressible(stand, forward_checked);
  PERFORM cutover.set_writing(NULL, NULL);

  -- Once the images are gone, nobody can tell any more that the new side was never made of these.
  FOR batch IN
    SELECT r.kind, h.unit, pg_catalog.min(h.class) AS class, pg_catalog.string_agg(DISTINCT h.reason, ', ') AS reason
      FROM cutover.refs_by_kind(stand.name, 'forward', never_made) AS r
     CROSS JOIN LATERAL cutover.compiled_held(stand.name, 'forward', r.kind, r.units) AS h
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS q
                        WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.kind = r.kind AND q.unit = h.unit)
     GROUP BY r.kind, h.unit
  LOOP
    PERFORM cutover.put_aside(stand, 'forward', batch.kind, batch.unit, batch.class, batch.reason, NULL, as_of, was_made => false);
  END LOOP;

  -- What has been made true leaves the quarantine; what waited for it is looked at again.
  WITH gone AS (
    DELETE FROM cutover.quarantine AS q WHERE q.unit_key = ANY (forward_keys || reverse_keys) RETURNING q.direction, q.reason
  )
  SELECT coalesce(pg_catalog.bool_or(gone.direction = 'forward'), false),
         coalesce(pg_catalog.bool_or(gone.direction = 'forward' AND gone.reason <> 'CU005'), false)
    INTO released, failure_gone
    FROM gone;
  IF released THEN
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT own, q.cutover, q.direction, q.kind, q.unit
      FROM cutover.quarantine AS q
     WHERE q.unit_key = ANY (ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_held) AS ref))
        ON CONFLICT DO NOTHING;
  END IF;
  IF failure_gone THEN
    -- What only waited for a unit that had failed.
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT own, q.cutover, q.direction, q.kind, q.unit FROM cutover.quarantine AS q
     WHERE q.cutover = stand.name AND q.reason = 'CU005'
        ON CONFLICT DO NOTHING;
  END IF;
  -- A reverse unit that was put aside only because a forward unit was held back, and nothing holds back any more. No other write may
  -- ever come to it: neither its legacy row nor the forward unit has to be what they were when it was put aside.
  FOR batch IN
    SELECT q.kind, pg_catalog.array_agg(q.unit) AS units FROM cutover.quarantine AS q
     WHERE q.error IS NULL
       AND q.unit_key = ANY (CASE WHEN released
                                  THEN ARRAY(SELECT k.unit_key FROM cutover.quarantine AS k
                                              WHERE k.cutover = stand.name AND k.direction = 'reverse')
                                  ELSE ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_all) AS ref) END)
     GROUP BY q.kind
  LOOP
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT own, stand.name, 'reverse', batch.kind, free.unit
      FROM (SELECT pg_catalog.unnest(batch.units) EXCEPT
            SELECT h.unit FROM cutover.compiled_held(stand.name, 'reverse', batch.kind, batch.units) AS h) AS free (unit)
        ON CONFLICT DO NOTHING;
  END LOOP;
END;
$$;

-- Locks what hangs together: version rows of forward units, coarser kinds first, those of reverse units, and the legacy rows of these.
CREATE OR REPLACE FUNCTION cutover.lock_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  locking_since timestamptz := pg_catalog.clock_timestamp();
  batch record;
BEGIN
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_refs) LOOP
    PERFORM cutover.lock_units(stand.name, 'forward', batch.kind, batch.units, stand.epoch);
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_refs) LOOP
    PERFORM cutover.lock_units(stand.name, 'reverse', batch.kind, batch.units, stand.epoch);
  END LOOP;
  PERFORM cutover.spend_patience(locking_since);
  locking_since := pg_catalog.clock_timestamp();
  PERFORM cutover.compiled_lock_rows(stand.name, reverse_refs);
  PERFORM cutover.spend_patience(locking_since);
END;
$$;

-- Makes legacy of the new side, which is the truth. vanished: images of rows that legacy writers have deleted, by table; those that come
-- back by this get back what only legacy holds.
CREATE OR REPLACE FUNCTION cutover.write_back(stand cutover.cutovers, reverse_refs text[], vanished jsonb) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  finest text := cutover.finest_kind(stand.name, 'reverse');
  batch record;
BEGIN
  PERFORM cutover.set_writing(stand.name, 'reverse');
  -- Rows of coarser kinds are written before and deleted after those of the finest.
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_refs) LOOP
    PERFORM cutover.compiled_recompute(stand.name, 'reverse', batch.kind, batch.units,
                                       CASE WHEN batch.kind = finest THEN 'all' ELSE 'write' END);
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_refs, finest_first => true) LOOP
    CONTINUE WHEN batch.kind = finest;
    PERFORM cutover.compiled_recompute(stand.name, 'reverse', batch.kind, batch.units, 'delete');
  END LOOP;
  FOR batch IN
    SELECT found.relation, ARRAY(SELECT pg_catalog.jsonb_array_elements_text(found.images)) AS images
      FROM pg_catalog.jsonb_each(vanished) AS found (relation, images)
  LOOP
    PERFORM cutover.revive_kept(stand, batch.relation, batch.images);
  END LOOP;
  PERFORM cutover.settle_constraints(stand.name, 'reverse');
  -- The locks of rows keep nobody from committing a new row into one of these units meanwhile, or one that comes from another unit. The
  -- recompute may have seen it and taken it for a row that is to go; its image tells.
  IF EXISTS (SELECT FROM cutover.images AS late
              WHERE late.belongs && reverse_refs AND late.cutover IS NOT DISTINCT FROM stand.name) THEN
    RAISE EXCEPTION 'cutover %: legacy rows of % were written meanwhile', stand.name, reverse_refs
      USING ERRCODE = 'serialization_failure', HINT = 'The notes stay; the drainer tries again.';
  END IF;
END;
$$;

-- What the new side holds must be what legacy says it is; otherwise legacy cannot say it, and nothing is written.
CREATE OR REPLACE FUNCTION cutover.expect_expressible(stand cutover.cutovers, forward_refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  batch record;
  problem record;
BEGIN
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', forward_refs) LOOP
    CONTINUE WHEN NOT cutover.compiled_differs(stand.name, 'forward', batch.kind, batch.units);
    SELECT d.* INTO problem
      FROM cutover.compiled_differences(stand.name, 'forward', batch.kind, batch.units) AS d
     LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'cutover %: the legacy tables cannot say what %.% holds at % (new side: %, after going back: %)',
        stand.name, batch.kind, problem.table_name, problem.key, problem.actual, problem.expected
        USING ERRCODE = 'CU002',
              HINT = 'Change the new row so that the reverse mapping can express it, or keep what legacy cannot hold in a kept table.';
    END IF;
  END LOOP;
END;
$$;
-- Works off a part of what hangs together while both sides are written: units of the finest kind, with all that hangs together with them by
-- units of that kind, and not what only a coarser unit ties to them. A renamed owner ties all of his rows to each other; worked off at
-- once, they would all be held for as long as that takes.
--
-- The coarser units that the same rows feed are written first; their rows hold nothing but a key (cutsIntoSlices in the compiler says why).
-- Those that lose a row keep it for as long as others may point to it: they stay noted, the images that feed them stay for them alone, and
-- whoever works the last part off deletes it (flush_both_sides).
--
-- refs: "kind:unit" references of the finest forward kind; most: how many of them a part should have. Returns whether it was possible: what
-- is in quarantine, what a rule holds back, and rows that only feed coarser units are left to flush_both_sides, which looks at all that
-- hangs together. Locks: as there.
CREATE OR REPLACE FUNCTION cutover.flush_slice(stand cutover.cutovers, refs text[], most integer) RETURNS boolean
  LANGUAGE plpgsql
AS $$
DECLARE
  own xid8 := pg_catalog.pg_current_xact_id();
  prefix text := cutover.finest_kind(stand.name, 'forward') || ':';
  fine text[] := refs;
  coarse text[] := '{}';
  forward_all text[];
  reverse_all text[] := '{}';
  forward_locked text[] := '{}';
  reverse_locked text[] := '{}';
  rounds integer := 0;
  known integer;
  asked text[];
  -- coarser units of which nothing is to be deleted: they are done with
  settled text[] := '{}';
  -- and the others
  waiting text[] := '{}';
  to_write text[] := '{}';
  to_do text;
  -- what belongs to coarser units that wait is not made of the new side yet
  reverse_waiting text[] := '{}';
  reverse_work text[];
  served text[];
  vanished jsonb := '{}';
  batch record;
  one text;
BEGIN
  LOOP
    asked := '{}';
    LOOP
      known := pg_catalog.cardinality(fine) + pg_catalog.cardinality(coarse) + pg_catalog.cardinality(reverse_all);
      SELECT coalesce(pg_catalog.array_agg(DISTINCT ref) FILTER (WHERE pg_catalog.starts_with(ref, prefix)), '{}'),
             coalesce(pg_catalog.array_agg(DISTINCT ref) FILTER (WHERE NOT pg_catalog.starts_with(ref, prefix)), '{}')
        INTO fine, coarse
        FROM (SELECT pg_catalog.unnest(fine || coarse) AS ref
              UNION ALL SELECT pg_catalog.unnest(i.feeds) FROM cutover.images AS i
                         WHERE (i.feeds && fine OR i.belongs && reverse_all) AND i.cutover IS NOT DISTINCT FROM stand.name) AS refs;
      SELECT coalesce(pg_catalog.array_agg(DISTINCT ref), '{}') INTO reverse_all
        FROM (SELECT pg_catalog.unnest(reverse_all) AS ref
              UNION ALL SELECT pg_catalog.unnest(cutover.compiled_connected(
                          stand.name, 'forward',
                          ARRAY(SELECT ref FROM pg_catalog.unnest(fine || coarse) AS ref WHERE ref <> ALL (asked))))
              UNION ALL SELECT pg_catalog.unnest(i.belongs) FROM cutover.images AS i
                         WHERE i.feeds && fine AND i.cutover IS NOT DISTINCT FROM stand.name) AS refs;
      asked := fine || coarse;
      EXIT WHEN known = pg_catalog.cardinality(fine) + pg_catalog.cardinality(coarse) + pg_catalog.cardinality(reverse_all);
    END LOOP;
    forward_all := coarse || fine;
    EXIT WHEN rounds > 0 AND forward_locked @> forward_all AND reverse_locked @> reverse_all;
    rounds := rounds + 1;
    -- Rows of the finest kind may hang together in long chains as well, or a coarser row may feed everything.
    IF rounds > 8 OR pg_catalog.cardinality(forward_all) + pg_catalog.cardinality(reverse_all) > 10 * greatest(most, 5) THEN
      RETURN false;
    END IF;
    PERFORM cutover.lock_both_sides(
      stand,
      ARRAY(SELECT ref FROM pg_catalog.unnest(forward_all) AS ref WHERE ref <> ALL (forward_locked)),
      ARRAY(SELECT ref FROM pg_catalog.unnest(reverse_all) AS ref WHERE ref <> ALL (reverse_locked)));
    forward_locked := forward_all;
    reverse_locked := reverse_all;
  END LOOP;

  IF EXISTS (SELECT FROM cutover.quarantine AS q
              WHERE q.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(forward_all) AS ref)
                                   || ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_all) AS ref)))
     OR EXISTS (SELECT FROM cutover.refs_by_kind(stand.name, 'forward', forward_all) AS r
                 CROSS JOIN LATERAL cutover.compiled_held(stand.name, 'forward', r.kind, r.units))
     OR EXISTS (SELECT FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_all) AS r
                 CROSS JOIN LATERAL cutover.compiled_held(stand.name, 'reverse', r.kind, r.units))
     -- Rows that only feed coarser units: they are in no slice, and legacy would not be made of the new side again.
     OR EXISTS (SELECT FROM cutover.images AS i
                 WHERE i.feeds && coarse AND pg_catalog.cardinality(i.belongs) > 0 AND i.cutover IS NOT DISTINCT FROM stand.name
                   AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.feeds) AS ref WHERE pg_catalog.starts_with(ref, prefix)))
     -- Rows that this very transaction has written, and may write again: what they were would be told by an image that has served.
     OR EXISTS (SELECT FROM cutover.images AS i
                 WHERE (i.feeds && forward_all OR i.belongs && reverse_all) AND i.xid IS NOT DISTINCT FROM own
                   AND i.cutover IS NOT DISTINCT FROM stand.name)
     -- A note without an image: nobody can tell what its writer changed.
     OR EXISTS (SELECT FROM cutover.outbox AS noted
                 WHERE noted.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(forward_all) AS ref))
                   AND NOT EXISTS (SELECT FROM cutover.images AS i
                                    WHERE i.feeds @> ARRAY[noted.kind || ':' || noted.unit]
                                      AND i.xid IS NOT DISTINCT FROM noted.xid AND i.cutover IS NOT DISTINCT FROM stand.name OFFSET 0)) THEN
    RETURN false;
  END IF;

  -- Exactly the images that are seen now, and of the coarser units all of them: what these are made of is in all of their rows. One that does
  -- not fit its table any more fails, and is left to flush_both_sides.
  UPDATE cutover.images AS taken SET taken_by = own
   WHERE (taken.feeds && forward_all OR taken.belongs && reverse_all) AND taken.cutover IS NOT DISTINCT FROM stand.name;
  IF EXISTS (SELECT FROM cutover.images AS i
              WHERE i.feeds && fine AND i.taken_by IS NOT DISTINCT FROM own AND i.cutover IS NOT DISTINCT FROM stand.name
                AND NOT (i.feeds <@ forward_all AND i.belongs <@ reverse_all)) THEN
    RAISE EXCEPTION 'cutover %: legacy rows of % were written meanwhile', stand.name, fine
      USING ERRCODE = 'serialization_failure', HINT = 'The notes stay; the drainer tries again.';
  END IF;

  FOR batch IN SELECT * FROM cutover.refs_in_turn(stand, coarse) LOOP
    one := batch.kind || ':' || batch.units[1];
    to_do := cutover.compiled_patch(stand.name, batch.kind, batch.units, 'look');
    IF to_do = 'all' THEN
      RAISE EXCEPTION 'cutover %: % has rows to write and rows to delete', stand.name, one
        USING ERRCODE = 'feature_not_supported', HINT = 'All that hangs together with it is worked off at once.';
    ELSIF to_do = 'delete' THEN
      waiting := waiting || one;
    ELSE
      settled := settled || one;
      IF to_do = 'write' THEN
        to_write := to_write || one;
      END IF;
    END IF;
  END LOOP;
  reverse_work := reverse_all;
  IF waiting <> '{}' THEN
    reverse_waiting := cutover.compiled_connected(stand.name, 'forward', waiting);
    reverse_work := ARRAY(SELECT ref FROM pg_catalog.unnest(reverse_all) AS ref WHERE ref <> ALL (reverse_waiting));
    -- Nor can what hangs together with it on the new side be checked, and nobody would look at it again.
    IF cutover.compiled_connected(stand.name, 'reverse', reverse_waiting) && (fine || settled)
       OR EXISTS (SELECT FROM cutover.images AS i
                   WHERE i.feeds && fine AND i.belongs && reverse_waiting AND i.cutover IS NOT DISTINCT FROM stand.name) THEN
      RAISE EXCEPTION 'cutover %: rows of % belong to units that wait for others', stand.name, fine
        USING ERRCODE = 'feature_not_supported', HINT = 'All that hangs together with them is worked off at once.';
    END IF;
  END IF;
  served := fine || settled;

  DELETE FROM cutover.outbox AS noted
   WHERE noted.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(served) AS ref))
     AND EXISTS (SELECT FROM cutover.images AS i
                  WHERE i.feeds @> ARRAY[noted.kind || ':' || noted.unit] AND i.taken_by IS NOT DISTINCT FROM own
                    AND i.xid IS NOT DISTINCT FROM noted.xid AND i.cutover IS NOT DISTINCT FROM stand.name OFFSET 0);
  DELETE FROM cutover.outbox AS noted
   WHERE noted.unit_key = ANY (ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_work) AS ref));

  IF stand.definition -> 'keep' <> '{}' THEN
    vanished := cutover.vanished_rows(stand, own, reverse_work);
  END IF;
  PERFORM cutover.set_writing(stand.name, 'forward');
  FOR batch IN SELECT * FROM cutover.refs_in_turn(stand, to_write) LOOP
    PERFORM cutover.compiled_patch(stand.name, batch.kind, batch.units, 'write');
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', fine) LOOP
    PERFORM cutover.compiled_patch(stand.name, batch.kind, batch.units, 'all');
  END LOOP;
  PERFORM cutover.settle_constraints(stand.name, 'forward');

  -- What has served all that it feeds goes; the rest is left to those who come for it, without what it has served, and without its row
  -- where that is done with.
  DELETE FROM cutover.images AS done
   WHERE (done.feeds && forward_all OR done.belongs && reverse_all)
     AND NOT EXISTS (SELECT FROM pg_catalog.unnest(done.feeds) AS ref WHERE ref <> ALL (served))
     AND done.taken_by IS NOT DISTINCT FROM own AND done.cutover IS NOT DISTINCT FROM stand.name;
  UPDATE cutover.images AS taken
     SET taken_by = NULL,
         feeds = ARRAY(SELECT ref FROM pg_catalog.unnest(taken.feeds) AS ref WHERE ref <> ALL (served)),
         belongs = CASE WHEN taken.feeds && fine THEN '{}' ELSE taken.belongs END
   WHERE (taken.feeds && forward_all OR taken.belongs && reverse_all)
     AND taken.taken_by IS NOT DISTINCT FROM own AND taken.cutover IS NOT DISTINCT FROM stand.name;

  PERFORM cutover.write_back(stand, reverse_work, vanished);
  PERFORM cutover.expect_expressible(stand, served);
  PERFORM cutover.set_writing(NULL, NULL);
  RETURN true;
END;
$$;

-- Works a slice of forward notes off where a coarser unit ties much together, in a block of its own. Returns how many notes are done with;
-- 0 where there is nothing to slice, or where it was not possible.
CREATE OR REPLACE FUNCTION cutover.drain_slice(stand cutover.cutovers, forward_refs text[], most integer) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  prefix text := cutover.finest_kind(stand.name, 'forward') || ':';
  slice text[] := ARRAY(SELECT ref FROM pg_catalog.unnest(forward_refs) AS ref WHERE pg_catalog.starts_with(ref, prefix) ORDER BY ref LIMIT most);
  coarse text[];
  tied text[];
BEGIN
  IF (stand.definition -> 'slices') IS NULL THEN
    RETURN 0;
  END IF;
  SELECT coalesce(pg_catalog.array_agg(DISTINCT fed.ref), '{}') INTO coarse
    FROM (SELECT pg_catalog.unnest(forward_refs) AS ref
          UNION ALL SELECT pg_catalog.unnest(i.feeds) FROM cutover.images AS i
                     WHERE i.feeds && slice AND i.cutover IS NOT DISTINCT FROM stand.name) AS fed
   WHERE NOT pg_catalog.starts_with(fed.ref, prefix);
  IF coarse = '{}' THEN
    RETURN 0;
  END IF;
  tied := ARRAY(
    SELECT DISTINCT fed.ref
      FROM cutover.images AS i CROSS JOIN LATERAL pg_catalog.unnest(i.feeds) AS fed (ref)
     WHERE i.feeds && coarse AND i.cutover IS NOT DISTINCT FROM stand.name AND pg_catalog.starts_with(fed.ref, prefix)
     ORDER BY fed.ref);
  IF pg_catalog.cardinality(tied) <= 3 * most THEN
    RETURN 0;
  END IF;
  -- Each slice looks at all images of the coarser units, also of what is done with: so there are never more than about twenty of them.
  most := greatest(most, (SELECT pg_catalog.count(*) FROM cutover.images AS i
                           WHERE i.feeds && coarse AND i.cutover IS NOT DISTINCT FROM stand.name) / 10);
  IF pg_catalog.cardinality(slice) < most THEN
    slice := tied[1:most];
  END IF;
  -- Where somebody holds a row of the one, the other end may be free.
  FOR attempt IN 1 .. 2 LOOP
    BEGIN
      RETURN CASE WHEN cutover.flush_slice(stand, slice, most) THEN pg_catalog.cardinality(slice) ELSE 0 END;
    EXCEPTION
      WHEN query_canceled THEN
        RAISE;
      WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN
        slice := tied[greatest(1, pg_catalog.cardinality(tied) - most + 1):];
      WHEN OTHERS THEN
        IF cutover.is_our_fault(SQLSTATE) THEN
          RAISE;
        END IF;
        RETURN 0;
    END;
  END LOOP;
  RETURN 0;
END;
$$;
-- The one flush of a transaction, fired by the deferred trigger on its row in cutover.head.
-- SECURITY DEFINER: the writer needs no right on anything of ours. Settings that change the text of values are pinned here, on
-- the outermost function, so that a unit or an id is spelled alike in every session. row_security = off: a policy that hides
-- rows from the owner would otherwise make a recompute delete what it cannot see; now it is an error.
-- enable_seqscan, plan_cache_mode, jit, parallel workers: everything here looks up the rows of a few units. Plans are cached, perhaps since the
-- tables were empty, and a scan that looked cheap then would be the whole table now; planning anew for every commit, which
-- Postgres prefers for short arrays, would take ten times as long as the work.
-- Any error undoes the block and writes nothing: the notes stay, the units are pending, the application's commit succeeds.
-- query_canceled is not among OTHERS: without it a cancel during our work would fail the application's commit.
CREATE OR REPLACE FUNCTION cutover.flush_at_commit() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '60ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
  SET max_parallel_workers_per_gather = 0
AS $$
BEGIN
  -- Sync's own reads would make SERIALIZABLE writers of different rows fail each other: they are always left to the drainer.
  IF pg_catalog.current_setting('transaction_isolation') = 'serializable' THEN
    RETURN NULL;
  END IF;
  BEGIN
    PERFORM cutover.flush_transaction(NEW.xid, pg_catalog.clock_timestamp());
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    RAISE DEBUG 'cutover: left pending at commit: % (%)', SQLERRM, SQLSTATE;
  END;
  RETURN NULL;
END;
$$;
-- Works off the notes of the own transaction now, so that the transaction can read what it wrote on the other side. Raises
-- where the flush at commit would leave units pending: 55P03 when a unit is locked by somebody else, 0A000 in SERIALIZABLE. It takes
-- the time that it takes: sync.budgetMs is for commits.
CREATE OR REPLACE FUNCTION cutover.flush() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
  SET max_parallel_workers_per_gather = 0
AS $$
BEGIN
  IF pg_catalog.current_setting('transaction_isolation') = 'serializable' THEN
    RAISE EXCEPTION 'cutover.flush() is not possible in a SERIALIZABLE transaction'
      USING ERRCODE = 'feature_not_supported',
            HINT = 'Its notes are worked off by the drainer after the commit; read the new side then.';
  END IF;
  IF EXISTS (SELECT FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id_if_assigned()) THEN
    PERFORM cutover.flush_transaction(pg_catalog.pg_current_xact_id());
    IF EXISTS (SELECT FROM cutover.outbox AS left_over WHERE left_over.xid = pg_catalog.pg_current_xact_id()) THEN
      RAISE EXCEPTION 'cutover.flush() could not work off every note of this transaction'
        USING ERRCODE = 'lock_not_available',
              HINT = 'They are left to the drainer: too many units, mode queued, or an isolation level that cannot be flushed in this phase.';
    END IF;
  END IF;
END;
$$;
-- Plans, in this session, what a flush needs once both sides are written: each statement of the compiled functions is run once, on no
-- units at all. A session plans a statement when it first runs it, all of these in about 100 ms. Without a rehearsal every writer does so
-- in its first commit after the move to writes_switched: all at the same time, and with units locked.
-- Errors are of no consequence here: the flush that needs the statement meets them again.
-- Locks: ACCESS SHARE and ROW SHARE on the tables of the mapping; no row.
CREATE OR REPLACE FUNCTION cutover.rehearse(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  mark text := stand.name || ' ' || stand.epoch;
  kinds record;
BEGIN
  IF stand.kind <> 'cutover' OR stand.definition -> 'irreversible' IS NOT NULL
     OR pg_catalog.current_setting('cutover.rehearsed', true) IS NOT DISTINCT FROM mark THEN
    RETURN;
  END IF;
  BEGIN
    PERFORM cutover.compiled_connected(stand.name, 'forward', '{}');
    PERFORM cutover.compiled_connected(stand.name, 'reverse', '{}');
    PERFORM cutover.compiled_lock_rows(stand.name, '{}');
    FOR kinds IN SELECT k.direction, k.kind FROM cutover.unit_kinds AS k WHERE k.cutover = stand.name LOOP
      PERFORM FROM cutover.compiled_held(stand.name, kinds.direction, kinds.kind, '{}');
      PERFORM cutover.compiled_recompute(stand.name, kinds.direction, kinds.kind, '{}', 'check');
      IF kinds.direction = 'forward' THEN
        PERFORM cutover.compiled_patch(stand.name, kinds.kind, '{}', 'write');
      END IF;
    END LOOP;
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    RAISE DEBUG 'cutover: not rehearsed: % (%)', SQLERRM, SQLSTATE;
  END;
  PERFORM pg_catalog.set_config('cutover.rehearsed', mark, false);
END;
$$;

-- The rehearsal of a writer, in a flush before the move. Not with the first flush of a session, which may be its only one; and one
-- session at a time, so that no more than one writer is slow and the others keep the processors.
CREATE OR REPLACE FUNCTION cutover.rehearse_in_turn(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  mark text := stand.name || ' ' || stand.epoch;
  so_far text := coalesce(pg_catalog.current_setting('cutover.rehearsed', true), '');
BEGIN
  IF so_far = mark THEN
    RETURN;
  END IF;
  IF so_far <> mark || ' next' THEN
    PERFORM pg_catalog.set_config('cutover.rehearsed', mark || ' next', false);
  ELSIF pg_catalog.pg_try_advisory_xact_lock(1668641647, 3) THEN
    PERFORM cutover.rehearse(stand);
  END IF;
END;
$$;

-- Writes that were lost, or waited for ever, next to units that are put aside. Lock: ACCESS EXCLUSIVE on cutover.quarantine, for an update
-- of the catalog, until this migration commits; a commit that meets it leaves its units pending.
-- Was the new side made of this unit when it was put aside? Then the images of later writes say of what.
ALTER TABLE cutover.quarantine ADD COLUMN IF NOT EXISTS made boolean NOT NULL DEFAULT false;
UPDATE cutover.quarantine AS q SET made = true
  FROM cutover.cutovers AS c
 WHERE c.name = q.cutover AND c.phase IN ('writes_switched', 'legacy_locked') AND q.error IS NOT NULL AND NOT q.made
   AND q.quarantined_at > (SELECT max(t.moved_at) FROM cutover.phase_transitions AS t
                            WHERE t.cutover = q.cutover AND t.to_phase = 'writes_switched');
-- The image of a legacy row, as text that its table's row type still reads: images may wait for long (their unit is in quarantine), and
-- the table may have got columns meanwhile. Those stand at the end, and the row as it was had NULL in them. An image that does not fit
-- otherwise is given back as it is; the cast will say what is wrong with it.
CREATE OR REPLACE FUNCTION cutover.fit_image(cutover_name text, table_name text, image text) RETURNS text
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  relation regclass := (SELECT c.oid FROM pg_catalog.unnest(cutover.tables_of(cutover_name, 'legacy')) AS legacy (name)
                          JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(legacy.name)
                         WHERE c.relname = fit_image.table_name);
  fitting text := image;
BEGIN
  FOR missing IN 0 .. (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a
                        WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped) LOOP
    BEGIN
      EXECUTE pg_catalog.format('SELECT $1::%s', relation) USING fitting;
      RETURN fitting;
    EXCEPTION WHEN invalid_text_representation THEN
      fitting := pg_catalog.left(fitting, -1) || ',)';
    END;
  END LOOP;
  RETURN image;
END;
$$;

-- The images that wait for these units: found by the reverse units that their rows belong to; those whose rows are done with, and that only
-- coarser units still wait for (flush_slice), by what they feed. Never by their cutover (flush_both_sides says why).
-- Postgres puts this query in the place of the call.
CREATE OR REPLACE FUNCTION cutover.waiting_images(cutover_name text, forward_refs text[], reverse_refs text[]) RETURNS SETOF cutover.images
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT waiting.* FROM cutover.images AS waiting
   WHERE (waiting.belongs && reverse_refs OR cardinality(waiting.belongs) = 0 AND waiting.feeds && forward_refs)
     AND waiting.cutover IS NOT DISTINCT FROM cutover_name;
END;

-- Fits the images of others that a transaction has taken. Most often all of them fit as they are, which one cast of all of them tells.
DROP FUNCTION IF EXISTS cutover.fit_images(text, xid8, text[]);
CREATE OR REPLACE FUNCTION cutover.fit_images(cutover_name text, own xid8, forward_refs text[], reverse_refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  target record;
BEGIN
  FOR target IN
    SELECT taken.table_name AS name, c.oid::regclass AS relation
      FROM (SELECT DISTINCT i.table_name FROM cutover.images AS i
             WHERE (i.belongs && reverse_refs OR i.feeds && forward_refs)
               AND i.taken_by IS NOT DISTINCT FROM own AND i.cutover IS NOT DISTINCT FROM cutover_name AND i.xid <> own) AS taken
      JOIN pg_catalog.unnest(cutover.tables_of(cutover_name, 'legacy')) AS legacy (name) ON true
      JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(legacy.name) AND c.relname = taken.table_name
  LOOP
    BEGIN
      EXECUTE pg_catalog.format(
        'SELECT pg_catalog.count(i.image::%s) FROM cutover.images AS i
          WHERE (i.belongs && $3 OR i.feeds && $5) AND i.table_name IS NOT DISTINCT FROM $4
            AND i.taken_by IS NOT DISTINCT FROM $2 AND i.cutover IS NOT DISTINCT FROM $1', target.relation)
        USING cutover_name, own, reverse_refs, target.name, forward_refs;
    EXCEPTION WHEN invalid_text_representation THEN
      UPDATE cutover.images AS i SET image = cutover.fit_image(cutover_name, i.table_name, i.image)
       WHERE (i.belongs && reverse_refs OR i.feeds && forward_refs) AND i.cutover IS NOT DISTINCT FROM cutover_name
         AND i.table_name IS NOT DISTINCT FROM target.name AND i.taken_by IS NOT DISTINCT FROM own;
    END;
  END LOOP;
END;
$$;
-- The units of the other direction that hang together with units ("kind:unit" references), and the coarser ones that those lie in.
CREATE OR REPLACE FUNCTION cutover.hang_together(cutover_name text, unit_direction text, refs text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  other text := CASE unit_direction WHEN 'forward' THEN 'reverse' ELSE 'forward' END;
  connected text[] := cutover.compiled_connected(cutover_name, unit_direction, refs);
BEGIN
  RETURN ARRAY(
    SELECT pg_catalog.unnest(connected)
     UNION
    SELECT pg_catalog.unnest(cutover.compiled_coarser(cutover_name, other, r.kind, r.units))
      FROM cutover.refs_by_kind(cutover_name, other, connected) AS r);
END;
$$;

-- Every unit of a kind in exactly one of the six classes, as of the caller's snapshot. `drifted` are the units that differ.
CREATE OR REPLACE FUNCTION cutover.classes(cutover_name text, unit_direction text, unit_kind text, with_drift boolean DEFAULT true)
  RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT listed.unit,
         CASE
           WHEN held.class IS NOT NULL THEN held.class
           WHEN pending.unit IS NOT NULL THEN 'pending'
           WHEN put_aside.class IS NOT NULL THEN put_aside.class
           WHEN c.phase = 'expanded' THEN 'not yet backfilled'
           -- Once a backfill has visited everything, a unit that sync has never seen has no excuse any more.
           WHEN cutover.phase_rank(c.phase) < 4
                AND CASE unit_direction WHEN 'forward' THEN coalesce(known.epoch, -1) <> c.epoch ELSE drift.unit IS NOT NULL END
                AND NOT EXISTS (SELECT FROM cutover.backfills AS b
                                 WHERE b.cutover = cutover_name AND b.direction = 'forward' AND b.epoch = c.epoch
                                   AND b.finished_at IS NOT NULL)
             THEN 'not yet backfilled'
           -- It differs because what hangs together with it could not be written.
           WHEN drift.unit IS NOT NULL AND beside.unit IS NOT NULL THEN 'quarantined'
           WHEN drift.unit IS NOT NULL THEN 'drifted'
           ELSE 'in sync'
         END,
         coalesce(held.reason, put_aside.reason, CASE WHEN drift.unit IS NOT NULL AND beside.unit IS NOT NULL THEN 'beside' END)
    FROM cutover.cutovers AS c
   CROSS JOIN LATERAL cutover.compiled_units(cutover_name, unit_direction, unit_kind) AS listed
    LEFT JOIN (SELECT h.unit, min(h.class) AS class, string_agg(DISTINCT h.reason, ', ') AS reason
                 FROM cutover.compiled_held(cutover_name, unit_direction, unit_kind, NULL) AS h GROUP BY h.unit) AS held
           ON held.unit = listed.unit
    LEFT JOIN (SELECT o.unit FROM cutover.outbox AS o
                WHERE o.cutover = cutover_name AND o.direction = unit_direction AND o.kind = unit_kind
               UNION
               -- A note of one direction makes the units of the other that hang together with it pending as well.
               SELECT substr(ref, strpos(ref, ':') + 1)
                 FROM (SELECT o.direction, array_agg(DISTINCT o.kind || ':' || o.unit) AS refs FROM cutover.outbox AS o
                        WHERE o.cutover = cutover_name AND o.direction <> unit_direction
                        GROUP BY o.direction) AS others
                CROSS JOIN LATERAL unnest(cutover.hang_together(cutover_name, others.direction, others.refs)) AS ref
                WHERE split_part(ref, ':', 1) = unit_kind) AS pending
           ON pending.unit = listed.unit
    LEFT JOIN cutover.units AS known
           ON known.cutover = cutover_name AND known.direction = unit_direction AND known.kind = unit_kind
          AND known.unit = listed.unit
    LEFT JOIN cutover.quarantine AS put_aside
           ON put_aside.cutover = cutover_name AND put_aside.direction = unit_direction AND put_aside.kind = unit_kind
          AND put_aside.unit = listed.unit
    LEFT JOIN (SELECT DISTINCT substr(ref, strpos(ref, ':') + 1) AS unit
                 FROM (SELECT q.direction, array_agg(DISTINCT q.kind || ':' || q.unit) AS refs FROM cutover.quarantine AS q
                        WHERE q.cutover = cutover_name AND q.direction <> unit_direction
                        GROUP BY q.direction) AS others
                CROSS JOIN LATERAL unnest(cutover.hang_together(cutover_name, others.direction, others.refs)) AS ref
                WHERE split_part(ref, ':', 1) = unit_kind) AS beside
           ON beside.unit = listed.unit
    LEFT JOIN (SELECT DISTINCT d.unit FROM cutover.compiled_differences(cutover_name, unit_direction, unit_kind, NULL) AS d
                WHERE with_drift
                  -- What legacy keeps of the new side is only made true once the new side is the truth.
                  AND NOT (unit_direction = 'reverse'
                           AND EXISTS (SELECT FROM cutover.cutovers AS k
                                        WHERE k.name = cutover_name AND cutover.phase_rank(k.phase) < 4
                                          AND k.definition -> 'tables' -> 'kept' ? d.table_name))) AS drift
           ON drift.unit = listed.unit
   WHERE c.name = cutover_name;
END;
-- The way back to `expanded` from any phase before `dropped`, with a commit after each step; call it again after a crash.
-- While writes go to the new side: fence the new tables (committed) · wait for their writers in flight · drain both directions ·
-- refuse if anything could not be brought back · verify that legacy holds everything · give the legacy tables their
-- privileges back and move.
-- From `archived` the tables come back first, and a reverse backfill brings what was written meanwhile; the caller runs it
-- (`cutover rollback` does), then this goes on.
CREATE OR REPLACE PROCEDURE cutover.rollback_steps(
  cutover_name text, reason text DEFAULT NULL, wait_seconds integer DEFAULT 60
)
  LANGUAGE plpgsql
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  waited_since timestamptz;
  left_over bigint;
  run bigint;
  state text;
BEGIN
  IF stand.phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched', 'dropped') THEN
    PERFORM cutover.rollback(cutover_name, reason);
    RETURN;
  END IF;
  IF stand.definition -> 'irreversible' IS NOT NULL THEN
    RAISE EXCEPTION 'cutover % has no reverse mapping: %', cutover_name, stand.definition ->> 'irreversible'
      USING ERRCODE = 'CU013', HINT = 'There is no way back once writes have moved.';
  END IF;

  IF stand.phase = 'archived' THEN
    PERFORM cutover.unarchive_legacy(cutover_name);
  END IF;
  IF stand.phase = 'archived' OR stand.reverse_ended_at IS NOT NULL THEN
    -- From here on writes of the new side are noted again; those that were not are older than the transactions waited for, and
    -- the reverse backfill finds what they wrote.
    PERFORM cutover.record_move(cutover_name, 'legacy_locked', 'reverse sync resumed, on the way back');
    COMMIT;
    CALL cutover.wait_for_writers(cutover_name, 'new', wait_seconds);
    PERFORM cutover.start_backfill(cutover_name, 'reverse');
    COMMIT;
  END IF;

  -- A reverse backfill that has been started is brought to its end before anything else is decided.
  LOOP
    SELECT s.state INTO state
      FROM cutover.backfills AS b
     CROSS JOIN LATERAL cutover.backfill_step(b.id, 'rollback', 20) AS s
     WHERE b.cutover = cutover_name AND b.direction = 'reverse' AND b.finished_at IS NULL AND b.epoch = stand.epoch
     ORDER BY b.id DESC LIMIT 1;
    COMMIT;
    EXIT WHEN state IS NULL OR state NOT IN ('worked', 'busy');
  END LOOP;

  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name;
  IF stand.step IS NULL OR stand.step NOT LIKE 'rollback:%' THEN
    PERFORM cutover.enter_step(cutover_name, 'rollback:fenced');
  END IF;
  COMMIT;

  CALL cutover.wait_for_writers(cutover_name, 'new', wait_seconds);

  PERFORM cutover.retry_quarantined(cutover_name);
  COMMIT;
  waited_since := pg_catalog.clock_timestamp();
  LOOP
    CALL cutover.drain_all(cutover_name);
    COMMIT;
    -- Legacy writers go on: only notes of the new side have to be gone.
    SELECT pg_catalog.count(*) INTO left_over FROM cutover.outbox AS o WHERE o.cutover = cutover_name AND o.direction = 'reverse';
    EXIT WHEN left_over = 0;
    IF pg_catalog.clock_timestamp() - waited_since > pg_catalog.make_interval(secs => wait_seconds) THEN
      RAISE EXCEPTION 'cutover %: % notes of the new side are not worked off', cutover_name, left_over
        USING ERRCODE = 'CU016', HINT = 'The new tables stay fenced. Call again.';
    END IF;
  END LOOP;

  SELECT pg_catalog.count(*) INTO left_over FROM cutover.quarantine AS q
   WHERE q.cutover = cutover_name AND q.direction = 'reverse' AND q.accepted_at IS NULL
     -- Legacy rows of a unit that a rule holds back are not overwritten: does the new side say something else of them?
     AND (q.error IS NOT NULL
          OR EXISTS (SELECT FROM cutover.compiled_differences(cutover_name, 'reverse', q.kind, ARRAY[q.unit]) AS d
                      WHERE d.finding <> 'unexpected'));
  IF left_over > 0 THEN
    RAISE EXCEPTION 'cutover %: % units of the new side could not be brought back', cutover_name, left_over
      USING ERRCODE = 'CU017', HINT = pg_catalog.format('See `cutover quarantine %s`; mend or accept them, then call again.', cutover_name);
  END IF;

  COMMIT;
  SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
  run := cutover.verify(cutover_name);
  COMMIT;
  IF (SELECT r.drifted_units FROM cutover.drift_runs AS r WHERE r.id = run) > 0 THEN
    RAISE EXCEPTION 'cutover %: verify run % found drift, so going back could lose writes', cutover_name, run
      USING ERRCODE = 'CU017', HINT = pg_catalog.format('`cutover verify %s --repair`, then call again.', cutover_name);
  END IF;

  PERFORM cutover.enter_step(cutover_name, 'rollback:ready');
  PERFORM cutover.grant_legacy(cutover_name);
  PERFORM cutover.rollback(cutover_name, reason);
  COMMIT;
END;
$$;

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

-- The registered row of a materialized view, by its name with the schema (quoted where SQL would want that), or an error that names
-- those there are.
CREATE OR REPLACE FUNCTION cutover.view_of(view_name text) RETURNS cutover.views
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  known cutover.views;
BEGIN
  SELECT * INTO known FROM cutover.views AS v WHERE v.name = view_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no registered view named "%" in this database', view_name
      USING ERRCODE = 'CU041',
            HINT = coalesce('Registered: ' || (SELECT pg_catalog.string_agg(v.name, ', ' ORDER BY v.name) FROM cutover.views AS v) || '.',
                            'None is registered: call cutover.register_view() in a migration.');
  END IF;
  RETURN known;
END;
$$;
-- What a materialized view reads, through views and other materialized views: every relation, with the role as whom its rows are
-- read and whether another materialized view lies in between (`beyond`: a change there shows only when that one is refreshed).
-- Functions that a query calls are not looked into.
CREATE OR REPLACE FUNCTION cutover.view_reads(view_oid oid)
  RETURNS TABLE (relation oid, kind "char", reader oid, beyond boolean)
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH RECURSIVE reads (relation, kind, reader, beyond) AS (
    SELECT c.oid, c.relkind, c.relowner, false FROM pg_class AS c WHERE c.oid = view_oid
    UNION
    SELECT found.oid, found.relkind,
           -- A view reads as its owner, unless it is told to read as whoever reads it.
           CASE WHEN found.relkind = 'm' THEN found.relowner
                WHEN found.relkind = 'v' AND NOT EXISTS (
                       SELECT FROM pg_options_to_table(found.reloptions) AS o
                        WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)
                THEN found.relowner
                ELSE reads.reader END,
           reads.beyond OR (reads.kind = 'm' AND reads.relation <> view_oid)
      FROM reads
      JOIN pg_rewrite AS r ON r.ev_class = reads.relation AND r.ev_type = '1'
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
      JOIN pg_class AS found ON found.oid = d.refobjid AND found.oid <> reads.relation
     WHERE reads.kind IN ('v', 'm')
  )
  SELECT reads.relation, reads.kind, reads.reader, reads.beyond FROM reads WHERE reads.relation <> view_oid;
END;

-- The tables whose writes can change a view. A statement trigger fires only for the table that the statement names, so partitions
-- and children belong to it, and so do the parents through which a partition is written.
CREATE OR REPLACE FUNCTION cutover.view_tables(view_oid oid) RETURNS TABLE (relation oid, kind "char")
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH RECURSIVE read_directly AS (
    SELECT DISTINCT r.relation FROM cutover.view_reads(view_oid) AS r WHERE NOT r.beyond AND r.kind IN ('r', 'p', 'f')
  ), above (relation) AS (
    SELECT read_directly.relation FROM read_directly
    UNION
    SELECT i.inhparent FROM above JOIN pg_inherits AS i ON i.inhrelid = above.relation
  ), below (relation) AS (
    SELECT read_directly.relation FROM read_directly
    UNION
    SELECT i.inhrelid FROM below JOIN pg_inherits AS i ON i.inhparent = below.relation
  )
  SELECT c.oid, c.relkind FROM (TABLE above UNION TABLE below) AS found JOIN pg_class AS c ON c.oid = found.relation;
END;
-- The text of a view's query as the server keeps it, and of those of the views that it reads: what functions it calls stands there.
CREATE OR REPLACE FUNCTION cutover.view_rules(view_oid oid) RETURNS TABLE (tree text)
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT r.ev_action::text
    FROM pg_rewrite AS r
   WHERE r.ev_type = '1'
     AND (r.ev_class = view_oid
          OR r.ev_class IN (SELECT reads.relation FROM cutover.view_reads(view_oid) AS reads
                             WHERE reads.kind = 'v' AND NOT reads.beyond));
END;

-- Why writes alone do not tell when a view is out of date: one row per reason, none when its triggers see every change. A view that
-- has one is refreshed by the clock as well.
CREATE OR REPLACE FUNCTION cutover.view_blind_spots(view_id integer, view_oid oid) RETURNS TABLE (blind_spot text)
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE
           WHEN t.kind = 'f' THEN 'the foreign table ' || t.relation::regclass || ' is written elsewhere'
           WHEN g.oid IS NULL THEN t.relation::regclass || ' has no trigger for it: register the view again'
           WHEN g.tgenabled NOT IN ('O', 'A') THEN 'its trigger on ' || t.relation::regclass || ' is disabled'
           ELSE t.relation::regclass || ' is written by a subscription, which fires no statement triggers'
         END
    FROM cutover.view_tables(view_oid) AS t
    LEFT JOIN pg_trigger AS g ON g.tgrelid = t.relation AND g.tgname = 'cutover_view_' || view_id
   WHERE t.kind = 'f' OR g.oid IS NULL OR g.tgenabled NOT IN ('O', 'A')
      OR EXISTS (SELECT FROM pg_subscription_rel AS s WHERE s.srrelid = t.relation)
  UNION
  SELECT 'it reads ' || r.relation::regclass || ', which is not registered'
    FROM cutover.view_reads(view_oid) AS r
   WHERE r.kind = 'm' AND NOT r.beyond
     AND NOT EXISTS (SELECT FROM cutover.views AS v WHERE to_regclass(v.name) = r.relation)
  UNION
  -- The catalog's own tables and functions leave no dependency behind, but their oids stand in the query. OFFSET 0: an index look-up for
  -- each, instead of reading all of pg_proc; workers ask every second.
  SELECT 'it reads the system catalog ' || c.relname
    FROM cutover.view_rules(view_oid) AS q
   CROSS JOIN LATERAL (SELECT DISTINCT m.found[1]::oid AS id FROM regexp_matches(q.tree, ':relid (\d+)', 'g') AS m (found)) AS named
   CROSS JOIN LATERAL (SELECT k.relname FROM pg_class AS k
                        WHERE k.oid = named.id AND k.relnamespace = 'pg_catalog'::regnamespace OFFSET 0) AS c
  UNION
  -- What a function of the user's reads is not known, be it called by name or by an operator. Of the catalog's own, most that are stable
  -- only follow settings, which are pinned.
  SELECT CASE WHEN p.own THEN 'its query asks ' || p.proname || '(), which changes without a write'
              ELSE 'its query calls ' || p.signature || ', which is ' || CASE p.provolatile WHEN 's' THEN 'stable' ELSE 'volatile' END END
    FROM cutover.view_rules(view_oid) AS q
   CROSS JOIN LATERAL (SELECT DISTINCT m.found[1]::oid AS id FROM regexp_matches(q.tree, ':(?:op)?funcid (\d+)', 'g') AS m (found)) AS called
   CROSS JOIN LATERAL (SELECT f.proname, f.oid::regprocedure AS signature, f.provolatile, f.pronargs,
                              f.pronamespace = 'pg_catalog'::regnamespace AS own
                         FROM pg_proc AS f WHERE f.oid = called.id OFFSET 0) AS p
   WHERE CASE WHEN p.own
              THEN p.provolatile = 'v'
                   OR p.proname IN ('now', 'transaction_timestamp', 'statement_timestamp', 'current_setting')
                   OR (p.proname = 'age' AND p.pronargs = 1)
              ELSE p.provolatile <> 'i' END
  UNION
  SELECT 'its query asks for the current time or user, which change without a write'
    FROM cutover.view_rules(view_oid) AS q
   WHERE strpos(q.tree, '{SQLVALUEFUNCTION') > 0;
END;

-- Which tables a view's triggers watch, and the identity and state of those triggers, as text. Attaching a partition, dropping a
-- trigger, disabling and enabling it: each changes it, so between two equal stamps lies no gap.
CREATE OR REPLACE FUNCTION cutover.view_stamp(view_id integer, view_oid oid) RETURNS text
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(md5(string_agg(concat_ws(' ', t.relation, g.oid, g.tgenabled, g.xmin), ',' ORDER BY t.relation)), '')
    FROM cutover.view_tables(view_oid) AS t
    LEFT JOIN pg_trigger AS g ON g.tgrelid = t.relation AND g.tgname = 'cutover_view_' || view_id;
END;
-- Does row security leave a role alone on a table?
CREATE OR REPLACE FUNCTION cutover.bypasses_row_security(role_oid oid, table_oid oid) RETURNS boolean
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(bool_or(r.rolsuper OR r.rolbypassrls
                          OR (NOT t.relforcerowsecurity AND pg_has_role(r.oid, t.relowner, 'USAGE'))), false)
    FROM pg_roles AS r
    JOIN pg_class AS t ON t.oid = table_oid
   WHERE r.oid = role_oid;
END;

-- Rows that a materialized view shows to roles from whom the policies of its tables hide them. A materialized view has no row
-- security: it holds what the role that reads the tables may see, and shows all of that to everybody who may read it. One row per
-- table, role and relation through which that role reads: the view itself, or a view upon it.
CREATE OR REPLACE FUNCTION cutover.view_leaks(view_oid oid)
  RETURNS TABLE (table_name text, read_as text, shown_to text, through text)
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH RECURSIVE filtered AS (
    SELECT DISTINCT r.relation, r.reader
      FROM cutover.view_reads(view_oid) AS r
      JOIN pg_class AS t ON t.oid = r.relation AND t.relrowsecurity
     WHERE cutover.bypasses_row_security(r.reader, r.relation)
  ), shown_by (relation) AS (
    SELECT view_oid
    UNION
    SELECT rule.ev_class
      FROM shown_by
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = shown_by.relation
                         AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite AS rule ON rule.oid = d.objid AND rule.ev_type = '1'
  ), granted AS (
    SELECT c.oid AS relation, a.grantee
      FROM shown_by
      JOIN pg_class AS c ON c.oid = shown_by.relation
     CROSS JOIN LATERAL aclexplode(c.relacl) AS a
     WHERE a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
    UNION
    SELECT c.oid, a.grantee
      FROM shown_by
      JOIN pg_class AS c ON c.oid = shown_by.relation
      JOIN pg_attribute AS col ON col.attrelid = c.oid
     CROSS JOIN LATERAL aclexplode(col.attacl) AS a
     WHERE a.privilege_type = 'SELECT' AND a.grantee <> c.relowner
  )
  SELECT filtered.relation::regclass::text, pg_get_userbyid(filtered.reader)::text,
         CASE WHEN granted.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(granted.grantee)::text END,
         granted.relation::regclass::text
    FROM filtered
   CROSS JOIN granted
   WHERE NOT cutover.bypasses_row_security(granted.grantee, filtered.relation)
   ORDER BY 1, 3, 4;
END;
-- Marks a view as stale: the statement trigger on every table that a registered view reads, with the view's id as its argument.
-- One row per transaction and view. Its key starts with the transaction, so no writer waits for another; a mark is seen by a refresh
-- exactly when the rows are that it stands for; and a savepoint that is rolled back takes its mark along. SECURITY DEFINER: a writer
-- needs no right on the view or on anything of ours.
CREATE OR REPLACE FUNCTION cutover.mark_view_on_write() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  INSERT INTO cutover.view_marks (xid, view_id) VALUES (pg_catalog.pg_current_xact_id(), TG_ARGV[0]::integer)
      ON CONFLICT DO NOTHING;
  RETURN NULL;
END;
$$;

-- Marks a view as stale by call, when the caller's transaction commits.
CREATE OR REPLACE FUNCTION cutover.mark_view_stale(view_name text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known cutover.views := cutover.view_of(view_name);
BEGIN
  INSERT INTO cutover.view_marks (xid, view_id) VALUES (pg_catalog.pg_current_xact_id(), known.id) ON CONFLICT DO NOTHING;
END;
$$;

-- Folds committed marks into one time per view, so that they do not pile up until a view is due; returns how many are gone.
-- Lock: the row of each view that has marks, as a refresh takes it; a view that is being refreshed is left for the next time.
CREATE OR REPLACE FUNCTION cutover.gather_view_marks() RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  marked integer;
  oldest timestamptz;
  gathered bigint;
  total bigint := 0;
BEGIN
  FOR marked IN
    SELECT v.id FROM cutover.views AS v
     WHERE EXISTS (SELECT FROM cutover.view_marks AS m WHERE m.view_id = v.id)
     ORDER BY v.id
       FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    WITH gone AS (
      DELETE FROM cutover.view_marks AS m WHERE m.view_id = marked RETURNING m.noted_at
    )
    SELECT pg_catalog.min(gone.noted_at), pg_catalog.count(*) INTO oldest, gathered FROM gone;
    UPDATE cutover.views AS v SET stale_since = least(v.stale_since, oldest)
     WHERE v.id = marked AND (v.stale_since IS NULL OR v.stale_since > oldest);
    total := total + gathered;
  END LOOP;
  -- Of writers that were under way while their view was unregistered.
  DELETE FROM cutover.view_marks AS m WHERE NOT EXISTS (SELECT FROM cutover.views AS v WHERE v.id = m.view_id);
  RETURN total;
END;
$$;
-- May this role refresh that materialized view? REFRESH wants its owner, or from PostgreSQL 17 on the right MAINTAIN.
CREATE OR REPLACE FUNCTION cutover.may_refresh(role_oid oid, view_oid oid) RETURNS boolean
  LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF pg_has_role(role_oid, (SELECT c.relowner FROM pg_class AS c WHERE c.oid = view_oid), 'USAGE') THEN
    RETURN true;
  END IF;
  -- An older server does not know the word.
  RETURN current_setting('server_version_num')::integer >= 170000 AND has_table_privilege(role_oid, view_oid, 'MAINTAIN');
END;
$$;

-- Registers a materialized view, or changes how it is registered; call it in the migration that creates the view, and again after the
-- view was created anew with another query. Marks it as stale, so that whatever was written before it was watched is in the next refresh.
--
-- freshness: the longest that a committed write may be missing in the view.
-- marked_by: 'writes' puts a statement trigger on every table that it reads; 'schedule' goes by the clock alone; 'call' by
--   cutover.mark_view_stale() alone.
-- blocks_readers: refreshes under a lock that readers wait for, which is quicker where most rows change.
-- time_zone: the session's time zone while the query runs, whoever refreshes.
-- shows_hidden_rows: why the view may show rows that policies of its tables hide from those who may read it.
--
-- Lock: SHARE ROW EXCLUSIVE on each table that gets a trigger, until the caller's transaction ends; 100 ms of patience (55P03).
-- Rights: the caller owns the core schema, and has TRIGGER on the tables.
CREATE OR REPLACE FUNCTION cutover.register_view(
  view_name text, freshness interval, marked_by text DEFAULT 'writes', blocks_readers boolean DEFAULT false,
  time_zone text DEFAULT 'UTC', shows_hidden_rows text DEFAULT NULL
) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  found_view pg_class;
  own_name text;
  core_owner oid := (SELECT n.nspowner FROM pg_namespace AS n WHERE n.nspname = 'cutover');
  leak record;
  registered integer;
  watched record;
BEGIN
  SELECT * INTO found_view FROM pg_class AS c WHERE c.oid = to_regclass(view_name);
  IF found_view.oid IS NULL OR found_view.relkind <> 'm' THEN
    RAISE EXCEPTION '% is not a materialized view', view_name
      USING ERRCODE = 'CU042', HINT = 'Create it first, and name it with its schema: register_view(''public.totals'', ''5 minutes'').';
  END IF;
  own_name := found_view.oid::regclass::text;
  IF freshness IS NULL OR freshness < interval '0' OR marked_by IS NULL OR marked_by NOT IN ('writes', 'schedule', 'call')
     OR NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = time_zone)
     OR (marked_by = 'schedule' AND freshness = interval '0') THEN
    RAISE EXCEPTION 'view % cannot be registered with freshness %, marked by %, time zone %', own_name, freshness, marked_by, time_zone
      USING ERRCODE = 'CU043',
            HINT = 'freshness: not negative, and more than nothing on schedule; marked_by: writes, schedule or call; time_zone: a name in pg_timezone_names.';
  END IF;
  -- Refreshes run as the owner of the core's functions, whoever asks for them.
  IF NOT cutover.may_refresh(core_owner, found_view.oid) THEN
    RAISE EXCEPTION 'view % belongs to %, and % may not refresh it', own_name, pg_get_userbyid(found_view.relowner), pg_get_userbyid(core_owner)
      USING ERRCODE = 'CU044',
            HINT = format('GRANT %I TO %I, or from PostgreSQL 17 on GRANT MAINTAIN ON %s TO %I.',
                          pg_get_userbyid(found_view.relowner), pg_get_userbyid(core_owner), own_name, pg_get_userbyid(core_owner));
  END IF;
  SELECT * INTO leak FROM cutover.view_leaks(found_view.oid) LIMIT 1;
  IF leak.table_name IS NOT NULL AND shows_hidden_rows IS NULL THEN
    RAISE EXCEPTION 'view % would show % rows of % that its policies hide: they are read as %, who passes them', own_name,
      leak.shown_to, leak.table_name, leak.read_as
      USING ERRCODE = 'CU045',
            HINT = format('REVOKE SELECT ON %s FROM %s and let readers use a view with a condition of its own, or say why in shows_hidden_rows.',
                          leak.through, leak.shown_to);
  END IF;

  INSERT INTO cutover.views AS known (name, freshness, marked_by, blocks_readers, time_zone, shows_hidden_rows, stale_since)
  VALUES (own_name, register_view.freshness, register_view.marked_by, register_view.blocks_readers, register_view.time_zone,
          register_view.shows_hidden_rows, clock_timestamp())
      ON CONFLICT (name) DO UPDATE
     SET freshness = excluded.freshness, marked_by = excluded.marked_by, blocks_readers = excluded.blocks_readers,
         time_zone = excluded.time_zone, shows_hidden_rows = excluded.shows_hidden_rows,
         stale_since = least(known.stale_since, excluded.stale_since), next_try_at = NULL
  RETURNING known.id INTO registered;

  PERFORM cutover.drop_view_triggers(registered, CASE WHEN marked_by = 'writes' THEN found_view.oid END);
  FOR watched IN
    SELECT t.relation::regclass AS table_name, pg_has_role(c.relowner, 'USAGE') AS owned
      FROM cutover.view_tables(found_view.oid) AS t
      JOIN pg_class AS c ON c.oid = t.relation
     WHERE register_view.marked_by = 'writes' AND t.kind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = t.relation AND g.tgname = 'cutover_view_' || registered)
     ORDER BY t.relation
  LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION cutover.mark_view_on_write(%L)',
                   'cutover_view_' || registered, watched.table_name, registered);
    -- Also for what a restore or a replica's session writes; only the owner may say so.
    IF watched.owned THEN
      EXECUTE format('ALTER TABLE ONLY %s ENABLE ALWAYS TRIGGER %I', watched.table_name, 'cutover_view_' || registered);
    END IF;
  END LOOP;
  INSERT INTO cutover.events (event, detail)
  VALUES ('view_registered', jsonb_build_object('view', own_name, 'freshness', register_view.freshness, 'marked_by', register_view.marked_by,
                                                'shows_hidden_rows', register_view.shows_hidden_rows));
END;
$$;

-- Takes a view's triggers away, except from the tables that `still_read_by` reads (NULL: from all).
-- Lock: ACCESS EXCLUSIVE on each of these tables.
CREATE OR REPLACE FUNCTION cutover.drop_view_triggers(registered integer, still_read_by oid) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  superfluous record;
BEGIN
  FOR superfluous IN
    SELECT g.tgname, g.tgrelid::regclass AS table_name
      FROM pg_trigger AS g
     WHERE g.tgname = 'cutover_view_' || registered AND g.tgfoid = 'cutover.mark_view_on_write()'::regprocedure
       AND g.tgrelid NOT IN (SELECT t.relation FROM cutover.view_tables(still_read_by) AS t)
     ORDER BY g.tgrelid
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', superfluous.tgname, superfluous.table_name);
  END LOOP;
END;
$$;

-- Forgets a view, whether it still exists or not, and takes its triggers away.
-- Lock: ACCESS EXCLUSIVE on each table that has one, until the caller's transaction ends; 100 ms of patience (55P03).
CREATE OR REPLACE FUNCTION cutover.unregister_view(view_name text) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  known cutover.views := cutover.view_of(view_name);
BEGIN
  PERFORM cutover.drop_view_triggers(known.id, NULL);
  DELETE FROM cutover.views AS v WHERE v.id = known.id;
  DELETE FROM cutover.view_marks AS m WHERE m.view_id = known.id;
  INSERT INTO cutover.events (event, detail) VALUES ('view_unregistered', jsonb_build_object('view', known.name));
END;
$$;
-- How fresh the registered views are: all, or the one of that name. One row each, from the caller's snapshot.
--
-- state: fresh (no committed write is missing), stale (one is, or the view goes by the clock, for less than `freshness`), overdue (for
--   longer), failing (the last refresh failed), missing (there is no such view any more).
-- stale_since: the oldest write that may be missing, by the time of its statement. NULL: none is.
-- due_at: when a worker refreshes it, so that it is done by the time that `freshness` allows; a view is refreshed for at most half of
--   the time, and after a failure with growing pauses.
CREATE OR REPLACE FUNCTION cutover.view_freshness(view_name text DEFAULT NULL)
  RETURNS TABLE (
    name text, state text, freshness interval, marked_by text, stale_since timestamptz, staleness interval, due_at timestamptz,
    data_as_of timestamptz, refreshed_at timestamptz, took interval, row_count bigint, refreshed_concurrently boolean,
    not_concurrently_because text, refreshes bigint, failures integer, error text, failed_at timestamptz,
    blind_spots text[], leaks text[]
  )
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  -- MATERIALIZED: what stands in them is dear, and would be computed wherever it is named.
  WITH looked_at AS MATERIALIZED (
    SELECT v.*, found.oid AS view_oid,
           found.oid IS NULL OR found.relkind <> 'm' AS missing,
           (SELECT min(m.noted_at) FROM cutover.view_marks AS m WHERE m.view_id = v.id) AS marked_since,
           CASE WHEN v.marked_by = 'writes'
                THEN ARRAY(SELECT b.blind_spot FROM cutover.view_blind_spots(v.id, found.oid) AS b ORDER BY 1) ELSE '{}' END AS unseen,
           CASE WHEN v.marked_by = 'writes' THEN cutover.view_stamp(v.id, found.oid) END AS stamp_now,
           pg_relation_filenode(found.oid) AS filenode_now
      FROM cutover.views AS v
      LEFT JOIN pg_class AS found ON found.oid = to_regclass(v.name)
     WHERE v.name = view_name OR view_name IS NULL
  ), aged AS MATERIALIZED (
    SELECT l.*,
           least(l.stale_since, l.marked_since,
                 CASE WHEN l.data_as_of IS NULL THEN l.registered_at
                      -- By the clock; and what somebody else filled, or what nobody watched for a while, nobody knows.
                      WHEN l.marked_by = 'schedule' OR l.unseen <> '{}'
                        OR l.filenode IS DISTINCT FROM l.filenode_now OR l.watch_stamp IS DISTINCT FROM l.stamp_now
                      THEN l.data_as_of END) AS since
      FROM looked_at AS l
  )
  SELECT a.name,
         CASE WHEN a.missing THEN 'missing'
              WHEN a.failures > 0 THEN 'failing'
              WHEN a.since IS NULL THEN 'fresh'
              WHEN clock_timestamp() - a.since <= a.freshness THEN 'stale'
              ELSE 'overdue' END,
         a.freshness, a.marked_by, a.since, coalesce(greatest(clock_timestamp() - a.since, interval '0'), interval '0'),
         CASE WHEN NOT a.missing AND (a.since IS NOT NULL OR a.failures > 0)
              THEN greatest(a.since + a.freshness - least(2 * a.took, a.freshness / 2), a.refreshed_at + a.took, a.next_try_at) END,
         a.data_as_of, a.refreshed_at, a.took, a.row_count, a.refreshed_concurrently, a.not_concurrently_because, a.refreshes,
         a.failures, a.error, a.failed_at, a.unseen,
         ARRAY(SELECT format('%s may read through %s rows of %s that its policies hide', k.shown_to, k.through, k.table_name)
                 FROM cutover.view_leaks(a.view_oid) AS k WHERE a.shows_hidden_rows IS NULL)
    FROM aged AS a
   ORDER BY a.name;
END;
-- Why a view cannot be refreshed CONCURRENTLY; NULL: it can.
CREATE OR REPLACE FUNCTION cutover.not_concurrently_because(known cutover.views, view_oid oid) RETURNS text
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE
           WHEN known.blocks_readers THEN 'it is registered so'
           WHEN NOT c.relispopulated THEN 'it holds nothing yet'
           WHEN NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique) THEN 'it has no unique index'
           WHEN NOT EXISTS (SELECT FROM pg_index AS i
                             WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                               AND i.indpred IS NULL AND i.indexprs IS NULL)
           THEN 'its unique index is over expressions, has a WHERE, or is invalid'
         END
    FROM pg_class AS c
   WHERE c.oid = view_oid;
END;

-- Refreshes a registered view in the caller's transaction. It never raises for a refresh that failed: the error is recorded, and said
-- in the answer.
--
-- outcome: refreshed; failed; busy (somebody else is refreshing it); not_due (only_if_due: no write is missing, or not for long enough).
--
-- Why no write is lost: the view's row in cutover.views is locked until the caller's transaction ends, so two refreshes never overlap.
-- What follows are statements of their own, each with a younger snapshot: the tables are locked, so that nothing that rewrites or
-- truncates one commits in between and leaves an old snapshot with an empty table; the marks are deleted that are visible; the view is
-- refreshed, from a snapshot that sees everything that those marks stand for. A later mark stays, for one more refresh. In a transaction
-- with one snapshot for all statements none of that holds, hence CU040.
--
-- Lock: ACCESS SHARE on the tables; on the view EXCLUSIVE (readers go on) or, not concurrently, ACCESS EXCLUSIVE, then with only 100 ms
-- of patience, as readers queue behind it.
CREATE OR REPLACE FUNCTION cutover.refresh_view(view_name text, only_if_due boolean DEFAULT false)
  RETURNS TABLE (outcome text, took interval, row_count bigint, refreshed_concurrently boolean, not_concurrently_because text,
                 error_code text, error text)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '2s'
  SET row_security = on
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  known cutover.views := cutover.view_of(view_name);
  view_oid oid;
  as_of timestamptz := clock_timestamp();
  stamp text;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'view % is refreshed at READ COMMITTED only, this transaction is %', known.name, current_setting('transaction_isolation')
      USING ERRCODE = 'CU040', HINT = 'Its snapshot may be older than the last refresh. Call it outside of a transaction, or after BEGIN ISOLATION LEVEL READ COMMITTED.';
  END IF;

  SELECT * INTO known FROM cutover.views AS v WHERE v.id = known.id FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    outcome := 'busy';
    RETURN NEXT;
    RETURN;
  END IF;
  IF only_if_due AND NOT coalesce((SELECT f.due_at <= clock_timestamp() FROM cutover.view_freshness(known.name) AS f), false) THEN
    outcome := 'not_due';
    RETURN NEXT;
    RETURN;
  END IF;

  BEGIN
    view_oid := to_regclass(known.name);
    IF view_oid IS NULL THEN
      RAISE EXCEPTION 'materialized view % does not exist', known.name USING ERRCODE = 'undefined_table';
    END IF;
    PERFORM set_config('TimeZone', known.time_zone, true);
    PERFORM cutover.lock_view_tables(view_oid);

    as_of := clock_timestamp();
    stamp := CASE WHEN known.marked_by = 'writes' THEN cutover.view_stamp(known.id, view_oid) END;
    DELETE FROM cutover.view_marks AS m WHERE m.view_id = known.id;

    not_concurrently_because := cutover.not_concurrently_because(known, view_oid);
    refreshed_concurrently := not_concurrently_because IS NULL;
    IF refreshed_concurrently THEN
      EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY %s', known.name);
    ELSE
      PERFORM set_config('lock_timeout', '100ms', true);
      EXECUTE format('REFRESH MATERIALIZED VIEW %s', known.name);
    END IF;
    IF has_table_privilege(view_oid, 'SELECT') THEN
      EXECUTE format('SELECT count(*) FROM %s', known.name) INTO row_count;
    END IF;
    took := clock_timestamp() - as_of;

    UPDATE cutover.views AS v
       SET stale_since = NULL, data_as_of = as_of, refreshed_at = clock_timestamp(), took = refresh_view.took,
           row_count = refresh_view.row_count, refreshed_concurrently = refresh_view.refreshed_concurrently,
           not_concurrently_because = refresh_view.not_concurrently_because,
           filenode = pg_relation_filenode(view_oid), watch_stamp = stamp, refreshes = v.refreshes + 1,
           failures = 0, error = NULL, failed_at = NULL, next_try_at = NULL
     WHERE v.id = known.id;
    -- Registered views upon this one have no trigger to tell them.
    INSERT INTO cutover.view_marks (xid, view_id)
    SELECT pg_current_xact_id(), v.id
      FROM cutover.views AS v
     WHERE v.marked_by = 'writes'
       AND EXISTS (SELECT FROM cutover.view_reads(to_regclass(v.name)) AS r WHERE r.relation = view_oid AND NOT r.beyond)
        ON CONFLICT DO NOTHING;
    IF known.failures > 0 THEN
      INSERT INTO cutover.events (event, detail) VALUES ('view_refreshed_again', jsonb_build_object('view', known.name, 'failures', known.failures));
    END IF;
    outcome := 'refreshed';
  EXCEPTION WHEN query_canceled OR OTHERS THEN
    -- The marks are there again: nothing is lost by waiting.
    GET STACKED DIAGNOSTICS error_code = RETURNED_SQLSTATE, error = MESSAGE_TEXT;
    outcome := 'failed';
    took := clock_timestamp() - as_of;
    as_of := clock_timestamp();
    row_count := NULL;
    UPDATE cutover.views AS v
       SET failures = v.failures + 1, error = refresh_view.error_code || ': ' || refresh_view.error, failed_at = as_of,
           next_try_at = as_of + least(interval '5 minutes', interval '1 second' * 2 ^ least(v.failures, 10))
     WHERE v.id = known.id;
    IF known.failures = 0 THEN
      INSERT INTO cutover.events (event, detail)
      VALUES ('view_refresh_failed', jsonb_build_object('view', known.name, 'sqlstate', refresh_view.error_code, 'error', refresh_view.error));
    END IF;
  END;
  RETURN NEXT;
END;
$$;

-- Locks the tables that a view reads, as far as this role may: REFRESH would take the same locks, but after its snapshot.
CREATE OR REPLACE FUNCTION cutover.lock_view_tables(view_oid oid) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  read_table regclass;
BEGIN
  FOR read_table IN
    SELECT DISTINCT r.relation FROM cutover.view_reads(view_oid) AS r
     WHERE NOT r.beyond AND r.kind IN ('r', 'p') AND has_table_privilege(r.relation, 'SELECT')
     ORDER BY r.relation
  LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS SHARE MODE', read_table);
  END LOOP;
END;
$$;
-- Views may be registered upon the tables of a cutover: their triggers are no change of the catalog.
-- What of the catalog a compiled cutover relies on, table by table: columns, keys, foreign keys, application triggers, row
-- security, owner, partitioning. Our own triggers are told apart by their functions' schema and are listed by name and state; those that
-- mark materialized views as stale are nobody's business here.
CREATE OR REPLACE FUNCTION cutover.live_fingerprint(compiled_schema name, tables text[]) RETURNS jsonb
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(jsonb_object_agg(wanted.name, facts.found), '{}')
    FROM unnest(tables) AS wanted (name)
    LEFT JOIN pg_class AS t ON t.oid = to_regclass(wanted.name)
   CROSS JOIN LATERAL (
     SELECT CASE WHEN t.oid IS NULL THEN NULL ELSE jsonb_build_object(
       'owner', pg_get_userbyid(t.relowner),
       'kind', t.relkind,
       'row security', CASE WHEN t.relforcerowsecurity THEN 'forced' WHEN t.relrowsecurity THEN 'on' ELSE 'off' END,
       'columns', (SELECT jsonb_object_agg(a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                            CASE WHEN a.attnotnull THEN 'not null' END,
                            CASE WHEN a.attgenerated <> '' THEN 'generated' END,
                            CASE WHEN a.attidentity <> '' THEN 'identity' END))
                     FROM pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
       'keys', (SELECT jsonb_object_agg(c.conname, pg_get_constraintdef(c.oid))
                  FROM pg_constraint AS c WHERE c.conrelid = t.oid AND c.contype IN ('p', 'u', 'f', 'x')),
       'policies', (SELECT jsonb_object_agg(p.polname, p.polcmd) FROM pg_policy AS p WHERE p.polrelid = t.oid),
       'triggers', (SELECT jsonb_object_agg(g.tgname, pg_get_triggerdef(g.oid) || ' state ' || g.tgenabled::text)
                      FROM pg_trigger AS g JOIN pg_proc AS f ON f.oid = g.tgfoid JOIN pg_namespace AS n ON n.oid = f.pronamespace
                     WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND n.nspname NOT IN (compiled_schema, 'cutover')),
       'sync triggers', (SELECT jsonb_object_agg(g.tgname, g.tgenabled)
                           FROM pg_trigger AS g JOIN pg_proc AS f ON f.oid = g.tgfoid JOIN pg_namespace AS n ON n.oid = f.pronamespace
                          WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND n.nspname = compiled_schema),
       'partitions', (SELECT count(*) FROM pg_inherits AS i WHERE i.inhparent = t.oid)
     ) END AS found
   ) AS facts;
END;

-- The identity and state of all sync triggers of a cutover, as text: disabling, enabling, dropping and creating a trigger each
-- change it, so two equal stamps mean that no gap lies between them.
CREATE OR REPLACE FUNCTION cutover.trigger_stamp(cutover_name text) RETURNS text
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT coalesce(md5(string_agg(concat_ws(' ', g.oid, g.tgrelid::oid, g.tgenabled, g.xmin), ',' ORDER BY g.oid)), '')
    FROM cutover.cutovers AS c
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = c.compiled_schema
    JOIN pg_catalog.pg_proc AS f ON f.pronamespace = n.oid
    JOIN pg_catalog.pg_trigger AS g ON g.tgfoid = f.oid
   WHERE c.name = cutover_name;
END;

-- What of a table's facts matters. Triggers of other cutovers and projections on it come and go, and only note; they are in fingerprints
-- that were taken while they were there. columns: those that a projection reads of a table that it does not write (NULL: all matter);
-- other columns, keys, policies and triggers of such a table are the application's own business.
CREATE OR REPLACE FUNCTION cutover.watched_facts(facts jsonb, columns jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
  SELECT CASE
           WHEN facts IS NULL OR jsonb_typeof(facts) <> 'object' THEN facts
           WHEN columns IS NOT NULL
             THEN (facts - ARRAY['triggers', 'keys', 'policies'])
                  || jsonb_build_object('columns', (SELECT jsonb_object_agg(c.key, c.value) FROM jsonb_each(facts -> 'columns') AS c
                                                     WHERE columns ? c.key))
           WHEN jsonb_typeof(facts -> 'triggers') = 'object'
             THEN facts || jsonb_build_object('triggers', (SELECT jsonb_object_agg(t.key, t.value) FROM jsonb_each(facts -> 'triggers') AS t
                                                            WHERE NOT starts_with(t.key, 'zzz_cutover_')))
           ELSE facts
         END;
END;

-- What has changed since the cutover was compiled: one row per table and aspect, with the reason in words.
CREATE OR REPLACE FUNCTION cutover.fingerprint_problems(cutover_name text)
  RETURNS TABLE (table_name text, aspect text, problem text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT expected.key, aspects.aspect,
         CASE
           WHEN live.facts IS NULL THEN 'the table is gone'
           WHEN aspects.aspect = 'sync triggers' AND NOT coalesce(live.facts -> 'sync triggers', '{}') ? detail.name
             THEN 'the sync trigger ' || detail.name || ' has been dropped'
           WHEN aspects.aspect = 'sync triggers'
             THEN 'the sync trigger ' || detail.name || ' is disabled or fires otherwise (state '
                  || (live.facts -> 'sync triggers' ->> detail.name) || ')'
           WHEN detail.name IS NULL
             THEN aspects.aspect || ' was ' || (expected.value ->> aspects.aspect) || ', is ' || (live.facts ->> aspects.aspect)
           WHEN NOT coalesce(expected.value -> aspects.aspect, '{}') ? detail.name
             THEN aspects.aspect || ': ' || detail.name || ' has been added: ' || (live.facts -> aspects.aspect ->> detail.name)
           WHEN NOT coalesce(live.facts -> aspects.aspect, '{}') ? detail.name
             THEN aspects.aspect || ': ' || detail.name || ' is gone, it was: ' || (expected.value -> aspects.aspect ->> detail.name)
           ELSE aspects.aspect || ': ' || detail.name || ' was ' || (expected.value -> aspects.aspect ->> detail.name)
                || ', is ' || (live.facts -> aspects.aspect ->> detail.name)
         END
    FROM cutover.cutovers AS c
   CROSS JOIN LATERAL (
      SELECT e.key, cutover.watched_facts(e.value, c.definition -> 'reads' -> e.key) AS value FROM jsonb_each(c.fingerprint) AS e
    ) AS expected
    LEFT JOIN LATERAL (
      SELECT cutover.watched_facts(
               NULLIF(cutover.live_fingerprint(c.compiled_schema, ARRAY[expected.key]) -> expected.key, 'null'),
               c.definition -> 'reads' -> expected.key) AS facts
    ) AS live ON true
   CROSS JOIN LATERAL (
      SELECT 'table' AS aspect WHERE live.facts IS NULL
      UNION ALL
      SELECT a.aspect FROM unnest(ARRAY['owner', 'kind', 'row security', 'columns', 'keys', 'policies', 'triggers',
                                        'sync triggers', 'partitions']) AS a (aspect)
       WHERE live.facts IS NOT NULL
         AND (expected.value -> a.aspect) IS DISTINCT FROM (live.facts -> a.aspect)
    ) AS aspects
    LEFT JOIN LATERAL (
      SELECT names.name
        FROM (SELECT jsonb_object_keys(CASE WHEN jsonb_typeof(expected.value -> aspects.aspect) = 'object'
                                            THEN expected.value -> aspects.aspect ELSE '{}' END) AS name
              UNION
              SELECT jsonb_object_keys(CASE WHEN jsonb_typeof(live.facts -> aspects.aspect) = 'object'
                                            THEN live.facts -> aspects.aspect ELSE '{}' END)) AS names
       WHERE (expected.value -> aspects.aspect -> names.name) IS DISTINCT FROM (live.facts -> aspects.aspect -> names.name)
    ) AS detail ON true
   WHERE c.name = cutover_name AND c.phase NOT IN ('archived', 'dropped')
  UNION ALL
  SELECT 'all tables', 'sync triggers',
         'a sync trigger was disabled, dropped or re-created, and nothing has been verified since: writes may have passed unnoticed'
    FROM cutover.cutovers AS c
   WHERE c.name = cutover_name AND c.phase NOT IN ('archived', 'dropped')
     AND c.trigger_stamp <> '' AND cutover.trigger_stamp(c.name) <> c.trigger_stamp
     AND NOT EXISTS (SELECT FROM cutover.drift_runs AS r
                      WHERE r.cutover = c.name AND r.drifted_units = 0 AND r.trigger_stamp = cutover.trigger_stamp(c.name));
END;
-- Are the registered views that the definition names (gates.viewsFresh) as fresh as they have to be?
CREATE OR REPLACE FUNCTION cutover.gate_views_fresh(stand cutover.cutovers)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  wanted jsonb := stand.definition #> '{gates,viewsFresh}';
  late record;
BEGIN
  gate := 'views_fresh';
  SELECT named.name, coalesce(f.state, 'not registered') AS state, f.staleness, f.freshness, f.error INTO late
    FROM pg_catalog.jsonb_array_elements_text(wanted) AS named (name)
    LEFT JOIN LATERAL cutover.view_freshness(named.name) AS f ON true
   WHERE coalesce(f.state, 'not registered') NOT IN ('fresh', 'stale')
   ORDER BY named.name LIMIT 1;
  yes := late.name IS NULL;
  figure := CASE WHEN yes THEN pg_catalog.format('%s views', pg_catalog.jsonb_array_length(wanted))
                 ELSE pg_catalog.format('%s is %s', late.name, late.state) END;
  reason := CASE WHEN yes THEN 'every view named in the definition holds all writes that are older than its freshness'
                 WHEN late.error IS NOT NULL THEN pg_catalog.format('its last refresh failed: %s', late.error)
                 WHEN late.staleness IS NULL THEN 'nobody keeps it fresh'
                 ELSE pg_catalog.format('a write may be missing in it since %s, %s are allowed', late.staleness, late.freshness) END;
  next_step := CASE WHEN yes THEN NULL
                    WHEN late.staleness IS NULL THEN pg_catalog.format('SELECT cutover.register_view(%L, …) in a migration', late.name)
                    ELSE pg_catalog.format('cutover views --refresh %s, or run a worker', late.name) END;
  RETURN NEXT;
END;
$$;
-- A gate is a question that must be answered yes before a phase. Each answers with the figure, the reason and the next step.

-- Has a backfill of this epoch visited every unit?
CREATE OR REPLACE FUNCTION cutover.gate_backfill_complete(stand cutover.cutovers, unit_direction text DEFAULT 'forward')
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  last cutover.backfills;
  left_over bigint;
BEGIN
  gate := 'backfill_complete';
  SELECT * INTO last FROM cutover.backfills AS b
   WHERE b.cutover = stand.name AND b.direction = unit_direction AND b.epoch = stand.epoch
   ORDER BY b.id DESC LIMIT 1;
  IF last.id IS NULL THEN
    yes := false;
    figure := '0 units';
    reason := 'no backfill has been started since sync was switched on';
    next_step := pg_catalog.format('cutover backfill %s', stand.name);
  ELSE
    SELECT coalesce(pg_catalog.sum(r.last_ordinal - r.position), 0) INTO left_over
      FROM cutover.backfill_ranges AS r WHERE r.backfill = last.id;
    yes := last.finished_at IS NOT NULL;
    figure := pg_catalog.format('%s of %s units', last.units_total - left_over, last.units_total);
    reason := CASE WHEN yes THEN 'the backfill has visited every unit' ELSE 'the backfill is not done' END;
    next_step := CASE WHEN yes THEN NULL ELSE pg_catalog.format('cutover backfill %s', stand.name) END;
  END IF;
  RETURN NEXT;
END;
$$;

-- Did a verify of all wanted directions, begun after the last move and finished recently enough, find no more drift than
-- allowed, and does the catalog still look as it was compiled for?
CREATE OR REPLACE FUNCTION cutover.gate_drift_free(stand cutover.cutovers, wanted_directions text[])
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  run cutover.drift_runs;
  drifted bigint;
  allowed bigint := coalesce((stand.definition #>> '{gates,drift}')::bigint, 0);
  max_age interval := pg_catalog.make_interval(hours => coalesce((stand.definition #>> '{gates,verifyMaxAgeHours}')::integer, 24));
  problem record;
BEGIN
  gate := 'drift_free';
  yes := false;
  next_step := pg_catalog.format('cutover verify %s', stand.name);
  SELECT * INTO run FROM cutover.drift_runs AS r
   WHERE r.cutover = stand.name AND r.epoch = stand.epoch AND r.directions @> wanted_directions
     AND r.started_at > stand.phase_since AND r.trigger_stamp = cutover.trigger_stamp(stand.name)
   ORDER BY r.id DESC LIMIT 1;
  SELECT coalesce(pg_catalog.sum((per_kind.classes ->> 'drifted')::bigint), 0) INTO drifted
    FROM pg_catalog.jsonb_each(run.accounting) AS per_direction (direction, kinds)
   CROSS JOIN LATERAL pg_catalog.jsonb_each(per_direction.kinds) AS per_kind (kind, classes)
   WHERE per_direction.direction = ANY (wanted_directions);
  SELECT * INTO problem FROM cutover.fingerprint_problems(stand.name) LIMIT 1;
  IF problem.table_name IS NOT NULL THEN
    figure := 'catalog changed';
    reason := pg_catalog.format('%s: %s', problem.table_name, problem.problem);
    next_step := pg_catalog.format('undo the change, or compile again and run `cutover verify %s --repair`', stand.name);
  ELSIF run.id IS NULL THEN
    figure := 'not verified';
    reason := pg_catalog.format('no verify of %s since the move to %s', pg_catalog.array_to_string(wanted_directions, ' and '), stand.phase);
  ELSIF run.finished_at < pg_catalog.clock_timestamp() - max_age THEN
    figure := pg_catalog.format('verified %s', run.finished_at);
    reason := pg_catalog.format('the last verify is older than %s', max_age);
  ELSIF drifted > allowed THEN
    figure := pg_catalog.format('%s drifted units, %s allowed', drifted, allowed);
    reason := pg_catalog.format('verify run %s found drift', run.id);
    next_step := pg_catalog.format('cutover verify %s --repair', stand.name);
  ELSE
    yes := true;
    figure := pg_catalog.format('%s drifted units', drifted);
    reason := pg_catalog.format('verify run %s', run.id);
    next_step := NULL;
  END IF;
  RETURN NEXT;
END;
$$;

-- May the cutover move at all: no transaction from before the last move may still be open. Such a writer has acted on a phase
-- two steps back (it took no images of the rows it changed, for instance).
CREATE OR REPLACE FUNCTION cutover.gate_writers_current(stand cutover.cutovers)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  -- Of this database only, as far as this role may see them; one that is missed is caught when its note is worked off.
  older bigint := (
    SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity AS a
     WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
       AND a.backend_type = 'client backend' AND a.xact_start <= stand.phase_since
       AND (a.backend_xid IS NOT NULL OR (a.backend_xmin IS NOT NULL AND a.state LIKE 'idle in transaction%')))
    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_xacts AS p
        WHERE p.database = pg_catalog.current_database() AND p.prepared <= stand.phase_since);
BEGIN
  gate := 'writers_current';
  yes := older = 0;
  figure := pg_catalog.format('%s open transactions from before the last move', older);
  reason := CASE WHEN yes THEN 'every open transaction began after the last move'
                 ELSE 'a transaction that began before the last move is still open' END;
  next_step := CASE WHEN yes THEN NULL ELSE 'wait for it to end; pg_stat_activity shows it by backend_xid' END;
  RETURN NEXT;
END;
$$;

-- Has everything that was waiting at the last verify been worked off? Notes of later writes are no matter: they come and go. A note
-- that stays means that no drainer is at work, or that a unit fails again and again, and verify counts it as pending, not as drift.
CREATE OR REPLACE FUNCTION cutover.gate_outbox_drained(stand cutover.cutovers)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  verified_as_of pg_snapshot := (SELECT r.snapshot::pg_snapshot FROM cutover.drift_runs AS r
                                  WHERE r.cutover = stand.name ORDER BY r.id DESC LIMIT 1);
  left_over bigint;
BEGIN
  gate := 'outbox_drained';
  SELECT pg_catalog.count(*) INTO left_over FROM cutover.outbox AS o
   WHERE o.cutover = stand.name
     AND (verified_as_of IS NULL OR pg_catalog.pg_visible_in_snapshot(o.xid, verified_as_of));
  yes := left_over = 0;
  figure := pg_catalog.format('%s notes', left_over);
  reason := CASE WHEN yes THEN 'nothing that the last verify saw waiting still waits'
                 ELSE 'units were pending at the last verify and still are: it could not say whether they are right' END;
  next_step := CASE WHEN yes THEN NULL
                    ELSE pg_catalog.format('cutover drain %s (or run a worker), then cutover verify %s', stand.name, stand.name) END;
  RETURN NEXT;
END;
$$;

-- Is nobody left behind: no unit that failed and, before legacy goes, none that a rule holds back, unless somebody has accepted it?
-- Units that a rule excludes pass: that rule is the acceptance.
CREATE OR REPLACE FUNCTION cutover.gate_quarantine_accepted(stand cutover.cutovers, with_rules boolean)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  left_over bigint;
BEGIN
  gate := 'quarantine_accepted';
  SELECT pg_catalog.count(*) INTO left_over FROM cutover.quarantine AS q
   WHERE q.cutover = stand.name AND q.class = 'quarantined' AND q.accepted_at IS NULL
     -- A reverse unit that a rule holds back is the other end of a forward one, which is asked for.
     AND (q.error IS NOT NULL OR (with_rules AND q.direction = 'forward'));
  yes := left_over = 0;
  figure := pg_catalog.format('%s units', left_over);
  reason := CASE WHEN yes THEN 'no unit is in quarantine that nobody has accepted' ELSE 'units are in quarantine' END;
  next_step := CASE WHEN yes THEN NULL ELSE pg_catalog.format('cutover quarantine %s, then mend the rows or `--accept`', stand.name) END;
  RETURN NEXT;
END;
$$;

-- The gates in front of a phase, with their answers.
CREATE OR REPLACE FUNCTION cutover.ask_gates(cutover_name text, to_phase text)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  reversible boolean := stand.definition -> 'irreversible' IS NULL;
BEGIN
  IF NOT cutover.has_held_rows(cutover_name) THEN
    gate := 'nothing_to_protect';
    yes := true;
    figure := '0 legacy rows';
    reason := 'this cutover has never held a legacy row in this database';
    RETURN NEXT;
    RETURN;
  END IF;

  RETURN QUERY SELECT * FROM cutover.gate_writers_current(stand);
  IF to_phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    RETURN QUERY SELECT * FROM cutover.gate_outbox_drained(stand);
  END IF;
  IF to_phase IN ('backfilled', 'reads_switched', 'writes_switched') THEN
    RETURN QUERY SELECT * FROM cutover.gate_backfill_complete(stand);
  END IF;
  IF to_phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked', 'archived', 'dropped') THEN
    RETURN QUERY SELECT * FROM cutover.gate_quarantine_accepted(stand, with_rules => cutover.phase_rank(to_phase) >= 5);
  END IF;
  IF to_phase IN ('backfilled', 'reads_switched') OR (to_phase = 'writes_switched' AND NOT reversible) THEN
    RETURN QUERY SELECT * FROM cutover.gate_drift_free(stand, ARRAY['forward']);
  ELSIF to_phase IN ('writes_switched', 'legacy_locked') AND reversible THEN
    RETURN QUERY SELECT * FROM cutover.gate_drift_free(stand, ARRAY['forward', 'reverse']);
  END IF;
  IF cutover.phase_rank(to_phase) >= cutover.phase_rank('reads_switched') AND stand.definition #> '{gates,viewsFresh}' IS NOT NULL THEN
    RETURN QUERY SELECT * FROM cutover.gate_views_fresh(stand);
  END IF;
END;
$$;

-- Asks the gates and raises when one that is not forced says no; returns the answers for the record.
CREATE OR REPLACE FUNCTION cutover.require_gates(cutover_name text, to_phase text, force text[]) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  answers jsonb;
  refused record;
BEGIN
  SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(g)), '[]') INTO answers FROM cutover.ask_gates(cutover_name, to_phase) AS g;
  SELECT g.* INTO refused
    FROM pg_catalog.jsonb_to_recordset(answers) AS g (gate text, yes boolean, figure text, reason text, next_step text)
   WHERE NOT g.yes AND g.gate <> ALL (force) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'cutover %: gate % says no to %: % (%)', cutover_name, refused.gate, to_phase, refused.reason, refused.figure
      USING ERRCODE = 'CU015', HINT = refused.next_step, DETAIL = answers::text;
  END IF;
  RETURN answers;
END;
$$;

-- Installation, upgrade, removal, changed mappings. Functions only; nothing that a writer could meet is locked, and compiled SQL of
-- the version before goes on working.
-- The version of the core that this database holds: the number of the last core migration that ran here.
CREATE OR REPLACE FUNCTION cutover.core_version() RETURNS integer
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT coalesce(max(v.version), 0) FROM cutover.core_version AS v;
END;
-- What hangs on an object of this schema and lies outside of it: a view of the application, a default, a BEGIN ATOMIC function.
-- DROP SCHEMA … CASCADE would take it along in silence. Triggers that call a function of the schema are ours, and go with a cutover;
-- with_triggers: they count as well.
CREATE OR REPLACE FUNCTION cutover.outside_dependents(schema_name name, with_triggers boolean DEFAULT false) RETURNS SETOF text
  LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  WITH inside AS (
    SELECT 'pg_class'::regclass AS class, c.oid FROM pg_class AS c WHERE c.relnamespace = to_regnamespace(quote_ident(schema_name))
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid FROM pg_proc AS p WHERE p.pronamespace = to_regnamespace(quote_ident(schema_name))
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid FROM pg_type AS t WHERE t.typnamespace = to_regnamespace(quote_ident(schema_name))
  ), dependents AS (
    SELECT DISTINCT d.classid, d.objid, d.objsubid,
           coalesce(rule.ev_class, default_value.adrelid, checked.conrelid, policy.polrelid, called.tgrelid) AS relation
      FROM inside
      JOIN pg_depend AS d ON d.refclassid = inside.class AND d.refobjid = inside.oid
      LEFT JOIN pg_rewrite AS rule ON d.classid = 'pg_rewrite'::regclass AND rule.oid = d.objid
      LEFT JOIN pg_attrdef AS default_value ON d.classid = 'pg_attrdef'::regclass AND default_value.oid = d.objid
      LEFT JOIN pg_constraint AS checked ON d.classid = 'pg_constraint'::regclass AND checked.oid = d.objid
      LEFT JOIN pg_policy AS policy ON d.classid = 'pg_policy'::regclass AND policy.oid = d.objid
      LEFT JOIN pg_trigger AS called ON d.classid = 'pg_trigger'::regclass AND called.oid = d.objid
     WHERE d.deptype IN ('n', 'a') AND (with_triggers OR called.oid IS NULL)
  )
  SELECT DISTINCT CASE WHEN dependents.classid = 'pg_rewrite'::regclass
                       THEN pg_describe_object('pg_class'::regclass, dependents.relation, 0)
                       ELSE pg_describe_object(dependents.classid, dependents.objid, dependents.objsubid) END
    FROM dependents
   WHERE NOT EXISTS (SELECT FROM inside WHERE inside.class = dependents.classid AND inside.oid = dependents.objid)
     AND NOT EXISTS (SELECT FROM inside WHERE inside.class = 'pg_class'::regclass AND inside.oid = dependents.relation)
     AND dependents.classid <> 'pg_namespace'::regclass;
END;

-- Refuses to go on while something of the application hangs on a schema that is about to be dropped.
CREATE OR REPLACE FUNCTION cutover.require_no_dependents(
  schema_name name, shown_as name DEFAULT NULL, with_triggers boolean DEFAULT false
) RETURNS void
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  dependents text := (SELECT pg_catalog.string_agg(d, ', ' ORDER BY d) FROM cutover.outside_dependents(schema_name, with_triggers) AS d);
BEGIN
  IF dependents IS NOT NULL THEN
    RAISE EXCEPTION 'the schema % cannot go: % hangs on it', coalesce(shown_as, schema_name), dependents
      USING ERRCODE = 'CU064', HINT = 'Drop that, or let it do without, first; then run this again.';
  END IF;
END;
$$;
-- Drops what a compiled schema holds but the functions that triggers call: most of the work of dropping it, done while nobody has to wait
-- for it. Sessions that are at work go on with what they see until this transaction is committed.
-- Lock: ACCESS EXCLUSIVE on the schema's own views, which a verify reads.
CREATE OR REPLACE FUNCTION cutover.drop_all_but_triggers(schema_name name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET client_min_messages = warning
AS $$
DECLARE
  inside oid := pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema_name));
  dropped text;
BEGIN
  -- Types first: most functions go with them. Each list is made when the ones before have gone.
  SELECT 'DROP TYPE ' || pg_catalog.string_agg(pg_catalog.format('%I.%I', schema_name, c.relname), ', ') || ' CASCADE' INTO dropped
    FROM pg_catalog.pg_class AS c WHERE c.relnamespace = inside AND c.relkind = 'c';
  EXECUTE coalesce(dropped, 'SELECT');
  SELECT 'DROP VIEW ' || pg_catalog.string_agg(pg_catalog.format('%I.%I', schema_name, c.relname), ', ') || ' CASCADE' INTO dropped
    FROM pg_catalog.pg_class AS c WHERE c.relnamespace = inside AND c.relkind = 'v';
  EXECUTE coalesce(dropped, 'SELECT');
  SELECT 'DROP ROUTINE ' || pg_catalog.string_agg(p.oid::regprocedure::text, ', ') || ' CASCADE' INTO dropped
    FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = inside AND p.prorettype <> 'trigger'::regtype;
  EXECUTE coalesce(dropped, 'SELECT');
END;
$$;
-- Locks the tables that the triggers of a compiled schema stand on, and then the barrier: afterwards no writer of them is in the middle of
-- a transaction, nobody is flushing, draining or backfilling, and every note that there will be is committed.
-- Legacy and context tables come first: their writers go on to the new tables at their commit, and would meet us there the other way round.
-- Lock: ACCESS EXCLUSIVE on each table, until the end of the transaction. The time spent waiting, for all of them together, is
-- 100 ms (55P03; try again): as long is a writer held up who arrives meanwhile. While both sides are written, a commit of either goes on to
-- the other, so one that meets us has to give up first, after its own 60 ms; then it is 250.
CREATE OR REPLACE FUNCTION cutover.lock_out_writers(cutover_name text, schema_name name) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  locked record;
  until timestamptz := pg_catalog.clock_timestamp()
                     + CASE WHEN stand.phase IN ('writes_switched', 'legacy_locked') THEN interval '250 ms' ELSE interval '100 ms' END;
BEGIN
  FOR locked IN
    SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
           stand.definition -> 'tables' -> 'new' ? pg_catalog.format('%I.%I', n.nspname, c.relname) AS is_new
      FROM pg_catalog.pg_trigger AS g
      JOIN pg_catalog.pg_proc AS f ON f.oid = g.tgfoid
      JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE f.pronamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema_name)) AND NOT c.relispartition
     ORDER BY is_new, name
  LOOP
    PERFORM cutover.limit_wait(until);
    EXECUTE pg_catalog.format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', locked.name);
  END LOOP;
  PERFORM cutover.limit_wait(until);
  PERFORM cutover.barrier_exclusive();
END;
$$;

-- Lets the rest of this transaction wait for each lock until that moment at the latest, and for at least a millisecond.
CREATE OR REPLACE FUNCTION cutover.limit_wait(until timestamptz) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout',
    greatest(1, pg_catalog.ceil(extract(epoch FROM until - pg_catalog.clock_timestamp()) * 1000))::text || 'ms', true);
END;
$$;
-- Has a forward backfill of this epoch visited every unit?
CREATE OR REPLACE FUNCTION cutover.is_backfilled(stand cutover.cutovers) RETURNS boolean
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM cutover.backfills AS b
                  WHERE b.cutover = stand.name AND b.direction = 'forward' AND b.epoch = stand.epoch AND b.finished_at IS NOT NULL);
END;
$$;
-- Works off the own transaction's forward notes while legacy is the truth: whole units, coarser kinds first, in sorted order.
-- Stops when the cutover's time budget is used up, counted since the commit began to flush (NULL: there is no hurry); what is left stays
-- pending for the drainer.
DROP FUNCTION IF EXISTS cutover.flush_one_side(cutover.cutovers, xid8);
CREATE OR REPLACE FUNCTION cutover.flush_one_side(stand cutover.cutovers, own xid8, since timestamptz DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  batch record;
  held text[];
  of_others bigint;
  batch_started timestamptz;
  to_delete text[] := '{}';
  finest integer := (SELECT pg_catalog.max(kinds.rank)
                       FROM cutover.outbox AS noted
                       JOIN cutover.unit_kinds AS kinds
                         ON kinds.cutover = noted.cutover AND kinds.direction = noted.direction AND kinds.kind = noted.kind
                      WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward');
  budget interval := pg_catalog.make_interval(secs => (stand.definition #>> '{sync,budgetMs}')::double precision / 1000);
BEGIN
  -- Before the backfill has been here, a coarser unit may be missing that the noted one needs (a child of its week). After a changed
  -- mapping that is so in later phases as well.
  IF stand.phase = 'dual_write' OR NOT cutover.is_backfilled(stand) THEN
    INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT own, stand.name, 'forward', pg_catalog.split_part(coarser.ref, ':', 1),
           pg_catalog.substr(coarser.ref, pg_catalog.strpos(coarser.ref, ':') + 1)
      FROM (SELECT noted.kind, pg_catalog.array_agg(noted.unit) AS units
              FROM cutover.outbox AS noted
             WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward'
             GROUP BY noted.kind) AS noted
     CROSS JOIN LATERAL pg_catalog.unnest(cutover.compiled_coarser(stand.name, 'forward', noted.kind, noted.units)) AS coarser (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.units AS known
                        WHERE known.cutover = stand.name AND known.direction = 'forward'
                          AND known.kind = pg_catalog.split_part(coarser.ref, ':', 1)
                          AND known.unit = pg_catalog.substr(coarser.ref, pg_catalog.strpos(coarser.ref, ':') + 1)
                          AND known.epoch = stand.epoch OFFSET 0)
        ON CONFLICT DO NOTHING;
  END IF;

  FOR batch IN
    SELECT numbered.kind, numbered.rank, pg_catalog.array_agg(numbered.unit ORDER BY numbered.unit) AS units,
           numbered.part = pg_catalog.max(numbered.part) OVER (PARTITION BY numbered.kind) AS is_last,
           pg_catalog.count(*) OVER () - pg_catalog.row_number() OVER (ORDER BY numbered.rank, numbered.part) AS batches_left
      FROM (SELECT noted.kind, noted.unit, kinds.rank,
                   (pg_catalog.row_number() OVER (PARTITION BY noted.kind ORDER BY noted.unit) - 1) / 10 AS part
              FROM cutover.outbox AS noted
              JOIN cutover.unit_kinds AS kinds
                ON kinds.cutover = noted.cutover AND kinds.direction = noted.direction AND kinds.kind = noted.kind
             WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward') AS numbered
     GROUP BY numbered.rank, numbered.kind, numbered.part
     ORDER BY numbered.rank, numbered.part
  LOOP
    batch_started := pg_catalog.clock_timestamp();
    PERFORM cutover.lock_units(stand.name, 'forward', batch.kind, batch.units, stand.epoch);
    -- The committed notes of others on these units are worked off as well. Deleted before anything is read, so that none is deleted
    -- unread; a REPEATABLE READ transaction does not see them all and leaves them.
    of_others := 0;
    IF pg_catalog.current_setting('transaction_isolation') = 'read committed' THEN
      DELETE FROM cutover.outbox AS done
       WHERE done.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit))
         AND done.xid <> own;
      GET DIAGNOSTICS of_others = ROW_COUNT;
    END IF;
    -- Of a coarser kind only what is written: its rows may only go when those of the finer kinds have gone.
    held := cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units,
                                       CASE WHEN batch.rank < finest THEN 'write'
                                            WHEN batch.is_last AND of_others = 0 THEN 'whole' ELSE 'all' END);
    IF batch.rank < finest THEN
      to_delete := to_delete || ARRAY(SELECT batch.kind || ':' || unit FROM pg_catalog.unnest(batch.units) AS unit);
    END IF;
    DELETE FROM cutover.outbox AS done
     WHERE done.xid = own AND done.cutover = stand.name AND done.direction = 'forward' AND done.kind = batch.kind
       AND done.unit = ANY (batch.units) AND done.unit <> ALL (held);
    PERFORM cutover.release_units(stand.name, 'forward', batch.kind, ARRAY(SELECT unit FROM pg_catalog.unnest(batch.units) AS unit WHERE unit <> ALL (held)));
    -- The next batch will take about as long as this one.
    IF batch.batches_left > 0 AND pg_catalog.clock_timestamp() - since + (pg_catalog.clock_timestamp() - batch_started) > budget THEN
      -- The finer units that are left will be drained; the coarser ones have to be looked at again after them.
      PERFORM cutover.note_refs(stand.name, 'forward', to_delete);
      PERFORM cutover.settle_constraints(stand.name, 'forward');
      RETURN;
    END IF;
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', to_delete, finest_first => true) LOOP
    PERFORM cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units, 'delete');
  END LOOP;
  PERFORM cutover.settle_constraints(stand.name, 'forward');

  IF stand.phase IN ('backfilled', 'reads_switched') THEN
    DELETE FROM cutover.images AS own_image
     WHERE own_image.xid = own AND own_image.cutover IS NOT DISTINCT FROM stand.name
       AND NOT EXISTS (SELECT FROM cutover.outbox AS left_over WHERE left_over.xid = own AND left_over.cutover = stand.name);
  END IF;
END;
$$;
-- What the migration of a compiled cutover calls: first begin_compiled(), near its end swap_compiled() and register_cutover(), then
-- come the triggers, and last seal_compiled(). Whether it stands there already or not, it may be run: the SQL that stands goes on
-- working until swap_compiled(), and writers are held up only from there to the end of the migration.

-- Refuses statements that do not share one transaction: half of a compiled cutover is worse than none. The first statement of
-- the file has left the number of its transaction in a setting, which is gone when that transaction was its own.
CREATE OR REPLACE FUNCTION cutover.require_one_transaction() RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  IF pg_catalog.current_setting('cutover.transaction', true) IS DISTINCT FROM pg_catalog.pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'this file has to run in one transaction, and each of its statements has one of its own'
      USING ERRCODE = 'CU060', HINT = 'psql -1 -f <file>, or send the whole file as one string. Nothing of it was done.';
  END IF;
END;
$$;

-- Refuses to compile a cutover that is over, or that stands in the middle of a move. True when it is known.
CREATE OR REPLACE FUNCTION cutover.require_compilable(cutover_name text) RETURNS boolean
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  known cutover.cutovers;
BEGIN
  SELECT * INTO known FROM cutover.cutovers AS c WHERE c.name = cutover_name;
  IF known.phase IN ('archived', 'dropped') THEN
    RAISE EXCEPTION 'cutover % is in phase %: there is nothing to sync any more', cutover_name, known.phase
      USING ERRCODE = 'CU061', HINT = CASE known.phase
        WHEN 'archived' THEN 'Roll it back first, or leave its SQL as it is.'
        ELSE 'Leave its definition as it is; or `cutover remove` it first, when another is to have its name.' END;
  ELSIF known.step IS NOT NULL THEN
    RAISE EXCEPTION 'cutover % is in the middle of a move (%)', cutover_name, known.step
      USING ERRCODE = 'CU061', HINT = 'Bring the move to its end: run the same `cutover advance` or `cutover rollback` again.';
  END IF;
  RETURN known.name IS NOT NULL;
END;
$$;

-- The schema of a cutover, new and empty. What stood in it is moved aside under a name that no cutover can have, and stays at work.
CREATE OR REPLACE FUNCTION cutover.begin_compiled(cutover_name text, schema_name name, core integer) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  is_known boolean;
BEGIN
  PERFORM cutover.require_one_transaction();
  IF core > cutover.core_version() THEN
    RAISE EXCEPTION 'cutover % was compiled for core version %, this database has version %', cutover_name, core, cutover.core_version()
      USING ERRCODE = 'CU012', HINT = 'Run `cutover init --upgrade` and migrate first.';
  END IF;
  is_known := cutover.require_compilable(cutover_name);
  IF pg_catalog.to_regnamespace(pg_catalog.quote_ident(schema_name)) IS NOT NULL THEN
    IF NOT is_known THEN
      RAISE EXCEPTION 'the schema % is there already, and belongs to no cutover', schema_name
        USING ERRCODE = 'CU061', HINT = 'Drop or rename it, or choose another name for the cutover.';
    END IF;
    EXECUTE pg_catalog.format('ALTER SCHEMA %I RENAME TO %I', schema_name, schema_name || '$before');
  END IF;
  EXECUTE pg_catalog.format('CREATE SCHEMA %I', schema_name);
  EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', schema_name);
END;
$$;

-- Takes what stood before away, with its triggers. From here to the end of the migration nobody writes the tables of the cutover.
-- Lock: see lock_out_writers(). Nothing when the cutover is new.
CREATE OR REPLACE FUNCTION cutover.swap_compiled(cutover_name text, schema_name name) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  before name := schema_name || '$before';
BEGIN
  PERFORM cutover.require_one_transaction();
  IF pg_catalog.to_regnamespace(pg_catalog.quote_ident(before)) IS NULL THEN
    RETURN;
  END IF;
  PERFORM cutover.require_no_dependents(before, schema_name);
  PERFORM cutover.drop_all_but_triggers(before);
  PERFORM cutover.lock_out_writers(cutover_name, before);
  -- Asked again where nobody can move it any more.
  PERFORM cutover.require_compilable(cutover_name);
  EXECUTE pg_catalog.format('DROP SCHEMA %I CASCADE', before);
END;
$$;

-- Writes down the catalog and the triggers as they stand now: what the compiled SQL relies on.
CREATE OR REPLACE FUNCTION cutover.seal_compiled(cutover_name text, tables text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM cutover.require_one_transaction();
  UPDATE cutover.cutovers AS c
     SET fingerprint = cutover.live_fingerprint(c.compiled_schema, tables), trigger_stamp = cutover.trigger_stamp(c.name)
   WHERE c.name = cutover_name;
END;
$$;
-- The parts of a definition that decide what a cutover writes, and that are not the same in two of its forms: files of mappings and rules
-- by their paths, and `shape` for units, keys, feeds and tables. A form from before there was a `shape` says less of it.
CREATE OR REPLACE FUNCTION cutover.changed_parts(before jsonb, after jsonb) RETURNS text[]
  LANGUAGE sql IMMUTABLE
RETURN ARRAY(
  SELECT coalesce(old.path, new.path)
    FROM pg_catalog.jsonb_each_text(before -> 'mappings') AS old (path, text)
    FULL JOIN pg_catalog.jsonb_each_text(after -> 'mappings') AS new (path, text) ON new.path = old.path
   WHERE old.text IS DISTINCT FROM new.text
  UNION ALL
  SELECT 'shape'
   WHERE CASE WHEN before ? 'shape' AND after ? 'shape' THEN before -> 'shape' <> after -> 'shape'
              ELSE (before -> 'units', before -> 'tables', before -> 'keep', before ? 'irreversible')
                   IS DISTINCT FROM (after -> 'units', after -> 'tables', after -> 'keep', after ? 'irreversible') END
  ORDER BY 1);

-- Compiled SQL signs in here. Compiled again, it replaces what it said before. When what it writes has changed:
-- * While legacy is the truth, every unit counts as not yet backfilled (a new epoch), so that gates ask for a backfill and a verify
--   again, and nobody's acceptance of a unit in the quarantine holds any longer. When units are spelled otherwise than before, notes
--   and images in the old spelling are dropped: the backfill visits every unit.
-- * Once writes have moved it is refused (CU019): the new side would differ from what the changed mapping says, with no way to tell who
--   is right, and the reverse mapping is the way back.
-- Lock: of a cutover that stands already, the barrier.
CREATE OR REPLACE FUNCTION cutover.register_cutover(
  cutover_name text, schema_name name, compiled_definition jsonb, expected_fingerprint jsonb, core integer
) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  before cutover.cutovers;
  changed text[] := '{}';
  waiting bigint;
BEGIN
  IF core > cutover.core_version() THEN
    RAISE EXCEPTION 'cutover % was compiled for core version %, this database has version %', cutover_name, core, cutover.core_version()
      USING ERRCODE = 'CU012', HINT = 'Run `cutover init --upgrade` and migrate first.';
  END IF;
  IF core >= 2 THEN
    PERFORM cutover.require_one_transaction();
  END IF;
  SELECT * INTO before FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR UPDATE;

  IF before.name IS NOT NULL THEN
    -- With the triggers' tables locked there is no writer left who could commit a note behind our back, and no drainer with this.
    PERFORM cutover.barrier_exclusive();
    changed := cutover.changed_parts(before.definition, compiled_definition);
  END IF;
  IF changed <> '{}' AND cutover.phase_rank(before.phase) >= 4 THEN
    RAISE EXCEPTION 'cutover %: % cannot change in phase %', cutover_name,
      pg_catalog.replace(pg_catalog.array_to_string(changed, ', '), 'shape', 'its units, keys or tables'), before.phase
      USING ERRCODE = 'CU019',
            HINT = 'The new side is the truth now and would differ from what the changed mapping says, with no way back. Roll back first.';
  END IF;
  IF changed <> '{}' THEN
    DELETE FROM cutover.quarantine AS q WHERE q.cutover = cutover_name;
  END IF;
  IF 'shape' = ANY (changed) THEN
    SELECT pg_catalog.count(*) INTO waiting FROM (SELECT FROM cutover.outbox AS o WHERE o.cutover = cutover_name LIMIT 20001) AS counted;
    IF waiting > 20000 THEN
      RAISE EXCEPTION 'cutover %: more than 20000 notes are waiting, and throwing them away would hold writers up', cutover_name
        USING ERRCODE = 'CU062', HINT = pg_catalog.format('Run `cutover drain %s`, or a worker, and migrate again.', cutover_name);
    END IF;
    DELETE FROM cutover.outbox AS o WHERE o.cutover = cutover_name;
    DELETE FROM cutover.images AS i WHERE i.cutover = cutover_name;
  END IF;

  INSERT INTO cutover.cutovers AS known (name, compiled_schema, definition, fingerprint)
  VALUES (cutover_name, schema_name, compiled_definition, expected_fingerprint)
      ON CONFLICT (name) DO UPDATE
     SET definition = excluded.definition, fingerprint = excluded.fingerprint,
         epoch = known.epoch + CASE WHEN changed = '{}' THEN 0 ELSE 1 END;
  DELETE FROM cutover.unit_kinds AS old WHERE old.cutover = cutover_name;
  INSERT INTO cutover.unit_kinds (cutover, direction, kind, rank)
  SELECT cutover_name, directions.direction, kinds.kind ->> 0, kinds.rank
    FROM (VALUES ('forward'), ('reverse')) AS directions (direction)
   CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(
           coalesce(compiled_definition -> 'units' -> directions.direction, '[]')) WITH ORDINALITY AS kinds (kind, rank);

  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, CASE WHEN before.name IS NULL THEN 'cutover_registered' ELSE 'cutover_compiled_again' END,
          pg_catalog.jsonb_build_object('core', core, 'changed', pg_catalog.to_jsonb(changed), 'phase', before.phase));
END;
$$;
-- Takes a cutover out of the database: its compiled schema, its triggers, and every row that the core holds about it but the events,
-- the last of which says what its moves were. Only from `expanded`, where sync writes nothing, and from `dropped`, where it is over.
-- The tables of the application stay as they are.
-- from_phase: the phase in which it stands where this was decided. When that is `dropped`, a database in which it stands earlier and
-- has never held a row (one that replays the migrations) is brought there first; where it has held rows, it is refused.
-- SECURITY INVOKER: for the owner. From a migration file, let it be the last statement of its file.
-- Lock: from `expanded`, see lock_out_writers(), until the end of the transaction; from `dropped`, none that a writer meets.
CREATE OR REPLACE FUNCTION cutover.remove(cutover_name text, from_phase text DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  next_phase text;
  history jsonb;
  left_over bigint;
BEGIN
  IF from_phase NOT IN ('expanded', 'dropped') THEN
    RAISE EXCEPTION 'a cutover is removed from expanded or from dropped, not from "%"', from_phase
      USING ERRCODE = 'CU013', HINT = 'Roll it back, or advance it to dropped, first.';
  END IF;
  IF from_phase = 'dropped' AND stand.phase <> 'dropped' AND NOT cutover.has_held_rows(cutover_name) THEN
    FOREACH next_phase IN ARRAY ARRAY['dual_write', 'backfilled', 'reads_switched', 'writes_switched', 'legacy_locked', 'archived', 'dropped'] LOOP
      CONTINUE WHEN cutover.phase_rank(next_phase) <= cutover.phase_rank(stand.phase);
      PERFORM cutover.advance(cutover_name, next_phase, reason => 'removed');
    END LOOP;
    stand := cutover.stand_of(cutover_name);
  END IF;
  IF stand.phase NOT IN ('expanded', 'dropped') OR stand.step IS NOT NULL OR stand.phase <> from_phase THEN
    RAISE EXCEPTION 'cutover % is in phase %, it can be removed from %', cutover_name,
      stand.phase || coalesce(' (' || stand.step || ')', ''), coalesce(from_phase, 'expanded or dropped')
      USING ERRCODE = 'CU063',
            HINT = CASE WHEN stand.phase = 'dropped' THEN pg_catalog.format('Remove it from where it stands: SELECT cutover.remove(%L, ''dropped'').', cutover_name)
                        WHEN stand.phase IN ('archived', 'legacy_locked', 'writes_switched') OR from_phase = 'dropped'
                        THEN pg_catalog.format('`cutover advance %s --to dropped`, or `cutover rollback %s`; then remove it.', cutover_name, cutover_name)
                        ELSE pg_catalog.format('`cutover rollback %s` first; it loses nothing.', cutover_name) END;
  END IF;

  -- What is much to delete goes before anybody is held up.
  PERFORM cutover.forget_rows(cutover_name);
  IF stand.phase = 'expanded' THEN
    PERFORM cutover.require_no_dependents(stand.compiled_schema);
    PERFORM cutover.drop_all_but_triggers(stand.compiled_schema);
    PERFORM cutover.lock_out_writers(cutover_name, stand.compiled_schema);
  END IF;
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name AND c.phase = stand.phase AND c.move = stand.move FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'cutover % has moved while it was to be removed', cutover_name
      USING ERRCODE = 'CU063', HINT = 'Look at `cutover status`, and decide again.';
  END IF;
  SELECT pg_catalog.count(*) INTO left_over FROM cutover.quarantine AS q
   WHERE q.cutover = cutover_name AND q.direction = 'reverse' AND q.error IS NOT NULL AND q.accepted_at IS NULL;
  left_over := left_over + (SELECT pg_catalog.count(*) FROM cutover.outbox AS o WHERE o.cutover = cutover_name AND o.direction = 'reverse');
  IF left_over > 0 THEN
    RAISE EXCEPTION 'cutover %: % units were written on the new side and are not in the legacy tables', cutover_name, left_over
      USING ERRCODE = 'CU063', HINT = pg_catalog.format('`cutover drain %s`, then mend or accept what `cutover quarantine %s` shows.', cutover_name, cutover_name);
  END IF;

  IF stand.phase = 'expanded' THEN
    -- CASCADE reaches our own triggers on the tables, which hang on functions of this schema.
    EXECUTE pg_catalog.format('DROP SCHEMA IF EXISTS %I CASCADE', stand.compiled_schema);
  END IF;
  SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) - 'gates' ORDER BY t.id), '[]') INTO history
    FROM cutover.phase_transitions AS t WHERE t.cutover = cutover_name;
  PERFORM cutover.forget_rows(cutover_name, all_of_them => true);
  DELETE FROM cutover.cutovers AS c WHERE c.name = cutover_name;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'cutover_removed', pg_catalog.jsonb_build_object('from', stand.phase, 'moves', history));
END;
$$;

-- Deletes what the core's tables hold about a cutover, in every one that has a column `cutover`; the row of the cutover itself and the
-- events stay. Without all_of_them only what can be much, and what no decision hangs on.
CREATE OR REPLACE FUNCTION cutover.forget_rows(cutover_name text, all_of_them boolean DEFAULT false) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  forgotten record;
BEGIN
  FOR forgotten IN
    SELECT c.relname FROM pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = 'cutover' AND c.relkind IN ('r', 'p') AND a.attname = 'cutover' AND NOT a.attisdropped
       AND c.relname <> 'events'
       AND (all_of_them OR c.relname IN ('units', 'observations', 'backfills', 'drift_runs'))
     ORDER BY c.relname
  LOOP
    EXECUTE pg_catalog.format('DELETE FROM cutover.%I AS gone WHERE gone.cutover = $1', forgotten.relname) USING cutover_name;
  END LOOP;
END;
$$;
-- Takes the toolkit out of the database: the schema `cutover` with all that it holds, and the queue of the workers. Refused while a
-- cutover or a registered view is there, and while anything else hangs on it.
-- SECURITY INVOKER: for the owner. Stop the workers first: one that starts later fails, as there is no core for it.
-- Lock: ACCESS EXCLUSIVE on our own tables; none that a writer meets, as no trigger is left.
CREATE OR REPLACE FUNCTION cutover.uninstall() RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  known text;
BEGIN
  -- Nobody registers one behind our back.
  LOCK TABLE cutover.cutovers IN ACCESS EXCLUSIVE MODE;
  SELECT pg_catalog.string_agg(pg_catalog.format('%s (%s)', c.name, c.phase), ', ' ORDER BY c.name) INTO known FROM cutover.cutovers AS c;
  IF known IS NOT NULL THEN
    RAISE EXCEPTION 'cutovers are still there: %', known
      USING ERRCODE = 'CU065', HINT = '`cutover remove <name>` each of them first, from expanded or from dropped.';
  END IF;
  SELECT pg_catalog.string_agg(v.name, ', ' ORDER BY v.name) INTO known FROM cutover.views AS v;
  IF known IS NOT NULL THEN
    RAISE EXCEPTION 'views are still registered: %', known
      USING ERRCODE = 'CU065', HINT = 'SELECT cutover.unregister_view(''<view>'') for each of them first.';
  END IF;
  PERFORM cutover.require_no_dependents('cutover', with_triggers => true);
  IF pg_catalog.to_regclass('cutover_jobs.job') IS NOT NULL AND pg_catalog.to_regclass('cutover_jobs.version') IS NOT NULL THEN
    PERFORM cutover.require_no_dependents('cutover_jobs');
    DROP SCHEMA cutover_jobs CASCADE;
  END IF;
  DROP SCHEMA cutover CASCADE;
END;
$$;

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

-- What makes two requests the same: the operation and the request as jsonb prints it, in which the order of keys and blanks make
-- no difference. 1 and 1.0 are printed differently and still equal; begin_request() therefore asks jsonb as well.
CREATE OR REPLACE FUNCTION cutover.request_fingerprint(operation text, request jsonb) RETURNS bytea
  LANGUAGE sql STABLE
RETURN pg_catalog.sha256(pg_catalog.convert_to(operation || E'\n' || request::text, 'UTF8'));
-- Begins a request in the caller's transaction, or gives back what was answered to it before.
--
--   replayed false   the work is the caller's: do it, then finish_request(id, response), all in this transaction
--   replayed true    status and response are the stored ones; do nothing
--
-- Locks: an advisory one of the key, to the end of the transaction. Attempts of one key queue up behind it, in their order and for
-- at most `wait`; the unique index decides, so that two keys of one hash merely wait for each other. A stored answer is read without
-- any lock, except at SERIALIZABLE, where reading what is not there would set requests of different keys against each other.
-- At REPEATABLE READ and above, an answer that was stored after the snapshot is met as 40001: try again in a new transaction.
-- What an attempt that fails, dies or is rolled back has left: nothing.
CREATE OR REPLACE FUNCTION cutover.begin_request(
  scope text, key text, operation text, request jsonb,
  keep interval DEFAULT '24 hours', wait interval DEFAULT '5 seconds',
  OUT id uuid, OUT replayed boolean, OUT status text, OUT response jsonb
)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '5s'
AS $$
DECLARE
  wanted jsonb := coalesce(begin_request.request, 'null');
  wanted_fingerprint bytea := cutover.request_fingerprint(begin_request.operation, wanted);
  lock_key bigint := pg_catalog.hashtextextended(begin_request.key, pg_catalog.hashtextextended(begin_request.scope, 0));
  wait_ms double precision := 1000 * extract(epoch FROM wait);
  stored cutover.idempotency_log;
BEGIN
  IF scope IS NULL OR key IS NULL OR operation IS NULL OR '' IN (scope, key, operation)
     OR greatest(pg_catalog.length(scope), pg_catalog.length(key), pg_catalog.length(operation)) > 255 THEN
    RAISE EXCEPTION 'a request needs a scope, a key and an operation of 1 to 255 characters each'
      USING ERRCODE = 'CU033', HINT = 'Let the client make one key per action, a random uuid say, and use it for every retry.';
  ELSIF keep IS NULL OR keep <= interval '0' OR wait_ms IS NULL OR wait_ms < 0 THEN
    RAISE EXCEPTION 'request "%": it cannot be kept for % and waited for for %', key, keep, wait
      USING ERRCODE = 'CU033', HINT = 'keep is longer than 0, wait is 0 or longer.';
  END IF;

  IF pg_catalog.current_setting('transaction_isolation') <> 'serializable' THEN
    SELECT * INTO stored FROM cutover.idempotency_log AS log
     WHERE log.scope = begin_request.scope AND log.key = begin_request.key AND log.expires_at > pg_catalog.clock_timestamp();
  END IF;

  IF stored.id IS NULL THEN
    -- Back to the function's own value at its end, like every SET LOCAL inside of one that has a SET clause. 0 would be no bound at all.
    PERFORM pg_catalog.set_config('lock_timeout', greatest(1, least(2147483647, wait_ms))::bigint::text, true);
    IF NOT pg_catalog.pg_try_advisory_xact_lock(lock_key) THEN
      BEGIN
        IF wait_ms = 0 THEN
          RAISE lock_not_available;
        END IF;
        PERFORM pg_catalog.pg_advisory_xact_lock(lock_key);
      EXCEPTION WHEN lock_not_available THEN
        RAISE EXCEPTION 'request "%" is being carried out by another session, for longer than %', key, wait
          USING ERRCODE = 'CU031', HINT = 'Send the same request again, with the same key: it is not carried out twice.';
      END;
    END IF;
    LOOP
      INSERT INTO cutover.idempotency_log AS log (key, operation, request_data, status, created_at, expires_at, scope, fingerprint)
      SELECT begin_request.key, begin_request.operation, wanted, 'failed', this.moment, this.moment + keep, begin_request.scope, wanted_fingerprint
        FROM pg_catalog.clock_timestamp() AS this (moment)
          ON CONFLICT DO NOTHING
      RETURNING log.id INTO begin_request.id;
      IF FOUND THEN
        replayed := false;
        RETURN;
      END IF;
      SELECT * INTO stored FROM cutover.idempotency_log AS log
       WHERE log.scope = begin_request.scope AND log.key = begin_request.key;
      EXIT WHEN stored.expires_at > pg_catalog.clock_timestamp();
      -- Expired, whether the clean-up has been there or not: the new run takes its place.
      DELETE FROM cutover.idempotency_log AS log WHERE log.id = stored.id;
    END LOOP;
  END IF;

  IF stored.operation <> begin_request.operation
     OR stored.fingerprint <> wanted_fingerprint AND stored.request_data IS DISTINCT FROM wanted THEN
    RAISE EXCEPTION 'request "%" was another request before: % with other content', key, stored.operation
      USING ERRCODE = 'CU030', HINT = 'One key is one request. Make a new key for what the user asks for anew, and for that only.';
  ELSIF stored.response_data IS NULL THEN
    RAISE EXCEPTION 'request "%" was begun, and has not been finished in the same transaction', key
      USING ERRCODE = 'CU032',
            HINT = 'Whether its work was done, only its author can say. Look, then delete its row in cutover.idempotency_log.';
  END IF;
  id := stored.id;
  replayed := true;
  status := stored.status;
  response := stored.response_data;
END;
$$;
-- Stores the answer to a request that this transaction has begun, and gives it back as every replay will: as jsonb.
-- status: success, or failed or not_implemented for a refusal that no retry can change. What a retry may change is not stored:
-- roll the transaction back instead.
CREATE OR REPLACE FUNCTION cutover.finish_request(id uuid, response jsonb, status text DEFAULT 'success') RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  stored jsonb;
BEGIN
  IF status IS NULL OR status NOT IN ('success', 'failed', 'not_implemented') THEN
    RAISE EXCEPTION 'a request cannot end as "%"', status
      USING ERRCODE = 'CU033', HINT = 'Statuses: success, failed, not_implemented.';
  END IF;
  -- An upsert that never inserts: what it would insert has no answer, and is refused below. An UPDATE would read the index, and at
  -- SERIALIZABLE that sets requests against each other whose ids happen to lie on one page.
  -- A row that is older than this transaction: begin and finish were sent without BEGIN and COMMIT around them.
  INSERT INTO cutover.idempotency_log AS log (id, key, operation, status, scope, fingerprint)
  SELECT finish_request.id, finish_request.id::text, '', 'failed', '', '' WHERE finish_request.id IS NOT NULL
      ON CONFLICT ON CONSTRAINT idempotency_log_pkey DO UPDATE
     SET response_data = coalesce(finish_request.response, 'null'), status = finish_request.status
   WHERE log.response_data IS NULL AND pg_catalog.age(log.xmin) <= 0
  RETURNING log.response_data INTO stored;
  IF stored IS NULL THEN
    RAISE EXCEPTION 'request % was not begun in this transaction, or is finished already', finish_request.id
      USING ERRCODE = 'CU034', HINT = 'begin_request(), the work and finish_request() belong into one transaction, in this order.';
  END IF;
  RETURN stored;
END;
$$;
-- Ends the function that cutover.request() is calling: what it wrote is undone, and the refusal is stored as the answer.
-- For what no retry can change, such as a request that makes no sense. Anything else: RAISE, and nothing is stored.
CREATE OR REPLACE FUNCTION cutover.refuse(response jsonb, status text DEFAULT 'failed') RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'the request was refused: %', response
    USING ERRCODE = 'CU036',
          DETAIL = pg_catalog.jsonb_build_object('status', status, 'response', response),
          HINT = 'Outside of cutover.request() nobody stores a refusal: call the function through it.';
END;
$$;
-- One idempotent call, for clients that can only call functions: runs function(request) once per scope and key, and answers
--   {"status": "success" | "failed" | "not_implemented", "replayed": true | false, "response": …}
-- `function` takes one jsonb and returns one. What it raises undoes everything and is stored nowhere, so that a retry runs it again;
-- cutover.refuse() ends it with an answer that is stored.
--
-- Not SECURITY DEFINER, and that is the point: the function is called with the rights of the caller, who needs EXECUTE on it, on this
-- one, and on begin_request() and finish_request(). The search_path is the caller's too, as the function may rely on it: so every
-- name and operator in here is qualified.
-- The scope is taken at its word. Sessions that may not be believed call a function of yours that knows who they are.
CREATE OR REPLACE FUNCTION cutover.request(
  scope text, key text, operation text, request jsonb, function regprocedure,
  keep interval DEFAULT '24 hours', wait interval DEFAULT '5 seconds'
) RETURNS jsonb
  LANGUAGE plpgsql
AS $$
DECLARE
  begun record;
  callee text;
  answer jsonb;
  outcome text := 'success';
  refusal text;
BEGIN
  SELECT pg_catalog.format('SELECT %I.%I($1)', home.nspname, called.proname) INTO callee
    FROM pg_catalog.pg_proc AS called
    JOIN pg_catalog.pg_namespace AS home ON home.oid OPERATOR(pg_catalog.=) called.pronamespace
   WHERE called.oid OPERATOR(pg_catalog.=) request.function
     AND called.prokind OPERATOR(pg_catalog.=) 'f' AND NOT called.proretset
     AND called.prorettype OPERATOR(pg_catalog.=) 'pg_catalog.jsonb'::pg_catalog.regtype
     AND pg_catalog.oidvectortypes(called.proargtypes) OPERATOR(pg_catalog.=) 'jsonb';
  IF callee IS NULL THEN
    RAISE EXCEPTION 'request "%": % cannot carry out a request', request.key, coalesce(request.function::text, 'NULL')
      USING ERRCODE = 'CU035', HINT = 'Name a function that takes one jsonb and returns one jsonb.';
  END IF;

  SELECT * INTO begun FROM cutover.begin_request(request.scope, request.key, request.operation, request.request, request.keep, request.wait);
  IF begun.replayed THEN
    RETURN pg_catalog.jsonb_build_object('status', begun.status, 'replayed', true, 'response', begun.response);
  END IF;
  BEGIN
    EXECUTE callee INTO answer USING request.request;
  EXCEPTION WHEN SQLSTATE 'CU036' THEN
    GET STACKED DIAGNOSTICS refusal = PG_EXCEPTION_DETAIL;
    answer := pg_catalog.jsonb_extract_path(refusal::pg_catalog.jsonb, 'response');
    outcome := pg_catalog.jsonb_extract_path_text(refusal::pg_catalog.jsonb, 'status');
  END;
  answer := cutover.finish_request(begun.id, answer, outcome);
  RETURN pg_catalog.jsonb_build_object('status', outcome, 'replayed', false, 'response', answer);
END;
$$;
-- Deletes expired requests, the oldest first, and gives the number of those deleted: 10,000 at most, so that the transaction is
-- short. Fewer means that nothing is left. Locks: the deleted rows, which nobody honours any more; one that a new run is just taking
-- the place of is left out.
CREATE OR REPLACE FUNCTION cutover.cleanup_idempotency_log() RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- A constant, for the index on expires_at.
  moment timestamptz := pg_catalog.clock_timestamp();
  deleted integer;
BEGIN
  DELETE FROM cutover.idempotency_log AS log
   WHERE log.id = ANY (ARRAY(
           SELECT expired.id FROM cutover.idempotency_log AS expired
            WHERE expired.expires_at <= moment
            ORDER BY expired.expires_at
            LIMIT 10000
              FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END;
$$;

-- All of them, one transaction after the other: for cron extensions and psql. `cutover worker` does the same once a day.
CREATE OR REPLACE PROCEDURE cutover.cleanup_idempotency_log_all(INOUT deleted integer DEFAULT 0)
  LANGUAGE plpgsql
AS $$
DECLARE
  batch integer;
BEGIN
  deleted := 0;
  LOOP
    batch := cutover.cleanup_idempotency_log();
    deleted := deleted OPERATOR(pg_catalog.+) batch;
    COMMIT;
    EXIT WHEN batch OPERATOR(pg_catalog.<) 10000;
  END LOOP;
END;
$$;
-- What the log of requests holds. The four statuses add up to the total; expired ones are of every status, and still there until
-- the clean-up comes. unfinished: begun and committed without an answer, which blocks its key until it expires.
CREATE OR REPLACE VIEW cutover.idempotency_status AS
SELECT pg_catalog.count(*) AS total,
       pg_catalog.count(*) FILTER (WHERE log.expires_at <= pg_catalog.clock_timestamp()) AS expired,
       pg_catalog.count(*) FILTER (WHERE log.status = 'success' AND log.response_data IS NOT NULL) AS success,
       pg_catalog.count(*) FILTER (WHERE log.status = 'failed' AND log.response_data IS NOT NULL) AS failed,
       pg_catalog.count(*) FILTER (WHERE log.status = 'not_implemented' AND log.response_data IS NOT NULL) AS not_implemented,
       pg_catalog.count(*) FILTER (WHERE log.response_data IS NULL) AS unfinished,
       pg_catalog.min(log.expires_at) AS oldest_expires_at
  FROM cutover.idempotency_log AS log;

-- The end of reverse sync is exact: legacy holds what was committed before it, and nothing of what is committed after.
-- Ends reverse sync, a decision of its own: from then on the legacy tables stay exactly as they are, and the way back is a
-- reverse backfill. Only in legacy_locked.
-- What the new side has committed before is in legacy when it ends, what it commits later never gets there: everything that waits
-- is worked off first, most of it before anybody is held up and the rest under the barrier, where no commit can add to it.
CREATE OR REPLACE FUNCTION cutover.end_reverse_sync(cutover_name text, reason text DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  left_over bigint;
BEGIN
  PERFORM cutover.require_reverse_sync(stand);
  FOR round IN 1 .. 5 LOOP
    EXIT WHEN cutover.drain(cutover_name, 200) = 0;
  END LOOP;

  PERFORM cutover.barrier_exclusive();
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = cutover_name FOR UPDATE;
  PERFORM cutover.require_reverse_sync(stand);
  FOR round IN 1 .. 5 LOOP
    EXIT WHEN cutover.drain(cutover_name, 200) = 0;
  END LOOP;
  SELECT pg_catalog.count(*) INTO left_over FROM cutover.outbox AS o
   WHERE o.cutover = cutover_name AND o.direction = 'reverse' AND o.xid <> pg_catalog.pg_current_xact_id();
  IF left_over > 0 THEN
    RAISE EXCEPTION 'cutover %: % notes of the new side are not worked off', cutover_name, left_over
      USING ERRCODE = 'lock_not_available', HINT = 'Run `cutover drain`, or a worker, and try again.';
  END IF;

  UPDATE cutover.cutovers AS c SET reverse_ended_at = pg_catalog.clock_timestamp() WHERE c.name = cutover_name;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'reverse_sync_ended', pg_catalog.jsonb_build_object('reason', reason));
END;
$$;

-- Raises where there is no reverse sync to end.
CREATE OR REPLACE FUNCTION cutover.require_reverse_sync(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF stand.definition -> 'irreversible' IS NOT NULL THEN
    RAISE EXCEPTION 'cutover % has no reverse sync: %', stand.name, stand.definition ->> 'irreversible'
      USING ERRCODE = 'CU013', HINT = 'Its legacy tables stay as they are since writes have moved.';
  ELSIF stand.reverse_ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'cutover %: reverse sync was ended at % already', stand.name, stand.reverse_ended_at
      USING ERRCODE = 'CU013', HINT = pg_catalog.format('`cutover rollback %s` would take it up again, on the way back.', stand.name);
  ELSIF stand.phase <> 'legacy_locked' THEN
    RAISE EXCEPTION 'cutover % is in phase %: reverse sync is ended in legacy_locked only', stand.name, stand.phase
      USING ERRCODE = 'CU013', HINT = CASE WHEN stand.phase IN ('archived', 'dropped')
        THEN 'The legacy tables have been moved aside: no sync writes them any more.'
        ELSE pg_catalog.format('Until the legacy tables are locked, their readers count on it: `cutover advance %s --to legacy_locked`.', stand.name) END;
  ELSIF stand.step IS NOT NULL THEN
    RAISE EXCEPTION 'cutover % is in the middle of a move (step %)', stand.name, stand.step
      USING ERRCODE = 'CU013', HINT = 'Run the command that began the move again, to its end.';
  ELSIF EXISTS (SELECT FROM cutover.backfills AS b
                 WHERE b.cutover = stand.name AND b.direction = 'reverse' AND b.epoch = stand.epoch AND b.finished_at IS NULL) THEN
    RAISE EXCEPTION 'cutover %: a reverse backfill is not finished', stand.name
      USING ERRCODE = 'CU013', HINT = pg_catalog.format('Let a worker finish it, or `cutover backfill %s --direction reverse --cancel`.', stand.name);
  END IF;
END;
$$;

-- Raises where legacy is to stay as it is, for whoever would compare it with the new side or make it of the new side.
CREATE OR REPLACE FUNCTION cutover.require_reverse_not_ended(stand cutover.cutovers) RETURNS void
  LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF stand.reverse_ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'cutover %: reverse sync has ended, so the legacy tables stay as they were at %', stand.name, stand.reverse_ended_at
      USING ERRCODE = 'CU010', HINT = pg_catalog.format('Only the way back, `cutover rollback %s`, makes them of the new side again.', stand.name);
  END IF;
END;
$$;
-- Works off the notes of the own transaction, for every cutover that it touched, in the order of their names, and then for every
-- projection. What sync writes may be read by others, whose notes come while this is at work: again, until nobody is left.
-- What may not be done at commit stays in the outbox: mode `queued`, more units than the bound, a REPEATABLE READ writer while
-- both sides are written, what would take longer than the cutover's time budget.
-- since: from when on the budget counts; NULL: whoever asks waits for it.
DROP FUNCTION IF EXISTS cutover.flush_transaction(xid8);
CREATE OR REPLACE FUNCTION cutover.flush_transaction(own xid8, since timestamptz DEFAULT NULL) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  touched record;
  stand cutover.cutovers;
  repeatable boolean := pg_catalog.current_setting('transaction_isolation') = 'repeatable read';
  observed_units integer;
  observed_rows integer;
  left_over text[] := '{}';
  anybody boolean := true;
  started timestamptz := pg_catalog.clock_timestamp();
BEGIN
  PERFORM cutover.barrier_shared();
  PERFORM cutover.spend_patience(started);

  WHILE anybody LOOP
    anybody := false;
    FOR touched IN
      SELECT noted.cutover, pg_catalog.count(*) AS units
        FROM cutover.outbox AS noted
        LEFT JOIN cutover.cutovers AS known ON known.name = noted.cutover
       WHERE noted.xid = own AND noted.cutover <> ALL (left_over)
       GROUP BY noted.cutover, known.kind ORDER BY known.kind, noted.cutover
    LOOP
      anybody := true;
      -- The phase is read here and not in the statement: a writer may have begun in an earlier phase. An old snapshot would read
      -- an old phase; FOR SHARE makes that a 40001, which leaves the notes pending.
      IF repeatable THEN
        SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = touched.cutover FOR SHARE;
      ELSE
        SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = touched.cutover;
      END IF;

      IF stand.reverse_ended_at IS NOT NULL THEN
        -- Noted before reverse sync ended, committed after.
        DELETE FROM cutover.outbox AS late WHERE late.xid = own AND late.cutover = stand.name AND late.direction = 'reverse';
        CONTINUE WHEN NOT EXISTS (SELECT FROM cutover.outbox AS noted WHERE noted.xid = own AND noted.cutover = stand.name);
      END IF;
      IF stand.phase = 'expanded' AND stand.step IS NULL THEN
        IF touched.units > least(40, (stand.definition #>> '{sync,maxUnits}')::bigint) THEN
          -- To look at so many would hold the commit up for longer than sync itself may; they are counted.
          observed_units := touched.units;
          observed_rows := 0;
        ELSE
          SELECT pg_catalog.count(DISTINCT (d.unit)), pg_catalog.count(*) INTO observed_units, observed_rows
            FROM (SELECT noted.kind, pg_catalog.array_agg(noted.unit) AS units FROM cutover.outbox AS noted
                   WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward'
                   GROUP BY noted.kind) AS noted
           CROSS JOIN LATERAL cutover.compiled_differences(stand.name, 'forward', noted.kind, noted.units) AS d;
        END IF;
        INSERT INTO cutover.observations (xid, cutover, units, rows)
        VALUES (own, stand.name, observed_units, observed_rows)
            ON CONFLICT (xid, cutover) DO UPDATE
           SET units = observations.units + excluded.units, rows = observations.rows + excluded.rows;
        DELETE FROM cutover.outbox AS seen WHERE seen.xid = own AND seen.cutover = stand.name;
        DELETE FROM cutover.images AS seen WHERE seen.xid = own AND seen.cutover = stand.name;
      ELSIF stand.definition #>> '{sync,mode}' = 'queued'
         OR touched.units > (stand.definition #>> '{sync,maxUnits}')::bigint THEN
        NULL;
      ELSIF stand.phase IN ('dual_write', 'backfilled', 'reads_switched') THEN
        PERFORM cutover.set_writing(stand.name, 'forward');
        PERFORM cutover.flush_one_side(stand, own, since);
        PERFORM cutover.set_writing(NULL, NULL);
        IF stand.phase = 'reads_switched' THEN
          PERFORM cutover.rehearse_in_turn(stand);
        END IF;
      ELSIF stand.phase IN ('writes_switched', 'legacy_locked') AND touched.units > 40 THEN
        -- Both sides of so many units would be locked at once, for as long as all of it takes; the drainer takes a few at a time.
        NULL;
      ELSIF stand.phase IN ('writes_switched', 'legacy_locked') AND NOT repeatable THEN
        BEGIN
          PERFORM cutover.flush_both_sides(
            stand,
            ARRAY(SELECT noted.kind || ':' || noted.unit FROM cutover.outbox AS noted
                   WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'forward'),
            ARRAY(SELECT noted.kind || ':' || noted.unit FROM cutover.outbox AS noted
                   WHERE noted.xid = own AND noted.cutover = stand.name AND noted.direction = 'reverse'),
            since => since);
        EXCEPTION WHEN SQLSTATE 'CU007' THEN
          -- No time is left for this one; what is done for others stays done.
          NULL;
        END;
      END IF;
      -- What is left by now is left to the drainer.
      IF EXISTS (SELECT FROM cutover.outbox AS noted WHERE noted.xid = own AND noted.cutover = touched.cutover) THEN
        left_over := left_over || touched.cutover::text;
      END IF;
    END LOOP;
  END LOOP;

  DELETE FROM cutover.head AS own_head WHERE own_head.xid = own;
END;
$$;
-- Works off up to `batch` committed notes of a cutover (NULL: of every cutover) in this transaction; returns how many units are
-- done. Call it until it returns 0, or `call cutover.drain_all()`, which commits in between.
-- It only needs SQL: a database without any worker drains by psql or by a cron extension.
CREATE OR REPLACE FUNCTION cutover.drain(cutover_name text DEFAULT NULL, batch integer DEFAULT 100) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '60ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
  SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
  stand cutover.cutovers;
  forward_refs text[];
  reverse_refs text[];
  done integer := 0;
BEGIN
  IF pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'cutover.drain() works at READ COMMITTED only, this transaction is %',
      pg_catalog.current_setting('transaction_isolation')
      USING ERRCODE = 'invalid_transaction_state', HINT = 'Call it outside of a transaction, or after BEGIN.';
  END IF;
  PERFORM cutover.barrier_shared();

  FOR stand IN SELECT * FROM cutover.cutovers AS c WHERE c.name = cutover_name OR cutover_name IS NULL ORDER BY c.name LOOP
    -- Planned before anything is locked.
    IF stand.phase IN ('reads_switched', 'writes_switched', 'legacy_locked') THEN
      PERFORM cutover.rehearse(stand);
    END IF;
    SELECT coalesce(pg_catalog.array_agg(DISTINCT waiting.kind || ':' || waiting.unit) FILTER (WHERE waiting.direction = 'forward'), '{}'),
           coalesce(pg_catalog.array_agg(DISTINCT waiting.kind || ':' || waiting.unit) FILTER (WHERE waiting.direction = 'reverse'), '{}')
      INTO forward_refs, reverse_refs
      FROM (SELECT o.direction, o.kind, o.unit
              FROM cutover.outbox AS o
              JOIN cutover.unit_kinds AS k ON k.cutover = o.cutover AND k.direction = o.direction AND k.kind = o.kind
             WHERE o.cutover = stand.name AND o.xid <> pg_catalog.pg_current_xact_id()
             -- The parents of what a transaction wrote come with it, however much it wrote.
             ORDER BY o.xid, k.rank
             -- While both sides are written, rows of both are locked until this transaction ends: a few units at a time.
             LIMIT CASE WHEN stand.phase IN ('writes_switched', 'legacy_locked') THEN least(batch, 20) ELSE batch END
               FOR UPDATE OF o SKIP LOCKED) AS waiting;

    IF stand.reverse_ended_at IS NOT NULL THEN
      -- Noted before reverse sync ended, committed after: legacy stays as it is, and the reverse backfill of a way back visits all units.
      PERFORM cutover.forget_notes(stand.name, 'reverse', reverse_refs);
      done := done + pg_catalog.cardinality(reverse_refs);
      reverse_refs := '{}';
    END IF;
    IF stand.phase IN ('writes_switched', 'legacy_locked') THEN
      done := done + cutover.drain_both_sides(stand, forward_refs, reverse_refs, least(batch, 20));
    ELSE
      IF stand.phase IN ('dual_write', 'backfilled', 'reads_switched') THEN
        done := done + cutover.drain_one_side(stand, forward_refs);
      ELSE
        -- expanded, archived, dropped: sync writes nothing; the next backfill visits every unit.
        PERFORM cutover.forget_notes(stand.name, 'forward', forward_refs);
        done := done + pg_catalog.cardinality(forward_refs);
      END IF;
      done := done + cutover.drain_late_writes(stand, reverse_refs);
    END IF;
    IF done = 0 THEN
      PERFORM cutover.forget_images(stand.name);
    END IF;
  END LOOP;

  -- Heads whose transaction has nothing left.
  DELETE FROM cutover.head AS idle
   WHERE idle.xid < pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())
     AND NOT EXISTS (SELECT FROM cutover.outbox AS waiting WHERE waiting.xid = idle.xid);
  DELETE FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id();
  RETURN done;
END;
$$;

-- Deletes the notes of units, whoever wrote them.
CREATE OR REPLACE FUNCTION cutover.forget_notes(cutover_name text, unit_direction text, refs text[]) RETURNS void
  LANGUAGE sql
BEGIN ATOMIC
  DELETE FROM cutover.outbox AS done
   WHERE done.unit_key = ANY (ARRAY(SELECT cutover_name || '/' || unit_direction || '/' || ref FROM unnest(refs) AS ref));
END;

-- Deletes images that nobody will want: all notes of their transactions are worked off, and no unit that they feed is put aside.
CREATE OR REPLACE FUNCTION cutover.forget_images(cutover_name text) RETURNS void
  LANGUAGE sql
BEGIN ATOMIC
  DELETE FROM cutover.images AS stale
   WHERE stale.cutover = cutover_name
     AND stale.xid = ANY (ARRAY(
           SELECT written.xid
             FROM (SELECT DISTINCT i.xid FROM cutover.images AS i
                    WHERE i.cutover = cutover_name AND i.xid < pg_snapshot_xmin(pg_current_snapshot())) AS written
            WHERE NOT EXISTS (SELECT FROM cutover.outbox AS waiting
                               WHERE waiting.xid = written.xid AND waiting.cutover = cutover_name OFFSET 0)))
     AND NOT EXISTS (SELECT FROM cutover.quarantine AS q
                      WHERE q.unit_key = ANY (ARRAY(SELECT cutover_name || '/forward/' || ref FROM unnest(stale.feeds) AS ref)) OFFSET 0);
END;

-- Had the transaction of a note committed when a snapshot was taken? Own notes count, and so do those of another life of the database
-- (restored from a dump), whose transaction ids nobody has reached yet.
CREATE OR REPLACE FUNCTION cutover.was_there(noted_by xid8, as_of pg_snapshot) RETURNS boolean
  LANGUAGE sql STABLE
RETURN pg_catalog.pg_visible_in_snapshot(noted_by, as_of)
    OR noted_by = pg_catalog.pg_current_xact_id_if_assigned()
    OR noted_by >= pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot());

-- Forward notes while legacy is the truth: all together, and when that fails one by one, twice: one unit may have to wait for another
-- (a name that is still taken, children that have to go first). What fails twice is quarantined, unless a backfill is still under
-- way, which may bring what it waits for. Returns how many notes are done with.
CREATE OR REPLACE FUNCTION cutover.drain_one_side(stand cutover.cutovers, refs text[]) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  one text;
  -- coarser kinds first
  waiting text[] := ARRAY(SELECT r.kind || ':' || unit FROM cutover.refs_by_kind(stand.name, 'forward', refs) AS r
                           CROSS JOIN LATERAL pg_catalog.unnest(r.units) AS unit);
  again text[];
  reasons text[];
  siblings text[] := '{}';
  as_of pg_snapshot := pg_catalog.pg_current_snapshot();
  done integer := 0;
  at_work boolean := EXISTS (SELECT FROM cutover.backfills AS b
                              WHERE b.cutover = stand.name AND b.epoch = stand.epoch AND b.finished_at IS NULL);
BEGIN
  IF pg_catalog.cardinality(refs) = 0 THEN
    RETURN 0;
  END IF;
  BEGIN
    PERFORM cutover.work_off(stand, refs);
    RETURN pg_catalog.cardinality(refs);
  EXCEPTION WHEN query_canceled THEN
    RAISE;
  WHEN OTHERS THEN
    NULL;
  END;

  FOR round IN 1 .. 2 LOOP
    again := '{}';
    reasons := '{}';
    FOREACH one IN ARRAY waiting LOOP
      BEGIN
        PERFORM cutover.work_off(stand, ARRAY[one]);
        done := done + 1;
      EXCEPTION
        WHEN query_canceled THEN
          RAISE;
        WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN
          -- Somebody holds it. No lock is kept while another is waited for: what is done so far is committed first.
          IF done > 0 THEN
            RETURN done;
          END IF;
        WHEN OTHERS THEN
          IF cutover.is_our_fault(SQLSTATE) THEN
            RAISE;
          END IF;
          again := again || one;
          reasons := reasons || (SQLSTATE || ' ' || SQLERRM);
      END;
    END LOOP;
    EXIT WHEN pg_catalog.cardinality(again) = 0;
    waiting := again;
  END LOOP;

  IF NOT at_work THEN
    FOR n IN 1 .. pg_catalog.cardinality(again) LOOP
      -- What its transaction wrote besides may still wait in another batch: a parent's children, a name that is to be freed.
      IF pg_catalog.starts_with(reasons[n], '23') THEN
        siblings := ARRAY(
          SELECT sibling.kind || ':' || sibling.unit
            FROM cutover.outbox AS own_note
            JOIN cutover.outbox AS sibling ON sibling.xid = own_note.xid AND sibling.cutover = own_note.cutover
            JOIN cutover.unit_kinds AS k ON k.cutover = sibling.cutover AND k.direction = sibling.direction AND k.kind = sibling.kind
           WHERE own_note.unit_key = stand.name || '/forward/' || again[n]
             AND sibling.direction = 'forward' AND sibling.kind || ':' || sibling.unit <> ALL (refs)
           LIMIT pg_catalog.cardinality(refs));
        CONTINUE WHEN pg_catalog.cardinality(siblings) > 0;
      END IF;
      PERFORM cutover.put_aside(stand, 'forward', pg_catalog.split_part(again[n], ':', 1),
        pg_catalog.substr(again[n], pg_catalog.strpos(again[n], ':') + 1), 'quarantined',
        pg_catalog.split_part(reasons[n], ' ', 1), pg_catalog.substr(reasons[n], 7), as_of);
      done := done + 1;
    END LOOP;
  END IF;
  -- Nothing but notes that wait for others of their transaction: the next drain would take up the very same ones, and whatever was
  -- noted later would wait behind them for ever. So those that they wait for are worked off together with them.
  IF done = 0 AND pg_catalog.cardinality(siblings) > 0 THEN
    RETURN cutover.drain_one_side(stand, refs || siblings);
  END IF;
  RETURN done;
END;
$$;

-- Makes the forward units of notes true. The notes are deleted before anything is read, so that a note committed in between is not
-- deleted unread. Rows of coarser kinds are written before and deleted after those of the finer kinds.
CREATE OR REPLACE FUNCTION cutover.work_off(stand cutover.cutovers, refs text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  batch record;
  held text[];
  all_refs text[] := refs;
  finest text := cutover.finest_kind(stand.name, 'forward');
BEGIN
  IF stand.phase = 'dual_write' OR NOT cutover.is_backfilled(stand) THEN
    -- Before the backfill has been here, a coarser unit may be missing.
    SELECT refs || coalesce(pg_catalog.array_agg(DISTINCT coarser.ref), '{}') INTO all_refs
      FROM cutover.refs_by_kind(stand.name, 'forward', refs) AS r
     CROSS JOIN LATERAL pg_catalog.unnest(cutover.compiled_coarser(stand.name, 'forward', r.kind, r.units)) AS coarser (ref);
  END IF;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', all_refs) LOOP
    PERFORM cutover.lock_units(stand.name, 'forward', batch.kind, batch.units, stand.epoch);
  END LOOP;
  PERFORM cutover.forget_notes(stand.name, 'forward', refs);

  PERFORM cutover.set_writing(stand.name, 'forward');
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', all_refs) LOOP
    held := cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units,
                                       CASE WHEN batch.kind = finest THEN 'all' ELSE 'write' END);
    PERFORM cutover.release_units(stand.name, 'forward', batch.kind, batch.units);
    PERFORM cutover.quarantine_held(stand, batch.kind, held);
  END LOOP;
  FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'forward', refs, finest_first => true) LOOP
    IF batch.kind <> finest THEN
      PERFORM cutover.compiled_recompute(stand.name, 'forward', batch.kind, batch.units, 'delete');
    END IF;
  END LOOP;
  PERFORM cutover.settle_constraints(stand.name, 'forward');
  PERFORM cutover.set_writing(NULL, NULL);
END;
$$;

-- Notes of the new side in a phase in which legacy is the truth: a writer with an old snapshot slipped past the fence while the
-- cutover was rolled back. What it wrote is not in the legacy tables and is not to be forgotten.
CREATE OR REPLACE FUNCTION cutover.drain_late_writes(stand cutover.cutovers, refs text[]) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  batch record;
  one text;
BEGIN
  PERFORM cutover.forget_notes(stand.name, 'reverse', refs);
  IF stand.phase <> 'archived' THEN
    FOR batch IN SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', refs) LOOP
      FOREACH one IN ARRAY batch.units LOOP
        PERFORM cutover.quarantine_unit(stand.name, 'reverse', batch.kind, one, 'quarantined', 'CU004',
          pg_catalog.format('the new side was written after the way back had begun (phase %s)', stand.phase));
      END LOOP;
    END LOOP;
  END IF;
  RETURN pg_catalog.cardinality(refs);
END;
$$;

-- Notes while both sides are written. Units that a rule holds back are put aside at once. The others are worked off all together, as a
-- flush at commit does; when that fails, one transaction's notes at a time, and of those that fail one unit at a time: what fails alone
-- is put aside, what somebody else has locked stays pending. Of what hangs together only by coarser units, about as many as `most` are worked
-- off. Returns how many notes are done with.
DROP FUNCTION IF EXISTS cutover.drain_both_sides(cutover.cutovers, text[], text[]);
CREATE OR REPLACE FUNCTION cutover.drain_both_sides(
  stand cutover.cutovers, forward_refs text[], reverse_refs text[], most integer DEFAULT 20
) RETURNS integer
  LANGUAGE plpgsql
AS $$
DECLARE
  held record;
  own_notes record;
  one record;
  still_held boolean;
  as_of pg_snapshot := pg_catalog.pg_current_snapshot();
  sliced integer;
  failure text;
  done integer := 0;
BEGIN
  FOR held IN
    SELECT 'forward' AS direction, r.kind, h.unit, pg_catalog.min(h.class) AS class, pg_catalog.string_agg(DISTINCT h.reason, ', ') AS reason
      FROM cutover.refs_by_kind(stand.name, 'forward', forward_refs) AS r
     CROSS JOIN LATERAL cutover.compiled_held(stand.name, 'forward', r.kind, r.units) AS h GROUP BY r.kind, h.unit
    UNION ALL
    SELECT 'reverse', r.kind, h.unit, pg_catalog.min(h.class), pg_catalog.string_agg(DISTINCT h.reason, ', ')
      FROM cutover.refs_by_kind(stand.name, 'reverse', reverse_refs) AS r
     CROSS JOIN LATERAL cutover.compiled_held(stand.name, 'reverse', r.kind, r.units) AS h GROUP BY r.kind, h.unit
  LOOP
    -- Asked again with the unit locked: a writer whose commit is in progress may just be mending it.
    still_held := false;
    BEGIN
      PERFORM cutover.lock_units(stand.name, held.direction, held.kind, ARRAY[held.unit], stand.epoch);
      still_held := EXISTS (SELECT FROM cutover.compiled_held(stand.name, held.direction, held.kind, ARRAY[held.unit]));
      CONTINUE WHEN NOT still_held;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      NULL;
    END;
    IF held.direction = 'forward' THEN
      forward_refs := pg_catalog.array_remove(forward_refs, held.kind || ':' || held.unit);
    ELSE
      reverse_refs := pg_catalog.array_remove(reverse_refs, held.kind || ':' || held.unit);
    END IF;
    IF still_held THEN
      PERFORM cutover.put_aside(stand, held.direction, held.kind, held.unit, held.class, held.reason, NULL, as_of);
      done := done + 1;
    END IF;
  END LOOP;
  IF pg_catalog.cardinality(forward_refs) + pg_catalog.cardinality(reverse_refs) = 0 THEN
    RETURN done;
  END IF;

  sliced := cutover.drain_slice(stand, forward_refs, most);
  IF sliced > 0 THEN
    RETURN done + sliced;
  END IF;

  IF cutover.try_both_sides(stand, forward_refs, reverse_refs) IS NULL THEN
    PERFORM cutover.put_waiting_aside(stand, forward_refs, reverse_refs, as_of);
    RETURN done + pg_catalog.cardinality(forward_refs) + pg_catalog.cardinality(reverse_refs);
  END IF;

  FOR own_notes IN
    SELECT o.xid,
           coalesce(pg_catalog.array_agg(o.kind || ':' || o.unit) FILTER (WHERE o.direction = 'forward'), '{}') AS forward_refs,
           coalesce(pg_catalog.array_agg(o.kind || ':' || o.unit) FILTER (WHERE o.direction = 'reverse'), '{}') AS reverse_refs,
           pg_catalog.count(*)::integer AS notes
      FROM cutover.outbox AS o
     WHERE o.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(forward_refs) AS ref)
                          || ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_refs) AS ref))
     GROUP BY o.xid ORDER BY o.xid
  LOOP
    failure := cutover.try_both_sides(stand, own_notes.forward_refs, own_notes.reverse_refs);
    IF failure IS NULL THEN
      PERFORM cutover.put_waiting_aside(stand, own_notes.forward_refs, own_notes.reverse_refs, as_of);
      done := done + own_notes.notes;
      CONTINUE;
    END IF;
    -- Somebody holds it. The rows of what is done so far are locked on both sides until this transaction ends: no more waiting before that.
    IF cutover.is_held_by_others(failure) AND done > 0 THEN
      RETURN done;
    END IF;
    FOR one IN
      SELECT o.direction, o.kind, o.unit FROM cutover.outbox AS o
       WHERE o.xid = own_notes.xid AND o.cutover = stand.name
         AND (o.kind || ':' || o.unit = ANY (own_notes.forward_refs) OR o.kind || ':' || o.unit = ANY (own_notes.reverse_refs))
       ORDER BY o.direction, o.kind, o.unit
    LOOP
      -- Its note may have gone with an earlier one.
      CONTINUE WHEN NOT EXISTS (SELECT FROM cutover.outbox AS o
                                 WHERE o.unit_key = stand.name || '/' || one.direction || '/' || one.kind || ':' || one.unit);
      failure := cutover.try_both_sides(
        stand,
        CASE WHEN one.direction = 'forward' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END,
        CASE WHEN one.direction = 'reverse' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END);
      IF failure IS NULL THEN
        PERFORM cutover.put_waiting_aside(
          stand,
          CASE WHEN one.direction = 'forward' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END,
          CASE WHEN one.direction = 'reverse' THEN ARRAY[one.kind || ':' || one.unit] ELSE '{}' END,
          as_of);
        done := done + 1;
      ELSIF NOT cutover.is_held_by_others(failure) THEN
        PERFORM cutover.put_aside(stand, one.direction, one.kind, one.unit, 'quarantined',
          pg_catalog.left(failure, 5), pg_catalog.substr(failure, 7), as_of);
        done := done + 1;
      ELSIF done > 0 THEN
        RETURN done;
      END IF;
    END LOOP;
  END LOOP;
  RETURN done;
END;
$$;

-- Units whose notes were there before a drain that went well (as_of) and still are: they hang together with a unit that has failed and
-- wait for it. A note that came meanwhile is another write's.
CREATE OR REPLACE FUNCTION cutover.put_waiting_aside(
  stand cutover.cutovers, forward_refs text[], reverse_refs text[], as_of pg_snapshot
) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  waiting record;
BEGIN
  FOR waiting IN
    SELECT DISTINCT o.direction, o.kind, o.unit FROM cutover.outbox AS o
     WHERE o.xid <> pg_catalog.pg_current_xact_id() AND cutover.was_there(o.xid, as_of)
       AND o.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(forward_refs) AS ref)
                          || ARRAY(SELECT stand.name || '/reverse/' || ref FROM pg_catalog.unnest(reverse_refs) AS ref))
  LOOP
    PERFORM cutover.put_aside(stand, waiting.direction, waiting.kind, waiting.unit, 'quarantined', 'CU005',
      'it hangs together with a unit that is in quarantine, and waits for it', as_of);
  END LOOP;
END;
$$;

-- Works units of both sides off in a block of its own. NULL when it went well, else SQLSTATE and message. What is no unit's fault is
-- raised.
-- Units that hang together fail together, and which of them was put aside for it depends on the order of their notes. So those in
-- quarantine whose images hang together with these are taken up first, all at once: what is mended may be the other one's row.
CREATE OR REPLACE FUNCTION cutover.try_both_sides(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS text
  LANGUAGE plpgsql
AS $$
DECLARE
  chain text[] := forward_refs;
  known integer;
BEGIN
  LOOP
    known := pg_catalog.cardinality(chain);
    SELECT coalesce(pg_catalog.array_agg(DISTINCT ref), '{}') INTO chain
      FROM (SELECT pg_catalog.unnest(chain) AS ref
            UNION ALL SELECT pg_catalog.unnest(i.feeds) FROM cutover.images AS i
                       WHERE (i.feeds && chain OR i.belongs && reverse_refs) AND i.cutover IS NOT DISTINCT FROM stand.name) AS refs;
    EXIT WHEN known = pg_catalog.cardinality(chain);
  END LOOP;
  chain := ARRAY(SELECT q.kind || ':' || q.unit FROM cutover.quarantine AS q
                  WHERE q.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(chain) AS ref
                                                 WHERE ref <> ALL (forward_refs)))
                    AND q.error IS NOT NULL);
  IF pg_catalog.cardinality(chain) > 0 AND cutover.try_these(stand, forward_refs || chain, reverse_refs) IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN cutover.try_these(stand, forward_refs, reverse_refs);
END;
$$;

-- As above, for these units; and for those that still hold rows of theirs (CU006 names them), so that a row which wanders between two
-- units finds both worked off together, in whatever batches their notes come.
CREATE OR REPLACE FUNCTION cutover.try_these(stand cutover.cutovers, forward_refs text[], reverse_refs text[]) RETURNS text
  LANGUAGE plpgsql
AS $$
DECLARE
  holders text;
BEGIN
  LOOP
    BEGIN
      PERFORM cutover.flush_both_sides(stand, forward_refs, reverse_refs, may_release => true);
      RETURN NULL;
    EXCEPTION
      WHEN query_canceled THEN
        RAISE;
      WHEN SQLSTATE 'CU006' THEN
        GET STACKED DIAGNOSTICS holders = PG_EXCEPTION_DETAIL;
        -- Each round adds a unit, and there are not endlessly many.
        IF reverse_refs @> holders::text[] THEN
          RETURN SQLSTATE || ' ' || SQLERRM;
        END IF;
        reverse_refs := reverse_refs || holders::text[];
      WHEN OTHERS THEN
        IF cutover.is_our_fault(SQLSTATE) THEN
          RAISE;
        END IF;
        RETURN SQLSTATE || ' ' || SQLERRM;
    END;
  END LOOP;
END;
$$;

-- Does a failure, as SQLSTATE and message, only say that somebody else is at work on the same rows?
CREATE OR REPLACE FUNCTION cutover.is_held_by_others(failure text) RETURNS boolean
  LANGUAGE sql IMMUTABLE
RETURN pg_catalog.left(failure, 5) IN ('55P03', '40P01', '40001');

-- Quarantines a unit and takes its notes away, with the images that nobody will want. as_of: taken before the unit was looked at; a note
-- that came later may be of the write that mends it, and stays.
DROP FUNCTION IF EXISTS cutover.put_aside(cutover.cutovers, text, text, text, text, text, text);
CREATE OR REPLACE FUNCTION cutover.put_aside(
  stand cutover.cutovers, unit_direction text, unit_kind text, wanted text, unit_class text, why text, error_text text, as_of pg_snapshot,
  was_made boolean DEFAULT NULL
) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM cutover.quarantine_unit(stand.name, unit_direction, unit_kind, wanted, unit_class, why, error_text, was_made);
  DELETE FROM cutover.outbox AS done
   WHERE done.unit_key = stand.name || '/' || unit_direction || '/' || unit_kind || ':' || wanted
     AND cutover.was_there(done.xid, as_of);
  IF error_text IS NOT NULL OR EXISTS (SELECT FROM cutover.quarantine AS q
                                        WHERE q.cutover = stand.name AND q.direction = unit_direction AND q.kind = unit_kind
                                          AND q.unit = wanted AND q.made) THEN
    -- The images stay: they say what the new side was made of, for the day when the unit is taken up again.
    RETURN;
  END IF;
  DELETE FROM cutover.images AS unwanted
   WHERE unwanted.feeds @> ARRAY[unit_kind || ':' || wanted] AND unwanted.cutover IS NOT DISTINCT FROM stand.name
     AND NOT EXISTS (SELECT FROM cutover.outbox AS waiting WHERE waiting.xid = unwanted.xid AND waiting.cutover = stand.name OFFSET 0)
     -- Others may wait with it.
     AND NOT EXISTS (SELECT FROM cutover.quarantine AS q
                      WHERE q.unit_key = ANY (ARRAY(SELECT stand.name || '/forward/' || ref FROM pg_catalog.unnest(unwanted.feeds) AS ref))
                        AND (q.error IS NOT NULL OR q.made) OFFSET 0);
END;
$$;
-- Transactions that work off notes at this moment, as a flush or as a drain: each holds the barrier shared until it ends.
CREATE OR REPLACE FUNCTION cutover.at_work() RETURNS text[]
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT coalesce(array_agg(DISTINCT l.virtualtransaction), '{}')
    FROM pg_catalog.pg_locks AS l
   WHERE l.locktype = 'advisory' AND l.classid = 1668641647 AND l.objid = 1 AND l.mode = 'ShareLock' AND l.granted
     AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
     AND l.pid <> pg_catalog.pg_backend_pid();
END;

-- Drains until nothing is left that can be drained now, committing after each batch. Not inside a transaction block.
-- What was noted before the call and others are just working off is waited for, a minute at most: afterwards it is done, put aside, or
-- waits for a transaction that holds its unit.
CREATE OR REPLACE PROCEDURE cutover.drain_all(cutover_name text DEFAULT NULL)
  LANGUAGE plpgsql
AS $$
DECLARE
  horizon xid8 := pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot());
  failures integer := 0;
  done integer;
  -- A batch keeps its units locked until its commit: steered towards 40 ms.
  size numeric := 20;
  started timestamptz;
  others text[];
  alone boolean := false;
  looks_further boolean := false;
  patience timestamptz := pg_catalog.clock_timestamp() + interval '1 minute';
BEGIN
  LOOP
    started := pg_catalog.clock_timestamp();
    BEGIN
      done := cutover.drain(cutover_name, pg_catalog.round(size)::integer);
      IF pg_catalog.clock_timestamp() - started > interval '40 ms' THEN
        size := greatest(1, size * 0.7);
      ELSIF done >= pg_catalog.round(size) THEN
        size := least(1000, size * 1.3 + 1);
      END IF;
    EXCEPTION WHEN lock_not_available OR deadlock_detected OR serialization_failure THEN
      size := greatest(1, size * 0.5);
      failures := failures + 1;
      IF failures > 20 THEN
        RAISE;
      END IF;
      done := -1;
    END;
    COMMIT;
    -- A small batch may hold nothing but what others have locked, with work behind it.
    looks_further := done = 0 AND size < 20 AND NOT looks_further;
    IF looks_further THEN
      size := 20;
    END IF;
    CONTINUE WHEN done <> 0 OR looks_further;

    others := cutover.at_work();
    EXIT WHEN NOT EXISTS (SELECT FROM cutover.outbox AS o
                           WHERE (o.cutover = cutover_name OR cutover_name IS NULL) AND o.xid < horizon);
    IF pg_catalog.cardinality(others) = 0 THEN
      -- Whoever was at work may have given up in between.
      EXIT WHEN alone;
      alone := true;
      CONTINUE;
    END IF;
    alone := false;
    WHILE cutover.at_work() && others LOOP
      COMMIT;
      IF pg_catalog.clock_timestamp() > patience THEN
        RETURN;
      END IF;
      PERFORM pg_catalog.pg_sleep(0.01);
    END LOOP;
  END LOOP;
END;
$$;
-- Verifies a cutover from one snapshot and records the run: drift down to the row, the six classes, the outbox and the
-- fingerprint, all as of the same moment. Needs REPEATABLE READ, which gives that one snapshot to all of its statements:
--   BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT cutover.verify('<name>'); COMMIT;
-- directions NULL: forward, and reverse where there is one. At most `most_details` differing rows are recorded, all units are
-- counted. Takes no lock on application tables. Returns the run's id.
CREATE OR REPLACE FUNCTION cutover.verify(cutover_name text, directions text[] DEFAULT NULL, most_details integer DEFAULT 1000)
  RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
  kind record;
  counted jsonb;
  drifted text[];
  classes_found jsonb := '{}';
  this_run bigint;
  drifted_total bigint := 0;
  started timestamptz := pg_catalog.clock_timestamp();
  memory text := pg_catalog.current_setting('work_mem');
BEGIN
  IF pg_catalog.current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'cutover.verify() needs one snapshot for all of its statements, this transaction is %',
      pg_catalog.current_setting('transaction_isolation')
      USING ERRCODE = 'invalid_transaction_state', HINT = 'BEGIN ISOLATION LEVEL REPEATABLE READ; then call it again.';
  END IF;
  IF stand.phase IN ('archived', 'dropped') THEN
    RAISE EXCEPTION 'cutover %: nothing to verify in phase %, only one side is left', cutover_name, stand.phase
      USING ERRCODE = 'CU010', HINT = 'The last verify before that is in cutover.drift_runs.';
  END IF;
  PERFORM cutover.require_reverse_not_ended(stand);

  INSERT INTO cutover.drift_runs (cutover, phase, epoch, started_at, snapshot, directions, accounting, drifted_units, trigger_stamp, fingerprint_problems)
  VALUES (cutover_name, stand.phase, stand.epoch, started, pg_catalog.pg_current_snapshot()::text, '{}', '{}', 0, cutover.trigger_stamp(cutover_name),
          coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p)) FROM cutover.fingerprint_problems(cutover_name) AS p), '[]'))
  RETURNING id INTO this_run;

  -- Whole tables are hashed, and what does not fit goes to temporary files, on the disk that the writers wait for. So each hash may take
  -- what a maintenance command may, as when Postgres validates a foreign key; but at most 64 MB, since there are several at a time.
  PERFORM pg_catalog.set_config('work_mem', greatest(
    pg_catalog.pg_size_bytes(memory),
    least(pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')), 64 * 1024 * 1024)) / 1024 || 'kB', true);
  FOR kind IN
    SELECT k.direction, k.kind FROM cutover.unit_kinds AS k
     WHERE k.cutover = cutover_name AND (directions IS NULL OR k.direction = ANY (directions))
     ORDER BY k.direction, k.rank
  LOOP
    SELECT pg_catalog.jsonb_object_agg(per_class.class, per_class.units) INTO counted
      FROM (SELECT c.class, pg_catalog.count(*) AS units
              FROM cutover.classes(cutover_name, kind.direction, kind.kind) AS c GROUP BY c.class) AS per_class;
    classes_found := pg_catalog.jsonb_set(
      classes_found || CASE WHEN classes_found ? kind.direction THEN '{}'::jsonb ELSE pg_catalog.jsonb_build_object(kind.direction, '{}'::jsonb) END,
      ARRAY[kind.direction, kind.kind], coalesce(counted, '{}'));

    IF coalesce((counted ->> 'drifted')::bigint, 0) > 0 THEN
      drifted_total := drifted_total + (counted ->> 'drifted')::bigint;
      drifted := ARRAY(SELECT c.unit FROM cutover.classes(cutover_name, kind.direction, kind.kind) AS c
                        WHERE c.class = 'drifted' ORDER BY c.unit LIMIT most_details);
      INSERT INTO cutover.drift_units (run, ordinal, direction, kind, unit, table_name, key, finding, expected, actual)
      SELECT this_run, coalesce((SELECT pg_catalog.max(earlier.ordinal) FROM cutover.drift_units AS earlier WHERE earlier.run = this_run), 0)
                  + pg_catalog.row_number() OVER (ORDER BY d.unit, d.table_name, d.key),
             kind.direction, kind.kind, d.unit, d.table_name, d.key, d.finding, d.expected, d.actual
        FROM cutover.compiled_differences(cutover_name, kind.direction, kind.kind, drifted) AS d
       ORDER BY d.unit, d.table_name, d.key
       LIMIT most_details;
    END IF;
  END LOOP;
  PERFORM pg_catalog.set_config('work_mem', memory, true);

  UPDATE cutover.drift_runs AS r
     SET accounting = classes_found,
         directions = ARRAY(SELECT pg_catalog.jsonb_object_keys(classes_found)),
         drifted_units = drifted_total,
         finished_at = pg_catalog.clock_timestamp()
   WHERE r.id = this_run;
  IF stand.kind = 'projection' THEN
    PERFORM cutover.settle_projection(cutover_name);
  END IF;
  RETURN this_run;
END;
$$;
-- Makes drifted units true, from the side that is the truth: up to `batch` of the units that a verify recorded.
-- Returns how many units were visited.
CREATE OR REPLACE FUNCTION cutover.repair(verify_run bigint, batch integer DEFAULT 100, after_ordinal integer DEFAULT 0)
  RETURNS TABLE (units integer, last_ordinal integer)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
AS $$
DECLARE
  run cutover.drift_runs;
  stand cutover.cutovers;
  truth_direction text;
  batch_found record;
  connected record;
BEGIN
  PERFORM cutover.barrier_shared();
  SELECT * INTO run FROM cutover.drift_runs AS r WHERE r.id = verify_run;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no verify run %', verify_run USING ERRCODE = 'CU011', HINT = 'See cutover.drift_runs.';
  END IF;
  stand := cutover.stand_of(run.cutover);
  PERFORM cutover.require_reverse_not_ended(stand);
  truth_direction := CASE WHEN stand.phase IN ('dual_write', 'backfilled', 'reads_switched') THEN 'forward'
                          WHEN stand.phase IN ('writes_switched', 'legacy_locked') THEN 'reverse' END;
  IF truth_direction IS NULL THEN
    RAISE EXCEPTION 'cutover %: nothing to repair in phase %', stand.name, stand.phase
      USING ERRCODE = 'CU010', HINT = 'Sync writes in dual_write to legacy_locked only.';
  END IF;

  units := 0;
  last_ordinal := after_ordinal;
  FOR batch_found IN
    SELECT d.direction, kinds.rank, d.kind, pg_catalog.array_agg(DISTINCT d.unit) AS drifted, pg_catalog.max(d.ordinal) AS ordinal
      FROM (SELECT * FROM cutover.drift_units AS u
             WHERE u.run = verify_run AND u.ordinal > after_ordinal ORDER BY u.ordinal LIMIT batch) AS d
      JOIN cutover.unit_kinds AS kinds ON kinds.cutover = stand.name AND kinds.direction = d.direction AND kinds.kind = d.kind
     GROUP BY d.direction, kinds.rank, d.kind ORDER BY d.direction, kinds.rank
  LOOP
    last_ordinal := greatest(last_ordinal, batch_found.ordinal);
    IF batch_found.direction = truth_direction THEN
      PERFORM cutover.make_true(stand, batch_found.direction, batch_found.kind, batch_found.drifted);
      units := units + pg_catalog.cardinality(batch_found.drifted);
    ELSIF truth_direction = 'reverse' THEN
      -- A forward unit has drifted while the new side is the truth: its legacy rows are made of the new side.
      FOR connected IN
        SELECT * FROM cutover.refs_by_kind(stand.name, 'reverse', cutover.compiled_connected(stand.name, 'forward',
          ARRAY(SELECT batch_found.kind || ':' || one FROM pg_catalog.unnest(batch_found.drifted) AS one)))
      LOOP
        PERFORM cutover.make_true(stand, 'reverse', connected.kind, connected.units);
        units := units + pg_catalog.cardinality(connected.units);
      END LOOP;
    END IF;
  END LOOP;
  PERFORM cutover.set_writing(NULL, NULL);
  DELETE FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id();
  RETURN NEXT;
END;
$$;

-- A backfill tells the planner how far a table has grown.
-- Analyzes a table of the cutover, or one by which its units are locked, that has outgrown what the planner knows of it: more than four
-- times the pages of the last ANALYZE or VACUUM. Plans that were made while a table was empty are kept, and of an empty table every
-- index costs the same: such a plan may read an index from end to end for each key. ANALYZE makes every session plan anew.
--
-- One table a call; true when one was analyzed. It is advice: a table that cannot be analyzed (its index calls a function that fails, say)
-- is left to autovacuum by this session from then on.
-- Lock: SHARE UPDATE EXCLUSIVE on that table until commit. No writer meets it; ALTER TABLE, VACUUM and compiling again do.
CREATE OR REPLACE FUNCTION cutover.analyze_grown(cutover_name text) RETURNS boolean
  LANGUAGE plpgsql
AS $$
DECLARE
  left_alone text[] := coalesce(nullif(pg_catalog.current_setting('cutover.not_analyzed', true), ''), '{}');
  grown regclass;
BEGIN
  SELECT c.oid::regclass INTO grown
    FROM pg_catalog.unnest(ARRAY['cutover.units', 'cutover.images'] || cutover.tables_of(cutover_name, 'legacy')
                           || cutover.tables_of(cutover_name, 'new')) AS named (name)
    JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(named.name)
   WHERE c.relkind = 'r'
     AND cutover.is_outgrown(c.oid)
     AND c.oid::text <> ALL (left_alone)
     -- From 17 on a right of its own; before, the owner's.
     AND CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 170000
              THEN pg_catalog.has_table_privilege(c.oid, 'MAINTAIN') ELSE pg_catalog.pg_has_role(c.relowner, 'USAGE') END
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l
                      WHERE l.locktype = 'relation' AND l.relation = c.oid
                        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
                        AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock'))
   ORDER BY c.oid
   LIMIT 1;
  IF grown IS NULL THEN
    RETURN false;
  END IF;
  BEGIN
    EXECUTE pg_catalog.format('ANALYZE (SKIP_LOCKED) %s', grown);
  EXCEPTION WHEN OTHERS THEN
    RAISE DEBUG 'cutover %: % could not be analyzed: %', cutover_name, grown, SQLERRM;
  END;
  IF cutover.is_outgrown(grown) THEN
    PERFORM pg_catalog.set_config('cutover.not_analyzed', (left_alone || grown::oid::text)::text, false);
    RETURN false;
  END IF;
  RETURN true;
END;
$$;

-- Has a table more than four times the pages that the planner knows of? Small ones may.
CREATE OR REPLACE FUNCTION cutover.is_outgrown(wanted regclass) RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint > 4 * c.relpages::bigint + 16
    FROM pg_class AS c WHERE c.oid = wanted;
END;
-- Plans a backfill: lists the units of both sides (those that only one side has included), coarser kinds first, and cuts them
-- into ranges. Takes no lock that a writer meets. Returns the backfill's id; an unfinished backfill of the same epoch is
-- given back as it is, so that starting twice starts once.
CREATE OR REPLACE FUNCTION cutover.start_backfill(
  cutover_name text, unit_direction text DEFAULT 'forward', range_size integer DEFAULT 500
) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  stand cutover.cutovers;
  planned bigint;
  kind record;
  finest integer := (SELECT pg_catalog.max(k.rank) FROM cutover.unit_kinds AS k
                      WHERE k.cutover = cutover_name AND k.direction = unit_direction);
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(1668641647, 2);
  stand := cutover.stand_of(cutover_name);
  IF unit_direction = 'forward' AND stand.phase NOT IN ('dual_write', 'backfilled', 'reads_switched') THEN
    RAISE EXCEPTION 'cutover %: no forward backfill in phase %', cutover_name, stand.phase
      USING ERRCODE = 'CU010', HINT = CASE stand.phase
        WHEN 'expanded' THEN 'Advance to dual_write first: a backfill before the sync would go stale at once.'
        ELSE 'The new tables are the truth in this phase.' END;
  END IF;
  IF unit_direction = 'reverse' AND stand.phase NOT IN ('writes_switched', 'legacy_locked') THEN
    RAISE EXCEPTION 'cutover %: no reverse backfill in phase %', cutover_name, stand.phase
      USING ERRCODE = 'CU010', HINT = 'The legacy tables are the truth until writes have moved.';
  END IF;
  PERFORM cutover.require_reverse_not_ended(stand);

  SELECT b.id INTO planned FROM cutover.backfills AS b
   WHERE b.cutover = cutover_name AND b.direction = unit_direction AND b.epoch = stand.epoch AND b.finished_at IS NULL;
  IF FOUND THEN
    RETURN planned;
  END IF;

  INSERT INTO cutover.backfills (cutover, direction, epoch) VALUES (cutover_name, unit_direction, stand.epoch)
  RETURNING id INTO planned;
  FOR kind IN
    SELECT k.kind, k.rank FROM cutover.unit_kinds AS k
     WHERE k.cutover = cutover_name AND k.direction = unit_direction ORDER BY k.rank
  LOOP
    INSERT INTO cutover.backfill_units (backfill, kind, ordinal, unit)
    SELECT planned, kind.kind, pg_catalog.row_number() OVER (ORDER BY listed.unit COLLATE "C"), listed.unit
      FROM cutover.compiled_units(cutover_name, unit_direction, kind.kind) AS listed;
    INSERT INTO cutover.backfill_ranges (backfill, kind, kind_rank, part, first_ordinal, last_ordinal, position)
    SELECT planned, kind.kind, parts.rank, parts.part, pg_catalog.min(u.ordinal), pg_catalog.max(u.ordinal), pg_catalog.min(u.ordinal) - 1
      FROM cutover.backfill_units AS u
      JOIN (VALUES (kind.rank, 'all', kind.rank = finest OR unit_direction = 'reverse'),
                   (kind.rank, 'write', kind.rank < finest AND unit_direction = 'forward'),
                   (1000 - kind.rank, 'delete', kind.rank < finest AND unit_direction = 'forward')) AS parts (rank, part, wanted)
        ON parts.wanted
     WHERE u.backfill = planned AND u.kind = kind.kind
     GROUP BY parts.rank, parts.part, (u.ordinal - 1) / range_size;
  END LOOP;
  UPDATE cutover.backfills AS b
     SET units_total = (SELECT coalesce(pg_catalog.sum(r.last_ordinal - r.first_ordinal + 1), 0)
                          FROM cutover.backfill_ranges AS r WHERE r.backfill = planned)
   WHERE b.id = planned;
  PERFORM cutover.finish_backfill(planned);
  RETURN planned;
END;
$$;

-- Marks a backfill as finished when no range has anything left; true when it is finished.
CREATE OR REPLACE FUNCTION cutover.finish_backfill(wanted bigint) RETURNS boolean
  LANGUAGE plpgsql
AS $$
BEGIN
  IF EXISTS (SELECT FROM cutover.backfill_ranges AS r WHERE r.backfill = wanted AND r.position < r.last_ordinal) THEN
    RETURN false;
  END IF;
  UPDATE cutover.backfills AS b SET finished_at = pg_catalog.clock_timestamp()
   WHERE b.id = wanted AND b.finished_at IS NULL;
  RETURN true;
END;
$$;

-- One batch of a backfill: claims a range nobody works on, makes its next `max_units` units true, and moves its position, all in
-- this transaction. Locks: the range's row, the version rows of the units; both until commit, so keep max_units small enough
-- for writers (the caller steers it by the clock).
-- In between there may be a batch of no unit: it tells the planner how far a table has grown.
-- state: 'worked', 'busy' (others hold all open ranges, or a coarser kind is not done), 'paused', 'stopped' (epoch or phase
-- has moved on), 'finished'.
CREATE OR REPLACE FUNCTION cutover.backfill_step(
  wanted bigint, worker_name text, max_units integer, OUT state text, OUT units integer, OUT written integer
)
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
  SET enable_seqscan = off
  SET plan_cache_mode = force_generic_plan
  SET jit = off
AS $$
DECLARE
  plan cutover.backfills;
  stand cutover.cutovers;
  claimed cutover.backfill_ranges;
  batch text[];
  last integer;
BEGIN
  units := 0;
  written := 0;
  -- Position and work are one transaction: a server that crashes before this commit is on disk takes both back together.
  PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);
  -- Without the barrier: an ANALYZE takes its time, and a phase move would wait for it.
  SELECT b.* INTO plan FROM cutover.backfills AS b JOIN cutover.cutovers AS c ON c.name = b.cutover
   WHERE b.id = wanted AND b.finished_at IS NULL AND NOT b.paused AND b.epoch = c.epoch;
  IF FOUND THEN
    IF cutover.analyze_grown(plan.cutover) THEN
      state := 'worked';
      RETURN;
    END IF;
  END IF;
  PERFORM cutover.barrier_shared();
  SELECT * INTO plan FROM cutover.backfills AS b WHERE b.id = wanted;
  SELECT * INTO stand FROM cutover.cutovers AS c WHERE c.name = plan.cutover;
  IF plan.id IS NULL OR stand.epoch <> plan.epoch
     OR (plan.direction = 'forward' AND stand.phase NOT IN ('dual_write', 'backfilled', 'reads_switched'))
     OR (plan.direction = 'reverse' AND stand.phase NOT IN ('writes_switched', 'legacy_locked'))
     OR stand.reverse_ended_at IS NOT NULL THEN
    state := 'stopped';
    RETURN;
  END IF;
  IF plan.finished_at IS NOT NULL THEN
    state := 'finished';
    RETURN;
  END IF;
  IF plan.paused THEN
    state := 'paused';
    RETURN;
  END IF;

  SELECT * INTO claimed FROM cutover.backfill_ranges AS r
   WHERE r.backfill = wanted AND r.position < r.last_ordinal
     AND NOT EXISTS (SELECT FROM cutover.backfill_ranges AS coarser
                      WHERE coarser.backfill = wanted AND coarser.kind_rank < r.kind_rank
                        AND coarser.position < coarser.last_ordinal)
   ORDER BY r.worker IS DISTINCT FROM worker_name, r.worker IS NOT NULL, r.first_ordinal
   LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    state := CASE WHEN cutover.finish_backfill(wanted) THEN 'finished' ELSE 'busy' END;
    RETURN;
  END IF;

  last := least(claimed.position + max_units, claimed.last_ordinal);
  SELECT pg_catalog.array_agg(u.unit ORDER BY u.unit) INTO batch FROM cutover.backfill_units AS u
   WHERE u.backfill = wanted AND u.kind = claimed.kind AND u.ordinal > claimed.position AND u.ordinal <= last;
  written := cutover.make_true(stand, plan.direction, claimed.kind, batch, claimed.part);
  units := pg_catalog.cardinality(batch);
  UPDATE cutover.backfill_ranges AS r
     SET position = last, worker = worker_name
   WHERE r.backfill = wanted AND r.kind = claimed.kind AND r.part = claimed.part AND r.first_ordinal = claimed.first_ordinal;
  DELETE FROM cutover.head AS own WHERE own.xid = pg_catalog.pg_current_xact_id();
  state := 'worked';
END;
$$;

-- One function, and so one grant, for applications that ask for the phase.
-- The phase of a cutover, for applications that choose their code by it. SECURITY DEFINER, so that EXECUTE on it and USAGE on the schema
-- are all that their roles need. It only reads, so it may be asked in READ ONLY transactions.
-- Of a projection 'building' or 'live'.
-- Raises CU011, which names the cutovers there are, for a name that is none.
CREATE OR REPLACE FUNCTION cutover.phase(cutover_name text) RETURNS text
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT CASE WHEN stand.kind = 'cutover' THEN stand.phase WHEN stand.phase = 'backfilled' THEN 'live' ELSE 'building' END
    FROM cutover.stand_of(cutover_name) AS stand;
END;

-- Two columns that nobody has ever read. Lock: ACCESS EXCLUSIVE on these two tables of ours, for an update of the catalog, until
-- this migration commits; a commit that meets it leaves its units pending, as for any lock.
ALTER TABLE cutover.quarantine DROP COLUMN IF EXISTS version;
ALTER TABLE cutover.backfill_ranges DROP COLUMN IF EXISTS rows_written;
-- Puts a unit aside with the reason and the rows that it was to be made of; whoever makes the unit true later takes the row away again.
-- was_made: was the new side made of it? NULL: look. (Of a unit that failed the images wait as if it had been; they know better.)
DROP FUNCTION IF EXISTS cutover.quarantine_unit(text, text, text, text, text, text, text);
CREATE OR REPLACE FUNCTION cutover.quarantine_unit(
  cutover_name text, unit_direction text, unit_kind text, wanted text, unit_class text, why text, error_text text,
  was_made boolean DEFAULT NULL
) RETURNS void
  LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO cutover.quarantine AS known (cutover, direction, kind, unit, class, reason, error, rows, made)
  SELECT cutover_name, unit_direction, unit_kind, wanted, unit_class, why, error_text,
         cutover.compiled_source_rows(cutover_name, unit_direction, unit_kind, wanted),
         coalesce(was_made, (SELECT cutover.phase_rank(c.phase) >= 4 FROM cutover.cutovers AS c WHERE c.name = cutover_name)
                            AND NOT (unit_direction = 'forward' AND error_text IS NULL
                                     AND wanted = ANY (cutover.compiled_unmade(cutover_name, unit_kind, ARRAY[wanted]))), false)
      ON CONFLICT (cutover, direction, kind, unit) DO UPDATE
     SET class = excluded.class, reason = excluded.reason, error = excluded.error, rows = excluded.rows,
         quarantined_at = pg_catalog.clock_timestamp(),
         -- What somebody has accepted stays accepted as long as it is the same.
         accepted_by = CASE WHEN known.reason = excluded.reason AND known.rows = excluded.rows THEN known.accepted_by END,
         accepted_at = CASE WHEN known.reason = excluded.reason AND known.rows = excluded.rows THEN known.accepted_at END;
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (cutover_name, 'unit_quarantined', pg_catalog.jsonb_build_object(
    'direction', unit_direction, 'kind', unit_kind, 'unit', wanted, 'class', unit_class, 'reason', why, 'error', error_text));
END;
$$;

-- Takes units out of the quarantine: they have been made true.
CREATE OR REPLACE FUNCTION cutover.release_units(cutover_name text, unit_direction text, unit_kind text, wanted text[]) RETURNS void
  LANGUAGE sql
BEGIN ATOMIC
  DELETE FROM cutover.quarantine AS q
   WHERE q.unit_key = ANY (ARRAY(SELECT cutover_name || '/' || unit_direction || '/' || unit_kind || ':' || unit FROM unnest(wanted) AS unit));
END;

-- A deleted legacy row that the new side brings back has its kept columns again (flush_both_sides, above, asks for them).
-- Rows that a legacy writer deleted while the new side changed them: the new side wins, and the reverse recompute brings them back. What
-- only legacy holds of them (`keep`) went with the deletion; the image of the row still has it.

-- The newest images, among those that this transaction works off, of rows of tables with kept columns that are not there now, by table.
-- A row is known by its primary key; where kept or lost columns are part of that, it would not be the same row, and nothing is found.
DROP FUNCTION IF EXISTS cutover.vanished_rows(cutover.cutovers, xid8);
CREATE OR REPLACE FUNCTION cutover.vanished_rows(stand cutover.cutovers, own xid8, reverse_refs text[]) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  target record;
  images text[];
  vanished jsonb := '{}';
BEGIN
  FOR target IN
    SELECT touched.name, legacy.reg::text AS relation, cutover.primary_key_of(legacy.reg) AS key
      FROM (SELECT DISTINCT i.table_name AS name FROM cutover.images AS i
             WHERE i.belongs && reverse_refs AND i.taken_by IS NOT DISTINCT FROM own AND i.cutover IS NOT DISTINCT FROM stand.name
               AND i.image IS NOT NULL AND stand.definition -> 'keep' ? i.table_name) AS touched
      JOIN (SELECT t.name::regclass AS reg FROM pg_catalog.jsonb_array_elements_text(stand.definition #> '{tables,legacy}') AS t (name)) AS legacy
        ON (SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.oid = legacy.reg) = touched.name
  LOOP
    CONTINUE WHEN target.key IS NULL
      OR EXISTS (SELECT FROM pg_catalog.unnest(target.key) AS k (name)
                  WHERE stand.definition #> ARRAY['keep', target.name] ? k.name OR stand.definition #> ARRAY['lost', target.name] ? k.name);
    EXECUTE pg_catalog.format(
      'SELECT pg_catalog.array_agg(newest.image)
         FROM (SELECT DISTINCT ON (i.key) i.image FROM cutover.images AS i
                WHERE i.belongs && $4 AND i.taken_by IS NOT DISTINCT FROM $3 AND i.cutover IS NOT DISTINCT FROM $1
                  AND i.table_name IS NOT DISTINCT FROM $2 AND i.image IS NOT NULL
                ORDER BY i.key, i.seq DESC) AS newest
        WHERE NOT EXISTS (SELECT FROM %1$s AS row_now WHERE %2$s)',
      target.relation,
      (SELECT pg_catalog.string_agg(pg_catalog.format('row_now.%1$I = (newest.image::%2$s).%1$I', k.name, target.relation), ' AND ')
         FROM pg_catalog.unnest(target.key) AS k (name)))
      INTO images USING stand.name, target.name, own, reverse_refs;
    IF images IS NOT NULL THEN
      vanished := vanished || pg_catalog.jsonb_build_object(target.relation, images);
    END IF;
  END LOOP;
  RETURN vanished;
END;
$$;

-- Gives rows that have come back what only legacy holds. Where that is not possible any more (a unique value that somebody else has now),
-- they stay without it, and an event says so: no unit fails by it. Lock: the rows themselves, which this transaction has just written.
CREATE OR REPLACE FUNCTION cutover.revive_kept(stand cutover.cutovers, relation text, images text[]) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  kept text[] := ARRAY(
    SELECT a.attname FROM pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
     WHERE a.attrelid = relation::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
       AND stand.definition #> ARRAY['keep', c.relname::text] ? a.attname);
BEGIN
  IF pg_catalog.cardinality(kept) = 0 THEN
    RETURN;
  END IF;
  EXECUTE pg_catalog.format(
    'UPDATE %1$s AS target SET %2$s FROM (SELECT (parsed.was).* FROM (SELECT image::%1$s AS was FROM pg_catalog.unnest($1) AS image OFFSET 0) AS parsed) AS was WHERE %3$s',
    relation,
    (SELECT pg_catalog.string_agg(pg_catalog.format('%1$I = was.%1$I', name), ', ') FROM pg_catalog.unnest(kept) AS name),
    (SELECT pg_catalog.string_agg(pg_catalog.format('target.%1$I = was.%1$I', k.name), ' AND ')
       FROM pg_catalog.unnest(cutover.primary_key_of(relation::regclass)) AS k (name)))
    USING images;
  PERFORM cutover.settle_constraints(stand.name, 'reverse');
EXCEPTION WHEN integrity_constraint_violation THEN
  INSERT INTO cutover.events (cutover, event, detail)
  VALUES (stand.name, 'kept_not_revived', pg_catalog.jsonb_build_object('table', relation, 'rows', pg_catalog.to_jsonb(images), 'error', SQLERRM));
END;
$$;

-- The columns of a table's primary key; NULL without one.
CREATE OR REPLACE FUNCTION cutover.primary_key_of(relation regclass) RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT pg_catalog.array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_catalog.pg_index AS x
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
   WHERE x.indrelid = relation AND x.indisprimary;
END;

-- Jobs: the queue, the workers that are alive, what they measure.

-- The schema of pg-boss and our queues in it, so that a worker creates nothing.
-- The schema of the job queue, as pg-boss 12.35.0 (MIT) wants it: its own plan, version 43 of its schema.
-- Written by scripts/queue-schema.ts, never by hand. A worker creates nothing, so that it can do without the right to.
-- A database in which an earlier release created it at run time keeps what it has. Lock: none on any table of the application.
DO $install$
BEGIN
  IF pg_catalog.to_regclass('cutover_jobs.version') IS NULL THEN
    EXECUTE $pg_boss$
    SELECT pg_advisory_xact_lock(('x' || encode(sha224((current_database() || '.pgboss.cutover_jobs')::bytea), 'hex'))::bit(64)::bigint);
CREATE SCHEMA IF NOT EXISTS cutover_jobs;
    CREATE TYPE cutover_jobs.job_state AS ENUM (
      'created',
      'retry',
      'active',
      'completed',
      'cancelled',
      'failed'
    );
    CREATE FUNCTION cutover_jobs.job_now()
    RETURNS timestamp with time zone AS
    $$
      SELECT pg_catalog.now();
    $$
    LANGUAGE sql STABLE;
    CREATE TABLE cutover_jobs.version (
      version int primary key,
      cron_on timestamp with time zone,
      bam_on timestamp with time zone,
      flow_on timestamp with time zone,
      reindex_on timestamp with time zone,
      monitor_backoff_on timestamp with time zone
    );
    CREATE TABLE cutover_jobs.queue (
      name text NOT NULL,
      policy text NOT NULL,
      retry_limit int NOT NULL,
      retry_delay int NOT NULL,
      retry_backoff bool NOT NULL,
      retry_delay_max int,
      expire_seconds int NOT NULL,
      retention_seconds int NOT NULL,
      deletion_seconds int NOT NULL,
      dead_letter text REFERENCES cutover_jobs.queue (name) CHECK (dead_letter IS DISTINCT FROM name),
      partition bool NOT NULL,
      table_name text NOT NULL,
      deferred_count int NOT NULL default 0,
      queued_count int NOT NULL default 0,
      ready_count int NOT NULL default 0,
      warning_queued int NOT NULL default 0,
      active_count int NOT NULL default 0,
      failed_count int NOT NULL default 0,
      total_count int NOT NULL default 0,
      created_delta int NOT NULL default 0,
      completed_delta int NOT NULL default 0,
      failed_delta int NOT NULL default 0,
      delta_on timestamp with time zone,
      delta_seconds int,
      ready_history int[] NOT NULL default '{}',
      heartbeat_seconds int,
      notify bool NOT NULL DEFAULT false,
      singletons_active text[],
      monitor_claim_on timestamp with time zone,
      monitor_on timestamp with time zone,
      maintain_on timestamp with time zone,
      created_on timestamp with time zone not null default now(),
      updated_on timestamp with time zone not null default now(),
      PRIMARY KEY (name)
    );
    CREATE TABLE cutover_jobs.schedule (
      name text REFERENCES cutover_jobs.queue ON DELETE CASCADE,
      key text not null DEFAULT '',
      kind text not null DEFAULT 'cron' CHECK (kind IN ('cron', 'rrule')),
      cron text not null,
      timezone text DEFAULT 'UTC',
      data jsonb,
      options jsonb,
      created_on timestamp with time zone not null default now(),
      updated_on timestamp with time zone not null default now(),
      last_job_id uuid,
      PRIMARY KEY (name, key)
    );
    CREATE TABLE cutover_jobs.subscription (
      event text not null,
      name text not null REFERENCES cutover_jobs.queue ON DELETE CASCADE,
      created_on timestamp with time zone not null default now(),
      updated_on timestamp with time zone not null default now(),
      PRIMARY KEY(event, name)
    );
    CREATE TABLE cutover_jobs.bam (
      id uuid PRIMARY KEY default gen_random_uuid(),
      name text NOT NULL,
      version int NOT NULL,
      status text NOT NULL DEFAULT 'pending',
      queue text,
      table_name text NOT NULL,
      command text NOT NULL,
      error text,
      created_on timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
      started_on timestamp with time zone,
      completed_on timestamp with time zone
    );
    CREATE FUNCTION cutover_jobs.job_table_format(command text, table_name text)
    RETURNS text AS
    $$
      SELECT format(
        regexp_replace(
          regexp_replace(command, '\.job\y', '.%1$I', 'g'),
          '\yjob_i(\d+)', '%1$s_i\1', 'g'
        ),
        table_name
      );
    $$
    LANGUAGE sql IMMUTABLE;
    CREATE FUNCTION cutover_jobs.job_table_run(command text, tbl_name text DEFAULT NULL, queue_name text DEFAULT NULL)
    RETURNS VOID AS
    $$
    DECLARE
      tbl RECORD;
    BEGIN
      IF queue_name IS NOT NULL THEN
        SELECT table_name INTO tbl_name FROM cutover_jobs.queue WHERE name = queue_name;
      END IF;
      IF tbl_name IS NOT NULL THEN
        EXECUTE cutover_jobs.job_table_format(command, tbl_name);
        RETURN;
      END IF;
      EXECUTE cutover_jobs.job_table_format(command, 'job_common');
      FOR tbl IN SELECT table_name FROM cutover_jobs.queue WHERE partition = true
      LOOP
        EXECUTE cutover_jobs.job_table_format(command, tbl.table_name);
      END LOOP;
    END;
    $$
    LANGUAGE plpgsql;
    CREATE FUNCTION cutover_jobs.job_table_run_async(command_name text, version int, command text, tbl_name text DEFAULT NULL, queue_name text DEFAULT NULL)
    RETURNS VOID AS
    $$
    BEGIN
      IF queue_name IS NOT NULL THEN
        SELECT table_name INTO tbl_name FROM cutover_jobs.queue WHERE name = queue_name;
      END IF;
      IF tbl_name IS NOT NULL THEN
        INSERT INTO cutover_jobs.bam (name, version, status, queue, table_name, command)
        VALUES (
          command_name,
          version,
          'pending',
          queue_name,
          tbl_name,
          cutover_jobs.job_table_format(command, tbl_name)
        );
        RETURN;
      END IF;
      INSERT INTO cutover_jobs.bam (name, version, status, queue, table_name, command)
      SELECT
        command_name,
        version,
        'pending',
        NULL,
        'job_common',
        cutover_jobs.job_table_format(command, 'job_common')
      UNION ALL
      SELECT
        command_name,
        version,
        'pending',
        queue.name,
        queue.table_name,
        cutover_jobs.job_table_format(command, queue.table_name)
      FROM cutover_jobs.queue
      WHERE partition = true;
    END;
    $$
    LANGUAGE plpgsql;
    CREATE TABLE cutover_jobs.job (
      id uuid not null default gen_random_uuid(),
      name text not null,
      priority integer not null default(0),
      data jsonb,
      state cutover_jobs.job_state not null default 'created',
      retry_limit integer not null default 2,
      retry_count integer not null default 0,
      retry_delay integer not null default 0,
      retry_backoff boolean not null default false,
      retry_delay_max integer,
      expire_seconds int not null default 900,
      deletion_seconds int not null default 604800,
      singleton_key text,
      singleton_on timestamp without time zone,
      group_id text,
      group_tier text,
      start_after timestamp with time zone not null default now(),
      created_on timestamp with time zone not null default now(),
      started_on timestamp with time zone,
      completed_on timestamp with time zone,
      keep_until timestamp with time zone NOT NULL default now() + interval '1209600',
      output jsonb,
      dead_letter text,
      policy text,
      heartbeat_on timestamp with time zone,
      heartbeat_seconds int,
      blocked boolean not null default false,
      blocking boolean not null default false,
      pending_dependencies int not null default 0,
      source_name text,
      source_id uuid,
      source_created_on timestamp with time zone,
      source_retry_count int,
      source_output jsonb,
      source_root_id uuid
    ) PARTITION BY LIST (name);
ALTER TABLE cutover_jobs.job ADD PRIMARY KEY (name, id);
    CREATE TABLE cutover_jobs.job_common (LIKE cutover_jobs.job INCLUDING GENERATED INCLUDING DEFAULTS);
    SELECT cutover_jobs.job_table_run($cmd$ALTER TABLE cutover_jobs.job ADD PRIMARY KEY (name, id)$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$ALTER TABLE cutover_jobs.job ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES cutover_jobs.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$ALTER TABLE cutover_jobs.job ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES cutover_jobs.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE UNIQUE INDEX job_i1 ON cutover_jobs.job (name, COALESCE(singleton_key, '')) WHERE state = 'created' AND policy = 'short'$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE UNIQUE INDEX job_i2 ON cutover_jobs.job (name, COALESCE(singleton_key, '')) WHERE state = 'active' AND policy = 'singleton'$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE UNIQUE INDEX job_i3 ON cutover_jobs.job (name, state, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'stately'$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE UNIQUE INDEX job_i6 ON cutover_jobs.job (name, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'exclusive'$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE UNIQUE INDEX job_i8 ON cutover_jobs.job (name, singleton_key) WHERE state IN ('active', 'retry', 'failed') AND policy = 'key_strict_fifo'$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE INDEX job_i10 ON cutover_jobs.job (name, singleton_key, state DESC, created_on, id) INCLUDE (start_after) WHERE state < 'active' AND NOT blocked AND policy = 'key_strict_fifo'$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$ALTER TABLE cutover_jobs.job ADD CONSTRAINT job_key_strict_fifo_singleton_key_check CHECK (NOT (policy = 'key_strict_fifo' AND singleton_key IS NULL))$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE UNIQUE INDEX job_i4 ON cutover_jobs.job (name, singleton_on, COALESCE(singleton_key, '')) WHERE state <> 'cancelled' AND singleton_on IS NOT NULL$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE INDEX job_i11 ON cutover_jobs.job (name, priority DESC, created_on, start_after) WHERE state < 'active' AND NOT blocked$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE INDEX job_i7 ON cutover_jobs.job (name, group_id) WHERE state = 'active' AND group_id IS NOT NULL$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE INDEX job_i9 ON cutover_jobs.job (name, id) WHERE blocking AND state = 'completed'$cmd$, 'job_common');
    SELECT cutover_jobs.job_table_run($cmd$CREATE INDEX job_i12 ON cutover_jobs.job (source_root_id) WHERE source_root_id IS NOT NULL$cmd$, 'job_common');
    ALTER TABLE cutover_jobs.job ATTACH PARTITION cutover_jobs.job_common DEFAULT;
    CREATE TABLE cutover_jobs.warning (
      id uuid PRIMARY KEY default gen_random_uuid(),
      type text NOT NULL,
      message text NOT NULL,
      data jsonb,
      created_on timestamp with time zone NOT NULL DEFAULT now()
    );
CREATE INDEX warning_i1 ON cutover_jobs.warning (created_on DESC);
    CREATE TABLE cutover_jobs.queue_stats (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      name text NOT NULL,
      deferred_count int NOT NULL DEFAULT 0,
      queued_count   int NOT NULL DEFAULT 0,
      ready_count    int NOT NULL DEFAULT 0,
      active_count   int NOT NULL DEFAULT 0,
      failed_count   int NOT NULL DEFAULT 0,
      total_count    int NOT NULL DEFAULT 0,
      created_delta   int,
      completed_delta int,
      failed_delta    int,
      delta_seconds   int,
      delta_on        timestamptz,
      captured_on timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (id, captured_on)
    ) PARTITION BY RANGE (captured_on);
CREATE INDEX queue_stats_i1 ON cutover_jobs.queue_stats (name, captured_on DESC) INCLUDE (deferred_count, queued_count, ready_count, active_count, failed_count, total_count);
    DO $$
    DECLARE
      d date;
      i int;
      part_name text;
    BEGIN
      FOR i IN 0..1 LOOP
        d := (cutover_jobs.job_now() AT TIME ZONE 'UTC')::date + i;
        part_name := 'queue_stats_' || to_char(d, 'YYYYMMDD');
        IF NOT EXISTS (
          SELECT 1 FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'cutover_jobs' AND c.relname = part_name
        ) THEN
          EXECUTE format(
            'CREATE TABLE cutover_jobs.%I PARTITION OF cutover_jobs.queue_stats FOR VALUES FROM (%L) TO (%L)',
            part_name,
            to_char(d, 'YYYY-MM-DD') || ' 00:00:00+00',
            to_char(d + 1, 'YYYY-MM-DD') || ' 00:00:00+00'
          );
        END IF;
      END LOOP;
    END;
    $$;
    CREATE TABLE cutover_jobs.job_dependency (
      child_name text NOT NULL,
      child_id uuid NOT NULL,
      parent_name text NOT NULL,
      parent_id uuid NOT NULL,
      PRIMARY KEY (child_name, child_id, parent_name, parent_id)
    );
CREATE INDEX IF NOT EXISTS job_dep_parent_idx ON cutover_jobs.job_dependency (parent_name, parent_id);
    CREATE FUNCTION cutover_jobs.create_queue(queue_name text, options jsonb)
    RETURNS VOID AS
    $$
    DECLARE
      tablename varchar := CASE WHEN options->>'partition' = 'true'
                            THEN 'j' || encode(sha224(queue_name::bytea), 'hex')
                            ELSE 'job_common'
                            END;
      queue_created_on timestamptz;
    BEGIN
      WITH q as (
        INSERT INTO cutover_jobs.queue (
          name,
          policy,
          retry_limit,
          retry_delay,
          retry_backoff,
          retry_delay_max,
          expire_seconds,
          retention_seconds,
          deletion_seconds,
          warning_queued,
          dead_letter,
          partition,
          table_name,
          heartbeat_seconds,
          notify,
          created_on,
          updated_on
        )
        VALUES (
          queue_name,
          options->>'policy',
          COALESCE((options->>'retryLimit')::int, 2),
          COALESCE((options->>'retryDelay')::int, 0),
          COALESCE((options->>'retryBackoff')::bool, false),
          (options->>'retryDelayMax')::int,
          COALESCE((options->>'expireInSeconds')::int, 900),
          COALESCE((options->>'retentionSeconds')::int, 1209600),
          COALESCE((options->>'deleteAfterSeconds')::int, 604800),
          COALESCE((options->>'warningQueueSize')::int, 0),
          options->>'deadLetter',
          COALESCE((options->>'partition')::bool, false),
          tablename,
          (options->>'heartbeatSeconds')::int,
          COALESCE((options->>'notify')::bool, false),
          cutover_jobs.job_now(),
          cutover_jobs.job_now()
        )
        ON CONFLICT DO NOTHING
        RETURNING created_on
      )
      SELECT created_on into queue_created_on from q;
      IF queue_created_on IS NULL OR options->>'partition' IS DISTINCT FROM 'true' THEN
        RETURN;
      END IF;
      EXECUTE format('CREATE TABLE cutover_jobs.%I (LIKE cutover_jobs.job INCLUDING DEFAULTS)', tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$ALTER TABLE cutover_jobs.job ADD PRIMARY KEY (name, id)$cmd$, tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$ALTER TABLE cutover_jobs.job ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES cutover_jobs.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$ALTER TABLE cutover_jobs.job ADD CONSTRAINT dlq_fkey FOREIGN KEY (dead_letter) REFERENCES cutover_jobs.queue (name) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED$cmd$, tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$CREATE INDEX job_i11 ON cutover_jobs.job (name, priority DESC, created_on, start_after) WHERE state < 'active' AND NOT blocked$cmd$, tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$CREATE UNIQUE INDEX job_i4 ON cutover_jobs.job (name, singleton_on, COALESCE(singleton_key, '')) WHERE state <> 'cancelled' AND singleton_on IS NOT NULL$cmd$, tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$CREATE INDEX job_i7 ON cutover_jobs.job (name, group_id) WHERE state = 'active' AND group_id IS NOT NULL$cmd$, tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$CREATE INDEX job_i9 ON cutover_jobs.job (name, id) WHERE blocking AND state = 'completed'$cmd$, tablename);
      EXECUTE cutover_jobs.job_table_format($cmd$CREATE INDEX job_i12 ON cutover_jobs.job (source_root_id) WHERE source_root_id IS NOT NULL$cmd$, tablename);
      IF options->>'policy' = 'short' THEN
        EXECUTE cutover_jobs.job_table_format($cmd$CREATE UNIQUE INDEX job_i1 ON cutover_jobs.job (name, COALESCE(singleton_key, '')) WHERE state = 'created' AND policy = 'short'$cmd$, tablename);
      ELSIF options->>'policy' = 'singleton' THEN
        EXECUTE cutover_jobs.job_table_format($cmd$CREATE UNIQUE INDEX job_i2 ON cutover_jobs.job (name, COALESCE(singleton_key, '')) WHERE state = 'active' AND policy = 'singleton'$cmd$, tablename);
      ELSIF options->>'policy' = 'stately' THEN
        EXECUTE cutover_jobs.job_table_format($cmd$CREATE UNIQUE INDEX job_i3 ON cutover_jobs.job (name, state, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'stately'$cmd$, tablename);
      ELSIF options->>'policy' = 'exclusive' THEN
        EXECUTE cutover_jobs.job_table_format($cmd$CREATE UNIQUE INDEX job_i6 ON cutover_jobs.job (name, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'exclusive'$cmd$, tablename);
      ELSIF options->>'policy' = 'key_strict_fifo' THEN
        EXECUTE cutover_jobs.job_table_format($cmd$CREATE UNIQUE INDEX job_i8 ON cutover_jobs.job (name, singleton_key) WHERE state IN ('active', 'retry', 'failed') AND policy = 'key_strict_fifo'$cmd$, tablename);
        EXECUTE cutover_jobs.job_table_format($cmd$CREATE INDEX job_i10 ON cutover_jobs.job (name, singleton_key, state DESC, created_on, id) INCLUDE (start_after) WHERE state < 'active' AND NOT blocked AND policy = 'key_strict_fifo'$cmd$, tablename);
        EXECUTE cutover_jobs.job_table_format($cmd$ALTER TABLE cutover_jobs.job ADD CONSTRAINT job_key_strict_fifo_singleton_key_check CHECK (NOT (policy = 'key_strict_fifo' AND singleton_key IS NULL))$cmd$, tablename);
      END IF;
      EXECUTE format('ALTER TABLE cutover_jobs.%I ADD CONSTRAINT cjc CHECK (name=%L)', tablename, queue_name);
      EXECUTE format('ALTER TABLE cutover_jobs.job ATTACH PARTITION cutover_jobs.%I FOR VALUES IN (%L)', tablename, queue_name);
    END;
    $$
    LANGUAGE plpgsql;
    CREATE FUNCTION cutover_jobs.delete_queue(queue_name text)
    RETURNS VOID AS
    $$
    DECLARE
      v_table varchar;
      v_partition bool;
    BEGIN
      SELECT table_name, partition
      FROM cutover_jobs.queue
      WHERE name = queue_name
      INTO v_table, v_partition;
      IF v_partition THEN
        EXECUTE format('DROP TABLE IF EXISTS cutover_jobs.%I', v_table);
      ELSE
        EXECUTE format('DELETE FROM cutover_jobs.%I WHERE name = %L', v_table, queue_name);
      END IF;
      DELETE FROM cutover_jobs.queue WHERE name = queue_name;
    END;
    $$
    LANGUAGE plpgsql;
INSERT INTO cutover_jobs.version(version) VALUES ('43');
$pg_boss$;
  END IF;
END;
$install$;
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover_jobs FROM PUBLIC;
-- Our queues in the schema of pg-boss, and the jobs that run by themselves. Written by scripts/queue-schema.ts from src/jobs,
-- never by hand. A queue or schedule that is there already stays as an operator has made it. Lock: none on any table of the application.
SELECT cutover_jobs.create_queue('backfill', '{"retryLimit":20,"retryDelay":1,"retryBackoff":true,"retryDelayMax":30,"expireInSeconds":82800,"heartbeatSeconds":10,"deleteAfterSeconds":259200,"policy":"standard"}'::jsonb);
SELECT cutover_jobs.create_queue('verify', '{"retryLimit":20,"retryDelay":1,"retryBackoff":true,"retryDelayMax":30,"expireInSeconds":82800,"heartbeatSeconds":10,"deleteAfterSeconds":259200,"policy":"exclusive"}'::jsonb);
SELECT cutover_jobs.create_queue('repair', '{"retryLimit":20,"retryDelay":1,"retryBackoff":true,"retryDelayMax":30,"expireInSeconds":82800,"heartbeatSeconds":10,"deleteAfterSeconds":259200,"policy":"exclusive"}'::jsonb);
SELECT cutover_jobs.create_queue('clean-idempotency-log', '{"retryLimit":20,"retryDelay":1,"retryBackoff":true,"retryDelayMax":30,"expireInSeconds":82800,"heartbeatSeconds":10,"deleteAfterSeconds":259200,"policy":"exclusive"}'::jsonb);
SELECT cutover_jobs.create_queue('sample-metrics', '{"retryLimit":20,"retryDelay":1,"retryBackoff":true,"retryDelayMax":30,"expireInSeconds":82800,"heartbeatSeconds":10,"deleteAfterSeconds":259200,"policy":"exclusive"}'::jsonb);

INSERT INTO cutover_jobs.schedule (name, key, kind, cron, timezone, data, options)
VALUES ('clean-idempotency-log', '', 'cron', '0 3 * * *', 'UTC', '{}', '{"missed":"once","singletonKey":"all"}')
ON CONFLICT (name, key) DO NOTHING;
INSERT INTO cutover_jobs.schedule (name, key, kind, cron, timezone, data, options)
VALUES ('sample-metrics', '', 'cron', '* * * * *', 'UTC', '{}', '{"missed":"skip","singletonKey":"all"}')
ON CONFLICT (name, key) DO NOTHING;
-- Queues of 0.1.0 had other names. A job that waits there moves along; so does one that a worker of 0.1.0 has in hand: the new
-- workers take it over when nothing is heard of it any more. Lock: those jobs' rows.
UPDATE cutover_jobs.job
   SET name = replace(name, '-units', '')
 WHERE name IN ('backfill-units', 'verify-units', 'repair-units') AND state <= 'active';
SELECT cutover_jobs.delete_queue(q.name)
  FROM cutover_jobs.queue AS q
 WHERE q.name IN ('backfill-units', 'verify-units', 'repair-units');

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

-- What can be told of every cutover at little cost, as of now: one row a figure. Counts notes and quarantined units, never units.
-- Names are those of a metrics page: lower case, the measure in the name, no `total` in what can fall. cutover is '' for what
-- concerns the whole database.
CREATE OR REPLACE FUNCTION cutover.current_metrics()
  RETURNS TABLE (metric text, cutover text, labels jsonb, value double precision)
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH notes AS (
    SELECT o.cutover, count(*) AS notes
      FROM cutover.outbox AS o
     GROUP BY o.cutover
  ), oldest_note AS (
    -- The first of the primary key.
    SELECT n.cutover,
           (SELECT o.xid::text::bigint FROM cutover.outbox AS o WHERE o.cutover = n.cutover ORDER BY o.xid LIMIT 1) AS transaction
      FROM notes AS n
  ), noted AS (
    -- A note carries its transaction and no time. The samples say when the database had come past that transaction: the note is at
    -- least as old as the first sample after it. Read backwards from the newest sample, so that a young note is found at once.
    SELECT o.cutover,
           (SELECT min(after.sampled_at)
              FROM cutover.metrics AS after
             WHERE after.metric = 'transactions'
               AND after.sampled_at > coalesce((SELECT max(before.sampled_at)
                                                  FROM cutover.metrics AS before
                                                 WHERE before.metric = 'transactions' AND before.value <= o.transaction),
                                               '-infinity')) AS before
      FROM oldest_note AS o
  ), newest_backfill AS (
    SELECT DISTINCT ON (b.cutover) b.id, b.cutover, b.direction, b.units_total, b.finished_at
      FROM cutover.backfills AS b
     ORDER BY b.cutover, b.id DESC
  ), backfill AS (
    SELECT b.cutover, jsonb_build_object('direction', b.direction) AS labels, b.units_total, b.finished_at,
           (SELECT coalesce(sum(r.last_ordinal - r.position), 0) FROM cutover.backfill_ranges AS r WHERE r.backfill = b.id) AS units_left
      FROM newest_backfill AS b
  ), newest_run AS (
    SELECT DISTINCT ON (r.cutover) r.cutover, r.finished_at, r.drifted_units
      FROM cutover.drift_runs AS r
     ORDER BY r.cutover, r.id DESC
  )
  SELECT 'phase_rank', c.name, jsonb_build_object('phase', c.phase), cutover.phase_rank(c.phase)::double precision
    FROM cutover.cutovers AS c
  UNION ALL
  SELECT 'phase_age_seconds', c.name, '{}', extract(epoch FROM now() - c.phase_since)
    FROM cutover.cutovers AS c
  UNION ALL
  SELECT 'outbox_notes', c.name, '{}', coalesce(n.notes, 0)
    FROM cutover.cutovers AS c
    LEFT JOIN notes AS n ON n.cutover = c.name
  UNION ALL
  SELECT 'outbox_oldest_seconds', c.name, '{}', coalesce(extract(epoch FROM now() - noted.before), 0)
    FROM cutover.cutovers AS c
    LEFT JOIN noted ON noted.cutover = c.name
  UNION ALL
  SELECT 'quarantine_units', q.cutover, jsonb_build_object('class', q.class, 'accepted', q.accepted_at IS NOT NULL), count(*)
    FROM cutover.quarantine AS q
   GROUP BY q.cutover, q.class, q.accepted_at IS NOT NULL
  UNION ALL
  SELECT 'backfill_units', b.cutover, b.labels, b.units_total
    FROM backfill AS b
  UNION ALL
  SELECT 'backfill_units_done', b.cutover, b.labels, b.units_total - b.units_left
    FROM backfill AS b
  UNION ALL
  SELECT 'backfill_finished', b.cutover, b.labels, (b.finished_at IS NOT NULL)::integer
    FROM backfill AS b
  UNION ALL
  SELECT 'verify_age_seconds', r.cutover, '{}', extract(epoch FROM now() - r.finished_at)
    FROM newest_run AS r
  UNION ALL
  SELECT 'verify_drifted_units', r.cutover, '{}', r.drifted_units
    FROM newest_run AS r
  UNION ALL
  -- How long the oldest write has been missing, and what the last refresh took and found.
  SELECT figure.metric, '', jsonb_build_object('view', v.name), figure.value
    FROM cutover.view_freshness() AS v
   CROSS JOIN LATERAL (VALUES ('view_staleness_seconds', coalesce(extract(epoch FROM v.staleness), 0)::double precision),
                              ('view_refresh_seconds', extract(epoch FROM v.took)::double precision),
                              ('view_rows', v.row_count::double precision),
                              ('view_refresh_failures', v.failures::double precision)) AS figure (metric, value)
   WHERE figure.value IS NOT NULL
  UNION ALL
  SELECT 'workers', '', '{}', count(*) FILTER (WHERE w.seen_at > now() - make_interval(secs => w.take_over_seconds))
    FROM cutover.workers AS w
  UNION ALL
  SELECT 'transactions', '', '{}', pg_snapshot_xmax(pg_current_snapshot())::text::double precision;
$$;
-- Writes down what cutover.current_metrics() says, as the sample of this minute, and forgets samples that are older than `keep`.
-- Asked twice in a minute, the later figures stand. Returns the number of figures.
CREATE OR REPLACE FUNCTION cutover.sample_metrics(keep interval DEFAULT interval '30 days') RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  minute CONSTANT timestamptz := date_trunc('minute', clock_timestamp(), 'UTC');
  figures integer;
BEGIN
  -- In the order of the key, so that two samplers of one minute cannot lock each other out.
  INSERT INTO cutover.metrics (sampled_at, metric, cutover, labels, value)
  SELECT minute, m.metric, m.cutover, m.labels, m.value
    FROM cutover.current_metrics() AS m
   ORDER BY m.metric, m.cutover, m.labels
  ON CONFLICT (metric, sampled_at, cutover, labels) DO UPDATE SET value = excluded.value;
  GET DIAGNOSTICS figures = ROW_COUNT;
  -- A bounded number at a time: a database that nobody has sampled for long is not held up by its past.
  DELETE FROM cutover.metrics
   WHERE ctid = ANY (ARRAY(SELECT m.ctid FROM cutover.metrics AS m WHERE m.sampled_at < minute - keep ORDER BY m.sampled_at LIMIT 10000));
  RETURN figures;
END;
$$;

-- Projections, whose kind stands above.
-- Projections: tables that sync keeps true for as long as they live. A projection is a row of cutover.cutovers in one of two phases:
-- `dual_write` while it is being built, `backfilled` once it is live. It has no way back, and needs none: nothing is moved.

-- A projection does not move through phases, and a name belongs to a cutover or to a projection for good.
CREATE OR REPLACE FUNCTION cutover.guard_projection() RETURNS trigger
  LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.kind <> coalesce(NEW.definition ->> 'kind', 'cutover') THEN
    RAISE EXCEPTION '"%" is the name of a % in this database', NEW.name, NEW.kind
      USING ERRCODE = 'CU052', HINT = 'Choose another name.';
  END IF;
  IF NEW.kind = 'projection' AND (NEW.phase NOT IN ('dual_write', 'backfilled') OR NEW.step IS NOT NULL) THEN
    PERFORM cutover.refuse_projection(NEW.name);
  END IF;
  RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS cutovers_guard_projection ON cutover.cutovers;
CREATE TRIGGER cutovers_guard_projection BEFORE UPDATE ON cutover.cutovers
  FOR EACH ROW EXECUTE FUNCTION cutover.guard_projection();

-- Raises CU051 for a projection: what is asked for is something that only cutovers do.
CREATE OR REPLACE FUNCTION cutover.refuse_projection(cutover_name text) RETURNS void
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(cutover_name);
BEGIN
  IF stand.kind = 'projection' THEN
    RAISE EXCEPTION '% is a projection: it has no phases to move through, forward or back', cutover_name
      USING ERRCODE = 'CU051', HINT = CASE stand.phase
        WHEN 'backfilled' THEN 'It is live. cutover.drop_projection() in a migration takes it away.'
        ELSE pg_catalog.format('It goes live by itself: `cutover backfill %s`, or `cutover verify %s` after a backfill.', cutover_name, cutover_name) END;
  END IF;
END;
$$;

-- Compiled SQL of a projection signs in here. Sync is on from the commit of this migration. When what it is made of has changed, it is
-- built anew: nothing of what was noted and locked under the old units is left, and no writer is at work, as the compiled SQL has
-- dropped the old triggers in this transaction and holds their locks.
CREATE OR REPLACE FUNCTION cutover.register_projection(
  projection_name text, schema_name name, compiled_definition jsonb, expected_fingerprint jsonb, core integer
) RETURNS void
  LANGUAGE plpgsql
AS $$
DECLARE
  before cutover.cutovers;
  changed boolean;
  other record;
BEGIN
  SELECT * INTO before FROM cutover.cutovers AS c WHERE c.name = projection_name FOR UPDATE;
  IF before.kind = 'cutover' THEN
    RAISE EXCEPTION '"%" is the name of a cutover in this database', projection_name
      USING ERRCODE = 'CU052', HINT = 'Choose another name.';
  END IF;

  SELECT c.name, c.kind, written.name AS table_name INTO other
    FROM cutover.cutovers AS c
   CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(
           (c.definition #> '{tables,new}')
           || CASE WHEN c.definition -> 'irreversible' IS NULL THEN c.definition #> '{tables,legacy}' ELSE '[]' END) AS written (name)
   WHERE c.name <> projection_name AND compiled_definition #> '{tables,new}' ? written.name AND c.phase <> 'dropped'
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'projection %: % is written by % % already', projection_name, other.table_name, other.kind, other.name
      USING ERRCODE = 'CU053', HINT = 'Two would undo each other''s rows for ever: give the projection a table of its own.';
  END IF;

  PERFORM cutover.register_cutover(projection_name, schema_name, compiled_definition, expected_fingerprint, core);
  PERFORM cutover.refuse_circle(projection_name);

  changed := before.name IS NULL OR cutover.changed_parts(before.definition, compiled_definition) <> '{}';
  IF NOT changed THEN
    RETURN;
  END IF;
  DELETE FROM cutover.outbox AS o WHERE o.cutover = projection_name;
  DELETE FROM cutover.quarantine AS q WHERE q.cutover = projection_name;
  DELETE FROM cutover.units AS u WHERE u.cutover = projection_name;
  UPDATE cutover.cutovers AS c
     SET kind = 'projection', phase = 'dual_write', phase_since = pg_catalog.clock_timestamp(),
         phase_xid = pg_catalog.pg_current_xact_id(), epoch = coalesce(before.epoch, 0) + 1
   WHERE c.name = projection_name;
END;
$$;

-- Raises CU054 when a projection would be made of what is made of it: units would note each other without end.
CREATE OR REPLACE FUNCTION cutover.refuse_circle(projection_name text) RETURNS void
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  circle text;
BEGIN
  WITH RECURSIVE made AS (
    SELECT c.name, written.name AS written, read.name AS read
      FROM cutover.cutovers AS c
     CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(c.definition #> '{tables,new}') AS written (name)
     CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text((c.definition #> '{tables,legacy}') || (c.definition #> '{tables,context}')) AS read (name)
     WHERE c.phase <> 'dropped'
  ), walk AS (
    SELECT made.read, ARRAY[made.name::text] AS path FROM made WHERE made.name = projection_name
    UNION ALL
    SELECT made.read, walk.path || made.name::text FROM walk JOIN made ON made.written = walk.read
     WHERE made.name <> ALL (walk.path[2:])
  )
  SELECT pg_catalog.array_to_string(walk.path, ' ← ') INTO circle
    FROM walk WHERE pg_catalog.cardinality(walk.path) > 1 AND walk.path[pg_catalog.cardinality(walk.path)] = projection_name
   LIMIT 1;
  IF circle IS NOT NULL THEN
    RAISE EXCEPTION 'projection % would be made of what is made of it: %', projection_name, circle
      USING ERRCODE = 'CU054', HINT = 'Let one of them read the tables that the application writes.';
  END IF;
END;
$$;

-- What stands between a projection and being live, with the answers: the gates of a cutover in front of `backfilled`, and whether its units
-- are units. Settings are pinned as for a verify: the last one evaluates the SELECTs.
CREATE OR REPLACE FUNCTION cutover.ask_projection_gates(projection_name text)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(projection_name);
BEGIN
  RETURN QUERY SELECT * FROM cutover.gate_backfill_complete(stand);
  RETURN QUERY SELECT * FROM cutover.gate_outbox_drained(stand);
  RETURN QUERY SELECT * FROM cutover.gate_quarantine_accepted(stand, with_rules => false);
  SELECT * INTO gate, yes, figure, reason, next_step FROM cutover.gate_drift_free(stand, ARRAY['forward']);
  IF figure = 'not verified' THEN
    reason := 'nothing has been verified since it was compiled';
  END IF;
  RETURN NEXT;
  IF yes THEN
    RETURN QUERY SELECT * FROM cutover.gate_units_local(stand);
  END IF;
END;
$$;

-- Lets a projection be live when it is true: where there is no row yet that it could be made of, or when a backfill has visited every unit
-- and a verify has found no drift. Every verify asks; true when it is live. No barrier: what a flush does is the same in both phases.
-- Lock: the projection's row, which only a REPEATABLE READ writer's flush would wait for.
CREATE OR REPLACE FUNCTION cutover.settle_projection(projection_name text) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
  SET row_security = off
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(projection_name);
  holds_rows boolean := true;
  answers jsonb := '[]';
BEGIN
  IF stand.kind <> 'projection' THEN
    RAISE EXCEPTION '% is a cutover, not a projection', projection_name
      USING ERRCODE = 'CU010', HINT = 'A cutover moves by `cutover advance`.';
  END IF;
  IF stand.phase = 'backfilled' THEN
    RETURN true;
  END IF;
  -- An older snapshot would not see rows that are there by now.
  IF pg_catalog.current_setting('transaction_isolation') = 'read committed' THEN
    EXECUTE pg_catalog.format('SELECT %I.holds_rows()', stand.compiled_schema) INTO holds_rows;
  END IF;
  IF holds_rows THEN
    SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(g)) INTO answers FROM cutover.ask_projection_gates(projection_name) AS g;
    IF EXISTS (SELECT FROM pg_catalog.jsonb_to_recordset(answers) AS g (yes boolean) WHERE NOT g.yes) THEN
      RETURN false;
    END IF;
  END IF;

  UPDATE cutover.cutovers AS c
     SET phase = 'backfilled', phase_since = pg_catalog.clock_timestamp(), phase_xid = pg_catalog.pg_current_xact_id()
   WHERE c.name = projection_name AND c.phase = 'dual_write' AND c.epoch = stand.epoch;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF NOT holds_rows THEN
    -- A backfill of nothing: no unit may say that it has not been visited yet.
    INSERT INTO cutover.backfills (cutover, direction, epoch, finished_at)
    VALUES (projection_name, 'forward', stand.epoch, pg_catalog.clock_timestamp());
  END IF;
  INSERT INTO cutover.phase_transitions (cutover, from_phase, to_phase, gates)
  VALUES (projection_name, stand.phase, 'backfilled', answers);
  INSERT INTO cutover.events (cutover, event) VALUES (projection_name, 'projection_live');
  RETURN true;
EXCEPTION
  -- Somebody else is at the row: whoever asks next finds the answer.
  WHEN serialization_failure OR lock_not_available THEN
    RETURN false;
END;
$$;

-- Takes a projection away, from a migration: its compiled SQL with the triggers, and what the core holds of it. Its tables stay, as
-- ordinary tables with the rows that they have. The record of its verifies and events stays too.
-- Lock: ACCESS EXCLUSIVE on its tables and those that it reads, until the file commits; 55P03 after 100 ms, run it again.
CREATE OR REPLACE FUNCTION cutover.drop_projection(projection_name text) RETURNS void
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  SET lock_timeout = '100ms'
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(projection_name);
BEGIN
  IF stand.kind <> 'projection' THEN
    RAISE EXCEPTION '% is a cutover, not a projection', projection_name
      USING ERRCODE = 'CU010', HINT = 'A cutover ends in phase dropped, or is rolled back.';
  END IF;
  -- CASCADE reaches the triggers. It waits for writers in flight, so that every note there will ever be is committed.
  EXECUTE pg_catalog.format('DROP SCHEMA IF EXISTS %I CASCADE', stand.compiled_schema);
  DELETE FROM cutover.outbox AS o WHERE o.cutover = projection_name;
  DELETE FROM cutover.quarantine AS q WHERE q.cutover = projection_name;
  DELETE FROM cutover.units AS u WHERE u.cutover = projection_name;
  DELETE FROM cutover.backfills AS b WHERE b.cutover = projection_name;
  DELETE FROM cutover.cutovers AS c WHERE c.name = projection_name;
  INSERT INTO cutover.events (cutover, event) VALUES (projection_name, 'projection_dropped');
END;
$$;
-- Does a unit come out alone as it does among all? A SELECT that looks beyond its unit (a rank over everything) is right after a backfill
-- whose batch held all units, and wrong after the next write. Looks at twenty units of the last backfill, each alone, in one
-- snapshot; those that are pending or put aside say nothing. To be asked when drift_free says yes: what has drifted differs as well.
CREATE OR REPLACE FUNCTION cutover.gate_units_local(stand cutover.cutovers)
  RETURNS TABLE (gate text, yes boolean, figure text, reason text, next_step text)
  LANGUAGE plpgsql STABLE
AS $$
DECLARE
  one record;
  looked_at integer := 0;
  odd text;
BEGIN
  FOR one IN
    SELECT listed.kind, listed.unit
      FROM cutover.backfill_units AS listed
     WHERE listed.backfill = (SELECT pg_catalog.max(b.id) FROM cutover.backfills AS b
                               WHERE b.cutover = stand.name AND b.direction = 'forward' AND b.epoch = stand.epoch)
       AND NOT EXISTS (SELECT FROM cutover.outbox AS o WHERE o.unit_key = stand.name || '/forward/' || listed.kind || ':' || listed.unit)
       AND NOT EXISTS (SELECT FROM cutover.quarantine AS q
                        WHERE q.cutover = stand.name AND q.direction = 'forward' AND q.kind = listed.kind AND q.unit = listed.unit)
     -- Spread over all of them, and the same ones each time.
     ORDER BY pg_catalog.md5(listed.unit)
     LIMIT 20
  LOOP
    looked_at := looked_at + 1;
    IF EXISTS (SELECT FROM cutover.compiled_differences(stand.name, 'forward', one.kind, ARRAY[one.unit])) THEN
      odd := one.kind || ' ' || one.unit;
      EXIT;
    END IF;
  END LOOP;
  gate := 'units_local';
  yes := odd IS NULL;
  figure := pg_catalog.format('%s units looked at', looked_at);
  reason := CASE WHEN yes THEN 'each comes out alone as it does among all'
                 ELSE pg_catalog.format('%s comes out alone otherwise than among all: a SELECT looks beyond the unit', odd) END;
  next_step := CASE WHEN yes THEN NULL
                    ELSE 'let every window and aggregate keep within a unit (PARTITION BY, GROUP BY its columns), or choose larger units; compile again' END;
  RETURN NEXT;
END;
$$;
-- Version rows of dead units: an account whose last event is gone has no row of a projection any more, but it still has the row by which
-- it is locked. A log of short-lived units would fill cutover.units with them.
--
-- Such a row is also what makes a REPEATABLE READ writer fail with 40001 when its unit was recomputed after its snapshot. So it may only go
-- when every transaction that is open has a snapshot in which that last recompute is done: dead units are listed with their version,
-- the transactions that are open just then are waited for, and what still has that version is deleted. A transaction that begins
-- later sees the unit as it is; if somebody writes it again meanwhile, the row that he inserts is not in its snapshot, which is
-- a 40001 again.

-- Units that have a version row and no row on either side, nothing pending and nothing put aside.
CREATE OR REPLACE FUNCTION cutover.dead_units(projection_name text, most integer) RETURNS SETOF cutover.units
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'
BEGIN ATOMIC
  SELECT known.*
    FROM cutover.cutovers AS c
    JOIN cutover.unit_kinds AS kinds ON kinds.cutover = c.name
   CROSS JOIN LATERAL (
     SELECT u.* FROM cutover.units AS u
      WHERE u.cutover = c.name AND u.direction = kinds.direction AND u.kind = kinds.kind
        AND u.unit NOT IN (SELECT listed.unit COLLATE "C" FROM cutover.compiled_units(c.name, kinds.direction, kinds.kind) AS listed)
   ) AS known
   WHERE c.name = projection_name AND c.kind = 'projection' AND c.phase = 'backfilled'
     AND NOT EXISTS (SELECT FROM cutover.outbox AS o
                      WHERE o.unit_key = known.cutover || '/' || known.direction || '/' || known.kind || ':' || known.unit)
     AND NOT EXISTS (SELECT FROM cutover.quarantine AS q
                      WHERE q.cutover = known.cutover AND q.direction = known.direction AND q.kind = known.kind AND q.unit = known.unit)
   LIMIT most;
END;

-- Transactions of this database that are open now, but for the own.
CREATE OR REPLACE FUNCTION cutover.open_transactions() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT coalesce(array_agg(l.virtualtransaction), '{}')
    FROM pg_catalog.pg_locks AS l
    JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid AND a.datname = current_database()
   WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid();
END;

-- Deletes version rows of projections that still have the version that they were listed with; returns how many. Those that a writer holds
-- are left.
CREATE OR REPLACE FUNCTION cutover.forget_units(dead cutover.units[]) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  deleted integer;
BEGIN
  WITH free AS (
    SELECT u.cutover, u.direction, u.kind, u.unit
      FROM pg_catalog.unnest(dead) AS d
      JOIN cutover.units AS u ON u.cutover = d.cutover AND u.direction = d.direction AND u.kind = d.kind AND u.unit = d.unit
      JOIN cutover.cutovers AS c ON c.name = u.cutover AND c.kind = 'projection'
     WHERE u.version = d.version
       FOR UPDATE OF u SKIP LOCKED
  )
  DELETE FROM cutover.units AS gone USING free
   WHERE gone.cutover = free.cutover AND gone.direction = free.direction AND gone.kind = free.kind AND gone.unit = free.unit;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END;
$$;

-- Deletes the version rows of a projection's dead units, at most `most` of them; `deleted` says how many. Waits for the transactions that
-- are open, at most `wait_seconds`; if one lasts longer nothing is deleted, and the next call tries again. Commits in between, so
-- not inside a transaction block. Lock: the rows that go; those that a writer holds are left.
CREATE OR REPLACE PROCEDURE cutover.compact_units(
  projection_name text, INOUT deleted integer DEFAULT 0, wait_seconds integer DEFAULT 5, most integer DEFAULT 10000
)
  LANGUAGE plpgsql
AS $$
DECLARE
  stand cutover.cutovers := cutover.stand_of(projection_name);
  dead cutover.units[];
  waiting_for text[];
  since timestamptz := pg_catalog.clock_timestamp();
BEGIN
  IF stand.kind <> 'projection' THEN
    RAISE EXCEPTION '% is a cutover, not a projection', projection_name
      USING ERRCODE = 'CU010', HINT = 'The version rows of a cutover go with it.';
  END IF;
  deleted := 0;
  dead := ARRAY(SELECT d FROM cutover.dead_units(projection_name, most) AS d);
  IF pg_catalog.cardinality(dead) = 0 THEN
    RETURN;
  END IF;
  waiting_for := cutover.open_transactions();
  COMMIT;
  WHILE cutover.open_transactions() && waiting_for LOOP
    IF pg_catalog.clock_timestamp() - since > pg_catalog.make_interval(secs => wait_seconds) THEN
      RETURN;
    END IF;
    COMMIT;
    PERFORM pg_catalog.pg_sleep(0.01);
  END LOOP;
  COMMIT;

  deleted := cutover.forget_units(dead);
END;
$$;

-- Last: the version, and no right for anybody.
INSERT INTO cutover.core_version (version) VALUES (2) ON CONFLICT (version) DO NOTHING;
-- PUBLIC may execute nothing of ours, now and for what is created later by this role in this schema.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA cutover FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA cutover REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
-- cutover:end (core current)
