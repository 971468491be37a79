-- The backfill that one would write by hand for a table at rest: one INSERT … SELECT of the mapping per new table, parents
-- first, in one transaction. The views all_* are the mapping files as they stand, nothing else. kept_sheets is the small fifth
-- table of the new shape, without which the way back would not be exact.
BEGIN;

INSERT INTO public.children (user_id, name)
SELECT user_id, name
  FROM cutover_habits.all_children;

INSERT INTO public.weeks (user_id, child_name, week_start_date, sheet_id, start_offset, theme, reflection, reward)
SELECT user_id, child_name, week_start_date, sheet_id, start_offset, theme, reflection, reward
  FROM cutover_habits.all_weeks;

INSERT INTO public.kept_sheets (sheet_id, user_id, child_name, week_start_date, start_offset, theme, reflection, reward)
SELECT sheet_id, user_id, child_name, week_start_date, start_offset, theme, reflection, reward
  FROM cutover_habits.all_kept_sheets;

INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order)
SELECT user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order
  FROM cutover_habits.all_habits;

INSERT INTO public.habit_records (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status, note)
SELECT user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status, note
  FROM cutover_habits.all_habit_records;

COMMIT;
