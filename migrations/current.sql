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
--!include functions/id.sql
--!include functions/phase_rank.sql
--!include functions/barrier.sql
--!include functions/is_our_fault.sql
--!include functions/lock_units.sql
--!include functions/settle_constraints.sql
--!include functions/check_snapshot.sql
--!include functions/compiled.sql
--!include functions/refs_by_kind.sql
--!include functions/stand_of.sql
--!include functions/writing.sql
--!include functions/note_refs.sql
--!include functions/flush_one_side.sql
--!include functions/flush_both_sides.sql
--!include functions/flush_transaction.sql
--!include functions/flush_at_commit.sql
--!include functions/flush.sql
--!include functions/quarantine_unit.sql
--!include functions/make_true.sql
--!include functions/drain.sql
--!include functions/drain_all.sql
--!include functions/backfill.sql
--!include functions/fingerprint.sql
--!include functions/accounting.sql
--!include functions/verify.sql
--!include functions/repair.sql
--!include functions/register_cutover.sql
--!include functions/has_held_rows.sql
--!include functions/gates.sql
--!include functions/legacy_tables.sql
--!include functions/advance.sql
--!include functions/retry_quarantined.sql
--!include functions/move_sequences.sql
--!include functions/steps.sql
--!include functions/advance_steps.sql
--!include functions/rollback.sql
--!include functions/rollback_steps.sql
--!include functions/reverse_end.sql
--!include grants.sql
