-- Without a start date no mark has a day.
SELECT id
FROM habit_tracker
WHERE week_start_date IS NULL
  OR week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23'
