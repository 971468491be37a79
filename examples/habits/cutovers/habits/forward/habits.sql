-- Every habit of a sheet stands in each week that the sheet touches, with or without marks.
-- Habits of different sheets are never merged, not even where they have one name.
WITH sheets AS (
  SELECT
    id,
    user_id,
    child_name,
    CASE WHEN jsonb_typeof(habits) = 'array' THEN habits ELSE '[]'::jsonb END AS habits,
    first_day - (first_day - DATE '1900-01-01') % 7 AS first_monday,
    first_day + 6 - (first_day + 6 - DATE '1900-01-01') % 7 AS last_monday,
    first_day + 3 - (first_day + 3 - DATE '1900-01-01') % 7 AS home
  FROM habit_tracker
  CROSS JOIN LATERAL (
    SELECT
      CASE
        WHEN week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN week_start_date
      END AS first_day
  ) AS dated
  WHERE user_id IS NOT NULL
    AND first_day IS NOT NULL
),

-- Total for whatever the document holds: malformed rows are named by the quarantine rules, here they only must not raise.
listed AS (
  SELECT
    sheets.id AS sheet_id,
    sheets.user_id,
    sheets.child_name,
    sheets.home,
    touched.monday,
    CASE
      WHEN jsonb_typeof(habit.entry -> 'id') = 'number' THEN
        CASE
          WHEN (habit.entry -> 'id')::numeric BETWEEN -9007199254740992 AND 9007199254740992
            THEN (habit.entry -> 'id')::bigint
        END
    END AS habit_id,
    habit.entry ->> 'name' AS name,
    habit.ordinality - 1 AS rank
  FROM sheets
  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) WITH ORDINALITY AS habit (entry, ordinality)
  CROSS JOIN LATERAL (
    SELECT sheets.first_monday AS monday
    UNION ALL
    SELECT sheets.last_monday
    WHERE sheets.last_monday <> sheets.first_monday
  ) AS touched
),

wished AS (
  SELECT
    listed.*,
    kept_habits.name AS kept_name,
    coalesce(kept_habits.display_order, listed.rank) AS wish,
    -- Equal places are read in the order of their ids; where the ids fall, the place has to rise.
    sum(CASE WHEN listed.habit_id < listed.previous_id THEN 1 ELSE 0 END) OVER sheet_week AS rise
  FROM (
    SELECT
      *,
      lag(habit_id) OVER (PARTITION BY sheet_id, monday ORDER BY rank) AS previous_id
    FROM listed
  ) AS listed
  LEFT JOIN kept_habits
    ON kept_habits.sheet_id = listed.sheet_id
    AND kept_habits.habit_id = listed.habit_id
    AND kept_habits.week_start_date = listed.monday
  WINDOW sheet_week AS (PARTITION BY listed.sheet_id, listed.monday ORDER BY listed.rank)
)

-- In the home week the array's order rules: a kept place holds as long as it does not contradict that order.
SELECT
  user_id,
  child_name,
  monday AS week_start_date,
  sheet_id,
  habit_id,
  CASE WHEN monday = home THEN name ELSE coalesce(kept_name, name) END AS name,
  least(
    CASE
      WHEN monday = home
        THEN rise + max(wish - rise) OVER (PARTITION BY sheet_id, monday ORDER BY rank)
      ELSE wish
    END,
    2147483647
  )::integer AS display_order
FROM wished
WHERE habit_id IS NOT NULL
