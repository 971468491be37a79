-- The comparison that one would write by hand: both shapes flattened to one row per habit, week and mark, and one full outer
-- join of the two. It counts rows that differ, and says neither which unit they belong to nor what is pending or held back.
WITH sheets AS (
  SELECT
    id AS sheet_id,
    user_id,
    child_name,
    week_start_date AS first_day,
    date_trunc('week', week_start_date + 3)::date AS home,
    theme,
    reflection,
    reward,
    habits
  FROM public.habit_tracker
  WHERE user_id IS NOT NULL
    AND week_start_date IS NOT NULL
    AND jsonb_typeof(habits) = 'array'
),

legacy AS (
  SELECT
    sheets.sheet_id,
    sheets.user_id,
    sheets.child_name,
    touched.monday,
    (habit.entry ->> 'id')::bigint AS habit_id,
    habit.entry ->> 'name' AS name,
    habit.rank - 1 AS display_order,
    coalesce(mark.day, '-infinity') AS day,
    mark.colour,
    sheets.theme,
    sheets.reflection,
    sheets.reward
  FROM sheets
  CROSS JOIN LATERAL (
    SELECT date_trunc('week', sheets.first_day)::date AS monday
    UNION
    SELECT date_trunc('week', sheets.first_day + 6)::date
  ) AS touched
  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) WITH ORDINALITY AS habit (entry, rank)
  LEFT JOIN LATERAL (
    SELECT sheets.first_day + (slots.slot - 1)::integer AS day, slots.colour
    FROM jsonb_array_elements_text(
      CASE WHEN jsonb_typeof(habit.entry -> 'times') = 'array' THEN habit.entry -> 'times' ELSE '[]' END
    ) WITH ORDINALITY AS slots (colour, slot)
    WHERE slots.colour IN ('green', 'yellow', 'red')
      AND slots.slot <= 7
      AND sheets.first_day + (slots.slot - 1)::integer BETWEEN touched.monday AND touched.monday + 6
  ) AS mark ON true
),

new AS (
  SELECT
    habits.sheet_id,
    habits.user_id,
    habits.child_name,
    habits.week_start_date AS monday,
    habits.habit_id,
    habits.name,
    habits.display_order,
    coalesce(habit_records.record_date, '-infinity') AS day,
    habit_records.status AS colour,
    coalesce(weeks.sheet_id, kept_sheets.sheet_id) IS NOT NULL AS is_home,
    CASE WHEN weeks.sheet_id IS NULL THEN kept_sheets.theme ELSE weeks.theme END AS theme,
    CASE WHEN weeks.sheet_id IS NULL THEN kept_sheets.reflection ELSE weeks.reflection END AS reflection,
    CASE WHEN weeks.sheet_id IS NULL THEN kept_sheets.reward ELSE weeks.reward END AS reward
  FROM public.habits
  LEFT JOIN public.habit_records USING (sheet_id, habit_id, user_id, child_name, week_start_date)
  LEFT JOIN public.weeks USING (sheet_id, user_id, child_name, week_start_date)
  LEFT JOIN public.kept_sheets USING (sheet_id, user_id, child_name, week_start_date)
)

SELECT count(*)::integer AS differing
FROM legacy
FULL JOIN new
  ON new.sheet_id = legacy.sheet_id
  AND new.monday = legacy.monday
  AND new.habit_id = legacy.habit_id
  AND new.day = legacy.day
WHERE legacy.sheet_id IS NULL
  OR new.sheet_id IS NULL
  OR (legacy.user_id, legacy.child_name, legacy.name, legacy.display_order, legacy.colour)
    IS DISTINCT FROM (new.user_id, new.child_name, new.name, new.display_order, new.colour)
  OR (
    new.is_home
    AND (legacy.theme, legacy.reflection, legacy.reward) IS DISTINCT FROM (new.theme, new.reflection, new.reward)
  )
