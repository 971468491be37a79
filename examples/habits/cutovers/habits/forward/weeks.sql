-- The ISO weeks that a sheet touches: one when it starts on a Monday, two otherwise. Its home is the week that holds
-- most of its days (the week of its fourth day), so the sheet starts -3 to 3 days from the home's Monday.
WITH sheets AS (
  SELECT
    id,
    user_id,
    child_name,
    theme,
    reflection,
    reward,
    first_day,
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

touched AS (
  SELECT *, first_monday AS monday
  FROM sheets
  UNION ALL
  SELECT *, last_monday AS monday
  FROM sheets
  WHERE last_monday <> first_monday
)

-- The main sheet of a week: of those whose home it is, the one that starts nearest to the Monday, rather inside the
-- week than before it, and then the oldest. A week that is only touched by a neighbour's sheet has none.
SELECT DISTINCT ON (user_id, child_name, monday)
  user_id,
  child_name,
  monday AS week_start_date,
  CASE WHEN monday = home THEN id END AS sheet_id,
  (CASE WHEN monday = home THEN first_day - home ELSE 0 END)::smallint AS start_offset,
  CASE WHEN monday = home THEN theme END AS theme,
  CASE WHEN monday = home THEN reflection END AS reflection,
  CASE WHEN monday = home THEN reward END AS reward
FROM touched
ORDER BY
  user_id,
  child_name,
  monday,
  monday = home DESC,
  abs(first_day - home),
  first_day DESC,
  id
