--! Previous: sha1:09a08129224e700cc2689286471773f9a8ff2df4
--! Hash: sha1:d376c8e2d0ff260d349ef3c3fdd0ab40f4a98249
--! Message: cutover habits

-- Enter migration here

-- cutover:begin habits
-- What follows in this migration has the settings that stood before.
SELECT pg_catalog.set_config('cutover.search_path_before', pg_catalog.current_setting('search_path'), true),
       pg_catalog.set_config('cutover.lock_timeout_before', pg_catalog.current_setting('lock_timeout'), true);

-- Cutover "habits", compiled by `cutover compile` from cutovers/habits/. Do not edit: change the
-- definition and compile again. Nothing of this needs the tool at run time.
--
-- Everything of this cutover lives in the schema cutover_habits; the triggers at the end stand on the tables of both sides.
-- All of this has to run in one transaction, which the first statement here is there to prove to the later ones.
SELECT pg_catalog.set_config('cutover.transaction', pg_catalog.pg_current_xact_id()::text, true);
-- Plain table names in mappings are bound here, when the functions are created.
SET LOCAL search_path = pg_catalog, public;
SET LOCAL lock_timeout = '100ms';

-- Makes the schema; what stood in it before stays at work until it is swapped, below. Needs a core of version 2: when there is
-- no such function, run `cutover init --upgrade` and migrate first.
SELECT cutover.begin_compiled('habits', 'cutover_habits', 2);

-- The units of this cutover, and the rows that its mappings yield.
CREATE TYPE cutover_habits.forward_child AS (
  user_id uuid,
  child_name text
);
CREATE TYPE cutover_habits.forward_week AS (
  user_id uuid,
  child_name text,
  week_start_date date
);
CREATE TYPE cutover_habits.reverse_child AS (
  user_id uuid,
  child_name text
);
CREATE TYPE cutover_habits.reverse_sheet AS (
  sheet_id bigint
);
CREATE TYPE cutover_habits.row_habit_tracker AS (
  id bigint,
  user_id uuid,
  child_name text,
  week_start_date date,
  theme text,
  reflection jsonb,
  reward text,
  habits jsonb,
  week_period text
);
CREATE TYPE cutover_habits.row_kept_children AS (
  user_id uuid,
  name text
);
CREATE TYPE cutover_habits.row_kept_habits AS (
  sheet_id bigint,
  habit_id bigint,
  week_start_date date,
  name text,
  display_order integer
);
CREATE TYPE cutover_habits.row_kept_cells AS (
  sheet_id bigint,
  habit_id bigint,
  record_date date,
  status text,
  note text
);
CREATE TYPE cutover_habits.row_children AS (
  user_id uuid,
  name text
);
CREATE TYPE cutover_habits.row_weeks AS (
  user_id uuid,
  child_name text,
  week_start_date date,
  sheet_id bigint,
  start_offset smallint,
  theme text,
  reflection jsonb,
  reward text
);
CREATE TYPE cutover_habits.row_habits AS (
  user_id uuid,
  child_name text,
  week_start_date date,
  sheet_id bigint,
  habit_id bigint,
  name text,
  display_order integer
);
CREATE TYPE cutover_habits.row_habit_records AS (
  user_id uuid,
  child_name text,
  week_start_date date,
  sheet_id bigint,
  habit_id bigint,
  record_date date,
  status text,
  note text
);
CREATE TYPE cutover_habits.row_kept_sheets AS (
  sheet_id bigint,
  user_id uuid,
  child_name text,
  week_start_date date,
  start_offset smallint,
  theme text,
  reflection jsonb,
  reward text
);

-- cutovers/habits/forward/children.sql, over all rows.
CREATE VIEW cutover_habits.all_children AS
SELECT children.user_id::uuid AS user_id,
       children.name::text AS name
  FROM (
-- One child per owner and name: the same name under two owners is two children.
-- kept_children adds those whom the new shape knows without any week.
SELECT user_id, child_name AS name
FROM habit_tracker
WHERE user_id IS NOT NULL

UNION

SELECT user_id, name
FROM kept_children
) AS children;

-- cutovers/habits/forward/children.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_children(cutover_habits.forward_child[])
  RETURNS SETOF cutover_habits.row_children
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM unnest($1) AS child
     CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = child.user_id AND source.child_name = child.child_name UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE child.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = child.child_name)) OFFSET 0) AS habit_tracker
), kept_children AS (
  SELECT  kept_children.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children
)
SELECT children.user_id::uuid AS user_id,
       children.name::text AS name
  FROM (
-- One child per owner and name: the same name under two owners is two children.
-- kept_children adds those whom the new shape knows without any week.
SELECT user_id, child_name AS name
FROM habit_tracker
WHERE user_id IS NOT NULL

UNION

SELECT user_id, name
FROM kept_children
) AS children
  CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_habits.before_children(cutover_habits.forward_child[])
  RETURNS SETOF cutover_habits.row_children
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT now.*
    FROM (
      SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
        FROM unnest($1) AS child
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = child.user_id AND source.child_name = child.child_name UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE child.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = child.child_name)) OFFSET 0) AS habit_tracker
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'habits' AND image.table_name = 'habit_tracker' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'child:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_habits.forward_child::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.habit_tracker AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'child:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_habits.forward_child::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                              AND image.cutover IS NOT DISTINCT FROM 'habits' AND image.table_name IS NOT DISTINCT FROM 'habit_tracker' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS habit_tracker
    CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
), kept_children AS (
  SELECT  kept_children.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children
)
SELECT children.user_id::uuid AS user_id,
       children.name::text AS name
  FROM (
-- One child per owner and name: the same name under two owners is two children.
-- kept_children adds those whom the new shape knows without any week.
SELECT user_id, child_name AS name
FROM habit_tracker
WHERE user_id IS NOT NULL

UNION

SELECT user_id, name
FROM kept_children
) AS children
  CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- cutovers/habits/forward/weeks.sql, over all rows.
CREATE VIEW cutover_habits.all_weeks AS
SELECT weeks.user_id::uuid AS user_id,
       weeks.child_name::text AS child_name,
       weeks.week_start_date::date AS week_start_date,
       weeks.sheet_id::bigint AS sheet_id,
       weeks.start_offset::smallint AS start_offset,
       weeks.theme::text AS theme,
       weeks.reflection::jsonb AS reflection,
       weeks.reward::text AS reward
  FROM (
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
) AS weeks;

-- cutovers/habits/forward/weeks.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_weeks(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_weeks
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
), kept_habits AS (
  SELECT DISTINCT ON (kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date) kept_habits.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits WHERE kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date OFFSET 0) AS kept_habits
), kept_cells AS (
  SELECT DISTINCT ON (kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date) kept_cells.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells WHERE kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6 OFFSET 0) AS kept_cells
)
SELECT weeks.user_id::uuid AS user_id,
       weeks.child_name::text AS child_name,
       weeks.week_start_date::date AS week_start_date,
       weeks.sheet_id::bigint AS sheet_id,
       weeks.start_offset::smallint AS start_offset,
       weeks.theme::text AS theme,
       weeks.reflection::jsonb AS reflection,
       weeks.reward::text AS reward
  FROM (
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
) AS weeks
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_habits.before_weeks(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_weeks
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT now.*
    FROM (
      SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
        FROM unnest($1) AS week
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'habits' AND image.table_name = 'habit_tracker' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.habit_tracker AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3))
                                              AND image.cutover IS NOT DISTINCT FROM 'habits' AND image.table_name IS NOT DISTINCT FROM 'habit_tracker' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS habit_tracker
    CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
), kept_habits AS (
  SELECT kept_habits.* FROM public.kept_habits AS kept_habits
), kept_cells AS (
  SELECT kept_cells.* FROM public.kept_cells AS kept_cells
)
SELECT weeks.user_id::uuid AS user_id,
       weeks.child_name::text AS child_name,
       weeks.week_start_date::date AS week_start_date,
       weeks.sheet_id::bigint AS sheet_id,
       weeks.start_offset::smallint AS start_offset,
       weeks.theme::text AS theme,
       weeks.reflection::jsonb AS reflection,
       weeks.reward::text AS reward
  FROM (
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
) AS weeks
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- cutovers/habits/forward/habits.sql, over all rows.
CREATE VIEW cutover_habits.all_habits AS
SELECT habits.user_id::uuid AS user_id,
       habits.child_name::text AS child_name,
       habits.week_start_date::date AS week_start_date,
       habits.sheet_id::bigint AS sheet_id,
       habits.habit_id::bigint AS habit_id,
       habits.name::text AS name,
       habits.display_order::integer AS display_order
  FROM (
-- Every habit of a sheet stands in each week that the sheet touches, with or without marks.
-- Habits of different sheets are never merged, not even where they have one name.
WITH sheets AS (
  SELECT
    id,
    user_id,
    child_name,
    CASE WHEN jsonb_typeof(habits) = 'array' THEN habits ELSE '[]'::jsonb END AS habits,
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

-- Total for whatever the document holds: malformed rows are named by the quarantine rules, here they only must not raise.
listed AS (
  SELECT
    sheets.id AS sheet_id,
    sheets.user_id,
    sheets.child_name,
    sheets.home,
    touched.monday,
    CASE
      WHEN jsonb_typeof(habit.entry -> 'id') = 'number' THEN
        CASE
          WHEN (habit.entry -> 'id')::numeric BETWEEN -9007199254740992 AND 9007199254740992
            THEN (habit.entry -> 'id')::bigint
        END
    END AS habit_id,
    habit.entry ->> 'name' AS name,
    habit.ordinality - 1 AS rank
  FROM sheets
  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) WITH ORDINALITY AS habit (entry, ordinality)
  CROSS JOIN LATERAL (
    SELECT sheets.first_monday AS monday
    UNION ALL
    SELECT sheets.last_monday
    WHERE sheets.last_monday <> sheets.first_monday
  ) AS touched
),

wished AS (
  SELECT
    listed.*,
    kept_habits.name AS kept_name,
    coalesce(kept_habits.display_order, listed.rank) AS wish,
    -- Equal places are read in the order of their ids; where the ids fall, the place has to rise.
    sum(CASE WHEN listed.habit_id < listed.previous_id THEN 1 ELSE 0 END) OVER sheet_week AS rise
  FROM (
    SELECT
      *,
      lag(habit_id) OVER (PARTITION BY sheet_id, monday ORDER BY rank) AS previous_id
    FROM listed
  ) AS listed
  LEFT JOIN kept_habits
    ON kept_habits.sheet_id = listed.sheet_id
    AND kept_habits.habit_id = listed.habit_id
    AND kept_habits.week_start_date = listed.monday
  WINDOW sheet_week AS (PARTITION BY listed.sheet_id, listed.monday ORDER BY listed.rank)
)

-- In the home week the array's order rules: a kept place holds as long as it does not contradict that order.
SELECT
  user_id,
  child_name,
  monday AS week_start_date,
  sheet_id,
  habit_id,
  CASE WHEN monday = home THEN name ELSE coalesce(kept_name, name) END AS name,
  least(
    CASE
      WHEN monday = home
        THEN rise + max(wish - rise) OVER (PARTITION BY sheet_id, monday ORDER BY rank)
      ELSE wish
    END,
    2147483647
  )::integer AS display_order
FROM wished
WHERE habit_id IS NOT NULL
) AS habits;

-- cutovers/habits/forward/habits.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_habits(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_habits
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
), kept_habits AS (
  SELECT DISTINCT ON (kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date) kept_habits.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits WHERE kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date OFFSET 0) AS kept_habits
), kept_cells AS (
  SELECT DISTINCT ON (kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date) kept_cells.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells WHERE kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6 OFFSET 0) AS kept_cells
)
SELECT habits.user_id::uuid AS user_id,
       habits.child_name::text AS child_name,
       habits.week_start_date::date AS week_start_date,
       habits.sheet_id::bigint AS sheet_id,
       habits.habit_id::bigint AS habit_id,
       habits.name::text AS name,
       habits.display_order::integer AS display_order
  FROM (
-- Every habit of a sheet stands in each week that the sheet touches, with or without marks.
-- Habits of different sheets are never merged, not even where they have one name.
WITH sheets AS (
  SELECT
    id,
    user_id,
    child_name,
    CASE WHEN jsonb_typeof(habits) = 'array' THEN habits ELSE '[]'::jsonb END AS habits,
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

-- Total for whatever the document holds: malformed rows are named by the quarantine rules, here they only must not raise.
listed AS (
  SELECT
    sheets.id AS sheet_id,
    sheets.user_id,
    sheets.child_name,
    sheets.home,
    touched.monday,
    CASE
      WHEN jsonb_typeof(habit.entry -> 'id') = 'number' THEN
        CASE
          WHEN (habit.entry -> 'id')::numeric BETWEEN -9007199254740992 AND 9007199254740992
            THEN (habit.entry -> 'id')::bigint
        END
    END AS habit_id,
    habit.entry ->> 'name' AS name,
    habit.ordinality - 1 AS rank
  FROM sheets
  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) WITH ORDINALITY AS habit (entry, ordinality)
  CROSS JOIN LATERAL (
    SELECT sheets.first_monday AS monday
    UNION ALL
    SELECT sheets.last_monday
    WHERE sheets.last_monday <> sheets.first_monday
  ) AS touched
),

wished AS (
  SELECT
    listed.*,
    kept_habits.name AS kept_name,
    coalesce(kept_habits.display_order, listed.rank) AS wish,
    -- Equal places are read in the order of their ids; where the ids fall, the place has to rise.
    sum(CASE WHEN listed.habit_id < listed.previous_id THEN 1 ELSE 0 END) OVER sheet_week AS rise
  FROM (
    SELECT
      *,
      lag(habit_id) OVER (PARTITION BY sheet_id, monday ORDER BY rank) AS previous_id
    FROM listed
  ) AS listed
  LEFT JOIN kept_habits
    ON kept_habits.sheet_id = listed.sheet_id
    AND kept_habits.habit_id = listed.habit_id
    AND kept_habits.week_start_date = listed.monday
  WINDOW sheet_week AS (PARTITION BY listed.sheet_id, listed.monday ORDER BY listed.rank)
)

-- In the home week the array's order rules: a kept place holds as long as it does not contradict that order.
SELECT
  user_id,
  child_name,
  monday AS week_start_date,
  sheet_id,
  habit_id,
  CASE WHEN monday = home THEN name ELSE coalesce(kept_name, name) END AS name,
  least(
    CASE
      WHEN monday = home
        THEN rise + max(wish - rise) OVER (PARTITION BY sheet_id, monday ORDER BY rank)
      ELSE wish
    END,
    2147483647
  )::integer AS display_order
FROM wished
WHERE habit_id IS NOT NULL
) AS habits
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_habits.before_habits(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_habits
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT now.*
    FROM (
      SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
        FROM unnest($1) AS week
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'habits' AND image.table_name = 'habit_tracker' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.habit_tracker AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3))
                                              AND image.cutover IS NOT DISTINCT FROM 'habits' AND image.table_name IS NOT DISTINCT FROM 'habit_tracker' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS habit_tracker
    CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
), kept_habits AS (
  SELECT kept_habits.* FROM public.kept_habits AS kept_habits
), kept_cells AS (
  SELECT kept_cells.* FROM public.kept_cells AS kept_cells
)
SELECT habits.user_id::uuid AS user_id,
       habits.child_name::text AS child_name,
       habits.week_start_date::date AS week_start_date,
       habits.sheet_id::bigint AS sheet_id,
       habits.habit_id::bigint AS habit_id,
       habits.name::text AS name,
       habits.display_order::integer AS display_order
  FROM (
-- Every habit of a sheet stands in each week that the sheet touches, with or without marks.
-- Habits of different sheets are never merged, not even where they have one name.
WITH sheets AS (
  SELECT
    id,
    user_id,
    child_name,
    CASE WHEN jsonb_typeof(habits) = 'array' THEN habits ELSE '[]'::jsonb END AS habits,
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

-- Total for whatever the document holds: malformed rows are named by the quarantine rules, here they only must not raise.
listed AS (
  SELECT
    sheets.id AS sheet_id,
    sheets.user_id,
    sheets.child_name,
    sheets.home,
    touched.monday,
    CASE
      WHEN jsonb_typeof(habit.entry -> 'id') = 'number' THEN
        CASE
          WHEN (habit.entry -> 'id')::numeric BETWEEN -9007199254740992 AND 9007199254740992
            THEN (habit.entry -> 'id')::bigint
        END
    END AS habit_id,
    habit.entry ->> 'name' AS name,
    habit.ordinality - 1 AS rank
  FROM sheets
  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) WITH ORDINALITY AS habit (entry, ordinality)
  CROSS JOIN LATERAL (
    SELECT sheets.first_monday AS monday
    UNION ALL
    SELECT sheets.last_monday
    WHERE sheets.last_monday <> sheets.first_monday
  ) AS touched
),

wished AS (
  SELECT
    listed.*,
    kept_habits.name AS kept_name,
    coalesce(kept_habits.display_order, listed.rank) AS wish,
    -- Equal places are read in the order of their ids; where the ids fall, the place has to rise.
    sum(CASE WHEN listed.habit_id < listed.previous_id THEN 1 ELSE 0 END) OVER sheet_week AS rise
  FROM (
    SELECT
      *,
      lag(habit_id) OVER (PARTITION BY sheet_id, monday ORDER BY rank) AS previous_id
    FROM listed
  ) AS listed
  LEFT JOIN kept_habits
    ON kept_habits.sheet_id = listed.sheet_id
    AND kept_habits.habit_id = listed.habit_id
    AND kept_habits.week_start_date = listed.monday
  WINDOW sheet_week AS (PARTITION BY listed.sheet_id, listed.monday ORDER BY listed.rank)
)

-- In the home week the array's order rules: a kept place holds as long as it does not contradict that order.
SELECT
  user_id,
  child_name,
  monday AS week_start_date,
  sheet_id,
  habit_id,
  CASE WHEN monday = home THEN name ELSE coalesce(kept_name, name) END AS name,
  least(
    CASE
      WHEN monday = home
        THEN rise + max(wish - rise) OVER (PARTITION BY sheet_id, monday ORDER BY rank)
      ELSE wish
    END,
    2147483647
  )::integer AS display_order
FROM wished
WHERE habit_id IS NOT NULL
) AS habits
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- cutovers/habits/forward/habit_records.sql, over all rows.
CREATE VIEW cutover_habits.all_habit_records AS
SELECT habit_records.user_id::uuid AS user_id,
       habit_records.child_name::text AS child_name,
       habit_records.week_start_date::date AS week_start_date,
       habit_records.sheet_id::bigint AS sheet_id,
       habit_records.habit_id::bigint AS habit_id,
       habit_records.record_date::date AS record_date,
       habit_records.status::text AS status,
       habit_records.note::text AS note
  FROM (
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
) AS habit_records;

-- cutovers/habits/forward/habit_records.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_habit_records(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_habit_records
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
), kept_habits AS (
  SELECT DISTINCT ON (kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date) kept_habits.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits WHERE kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date OFFSET 0) AS kept_habits
), kept_cells AS (
  SELECT DISTINCT ON (kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date) kept_cells.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells WHERE kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6 OFFSET 0) AS kept_cells
)
SELECT habit_records.user_id::uuid AS user_id,
       habit_records.child_name::text AS child_name,
       habit_records.week_start_date::date AS week_start_date,
       habit_records.sheet_id::bigint AS sheet_id,
       habit_records.habit_id::bigint AS habit_id,
       habit_records.record_date::date AS record_date,
       habit_records.status::text AS status,
       habit_records.note::text AS note
  FROM (
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
) AS habit_records
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_habits.before_habit_records(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_habit_records
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT now.*
    FROM (
      SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
        FROM unnest($1) AS week
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'habits' AND image.table_name = 'habit_tracker' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.habit_tracker AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3))
                                              AND image.cutover IS NOT DISTINCT FROM 'habits' AND image.table_name IS NOT DISTINCT FROM 'habit_tracker' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS habit_tracker
    CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
), kept_habits AS (
  SELECT kept_habits.* FROM public.kept_habits AS kept_habits
), kept_cells AS (
  SELECT kept_cells.* FROM public.kept_cells AS kept_cells
)
SELECT habit_records.user_id::uuid AS user_id,
       habit_records.child_name::text AS child_name,
       habit_records.week_start_date::date AS week_start_date,
       habit_records.sheet_id::bigint AS sheet_id,
       habit_records.habit_id::bigint AS habit_id,
       habit_records.record_date::date AS record_date,
       habit_records.status::text AS status,
       habit_records.note::text AS note
  FROM (
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
) AS habit_records
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- cutovers/habits/forward/kept_sheets.sql, over all rows.
CREATE VIEW cutover_habits.all_kept_sheets AS
SELECT kept_sheets.sheet_id::bigint AS sheet_id,
       kept_sheets.user_id::uuid AS user_id,
       kept_sheets.child_name::text AS child_name,
       kept_sheets.week_start_date::date AS week_start_date,
       kept_sheets.start_offset::smallint AS start_offset,
       kept_sheets.theme::text AS theme,
       kept_sheets.reflection::jsonb AS reflection,
       kept_sheets.reward::text AS reward
  FROM (
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
) AS kept_sheets;

-- cutovers/habits/forward/kept_sheets.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_kept_sheets(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_kept_sheets
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
), kept_habits AS (
  SELECT DISTINCT ON (kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date) kept_habits.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits WHERE kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date OFFSET 0) AS kept_habits
), kept_cells AS (
  SELECT DISTINCT ON (kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date) kept_cells.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells WHERE kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6 OFFSET 0) AS kept_cells
)
SELECT kept_sheets.sheet_id::bigint AS sheet_id,
       kept_sheets.user_id::uuid AS user_id,
       kept_sheets.child_name::text AS child_name,
       kept_sheets.week_start_date::date AS week_start_date,
       kept_sheets.start_offset::smallint AS start_offset,
       kept_sheets.theme::text AS theme,
       kept_sheets.reflection::jsonb AS reflection,
       kept_sheets.reward::text AS reward
  FROM (
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
) AS kept_sheets
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_habits.before_kept_sheets(cutover_habits.forward_week[])
  RETURNS SETOF cutover_habits.row_kept_sheets
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT now.*
    FROM (
      SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
        FROM unnest($1) AS week
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'habits' AND image.table_name = 'habit_tracker' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.habit_tracker AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3))
                                              AND image.cutover IS NOT DISTINCT FROM 'habits' AND image.table_name IS NOT DISTINCT FROM 'habit_tracker' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS habit_tracker
    CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
), kept_habits AS (
  SELECT kept_habits.* FROM public.kept_habits AS kept_habits
), kept_cells AS (
  SELECT kept_cells.* FROM public.kept_cells AS kept_cells
)
SELECT kept_sheets.sheet_id::bigint AS sheet_id,
       kept_sheets.user_id::uuid AS user_id,
       kept_sheets.child_name::text AS child_name,
       kept_sheets.week_start_date::date AS week_start_date,
       kept_sheets.start_offset::smallint AS start_offset,
       kept_sheets.theme::text AS theme,
       kept_sheets.reflection::jsonb AS reflection,
       kept_sheets.reward::text AS reward
  FROM (
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
) AS kept_sheets
  CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3;
END;

-- cutovers/habits/reverse/kept_children.sql, over all rows.
CREATE VIEW cutover_habits.all_kept_children AS
SELECT kept_children.user_id::uuid AS user_id,
       kept_children.name::text AS name
  FROM (
-- Children without any week: the legacy table knows a child only by its weeks.
SELECT children.user_id, children.name
FROM children
WHERE NOT EXISTS (
  SELECT
  FROM weeks
  WHERE weeks.user_id = children.user_id
    AND weeks.child_name = children.name
)
) AS kept_children;

-- cutovers/habits/reverse/kept_children.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_kept_children(cutover_habits.reverse_child[])
  RETURNS SETOF cutover_habits.row_kept_children
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH children AS (
  SELECT  children.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS children
), weeks AS (
  SELECT  weeks.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS weeks
)
SELECT kept_children.user_id::uuid AS user_id,
       kept_children.name::text AS name
  FROM (
-- Children without any week: the legacy table knows a child only by its weeks.
SELECT children.user_id, children.name
FROM children
WHERE NOT EXISTS (
  SELECT
  FROM weeks
  WHERE weeks.user_id = children.user_id
    AND weeks.child_name = children.name
)
) AS kept_children
  CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- cutovers/habits/reverse/habit_tracker.sql, over all rows.
CREATE VIEW cutover_habits.all_habit_tracker AS
SELECT habit_tracker.id::bigint AS id,
       habit_tracker.user_id::uuid AS user_id,
       habit_tracker.child_name::text AS child_name,
       habit_tracker.week_start_date::date AS week_start_date,
       habit_tracker.theme::text AS theme,
       habit_tracker.reflection::jsonb AS reflection,
       habit_tracker.reward::text AS reward,
       habit_tracker.habits::jsonb AS habits,
       habit_tracker.week_period::text AS week_period
  FROM (
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
) AS habit_tracker;

