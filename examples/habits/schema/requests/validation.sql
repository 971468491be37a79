-- The four operations of the application, as functions of one request each. The application calls public.create_week() and its
-- sisters (calls.sql); everything in this schema is behind them.
--
-- Nothing here is SECURITY DEFINER but what says so: row security and grants hold for the caller. Two kinds of no:
--   cutover.refuse()   what no retry can change, a request that makes no sense: stored as the answer to its key
--   RAISE              what may be otherwise in a minute, a week that is not there: nothing is stored
CREATE SCHEMA IF NOT EXISTS habits_rpc;

-- Who is logged in. Never taken from the request.
CREATE OR REPLACE FUNCTION habits_rpc.caller() RETURNS uuid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $caller$
BEGIN
  IF auth.uid() IS NULL THEN
    RAISE EXCEPTION 'nobody is logged in' USING ERRCODE = 'insufficient_privilege', HINT = 'Log in, and try again.';
  END IF;
  RETURN auth.uid();
END
$caller$;

-- Ends the request with an answer that names the field.
CREATE OR REPLACE FUNCTION habits_rpc.refuse_field(field text, reason text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $refuse$
  SELECT cutover.refuse(jsonb_build_object('field', field, 'reason', reason));
$refuse$;

-- A text of the request, or NULL when it is not in there.
CREATE OR REPLACE FUNCTION habits_rpc.text_in(request jsonb, field text, longest integer, required boolean DEFAULT false)
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $text$
BEGIN
  IF coalesce(jsonb_typeof(request -> field), 'null') = 'null' THEN
    IF required THEN
      PERFORM habits_rpc.refuse_field(field, 'is missing');
    END IF;
    RETURN NULL;
  ELSIF jsonb_typeof(request -> field) <> 'string' OR length(request ->> field) > longest
     OR required AND request ->> field = '' THEN
    PERFORM habits_rpc.refuse_field(field, format('is not a text of %s to %s characters', CASE WHEN required THEN 1 ELSE 0 END, longest));
  END IF;
  RETURN request ->> field;
END
$text$;

-- A whole number of the request within bounds, or NULL when it is not in there.
CREATE OR REPLACE FUNCTION habits_rpc.integer_in(request jsonb, field text, lowest bigint, highest bigint, required boolean DEFAULT false)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $integer$
BEGIN
  IF coalesce(jsonb_typeof(request -> field), 'null') = 'null' THEN
    IF required THEN
      PERFORM habits_rpc.refuse_field(field, 'is missing');
    END IF;
    RETURN NULL;
  ELSIF jsonb_typeof(request -> field) <> 'number' OR (request -> field)::numeric NOT BETWEEN lowest AND highest
     OR trunc((request -> field)::numeric) <> (request -> field)::numeric THEN
    PERFORM habits_rpc.refuse_field(field, format('is not a whole number from %s to %s', lowest, highest));
  END IF;
  RETURN (request -> field)::numeric::bigint;
END
$integer$;

-- The week that a request is about: its child, and the day on which it starts. A week is named by that very day in every
-- operation, and nothing aligns it: what was saved under a day is found, changed and deleted under that day.
CREATE OR REPLACE FUNCTION habits_rpc.week_in(request jsonb, OUT owner uuid, OUT child text, OUT first_day date)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET "DateStyle" = 'ISO, YMD'
AS $week$
DECLARE
  written text;
BEGIN
  owner := habits_rpc.caller();
  IF jsonb_typeof(request) IS DISTINCT FROM 'object' THEN
    PERFORM cutover.refuse('{"reason": "the request is not a JSON object"}');
  END IF;
  child := habits_rpc.text_in(request, 'child_name', 100, required => true);
  written := habits_rpc.text_in(request, 'week_start_date', 10, required => true);
  BEGIN
    first_day := written::date;
  EXCEPTION WHEN data_exception THEN
    NULL;
  END;
  -- Only what prints as it was written: no "today", no 13/10/2025, no 30th of February.
  IF first_day IS NULL OR first_day::text <> written OR first_day NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN
    PERFORM habits_rpc.refuse_field('week_start_date', 'is not a day like 2025-10-13, from 1970-01-05 to 2999-12-23');
  END IF;
END
$week$;

-- The habits of a request: an array whose entries have a name, perhaps an id, perhaps seven marks. NULL when there are none in it.
CREATE OR REPLACE FUNCTION habits_rpc.habits_in(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $habits$
DECLARE
  habits jsonb := request -> 'habits';
  habit jsonb;
BEGIN
  IF coalesce(jsonb_typeof(habits), 'null') = 'null' THEN
    RETURN NULL;
  ELSIF jsonb_typeof(habits) <> 'array' OR jsonb_array_length(habits) > 100 THEN
    PERFORM habits_rpc.refuse_field('habits', 'is not an array of at most 100');
  END IF;
  FOR habit IN SELECT entry FROM jsonb_array_elements(habits) AS listed (entry) LOOP
    IF jsonb_typeof(habit) <> 'object' THEN
      PERFORM habits_rpc.refuse_field('habits', 'holds something that is not an object');
    END IF;
    PERFORM habits_rpc.text_in(habit, 'name', 200, required => true);
    PERFORM habits_rpc.integer_in(habit, 'id', -9007199254740992, 9007199254740992);
    IF habit ? 'times' AND NOT coalesce(
         jsonb_typeof(habit -> 'times') = 'array' AND jsonb_array_length(habit -> 'times') = 7
         AND (SELECT bool_and(jsonb_typeof(mark) = 'string' AND mark #>> '{}' IN ('', 'green', 'yellow', 'red'))
                FROM jsonb_array_elements(habit -> 'times') AS marked (mark)), false) THEN
      PERFORM habits_rpc.refuse_field('times', format('of "%s" is not seven times "", "green", "yellow" or "red"', habit ->> 'name'));
    END IF;
  END LOOP;
  IF EXISTS (SELECT FROM jsonb_array_elements(habits) AS listed (entry)
              WHERE jsonb_typeof(entry -> 'id') = 'number' GROUP BY entry -> 'id' HAVING count(*) > 1) THEN
    PERFORM habits_rpc.refuse_field('habits', 'holds one id twice');
  END IF;
  RETURN habits;
END
$habits$;

-- The wanted habits with an id and seven marks each. One without an id is the present one of that name (the second of a name the
-- second, and so on), so that saving a week again changes no id; else it is new. Marks that are not in the request stay.
CREATE OR REPLACE FUNCTION habits_rpc.with_ids(wanted jsonb, present jsonb) RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $ids$
  WITH asked AS (
    SELECT place, entry, CASE WHEN jsonb_typeof(entry -> 'id') = 'number' THEN (entry -> 'id')::numeric::bigint END AS id
      FROM jsonb_array_elements(wanted) WITH ORDINALITY AS listed (entry, place)
  ),
  known AS (
    SELECT place, entry, CASE WHEN jsonb_typeof(entry -> 'id') = 'number' THEN (entry -> 'id')::numeric::bigint END AS id
      FROM jsonb_array_elements(CASE WHEN jsonb_typeof(present) = 'array' THEN present ELSE '[]' END) WITH ORDINALITY AS listed (entry, place)
  ),
  nameless AS (
    SELECT place, entry ->> 'name' AS name, row_number() OVER (PARTITION BY entry ->> 'name' ORDER BY place) AS nth
      FROM asked
     WHERE id IS NULL
  ),
  free AS (
    SELECT id, entry ->> 'name' AS name, row_number() OVER (PARTITION BY entry ->> 'name' ORDER BY place) AS nth
      FROM known
     WHERE id IS NOT NULL AND NOT EXISTS (SELECT FROM asked WHERE asked.id = known.id)
  ),
  named AS (
    SELECT asked.place, asked.entry, coalesce(asked.id, free.id, nextval('public.habit_ids')) AS id
      FROM asked
      LEFT JOIN nameless ON nameless.place = asked.place
      LEFT JOIN free ON free.name = nameless.name AND free.nth = nameless.nth
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object(
           'id', named.id,
           'name', named.entry -> 'name',
           'times', coalesce(named.entry -> 'times', known.entry -> 'times', '["", "", "", "", "", "", ""]'))
         ORDER BY named.place), '[]')
    FROM named
    LEFT JOIN known ON known.id = named.id;
$ids$;

-- The Monday of a day's week.
CREATE OR REPLACE FUNCTION habits_rpc.monday(day date) RETURNS date
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $monday$
  SELECT day - (day - DATE '1900-01-01') % 7;
$monday$;

-- Whether the new tables are the truth. SECURITY DEFINER, as applications cannot read where a cutover stands: of that, this one bit
-- is theirs to know. Who asks just before a move and writes just after it meets the sync (both sides are written in
-- writes_switched) or a fence, and then nothing of the request is stored.
CREATE OR REPLACE FUNCTION habits_rpc.writes_new() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $phase$
  SELECT phase IN ('writes_switched', 'legacy_locked', 'archived', 'dropped') FROM cutover.cutovers WHERE name = 'habits';
$phase$;
