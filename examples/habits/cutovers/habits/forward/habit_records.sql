-- A mark stays on the day on which it was made: slot i of a sheet is the date of its first day plus i, in that date's
-- own ISO week. An empty slot is no record, unless kept_cells holds what the array cannot say: a note, the status
-- 'none', or a record on a day of a touched week for which the sheet has no slot.
WITH sheets AS (
  SELECT
    id,
    user_id,
    child_name,
    CASE WHEN jsonb_typeof(habits) = 'array' THEN habits ELSE '[]'::jsonb END AS habits,
    first_day,
    first_day - (first_day - DATE '1900-01-01') % 7 AS first_monday,
    first_day + 6 - (first_day + 6 - DATE '1900-01-01') % 7 AS last_monday
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
cells AS (
  SELECT
    sheets.id AS sheet_id,
    sheets.user_id,
    sheets.child_name,
    CASE
      WHEN jsonb_typeof(habit.entry -> 'id') = 'number' THEN
        CASE
          WHEN (habit.entry -> 'id')::numeric BETWEEN -9007199254740992 AND 9007199254740992
            THEN (habit.entry -> 'id')::bigint
        END
    END AS habit_id,
    sheets.first_day + day.slot AS record_date,
    day.slot BETWEEN 0 AND 6 AS has_slot,
    CASE WHEN day.slot BETWEEN 0 AND 6 THEN habit.entry -> 'times' ->> day.slot END AS colour
  FROM sheets
  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) AS habit (entry)
  CROSS JOIN LATERAL generate_series(
    sheets.first_monday - sheets.first_day, sheets.last_monday + 6 - sheets.first_day
  ) AS day (slot)
)

SELECT
  cells.user_id,
  cells.child_name,
  cells.record_date - (cells.record_date - DATE '1900-01-01') % 7 AS week_start_date,
  cells.sheet_id,
  cells.habit_id,
  cells.record_date,
  CASE
    WHEN cells.colour IN ('green', 'yellow', 'red') THEN cells.colour
    WHEN cells.has_slot THEN 'none'
    ELSE coalesce(kept_cells.status, 'none')
  END AS status,
  kept_cells.note
FROM cells
LEFT JOIN kept_cells
  ON kept_cells.sheet_id = cells.sheet_id
  AND kept_cells.habit_id = cells.habit_id
  AND kept_cells.record_date = cells.record_date
WHERE cells.habit_id IS NOT NULL
  AND (cells.colour IN ('green', 'yellow', 'red') OR kept_cells.sheet_id IS NOT NULL)
