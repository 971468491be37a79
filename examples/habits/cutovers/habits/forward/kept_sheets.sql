-- The sheets that share their home week with its main sheet; the order is that of weeks.sql.
WITH sheets AS (
  SELECT
    id,
    user_id,
    child_name,
    theme,
    reflection,
    reward,
    first_day,
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

ranked AS (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY user_id, child_name, home
      ORDER BY abs(first_day - home), first_day DESC, id
    ) AS place
  FROM sheets
)

SELECT
  id AS sheet_id,
  user_id,
  child_name,
  home AS week_start_date,
  (first_day - home)::smallint AS start_offset,
  theme,
  reflection,
  reward
FROM ranked
WHERE place > 1