-- cutovers/habits/reverse/habit_tracker.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_habit_tracker(cutover_habits.reverse_sheet[])
  RETURNS SETOF cutover_habits.row_habit_tracker
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH weeks AS (
  SELECT DISTINCT ON (weeks.user_id, weeks.child_name, weeks.week_start_date) weeks.*
    FROM unnest($1) AS sheet
     CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks WHERE weeks.sheet_id = sheet.sheet_id OFFSET 0) AS weeks
), habits AS (
  SELECT  habits.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habits
), habit_records AS (
  SELECT  habit_records.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_records
), kept_sheets AS (
  SELECT  kept_sheets.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_sheets
)
SELECT habit_tracker.id::bigint AS id,
       habit_tracker.user_id::uuid AS user_id,
       habit_tracker.child_name::text AS child_name,
       habit_tracker.week_start_date::date AS week_start_date,
       habit_tracker.theme::text AS theme,
       habit_tracker.reflection::jsonb AS reflection,
       habit_tracker.reward::text AS reward,
       habit_tracker.habits::jsonb AS habits,
       habit_tracker.week_period::text AS week_period
  FROM (
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
) AS habit_tracker
  CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- cutovers/habits/reverse/kept_habits.sql, over all rows.
CREATE VIEW cutover_habits.all_kept_habits AS
SELECT kept_habits.sheet_id::bigint AS sheet_id,
       kept_habits.habit_id::bigint AS habit_id,
       kept_habits.week_start_date::date AS week_start_date,
       kept_habits.name::text AS name,
       kept_habits.display_order::integer AS display_order
  FROM (
-- What a habit has that the JSON array cannot say: a place other than its rank in the array, and in the spill week a
-- name other than that in the home week.
WITH sheets AS (
  SELECT sheet_id, week_start_date AS home
  FROM weeks
  WHERE sheet_id IS NOT NULL
  UNION ALL
  SELECT sheet_id, week_start_date AS home
  FROM kept_sheets
),

placed AS (
  SELECT
    habits.sheet_id,
    habits.habit_id,
    habits.week_start_date,
    habits.name,
    habits.display_order,
    habits.week_start_date = sheets.home AS is_home,
    row_number() OVER (
      PARTITION BY habits.sheet_id, habits.week_start_date
      ORDER BY habits.display_order, habits.habit_id
    ) - 1 AS place
  FROM habits
  JOIN sheets ON sheets.sheet_id = habits.sheet_id
),

-- The home week's name and rank, beside each row of the habit.
compared AS (
  SELECT
    *,
    max(name) FILTER (WHERE is_home) OVER habit AS home_name,
    max(place) FILTER (WHERE is_home) OVER habit AS rank
  FROM placed
  WINDOW habit AS (PARTITION BY sheet_id, habit_id)
)

SELECT
  sheet_id,
  habit_id,
  week_start_date,
  CASE WHEN name <> home_name THEN name END AS name,
  CASE WHEN display_order <> rank THEN display_order END AS display_order
FROM compared
WHERE name <> home_name
  OR display_order <> rank
) AS kept_habits;

-- cutovers/habits/reverse/kept_habits.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_kept_habits(cutover_habits.reverse_sheet[])
  RETURNS SETOF cutover_habits.row_kept_habits
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH weeks AS (
  SELECT DISTINCT ON (weeks.user_id, weeks.child_name, weeks.week_start_date) weeks.*
    FROM unnest($1) AS sheet
     CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks WHERE weeks.sheet_id = sheet.sheet_id OFFSET 0) AS weeks
), habits AS (
  SELECT  habits.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habits
), habit_records AS (
  SELECT  habit_records.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_records
), kept_sheets AS (
  SELECT  kept_sheets.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_sheets
)
SELECT kept_habits.sheet_id::bigint AS sheet_id,
       kept_habits.habit_id::bigint AS habit_id,
       kept_habits.week_start_date::date AS week_start_date,
       kept_habits.name::text AS name,
       kept_habits.display_order::integer AS display_order
  FROM (
-- What a habit has that the JSON array cannot say: a place other than its rank in the array, and in the spill week a
-- name other than that in the home week.
WITH sheets AS (
  SELECT sheet_id, week_start_date AS home
  FROM weeks
  WHERE sheet_id IS NOT NULL
  UNION ALL
  SELECT sheet_id, week_start_date AS home
  FROM kept_sheets
),

placed AS (
  SELECT
    habits.sheet_id,
    habits.habit_id,
    habits.week_start_date,
    habits.name,
    habits.display_order,
    habits.week_start_date = sheets.home AS is_home,
    row_number() OVER (
      PARTITION BY habits.sheet_id, habits.week_start_date
      ORDER BY habits.display_order, habits.habit_id
    ) - 1 AS place
  FROM habits
  JOIN sheets ON sheets.sheet_id = habits.sheet_id
),

-- The home week's name and rank, beside each row of the habit.
compared AS (
  SELECT
    *,
    max(name) FILTER (WHERE is_home) OVER habit AS home_name,
    max(place) FILTER (WHERE is_home) OVER habit AS rank
  FROM placed
  WINDOW habit AS (PARTITION BY sheet_id, habit_id)
)

SELECT
  sheet_id,
  habit_id,
  week_start_date,
  CASE WHEN name <> home_name THEN name END AS name,
  CASE WHEN display_order <> rank THEN display_order END AS display_order
FROM compared
WHERE name <> home_name
  OR display_order <> rank
) AS kept_habits
  CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- cutovers/habits/reverse/kept_cells.sql, over all rows.
CREATE VIEW cutover_habits.all_kept_cells AS
SELECT kept_cells.sheet_id::bigint AS sheet_id,
       kept_cells.habit_id::bigint AS habit_id,
       kept_cells.record_date::date AS record_date,
       kept_cells.status::text AS status,
       kept_cells.note::text AS note
  FROM (
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
) AS kept_cells;

-- cutovers/habits/reverse/kept_cells.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_habits.map_kept_cells(cutover_habits.reverse_sheet[])
  RETURNS SETOF cutover_habits.row_kept_cells
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH weeks AS (
  SELECT DISTINCT ON (weeks.user_id, weeks.child_name, weeks.week_start_date) weeks.*
    FROM unnest($1) AS sheet
     CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks WHERE weeks.sheet_id = sheet.sheet_id OFFSET 0) AS weeks
), habits AS (
  SELECT  habits.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habits
), habit_records AS (
  SELECT  habit_records.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_records
), kept_sheets AS (
  SELECT  kept_sheets.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_sheets
)
SELECT kept_cells.sheet_id::bigint AS sheet_id,
       kept_cells.habit_id::bigint AS habit_id,
       kept_cells.record_date::date AS record_date,
       kept_cells.status::text AS status,
       kept_cells.note::text AS note
  FROM (
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
) AS kept_cells
  CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_habits.forward_child_held(cutover_habits.forward_child[])
  RETURNS TABLE (unit cutover_habits.forward_child, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM unnest($1) AS child
     CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = child.user_id AND source.child_name = child.child_name UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE child.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = child.child_name)) OFFSET 0) AS habit_tracker
), kept_children AS (
  SELECT  kept_children.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children
)
-- cutovers/habits/quarantine/habit_tracker/unknown-owner.sql
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child, 'quarantined', 'unknown-owner'
  FROM (SELECT habit_tracker.* FROM (
-- Nobody can say whose row this is. A placeholder owner would put two families together, so the placeholder that the
-- unit of such a row carries (the zero uuid) is refused as an owner as well.
SELECT id
FROM habit_tracker
WHERE user_id IS NULL
  OR user_id = '00000000-0000-0000-0000-000000000000'
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unusable-child-name.sql
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child, 'quarantined', 'unusable-child-name'
  FROM (SELECT habit_tracker.* FROM (
-- The new shape takes names of 1 to 100 characters.
SELECT id
FROM habit_tracker
WHERE char_length(child_name) NOT BETWEEN 1 AND 100
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2;
END;

-- … and among all.
CREATE VIEW cutover_habits.forward_child_held_all (unit, class, reason) AS
-- cutovers/habits/quarantine/habit_tracker/unknown-owner.sql
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child, 'quarantined', 'unknown-owner'
  FROM (SELECT habit_tracker.* FROM (
-- Nobody can say whose row this is. A placeholder owner would put two families together, so the placeholder that the
-- unit of such a row carries (the zero uuid) is refused as an owner as well.
SELECT id
FROM habit_tracker
WHERE user_id IS NULL
  OR user_id = '00000000-0000-0000-0000-000000000000'
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unusable-child-name.sql
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child, 'quarantined', 'unusable-child-name'
  FROM (SELECT habit_tracker.* FROM (
-- The new shape takes names of 1 to 100 characters.
SELECT id
FROM habit_tracker
WHERE char_length(child_name) NOT BETWEEN 1 AND 100
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2);

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_habits.forward_week_held(cutover_habits.forward_week[])
  RETURNS TABLE (unit cutover_habits.forward_week, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH habit_tracker AS (
  SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
), kept_habits AS (
  SELECT DISTINCT ON (kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date) kept_habits.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits WHERE kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date OFFSET 0) AS kept_habits
), kept_cells AS (
  SELECT DISTINCT ON (kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date) kept_cells.*
    FROM unnest($1) AS week
     CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells WHERE kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6 OFFSET 0) AS kept_cells
)
-- cutovers/habits/quarantine/habit_tracker/duplicate-habit-id.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'duplicate-habit-id'
  FROM (SELECT habit_tracker.* FROM (
-- Two habits of one row with one id: nobody can say which of them a change meant.
SELECT id
FROM habit_tracker
WHERE EXISTS (
  SELECT
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
  WHERE jsonb_typeof(entry -> 'id') = 'number'
  GROUP BY entry -> 'id'
  HAVING count(*) > 1
)
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/malformed-habits.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'malformed-habits'
  FROM (SELECT habit_tracker.* FROM (
-- habits has to be an array of objects with an integer id (exact in a JSON number), a name of 1 to 200 characters, the
-- seven times (looked at by malformed-times) and nothing else. Guards stand in CASE, so that nothing can raise.
SELECT id
FROM habit_tracker
WHERE habits IS NULL
  OR jsonb_typeof(habits) <> 'array'
  OR EXISTS (
    SELECT
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
    WHERE CASE
      WHEN jsonb_typeof(entry) <> 'object' THEN true
      WHEN entry - 'id' - 'name' - 'times' <> '{}'::jsonb THEN true
      WHEN jsonb_typeof(entry -> 'id') IS DISTINCT FROM 'number' THEN true
      WHEN (entry ->> 'id') !~ '^-?[0-9]{1,16}$' THEN true
      WHEN (entry -> 'id')::numeric NOT BETWEEN -9007199254740992 AND 9007199254740992 THEN true
      WHEN jsonb_typeof(entry -> 'name') IS DISTINCT FROM 'string' THEN true
      ELSE char_length(entry ->> 'name') NOT BETWEEN 1 AND 200
    END
  )
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/malformed-times.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'malformed-times'
  FROM (SELECT habit_tracker.* FROM (
-- times has to be exactly seven strings, each of them '', 'green', 'yellow' or 'red': with fewer or more slots, or with
-- another status, nobody can say which day or which colour was meant.
SELECT id
FROM habit_tracker
WHERE EXISTS (
  SELECT
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
  WHERE CASE
    WHEN jsonb_typeof(entry) <> 'object' THEN false
    WHEN jsonb_typeof(entry -> 'times') IS DISTINCT FROM 'array' THEN true
    WHEN jsonb_array_length(entry -> 'times') <> 7 THEN true
    ELSE NOT entry -> 'times' <@ '["", "green", "yellow", "red"]'::jsonb
  END
)
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unknown-date.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'unknown-date'
  FROM (SELECT habit_tracker.* FROM (
-- Without a start date no mark has a day.
SELECT id
FROM habit_tracker
WHERE week_start_date IS NULL
  OR week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23'
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unknown-owner.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'unknown-owner'
  FROM (SELECT habit_tracker.* FROM (
-- Nobody can say whose row this is. A placeholder owner would put two families together, so the placeholder that the
-- unit of such a row carries (the zero uuid) is refused as an owner as well.
SELECT id
FROM habit_tracker
WHERE user_id IS NULL
  OR user_id = '00000000-0000-0000-0000-000000000000'
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unusable-child-name.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'unusable-child-name'
  FROM (SELECT habit_tracker.* FROM (
-- The new shape takes names of 1 to 100 characters.
SELECT id
FROM habit_tracker
WHERE char_length(child_name) NOT BETWEEN 1 AND 100
) AS found
          JOIN habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)  JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3;
END;

-- … and among all.
CREATE VIEW cutover_habits.forward_week_held_all (unit, class, reason) AS
-- cutovers/habits/quarantine/habit_tracker/duplicate-habit-id.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'duplicate-habit-id'
  FROM (SELECT habit_tracker.* FROM (
-- Two habits of one row with one id: nobody can say which of them a change meant.
SELECT id
FROM habit_tracker
WHERE EXISTS (
  SELECT
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
  WHERE jsonb_typeof(entry -> 'id') = 'number'
  GROUP BY entry -> 'id'
  HAVING count(*) > 1
)
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/malformed-habits.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'malformed-habits'
  FROM (SELECT habit_tracker.* FROM (
-- habits has to be an array of objects with an integer id (exact in a JSON number), a name of 1 to 200 characters, the
-- seven times (looked at by malformed-times) and nothing else. Guards stand in CASE, so that nothing can raise.
SELECT id
FROM habit_tracker
WHERE habits IS NULL
  OR jsonb_typeof(habits) <> 'array'
  OR EXISTS (
    SELECT
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
    WHERE CASE
      WHEN jsonb_typeof(entry) <> 'object' THEN true
      WHEN entry - 'id' - 'name' - 'times' <> '{}'::jsonb THEN true
      WHEN jsonb_typeof(entry -> 'id') IS DISTINCT FROM 'number' THEN true
      WHEN (entry ->> 'id') !~ '^-?[0-9]{1,16}$' THEN true
      WHEN (entry -> 'id')::numeric NOT BETWEEN -9007199254740992 AND 9007199254740992 THEN true
      WHEN jsonb_typeof(entry -> 'name') IS DISTINCT FROM 'string' THEN true
      ELSE char_length(entry ->> 'name') NOT BETWEEN 1 AND 200
    END
  )
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/malformed-times.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'malformed-times'
  FROM (SELECT habit_tracker.* FROM (
-- times has to be exactly seven strings, each of them '', 'green', 'yellow' or 'red': with fewer or more slots, or with
-- another status, nobody can say which day or which colour was meant.
SELECT id
FROM habit_tracker
WHERE EXISTS (
  SELECT
  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = 'array' THEN habits END) AS habit (entry)
  WHERE CASE
    WHEN jsonb_typeof(entry) <> 'object' THEN false
    WHEN jsonb_typeof(entry -> 'times') IS DISTINCT FROM 'array' THEN true
    WHEN jsonb_array_length(entry -> 'times') <> 7 THEN true
    ELSE NOT entry -> 'times' <@ '["", "green", "yellow", "red"]'::jsonb
  END
)
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unknown-date.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'unknown-date'
  FROM (SELECT habit_tracker.* FROM (
-- Without a start date no mark has a day.
SELECT id
FROM habit_tracker
WHERE week_start_date IS NULL
  OR week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23'
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unknown-owner.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'unknown-owner'
  FROM (SELECT habit_tracker.* FROM (
-- Nobody can say whose row this is. A placeholder owner would put two families together, so the placeholder that the
-- unit of such a row carries (the zero uuid) is refused as an owner as well.
SELECT id
FROM habit_tracker
WHERE user_id IS NULL
  OR user_id = '00000000-0000-0000-0000-000000000000'
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
UNION ALL
-- cutovers/habits/quarantine/habit_tracker/unusable-child-name.sql
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week, 'quarantined', 'unusable-child-name'
  FROM (SELECT habit_tracker.* FROM (
-- The new shape takes names of 1 to 100 characters.
SELECT id
FROM habit_tracker
WHERE char_length(child_name) NOT BETWEEN 1 AND 100
) AS found
          JOIN public.habit_tracker AS habit_tracker ON habit_tracker.id = found.id) AS habit_tracker
  CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3);

-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION cutover_habits.reverse_child_held(cutover_habits.reverse_child[])
  RETURNS TABLE (unit cutover_habits.reverse_child, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT NULL::cutover_habits.reverse_child, NULL::text, NULL::text WHERE false;
END;

-- … and among all.
CREATE VIEW cutover_habits.reverse_child_held_all (unit, class, reason) AS
SELECT NULL::cutover_habits.reverse_child, NULL::text, NULL::text WHERE false;

-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION cutover_habits.reverse_sheet_held(cutover_habits.reverse_sheet[])
  RETURNS TABLE (unit cutover_habits.reverse_sheet, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
(WITH linked AS (
SELECT ROW(wanted.cutover_1)::cutover_habits.reverse_sheet AS unit, ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week AS feeds
  FROM unnest($1) AS wanted (cutover_1)
   CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_habits.forward_week_held(ARRAY(SELECT DISTINCT linked.feeds FROM linked)) AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'habits/forward/week:' || linked.feeds::text OFFSET 0) AS put_aside);
END;

-- … and among all.
CREATE VIEW cutover_habits.reverse_sheet_held_all (unit, class, reason) AS
(WITH linked AS (
SELECT ROW(own.cutover_1)::cutover_habits.reverse_sheet AS unit, ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week AS feeds
  FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_habits.forward_week_held_all AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'habits/forward/week:' || linked.feeds::text) AS put_aside);

-- Makes units ("child", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_habits.forward_child_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_habits.forward_child[];
  gone_children cutover_habits.row_children[];
  changed_children cutover_habits.row_children[];
  added_children cutover_habits.row_children[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_habits.forward_child_held($1::cutover_habits.forward_child[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_habits.forward_child[];

  -- What differs.
  SELECT array_agg(ROW(actual.user_id, actual.name)::cutover_habits.row_children) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.user_id, expected.name)::cutover_habits.row_children) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.user_id, expected.name)::cutover_habits.row_children) FILTER (WHERE actual.present IS NULL)
    INTO gone_children, changed_children, added_children
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_children(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, children.user_id, children.name
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS children) AS actual
      ON expected.user_id = actual.user_id AND expected.name = actual.name
   WHERE ROW(expected.present, expected.user_id, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.name)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_children IS NOT NULL OR changed_children IS NOT NULL OR added_children IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    NULL;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF added_children IS NOT NULL THEN
      INSERT INTO public.children AS children (user_id, name)
      SELECT expected.user_id, expected.name FROM unnest(added_children) AS expected
       ORDER BY expected.user_id, expected.name
      ON CONFLICT (user_id, name) DO NOTHING;
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    IF gone_children IS NOT NULL THEN
      DELETE FROM public.children AS target USING unnest(gone_children) AS gone
       WHERE target.user_id = gone.user_id AND target.name = gone.name;
    END IF;
  END IF;
  RETURN held;
END;
$body$;

-- Makes units ("week", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_habits.forward_week_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_habits.forward_week[];
  elsewhere text[];
    taken_over boolean := false;
  gone_weeks cutover_habits.row_weeks[];
  changed_weeks cutover_habits.row_weeks[];
  added_weeks cutover_habits.row_weeks[];
  gone_habits cutover_habits.row_habits[];
  changed_habits cutover_habits.row_habits[];
  added_habits cutover_habits.row_habits[];
  gone_habit_records cutover_habits.row_habit_records[];
  changed_habit_records cutover_habits.row_habit_records[];
  added_habit_records cutover_habits.row_habit_records[];
  gone_kept_sheets cutover_habits.row_kept_sheets[];
  changed_kept_sheets cutover_habits.row_kept_sheets[];
  added_kept_sheets cutover_habits.row_kept_sheets[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_habits.forward_week_held($1::cutover_habits.forward_week[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_habits.forward_week[];

  -- What differs.
  SELECT array_agg(ROW(actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.start_offset, actual.theme, actual.reflection, actual.reward)::cutover_habits.row_weeks) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.start_offset, expected.theme, expected.reflection, expected.reward)::cutover_habits.row_weeks) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.start_offset, expected.theme, expected.reflection, expected.reward)::cutover_habits.row_weeks) FILTER (WHERE actual.present IS NULL)
    INTO gone_weeks, changed_weeks, added_weeks
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_weeks(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, weeks.user_id, weeks.child_name, weeks.week_start_date, weeks.sheet_id, weeks.start_offset, weeks.theme, weeks.reflection, weeks.reward
                 FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
                  CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS weeks) AS actual
      ON expected.user_id = actual.user_id AND expected.child_name = actual.child_name AND expected.week_start_date = actual.week_start_date
   WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.start_offset, expected.theme, expected.reflection, expected.reward)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.start_offset, actual.theme, actual.reflection, actual.reward)::record;
  SELECT array_agg(ROW(actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.name, actual.display_order)::cutover_habits.row_habits) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.name, expected.display_order)::cutover_habits.row_habits) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.name, expected.display_order)::cutover_habits.row_habits) FILTER (WHERE actual.present IS NULL)
    INTO gone_habits, changed_habits, added_habits
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_habits(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, habits.user_id, habits.child_name, habits.week_start_date, habits.sheet_id, habits.habit_id, habits.name, habits.display_order
                 FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
                  CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habits) AS actual
      ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.week_start_date = actual.week_start_date
   WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.name, expected.display_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.name, actual.display_order)::record;
  SELECT array_agg(ROW(actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::cutover_habits.row_habit_records) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::cutover_habits.row_habit_records) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::cutover_habits.row_habit_records) FILTER (WHERE actual.present IS NULL)
    INTO gone_habit_records, changed_habit_records, added_habit_records
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_habit_records(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, habit_records.user_id, habit_records.child_name, habit_records.week_start_date, habit_records.sheet_id, habit_records.habit_id, habit_records.record_date, habit_records.status, habit_records.note
                 FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
                  CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habit_records) AS actual
      ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.record_date = actual.record_date
   WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::record;
  SELECT array_agg(ROW(actual.sheet_id, actual.user_id, actual.child_name, actual.week_start_date, actual.start_offset, actual.theme, actual.reflection, actual.reward)::cutover_habits.row_kept_sheets) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.sheet_id, expected.user_id, expected.child_name, expected.week_start_date, expected.start_offset, expected.theme, expected.reflection, expected.reward)::cutover_habits.row_kept_sheets) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.sheet_id, expected.user_id, expected.child_name, expected.week_start_date, expected.start_offset, expected.theme, expected.reflection, expected.reward)::cutover_habits.row_kept_sheets) FILTER (WHERE actual.present IS NULL)
    INTO gone_kept_sheets, changed_kept_sheets, added_kept_sheets
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_kept_sheets(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, kept_sheets.sheet_id, kept_sheets.user_id, kept_sheets.child_name, kept_sheets.week_start_date, kept_sheets.start_offset, kept_sheets.theme, kept_sheets.reflection, kept_sheets.reward
                 FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
                  CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS kept_sheets) AS actual
      ON expected.sheet_id = actual.sheet_id
   WHERE ROW(expected.present, expected.sheet_id, expected.user_id, expected.child_name, expected.week_start_date, expected.start_offset, expected.theme, expected.reflection, expected.reward)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.user_id, actual.child_name, actual.week_start_date, actual.start_offset, actual.theme, actual.reflection, actual.reward)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_weeks IS NOT NULL OR changed_weeks IS NOT NULL OR added_weeks IS NOT NULL OR gone_habits IS NOT NULL OR changed_habits IS NOT NULL OR added_habits IS NOT NULL OR gone_habit_records IS NOT NULL OR changed_habit_records IS NOT NULL OR added_habit_records IS NOT NULL OR gone_kept_sheets IS NOT NULL OR changed_kept_sheets IS NOT NULL OR added_kept_sheets IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;
  -- Rows that are to be added, and that other units still hold.
  IF $2 <> 'delete' AND (added_habits IS NOT NULL OR added_habit_records IS NOT NULL OR added_kept_sheets IS NOT NULL) THEN
    SELECT array_agg(DISTINCT holder.unit ORDER BY holder.unit) FILTER (WHERE holder.unit <> ALL ($1)), coalesce(bool_or(holder.unit = ANY (held)), false)
      INTO elsewhere, taken_over
      FROM (
        SELECT holder.unit FROM unnest(added_habits) AS expected
         CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS unit FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE habits.sheet_id = expected.sheet_id AND habits.habit_id = expected.habit_id AND habits.week_start_date = expected.week_start_date OFFSET 0) AS holder
        UNION ALL
        SELECT holder.unit FROM unnest(added_habit_records) AS expected
         CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS unit FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE habit_records.sheet_id = expected.sheet_id AND habit_records.habit_id = expected.habit_id AND habit_records.record_date = expected.record_date OFFSET 0) AS holder
        UNION ALL
        SELECT holder.unit FROM unnest(added_kept_sheets) AS expected
         CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS unit FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE kept_sheets.sheet_id = expected.sheet_id OFFSET 0) AS holder
      ) AS holder;
    IF elsewhere IS NOT NULL THEN
      PERFORM cutover.lock_units('habits', 'forward', 'week', elsewhere,
                                 (SELECT c.epoch FROM cutover.cutovers AS c WHERE c.name = 'habits'));
      RETURN cutover_habits.forward_week_recompute($1 || elsewhere, $2);
    END IF;
  END IF;
  -- Rows that are to go, that hold something of their own, and that the mapping has in other units by now.
  IF $2 <> 'write' AND (gone_habits IS NOT NULL OR gone_habit_records IS NOT NULL)
     AND ($2 <> 'whole' OR EXISTS (SELECT FROM cutover.outbox AS noted
                                    WHERE noted.unit_key = ANY (ARRAY(SELECT 'habits/forward/week:' || unit FROM unnest($1) AS unit))
                                      AND noted.xid <> pg_current_xact_id())) THEN
    SELECT array_agg(DISTINCT moved.unit ORDER BY moved.unit) INTO elsewhere
      FROM (
        SELECT (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text
                  FROM cutover_habits.all_habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
                 WHERE habits.sheet_id = gone.sheet_id AND habits.habit_id = gone.habit_id AND habits.week_start_date = gone.week_start_date LIMIT 1) AS unit
          FROM unnest(gone_habits) AS gone
         WHERE EXISTS (SELECT FROM public.habits AS target
                        WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.week_start_date = gone.week_start_date AND num_nonnulls(target.time_period, target.created_at, target.updated_at) > 0 OFFSET 0)
        UNION ALL
        SELECT (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text
                  FROM cutover_habits.all_habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
                 WHERE habit_records.sheet_id = gone.sheet_id AND habit_records.habit_id = gone.habit_id AND habit_records.record_date = gone.record_date LIMIT 1) AS unit
          FROM unnest(gone_habit_records) AS gone
         WHERE EXISTS (SELECT FROM public.habit_records AS target
                        WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.record_date = gone.record_date AND num_nonnulls(target.created_at, target.updated_at) > 0 OFFSET 0)
        OFFSET 0
      ) AS moved
     WHERE moved.unit <> ALL ($1);
    IF elsewhere IS NOT NULL THEN
      PERFORM cutover.lock_units('habits', 'forward', 'week', elsewhere,
                                 (SELECT c.epoch FROM cutover.cutovers AS c WHERE c.name = 'habits'));
      -- Whoever deletes only has left the writing to others.
      IF $2 = 'delete' THEN
        PERFORM cutover_habits.forward_week_recompute($1 || elsewhere, 'write');
      END IF;
      RETURN cutover_habits.forward_week_recompute($1 || elsewhere, $2);
    END IF;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_habit_records IS NOT NULL THEN
      DELETE FROM public.habit_records AS target USING unnest(gone_habit_records) AS gone
       WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.record_date = gone.record_date;
    END IF;
    IF gone_kept_sheets IS NOT NULL THEN
      DELETE FROM public.kept_sheets AS target USING unnest(gone_kept_sheets) AS gone
       WHERE target.sheet_id = gone.sheet_id;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_weeks IS NOT NULL THEN
      UPDATE public.weeks AS target
         SET sheet_id = expected.sheet_id, start_offset = expected.start_offset, theme = expected.theme, reflection = expected.reflection, reward = expected.reward
        FROM unnest(changed_weeks) AS expected
       WHERE target.user_id = expected.user_id AND target.child_name = expected.child_name AND target.week_start_date = expected.week_start_date;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_weeks) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.weeks AS target WHERE target.user_id = expected.user_id AND target.child_name = expected.child_name AND target.week_start_date = expected.week_start_date)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'weeks'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_weeks IS NOT NULL THEN
      INSERT INTO public.weeks AS weeks (user_id, child_name, week_start_date, sheet_id, start_offset, theme, reflection, reward)
      SELECT expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.start_offset, expected.theme, expected.reflection, expected.reward FROM unnest(added_weeks) AS expected
       ORDER BY expected.user_id, expected.child_name, expected.week_start_date
      ON CONFLICT (user_id, child_name, week_start_date) DO UPDATE SET sheet_id = excluded.sheet_id, start_offset = excluded.start_offset, theme = excluded.theme, reflection = excluded.reflection, reward = excluded.reward;
    END IF;
    IF changed_habits IS NOT NULL THEN
      UPDATE public.habits AS target
         SET user_id = expected.user_id, child_name = expected.child_name, name = expected.name, display_order = expected.display_order
        FROM unnest(changed_habits) AS expected
       WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.week_start_date = expected.week_start_date;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_habits) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.habits AS target WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.week_start_date = expected.week_start_date)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'habits'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_habits IS NOT NULL THEN
      INSERT INTO public.habits AS habits (user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order)
      SELECT expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.name, expected.display_order FROM unnest(added_habits) AS expected
       ORDER BY expected.sheet_id, expected.habit_id, expected.week_start_date
      ON CONFLICT (sheet_id, habit_id, week_start_date) DO UPDATE SET user_id = excluded.user_id, child_name = excluded.child_name, name = excluded.name, display_order = excluded.display_order WHERE EXISTS (SELECT FROM (SELECT habits.*) AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text = ANY ($1));
      IF EXISTS (SELECT FROM unnest(added_habits) AS expected
       CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS unit FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE habits.sheet_id = expected.sheet_id AND habits.habit_id = expected.habit_id AND habits.week_start_date = expected.week_start_date OFFSET 0) AS holder WHERE holder.unit <> ALL ($1)) THEN
        RAISE EXCEPTION 'a row of % has come into another unit meanwhile', 'habits'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF changed_habit_records IS NOT NULL THEN
      UPDATE public.habit_records AS target
         SET user_id = expected.user_id, child_name = expected.child_name, week_start_date = expected.week_start_date, status = expected.status, note = expected.note
        FROM unnest(changed_habit_records) AS expected
       WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.record_date = expected.record_date;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_habit_records) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.habit_records AS target WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.record_date = expected.record_date)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'habit_records'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_habit_records IS NOT NULL THEN
      INSERT INTO public.habit_records AS habit_records (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status, note)
      SELECT expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note FROM unnest(added_habit_records) AS expected
       ORDER BY expected.sheet_id, expected.habit_id, expected.record_date
      ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET user_id = excluded.user_id, child_name = excluded.child_name, week_start_date = excluded.week_start_date, status = excluded.status, note = excluded.note WHERE EXISTS (SELECT FROM (SELECT habit_records.*) AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text = ANY ($1));
      IF EXISTS (SELECT FROM unnest(added_habit_records) AS expected
       CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS unit FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE habit_records.sheet_id = expected.sheet_id AND habit_records.habit_id = expected.habit_id AND habit_records.record_date = expected.record_date OFFSET 0) AS holder WHERE holder.unit <> ALL ($1)) THEN
        RAISE EXCEPTION 'a row of % has come into another unit meanwhile', 'habit_records'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF changed_kept_sheets IS NOT NULL THEN
      UPDATE public.kept_sheets AS target
         SET user_id = expected.user_id, child_name = expected.child_name, week_start_date = expected.week_start_date, start_offset = expected.start_offset, theme = expected.theme, reflection = expected.reflection, reward = expected.reward
        FROM unnest(changed_kept_sheets) AS expected
       WHERE target.sheet_id = expected.sheet_id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_kept_sheets) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.kept_sheets AS target WHERE target.sheet_id = expected.sheet_id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'kept_sheets'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_kept_sheets IS NOT NULL THEN
      INSERT INTO public.kept_sheets AS kept_sheets (sheet_id, user_id, child_name, week_start_date, start_offset, theme, reflection, reward)
      SELECT expected.sheet_id, expected.user_id, expected.child_name, expected.week_start_date, expected.start_offset, expected.theme, expected.reflection, expected.reward FROM unnest(added_kept_sheets) AS expected
       ORDER BY expected.sheet_id
      ON CONFLICT (sheet_id) DO UPDATE SET user_id = excluded.user_id, child_name = excluded.child_name, week_start_date = excluded.week_start_date, start_offset = excluded.start_offset, theme = excluded.theme, reflection = excluded.reflection, reward = excluded.reward WHERE EXISTS (SELECT FROM (SELECT kept_sheets.*) AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text = ANY ($1));
      IF EXISTS (SELECT FROM unnest(added_kept_sheets) AS expected
       CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS unit FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE kept_sheets.sheet_id = expected.sheet_id OFFSET 0) AS holder WHERE holder.unit <> ALL ($1)) THEN
        RAISE EXCEPTION 'a row of % has come into another unit meanwhile', 'kept_sheets'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    IF gone_habits IS NOT NULL THEN
      DELETE FROM public.habits AS target USING unnest(gone_habits) AS gone
       WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.week_start_date = gone.week_start_date;
    END IF;
    IF gone_weeks IS NOT NULL THEN
      DELETE FROM public.weeks AS target USING unnest(gone_weeks) AS gone
       WHERE target.user_id = gone.user_id AND target.child_name = gone.child_name AND target.week_start_date = gone.week_start_date;
    END IF;
  END IF;
  -- What a unit that is held back still had came along by foreign keys, and has not been compared yet.
  IF taken_over THEN
    PERFORM cutover_habits.forward_week_recompute($1, $2);
  END IF;
  RETURN held;
