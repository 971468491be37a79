-- What a habit has that the JSON array cannot say: a place other than its rank in the array, and in the spill week a
-- name other than that in the home week.
WITH sheets AS (
  SELECT sheet_id, week_start_date AS home
  FROM weeks
  WHERE sheet_id IS NOT NULL
  UNION ALL
  SELECT sheet_id, week_start_date AS home
  FROM kept_sheets
),

placed AS (
  SELECT
    habits.sheet_id,
    habits.habit_id,
    habits.week_start_date,
    habits.name,
    habits.display_order,
    habits.week_start_date = sheets.home AS is_home,
    row_number() OVER (
      PARTITION BY habits.sheet_id, habits.week_start_date
      ORDER BY habits.display_order, habits.habit_id
    ) - 1 AS place
  FROM habits
  JOIN sheets ON sheets.sheet_id = habits.sheet_id
),

-- The home week's name and rank, beside each row of the habit.
compared AS (
  SELECT
    *,
    max(name) FILTER (WHERE is_home) OVER habit AS home_name,
    max(place) FILTER (WHERE is_home) OVER habit AS rank
  FROM placed
  WINDOW habit AS (PARTITION BY sheet_id, habit_id)
)

SELECT
  sheet_id,
  habit_id,
  week_start_date,
  CASE WHEN name <> home_name THEN name END AS name,
  CASE WHEN display_order <> rank THEN display_order END AS display_order
FROM compared
WHERE name <> home_name
  OR display_order <> rank
