-- One legacy row per sheet: the main sheets stand in weeks, the others in kept_sheets.
WITH sheets AS (
  SELECT
    sheet_id, user_id, child_name, week_start_date AS home,
    week_start_date + start_offset AS first_day, theme, reflection, reward
  FROM weeks
  WHERE sheet_id IS NOT NULL
  UNION ALL
  SELECT
    sheet_id, user_id, child_name, week_start_date AS home,
    week_start_date + start_offset AS first_day, theme, reflection, reward
  FROM kept_sheets
),

-- Seven slots per habit that has any mark; 'none' and no record are both the empty slot.
marked AS (
  SELECT
    habit_records.sheet_id,
    habit_records.habit_id,
    jsonb_build_array(
      coalesce(max(status) FILTER (WHERE record_date = first_day), ''),
      coalesce(max(status) FILTER (WHERE record_date = first_day + 1), ''),
      coalesce(max(status) FILTER (WHERE record_date = first_day + 2), ''),
      coalesce(max(status) FILTER (WHERE record_date = first_day + 3), ''),
      coalesce(max(status) FILTER (WHERE record_date = first_day + 4), ''),
      coalesce(max(status) FILTER (WHERE record_date = first_day + 5), ''),
      coalesce(max(status) FILTER (WHERE record_date = first_day + 6), '')
    ) AS times
  FROM habit_records
  JOIN sheets ON sheets.sheet_id = habit_records.sheet_id
  WHERE habit_records.status <> 'none'
  GROUP BY habit_records.sheet_id, habit_records.habit_id
),

-- The home week's rows give name and order; those in the spill week only carry marks.
listed AS (
  SELECT
    sheets.sheet_id,
    jsonb_agg(
      jsonb_build_object(
        'id', habits.habit_id,
        'name', habits.name,
        'times', coalesce(marked.times, '["", "", "", "", "", "", ""]'::jsonb)
      )
      ORDER BY habits.display_order, habits.habit_id
    ) AS habits
  FROM sheets
  JOIN habits
    ON habits.sheet_id = sheets.sheet_id
    AND habits.week_start_date = sheets.home
  LEFT JOIN marked
    ON marked.sheet_id = habits.sheet_id
    AND marked.habit_id = habits.habit_id
  GROUP BY sheets.sheet_id
)

-- week_period is only used when a row is inserted: a label that is there stays as it is.
SELECT
  sheets.sheet_id AS id,
  sheets.user_id,
  sheets.child_name,
  sheets.first_day AS week_start_date,
  sheets.theme,
  sheets.reflection,
  sheets.reward,
  coalesce(listed.habits, '[]'::jsonb) AS habits,
  extract(year FROM sheets.first_day)::integer::text || '년 '
    || extract(month FROM sheets.first_day)::integer::text || '월 '
    || extract(day FROM sheets.first_day)::integer::text || '일 ~ '
    || extract(year FROM sheets.first_day + 6)::integer::text || '년 '
    || extract(month FROM sheets.first_day + 6)::integer::text || '월 '
    || extract(day FROM sheets.first_day + 6)::integer::text || '일' AS week_period
FROM sheets
LEFT JOIN listed ON listed.sheet_id = sheets.sheet_id