END;
$body$;

-- Makes units ("child", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_habits.reverse_child_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_habits.reverse_child[];
  gone_kept_children cutover_habits.row_kept_children[];
  changed_kept_children cutover_habits.row_kept_children[];
  added_kept_children cutover_habits.row_kept_children[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_habits.reverse_child_held($1::cutover_habits.reverse_child[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_habits.reverse_child[];

  -- What differs.
  SELECT array_agg(ROW(actual.user_id, actual.name)::cutover_habits.row_kept_children) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.user_id, expected.name)::cutover_habits.row_kept_children) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.user_id, expected.name)::cutover_habits.row_kept_children) FILTER (WHERE actual.present IS NULL)
    INTO gone_kept_children, changed_kept_children, added_kept_children
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_kept_children(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, kept_children.user_id, kept_children.name
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children) AS actual
      ON expected.user_id = actual.user_id AND expected.name = actual.name
   WHERE ROW(expected.present, expected.user_id, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.name)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_kept_children IS NOT NULL OR changed_kept_children IS NOT NULL OR added_kept_children IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_kept_children IS NOT NULL THEN
      DELETE FROM public.kept_children AS target USING unnest(gone_kept_children) AS gone
       WHERE target.user_id = gone.user_id AND target.name = gone.name;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF added_kept_children IS NOT NULL THEN
      INSERT INTO public.kept_children AS kept_children (user_id, name)
      SELECT expected.user_id, expected.name FROM unnest(added_kept_children) AS expected
       ORDER BY expected.user_id, expected.name
      ON CONFLICT (user_id, name) DO NOTHING;
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    NULL;
  END IF;
  RETURN held;
END;
$body$;

-- Makes units ("sheet", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_habits.reverse_sheet_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_habits.reverse_sheet[];
  gone_habit_tracker cutover_habits.row_habit_tracker[];
  changed_habit_tracker cutover_habits.row_habit_tracker[];
  added_habit_tracker cutover_habits.row_habit_tracker[];
  gone_kept_habits cutover_habits.row_kept_habits[];
  changed_kept_habits cutover_habits.row_kept_habits[];
  added_kept_habits cutover_habits.row_kept_habits[];
  gone_kept_cells cutover_habits.row_kept_cells[];
  changed_kept_cells cutover_habits.row_kept_cells[];
  added_kept_cells cutover_habits.row_kept_cells[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_habits.reverse_sheet_held($1::cutover_habits.reverse_sheet[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_habits.reverse_sheet[];

  -- What differs.
  SELECT array_agg(ROW(actual.id, actual.user_id, actual.child_name, actual.week_start_date, actual.theme, actual.reflection, actual.reward, actual.habits, actual.week_period)::cutover_habits.row_habit_tracker) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.id, expected.user_id, expected.child_name, expected.week_start_date, expected.theme, expected.reflection, expected.reward, expected.habits, expected.week_period)::cutover_habits.row_habit_tracker) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.id, expected.user_id, expected.child_name, expected.week_start_date, expected.theme, expected.reflection, expected.reward, expected.habits, expected.week_period)::cutover_habits.row_habit_tracker) FILTER (WHERE actual.present IS NULL)
    INTO gone_habit_tracker, changed_habit_tracker, added_habit_tracker
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_habit_tracker(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, habit_tracker.id, habit_tracker.user_id, habit_tracker.child_name, habit_tracker.week_start_date, habit_tracker.theme, habit_tracker.reflection, habit_tracker.reward, habit_tracker.habits, habit_tracker.week_period
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_tracker) AS actual
      ON expected.id = actual.id
   WHERE ROW(expected.present, expected.id, expected.user_id, expected.child_name, expected.week_start_date, expected.theme, expected.reflection, expected.reward, expected.habits)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.user_id, actual.child_name, actual.week_start_date, actual.theme, actual.reflection, actual.reward, actual.habits)::record;
  SELECT array_agg(ROW(actual.sheet_id, actual.habit_id, actual.week_start_date, actual.name, actual.display_order)::cutover_habits.row_kept_habits) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.sheet_id, expected.habit_id, expected.week_start_date, expected.name, expected.display_order)::cutover_habits.row_kept_habits) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.sheet_id, expected.habit_id, expected.week_start_date, expected.name, expected.display_order)::cutover_habits.row_kept_habits) FILTER (WHERE actual.present IS NULL)
    INTO gone_kept_habits, changed_kept_habits, added_kept_habits
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_kept_habits(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date, kept_habits.name, kept_habits.display_order
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_habits) AS actual
      ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.week_start_date = actual.week_start_date
   WHERE ROW(expected.present, expected.sheet_id, expected.habit_id, expected.week_start_date, expected.name, expected.display_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.habit_id, actual.week_start_date, actual.name, actual.display_order)::record;
  SELECT array_agg(ROW(actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::cutover_habits.row_kept_cells) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::cutover_habits.row_kept_cells) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::cutover_habits.row_kept_cells) FILTER (WHERE actual.present IS NULL)
    INTO gone_kept_cells, changed_kept_cells, added_kept_cells
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.map_kept_cells(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date, kept_cells.status, kept_cells.note
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_cells) AS actual
      ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.record_date = actual.record_date
   WHERE ROW(expected.present, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_habit_tracker IS NOT NULL OR changed_habit_tracker IS NOT NULL OR added_habit_tracker IS NOT NULL OR gone_kept_habits IS NOT NULL OR changed_kept_habits IS NOT NULL OR added_kept_habits IS NOT NULL OR gone_kept_cells IS NOT NULL OR changed_kept_cells IS NOT NULL OR added_kept_cells IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_habit_tracker IS NOT NULL THEN
      DELETE FROM public.habit_tracker AS target USING unnest(gone_habit_tracker) AS gone
       WHERE target.id = gone.id;
    END IF;
    IF gone_kept_habits IS NOT NULL THEN
      DELETE FROM public.kept_habits AS target USING unnest(gone_kept_habits) AS gone
       WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.week_start_date = gone.week_start_date;
    END IF;
    IF gone_kept_cells IS NOT NULL THEN
      DELETE FROM public.kept_cells AS target USING unnest(gone_kept_cells) AS gone
       WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.record_date = gone.record_date;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_habit_tracker IS NOT NULL THEN
      UPDATE public.habit_tracker AS target
         SET user_id = expected.user_id, child_name = expected.child_name, week_start_date = expected.week_start_date, theme = expected.theme, reflection = expected.reflection, reward = expected.reward, habits = expected.habits
        FROM unnest(changed_habit_tracker) AS expected
       WHERE target.id = expected.id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_habit_tracker) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.habit_tracker AS target WHERE target.id = expected.id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'habit_tracker'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_habit_tracker IS NOT NULL THEN
      INSERT INTO public.habit_tracker AS habit_tracker (id, user_id, child_name, week_start_date, theme, reflection, reward, habits, week_period)
      SELECT expected.id, expected.user_id, expected.child_name, expected.week_start_date, expected.theme, expected.reflection, expected.reward, expected.habits, expected.week_period FROM unnest(added_habit_tracker) AS expected
       ORDER BY expected.id
      ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, child_name = excluded.child_name, week_start_date = excluded.week_start_date, theme = excluded.theme, reflection = excluded.reflection, reward = excluded.reward, habits = excluded.habits;
    END IF;
    IF changed_kept_habits IS NOT NULL THEN
      UPDATE public.kept_habits AS target
         SET name = expected.name, display_order = expected.display_order
        FROM unnest(changed_kept_habits) AS expected
       WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.week_start_date = expected.week_start_date;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_kept_habits) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.kept_habits AS target WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.week_start_date = expected.week_start_date)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'kept_habits'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_kept_habits IS NOT NULL THEN
      INSERT INTO public.kept_habits AS kept_habits (sheet_id, habit_id, week_start_date, name, display_order)
      SELECT expected.sheet_id, expected.habit_id, expected.week_start_date, expected.name, expected.display_order FROM unnest(added_kept_habits) AS expected
       ORDER BY expected.sheet_id, expected.habit_id, expected.week_start_date
      ON CONFLICT (sheet_id, habit_id, week_start_date) DO UPDATE SET name = excluded.name, display_order = excluded.display_order;
    END IF;
    IF changed_kept_cells IS NOT NULL THEN
      UPDATE public.kept_cells AS target
         SET status = expected.status, note = expected.note
        FROM unnest(changed_kept_cells) AS expected
       WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.record_date = expected.record_date;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_kept_cells) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.kept_cells AS target WHERE target.sheet_id = expected.sheet_id AND target.habit_id = expected.habit_id AND target.record_date = expected.record_date)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'kept_cells'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_kept_cells IS NOT NULL THEN
      INSERT INTO public.kept_cells AS kept_cells (sheet_id, habit_id, record_date, status, note)
      SELECT expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note FROM unnest(added_kept_cells) AS expected
       ORDER BY expected.sheet_id, expected.habit_id, expected.record_date
      ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET status = excluded.status, note = excluded.note;
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    NULL;
  END IF;
  RETURN held;
END;
$body$;

-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("child", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.
CREATE FUNCTION cutover_habits.forward_child_patch(text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  units cutover_habits.forward_child[] := $1::cutover_habits.forward_child[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known cutover_habits.forward_child[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = 'habits/forward/child:' || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::cutover_habits.forward_child[];
  to_do text;
  gone_children cutover_habits.row_children[];
  base_children cutover_habits.row_children[];
  theirs_children cutover_habits.row_children[];
  added_children cutover_habits.row_children[];
BEGIN
  -- What legacy writers changed.
  SELECT array_agg(ROW(base.user_id, base.name)::cutover_habits.row_children) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.user_id, base.name)::cutover_habits.row_children) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.name)::cutover_habits.row_children) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.name)::cutover_habits.row_children) FILTER (WHERE base.present IS NULL)
    INTO gone_children, base_children, theirs_children, added_children
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.before_children(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_habits.map_children(units) AS mapped) AS theirs
      ON base.user_id = theirs.user_id AND base.name = theirs.name
   WHERE ROW(base.present, base.user_id, base.name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.user_id, theirs.name)::record;
  to_do := CASE WHEN num_nonnulls(gone_children) > 0
                THEN CASE WHEN num_nonnulls(theirs_children, added_children) > 0 THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN num_nonnulls(theirs_children, added_children) > 0 THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  PERFORM 1
    FROM public.children AS locked
   WHERE (locked.user_id, locked.name) IN (
           SELECT children.user_id, children.name
             FROM unnest(units) AS wanted (cutover_1, cutover_2)
              CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS children)
   ORDER BY locked.user_id, locked.name
     FOR UPDATE;

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    IF coalesce(cardinality(gone_children), 0) + coalesce(cardinality(theirs_children), 0) + coalesce(cardinality(added_children), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'children', found.*
        FROM (
          SELECT jsonb_build_object('user_id', gone.user_id, 'name', gone.name), jsonb_build_object('user_id', gone.user_id, 'name', gone.name), jsonb_build_object('user_id', target.user_id, 'name', target.name), NULL::jsonb
            FROM unnest(gone_children) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.children AS row_now WHERE row_now.user_id = gone.user_id AND row_now.name = gone.name OFFSET 0) AS target
           WHERE ROW(target.user_id, target.name)::record OPERATOR(pg_catalog.*<>) ROW(gone.user_id, gone.name)::record
          UNION ALL
          SELECT jsonb_build_object('user_id', added.user_id, 'name', added.name), NULL::jsonb, jsonb_build_object('user_id', target.user_id, 'name', target.name), jsonb_build_object('user_id', added.user_id, 'name', added.name)
            FROM unnest(added_children) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.children AS row_now WHERE row_now.user_id = added.user_id AND row_now.name = added.name OFFSET 0) AS target
           WHERE ROW(target.user_id, target.name)::record OPERATOR(pg_catalog.*<>) ROW(added.user_id, added.name)::record
        ) AS found;
    END IF;

    IF added_children IS NOT NULL THEN
      INSERT INTO public.children (user_id, name)
      SELECT added.user_id, added.name FROM unnest(added_children) AS added
       WHERE NOT EXISTS (SELECT FROM public.children AS target WHERE target.user_id = added.user_id AND target.name = added.name OFFSET 0)
       ORDER BY added.user_id, added.name
      ON CONFLICT (user_id, name) DO NOTHING;
    END IF;
  END IF;

  IF $2 <> 'write' THEN
    IF gone_children IS NOT NULL THEN
      DELETE FROM public.children AS target USING unnest(gone_children) AS gone
       WHERE target.user_id = gone.user_id AND target.name = gone.name
         AND NOT (ROW(target.user_id, target.name)::record OPERATOR(pg_catalog.*<>) ROW(gone.user_id, gone.name)::record)
         AND NOT EXISTS (SELECT FROM public.weeks AS dependent WHERE dependent.user_id = target.user_id AND dependent.child_name = target.name OFFSET 0);
    END IF;
  END IF;
  RETURN to_do;
END;
$body$;

