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
