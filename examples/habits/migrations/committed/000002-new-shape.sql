--! Previous: sha1:7afb4b50208930591b184a37aaf05670051a00a2
--! Hash: sha1:443df8d4827eaf572219b153cd0522f934f4b96b
--! Message: new shape

-- The new shape: children, weeks, habits and habit_records, with keys that always hold the owner.
--
-- Locks: every table here is new and refers to none that exists, so nobody is held up. There is deliberately no foreign
-- key to auth.users while the cutover lives: deleting a user removes the legacy rows by its own cascade, and the sync
-- removes the new ones; a second cascade would reach the new tables while they are still fenced against writes.
--
-- A "sheet" is one legacy row; sheet_id is its id. A week takes its theme, reflection and reward from one sheet, its
-- main sheet. A sheet that starts on another day than Monday touches two weeks and has its habits in both.

-- Sheets and habits that are born in the new shape count from far above anything that legacy ids can reach: legacy row
-- ids come from their own sequence, and legacy habit ids are either small or a clock in milliseconds (13 digits).
CREATE SEQUENCE public.sheet_ids AS bigint START WITH 1000000000 MINVALUE 1000000000;
CREATE SEQUENCE public.habit_ids AS bigint START WITH 10000000000000 MINVALUE 10000000000000;

CREATE TABLE public.children (
  user_id uuid NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT children_pkey PRIMARY KEY (user_id, name),
  CONSTRAINT children_name_length CHECK (char_length(name) BETWEEN 1 AND 100)
);

CREATE TABLE public.weeks (
  user_id uuid NOT NULL,
  child_name text NOT NULL,
  week_start_date date NOT NULL,
  week_end_date date GENERATED ALWAYS AS (week_start_date + 6) STORED,
  sheet_id bigint DEFAULT nextval('public.sheet_ids'),    -- NULL: only touched by the sheet of a neighbouring week
  start_offset smallint NOT NULL DEFAULT 0,               -- the first day of the sheet, counted from the Monday
  theme text,
  reflection jsonb,
  reward text,
  template_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT weeks_pkey PRIMARY KEY (user_id, child_name, week_start_date),
  CONSTRAINT weeks_child_fkey FOREIGN KEY (user_id, child_name)
    REFERENCES public.children (user_id, name) ON UPDATE CASCADE ON DELETE CASCADE,
  -- Deferred: one statement may hand a sheet from one week to another in either order of the two rows.
  CONSTRAINT weeks_sheet_id_key UNIQUE (sheet_id) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT weeks_start_is_monday CHECK (extract(isodow FROM week_start_date) = 1),
  CONSTRAINT weeks_start_offset_range CHECK (start_offset BETWEEN -3 AND 3),
  -- The range in which a legacy start date is accepted, so that every week has a legacy form.
  CONSTRAINT weeks_start_range
    CHECK (week_start_date + start_offset BETWEEN DATE '1970-01-05' AND DATE '2999-12-23'),
  -- What a week without a sheet of its own held, no legacy row could hold. Give it a sheet first:
  -- UPDATE public.weeks SET sheet_id = DEFAULT, theme = … .
  CONSTRAINT weeks_without_sheet_hold_nothing CHECK (
    sheet_id IS NOT NULL
    OR (start_offset = 0 AND theme IS NULL AND reflection IS NULL AND reward IS NULL)
  )
);

CREATE TABLE public.habits (
  user_id uuid NOT NULL,
  child_name text NOT NULL,
  week_start_date date NOT NULL,
  sheet_id bigint NOT NULL,
  habit_id bigint NOT NULL DEFAULT nextval('public.habit_ids'),
  name text NOT NULL,
  display_order integer NOT NULL DEFAULT 0,
  time_period text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- Names are not unique: the interface gives every new habit the same placeholder name.
  CONSTRAINT habits_pkey PRIMARY KEY (sheet_id, habit_id, week_start_date),
  CONSTRAINT habits_owner_key UNIQUE (user_id, child_name, week_start_date, sheet_id, habit_id),
  CONSTRAINT habits_week_fkey FOREIGN KEY (user_id, child_name, week_start_date)
    REFERENCES public.weeks (user_id, child_name, week_start_date) ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT habits_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
  CONSTRAINT habits_display_order_range CHECK (display_order >= 0),
  -- What a JSON number carries exactly in every client.
  CONSTRAINT habits_habit_id_range CHECK (habit_id BETWEEN -9007199254740992 AND 9007199254740992)
);

CREATE TABLE public.habit_records (
  user_id uuid NOT NULL,
  child_name text NOT NULL,
  week_start_date date NOT NULL,
  sheet_id bigint NOT NULL,
  habit_id bigint NOT NULL,
  record_date date NOT NULL,
  status text NOT NULL,
  note text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT habit_records_pkey PRIMARY KEY (sheet_id, habit_id, record_date),
  CONSTRAINT habit_records_habit_fkey
    FOREIGN KEY (user_id, child_name, week_start_date, sheet_id, habit_id)
    REFERENCES public.habits (user_id, child_name, week_start_date, sheet_id, habit_id)
    ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT habit_records_date_in_week
    CHECK (record_date BETWEEN week_start_date AND week_start_date + 6),
  CONSTRAINT habit_records_status CHECK (status IN ('green', 'yellow', 'red', 'none')),
  CONSTRAINT habit_records_note_length CHECK (char_length(note) <= 500)
);

