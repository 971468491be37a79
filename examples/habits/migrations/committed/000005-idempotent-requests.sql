--! Previous: sha1:d376c8e2d0ff260d349ef3c3fdd0ab40f4a98249
--! Hash: sha1:387a6b9e10a8c45e4d0d557768b87b6a2239556f
--! Message: idempotent requests

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

-- The operations while legacy is the truth: they write the JSON document, and the sync does the rest.

-- Finds and locks the one row of a week; NULL when there is none. The row is locked before it is read, so that two marks that are
-- set at once both survive. It names its columns, because what returned the table's own type would be in the way when the table is
-- dropped.
CREATE OR REPLACE FUNCTION habits_rpc.legacy_week(
  owner uuid, child text, first_day date, OUT id bigint, OUT theme text, OUT reward text, OUT reflection jsonb, OUT habits jsonb
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $find$
BEGIN
  SELECT week.id, week.theme, week.reward, week.reflection, week.habits
    INTO STRICT legacy_week.id, legacy_week.theme, legacy_week.reward, legacy_week.reflection, legacy_week.habits
    FROM public.habit_tracker AS week
   WHERE week.user_id = legacy_week.owner AND week.child_name = legacy_week.child AND week.week_start_date = legacy_week.first_day
     FOR UPDATE;
EXCEPTION
  WHEN no_data_found THEN
    NULL;
  WHEN too_many_rows THEN
    RAISE EXCEPTION 'two weeks of "%" start on %', child, first_day
      USING ERRCODE = 'cardinality_violation', HINT = 'Nobody can say which one is meant: delete one of them by its id.';
END
$find$;

CREATE OR REPLACE FUNCTION habits_rpc.create_legacy_week(owner uuid, child text, first_day date, request jsonb, habits jsonb)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $create$
DECLARE
  week record := habits_rpc.legacy_week(owner, child, first_day);
  last_day date := first_day + 6;
  sheet bigint;
BEGIN
  IF week.id IS NULL THEN
    -- The label is the old shape's only key. Of two first saves at once, the second waits here for the first.
    INSERT INTO public.habit_tracker (user_id, child_name, week_start_date, week_period, theme, reward, reflection, habits)
    VALUES (owner, child, first_day,
            format('%s년 %s월 %s일 ~ %s년 %s월 %s일',
                   extract(year FROM first_day), extract(month FROM first_day), extract(day FROM first_day),
                   extract(year FROM last_day), extract(month FROM last_day), extract(day FROM last_day)),
            request ->> 'theme', request ->> 'reward', coalesce(request -> 'reflection', '{}'),
            habits_rpc.with_ids(coalesce(habits, '[]'), '[]'))
        ON CONFLICT (child_name, week_period) DO NOTHING
    RETURNING id INTO sheet;
    IF FOUND THEN
      RETURN sheet;
    END IF;
    week := habits_rpc.legacy_week(owner, child, first_day);
    IF week.id IS NULL THEN
      RAISE EXCEPTION 'the old table has no room for this week of "%"', child
        USING ERRCODE = 'unique_violation',
              HINT = 'Its key holds no owner, and another family has a child of that name. Until writes have moved, give the child another name.';
    END IF;
  END IF;

  UPDATE public.habit_tracker
     SET theme = CASE WHEN request ? 'theme' THEN request ->> 'theme' ELSE week.theme END,
         reward = CASE WHEN request ? 'reward' THEN request ->> 'reward' ELSE week.reward END,
         reflection = coalesce(request -> 'reflection', week.reflection),
         habits = CASE WHEN create_legacy_week.habits IS NULL THEN week.habits
                       ELSE habits_rpc.with_ids(create_legacy_week.habits, week.habits) END
   WHERE id = week.id;
  RETURN week.id;
END
$create$;

CREATE OR REPLACE FUNCTION habits_rpc.mark_legacy(
  owner uuid, child text, first_day date, habit_id bigint, habit_name text, day_index integer, status text
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $mark$
DECLARE
  week record := habits_rpc.legacy_week(owner, child, first_day);
  places integer[];
  marked bigint;
BEGIN
  SELECT array_agg(place::integer - 1), min((entry -> 'id')::numeric::bigint) INTO places, marked
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(week.habits) = 'array' THEN week.habits ELSE '[]' END)
         WITH ORDINALITY AS listed (entry, place)
   WHERE jsonb_typeof(entry -> 'id') = 'number' AND jsonb_typeof(entry -> 'times') = 'array'
     AND CASE WHEN habit_id IS NULL THEN entry ->> 'name' = habit_name ELSE (entry -> 'id')::numeric = habit_id END;
  PERFORM habits_rpc.expect_one_habit(week.id IS NOT NULL, coalesce(cardinality(places), 0), first_day, coalesce(habit_id::text, habit_name));
  UPDATE public.habit_tracker
     SET habits = jsonb_set(habits, ARRAY[places[1]::text, 'times', day_index::text], to_jsonb(status))
   WHERE id = week.id;
  RETURN marked;
END
$mark$;

-- What both sides say when a mark has no place.
CREATE OR REPLACE FUNCTION habits_rpc.expect_one_habit(has_week boolean, found_habits integer, first_day date, habit text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $expect$
BEGIN
  IF NOT has_week THEN
    RAISE EXCEPTION 'no week of this child starts on %', first_day
      USING ERRCODE = 'no_data_found', HINT = 'Save the week first, or name it by the day on which it starts.';
  ELSIF found_habits = 0 THEN
    RAISE EXCEPTION 'the week of % has no habit "%"', first_day, habit
      USING ERRCODE = 'no_data_found', HINT = 'Save the week with that habit first.';
  ELSIF found_habits > 1 THEN
    RAISE EXCEPTION 'the week of % has % habits called "%"', first_day, found_habits, habit
      USING ERRCODE = 'cardinality_violation', HINT = 'Name the habit by habit_id.';
  END IF;
END
$expect$;

CREATE OR REPLACE FUNCTION habits_rpc.delete_legacy_week(owner uuid, child text, first_day date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $delete$
DECLARE
  week record := habits_rpc.legacy_week(owner, child, first_day);
BEGIN
  DELETE FROM public.habit_tracker WHERE id = week.id;
  RETURN week.id;
END
$delete$;

-- The operations once writes have moved: they write the new tables, and legacy follows for as long as it is there.

-- Finds and locks the week that has its own sheet start on this day; NULL when there is none.
CREATE OR REPLACE FUNCTION habits_rpc.new_week(owner uuid, child text, first_day date) RETURNS public.weeks
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $find$
DECLARE
  found_week public.weeks;
BEGIN
  -- A sheet's home is the week of its fourth day.
  SELECT * INTO found_week FROM public.weeks AS week
   WHERE week.user_id = new_week.owner AND week.child_name = new_week.child
     AND week.week_start_date = habits_rpc.monday(new_week.first_day + 3)
     AND week.sheet_id IS NOT NULL AND week.week_start_date + week.start_offset = new_week.first_day
     FOR UPDATE;
  RETURN CASE WHEN FOUND THEN found_week END;
END
$find$;

CREATE OR REPLACE FUNCTION habits_rpc.create_new_week(owner uuid, child text, first_day date, request jsonb, habits jsonb)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $create$
DECLARE
  week public.weeks := habits_rpc.new_week(owner, child, first_day);
  sheet bigint;
BEGIN
  IF week.sheet_id IS NULL THEN
    INSERT INTO public.children (user_id, name) VALUES (owner, child) ON CONFLICT (user_id, name) DO NOTHING;
    -- A week that only a neighbour's sheet reaches into gets a sheet of its own. Of two first saves at once, the second waits here.
    INSERT INTO public.weeks AS present (user_id, child_name, week_start_date, theme, reward, reflection)
    VALUES (owner, child, first_day, request ->> 'theme', request ->> 'reward', coalesce(request -> 'reflection', '{}'))
        ON CONFLICT (user_id, child_name, week_start_date) DO UPDATE
           SET sheet_id = excluded.sheet_id, theme = excluded.theme, reward = excluded.reward, reflection = excluded.reflection
         WHERE present.sheet_id IS NULL
    RETURNING sheet_id INTO sheet;
    IF NOT FOUND THEN
      week := habits_rpc.new_week(owner, child, first_day);
      IF week.sheet_id IS NULL THEN
        RAISE EXCEPTION 'the week of % has a sheet that starts on another day', first_day
          USING ERRCODE = 'unique_violation', HINT = 'Save it under the day on which it starts.';
      END IF;
    END IF;
  END IF;
  IF week.sheet_id IS NOT NULL THEN
    sheet := week.sheet_id;
    UPDATE public.weeks
       SET theme = CASE WHEN request ? 'theme' THEN request ->> 'theme' ELSE week.theme END,
           reward = CASE WHEN request ? 'reward' THEN request ->> 'reward' ELSE week.reward END,
           reflection = coalesce(request -> 'reflection', week.reflection)
     WHERE sheet_id = week.sheet_id;
  END IF;
  IF habits IS NOT NULL THEN
    PERFORM habits_rpc.save_habits(owner, child, first_day, sheet, habits);
  END IF;
  RETURN sheet;
END
$create$;

-- Makes the habits of a sheet those of the request: rows that are right already are not touched, so ids and notes stay.
CREATE OR REPLACE FUNCTION habits_rpc.save_habits(owner uuid, child text, first_day date, sheet bigint, wanted jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $save$
DECLARE
  present jsonb;
  habits jsonb;
BEGIN
  SELECT jsonb_agg(jsonb_build_object('id', habit.habit_id, 'name', habit.name) ORDER BY habit.display_order, habit.habit_id) INTO present
    FROM public.habits AS habit
   WHERE habit.sheet_id = sheet AND habit.week_start_date = habits_rpc.monday(first_day + 3);
  habits := habits_rpc.with_ids(wanted, present);

  DELETE FROM public.habits AS gone
   WHERE gone.sheet_id = sheet
     AND NOT EXISTS (SELECT FROM jsonb_array_elements(habits) AS listed (entry) WHERE (entry -> 'id')::bigint = gone.habit_id);
  -- In every week that the sheet touches.
  INSERT INTO public.habits AS present (user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order)
  SELECT owner, child, touched.monday, sheet, (entry -> 'id')::bigint, entry ->> 'name', place - 1
    FROM jsonb_array_elements(habits) WITH ORDINALITY AS listed (entry, place)
   CROSS JOIN (SELECT habits_rpc.monday(first_day) AS monday UNION SELECT habits_rpc.monday(first_day + 6)) AS touched
   ORDER BY touched.monday, place
      ON CONFLICT (sheet_id, habit_id, week_start_date) DO UPDATE SET name = excluded.name, display_order = excluded.display_order
   WHERE (present.name, present.display_order) IS DISTINCT FROM (excluded.name, excluded.display_order);

  -- Marks of those habits only for which the request brings some.
  PERFORM habits_rpc.set_mark(owner, child, sheet, named.id, first_day + slot::integer - 1, mark)
     FROM jsonb_array_elements(wanted) WITH ORDINALITY AS listed (entry, place)
     JOIN (SELECT (entry -> 'id')::bigint AS id, place FROM jsonb_array_elements(habits) WITH ORDINALITY AS numbered (entry, place)) AS named
       ON named.place = listed.place
    CROSS JOIN LATERAL jsonb_array_elements_text(listed.entry -> 'times') WITH ORDINALITY AS marks (mark, slot)
    WHERE listed.entry ? 'times';
END
$save$;

-- One cell: a colour is a record, none is no record, unless a note stands beside it.
CREATE OR REPLACE FUNCTION habits_rpc.set_mark(owner uuid, child text, sheet bigint, habit bigint, day date, mark text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $mark$
BEGIN
  IF mark <> '' THEN
    INSERT INTO public.habit_records AS present (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
    VALUES (owner, child, habits_rpc.monday(day), sheet, habit, day, mark)
        ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET status = excluded.status
     WHERE present.status <> excluded.status;
    RETURN;
  END IF;
  UPDATE public.habit_records SET status = 'none'
   WHERE sheet_id = sheet AND habit_id = habit AND record_date = day AND note IS NOT NULL AND status <> 'none';
  DELETE FROM public.habit_records
   WHERE sheet_id = sheet AND habit_id = habit AND record_date = day AND note IS NULL AND status <> 'none';
END
$mark$;

CREATE OR REPLACE FUNCTION habits_rpc.mark_new(
  owner uuid, child text, first_day date, habit_id bigint, habit_name text, day_index integer, status text
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $mark$
DECLARE
  week public.weeks := habits_rpc.new_week(owner, child, first_day);
  ids bigint[];
BEGIN
  SELECT array_agg(habit.habit_id) INTO ids
    FROM public.habits AS habit
   WHERE habit.sheet_id = week.sheet_id AND habit.week_start_date = week.week_start_date
     AND CASE WHEN mark_new.habit_id IS NULL THEN habit.name = habit_name ELSE habit.habit_id = mark_new.habit_id END;
  PERFORM habits_rpc.expect_one_habit(week.sheet_id IS NOT NULL, coalesce(cardinality(ids), 0), first_day,
                                      coalesce(mark_new.habit_id::text, habit_name));
  PERFORM habits_rpc.set_mark(owner, child, week.sheet_id, ids[1], first_day + day_index, status);
  RETURN ids[1];
END
$mark$;

-- Whether some other sheet of the caller has its home in this week, or reaches into it. SECURITY DEFINER, as kept sheets are the
-- sync's own; it looks at nobody's rows but the caller's.
CREATE OR REPLACE FUNCTION habits_rpc.is_shared(child text, monday date, OUT has_kept_sheet boolean, OUT is_reached_into boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $shared$
  WITH sheets AS (
    SELECT week_start_date, start_offset, false AS kept FROM public.weeks
     WHERE user_id = auth.uid() AND child_name = child AND sheet_id IS NOT NULL AND week_start_date BETWEEN monday - 7 AND monday + 7
    UNION ALL
    SELECT week_start_date, start_offset, true FROM public.kept_sheets
     WHERE user_id = auth.uid() AND child_name = child AND week_start_date BETWEEN monday - 7 AND monday + 7
  )
  SELECT coalesce(bool_or(kept AND week_start_date = monday), false),
         coalesce(bool_or(week_start_date = monday + 7 AND start_offset < 0 OR week_start_date = monday - 7 AND start_offset > 0), false)
    FROM sheets;
$shared$;

CREATE OR REPLACE FUNCTION habits_rpc.delete_new_week(owner uuid, child text, first_day date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $delete$
DECLARE
  week public.weeks := habits_rpc.new_week(owner, child, first_day);
BEGIN
  IF (SELECT has_kept_sheet FROM habits_rpc.is_shared(child, week.week_start_date)) THEN
    RAISE EXCEPTION 'two sheets have the week of % in common', first_day
      USING ERRCODE = 'feature_not_supported', HINT = 'The other one can only be kept whole while there is a way back; empty this one instead.';
  END IF;
  -- Records go with their habits. The weeks that this sheet touched go as well, where nothing else is in them.
  DELETE FROM public.habits WHERE sheet_id = week.sheet_id;
  UPDATE public.weeks SET sheet_id = NULL, start_offset = 0, theme = NULL, reflection = NULL, reward = NULL
   WHERE sheet_id = week.sheet_id;
  DELETE FROM public.weeks AS touched
   WHERE touched.user_id = owner AND touched.child_name = child AND touched.sheet_id IS NULL
     AND touched.week_start_date IN (habits_rpc.monday(first_day), habits_rpc.monday(first_day + 6))
     AND NOT (SELECT has_kept_sheet OR is_reached_into FROM habits_rpc.is_shared(child, touched.week_start_date));
  RETURN week.sheet_id;
END
$delete$;

-- What the application calls: four functions of an idempotency key and a request. Each runs once per user and key; see
-- cutover.request(). The scope is the user who is logged in, whatever the request says.

CREATE OR REPLACE FUNCTION habits_rpc.create_week(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  week record;
  habits jsonb;
  sheet bigint;
BEGIN
  SELECT * INTO week FROM habits_rpc.week_in(request);
  habits := habits_rpc.habits_in(request);
  PERFORM habits_rpc.text_in(request, 'theme', 10000), habits_rpc.text_in(request, 'reward', 10000);
  IF request ? 'reflection' AND jsonb_typeof(request -> 'reflection') <> 'object' THEN
    PERFORM habits_rpc.refuse_field('reflection', 'is not an object');
  END IF;
  -- Weeks that start on another day are there, and may be saved again; a new one would only move marks to other days somewhere else.
  IF habits_rpc.monday(week.first_day) <> week.first_day
     AND coalesce(CASE WHEN habits_rpc.writes_new() THEN (habits_rpc.new_week(week.owner, week.child, week.first_day)).sheet_id
                       ELSE (habits_rpc.legacy_week(week.owner, week.child, week.first_day)).id END) IS NULL THEN
    PERFORM habits_rpc.refuse_field('week_start_date', format('%s is no Monday; that week starts on %s', week.first_day, habits_rpc.monday(week.first_day)));
  END IF;
  IF habits_rpc.writes_new() THEN
    sheet := habits_rpc.create_new_week(week.owner, week.child, week.first_day, request, habits);
  ELSE
    sheet := habits_rpc.create_legacy_week(week.owner, week.child, week.first_day, request, habits);
  END IF;
  RETURN jsonb_build_object('week', sheet, 'week_start_date', week.first_day, 'habits', jsonb_array_length(habits));
END
$work$;

CREATE OR REPLACE FUNCTION habits_rpc.update_habit_record(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  week record;
  habit_id bigint;
  habit_name text;
  day_index integer;
  status text;
BEGIN
  SELECT * INTO week FROM habits_rpc.week_in(request);
  habit_id := habits_rpc.integer_in(request, 'habit_id', -9007199254740992, 9007199254740992);
  habit_name := habits_rpc.text_in(request, 'habit_name', 200, required => habit_id IS NULL);
  day_index := habits_rpc.integer_in(request, 'day_index', 0, 6, required => true);
  status := habits_rpc.text_in(request, 'status', 6);
  -- An empty one clears the mark; a missing one is a mistake.
  IF status IS NULL OR status NOT IN ('', 'green', 'yellow', 'red') THEN
    PERFORM habits_rpc.refuse_field('status', 'is not "", "green", "yellow" or "red"');
  END IF;
  IF habits_rpc.writes_new() THEN
    habit_id := habits_rpc.mark_new(week.owner, week.child, week.first_day, habit_id, habit_name, day_index, status);
  ELSE
    habit_id := habits_rpc.mark_legacy(week.owner, week.child, week.first_day, habit_id, habit_name, day_index, status);
  END IF;
  RETURN jsonb_build_object('habit_id', habit_id, 'day', week.first_day + day_index, 'status', status);
END
$work$;

CREATE OR REPLACE FUNCTION habits_rpc.delete_week(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  week record;
  sheet bigint;
BEGIN
  SELECT * INTO week FROM habits_rpc.week_in(request);
  IF habits_rpc.writes_new() THEN
    sheet := habits_rpc.delete_new_week(week.owner, week.child, week.first_day);
  ELSE
    sheet := habits_rpc.delete_legacy_week(week.owner, week.child, week.first_day);
  END IF;
  IF sheet IS NULL THEN
    RAISE EXCEPTION 'no week of "%" starts on %', week.child, week.first_day
      USING ERRCODE = 'no_data_found', HINT = 'Name it by the day on which it starts. Nothing was deleted.';
  END IF;
  RETURN jsonb_build_object('week', sheet, 'week_start_date', week.first_day);
END
$work$;

-- The caller's own rows on both sides, compared exactly: one statement, so one snapshot. SECURITY DEFINER, as only the owner of the
-- cutover may compare; nobody's units but the caller's are looked at or counted.
CREATE OR REPLACE FUNCTION habits_rpc.compare_own(OUT units integer, OUT pending integer, OUT held integer, OUT drifted jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET "DateStyle" = 'ISO, YMD'
SET "TimeZone" = 'UTC'
AS $compare$
  WITH listed AS (
    SELECT kind.kind, own.unit
      FROM (VALUES ('child'), ('week')) AS kind (kind)
     CROSS JOIN LATERAL cutover.compiled_units('habits', 'forward', kind.kind) AS own
     WHERE own.unit LIKE '(' || auth.uid() || ',%'
  ),
  waiting AS (
    SELECT kind, unit FROM cutover.outbox WHERE cutover = 'habits' AND direction = 'forward'
    UNION
    -- A note of the new side makes the forward units that hang together with it pending as well.
    SELECT split_part(ref, ':', 1), substr(ref, strpos(ref, ':') + 1)
      FROM (SELECT array_agg(DISTINCT kind || ':' || unit) AS refs FROM cutover.outbox
             WHERE cutover = 'habits' AND direction = 'reverse') AS noted
     CROSS JOIN LATERAL unnest(cutover.compiled_connected('habits', 'reverse', noted.refs)) AS ref
     WHERE noted.refs IS NOT NULL
  ),
  classed AS (
    SELECT listed.*, waiting.unit IS NOT NULL AS is_pending,
           EXISTS (SELECT FROM cutover.quarantine AS q
                    WHERE q.cutover = 'habits' AND q.direction = 'forward' AND q.kind = listed.kind AND q.unit = listed.unit)
           OR listed.unit IN (SELECT h.unit FROM cutover.compiled_held('habits', 'forward', listed.kind, ARRAY[listed.unit]) AS h) AS is_held
      FROM listed
      LEFT JOIN waiting USING (kind, unit)
  ),
  found AS (
    SELECT difference.*
      FROM (SELECT kind, array_agg(unit) AS units FROM classed WHERE NOT is_pending AND NOT is_held GROUP BY kind) AS quiet
     CROSS JOIN LATERAL cutover.compiled_differences('habits', 'forward', quiet.kind, quiet.units) AS difference
  )
  SELECT (SELECT count(*)::integer FROM classed),
         (SELECT count(*)::integer FROM classed WHERE is_pending),
         (SELECT count(*)::integer FROM classed WHERE is_held AND NOT is_pending),
         (SELECT coalesce(jsonb_agg(jsonb_build_object('table', table_name, 'key', key, 'finding', finding)
                                    ORDER BY table_name, key::text), '[]') FROM found);
$compare$;

-- As the cutover's own verify, for one user: counts of rows are nowhere compared, and no fixed number is expected to be missing.
CREATE OR REPLACE FUNCTION habits_rpc.verify_consistency(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  compared record;
BEGIN
  PERFORM habits_rpc.caller();
  IF jsonb_typeof(request) IS DISTINCT FROM 'object' THEN
    PERFORM cutover.refuse('{"reason": "the request is not a JSON object"}');
  ELSIF NOT habits_rpc.has_two_sides() THEN
    PERFORM cutover.refuse('{"reason": "there are no two sides to compare"}', 'not_implemented');
  END IF;
  SELECT * INTO compared FROM habits_rpc.compare_own();
  RETURN jsonb_build_object(
    'consistent', compared.drifted = '[]', 'units', compared.units, 'pending', compared.pending, 'held', compared.held,
    'drifted', jsonb_array_length(compared.drifted), 'drift_report', jsonb_path_query_array(compared.drifted, '$[0 to 9]'));
END
$work$;

-- Whether both sides are kept: not yet in `expanded`, no more once legacy is archived or follows no longer. One bit, as above.
CREATE OR REPLACE FUNCTION habits_rpc.has_two_sides() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sides$
  SELECT phase NOT IN ('expanded', 'archived', 'dropped') AND reverse_ended_at IS NULL FROM cutover.cutovers WHERE name = 'habits';
$sides$;

CREATE OR REPLACE FUNCTION public.create_week(idempotency_key text, request jsonb) RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'create_week', request, 'habits_rpc.create_week(jsonb)');
$call$;

CREATE OR REPLACE FUNCTION public.update_habit_record(idempotency_key text, request jsonb) RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'update_habit_record', request, 'habits_rpc.update_habit_record(jsonb)');
$call$;

CREATE OR REPLACE FUNCTION public.delete_week(idempotency_key text, request jsonb) RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'delete_week', request, 'habits_rpc.delete_week(jsonb)');
$call$;

CREATE OR REPLACE FUNCTION public.verify_consistency(idempotency_key text, request jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'verify_consistency', request, 'habits_rpc.verify_consistency(jsonb)');
$call$;

-- Nobody until they are granted: see README.md for the role of an application.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA habits_rpc FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.create_week, public.update_habit_record, public.delete_week, public.verify_consistency FROM PUBLIC;
