/* Queries of the new application. */

/* Some weeks of a child with their habits and marks, in one query: a row for each mark, one without for a habit that has none. */
/* @name listWeeks */
SELECT w.week_start_date::text AS "monday!", w.theme, w.reward, h.sheet_id AS "sheet_id?", h.habit_id AS "habit_id?",
       h.name AS "habit?", r.record_date::text AS "day?", r.status AS "status?", r.note AS "note?"
  FROM public.weeks AS w
  LEFT JOIN public.habits AS h
    ON (h.user_id, h.child_name, h.week_start_date) = (w.user_id, w.child_name, w.week_start_date)
  LEFT JOIN public.habit_records AS r
    ON (r.sheet_id, r.habit_id) = (h.sheet_id, h.habit_id)
   AND (r.user_id, r.child_name, r.week_start_date) = (h.user_id, h.child_name, h.week_start_date)
 WHERE w.user_id = :owner! AND w.child_name = :child! AND w.week_start_date BETWEEN :first! AND :last!
 ORDER BY w.week_start_date, h.display_order, h.sheet_id, h.habit_id, r.record_date;

/* A mark in a cell; a mark that is there is replaced. Gives nothing when the week does not have the habit. */
/* @name setMark */
INSERT INTO public.habit_records
       (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
SELECT h.user_id, h.child_name, h.week_start_date, h.sheet_id, h.habit_id, :day!, :status!
  FROM public.habits AS h
 WHERE h.sheet_id = :sheet! AND h.habit_id = :habit! AND :day! BETWEEN h.week_start_date AND h.week_start_date + 6
    ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET status = excluded.status
RETURNING record_date::text AS "day!", status;
