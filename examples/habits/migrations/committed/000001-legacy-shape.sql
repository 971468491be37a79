--! Previous: -
--! Hash: sha1:7afb4b50208930591b184a37aaf05670051a00a2
--! Message: legacy shape

-- The legacy shape: one row is one week of one child, with everything else inside a JSON document.
--
-- This file is the baseline of the project's migrations. On the live database it finds the table and does nothing at
-- all: everything stands in one guarded block, because even CREATE INDEX IF NOT EXISTS waits for a SHARE lock on the
-- table (and holds up its writers) before it looks whether the index is there. On an empty database (shadow, CI, a new
-- colleague's machine) it builds the table as it is in production, the redundant index and the second foreign key
-- included.

DO $baseline$
BEGIN
  IF to_regclass('public.habit_tracker') IS NOT NULL THEN
    RETURN;
  END IF;

  -- Stand-ins for what the hosting platform brings along: the table of users and the caller's identity.
  CREATE SCHEMA IF NOT EXISTS auth;

  CREATE TABLE IF NOT EXISTS auth.users (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
  );

  IF to_regprocedure('auth.uid()') IS NULL THEN
    CREATE FUNCTION auth.uid() RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
    AS $uid$
      SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid
    $uid$;
  END IF;

  CREATE TABLE public.habit_tracker (
    id bigserial,
    child_name text NOT NULL,
    week_period text NOT NULL DEFAULT '',           -- a display label, derived from week_start_date
    week_start_date date,                           -- any weekday; nullable
    theme text,                                     -- both NULL and '' occur
    habits jsonb DEFAULT '[]'::jsonb,               -- [{"id": 1, "name": "…", "times": ["green", "", … 7 slots]}, …]
    reflection jsonb DEFAULT '{}'::jsonb,
    reward text,                                    -- both NULL and '' occur
    created_at timestamptz DEFAULT now(),
    updated_at timestamptz DEFAULT now(),
    user_id uuid,                                   -- nullable, and NULL in production
    CONSTRAINT habit_tracker_pkey PRIMARY KEY (id),
    -- Not scoped by owner: two families with a child of the same name collide.
    CONSTRAINT habit_tracker_child_name_week_period_key UNIQUE (child_name, week_period),
    -- The owner was added twice, under two names.
    CONSTRAINT habit_tracker_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth.users (id),
    CONSTRAINT fk_habit_tracker_user FOREIGN KEY (user_id) REFERENCES auth.users (id) ON DELETE CASCADE
  );

  CREATE INDEX idx_habit_tracker_child_name ON public.habit_tracker (child_name);
  CREATE INDEX idx_habit_tracker_updated_at ON public.habit_tracker (updated_at);
  CREATE INDEX idx_habit_tracker_child_week ON public.habit_tracker (child_name, week_period);
  CREATE INDEX idx_habit_tracker_user_id ON public.habit_tracker (user_id);
  CREATE INDEX idx_habit_tracker_user_child_start
    ON public.habit_tracker (user_id, child_name, week_start_date);

  CREATE FUNCTION public.update_updated_at_column() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = pg_catalog, pg_temp
  AS $stamp$
  BEGIN
    NEW.updated_at = now();
    RETURN NEW;
  END
  $stamp$;

  CREATE TRIGGER update_habit_tracker_updated_at
    BEFORE UPDATE ON public.habit_tracker
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

  -- Own rows only. Not FORCEd: the owner of the table, who runs the migrations, sees every row.
  ALTER TABLE public.habit_tracker ENABLE ROW LEVEL SECURITY;

  CREATE POLICY habit_tracker_own_rows ON public.habit_tracker
    FOR ALL
    USING (auth.uid()::text = user_id::text)
    WITH CHECK (auth.uid()::text = user_id::text);
END
$baseline$;
