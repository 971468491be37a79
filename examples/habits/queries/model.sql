/* What the model reads of either side, in pages: values as the text that Postgres writes, so that nothing is rounded. */

/* @name legacyPage */
SELECT t.id::text AS "id!", t.user_id::text AS user_id, t.child_name, t.week_start_date::text AS week_start_date,
       t.theme, t.reward, t.reflection::text AS reflection, t.habits::text AS habits
  FROM public.habit_tracker AS t
 WHERE t.id > :after!
 ORDER BY t.id
 LIMIT :most!;

/* @name listSheets */
SELECT w.sheet_id::text AS "sheet_id!", w.user_id::text AS "user_id!", w.child_name AS "child_name!",
       w.week_start_date::text AS "monday!", w.start_offset AS "start_offset!", w.theme, w.reflection::text AS reflection,
       w.reward
  FROM public.weeks AS w
 WHERE w.sheet_id IS NOT NULL
 UNION ALL
SELECT k.sheet_id::text, k.user_id::text, k.child_name, k.week_start_date::text, k.start_offset, k.theme,
       k.reflection::text, k.reward
  FROM public.kept_sheets AS k;

/* @name habitsPage */
SELECT h.sheet_id::text AS "sheet_id!", h.habit_id::text AS "habit_id!", h.user_id::text AS "user_id!", h.child_name,
       h.week_start_date::text AS "monday!", h.name, h.week_start_date::text AS "last!"
  FROM public.habits AS h
 WHERE (h.sheet_id, h.habit_id, h.week_start_date) > (:sheet!, :habit!, :last!)
 ORDER BY h.sheet_id, h.habit_id, h.week_start_date
 LIMIT :most!;

/* @name recordsPage */
SELECT r.sheet_id::text AS "sheet_id!", r.habit_id::text AS "habit_id!", r.user_id::text AS "user_id!", r.child_name,
       r.week_start_date::text AS "monday!", r.record_date::text AS "record_date!", r.status, r.note,
       r.record_date::text AS "last!"
  FROM public.habit_records AS r
 WHERE (r.sheet_id, r.habit_id, r.record_date) > (:sheet!, :habit!, :last!)
 ORDER BY r.sheet_id, r.habit_id, r.record_date
 LIMIT :most!;