-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("week", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.
CREATE FUNCTION cutover_habits.forward_week_patch(text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  units cutover_habits.forward_week[] := $1::cutover_habits.forward_week[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known cutover_habits.forward_week[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = 'habits/forward/week:' || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::cutover_habits.forward_week[];
  to_do text;
  gone_weeks cutover_habits.row_weeks[];
  base_weeks cutover_habits.row_weeks[];
  theirs_weeks cutover_habits.row_weeks[];
  added_weeks cutover_habits.row_weeks[];
  gone_habits cutover_habits.row_habits[];
  base_habits cutover_habits.row_habits[];
  theirs_habits cutover_habits.row_habits[];
  added_habits cutover_habits.row_habits[];
  gone_habit_records cutover_habits.row_habit_records[];
  base_habit_records cutover_habits.row_habit_records[];
  theirs_habit_records cutover_habits.row_habit_records[];
  added_habit_records cutover_habits.row_habit_records[];
  gone_kept_sheets cutover_habits.row_kept_sheets[];
  base_kept_sheets cutover_habits.row_kept_sheets[];
  theirs_kept_sheets cutover_habits.row_kept_sheets[];
  added_kept_sheets cutover_habits.row_kept_sheets[];
BEGIN
  -- What legacy writers changed.
  SELECT array_agg(ROW(base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.start_offset, base.theme, base.reflection, base.reward)::cutover_habits.row_weeks) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.start_offset, base.theme, base.reflection, base.reward)::cutover_habits.row_weeks) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.start_offset, theirs.theme, theirs.reflection, theirs.reward)::cutover_habits.row_weeks) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.start_offset, theirs.theme, theirs.reflection, theirs.reward)::cutover_habits.row_weeks) FILTER (WHERE base.present IS NULL)
    INTO gone_weeks, base_weeks, theirs_weeks, added_weeks
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.before_weeks(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_habits.map_weeks(units) AS mapped) AS theirs
      ON base.user_id = theirs.user_id AND base.child_name = theirs.child_name AND base.week_start_date = theirs.week_start_date
   WHERE ROW(base.present, base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.start_offset, base.theme, base.reflection, base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.start_offset, theirs.theme, theirs.reflection, theirs.reward)::record;
  SELECT array_agg(ROW(base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.habit_id, base.name, base.display_order)::cutover_habits.row_habits) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.habit_id, base.name, base.display_order)::cutover_habits.row_habits) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.habit_id, theirs.name, theirs.display_order)::cutover_habits.row_habits) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.habit_id, theirs.name, theirs.display_order)::cutover_habits.row_habits) FILTER (WHERE base.present IS NULL)
    INTO gone_habits, base_habits, theirs_habits, added_habits
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.before_habits(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_habits.map_habits(units) AS mapped) AS theirs
      ON base.sheet_id = theirs.sheet_id AND base.habit_id = theirs.habit_id AND base.week_start_date = theirs.week_start_date
   WHERE ROW(base.present, base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.habit_id, base.name, base.display_order)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.habit_id, theirs.name, theirs.display_order)::record;
  SELECT array_agg(ROW(base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.habit_id, base.record_date, base.status, base.note)::cutover_habits.row_habit_records) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.habit_id, base.record_date, base.status, base.note)::cutover_habits.row_habit_records) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.habit_id, theirs.record_date, theirs.status, theirs.note)::cutover_habits.row_habit_records) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.habit_id, theirs.record_date, theirs.status, theirs.note)::cutover_habits.row_habit_records) FILTER (WHERE base.present IS NULL)
    INTO gone_habit_records, base_habit_records, theirs_habit_records, added_habit_records
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.before_habit_records(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_habits.map_habit_records(units) AS mapped) AS theirs
      ON base.sheet_id = theirs.sheet_id AND base.habit_id = theirs.habit_id AND base.record_date = theirs.record_date
   WHERE ROW(base.present, base.user_id, base.child_name, base.week_start_date, base.sheet_id, base.habit_id, base.record_date, base.status, base.note)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.sheet_id, theirs.habit_id, theirs.record_date, theirs.status, theirs.note)::record;
  SELECT array_agg(ROW(base.sheet_id, base.user_id, base.child_name, base.week_start_date, base.start_offset, base.theme, base.reflection, base.reward)::cutover_habits.row_kept_sheets) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.sheet_id, base.user_id, base.child_name, base.week_start_date, base.start_offset, base.theme, base.reflection, base.reward)::cutover_habits.row_kept_sheets) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.sheet_id, theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.start_offset, theirs.theme, theirs.reflection, theirs.reward)::cutover_habits.row_kept_sheets) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.sheet_id, theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.start_offset, theirs.theme, theirs.reflection, theirs.reward)::cutover_habits.row_kept_sheets) FILTER (WHERE base.present IS NULL)
    INTO gone_kept_sheets, base_kept_sheets, theirs_kept_sheets, added_kept_sheets
    FROM (SELECT true AS present, mapped.* FROM cutover_habits.before_kept_sheets(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_habits.map_kept_sheets(units) AS mapped) AS theirs
      ON base.sheet_id = theirs.sheet_id
   WHERE ROW(base.present, base.sheet_id, base.user_id, base.child_name, base.week_start_date, base.start_offset, base.theme, base.reflection, base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.sheet_id, theirs.user_id, theirs.child_name, theirs.week_start_date, theirs.start_offset, theirs.theme, theirs.reflection, theirs.reward)::record;
  to_do := CASE WHEN num_nonnulls(gone_weeks, gone_habits, gone_habit_records, gone_kept_sheets) > 0
                THEN CASE WHEN num_nonnulls(theirs_weeks, added_weeks, theirs_habits, added_habits, theirs_habit_records, added_habit_records, theirs_kept_sheets, added_kept_sheets) > 0 THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN num_nonnulls(theirs_weeks, added_weeks, theirs_habits, added_habits, theirs_habit_records, added_habit_records, theirs_kept_sheets, added_kept_sheets) > 0 THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  PERFORM 1
    FROM public.weeks AS locked
   WHERE (locked.user_id, locked.child_name, locked.week_start_date) IN (
           SELECT weeks.user_id, weeks.child_name, weeks.week_start_date
             FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
              CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS weeks)
   ORDER BY locked.user_id, locked.child_name, locked.week_start_date
     FOR UPDATE;
  PERFORM 1
    FROM public.habits AS locked
   WHERE (locked.sheet_id, locked.habit_id, locked.week_start_date) IN (
           SELECT habits.sheet_id, habits.habit_id, habits.week_start_date
             FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
              CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habits)
   ORDER BY locked.sheet_id, locked.habit_id, locked.week_start_date
     FOR UPDATE;
  PERFORM 1
    FROM public.habit_records AS locked
   WHERE (locked.sheet_id, locked.habit_id, locked.record_date) IN (
           SELECT habit_records.sheet_id, habit_records.habit_id, habit_records.record_date
             FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
              CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habit_records)
   ORDER BY locked.sheet_id, locked.habit_id, locked.record_date
     FOR UPDATE;
  PERFORM 1
    FROM public.kept_sheets AS locked
   WHERE (locked.sheet_id) IN (
           SELECT kept_sheets.sheet_id
             FROM unnest(units) AS wanted (cutover_1, cutover_2, cutover_3)
              CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS kept_sheets)
   ORDER BY locked.sheet_id
     FOR UPDATE;

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    IF coalesce(cardinality(gone_weeks), 0) + coalesce(cardinality(theirs_weeks), 0) + coalesce(cardinality(added_weeks), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'weeks', found.*
        FROM (
          SELECT jsonb_build_object('user_id', gone.user_id, 'child_name', gone.child_name, 'week_start_date', gone.week_start_date), jsonb_build_object('user_id', gone.user_id, 'child_name', gone.child_name, 'week_start_date', gone.week_start_date, 'sheet_id', gone.sheet_id, 'start_offset', gone.start_offset, 'theme', gone.theme, 'reflection', gone.reflection, 'reward', gone.reward), jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'start_offset', target.start_offset, 'theme', target.theme, 'reflection', target.reflection, 'reward', target.reward), NULL::jsonb
            FROM unnest(gone_weeks) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.weeks AS row_now WHERE row_now.user_id = gone.user_id AND row_now.child_name = gone.child_name AND row_now.week_start_date = gone.week_start_date OFFSET 0) AS target
           WHERE ROW(target.user_id, target.child_name, target.week_start_date, target.sheet_id, target.start_offset, target.theme, target.reflection, target.reward)::record OPERATOR(pg_catalog.*<>) ROW(gone.user_id, gone.child_name, gone.week_start_date, gone.sheet_id, gone.start_offset, gone.theme, gone.reflection, gone.reward)::record
          UNION ALL
          SELECT jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date), NULL::jsonb, jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'start_offset', target.start_offset, 'theme', target.theme, 'reflection', target.reflection, 'reward', target.reward), jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'sheet_id', added.sheet_id, 'start_offset', added.start_offset, 'theme', added.theme, 'reflection', added.reflection, 'reward', added.reward)
            FROM unnest(added_weeks) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.weeks AS row_now WHERE row_now.user_id = added.user_id AND row_now.child_name = added.child_name AND row_now.week_start_date = added.week_start_date OFFSET 0) AS target
           WHERE ROW(target.user_id, target.child_name, target.week_start_date, target.sheet_id, target.start_offset, target.theme, target.reflection, target.reward)::record OPERATOR(pg_catalog.*<>) ROW(added.user_id, added.child_name, added.week_start_date, added.sheet_id, added.start_offset, added.theme, added.reflection, added.reward)::record
          UNION ALL
          SELECT jsonb_build_object('user_id', theirs.user_id, 'child_name', theirs.child_name, 'week_start_date', theirs.week_start_date), jsonb_build_object('user_id', base.user_id, 'child_name', base.child_name, 'week_start_date', base.week_start_date, 'sheet_id', base.sheet_id, 'start_offset', base.start_offset, 'theme', base.theme, 'reflection', base.reflection, 'reward', base.reward), CASE WHEN target.present THEN jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'start_offset', target.start_offset, 'theme', target.theme, 'reflection', target.reflection, 'reward', target.reward) END, jsonb_build_object('user_id', theirs.user_id, 'child_name', theirs.child_name, 'week_start_date', theirs.week_start_date, 'sheet_id', theirs.sheet_id, 'start_offset', theirs.start_offset, 'theme', theirs.theme, 'reflection', theirs.reflection, 'reward', theirs.reward)
            FROM unnest(theirs_weeks) AS theirs
            JOIN unnest(base_weeks) AS base ON base.user_id = theirs.user_id AND base.child_name = theirs.child_name AND base.week_start_date = theirs.week_start_date
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.weeks AS row_now
                                WHERE row_now.user_id = theirs.user_id AND row_now.child_name = theirs.child_name AND row_now.week_start_date = theirs.week_start_date OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.sheet_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.sheet_id)::record AND ROW(target.sheet_id)::record OPERATOR(pg_catalog.*<>) ROW(base.sheet_id)::record AND ROW(target.sheet_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.sheet_id)::record) OR (ROW(base.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record AND ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(base.start_offset)::record AND ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record) OR (ROW(base.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record AND ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(base.theme)::record AND ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record) OR (ROW(base.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record AND ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(base.reflection)::record AND ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record) OR (ROW(base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record AND ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(base.reward)::record AND ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record)
        ) AS found;
    END IF;
    IF coalesce(cardinality(gone_habits), 0) + coalesce(cardinality(theirs_habits), 0) + coalesce(cardinality(added_habits), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'habits', found.*
        FROM (
          SELECT jsonb_build_object('sheet_id', gone.sheet_id, 'habit_id', gone.habit_id, 'week_start_date', gone.week_start_date), jsonb_build_object('user_id', gone.user_id, 'child_name', gone.child_name, 'week_start_date', gone.week_start_date, 'sheet_id', gone.sheet_id, 'habit_id', gone.habit_id, 'name', gone.name, 'display_order', gone.display_order), jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'habit_id', target.habit_id, 'name', target.name, 'display_order', target.display_order), NULL::jsonb
            FROM unnest(gone_habits) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.habits AS row_now WHERE row_now.sheet_id = gone.sheet_id AND row_now.habit_id = gone.habit_id AND row_now.week_start_date = gone.week_start_date OFFSET 0) AS target
           WHERE ROW(target.week_start_date, target.sheet_id, target.habit_id, target.name, target.display_order)::record OPERATOR(pg_catalog.*<>) ROW(gone.week_start_date, gone.sheet_id, gone.habit_id, gone.name, gone.display_order)::record
          UNION ALL
          SELECT jsonb_build_object('sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'week_start_date', added.week_start_date), NULL::jsonb, jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'habit_id', target.habit_id, 'name', target.name, 'display_order', target.display_order), jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'name', added.name, 'display_order', added.display_order)
            FROM unnest(added_habits) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.habits AS row_now WHERE row_now.sheet_id = added.sheet_id AND row_now.habit_id = added.habit_id AND row_now.week_start_date = added.week_start_date OFFSET 0) AS target
           WHERE ROW(target.user_id, target.child_name, target.week_start_date, target.sheet_id, target.habit_id, target.name, target.display_order)::record OPERATOR(pg_catalog.*<>) ROW(added.user_id, added.child_name, added.week_start_date, added.sheet_id, added.habit_id, added.name, added.display_order)::record
          UNION ALL
          SELECT jsonb_build_object('sheet_id', theirs.sheet_id, 'habit_id', theirs.habit_id, 'week_start_date', theirs.week_start_date), jsonb_build_object('user_id', base.user_id, 'child_name', base.child_name, 'week_start_date', base.week_start_date, 'sheet_id', base.sheet_id, 'habit_id', base.habit_id, 'name', base.name, 'display_order', base.display_order), CASE WHEN target.present THEN jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'habit_id', target.habit_id, 'name', target.name, 'display_order', target.display_order) END, jsonb_build_object('user_id', theirs.user_id, 'child_name', theirs.child_name, 'week_start_date', theirs.week_start_date, 'sheet_id', theirs.sheet_id, 'habit_id', theirs.habit_id, 'name', theirs.name, 'display_order', theirs.display_order)
            FROM unnest(theirs_habits) AS theirs
            JOIN unnest(base_habits) AS base ON base.sheet_id = theirs.sheet_id AND base.habit_id = theirs.habit_id AND base.week_start_date = theirs.week_start_date
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.habits AS row_now
                                WHERE row_now.sheet_id = theirs.sheet_id AND row_now.habit_id = theirs.habit_id AND row_now.week_start_date = theirs.week_start_date OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record AND ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record) OR (ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record AND ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record) OR (ROW(base.name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.name)::record AND ROW(target.name)::record OPERATOR(pg_catalog.*<>) ROW(base.name)::record AND ROW(target.name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.name)::record) OR (ROW(base.display_order)::record OPERATOR(pg_catalog.*<>) ROW(theirs.display_order)::record AND ROW(target.display_order)::record OPERATOR(pg_catalog.*<>) ROW(base.display_order)::record AND ROW(target.display_order)::record OPERATOR(pg_catalog.*<>) ROW(theirs.display_order)::record)
        ) AS found;
    END IF;
    IF coalesce(cardinality(gone_habit_records), 0) + coalesce(cardinality(theirs_habit_records), 0) + coalesce(cardinality(added_habit_records), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'habit_records', found.*
        FROM (
          SELECT jsonb_build_object('sheet_id', gone.sheet_id, 'habit_id', gone.habit_id, 'record_date', gone.record_date), jsonb_build_object('user_id', gone.user_id, 'child_name', gone.child_name, 'week_start_date', gone.week_start_date, 'sheet_id', gone.sheet_id, 'habit_id', gone.habit_id, 'record_date', gone.record_date, 'status', gone.status, 'note', gone.note), jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'habit_id', target.habit_id, 'record_date', target.record_date, 'status', target.status, 'note', target.note), NULL::jsonb
            FROM unnest(gone_habit_records) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.habit_records AS row_now WHERE row_now.sheet_id = gone.sheet_id AND row_now.habit_id = gone.habit_id AND row_now.record_date = gone.record_date OFFSET 0) AS target
           WHERE ROW(target.sheet_id, target.habit_id, target.record_date, target.status, target.note)::record OPERATOR(pg_catalog.*<>) ROW(gone.sheet_id, gone.habit_id, gone.record_date, gone.status, gone.note)::record
          UNION ALL
          SELECT jsonb_build_object('sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'record_date', added.record_date), NULL::jsonb, jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'habit_id', target.habit_id, 'record_date', target.record_date, 'status', target.status, 'note', target.note), jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'record_date', added.record_date, 'status', added.status, 'note', added.note)
            FROM unnest(added_habit_records) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.habit_records AS row_now WHERE row_now.sheet_id = added.sheet_id AND row_now.habit_id = added.habit_id AND row_now.record_date = added.record_date OFFSET 0) AS target
           WHERE ROW(target.user_id, target.child_name, target.week_start_date, target.sheet_id, target.habit_id, target.record_date, target.status, target.note)::record OPERATOR(pg_catalog.*<>) ROW(added.user_id, added.child_name, added.week_start_date, added.sheet_id, added.habit_id, added.record_date, added.status, added.note)::record
          UNION ALL
          SELECT jsonb_build_object('sheet_id', theirs.sheet_id, 'habit_id', theirs.habit_id, 'record_date', theirs.record_date), jsonb_build_object('user_id', base.user_id, 'child_name', base.child_name, 'week_start_date', base.week_start_date, 'sheet_id', base.sheet_id, 'habit_id', base.habit_id, 'record_date', base.record_date, 'status', base.status, 'note', base.note), CASE WHEN target.present THEN jsonb_build_object('user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'sheet_id', target.sheet_id, 'habit_id', target.habit_id, 'record_date', target.record_date, 'status', target.status, 'note', target.note) END, jsonb_build_object('user_id', theirs.user_id, 'child_name', theirs.child_name, 'week_start_date', theirs.week_start_date, 'sheet_id', theirs.sheet_id, 'habit_id', theirs.habit_id, 'record_date', theirs.record_date, 'status', theirs.status, 'note', theirs.note)
            FROM unnest(theirs_habit_records) AS theirs
            JOIN unnest(base_habit_records) AS base ON base.sheet_id = theirs.sheet_id AND base.habit_id = theirs.habit_id AND base.record_date = theirs.record_date
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.habit_records AS row_now
                                WHERE row_now.sheet_id = theirs.sheet_id AND row_now.habit_id = theirs.habit_id AND row_now.record_date = theirs.record_date OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record AND ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record) OR (ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record AND ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record) OR (ROW(base.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record AND ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(base.week_start_date)::record AND ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record) OR (ROW(base.status)::record OPERATOR(pg_catalog.*<>) ROW(theirs.status)::record AND ROW(target.status)::record OPERATOR(pg_catalog.*<>) ROW(base.status)::record AND ROW(target.status)::record OPERATOR(pg_catalog.*<>) ROW(theirs.status)::record) OR (ROW(base.note)::record OPERATOR(pg_catalog.*<>) ROW(theirs.note)::record AND ROW(target.note)::record OPERATOR(pg_catalog.*<>) ROW(base.note)::record AND ROW(target.note)::record OPERATOR(pg_catalog.*<>) ROW(theirs.note)::record)
        ) AS found;
    END IF;
    IF coalesce(cardinality(gone_kept_sheets), 0) + coalesce(cardinality(theirs_kept_sheets), 0) + coalesce(cardinality(added_kept_sheets), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'kept_sheets', found.*
        FROM (
          SELECT jsonb_build_object('sheet_id', gone.sheet_id), jsonb_build_object('sheet_id', gone.sheet_id, 'user_id', gone.user_id, 'child_name', gone.child_name, 'week_start_date', gone.week_start_date, 'start_offset', gone.start_offset, 'theme', gone.theme, 'reflection', gone.reflection, 'reward', gone.reward), jsonb_build_object('sheet_id', target.sheet_id, 'user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'start_offset', target.start_offset, 'theme', target.theme, 'reflection', target.reflection, 'reward', target.reward), NULL::jsonb
            FROM unnest(gone_kept_sheets) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.kept_sheets AS row_now WHERE row_now.sheet_id = gone.sheet_id OFFSET 0) AS target
           WHERE ROW(target.sheet_id, target.start_offset, target.theme, target.reflection, target.reward)::record OPERATOR(pg_catalog.*<>) ROW(gone.sheet_id, gone.start_offset, gone.theme, gone.reflection, gone.reward)::record
          UNION ALL
          SELECT jsonb_build_object('sheet_id', added.sheet_id), NULL::jsonb, jsonb_build_object('sheet_id', target.sheet_id, 'user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'start_offset', target.start_offset, 'theme', target.theme, 'reflection', target.reflection, 'reward', target.reward), jsonb_build_object('sheet_id', added.sheet_id, 'user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'start_offset', added.start_offset, 'theme', added.theme, 'reflection', added.reflection, 'reward', added.reward)
            FROM unnest(added_kept_sheets) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.kept_sheets AS row_now WHERE row_now.sheet_id = added.sheet_id OFFSET 0) AS target
           WHERE ROW(target.sheet_id, target.user_id, target.child_name, target.week_start_date, target.start_offset, target.theme, target.reflection, target.reward)::record OPERATOR(pg_catalog.*<>) ROW(added.sheet_id, added.user_id, added.child_name, added.week_start_date, added.start_offset, added.theme, added.reflection, added.reward)::record
          UNION ALL
          SELECT jsonb_build_object('sheet_id', theirs.sheet_id), jsonb_build_object('sheet_id', base.sheet_id, 'user_id', base.user_id, 'child_name', base.child_name, 'week_start_date', base.week_start_date, 'start_offset', base.start_offset, 'theme', base.theme, 'reflection', base.reflection, 'reward', base.reward), CASE WHEN target.present THEN jsonb_build_object('sheet_id', target.sheet_id, 'user_id', target.user_id, 'child_name', target.child_name, 'week_start_date', target.week_start_date, 'start_offset', target.start_offset, 'theme', target.theme, 'reflection', target.reflection, 'reward', target.reward) END, jsonb_build_object('sheet_id', theirs.sheet_id, 'user_id', theirs.user_id, 'child_name', theirs.child_name, 'week_start_date', theirs.week_start_date, 'start_offset', theirs.start_offset, 'theme', theirs.theme, 'reflection', theirs.reflection, 'reward', theirs.reward)
            FROM unnest(theirs_kept_sheets) AS theirs
            JOIN unnest(base_kept_sheets) AS base ON base.sheet_id = theirs.sheet_id
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.kept_sheets AS row_now
                                WHERE row_now.sheet_id = theirs.sheet_id OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record AND ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record) OR (ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record AND ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record) OR (ROW(base.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record AND ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(base.week_start_date)::record AND ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record) OR (ROW(base.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record AND ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(base.start_offset)::record AND ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record) OR (ROW(base.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record AND ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(base.theme)::record AND ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record) OR (ROW(base.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record AND ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(base.reflection)::record AND ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record) OR (ROW(base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record AND ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(base.reward)::record AND ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record)
        ) AS found;
    END IF;

    IF theirs_weeks IS NOT NULL THEN
      UPDATE public.weeks AS target
         SET sheet_id = CASE WHEN ROW(base.sheet_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.sheet_id)::record AND NOT (ROW(target.sheet_id)::record OPERATOR(pg_catalog.*<>) ROW(base.sheet_id)::record) THEN theirs.sheet_id ELSE target.sheet_id END,
         start_offset = CASE WHEN ROW(base.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record AND NOT (ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(base.start_offset)::record) THEN theirs.start_offset ELSE target.start_offset END,
         theme = CASE WHEN ROW(base.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record AND NOT (ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(base.theme)::record) THEN theirs.theme ELSE target.theme END,
         reflection = CASE WHEN ROW(base.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record AND NOT (ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(base.reflection)::record) THEN theirs.reflection ELSE target.reflection END,
         reward = CASE WHEN ROW(base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record AND NOT (ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(base.reward)::record) THEN theirs.reward ELSE target.reward END
        FROM unnest(theirs_weeks) AS theirs
        JOIN unnest(base_weeks) AS base ON base.user_id = theirs.user_id AND base.child_name = theirs.child_name AND base.week_start_date = theirs.week_start_date
       WHERE target.user_id = theirs.user_id AND target.child_name = theirs.child_name AND target.week_start_date = theirs.week_start_date
         AND ((ROW(base.sheet_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.sheet_id)::record AND NOT (ROW(target.sheet_id)::record OPERATOR(pg_catalog.*<>) ROW(base.sheet_id)::record)) OR (ROW(base.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record AND NOT (ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(base.start_offset)::record)) OR (ROW(base.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record AND NOT (ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(base.theme)::record)) OR (ROW(base.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record AND NOT (ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(base.reflection)::record)) OR (ROW(base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record AND NOT (ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(base.reward)::record)));
    END IF;
    IF added_weeks IS NOT NULL THEN
      INSERT INTO public.weeks (user_id, child_name, week_start_date, sheet_id, start_offset, theme, reflection, reward)
      SELECT added.user_id, added.child_name, added.week_start_date, added.sheet_id, added.start_offset, added.theme, added.reflection, added.reward FROM unnest(added_weeks) AS added
       WHERE NOT EXISTS (SELECT FROM public.weeks AS target WHERE target.user_id = added.user_id AND target.child_name = added.child_name AND target.week_start_date = added.week_start_date OFFSET 0)
         AND (added.user_id IS NULL OR added.child_name IS NULL OR EXISTS (SELECT FROM public.children AS parent WHERE added.user_id = parent.user_id AND added.child_name = parent.name OFFSET 0))
       ORDER BY added.user_id, added.child_name, added.week_start_date
      ON CONFLICT (user_id, child_name, week_start_date) DO NOTHING;
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'weeks', jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date), NULL, NULL, jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'sheet_id', added.sheet_id, 'start_offset', added.start_offset, 'theme', added.theme, 'reflection', added.reflection, 'reward', added.reward)
        FROM unnest(added_weeks) AS added
       WHERE NOT EXISTS (SELECT FROM public.weeks AS target WHERE target.user_id = added.user_id AND target.child_name = added.child_name AND target.week_start_date = added.week_start_date OFFSET 0);
    END IF;
    IF theirs_habits IS NOT NULL THEN
      UPDATE public.habits AS target
         SET user_id = CASE WHEN ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND NOT (ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record) THEN theirs.user_id ELSE target.user_id END,
         child_name = CASE WHEN ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND NOT (ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record) THEN theirs.child_name ELSE target.child_name END,
         name = CASE WHEN ROW(base.name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.name)::record AND NOT (ROW(target.name)::record OPERATOR(pg_catalog.*<>) ROW(base.name)::record) THEN theirs.name ELSE target.name END,
         display_order = CASE WHEN ROW(base.display_order)::record OPERATOR(pg_catalog.*<>) ROW(theirs.display_order)::record AND NOT (ROW(target.display_order)::record OPERATOR(pg_catalog.*<>) ROW(base.display_order)::record) THEN theirs.display_order ELSE target.display_order END
        FROM unnest(theirs_habits) AS theirs
        JOIN unnest(base_habits) AS base ON base.sheet_id = theirs.sheet_id AND base.habit_id = theirs.habit_id AND base.week_start_date = theirs.week_start_date
       WHERE target.sheet_id = theirs.sheet_id AND target.habit_id = theirs.habit_id AND target.week_start_date = theirs.week_start_date
         AND ((ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND NOT (ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record)) OR (ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND NOT (ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record)) OR (ROW(base.name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.name)::record AND NOT (ROW(target.name)::record OPERATOR(pg_catalog.*<>) ROW(base.name)::record)) OR (ROW(base.display_order)::record OPERATOR(pg_catalog.*<>) ROW(theirs.display_order)::record AND NOT (ROW(target.display_order)::record OPERATOR(pg_catalog.*<>) ROW(base.display_order)::record)));
    END IF;
    IF added_habits IS NOT NULL THEN
      INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order)
      SELECT added.user_id, added.child_name, added.week_start_date, added.sheet_id, added.habit_id, added.name, added.display_order FROM unnest(added_habits) AS added
       WHERE NOT EXISTS (SELECT FROM public.habits AS target WHERE target.sheet_id = added.sheet_id AND target.habit_id = added.habit_id AND target.week_start_date = added.week_start_date OFFSET 0)
         AND (added.user_id IS NULL OR added.child_name IS NULL OR added.week_start_date IS NULL OR EXISTS (SELECT FROM public.weeks AS parent WHERE added.user_id = parent.user_id AND added.child_name = parent.child_name AND added.week_start_date = parent.week_start_date OFFSET 0))
       ORDER BY added.sheet_id, added.habit_id, added.week_start_date
      ON CONFLICT (sheet_id, habit_id, week_start_date) DO NOTHING;
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'habits', jsonb_build_object('sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'week_start_date', added.week_start_date), NULL, NULL, jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'name', added.name, 'display_order', added.display_order)
        FROM unnest(added_habits) AS added
       WHERE NOT EXISTS (SELECT FROM public.habits AS target WHERE target.sheet_id = added.sheet_id AND target.habit_id = added.habit_id AND target.week_start_date = added.week_start_date OFFSET 0);
    END IF;
    IF theirs_habit_records IS NOT NULL THEN
      UPDATE public.habit_records AS target
         SET user_id = CASE WHEN ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND NOT (ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record) THEN theirs.user_id ELSE target.user_id END,
         child_name = CASE WHEN ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND NOT (ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record) THEN theirs.child_name ELSE target.child_name END,
         week_start_date = CASE WHEN ROW(base.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record AND NOT (ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(base.week_start_date)::record) THEN theirs.week_start_date ELSE target.week_start_date END,
         status = CASE WHEN ROW(base.status)::record OPERATOR(pg_catalog.*<>) ROW(theirs.status)::record AND NOT (ROW(target.status)::record OPERATOR(pg_catalog.*<>) ROW(base.status)::record) THEN theirs.status ELSE target.status END,
         note = CASE WHEN ROW(base.note)::record OPERATOR(pg_catalog.*<>) ROW(theirs.note)::record AND NOT (ROW(target.note)::record OPERATOR(pg_catalog.*<>) ROW(base.note)::record) THEN theirs.note ELSE target.note END
        FROM unnest(theirs_habit_records) AS theirs
        JOIN unnest(base_habit_records) AS base ON base.sheet_id = theirs.sheet_id AND base.habit_id = theirs.habit_id AND base.record_date = theirs.record_date
       WHERE target.sheet_id = theirs.sheet_id AND target.habit_id = theirs.habit_id AND target.record_date = theirs.record_date
         AND ((ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND NOT (ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record)) OR (ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND NOT (ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record)) OR (ROW(base.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record AND NOT (ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(base.week_start_date)::record)) OR (ROW(base.status)::record OPERATOR(pg_catalog.*<>) ROW(theirs.status)::record AND NOT (ROW(target.status)::record OPERATOR(pg_catalog.*<>) ROW(base.status)::record)) OR (ROW(base.note)::record OPERATOR(pg_catalog.*<>) ROW(theirs.note)::record AND NOT (ROW(target.note)::record OPERATOR(pg_catalog.*<>) ROW(base.note)::record)));
    END IF;
    IF added_habit_records IS NOT NULL THEN
      INSERT INTO public.habit_records (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status, note)
      SELECT added.user_id, added.child_name, added.week_start_date, added.sheet_id, added.habit_id, added.record_date, added.status, added.note FROM unnest(added_habit_records) AS added
       WHERE NOT EXISTS (SELECT FROM public.habit_records AS target WHERE target.sheet_id = added.sheet_id AND target.habit_id = added.habit_id AND target.record_date = added.record_date OFFSET 0)
         AND (added.user_id IS NULL OR added.child_name IS NULL OR added.week_start_date IS NULL OR added.sheet_id IS NULL OR added.habit_id IS NULL OR EXISTS (SELECT FROM public.habits AS parent WHERE added.user_id = parent.user_id AND added.child_name = parent.child_name AND added.week_start_date = parent.week_start_date AND added.sheet_id = parent.sheet_id AND added.habit_id = parent.habit_id OFFSET 0))
       ORDER BY added.sheet_id, added.habit_id, added.record_date
      ON CONFLICT (sheet_id, habit_id, record_date) DO NOTHING;
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'habit_records', jsonb_build_object('sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'record_date', added.record_date), NULL, NULL, jsonb_build_object('user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'sheet_id', added.sheet_id, 'habit_id', added.habit_id, 'record_date', added.record_date, 'status', added.status, 'note', added.note)
        FROM unnest(added_habit_records) AS added
       WHERE NOT EXISTS (SELECT FROM public.habit_records AS target WHERE target.sheet_id = added.sheet_id AND target.habit_id = added.habit_id AND target.record_date = added.record_date OFFSET 0);
    END IF;
    IF theirs_kept_sheets IS NOT NULL THEN
      UPDATE public.kept_sheets AS target
         SET user_id = CASE WHEN ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND NOT (ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record) THEN theirs.user_id ELSE target.user_id END,
         child_name = CASE WHEN ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND NOT (ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record) THEN theirs.child_name ELSE target.child_name END,
         week_start_date = CASE WHEN ROW(base.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record AND NOT (ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(base.week_start_date)::record) THEN theirs.week_start_date ELSE target.week_start_date END,
         start_offset = CASE WHEN ROW(base.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record AND NOT (ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(base.start_offset)::record) THEN theirs.start_offset ELSE target.start_offset END,
         theme = CASE WHEN ROW(base.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record AND NOT (ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(base.theme)::record) THEN theirs.theme ELSE target.theme END,
         reflection = CASE WHEN ROW(base.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record AND NOT (ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(base.reflection)::record) THEN theirs.reflection ELSE target.reflection END,
         reward = CASE WHEN ROW(base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record AND NOT (ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(base.reward)::record) THEN theirs.reward ELSE target.reward END
        FROM unnest(theirs_kept_sheets) AS theirs
        JOIN unnest(base_kept_sheets) AS base ON base.sheet_id = theirs.sheet_id
       WHERE target.sheet_id = theirs.sheet_id
         AND ((ROW(base.user_id)::record OPERATOR(pg_catalog.*<>) ROW(theirs.user_id)::record AND NOT (ROW(target.user_id)::record OPERATOR(pg_catalog.*<>) ROW(base.user_id)::record)) OR (ROW(base.child_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.child_name)::record AND NOT (ROW(target.child_name)::record OPERATOR(pg_catalog.*<>) ROW(base.child_name)::record)) OR (ROW(base.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(theirs.week_start_date)::record AND NOT (ROW(target.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(base.week_start_date)::record)) OR (ROW(base.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(theirs.start_offset)::record AND NOT (ROW(target.start_offset)::record OPERATOR(pg_catalog.*<>) ROW(base.start_offset)::record)) OR (ROW(base.theme)::record OPERATOR(pg_catalog.*<>) ROW(theirs.theme)::record AND NOT (ROW(target.theme)::record OPERATOR(pg_catalog.*<>) ROW(base.theme)::record)) OR (ROW(base.reflection)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reflection)::record AND NOT (ROW(target.reflection)::record OPERATOR(pg_catalog.*<>) ROW(base.reflection)::record)) OR (ROW(base.reward)::record OPERATOR(pg_catalog.*<>) ROW(theirs.reward)::record AND NOT (ROW(target.reward)::record OPERATOR(pg_catalog.*<>) ROW(base.reward)::record)));
    END IF;
    IF added_kept_sheets IS NOT NULL THEN
      INSERT INTO public.kept_sheets (sheet_id, user_id, child_name, week_start_date, start_offset, theme, reflection, reward)
      SELECT added.sheet_id, added.user_id, added.child_name, added.week_start_date, added.start_offset, added.theme, added.reflection, added.reward FROM unnest(added_kept_sheets) AS added
       WHERE NOT EXISTS (SELECT FROM public.kept_sheets AS target WHERE target.sheet_id = added.sheet_id OFFSET 0)
         AND (added.user_id IS NULL OR added.child_name IS NULL OR added.week_start_date IS NULL OR EXISTS (SELECT FROM public.weeks AS parent WHERE added.user_id = parent.user_id AND added.child_name = parent.child_name AND added.week_start_date = parent.week_start_date OFFSET 0))
       ORDER BY added.sheet_id
      ON CONFLICT (sheet_id) DO NOTHING;
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'habits', 'kept_sheets', jsonb_build_object('sheet_id', added.sheet_id), NULL, NULL, jsonb_build_object('sheet_id', added.sheet_id, 'user_id', added.user_id, 'child_name', added.child_name, 'week_start_date', added.week_start_date, 'start_offset', added.start_offset, 'theme', added.theme, 'reflection', added.reflection, 'reward', added.reward)
        FROM unnest(added_kept_sheets) AS added
       WHERE NOT EXISTS (SELECT FROM public.kept_sheets AS target WHERE target.sheet_id = added.sheet_id OFFSET 0);
    END IF;
  END IF;

  IF $2 <> 'write' THEN
    IF gone_kept_sheets IS NOT NULL THEN
      DELETE FROM public.kept_sheets AS target USING unnest(gone_kept_sheets) AS gone
       WHERE target.sheet_id = gone.sheet_id
         AND NOT (ROW(target.sheet_id, target.start_offset, target.theme, target.reflection, target.reward)::record OPERATOR(pg_catalog.*<>) ROW(gone.sheet_id, gone.start_offset, gone.theme, gone.reflection, gone.reward)::record)
         ;
    END IF;
    IF gone_habit_records IS NOT NULL THEN
      DELETE FROM public.habit_records AS target USING unnest(gone_habit_records) AS gone
       WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.record_date = gone.record_date
         AND NOT (ROW(target.sheet_id, target.habit_id, target.record_date, target.status, target.note)::record OPERATOR(pg_catalog.*<>) ROW(gone.sheet_id, gone.habit_id, gone.record_date, gone.status, gone.note)::record)
         ;
    END IF;
    IF gone_habits IS NOT NULL THEN
      DELETE FROM public.habits AS target USING unnest(gone_habits) AS gone
       WHERE target.sheet_id = gone.sheet_id AND target.habit_id = gone.habit_id AND target.week_start_date = gone.week_start_date
         AND NOT (ROW(target.week_start_date, target.sheet_id, target.habit_id, target.name, target.display_order)::record OPERATOR(pg_catalog.*<>) ROW(gone.week_start_date, gone.sheet_id, gone.habit_id, gone.name, gone.display_order)::record)
         AND NOT EXISTS (SELECT FROM public.habit_records AS dependent WHERE dependent.user_id = target.user_id AND dependent.child_name = target.child_name AND dependent.week_start_date = target.week_start_date AND dependent.sheet_id = target.sheet_id AND dependent.habit_id = target.habit_id OFFSET 0);
    END IF;
    IF gone_weeks IS NOT NULL THEN
      DELETE FROM public.weeks AS target USING unnest(gone_weeks) AS gone
       WHERE target.user_id = gone.user_id AND target.child_name = gone.child_name AND target.week_start_date = gone.week_start_date
         AND NOT (ROW(target.user_id, target.child_name, target.week_start_date, target.sheet_id, target.start_offset, target.theme, target.reflection, target.reward)::record OPERATOR(pg_catalog.*<>) ROW(gone.user_id, gone.child_name, gone.week_start_date, gone.sheet_id, gone.start_offset, gone.theme, gone.reflection, gone.reward)::record)
         AND NOT EXISTS (SELECT FROM public.habits AS dependent WHERE dependent.user_id = target.user_id AND dependent.child_name = target.child_name AND dependent.week_start_date = target.week_start_date OFFSET 0)
         AND NOT EXISTS (SELECT FROM public.kept_sheets AS dependent WHERE dependent.user_id = target.user_id AND dependent.child_name = target.child_name AND dependent.week_start_date = target.week_start_date OFFSET 0);
    END IF;
  END IF;
  RETURN to_do;
END;
$body$;

-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION cutover_habits.forward_child_unmade(cutover_habits.forward_child[])
  RETURNS cutover_habits.forward_child[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     SELECT ROW(wanted.cutover_1, wanted.cutover_2)::cutover_habits.forward_child AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2)
      CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS children
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2)::cutover_habits.forward_child
       FROM cutover_habits.map_children($1) AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
      WHERE EXISTS (SELECT FROM public.children AS target WHERE target.user_id = children.user_id AND target.name = children.name)
     UNION ALL
     SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child
       FROM (
         SELECT now.*
           FROM (
             SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
               FROM unnest($1) AS child
                CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = child.user_id AND source.child_name = child.child_name UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE child.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = child.child_name)) OFFSET 0) AS habit_tracker
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'habits' AND image.table_name = 'habit_tracker' AND true AND image.feeds && ARRAY(SELECT 'child:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_habits.forward_child::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now.id)::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::public.habit_tracker AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'child:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_habits.forward_child::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                                     AND image.cutover IS NOT DISTINCT FROM 'habits' AND image.table_name IS NOT DISTINCT FROM 'habit_tracker' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS habit_tracker
           CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
           JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
       ) AS habit_tracker
       CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
       JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
   ) AS made);
END;

-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION cutover_habits.forward_week_unmade(cutover_habits.forward_week[])
  RETURNS cutover_habits.forward_week[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     SELECT ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
      CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS weeks
     UNION ALL
     SELECT ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
      CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habits
     UNION ALL
     SELECT ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
      CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habit_records
     UNION ALL
     SELECT ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
      CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS kept_sheets
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week
       FROM cutover_habits.map_weeks($1) AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      WHERE EXISTS (SELECT FROM public.weeks AS target WHERE target.user_id = weeks.user_id AND target.child_name = weeks.child_name AND target.week_start_date = weeks.week_start_date)
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week
       FROM cutover_habits.map_habits($1) AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      WHERE EXISTS (SELECT FROM public.habits AS target WHERE target.sheet_id = habits.sheet_id AND target.habit_id = habits.habit_id AND target.week_start_date = habits.week_start_date)
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week
       FROM cutover_habits.map_habit_records($1) AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      WHERE EXISTS (SELECT FROM public.habit_records AS target WHERE target.sheet_id = habit_records.sheet_id AND target.habit_id = habit_records.habit_id AND target.record_date = habit_records.record_date)
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week
       FROM cutover_habits.map_kept_sheets($1) AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      WHERE EXISTS (SELECT FROM public.kept_sheets AS target WHERE target.sheet_id = kept_sheets.sheet_id)
     UNION ALL
     SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week
       FROM (
         SELECT now.*
           FROM (
             SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
               FROM unnest($1) AS week
                CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'habits' AND image.table_name = 'habit_tracker' AND true AND image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)) AND image.key = ROW(now.id)::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::public.habit_tracker AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'week:' || ROW(wanted.cutover_1, wanted.cutover_2, wanted.cutover_3)::cutover_habits.forward_week::text FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3))
                                                     AND image.cutover IS NOT DISTINCT FROM 'habits' AND image.table_name IS NOT DISTINCT FROM 'habit_tracker' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS habit_tracker
           CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
           JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
       ) AS habit_tracker
       CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
       JOIN unnest($1) AS wanted (cutover_1, cutover_2, cutover_3) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 AND fed.cutover_3 = wanted.cutover_3
   ) AS made);
END;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_habits.forward_child_differences(cutover_habits.forward_child[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_habits.forward_child::text,
       'children',
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) ELSE jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END
  FROM (SELECT true AS present, children.user_id, children.name, own.cutover_1, own.cutover_2
          FROM cutover_habits.map_children($1) AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, children.user_id, children.name, wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS children) AS actual
    ON expected.user_id = actual.user_id AND expected.name = actual.name
 WHERE ROW(expected.present, expected.user_id, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.name)::record;
END;

-- … and in all.
CREATE VIEW cutover_habits.forward_child_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_habits.forward_child::text,
       'children',
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) ELSE jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END
  FROM (SELECT true AS present, children.user_id, children.name, own.cutover_1, own.cutover_2
          FROM cutover_habits.all_children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, children.user_id, children.name, own.cutover_1, own.cutover_2
          FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)) AS actual
    ON expected.user_id = actual.user_id AND expected.name = actual.name
 WHERE ROW(expected.present, expected.user_id, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.name)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_habits.forward_week_differences(cutover_habits.forward_week[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'weeks',
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date) ELSE jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'sheet_id', expected.sheet_id, 'start_offset', expected.start_offset, 'theme', expected.theme, 'reflection', expected.reflection, 'reward', expected.reward) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'sheet_id', actual.sheet_id, 'start_offset', actual.start_offset, 'theme', actual.theme, 'reflection', actual.reflection, 'reward', actual.reward) END
  FROM (SELECT true AS present, weeks.user_id, weeks.child_name, weeks.week_start_date, weeks.sheet_id, weeks.start_offset, weeks.theme, weeks.reflection, weeks.reward, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.map_weeks($1) AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, weeks.user_id, weeks.child_name, weeks.week_start_date, weeks.sheet_id, weeks.start_offset, weeks.theme, weeks.reflection, weeks.reward, wanted.cutover_1, wanted.cutover_2, wanted.cutover_3
          FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS weeks) AS actual
    ON expected.user_id = actual.user_id AND expected.child_name = actual.child_name AND expected.week_start_date = actual.week_start_date
 WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.start_offset, expected.theme, expected.reflection, expected.reward)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.start_offset, actual.theme, actual.reflection, actual.reward)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'habits',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'week_start_date', expected.week_start_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'week_start_date', actual.week_start_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'name', expected.name, 'display_order', expected.display_order) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'name', actual.name, 'display_order', actual.display_order) END
  FROM (SELECT true AS present, habits.user_id, habits.child_name, habits.week_start_date, habits.sheet_id, habits.habit_id, habits.name, habits.display_order, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.map_habits($1) AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, habits.user_id, habits.child_name, habits.week_start_date, habits.sheet_id, habits.habit_id, habits.name, habits.display_order, wanted.cutover_1, wanted.cutover_2, wanted.cutover_3
          FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habits) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.week_start_date = actual.week_start_date
 WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.name, expected.display_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.name, actual.display_order)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'habit_records',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date, 'status', expected.status, 'note', expected.note) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date, 'status', actual.status, 'note', actual.note) END
  FROM (SELECT true AS present, habit_records.user_id, habit_records.child_name, habit_records.week_start_date, habit_records.sheet_id, habit_records.habit_id, habit_records.record_date, habit_records.status, habit_records.note, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.map_habit_records($1) AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, habit_records.user_id, habit_records.child_name, habit_records.week_start_date, habit_records.sheet_id, habit_records.habit_id, habit_records.record_date, habit_records.status, habit_records.note, wanted.cutover_1, wanted.cutover_2, wanted.cutover_3
          FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habit_records) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.record_date = actual.record_date
 WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'kept_sheets',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id) ELSE jsonb_build_object('sheet_id', actual.sheet_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'start_offset', expected.start_offset, 'theme', expected.theme, 'reflection', expected.reflection, 'reward', expected.reward) END,
       CASE WHEN actual.present THEN jsonb_build_object('sheet_id', actual.sheet_id, 'user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'start_offset', actual.start_offset, 'theme', actual.theme, 'reflection', actual.reflection, 'reward', actual.reward) END
  FROM (SELECT true AS present, kept_sheets.sheet_id, kept_sheets.user_id, kept_sheets.child_name, kept_sheets.week_start_date, kept_sheets.start_offset, kept_sheets.theme, kept_sheets.reflection, kept_sheets.reward, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.map_kept_sheets($1) AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, kept_sheets.sheet_id, kept_sheets.user_id, kept_sheets.child_name, kept_sheets.week_start_date, kept_sheets.start_offset, kept_sheets.theme, kept_sheets.reflection, kept_sheets.reward, wanted.cutover_1, wanted.cutover_2, wanted.cutover_3
          FROM unnest($1) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS kept_sheets) AS actual
    ON expected.sheet_id = actual.sheet_id
 WHERE ROW(expected.present, expected.sheet_id, expected.user_id, expected.child_name, expected.week_start_date, expected.start_offset, expected.theme, expected.reflection, expected.reward)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.user_id, actual.child_name, actual.week_start_date, actual.start_offset, actual.theme, actual.reflection, actual.reward)::record;
END;

-- … and in all.
CREATE VIEW cutover_habits.forward_week_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'weeks',
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date) ELSE jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'sheet_id', expected.sheet_id, 'start_offset', expected.start_offset, 'theme', expected.theme, 'reflection', expected.reflection, 'reward', expected.reward) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'sheet_id', actual.sheet_id, 'start_offset', actual.start_offset, 'theme', actual.theme, 'reflection', actual.reflection, 'reward', actual.reward) END
  FROM (SELECT true AS present, weeks.user_id, weeks.child_name, weeks.week_start_date, weeks.sheet_id, weeks.start_offset, weeks.theme, weeks.reflection, weeks.reward, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.all_weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, weeks.user_id, weeks.child_name, weeks.week_start_date, weeks.sheet_id, weeks.start_offset, weeks.theme, weeks.reflection, weeks.reward, own.cutover_1, own.cutover_2, own.cutover_3
          FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS actual
    ON expected.user_id = actual.user_id AND expected.child_name = actual.child_name AND expected.week_start_date = actual.week_start_date
 WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.start_offset, expected.theme, expected.reflection, expected.reward)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.start_offset, actual.theme, actual.reflection, actual.reward)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'habits',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'week_start_date', expected.week_start_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'week_start_date', actual.week_start_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'name', expected.name, 'display_order', expected.display_order) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'name', actual.name, 'display_order', actual.display_order) END
  FROM (SELECT true AS present, habits.user_id, habits.child_name, habits.week_start_date, habits.sheet_id, habits.habit_id, habits.name, habits.display_order, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.all_habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, habits.user_id, habits.child_name, habits.week_start_date, habits.sheet_id, habits.habit_id, habits.name, habits.display_order, own.cutover_1, own.cutover_2, own.cutover_3
          FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.week_start_date = actual.week_start_date
 WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.name, expected.display_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.name, actual.display_order)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'habit_records',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date, 'status', expected.status, 'note', expected.note) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date, 'status', actual.status, 'note', actual.note) END
  FROM (SELECT true AS present, habit_records.user_id, habit_records.child_name, habit_records.week_start_date, habit_records.sheet_id, habit_records.habit_id, habit_records.record_date, habit_records.status, habit_records.note, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.all_habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, habit_records.user_id, habit_records.child_name, habit_records.week_start_date, habit_records.sheet_id, habit_records.habit_id, habit_records.record_date, habit_records.status, habit_records.note, own.cutover_1, own.cutover_2, own.cutover_3
          FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.record_date = actual.record_date
 WHERE ROW(expected.present, expected.user_id, expected.child_name, expected.week_start_date, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.child_name, actual.week_start_date, actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2), coalesce(expected.cutover_3, actual.cutover_3))::cutover_habits.forward_week::text,
       'kept_sheets',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id) ELSE jsonb_build_object('sheet_id', actual.sheet_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'start_offset', expected.start_offset, 'theme', expected.theme, 'reflection', expected.reflection, 'reward', expected.reward) END,
       CASE WHEN actual.present THEN jsonb_build_object('sheet_id', actual.sheet_id, 'user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'start_offset', actual.start_offset, 'theme', actual.theme, 'reflection', actual.reflection, 'reward', actual.reward) END
  FROM (SELECT true AS present, kept_sheets.sheet_id, kept_sheets.user_id, kept_sheets.child_name, kept_sheets.week_start_date, kept_sheets.start_offset, kept_sheets.theme, kept_sheets.reflection, kept_sheets.reward, own.cutover_1, own.cutover_2, own.cutover_3
          FROM cutover_habits.all_kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS expected
  FULL JOIN (SELECT true AS present, kept_sheets.sheet_id, kept_sheets.user_id, kept_sheets.child_name, kept_sheets.week_start_date, kept_sheets.start_offset, kept_sheets.theme, kept_sheets.reflection, kept_sheets.reward, own.cutover_1, own.cutover_2, own.cutover_3
          FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)) AS actual
    ON expected.sheet_id = actual.sheet_id
 WHERE ROW(expected.present, expected.sheet_id, expected.user_id, expected.child_name, expected.week_start_date, expected.start_offset, expected.theme, expected.reflection, expected.reward)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.user_id, actual.child_name, actual.week_start_date, actual.start_offset, actual.theme, actual.reflection, actual.reward)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_habits.reverse_child_differences(cutover_habits.reverse_child[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_habits.reverse_child::text,
       'kept_children',
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) ELSE jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END
  FROM (SELECT true AS present, kept_children.user_id, kept_children.name, own.cutover_1, own.cutover_2
          FROM cutover_habits.map_kept_children($1) AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, kept_children.user_id, kept_children.name, wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children) AS actual
    ON expected.user_id = actual.user_id AND expected.name = actual.name
 WHERE ROW(expected.present, expected.user_id, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.name)::record;
END;

-- … and in all.
CREATE VIEW cutover_habits.reverse_child_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_habits.reverse_child::text,
       'kept_children',
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) ELSE jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('user_id', expected.user_id, 'name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('user_id', actual.user_id, 'name', actual.name) END
  FROM (SELECT true AS present, kept_children.user_id, kept_children.name, own.cutover_1, own.cutover_2
          FROM cutover_habits.all_kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, kept_children.user_id, kept_children.name, own.cutover_1, own.cutover_2
          FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)) AS actual
    ON expected.user_id = actual.user_id AND expected.name = actual.name
 WHERE ROW(expected.present, expected.user_id, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.user_id, actual.name)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_habits.reverse_sheet_differences(cutover_habits.reverse_sheet[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_habits.reverse_sheet::text,
       'habit_tracker',
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id) ELSE jsonb_build_object('id', actual.id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id, 'user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'theme', expected.theme, 'reflection', expected.reflection, 'reward', expected.reward, 'habits', expected.habits) END,
       CASE WHEN actual.present THEN jsonb_build_object('id', actual.id, 'user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'theme', actual.theme, 'reflection', actual.reflection, 'reward', actual.reward, 'habits', actual.habits) END
  FROM (SELECT true AS present, habit_tracker.id, habit_tracker.user_id, habit_tracker.child_name, habit_tracker.week_start_date, habit_tracker.theme, habit_tracker.reflection, habit_tracker.reward, habit_tracker.habits, habit_tracker.week_period, own.cutover_1
          FROM cutover_habits.map_habit_tracker($1) AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, habit_tracker.id, habit_tracker.user_id, habit_tracker.child_name, habit_tracker.week_start_date, habit_tracker.theme, habit_tracker.reflection, habit_tracker.reward, habit_tracker.habits, habit_tracker.week_period, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_tracker) AS actual
    ON expected.id = actual.id
 WHERE ROW(expected.present, expected.id, expected.user_id, expected.child_name, expected.week_start_date, expected.theme, expected.reflection, expected.reward, expected.habits)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.user_id, actual.child_name, actual.week_start_date, actual.theme, actual.reflection, actual.reward, actual.habits)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_habits.reverse_sheet::text,
       'kept_habits',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'week_start_date', expected.week_start_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'week_start_date', actual.week_start_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'week_start_date', expected.week_start_date, 'name', expected.name, 'display_order', expected.display_order) END,
       CASE WHEN actual.present THEN jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'week_start_date', actual.week_start_date, 'name', actual.name, 'display_order', actual.display_order) END
  FROM (SELECT true AS present, kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date, kept_habits.name, kept_habits.display_order, own.cutover_1
          FROM cutover_habits.map_kept_habits($1) AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date, kept_habits.name, kept_habits.display_order, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_habits) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.week_start_date = actual.week_start_date
 WHERE ROW(expected.present, expected.sheet_id, expected.habit_id, expected.week_start_date, expected.name, expected.display_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.habit_id, actual.week_start_date, actual.name, actual.display_order)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_habits.reverse_sheet::text,
       'kept_cells',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date, 'status', expected.status, 'note', expected.note) END,
       CASE WHEN actual.present THEN jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date, 'status', actual.status, 'note', actual.note) END
  FROM (SELECT true AS present, kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date, kept_cells.status, kept_cells.note, own.cutover_1
          FROM cutover_habits.map_kept_cells($1) AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date, kept_cells.status, kept_cells.note, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_cells) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.record_date = actual.record_date
 WHERE ROW(expected.present, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::record;
END;

-- … and in all.
CREATE VIEW cutover_habits.reverse_sheet_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_habits.reverse_sheet::text,
       'habit_tracker',
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id) ELSE jsonb_build_object('id', actual.id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id, 'user_id', expected.user_id, 'child_name', expected.child_name, 'week_start_date', expected.week_start_date, 'theme', expected.theme, 'reflection', expected.reflection, 'reward', expected.reward, 'habits', expected.habits) END,
       CASE WHEN actual.present THEN jsonb_build_object('id', actual.id, 'user_id', actual.user_id, 'child_name', actual.child_name, 'week_start_date', actual.week_start_date, 'theme', actual.theme, 'reflection', actual.reflection, 'reward', actual.reward, 'habits', actual.habits) END
  FROM (SELECT true AS present, habit_tracker.id, habit_tracker.user_id, habit_tracker.child_name, habit_tracker.week_start_date, habit_tracker.theme, habit_tracker.reflection, habit_tracker.reward, habit_tracker.habits, habit_tracker.week_period, own.cutover_1
          FROM cutover_habits.all_habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, habit_tracker.id, habit_tracker.user_id, habit_tracker.child_name, habit_tracker.week_start_date, habit_tracker.theme, habit_tracker.reflection, habit_tracker.reward, habit_tracker.habits, habit_tracker.week_period, own.cutover_1
          FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS actual
    ON expected.id = actual.id
 WHERE ROW(expected.present, expected.id, expected.user_id, expected.child_name, expected.week_start_date, expected.theme, expected.reflection, expected.reward, expected.habits)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.user_id, actual.child_name, actual.week_start_date, actual.theme, actual.reflection, actual.reward, actual.habits)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_habits.reverse_sheet::text,
       'kept_habits',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'week_start_date', expected.week_start_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'week_start_date', actual.week_start_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'week_start_date', expected.week_start_date, 'name', expected.name, 'display_order', expected.display_order) END,
       CASE WHEN actual.present THEN jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'week_start_date', actual.week_start_date, 'name', actual.name, 'display_order', actual.display_order) END
  FROM (SELECT true AS present, kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date, kept_habits.name, kept_habits.display_order, own.cutover_1
          FROM cutover_habits.all_kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date, kept_habits.name, kept_habits.display_order, own.cutover_1
          FROM public.kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.week_start_date = actual.week_start_date
 WHERE ROW(expected.present, expected.sheet_id, expected.habit_id, expected.week_start_date, expected.name, expected.display_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.habit_id, actual.week_start_date, actual.name, actual.display_order)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_habits.reverse_sheet::text,
       'kept_cells',
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date) ELSE jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('sheet_id', expected.sheet_id, 'habit_id', expected.habit_id, 'record_date', expected.record_date, 'status', expected.status, 'note', expected.note) END,
       CASE WHEN actual.present THEN jsonb_build_object('sheet_id', actual.sheet_id, 'habit_id', actual.habit_id, 'record_date', actual.record_date, 'status', actual.status, 'note', actual.note) END
  FROM (SELECT true AS present, kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date, kept_cells.status, kept_cells.note, own.cutover_1
          FROM cutover_habits.all_kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date, kept_cells.status, kept_cells.note, own.cutover_1
          FROM public.kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)) AS actual
    ON expected.sheet_id = actual.sheet_id AND expected.habit_id = actual.habit_id AND expected.record_date = actual.record_date
 WHERE ROW(expected.present, expected.sheet_id, expected.habit_id, expected.record_date, expected.status, expected.note)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.sheet_id, actual.habit_id, actual.record_date, actual.status, actual.note)::record;