-- Serves the foreign key (a habit's records, a week's records) and the sync of one week.
CREATE INDEX habit_records_habit_idx
  ON public.habit_records (user_id, child_name, week_start_date, sheet_id, habit_id);

-- Kept on the new side: sheets that share their home week with another sheet, which is the week's main sheet.
CREATE TABLE public.kept_sheets (
  sheet_id bigint NOT NULL,
  user_id uuid NOT NULL,
  child_name text NOT NULL,
  week_start_date date NOT NULL,
  start_offset smallint NOT NULL,
  theme text,
  reflection jsonb,
  reward text,
  CONSTRAINT kept_sheets_pkey PRIMARY KEY (sheet_id),
  -- A kept sheet follows its week: a renamed child takes it along, a deleted week takes it away.
  CONSTRAINT kept_sheets_week_fkey FOREIGN KEY (user_id, child_name, week_start_date)
    REFERENCES public.weeks (user_id, child_name, week_start_date) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE INDEX kept_sheets_week_idx ON public.kept_sheets (user_id, child_name, week_start_date);

-- Kept on the legacy side: what only the new shape can say. Joined to a legacy row by its id alone, so that a renamed
-- child keeps its notes. No foreign key to habit_tracker: legacy writers shall meet no trigger of these tables.
CREATE TABLE public.kept_children (
  user_id uuid NOT NULL,
  name text NOT NULL,
  CONSTRAINT kept_children_pkey PRIMARY KEY (user_id, name)
);

CREATE TABLE public.kept_habits (
  sheet_id bigint NOT NULL,
  habit_id bigint NOT NULL,
  week_start_date date NOT NULL,
  name text,                                              -- the name in the spill week, where it is another one
  display_order integer,                                  -- where it is not the habit's place in the JSON array
  CONSTRAINT kept_habits_pkey PRIMARY KEY (sheet_id, habit_id, week_start_date)
);

CREATE TABLE public.kept_cells (
  sheet_id bigint NOT NULL,
  habit_id bigint NOT NULL,
  record_date date NOT NULL,
  status text,                                            -- only for a day that the JSON array has no slot for
  note text,
  CONSTRAINT kept_cells_pkey PRIMARY KEY (sheet_id, habit_id, record_date)
);

-- Stamps updated_at. No mapping yields that column, so the trigger changes nothing that the sync compares.
CREATE FUNCTION public.set_updated_at() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $stamp$
BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END
$stamp$;

CREATE TRIGGER set_children_updated_at
  BEFORE UPDATE ON public.children
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER set_weeks_updated_at
  BEFORE UPDATE ON public.weeks
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER set_habits_updated_at
  BEFORE UPDATE ON public.habits
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TRIGGER set_habit_records_updated_at
  BEFORE UPDATE ON public.habit_records
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

-- Own rows only, from the first day and with a WITH CHECK of their own. Not FORCEd: the owner syncs every row.
ALTER TABLE public.children ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.weeks ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.habits ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.habit_records ENABLE ROW LEVEL SECURITY;

CREATE POLICY children_own_rows ON public.children
  FOR ALL USING (user_id = auth.uid()) WITH CHECK (user_id = auth.uid());

CREATE POLICY weeks_own_rows ON public.weeks
  FOR ALL USING (user_id = auth.uid()) WITH CHECK (user_id = auth.uid());

CREATE POLICY habits_own_rows ON public.habits
  FOR ALL USING (user_id = auth.uid()) WITH CHECK (user_id = auth.uid());

CREATE POLICY habit_records_own_rows ON public.habit_records
  FOR ALL USING (user_id = auth.uid()) WITH CHECK (user_id = auth.uid());

-- Kept tables are the sync's own: row security without a policy shows their rows to nobody but their owner.
ALTER TABLE public.kept_sheets ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.kept_children ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.kept_habits ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.kept_cells ENABLE ROW LEVEL SECURITY;

-- The first step of the original's dual write, as its guide describes it: a row trigger that tells of every insert, update
-- and delete of a legacy row, and writes nothing.
--
-- It tells in two NOTICE lines. What the new side would have been given is counted once per transaction, at its commit, by
-- the cutover that is compiled after this: cutover.observations has the units and rows of each transaction while the
-- cutover stands in `expanded`. A count taken row by row would see a transaction half done.
--
-- The trigger may be disabled, dropped and made again by this file at any time; status says so while it is not as it was
-- when the cutover was compiled.

CREATE OR REPLACE FUNCTION public.sync_old_to_new() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $observe$
DECLARE
  touched public.habit_tracker := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  RAISE NOTICE 'Dual-write trigger fired: table=%, operation=%, id=%', TG_TABLE_NAME, TG_OP, touched.id;
  RAISE NOTICE 'Trigger details: child_name=%, week_start_date=%', touched.child_name, touched.week_start_date;
  RETURN NULL;
END
$observe$;

-- Firing it takes no right to execute it.
REVOKE ALL ON FUNCTION public.sync_old_to_new() FROM PUBLIC;

-- Lock: SHARE ROW EXCLUSIVE on the legacy table, which waits for its writers and holds up new ones until this commits.
-- Given up after 100 ms, so that nobody is held up longer; then run it again.
SET LOCAL lock_timeout = '100ms';

CREATE OR REPLACE TRIGGER trigger_habit_tracker_dual_write
  AFTER INSERT OR UPDATE OR DELETE ON public.habit_tracker
  FOR EACH ROW EXECUTE FUNCTION public.sync_old_to_new();
