-- What a record has that a slot of the JSON array cannot say: a note, the status 'none', or a day without a slot.
WITH sheets AS (
  SELECT sheet_id, week_start_date + start_offset AS first_day
  FROM weeks
  WHERE sheet_id IS NOT NULL
  UNION ALL
  SELECT sheet_id, week_start_date + start_offset AS first_day
  FROM kept_sheets
)

SELECT
  habit_records.sheet_id,
  habit_records.habit_id,
  habit_records.record_date,
  CASE
    WHEN habit_records.record_date NOT BETWEEN sheets.first_day AND sheets.first_day + 6
      THEN habit_records.status
  END AS status,
  habit_records.note
FROM habit_records
JOIN sheets ON sheets.sheet_id = habit_records.sheet_id
WHERE habit_records.note IS NOT NULL
  OR habit_records.status = 'none'
  OR habit_records.record_date NOT BETWEEN sheets.first_day AND sheets.first_day + 6