-- Every unit that either side knows.
CREATE VIEW cutover_habits.forward_child_units (unit) AS
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child
  FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child
  FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_habits.forward_child
  FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2);

-- Every unit that either side knows.
CREATE VIEW cutover_habits.forward_week_units (unit) AS
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week
  FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
UNION
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week
  FROM public.kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT source.user_id, source.child_name, kept_habits.week_start_date FROM public.habit_tracker AS source WHERE source.id = kept_habits.sheet_id AND source.user_id IS NOT NULL) AS fed (cutover_1, cutover_2, cutover_3)
UNION
SELECT ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week
  FROM public.kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT source.user_id, source.child_name, kept_cells.record_date - (kept_cells.record_date - DATE '1900-01-01') % 7 FROM public.habit_tracker AS source WHERE source.id = kept_cells.sheet_id AND source.user_id IS NOT NULL) AS fed (cutover_1, cutover_2, cutover_3)
UNION
SELECT ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week
  FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3);

-- Every unit that either side knows.
CREATE VIEW cutover_habits.reverse_child_units (unit) AS
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child
  FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child
  FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_habits.reverse_child
  FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2);

-- Every unit that either side knows.
CREATE VIEW cutover_habits.reverse_sheet_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_habits.reverse_sheet
  FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT weeks.sheet_id WHERE weeks.sheet_id IS NOT NULL) AS fed (cutover_1)
