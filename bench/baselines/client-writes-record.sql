-- The second statement of a client that writes both shapes itself, in the transaction of the first: it knows which habit and
-- which day it has just toggled, and writes that one record. $1 sheet, $2 habit, $3 day, $4 colour ('' clears), $5 owner,
-- $6 child, $7 Monday of the week.
MERGE INTO public.habit_records AS record
USING (SELECT $1::bigint AS sheet_id, $2::bigint AS habit_id, $3::date AS record_date) AS toggled
   ON record.sheet_id = toggled.sheet_id AND record.habit_id = toggled.habit_id AND record.record_date = toggled.record_date
 WHEN MATCHED AND $4 = '' THEN
   DELETE
 WHEN MATCHED THEN
   UPDATE SET status = $4
 WHEN NOT MATCHED AND $4 <> '' THEN
   INSERT (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
   VALUES ($5::uuid, $6, $7::date, toggled.sheet_id, toggled.habit_id, toggled.record_date, $4)
