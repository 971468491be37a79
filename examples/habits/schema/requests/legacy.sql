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