UNION
SELECT ROW(fed.cutover_1)::cutover_habits.reverse_sheet
  FROM public.habits AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
UNION
SELECT ROW(fed.cutover_1)::cutover_habits.reverse_sheet
  FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
UNION
SELECT ROW(fed.cutover_1)::cutover_habits.reverse_sheet
  FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_habits.reverse_sheet
  FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_habits.reverse_sheet
  FROM public.kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_habits.reverse_sheet
  FROM public.kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1);

-- $1 direction of the references $2 ("kind:unit"); returns the references of the other direction that hang together with them.
CREATE FUNCTION cutover_habits.connected(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' THEN
    RETURN ARRAY(
      SELECT DISTINCT linked.ref FROM (
        SELECT 'child:' || ROW(own.cutover_1, own.cutover_2)::cutover_habits.reverse_child::text
          FROM (SELECT  kept_children.*
            FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'child:'))::cutover_habits.forward_child[]) AS wanted (cutover_1, cutover_2)
             CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children) AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
        UNION ALL
        SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text
          FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'child:'))::cutover_habits.forward_child[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text
          FROM (SELECT DISTINCT ON (habit_tracker.id) habit_tracker.*
            FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'week:'))::cutover_habits.forward_week[]) AS week
             CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker) AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
        UNION ALL
        SELECT 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text
          FROM (SELECT DISTINCT ON (kept_habits.sheet_id, kept_habits.habit_id, kept_habits.week_start_date) kept_habits.*
            FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'week:'))::cutover_habits.forward_week[]) AS week
             CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits WHERE kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date OFFSET 0) AS kept_habits) AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)
        UNION ALL
        SELECT 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text
          FROM (SELECT DISTINCT ON (kept_cells.sheet_id, kept_cells.habit_id, kept_cells.record_date) kept_cells.*
            FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'week:'))::cutover_habits.forward_week[]) AS week
             CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells WHERE kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6 OFFSET 0) AS kept_cells) AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)
        UNION ALL
        SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'week:'))::cutover_habits.forward_week[]) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS weeks CROSS JOIN LATERAL (SELECT weeks.sheet_id WHERE weeks.sheet_id IS NOT NULL) AS fed (cutover_1)
        UNION ALL
        SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'week:'))::cutover_habits.forward_week[]) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
        UNION ALL
        SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'week:'))::cutover_habits.forward_week[]) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
        UNION ALL
        SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'week:'))::cutover_habits.forward_week[]) AS wanted (cutover_1, cutover_2, cutover_3)
           CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 AND own.cutover_3 = wanted.cutover_3 OFFSET 0) AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
      ) AS linked (ref));
  END IF;
  RETURN ARRAY(
    SELECT DISTINCT linked.ref FROM (
      SELECT 'child:' || ROW(own.cutover_1, own.cutover_2)::cutover_habits.forward_child::text
        FROM (SELECT  children.*
          FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'child:'))::cutover_habits.reverse_child[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS children) AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
      UNION ALL
      SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text
        FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'child:'))::cutover_habits.reverse_child[]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
      UNION ALL
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text
        FROM (SELECT DISTINCT ON (weeks.user_id, weeks.child_name, weeks.week_start_date) weeks.*
          FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS sheet
           CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks WHERE weeks.sheet_id = sheet.sheet_id OFFSET 0) AS weeks) AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      UNION ALL
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text
        FROM (SELECT  habits.*
          FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habits) AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      UNION ALL
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text
        FROM (SELECT  habit_records.*
          FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_records) AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      UNION ALL
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text
        FROM (SELECT  kept_sheets.*
          FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_sheets) AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
      UNION ALL
      SELECT 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text
        FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
      UNION ALL
      SELECT 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text
        FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_habits CROSS JOIN LATERAL (SELECT source.user_id, source.child_name, kept_habits.week_start_date FROM public.habit_tracker AS source WHERE source.id = kept_habits.sheet_id AND source.user_id IS NOT NULL) AS fed (cutover_1, cutover_2, cutover_3)
      UNION ALL
      SELECT 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text
        FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_cells CROSS JOIN LATERAL (SELECT source.user_id, source.child_name, kept_cells.record_date - (kept_cells.record_date - DATE '1900-01-01') % 7 FROM public.habit_tracker AS source WHERE source.id = kept_cells.sheet_id AND source.user_id IS NOT NULL) AS fed (cutover_1, cutover_2, cutover_3)
    ) AS linked (ref));
END;
$body$;

-- Locks the legacy rows of reverse units, in the order of their keys, so that no legacy writer commits between our reading
-- and our writing.
CREATE FUNCTION cutover_habits.lock_rows(text[]) RETURNS void
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
BEGIN
  PERFORM 1
    FROM public.habit_tracker AS locked
   WHERE (locked.id) IN (
           SELECT habit_tracker.id
             FROM unnest(ARRAY(SELECT substr(ref, 7) FROM unnest($1) AS ref
                      WHERE starts_with(ref, 'sheet:'))::cutover_habits.reverse_sheet[]) AS wanted (cutover_1)
              CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_tracker)
   ORDER BY locked.id
     FOR UPDATE;
END;
$body$;

-- The coarser units ("kind:unit") that the units $3 of kind $2, direction $1, lie in.
CREATE FUNCTION cutover_habits.coarser(text, text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'week' THEN
    RETURN ARRAY(
      SELECT DISTINCT 'child:' || ROW(fine.user_id, fine.child_name)::cutover_habits.forward_child::text FROM unnest($3::cutover_habits.forward_week[]) AS fine);
  END IF;
  RETURN '{}';
END;
$body$;

-- The reverse units ("kind:unit") that have rows in a kept table of the legacy side: what they keep may be out of date after legacy
-- was written alone.
CREATE FUNCTION cutover_habits.kept_refs() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(DISTINCT kept.ref), '{}') FROM (
  SELECT 'child:' || ROW(own.cutover_1, own.cutover_2)::cutover_habits.reverse_child::text
    FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
  UNION ALL
  SELECT 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text
    FROM public.kept_habits AS kept_habits CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)
  UNION ALL
  SELECT 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text
    FROM public.kept_cells AS kept_cells CROSS JOIN LATERAL (SELECT sheet_id) AS own (cutover_1)
) AS kept (ref);
END;

-- Makes the units $3 of kind $2, direction $1, true ($4: 'all', 'whole', 'write', 'delete', 'check'); returns those that a rule holds back.
CREATE FUNCTION cutover_habits.recompute(text, text, text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'child' THEN
    RETURN cutover_habits.forward_child_recompute($3, $4);
  ELSIF $1 = 'forward' AND $2 = 'week' THEN
    RETURN cutover_habits.forward_week_recompute($3, $4);
  ELSIF $1 = 'reverse' AND $2 = 'child' THEN
    RETURN cutover_habits.reverse_child_recompute($3, $4);
  ELSIF $1 = 'reverse' AND $2 = 'sheet' THEN
    RETURN cutover_habits.reverse_sheet_recompute($3, $4);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'habits', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Brings legacy writes over to the new rows of the forward units $2 of kind $1 ($3: 'all', 'write', 'delete' or 'look'); returns what there is to do.
CREATE FUNCTION cutover_habits.patch(text, text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'child' THEN RETURN cutover_habits.forward_child_patch($2, $3); END IF;
  IF $1 = 'week' THEN RETURN cutover_habits.forward_week_patch($2, $3); END IF;
  RETURN '';
END;
$body$;

-- Of the forward units $2 of kind $1 those that the new side was never made of.
CREATE FUNCTION cutover_habits.unmade(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  IF $1 = 'child' THEN RETURN cutover_habits.forward_child_unmade($2::cutover_habits.forward_child[])::text[]; END IF;
  IF $1 = 'week' THEN RETURN cutover_habits.forward_week_unmade($2::cutover_habits.forward_week[])::text[]; END IF;
  RETURN '{}';
END;
$body$;

-- The units that a rule holds back, among $3 (NULL: all).
CREATE FUNCTION cutover_habits.held(text, text, text[]) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'child' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_habits.forward_child_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_habits.forward_child_held($3::cutover_habits.forward_child[]) AS some_held;
    END IF;
  ELSIF $1 = 'forward' AND $2 = 'week' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_habits.forward_week_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_habits.forward_week_held($3::cutover_habits.forward_week[]) AS some_held;
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'child' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_habits.reverse_child_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_habits.reverse_child_held($3::cutover_habits.reverse_child[]) AS some_held;
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'sheet' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_habits.reverse_sheet_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_habits.reverse_sheet_held($3::cutover_habits.reverse_sheet[]) AS some_held;
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'habits', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that are not what the mapping says, of the units $3 (NULL: all).
CREATE FUNCTION cutover_habits.differences(text, text, text[]) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'child' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_habits.forward_child_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_habits.forward_child_differences($3::cutover_habits.forward_child[]);
    END IF;
  ELSIF $1 = 'forward' AND $2 = 'week' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_habits.forward_week_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_habits.forward_week_differences($3::cutover_habits.forward_week[]);
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'child' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_habits.reverse_child_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_habits.reverse_child_differences($3::cutover_habits.reverse_child[]);
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'sheet' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_habits.reverse_sheet_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_habits.reverse_sheet_differences($3::cutover_habits.reverse_sheet[]);
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'habits', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Every unit of kind $2, direction $1, that either side knows.
CREATE FUNCTION cutover_habits.list_units(text, text) RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'child' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_habits.forward_child_units AS listed;
  ELSIF $1 = 'forward' AND $2 = 'week' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_habits.forward_week_units AS listed;
  ELSIF $1 = 'reverse' AND $2 = 'child' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_habits.reverse_child_units AS listed;
  ELSIF $1 = 'reverse' AND $2 = 'sheet' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_habits.reverse_sheet_units AS listed;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'habits', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that feed the unit $3, for the quarantine.
CREATE FUNCTION cutover_habits.source_rows(text, text, text) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'child' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'habit_tracker', 'row', to_jsonb(habit_tracker)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.forward_child]) AS child
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = child.user_id AND source.child_name = child.child_name UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE child.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = child.child_name)) OFFSET 0) AS habit_tracker
      UNION ALL
      SELECT jsonb_build_object('table', 'kept_children', 'row', to_jsonb(kept_children)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.forward_child]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT kept_children.* FROM public.kept_children AS kept_children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS kept_children
    ) AS rows);
  ELSIF $1 = 'forward' AND $2 = 'week' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'habit_tracker', 'row', to_jsonb(habit_tracker)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.forward_week]) AS week
         CROSS JOIN LATERAL (SELECT habit_tracker.* FROM public.habit_tracker AS habit_tracker WHERE habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE '1900-01-01' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = '00000000-0000-0000-0000-000000000000' AND source.user_id IS NULL AND source.child_name = week.child_name)) OFFSET 0) AS habit_tracker
      UNION ALL
      SELECT jsonb_build_object('table', 'kept_habits', 'row', to_jsonb(kept_habits)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.forward_week]) AS week
         CROSS JOIN LATERAL (SELECT kept_habits.* FROM public.kept_habits AS kept_habits WHERE kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date OFFSET 0) AS kept_habits
      UNION ALL
      SELECT jsonb_build_object('table', 'kept_cells', 'row', to_jsonb(kept_cells)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.forward_week]) AS week
         CROSS JOIN LATERAL (SELECT kept_cells.* FROM public.kept_cells AS kept_cells WHERE kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6 OFFSET 0) AS kept_cells
    ) AS rows);
  ELSIF $1 = 'reverse' AND $2 = 'child' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'children', 'row', to_jsonb(children)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.reverse_child]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT children.* FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS children
      UNION ALL
      SELECT jsonb_build_object('table', 'weeks', 'row', to_jsonb(weeks)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.reverse_child]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS weeks
    ) AS rows);
  ELSIF $1 = 'reverse' AND $2 = 'sheet' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'weeks', 'row', to_jsonb(weeks)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.reverse_sheet]) AS sheet
         CROSS JOIN LATERAL (SELECT weeks.* FROM public.weeks AS weeks WHERE weeks.sheet_id = sheet.sheet_id OFFSET 0) AS weeks
      UNION ALL
      SELECT jsonb_build_object('table', 'habits', 'row', to_jsonb(habits)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.reverse_sheet]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT habits.* FROM public.habits AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habits
      UNION ALL
      SELECT jsonb_build_object('table', 'habit_records', 'row', to_jsonb(habit_records)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.reverse_sheet]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT habit_records.* FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS habit_records
      UNION ALL
      SELECT jsonb_build_object('table', 'kept_sheets', 'row', to_jsonb(kept_sheets)) AS found
        FROM unnest(ARRAY[$3::cutover_habits.reverse_sheet]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT kept_sheets.* FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_sheets
    ) AS rows);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'habits', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Is there any row to protect, on either side?
CREATE FUNCTION cutover_habits.holds_rows() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM public.habit_tracker)
    OR EXISTS (SELECT FROM public.children)
    OR EXISTS (SELECT FROM public.weeks)
    OR EXISTS (SELECT FROM public.habits)
    OR EXISTS (SELECT FROM public.habit_records);
END;

-- The fence of public.habit_tracker. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_habit_tracker() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('legacy_locked', 'archived', 'dropped') OR step LIKE 'legacy_locked:%' THEN
    RAISE EXCEPTION '% is read-only: its data has moved to the new tables (cutover %)', 'public.habit_tracker', 'habits'
      USING ERRCODE = 'CU021', HINT = 'Write the new tables; this version of the application is too old.';
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.habit_tracker: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_habits.note_habit_tracker_insert() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS ref
      FROM new_rows AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS ref
      FROM new_rows AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'habits', 'habit_tracker', touched.key,
           NULL::text,
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(habit_tracker.id)::text AS key, 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS feeds, NULL::text AS belongs FROM new_rows AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text AS key, 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS feeds, NULL::text AS belongs FROM new_rows AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text, NULL::text, 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text FROM new_rows AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.habit_tracker: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_habits.note_habit_tracker_update() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
               WHERE after.id IS NULL OR ROW(before.id, before.child_name, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.user_id)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
               WHERE before.id IS NULL OR ROW(before.id, before.child_name, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.user_id)::record) AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
               WHERE after.id IS NULL OR ROW(before.id, before.child_name, before.week_start_date, before.theme, before.habits, before.reflection, before.reward, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.week_start_date, after.theme, after.habits, after.reflection, after.reward, after.user_id)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
               WHERE before.id IS NULL OR ROW(before.id, before.child_name, before.week_start_date, before.theme, before.habits, before.reflection, before.reward, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.week_start_date, after.theme, after.habits, after.reflection, after.reward, after.user_id)::record) AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'habits', 'habit_tracker', touched.key,
           (SELECT habit_tracker::text FROM old_rows AS habit_tracker WHERE ROW(habit_tracker.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(habit_tracker.id)::text AS key, 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.child_name, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.user_id)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.child_name, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.user_id)::record) AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text AS key, 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.child_name, before.week_start_date, before.theme, before.habits, before.reflection, before.reward, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.week_start_date, after.theme, after.habits, after.reflection, after.reward, after.user_id)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.child_name, before.week_start_date, before.theme, before.habits, before.reflection, before.reward, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.week_start_date, after.theme, after.habits, after.reflection, after.reward, after.user_id)::record) AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text, NULL::text, 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.child_name, before.week_start_date, before.theme, before.habits, before.reflection, before.reward, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.week_start_date, after.theme, after.habits, after.reflection, after.reward, after.user_id)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.child_name, before.week_start_date, before.theme, before.habits, before.reflection, before.reward, before.user_id)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.child_name, after.week_start_date, after.theme, after.habits, after.reflection, after.reward, after.user_id)::record) AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.habit_tracker: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_habits.note_habit_tracker_delete() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS ref
      FROM old_rows AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS ref
      FROM old_rows AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'habits', 'habit_tracker', touched.key,
           (SELECT habit_tracker::text FROM old_rows AS habit_tracker WHERE ROW(habit_tracker.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(habit_tracker.id)::text AS key, 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS feeds, NULL::text AS belongs FROM old_rows AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text AS key, 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS feeds, NULL::text AS belongs FROM old_rows AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text, NULL::text, 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text FROM old_rows AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.habit_tracker: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_habits.note_habit_tracker_truncate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase <> 'expanded' AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (cutover %)', 'public.habit_tracker', 'habits'
      USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS ref
      FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS ref
      FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'habits', 'habit_tracker', touched.key,
           (SELECT habit_tracker::text FROM public.habit_tracker AS habit_tracker WHERE ROW(habit_tracker.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(habit_tracker.id)::text AS key, 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.forward_child::text AS feeds, NULL::text AS belongs FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text AS key, 'week:' || ROW(fed.cutover_1, fed.cutover_2, fed.cutover_3)::cutover_habits.forward_week::text AS feeds, NULL::text AS belongs FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT DISTINCT coalesce(habit_tracker.user_id, '00000000-0000-0000-0000-000000000000'), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE '1900-01-01') % 7 ELSE DATE '1900-01-01' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE '1900-01-01') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE '1970-01-05' AND DATE '2999-12-23') AS touched (monday)) AS fed (cutover_1, cutover_2, cutover_3)
        UNION ALL
        SELECT ROW(habit_tracker.id)::text, NULL::text, 'sheet:' || ROW(own.cutover_1)::cutover_habits.reverse_sheet::text FROM public.habit_tracker AS habit_tracker CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.kept_children. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_kept_children() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% belongs to cutover %: only its sync writes it', 'public.kept_children', 'habits'
    USING ERRCODE = 'CU020', HINT = 'Write the tables of the application; the kept table follows.';
  RETURN NULL;
END;
$body$;

-- The fence of public.kept_habits. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_kept_habits() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% belongs to cutover %: only its sync writes it', 'public.kept_habits', 'habits'
    USING ERRCODE = 'CU020', HINT = 'Write the tables of the application; the kept table follows.';
  RETURN NULL;
END;
$body$;

-- The fence of public.kept_cells. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_kept_cells() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'reverse') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% belongs to cutover %: only its sync writes it', 'public.kept_cells', 'habits'
    USING ERRCODE = 'CU020', HINT = 'Write the tables of the application; the kept table follows.';
  RETURN NULL;
END;
$body$;

-- The fence of public.children. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_children() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.children', 'habits', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('habits', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.children: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_children_insert() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'child:' || ROW(own.cutover_1, own.cutover_2)::cutover_habits.forward_child::text AS ref
        FROM new_rows AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM new_rows AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.children: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_children_update() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'child:' || ROW(own.cutover_1, own.cutover_2)::cutover_habits.forward_child::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.user_id = after.user_id AND before.name = after.name
                 WHERE after.user_id IS NULL OR ROW(before.user_id, before.name, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.name, after.created_at, after.updated_at)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.user_id = after.user_id AND before.name = after.name
                 WHERE before.user_id IS NULL OR ROW(before.user_id, before.name, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.name, after.created_at, after.updated_at)::record) AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.user_id = after.user_id AND before.name = after.name
               WHERE after.user_id IS NULL OR ROW(before.user_id, before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.name)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.user_id = after.user_id AND before.name = after.name
               WHERE before.user_id IS NULL OR ROW(before.user_id, before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.name)::record) AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.children: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_children_delete() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'child:' || ROW(own.cutover_1, own.cutover_2)::cutover_habits.forward_child::text AS ref
        FROM old_rows AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM old_rows AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.children: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_children_truncate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'child:' || ROW(own.cutover_1, own.cutover_2)::cutover_habits.forward_child::text AS ref
        FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM public.children AS children CROSS JOIN LATERAL (SELECT user_id, name) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.weeks. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_weeks() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.weeks', 'habits', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('habits', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.weeks: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_weeks_insert() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM new_rows AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM new_rows AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM new_rows AS weeks CROSS JOIN LATERAL (SELECT weeks.sheet_id WHERE weeks.sheet_id IS NOT NULL) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.weeks: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_weeks_update() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.user_id = after.user_id AND before.child_name = after.child_name AND before.week_start_date = after.week_start_date
                 WHERE after.user_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.week_end_date, before.sheet_id, before.start_offset, before.theme, before.reflection, before.reward, before.template_id, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.week_end_date, after.sheet_id, after.start_offset, after.theme, after.reflection, after.reward, after.template_id, after.created_at, after.updated_at)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.user_id = after.user_id AND before.child_name = after.child_name AND before.week_start_date = after.week_start_date
                 WHERE before.user_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.week_end_date, before.sheet_id, before.start_offset, before.theme, before.reflection, before.reward, before.template_id, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.week_end_date, after.sheet_id, after.start_offset, after.theme, after.reflection, after.reward, after.template_id, after.created_at, after.updated_at)::record) AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.user_id = after.user_id AND before.child_name = after.child_name AND before.week_start_date = after.week_start_date
               WHERE after.user_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.user_id = after.user_id AND before.child_name = after.child_name AND before.week_start_date = after.week_start_date
               WHERE before.user_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date)::record) AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.user_id = after.user_id AND before.child_name = after.child_name AND before.week_start_date = after.week_start_date
               WHERE after.user_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.sheet_id, before.start_offset, before.theme, before.reflection, before.reward)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.sheet_id, after.start_offset, after.theme, after.reflection, after.reward)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.user_id = after.user_id AND before.child_name = after.child_name AND before.week_start_date = after.week_start_date
               WHERE before.user_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.sheet_id, before.start_offset, before.theme, before.reflection, before.reward)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.sheet_id, after.start_offset, after.theme, after.reflection, after.reward)::record) AS weeks CROSS JOIN LATERAL (SELECT weeks.sheet_id WHERE weeks.sheet_id IS NOT NULL) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.weeks: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_weeks_delete() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM old_rows AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM old_rows AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM old_rows AS weeks CROSS JOIN LATERAL (SELECT weeks.sheet_id WHERE weeks.sheet_id IS NOT NULL) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.weeks: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_weeks_truncate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'child:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_habits.reverse_child::text AS ref
      FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT user_id, child_name) AS fed (cutover_1, cutover_2)
    UNION ALL
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM public.weeks AS weeks CROSS JOIN LATERAL (SELECT weeks.sheet_id WHERE weeks.sheet_id IS NOT NULL) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.habits. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_habits() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.habits', 'habits', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('habits', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.habits: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habits_insert() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM new_rows AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM new_rows AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.habits: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habits_update() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.week_start_date = after.week_start_date
                 WHERE after.sheet_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.sheet_id, before.habit_id, before.name, before.display_order, before.time_period, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.sheet_id, after.habit_id, after.name, after.display_order, after.time_period, after.created_at, after.updated_at)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.week_start_date = after.week_start_date
                 WHERE before.sheet_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.sheet_id, before.habit_id, before.name, before.display_order, before.time_period, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.sheet_id, after.habit_id, after.name, after.display_order, after.time_period, after.created_at, after.updated_at)::record) AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.week_start_date = after.week_start_date
               WHERE after.sheet_id IS NULL OR ROW(before.week_start_date, before.sheet_id, before.habit_id, before.name, before.display_order)::record OPERATOR(pg_catalog.*<>) ROW(after.week_start_date, after.sheet_id, after.habit_id, after.name, after.display_order)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.week_start_date = after.week_start_date
               WHERE before.sheet_id IS NULL OR ROW(before.week_start_date, before.sheet_id, before.habit_id, before.name, before.display_order)::record OPERATOR(pg_catalog.*<>) ROW(after.week_start_date, after.sheet_id, after.habit_id, after.name, after.display_order)::record) AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.habits: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habits_delete() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM old_rows AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM old_rows AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.habits: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habits_truncate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM public.habits AS habits CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM public.habits AS habits CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.habit_records. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_habit_records() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.habit_records', 'habits', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('habits', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.habit_records: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habit_records_insert() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM new_rows AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM new_rows AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.habit_records: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habit_records_update() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.record_date = after.record_date
                 WHERE after.sheet_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.sheet_id, before.habit_id, before.record_date, before.status, before.note, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.sheet_id, after.habit_id, after.record_date, after.status, after.note, after.created_at, after.updated_at)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.record_date = after.record_date
                 WHERE before.sheet_id IS NULL OR ROW(before.user_id, before.child_name, before.week_start_date, before.sheet_id, before.habit_id, before.record_date, before.status, before.note, before.created_at, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.user_id, after.child_name, after.week_start_date, after.sheet_id, after.habit_id, after.record_date, after.status, after.note, after.created_at, after.updated_at)::record) AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.record_date = after.record_date
               WHERE after.sheet_id IS NULL OR ROW(before.sheet_id, before.habit_id, before.record_date, before.status, before.note)::record OPERATOR(pg_catalog.*<>) ROW(after.sheet_id, after.habit_id, after.record_date, after.status, after.note)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.sheet_id = after.sheet_id AND before.habit_id = after.habit_id AND before.record_date = after.record_date
               WHERE before.sheet_id IS NULL OR ROW(before.sheet_id, before.habit_id, before.record_date, before.status, before.note)::record OPERATOR(pg_catalog.*<>) ROW(after.sheet_id, after.habit_id, after.record_date, after.status, after.note)::record) AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.habit_records: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habit_records_delete() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM old_rows AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM old_rows AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.habit_records: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_habit_records_truncate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM public.habit_records AS habit_records CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.kept_sheets. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_habits.fence_kept_sheets() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% belongs to cutover %: only its sync writes it', 'public.kept_sheets', 'habits'
    USING ERRCODE = 'CU020', HINT = 'Write the tables of the application; the kept table follows.';
  RETURN NULL;
END;
$body$;

-- INSERT on public.kept_sheets: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_kept_sheets_insert() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM new_rows AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM new_rows AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.kept_sheets: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_kept_sheets_update() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.sheet_id = after.sheet_id
                 WHERE after.sheet_id IS NULL OR ROW(before.sheet_id, before.user_id, before.child_name, before.week_start_date, before.start_offset, before.theme, before.reflection, before.reward)::record OPERATOR(pg_catalog.*<>) ROW(after.sheet_id, after.user_id, after.child_name, after.week_start_date, after.start_offset, after.theme, after.reflection, after.reward)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.sheet_id = after.sheet_id
                 WHERE before.sheet_id IS NULL OR ROW(before.sheet_id, before.user_id, before.child_name, before.week_start_date, before.start_offset, before.theme, before.reflection, before.reward)::record OPERATOR(pg_catalog.*<>) ROW(after.sheet_id, after.user_id, after.child_name, after.week_start_date, after.start_offset, after.theme, after.reflection, after.reward)::record) AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.sheet_id = after.sheet_id
               WHERE after.sheet_id IS NULL OR ROW(before.sheet_id, before.user_id, before.child_name, before.week_start_date, before.start_offset, before.theme, before.reflection, before.reward)::record OPERATOR(pg_catalog.*<>) ROW(after.sheet_id, after.user_id, after.child_name, after.week_start_date, after.start_offset, after.theme, after.reflection, after.reward)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.sheet_id = after.sheet_id
               WHERE before.sheet_id IS NULL OR ROW(before.sheet_id, before.user_id, before.child_name, before.week_start_date, before.start_offset, before.theme, before.reflection, before.reward)::record OPERATOR(pg_catalog.*<>) ROW(after.sheet_id, after.user_id, after.child_name, after.week_start_date, after.start_offset, after.theme, after.reflection, after.reward)::record) AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.kept_sheets: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_kept_sheets_delete() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM old_rows AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM old_rows AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.kept_sheets: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_habits.note_kept_sheets_truncate() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET row_security = off
    SET "DateStyle" = 'ISO, YMD'
    SET "IntervalStyle" = 'postgres'
    SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1
    SET bytea_output = 'hex'
    SET array_nulls = on
    SET xmloption = 'content'
    SET lc_monetary = 'C'
AS $body$
#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF cutover.is_writing('habits', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'habits';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'week:' || ROW(own.cutover_1, own.cutover_2, own.cutover_3)::cutover_habits.forward_week::text AS ref
        FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT user_id, child_name, week_start_date) AS own (cutover_1, cutover_2, cutover_3)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('habits', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'sheet:' || ROW(fed.cutover_1)::cutover_habits.reverse_sheet::text AS ref
      FROM public.kept_sheets AS kept_sheets CROSS JOIN LATERAL (SELECT sheet_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('habits', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- PUBLIC may execute nothing of it.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover_habits FROM PUBLIC;

-- Takes away what stood before, with its triggers. From here on writers of the tables wait until this migration is committed.
SELECT cutover.swap_compiled('habits', 'cutover_habits');

-- What the core has to know of this cutover.
SELECT cutover.register_cutover(
  'habits',
  'cutover_habits',
   E'{\n  "compiler": 2,\n  "units": {\n    "forward": [\n      [\n        "child",\n        "user_id",\n        "child_name"\n      ],\n      [\n        "week",\n        "user_id",\n        "child_name",\n        "week_start_date"\n      ]\n    ],\n    "reverse": [\n      [\n        "child",\n        "user_id",\n        "child_name"\n      ],\n      [\n        "sheet",\n        "sheet_id"\n      ]\n    ]\n  },\n  "tables": {\n    "legacy": [\n      "public.habit_tracker",\n      "public.kept_children",\n      "public.kept_habits",\n      "public.kept_cells"\n    ],\n    "new": [\n      "public.children",\n      "public.weeks",\n      "public.habits",\n      "public.habit_records",\n      "public.kept_sheets"\n    ],\n    "context": [],\n    "kept": [\n      "kept_children",\n      "kept_habits",\n      "kept_cells",\n      "kept_sheets"\n    ]\n  },\n  "keep": {\n    "habit_tracker": [\n      "created_at",\n      "updated_at"\n    ],\n    "children": [\n      "created_at",\n      "updated_at"\n    ],\n    "weeks": [\n      "week_end_date",\n      "template_id",\n      "created_at",\n      "updated_at"\n    ],\n    "habits": [\n      "time_period",\n      "created_at",\n      "updated_at"\n    ],\n    "habit_records": [\n      "created_at",\n      "updated_at"\n    ]\n  },\n  "lost": {},\n  "slices": true,\n  "sync": {\n    "mode": "commit",\n    "maxUnits": 1000,\n    "budgetMs": 100\n  },\n  "gates": {\n    "drift": 0,\n    "verifyMaxAgeHours": 24\n  },\n  "shape": {\n    "units": {\n      "forward": [\n        {\n          "kind": "child",\n          "columns": [\n            {\n              "name": "user_id",\n              "type": "uuid"\n            },\n            {\n              "name": "child_name",\n              "type": "text"\n            }\n          ]\n        },\n        {\n          "kind": "week",\n          "columns": [\n            {\n              "name": "user_id",\n              "type": "uuid"\n            },\n            {\n              "name": "child_name",\n              "type": "text"\n            },\n            {\n              "name": "week_start_date",\n              "type": "date"\n            }\n          ]\n        }\n      ],\n      "reverse": [\n        {\n          "kind": "child",\n          "columns": [\n            {\n              "name": "user_id",\n              "type": "uuid"\n            },\n            {\n              "name": "child_name",\n              "type": "text"\n            }\n          ]\n        },\n        {\n          "kind": "sheet",\n          "columns": [\n            {\n              "name": "sheet_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ]\n    },\n    "tables": [\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "habit_tracker"\n        ],\n        "key": [\n          "id"\n        ],\n        "unit": {\n          "kind": "sheet",\n          "expressions": [\n            "id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "query",\n            "kind": "child",\n            "units": "SELECT coalesce(habit_tracker.user_id, ''00000000-0000-0000-0000-000000000000''), habit_tracker.child_name",\n            "rows": "habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = child.user_id AND source.child_name = child.child_name UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE child.user_id = ''00000000-0000-0000-0000-000000000000'' AND source.user_id IS NULL AND source.child_name = child.child_name))"\n          },\n          {\n            "form": "query",\n            "kind": "week",\n            "units": "SELECT DISTINCT coalesce(habit_tracker.user_id, ''00000000-0000-0000-0000-000000000000''), habit_tracker.child_name, touched.monday FROM (SELECT CASE WHEN habit_tracker.week_start_date BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23'' THEN habit_tracker.week_start_date - (habit_tracker.week_start_date - DATE ''1900-01-01'') % 7 ELSE DATE ''1900-01-01'' END AS monday UNION ALL SELECT habit_tracker.week_start_date + 6 - (habit_tracker.week_start_date + 6 - DATE ''1900-01-01'') % 7 WHERE habit_tracker.week_start_date BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23'') AS touched (monday)",\n            "rows": "habit_tracker.id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6 UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.week_start_date = DATE ''1900-01-01'' AND source.user_id = week.user_id AND source.child_name = week.child_name AND (source.week_start_date IS NULL OR source.week_start_date NOT BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23'') UNION ALL SELECT source.id FROM public.habit_tracker AS source WHERE week.user_id = ''00000000-0000-0000-0000-000000000000'' AND source.user_id IS NULL AND source.child_name = week.child_name))"\n          }\n        ],\n        "keep": [\n          "created_at",\n          "updated_at"\n        ],\n        "insertOnly": [\n          "week_period"\n        ],\n        "kept": false,\n        "lost": [],\n        "rules": [\n          [\n            "cutovers/habits/quarantine/habit_tracker/duplicate-habit-id.sql",\n            [\n              "week"\n            ]\n          ],\n          [\n            "cutovers/habits/quarantine/habit_tracker/malformed-habits.sql",\n            [\n              "week"\n            ]\n          ],\n          [\n            "cutovers/habits/quarantine/habit_tracker/malformed-times.sql",\n            [\n              "week"\n            ]\n          ],\n          [\n            "cutovers/habits/quarantine/habit_tracker/unknown-date.sql",\n            [\n              "week"\n            ]\n          ],\n          [\n            "cutovers/habits/quarantine/habit_tracker/unknown-owner.sql",\n            [\n              "child",\n              "week"\n            ]\n          ],\n          [\n            "cutovers/habits/quarantine/habit_tracker/unusable-child-name.sql",\n            [\n              "child",\n              "week"\n            ]\n          ]\n        ]\n      },\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "kept_children"\n        ],\n        "key": [\n          "user_id",\n          "name"\n        ],\n        "unit": {\n          "kind": "child",\n          "expressions": [\n            "user_id",\n            "name"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "child",\n            "expressions": [\n              "user_id",\n              "name"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": true,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "kept_habits"\n        ],\n        "key": [\n          "sheet_id",\n          "habit_id",\n          "week_start_date"\n        ],\n        "unit": {\n          "kind": "sheet",\n          "expressions": [\n            "sheet_id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "query",\n            "kind": "week",\n            "units": "SELECT source.user_id, source.child_name, kept_habits.week_start_date FROM public.habit_tracker AS source WHERE source.id = kept_habits.sheet_id AND source.user_id IS NOT NULL",\n            "rows": "kept_habits.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_habits.week_start_date = week.week_start_date"\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": true,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "kept_cells"\n        ],\n        "key": [\n          "sheet_id",\n          "habit_id",\n          "record_date"\n        ],\n        "unit": {\n          "kind": "sheet",\n          "expressions": [\n            "sheet_id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "query",\n            "kind": "week",\n            "units": "SELECT source.user_id, source.child_name, kept_cells.record_date - (kept_cells.record_date - DATE ''1900-01-01'') % 7 FROM public.habit_tracker AS source WHERE source.id = kept_cells.sheet_id AND source.user_id IS NOT NULL",\n            "rows": "kept_cells.sheet_id = ANY (ARRAY (SELECT source.id FROM public.habit_tracker AS source WHERE source.user_id = week.user_id AND source.child_name = week.child_name AND source.week_start_date BETWEEN week.week_start_date - 6 AND week.week_start_date + 6)) AND kept_cells.record_date BETWEEN week.week_start_date AND week.week_start_date + 6"\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": true,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "children"\n        ],\n        "key": [\n          "user_id",\n          "name"\n        ],\n        "unit": {\n          "kind": "child",\n          "expressions": [\n            "user_id",\n            "name"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "child",\n            "expressions": [\n              "user_id",\n              "name"\n            ]\n          }\n        ],\n        "keep": [\n          "created_at",\n          "updated_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "weeks"\n        ],\n        "key": [\n          "user_id",\n          "child_name",\n          "week_start_date"\n        ],\n        "unit": {\n          "kind": "week",\n          "expressions": [\n            "user_id",\n            "child_name",\n            "week_start_date"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "child",\n            "expressions": [\n              "user_id",\n              "child_name"\n            ]\n          },\n          {\n            "form": "query",\n            "kind": "sheet",\n            "units": "SELECT weeks.sheet_id WHERE weeks.sheet_id IS NOT NULL",\n            "rows": "weeks.sheet_id = sheet.sheet_id"\n          }\n        ],\n        "keep": [\n          "week_end_date",\n          "template_id",\n          "created_at",\n          "updated_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "habits"\n        ],\n        "key": [\n          "sheet_id",\n          "habit_id",\n          "week_start_date"\n        ],\n        "unit": {\n          "kind": "week",\n          "expressions": [\n            "user_id",\n            "child_name",\n            "week_start_date"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "sheet",\n            "expressions": [\n              "sheet_id"\n            ]\n          }\n        ],\n        "keep": [\n          "time_period",\n          "created_at",\n          "updated_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "habit_records"\n        ],\n        "key": [\n          "sheet_id",\n          "habit_id",\n          "record_date"\n        ],\n        "unit": {\n          "kind": "week",\n          "expressions": [\n            "user_id",\n            "child_name",\n            "week_start_date"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "sheet",\n            "expressions": [\n              "sheet_id"\n            ]\n          }\n        ],\n        "keep": [\n          "created_at",\n          "updated_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "kept_sheets"\n        ],\n        "key": [\n          "sheet_id"\n        ],\n        "unit": {\n          "kind": "week",\n          "expressions": [\n            "user_id",\n            "child_name",\n            "week_start_date"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "sheet",\n            "expressions": [\n              "sheet_id"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": true,\n        "lost": [],\n        "rules": []\n      }\n    ],\n    "context": []\n  },\n  "mappings": {\n    "cutovers/habits/reverse/habit_tracker.sql": "-- One legacy row per sheet: the main sheets stand in weeks, the others in kept_sheets.\\nWITH sheets AS (\\n  SELECT\\n    sheet_id, user_id, child_name, week_start_date AS home,\\n    week_start_date + start_offset AS first_day, theme, reflection, reward\\n  FROM weeks\\n  WHERE sheet_id IS NOT NULL\\n  UNION ALL\\n  SELECT\\n    sheet_id, user_id, child_name, week_start_date AS home,\\n    week_start_date + start_offset AS first_day, theme, reflection, reward\\n  FROM kept_sheets\\n),\\n\\n-- Seven slots per habit that has any mark; ''none'' and no record are both the empty slot.\\nmarked AS (\\n  SELECT\\n    habit_records.sheet_id,\\n    habit_records.habit_id,\\n    jsonb_build_array(\\n      coalesce(max(status) FILTER (WHERE record_date = first_day), ''''),\\n      coalesce(max(status) FILTER (WHERE record_date = first_day + 1), ''''),\\n      coalesce(max(status) FILTER (WHERE record_date = first_day + 2), ''''),\\n      coalesce(max(status) FILTER (WHERE record_date = first_day + 3), ''''),\\n      coalesce(max(status) FILTER (WHERE record_date = first_day + 4), ''''),\\n      coalesce(max(status) FILTER (WHERE record_date = first_day + 5), ''''),\\n      coalesce(max(status) FILTER (WHERE record_date = first_day + 6), '''')\\n    ) AS times\\n  FROM habit_records\\n  JOIN sheets ON sheets.sheet_id = habit_records.sheet_id\\n  WHERE habit_records.status <> ''none''\\n  GROUP BY habit_records.sheet_id, habit_records.habit_id\\n),\\n\\n-- The home week''s rows give name and order; those in the spill week only carry marks.\\nlisted AS (\\n  SELECT\\n    sheets.sheet_id,\\n    jsonb_agg(\\n      jsonb_build_object(\\n        ''id'', habits.habit_id,\\n        ''name'', habits.name,\\n        ''times'', coalesce(marked.times, ''[\\"\\", \\"\\", \\"\\", \\"\\", \\"\\", \\"\\", \\"\\"]''::jsonb)\\n      )\\n      ORDER BY habits.display_order, habits.habit_id\\n    ) AS habits\\n  FROM sheets\\n  JOIN habits\\n    ON habits.sheet_id = sheets.sheet_id\\n    AND habits.week_start_date = sheets.home\\n  LEFT JOIN marked\\n    ON marked.sheet_id = habits.sheet_id\\n    AND marked.habit_id = habits.habit_id\\n  GROUP BY sheets.sheet_id\\n)\\n\\n-- week_period is only used when a row is inserted: a label that is there stays as it is.\\nSELECT\\n  sheets.sheet_id AS id,\\n  sheets.user_id,\\n  sheets.child_name,\\n  sheets.first_day AS week_start_date,\\n  sheets.theme,\\n  sheets.reflection,\\n  sheets.reward,\\n  coalesce(listed.habits, ''[]''::jsonb) AS habits,\\n  extract(year FROM sheets.first_day)::integer::text || ''년 ''\\n    || extract(month FROM sheets.first_day)::integer::text || ''월 ''\\n    || extract(day FROM sheets.first_day)::integer::text || ''일 ~ ''\\n    || extract(year FROM sheets.first_day + 6)::integer::text || ''년 ''\\n    || extract(month FROM sheets.first_day + 6)::integer::text || ''월 ''\\n    || extract(day FROM sheets.first_day + 6)::integer::text || ''일'' AS week_period\\nFROM sheets\\nLEFT JOIN listed ON listed.sheet_id = sheets.sheet_id\\n",\n    "cutovers/habits/quarantine/habit_tracker/duplicate-habit-id.sql": "-- Two habits of one row with one id: nobody can say which of them a change meant.\\nSELECT id\\nFROM habit_tracker\\nWHERE EXISTS (\\n  SELECT\\n  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = ''array'' THEN habits END) AS habit (entry)\\n  WHERE jsonb_typeof(entry -> ''id'') = ''number''\\n  GROUP BY entry -> ''id''\\n  HAVING count(*) > 1\\n)\\n",\n    "cutovers/habits/quarantine/habit_tracker/malformed-habits.sql": "-- habits has to be an array of objects with an integer id (exact in a JSON number), a name of 1 to 200 characters, the\\n-- seven times (looked at by malformed-times) and nothing else. Guards stand in CASE, so that nothing can raise.\\nSELECT id\\nFROM habit_tracker\\nWHERE habits IS NULL\\n  OR jsonb_typeof(habits) <> ''array''\\n  OR EXISTS (\\n    SELECT\\n    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = ''array'' THEN habits END) AS habit (entry)\\n    WHERE CASE\\n      WHEN jsonb_typeof(entry) <> ''object'' THEN true\\n      WHEN entry - ''id'' - ''name'' - ''times'' <> ''{}''::jsonb THEN true\\n      WHEN jsonb_typeof(entry -> ''id'') IS DISTINCT FROM ''number'' THEN true\\n      WHEN (entry ->> ''id'') !~ ''^-?[0-9]{1,16}$'' THEN true\\n      WHEN (entry -> ''id'')::numeric NOT BETWEEN -9007199254740992 AND 9007199254740992 THEN true\\n      WHEN jsonb_typeof(entry -> ''name'') IS DISTINCT FROM ''string'' THEN true\\n      ELSE char_length(entry ->> ''name'') NOT BETWEEN 1 AND 200\\n    END\\n  )\\n",\n    "cutovers/habits/quarantine/habit_tracker/malformed-times.sql": "-- times has to be exactly seven strings, each of them '''', ''green'', ''yellow'' or ''red'': with fewer or more slots, or with\\n-- another status, nobody can say which day or which colour was meant.\\nSELECT id\\nFROM habit_tracker\\nWHERE EXISTS (\\n  SELECT\\n  FROM jsonb_array_elements(CASE WHEN jsonb_typeof(habits) = ''array'' THEN habits END) AS habit (entry)\\n  WHERE CASE\\n    WHEN jsonb_typeof(entry) <> ''object'' THEN false\\n    WHEN jsonb_typeof(entry -> ''times'') IS DISTINCT FROM ''array'' THEN true\\n    WHEN jsonb_array_length(entry -> ''times'') <> 7 THEN true\\n    ELSE NOT entry -> ''times'' <@ ''[\\"\\", \\"green\\", \\"yellow\\", \\"red\\"]''::jsonb\\n  END\\n)\\n",\n    "cutovers/habits/quarantine/habit_tracker/unknown-date.sql": "-- Without a start date no mark has a day.\\nSELECT id\\nFROM habit_tracker\\nWHERE week_start_date IS NULL\\n  OR week_start_date NOT BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23''\\n",\n    "cutovers/habits/quarantine/habit_tracker/unknown-owner.sql": "-- Nobody can say whose row this is. A placeholder owner would put two families together, so the placeholder that the\\n-- unit of such a row carries (the zero uuid) is refused as an owner as well.\\nSELECT id\\nFROM habit_tracker\\nWHERE user_id IS NULL\\n  OR user_id = ''00000000-0000-0000-0000-000000000000''\\n",\n    "cutovers/habits/quarantine/habit_tracker/unusable-child-name.sql": "-- The new shape takes names of 1 to 100 characters.\\nSELECT id\\nFROM habit_tracker\\nWHERE char_length(child_name) NOT BETWEEN 1 AND 100\\n",\n    "cutovers/habits/reverse/kept_children.sql": "-- Children without any week: the legacy table knows a child only by its weeks.\\nSELECT children.user_id, children.name\\nFROM children\\nWHERE NOT EXISTS (\\n  SELECT\\n  FROM weeks\\n  WHERE weeks.user_id = children.user_id\\n    AND weeks.child_name = children.name\\n)\\n",\n    "cutovers/habits/reverse/kept_habits.sql": "-- What a habit has that the JSON array cannot say: a place other than its rank in the array, and in the spill week a\\n-- name other than that in the home week.\\nWITH sheets AS (\\n  SELECT sheet_id, week_start_date AS home\\n  FROM weeks\\n  WHERE sheet_id IS NOT NULL\\n  UNION ALL\\n  SELECT sheet_id, week_start_date AS home\\n  FROM kept_sheets\\n),\\n\\nplaced AS (\\n  SELECT\\n    habits.sheet_id,\\n    habits.habit_id,\\n    habits.week_start_date,\\n    habits.name,\\n    habits.display_order,\\n    habits.week_start_date = sheets.home AS is_home,\\n    row_number() OVER (\\n      PARTITION BY habits.sheet_id, habits.week_start_date\\n      ORDER BY habits.display_order, habits.habit_id\\n    ) - 1 AS place\\n  FROM habits\\n  JOIN sheets ON sheets.sheet_id = habits.sheet_id\\n),\\n\\n-- The home week''s name and rank, beside each row of the habit.\\ncompared AS (\\n  SELECT\\n    *,\\n    max(name) FILTER (WHERE is_home) OVER habit AS home_name,\\n    max(place) FILTER (WHERE is_home) OVER habit AS rank\\n  FROM placed\\n  WINDOW habit AS (PARTITION BY sheet_id, habit_id)\\n)\\n\\nSELECT\\n  sheet_id,\\n  habit_id,\\n  week_start_date,\\n  CASE WHEN name <> home_name THEN name END AS name,\\n  CASE WHEN display_order <> rank THEN display_order END AS display_order\\nFROM compared\\nWHERE name <> home_name\\n  OR display_order <> rank\\n",\n    "cutovers/habits/reverse/kept_cells.sql": "-- What a record has that a slot of the JSON array cannot say: a note, the status ''none'', or a day without a slot.\\nWITH sheets AS (\\n  SELECT sheet_id, week_start_date + start_offset AS first_day\\n  FROM weeks\\n  WHERE sheet_id IS NOT NULL\\n  UNION ALL\\n  SELECT sheet_id, week_start_date + start_offset AS first_day\\n  FROM kept_sheets\\n)\\n\\nSELECT\\n  habit_records.sheet_id,\\n  habit_records.habit_id,\\n  habit_records.record_date,\\n  CASE\\n    WHEN habit_records.record_date NOT BETWEEN sheets.first_day AND sheets.first_day + 6\\n      THEN habit_records.status\\n  END AS status,\\n  habit_records.note\\nFROM habit_records\\nJOIN sheets ON sheets.sheet_id = habit_records.sheet_id\\nWHERE habit_records.note IS NOT NULL\\n  OR habit_records.status = ''none''\\n  OR habit_records.record_date NOT BETWEEN sheets.first_day AND sheets.first_day + 6\\n",\n    "cutovers/habits/forward/children.sql": "-- One child per owner and name: the same name under two owners is two children.\\n-- kept_children adds those whom the new shape knows without any week.\\nSELECT user_id, child_name AS name\\nFROM habit_tracker\\nWHERE user_id IS NOT NULL\\n\\nUNION\\n\\nSELECT user_id, name\\nFROM kept_children\\n",\n    "cutovers/habits/forward/weeks.sql": "-- The ISO weeks that a sheet touches: one when it starts on a Monday, two otherwise. Its home is the week that holds\\n-- most of its days (the week of its fourth day), so the sheet starts -3 to 3 days from the home''s Monday.\\nWITH sheets AS (\\n  SELECT\\n    id,\\n    user_id,\\n    child_name,\\n    theme,\\n    reflection,\\n    reward,\\n    first_day,\\n    first_day - (first_day - DATE ''1900-01-01'') % 7 AS first_monday,\\n    first_day + 6 - (first_day + 6 - DATE ''1900-01-01'') % 7 AS last_monday,\\n    first_day + 3 - (first_day + 3 - DATE ''1900-01-01'') % 7 AS home\\n  FROM habit_tracker\\n  CROSS JOIN LATERAL (\\n    SELECT\\n      CASE\\n        WHEN week_start_date BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23'' THEN week_start_date\\n      END AS first_day\\n  ) AS dated\\n  WHERE user_id IS NOT NULL\\n    AND first_day IS NOT NULL\\n),\\n\\ntouched AS (\\n  SELECT *, first_monday AS monday\\n  FROM sheets\\n  UNION ALL\\n  SELECT *, last_monday AS monday\\n  FROM sheets\\n  WHERE last_monday <> first_monday\\n)\\n\\n-- The main sheet of a week: of those whose home it is, the one that starts nearest to the Monday, rather inside the\\n-- week than before it, and then the oldest. A week that is only touched by a neighbour''s sheet has none.\\nSELECT DISTINCT ON (user_id, child_name, monday)\\n  user_id,\\n  child_name,\\n  monday AS week_start_date,\\n  CASE WHEN monday = home THEN id END AS sheet_id,\\n  (CASE WHEN monday = home THEN first_day - home ELSE 0 END)::smallint AS start_offset,\\n  CASE WHEN monday = home THEN theme END AS theme,\\n  CASE WHEN monday = home THEN reflection END AS reflection,\\n  CASE WHEN monday = home THEN reward END AS reward\\nFROM touched\\nORDER BY\\n  user_id,\\n  child_name,\\n  monday,\\n  monday = home DESC,\\n  abs(first_day - home),\\n  first_day DESC,\\n  id\\n",\n    "cutovers/habits/forward/habits.sql": "-- Every habit of a sheet stands in each week that the sheet touches, with or without marks.\\n-- Habits of different sheets are never merged, not even where they have one name.\\nWITH sheets AS (\\n  SELECT\\n    id,\\n    user_id,\\n    child_name,\\n    CASE WHEN jsonb_typeof(habits) = ''array'' THEN habits ELSE ''[]''::jsonb END AS habits,\\n    first_day - (first_day - DATE ''1900-01-01'') % 7 AS first_monday,\\n    first_day + 6 - (first_day + 6 - DATE ''1900-01-01'') % 7 AS last_monday,\\n    first_day + 3 - (first_day + 3 - DATE ''1900-01-01'') % 7 AS home\\n  FROM habit_tracker\\n  CROSS JOIN LATERAL (\\n    SELECT\\n      CASE\\n        WHEN week_start_date BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23'' THEN week_start_date\\n      END AS first_day\\n  ) AS dated\\n  WHERE user_id IS NOT NULL\\n    AND first_day IS NOT NULL\\n),\\n\\n-- Total for whatever the document holds: malformed rows are named by the quarantine rules, here they only must not raise.\\nlisted AS (\\n  SELECT\\n    sheets.id AS sheet_id,\\n    sheets.user_id,\\n    sheets.child_name,\\n    sheets.home,\\n    touched.monday,\\n    CASE\\n      WHEN jsonb_typeof(habit.entry -> ''id'') = ''number'' THEN\\n        CASE\\n          WHEN (habit.entry -> ''id'')::numeric BETWEEN -9007199254740992 AND 9007199254740992\\n            THEN (habit.entry -> ''id'')::bigint\\n        END\\n    END AS habit_id,\\n    habit.entry ->> ''name'' AS name,\\n    habit.ordinality - 1 AS rank\\n  FROM sheets\\n  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) WITH ORDINALITY AS habit (entry, ordinality)\\n  CROSS JOIN LATERAL (\\n    SELECT sheets.first_monday AS monday\\n    UNION ALL\\n    SELECT sheets.last_monday\\n    WHERE sheets.last_monday <> sheets.first_monday\\n  ) AS touched\\n),\\n\\nwished AS (\\n  SELECT\\n    listed.*,\\n    kept_habits.name AS kept_name,\\n    coalesce(kept_habits.display_order, listed.rank) AS wish,\\n    -- Equal places are read in the order of their ids; where the ids fall, the place has to rise.\\n    sum(CASE WHEN listed.habit_id < listed.previous_id THEN 1 ELSE 0 END) OVER sheet_week AS rise\\n  FROM (\\n    SELECT\\n      *,\\n      lag(habit_id) OVER (PARTITION BY sheet_id, monday ORDER BY rank) AS previous_id\\n    FROM listed\\n  ) AS listed\\n  LEFT JOIN kept_habits\\n    ON kept_habits.sheet_id = listed.sheet_id\\n    AND kept_habits.habit_id = listed.habit_id\\n    AND kept_habits.week_start_date = listed.monday\\n  WINDOW sheet_week AS (PARTITION BY listed.sheet_id, listed.monday ORDER BY listed.rank)\\n)\\n\\n-- In the home week the array''s order rules: a kept place holds as long as it does not contradict that order.\\nSELECT\\n  user_id,\\n  child_name,\\n  monday AS week_start_date,\\n  sheet_id,\\n  habit_id,\\n  CASE WHEN monday = home THEN name ELSE coalesce(kept_name, name) END AS name,\\n  least(\\n    CASE\\n      WHEN monday = home\\n        THEN rise + max(wish - rise) OVER (PARTITION BY sheet_id, monday ORDER BY rank)\\n      ELSE wish\\n    END,\\n    2147483647\\n  )::integer AS display_order\\nFROM wished\\nWHERE habit_id IS NOT NULL\\n",\n    "cutovers/habits/forward/habit_records.sql": "-- A mark stays on the day on which it was made: slot i of a sheet is the date of its first day plus i, in that date''s\\n-- own ISO week. An empty slot is no record, unless kept_cells holds what the array cannot say: a note, the status\\n-- ''none'', or a record on a day of a touched week for which the sheet has no slot.\\nWITH sheets AS (\\n  SELECT\\n    id,\\n    user_id,\\n    child_name,\\n    CASE WHEN jsonb_typeof(habits) = ''array'' THEN habits ELSE ''[]''::jsonb END AS habits,\\n    first_day,\\n    first_day - (first_day - DATE ''1900-01-01'') % 7 AS first_monday,\\n    first_day + 6 - (first_day + 6 - DATE ''1900-01-01'') % 7 AS last_monday\\n  FROM habit_tracker\\n  CROSS JOIN LATERAL (\\n    SELECT\\n      CASE\\n        WHEN week_start_date BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23'' THEN week_start_date\\n      END AS first_day\\n  ) AS dated\\n  WHERE user_id IS NOT NULL\\n    AND first_day IS NOT NULL\\n),\\n\\n-- Total for whatever the document holds: malformed rows are named by the quarantine rules, here they only must not raise.\\ncells AS (\\n  SELECT\\n    sheets.id AS sheet_id,\\n    sheets.user_id,\\n    sheets.child_name,\\n    CASE\\n      WHEN jsonb_typeof(habit.entry -> ''id'') = ''number'' THEN\\n        CASE\\n          WHEN (habit.entry -> ''id'')::numeric BETWEEN -9007199254740992 AND 9007199254740992\\n            THEN (habit.entry -> ''id'')::bigint\\n        END\\n    END AS habit_id,\\n    sheets.first_day + day.slot AS record_date,\\n    day.slot BETWEEN 0 AND 6 AS has_slot,\\n    CASE WHEN day.slot BETWEEN 0 AND 6 THEN habit.entry -> ''times'' ->> day.slot END AS colour\\n  FROM sheets\\n  CROSS JOIN LATERAL jsonb_array_elements(sheets.habits) AS habit (entry)\\n  CROSS JOIN LATERAL generate_series(\\n    sheets.first_monday - sheets.first_day, sheets.last_monday + 6 - sheets.first_day\\n  ) AS day (slot)\\n)\\n\\nSELECT\\n  cells.user_id,\\n  cells.child_name,\\n  cells.record_date - (cells.record_date - DATE ''1900-01-01'') % 7 AS week_start_date,\\n  cells.sheet_id,\\n  cells.habit_id,\\n  cells.record_date,\\n  CASE\\n    WHEN cells.colour IN (''green'', ''yellow'', ''red'') THEN cells.colour\\n    WHEN cells.has_slot THEN ''none''\\n    ELSE coalesce(kept_cells.status, ''none'')\\n  END AS status,\\n  kept_cells.note\\nFROM cells\\nLEFT JOIN kept_cells\\n  ON kept_cells.sheet_id = cells.sheet_id\\n  AND kept_cells.habit_id = cells.habit_id\\n  AND kept_cells.record_date = cells.record_date\\nWHERE cells.habit_id IS NOT NULL\\n  AND (cells.colour IN (''green'', ''yellow'', ''red'') OR kept_cells.sheet_id IS NOT NULL)\\n",\n    "cutovers/habits/forward/kept_sheets.sql": "-- The sheets that share their home week with its main sheet; the order is that of weeks.sql.\\nWITH sheets AS (\\n  SELECT\\n    id,\\n    user_id,\\n    child_name,\\n    theme,\\n    reflection,\\n    reward,\\n    first_day,\\n    first_day + 3 - (first_day + 3 - DATE ''1900-01-01'') % 7 AS home\\n  FROM habit_tracker\\n  CROSS JOIN LATERAL (\\n    SELECT\\n      CASE\\n        WHEN week_start_date BETWEEN DATE ''1970-01-05'' AND DATE ''2999-12-23'' THEN week_start_date\\n      END AS first_day\\n  ) AS dated\\n  WHERE user_id IS NOT NULL\\n    AND first_day IS NOT NULL\\n),\\n\\nranked AS (\\n  SELECT\\n    *,\\n    row_number() OVER (\\n      PARTITION BY user_id, child_name, home\\n      ORDER BY abs(first_day - home), first_day DESC, id\\n    ) AS place\\n  FROM sheets\\n)\\n\\nSELECT\\n  id AS sheet_id,\\n  user_id,\\n  child_name,\\n  home AS week_start_date,\\n  (first_day - home)::smallint AS start_offset,\\n  theme,\\n  reflection,\\n  reward\\nFROM ranked\\nWHERE place > 1\\n"\n  }\n}'::jsonb,
  '{}'::jsonb,
  2
);

-- The triggers. Lock: SHARE ROW EXCLUSIVE on each table until the end of this file. It waits for writers in flight and
-- holds up new ones, at most for the lock timeout set above; when that is used up, run the file again.
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.habit_tracker
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_habit_tracker();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.kept_children
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_kept_children();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.kept_habits
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_kept_habits();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.kept_cells
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_kept_cells();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.children
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_children();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.weeks
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_weeks();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.habits
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_habits();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.habit_records
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_habit_records();
CREATE TRIGGER zzz_cutover_habits_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.kept_sheets
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.fence_kept_sheets();
CREATE TRIGGER zzz_cutover_habits_insert AFTER INSERT ON public.habit_tracker
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_tracker_insert();
CREATE TRIGGER zzz_cutover_habits_update AFTER UPDATE ON public.habit_tracker
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_tracker_update();
CREATE TRIGGER zzz_cutover_habits_delete AFTER DELETE ON public.habit_tracker
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_tracker_delete();
CREATE TRIGGER zzz_cutover_habits_truncate BEFORE TRUNCATE ON public.habit_tracker
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_tracker_truncate();
CREATE TRIGGER zzz_cutover_habits_insert AFTER INSERT ON public.children
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_children_insert();
CREATE TRIGGER zzz_cutover_habits_update AFTER UPDATE ON public.children
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_children_update();
CREATE TRIGGER zzz_cutover_habits_delete AFTER DELETE ON public.children
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_children_delete();
CREATE TRIGGER zzz_cutover_habits_truncate BEFORE TRUNCATE ON public.children
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_children_truncate();
CREATE TRIGGER zzz_cutover_habits_insert AFTER INSERT ON public.weeks
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_weeks_insert();
CREATE TRIGGER zzz_cutover_habits_update AFTER UPDATE ON public.weeks
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_weeks_update();
CREATE TRIGGER zzz_cutover_habits_delete AFTER DELETE ON public.weeks
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_weeks_delete();
CREATE TRIGGER zzz_cutover_habits_truncate BEFORE TRUNCATE ON public.weeks
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_weeks_truncate();
CREATE TRIGGER zzz_cutover_habits_insert AFTER INSERT ON public.habits
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habits_insert();
CREATE TRIGGER zzz_cutover_habits_update AFTER UPDATE ON public.habits
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habits_update();
CREATE TRIGGER zzz_cutover_habits_delete AFTER DELETE ON public.habits
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habits_delete();
CREATE TRIGGER zzz_cutover_habits_truncate BEFORE TRUNCATE ON public.habits
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habits_truncate();
CREATE TRIGGER zzz_cutover_habits_insert AFTER INSERT ON public.habit_records
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_records_insert();
CREATE TRIGGER zzz_cutover_habits_update AFTER UPDATE ON public.habit_records
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_records_update();
CREATE TRIGGER zzz_cutover_habits_delete AFTER DELETE ON public.habit_records
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_records_delete();
CREATE TRIGGER zzz_cutover_habits_truncate BEFORE TRUNCATE ON public.habit_records
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_habit_records_truncate();
CREATE TRIGGER zzz_cutover_habits_insert AFTER INSERT ON public.kept_sheets
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_kept_sheets_insert();
CREATE TRIGGER zzz_cutover_habits_update AFTER UPDATE ON public.kept_sheets
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_kept_sheets_update();
CREATE TRIGGER zzz_cutover_habits_delete AFTER DELETE ON public.kept_sheets
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_kept_sheets_delete();
CREATE TRIGGER zzz_cutover_habits_truncate BEFORE TRUNCATE ON public.kept_sheets
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_habits.note_kept_sheets_truncate();

-- The catalog that all this was compiled for, as it stands at the end of this file. Compiled from:
-- public.habit_tracker: id bigint, child_name text, week_period text, week_start_date date, theme text, habits jsonb, reflection jsonb, reward text, created_at timestamp with time zone, updated_at timestamp with time zone, user_id uuid; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.kept_children: user_id uuid, name text; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.kept_habits: sheet_id bigint, habit_id bigint, week_start_date date, name text, display_order integer; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.kept_cells: sheet_id bigint, habit_id bigint, record_date date, status text, note text; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.children: user_id uuid, name text, created_at timestamp with time zone, updated_at timestamp with time zone; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.weeks: user_id uuid, child_name text, week_start_date date, week_end_date date, sheet_id bigint, start_offset smallint, theme text, reflection jsonb, reward text, template_id uuid, created_at timestamp with time zone, updated_at timestamp with time zone; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.habits: user_id uuid, child_name text, week_start_date date, sheet_id bigint, habit_id bigint, name text, display_order integer, time_period text, created_at timestamp with time zone, updated_at timestamp with time zone; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.habit_records: user_id uuid, child_name text, week_start_date date, sheet_id bigint, habit_id bigint, record_date date, status text, note text, created_at timestamp with time zone, updated_at timestamp with time zone; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
-- public.kept_sheets: sheet_id bigint, user_id uuid, child_name text, week_start_date date, start_offset smallint, theme text, reflection jsonb, reward text; zzz_cutover_habits_fence, zzz_cutover_habits_insert, zzz_cutover_habits_update, zzz_cutover_habits_delete, zzz_cutover_habits_truncate
SELECT cutover.seal_compiled('habits', ARRAY['public.habit_tracker', 'public.kept_children', 'public.kept_habits', 'public.kept_cells', 'public.children', 'public.weeks', 'public.habits', 'public.habit_records', 'public.kept_sheets']);

SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('cutover.search_path_before'), true),
       pg_catalog.set_config('lock_timeout', pg_catalog.current_setting('cutover.lock_timeout_before'), true);
-- cutover:end habits
