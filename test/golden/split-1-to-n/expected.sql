-- Cutover "split_1_to_n", compiled by `cutover compile` from cutovers/split_1_to_n/. Do not edit: change the
-- definition and compile again. Nothing of this needs the tool at run time.
--
-- Everything of this cutover lives in the schema cutover_split_1_to_n; the triggers at the end stand on the tables of both sides.
-- All of this has to run in one transaction, which the first statement here is there to prove to the later ones.
SELECT pg_catalog.set_config('cutover.transaction', pg_catalog.pg_current_xact_id()::text, true);
-- Plain table names in mappings are bound here, when the functions are created.
SET LOCAL search_path = pg_catalog, public;
SET LOCAL lock_timeout = '100ms';

-- Makes the schema; what stood in it before stays at work until it is swapped, below. Needs a core of version 2: when there is
-- no such function, run `cutover init --upgrade` and migrate first.
SELECT cutover.begin_compiled('split_1_to_n', 'cutover_split_1_to_n', 2);

-- The units of this cutover, and the rows that its mappings yield.
CREATE TYPE cutover_split_1_to_n.forward_writer AS (
  author text
);
CREATE TYPE cutover_split_1_to_n.forward_book AS (
  author text,
  diary_id bigint
);
CREATE TYPE cutover_split_1_to_n.reverse_writer AS (
  author text
);
CREATE TYPE cutover_split_1_to_n.reverse_book AS (
  diary_id bigint
);
CREATE TYPE cutover_split_1_to_n.row_diary AS (
  id bigint,
  author text,
  first_day date,
  entries jsonb
);
CREATE TYPE cutover_split_1_to_n.row_kept_author AS (
  name text
);
CREATE TYPE cutover_split_1_to_n.row_author AS (
  name text
);
CREATE TYPE cutover_split_1_to_n.row_volume AS (
  diary_id bigint,
  author text,
  first_day date
);
CREATE TYPE cutover_split_1_to_n.row_day AS (
  diary_id bigint,
  author text,
  day date,
  text text,
  mood text,
  mood_name text
);

-- cutovers/split_1_to_n/forward/author.sql, over all rows.
CREATE VIEW cutover_split_1_to_n.all_author AS
SELECT author.name::text AS name
  FROM (
SELECT diary.author AS name
FROM diary
WHERE diary.author IS NOT NULL
UNION
SELECT kept_author.name
FROM kept_author
) AS author;

-- cutovers/split_1_to_n/forward/author.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_split_1_to_n.map_author(cutover_split_1_to_n.forward_writer[])
  RETURNS SETOF cutover_split_1_to_n.row_author
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT  diary.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary
), kept_author AS (
  SELECT  kept_author.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author
)
SELECT author.name::text AS name
  FROM (
SELECT diary.author AS name
FROM diary
WHERE diary.author IS NOT NULL
UNION
SELECT kept_author.name
FROM kept_author
) AS author
  CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_split_1_to_n.before_author(cutover_split_1_to_n.forward_writer[])
  RETURNS SETOF cutover_split_1_to_n.row_author
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT now.*
    FROM (
      SELECT  diary.*
        FROM unnest($1) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'split_1_to_n' AND image.table_name = 'diary' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'writer:' || ROW(wanted.cutover_1)::cutover_split_1_to_n.forward_writer::text FROM unnest($1) AS wanted (cutover_1)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (diary.id) diary.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.diary AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'writer:' || ROW(wanted.cutover_1)::cutover_split_1_to_n.forward_writer::text FROM unnest($1) AS wanted (cutover_1))
                                              AND image.cutover IS NOT DISTINCT FROM 'split_1_to_n' AND image.table_name IS NOT DISTINCT FROM 'diary' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS diary
    CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
    JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
), kept_author AS (
  SELECT  kept_author.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author
)
SELECT author.name::text AS name
  FROM (
SELECT diary.author AS name
FROM diary
WHERE diary.author IS NOT NULL
UNION
SELECT kept_author.name
FROM kept_author
) AS author
  CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- cutovers/split_1_to_n/forward/volume.sql, over all rows.
CREATE VIEW cutover_split_1_to_n.all_volume AS
SELECT volume.diary_id::bigint AS diary_id,
       volume.author::text AS author,
       volume.first_day::date AS first_day
  FROM (
SELECT diary.id AS diary_id, diary.author, diary.first_day
FROM diary
WHERE diary.author IS NOT NULL
) AS volume;

-- cutovers/split_1_to_n/forward/volume.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_split_1_to_n.map_volume(cutover_split_1_to_n.forward_book[])
  RETURNS SETOF cutover_split_1_to_n.row_volume
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT  diary.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary
), mood AS (
  SELECT DISTINCT ON (mood.code) mood.*
    FROM unnest($1) AS book
     CROSS JOIN LATERAL (SELECT mood.* FROM public.mood AS mood WHERE mood.code = ANY (ARRAY (SELECT entry ->> 'mood' FROM public.diary CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry WHERE diary.id = book.diary_id)) OFFSET 0) AS mood
)
SELECT volume.diary_id::bigint AS diary_id,
       volume.author::text AS author,
       volume.first_day::date AS first_day
  FROM (
SELECT diary.id AS diary_id, diary.author, diary.first_day
FROM diary
WHERE diary.author IS NOT NULL
) AS volume
  CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_split_1_to_n.before_volume(cutover_split_1_to_n.forward_book[])
  RETURNS SETOF cutover_split_1_to_n.row_volume
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT now.*
    FROM (
      SELECT  diary.*
        FROM unnest($1) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'split_1_to_n' AND image.table_name = 'diary' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'book:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (diary.id) diary.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.diary AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'book:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                              AND image.cutover IS NOT DISTINCT FROM 'split_1_to_n' AND image.table_name IS NOT DISTINCT FROM 'diary' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS diary
    CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
), mood AS (
  SELECT mood.* FROM public.mood AS mood
)
SELECT volume.diary_id::bigint AS diary_id,
       volume.author::text AS author,
       volume.first_day::date AS first_day
  FROM (
SELECT diary.id AS diary_id, diary.author, diary.first_day
FROM diary
WHERE diary.author IS NOT NULL
) AS volume
  CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- cutovers/split_1_to_n/forward/day.sql, over all rows.
CREATE VIEW cutover_split_1_to_n.all_day AS
SELECT day.diary_id::bigint AS diary_id,
       day.author::text AS author,
       day.day::date AS day,
       day.text::text AS text,
       day.mood::text AS mood,
       day.mood_name::text AS mood_name
  FROM (
SELECT
  diary.id AS diary_id,
  diary.author,
  diary.first_day + (entry ->> 'offset')::integer AS day,
  entry ->> 'text' AS text,
  entry ->> 'mood' AS mood,
  mood.name AS mood_name
FROM diary
CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry
LEFT JOIN mood ON mood.code = entry ->> 'mood'
WHERE diary.author IS NOT NULL
) AS day;

-- cutovers/split_1_to_n/forward/day.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_split_1_to_n.map_day(cutover_split_1_to_n.forward_book[])
  RETURNS SETOF cutover_split_1_to_n.row_day
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT  diary.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary
), mood AS (
  SELECT DISTINCT ON (mood.code) mood.*
    FROM unnest($1) AS book
     CROSS JOIN LATERAL (SELECT mood.* FROM public.mood AS mood WHERE mood.code = ANY (ARRAY (SELECT entry ->> 'mood' FROM public.diary CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry WHERE diary.id = book.diary_id)) OFFSET 0) AS mood
)
SELECT day.diary_id::bigint AS diary_id,
       day.author::text AS author,
       day.day::date AS day,
       day.text::text AS text,
       day.mood::text AS mood,
       day.mood_name::text AS mood_name
  FROM (
SELECT
  diary.id AS diary_id,
  diary.author,
  diary.first_day + (entry ->> 'offset')::integer AS day,
  entry ->> 'text' AS text,
  entry ->> 'mood' AS mood,
  mood.name AS mood_name
FROM diary
CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry
LEFT JOIN mood ON mood.code = entry ->> 'mood'
WHERE diary.author IS NOT NULL
) AS day
  CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_split_1_to_n.before_day(cutover_split_1_to_n.forward_book[])
  RETURNS SETOF cutover_split_1_to_n.row_day
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT now.*
    FROM (
      SELECT  diary.*
        FROM unnest($1) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'split_1_to_n' AND image.table_name = 'diary' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'book:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (diary.id) diary.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.diary AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'book:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                              AND image.cutover IS NOT DISTINCT FROM 'split_1_to_n' AND image.table_name IS NOT DISTINCT FROM 'diary' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS diary
    CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
    JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
), mood AS (
  SELECT mood.* FROM public.mood AS mood
)
SELECT day.diary_id::bigint AS diary_id,
       day.author::text AS author,
       day.day::date AS day,
       day.text::text AS text,
       day.mood::text AS mood,
       day.mood_name::text AS mood_name
  FROM (
SELECT
  diary.id AS diary_id,
  diary.author,
  diary.first_day + (entry ->> 'offset')::integer AS day,
  entry ->> 'text' AS text,
  entry ->> 'mood' AS mood,
  mood.name AS mood_name
FROM diary
CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry
LEFT JOIN mood ON mood.code = entry ->> 'mood'
WHERE diary.author IS NOT NULL
) AS day
  CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2;
END;

-- cutovers/split_1_to_n/reverse/kept_author.sql, over all rows.
CREATE VIEW cutover_split_1_to_n.all_kept_author AS
SELECT kept_author.name::text AS name
  FROM (
SELECT author.name
FROM author
WHERE NOT EXISTS (SELECT FROM volume WHERE volume.author = author.name)
) AS kept_author;

-- cutovers/split_1_to_n/reverse/kept_author.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_split_1_to_n.map_kept_author(cutover_split_1_to_n.reverse_writer[])
  RETURNS SETOF cutover_split_1_to_n.row_kept_author
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH author AS (
  SELECT  author.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS author
), volume AS (
  SELECT  volume.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS volume
)
SELECT kept_author.name::text AS name
  FROM (
SELECT author.name
FROM author
WHERE NOT EXISTS (SELECT FROM volume WHERE volume.author = author.name)
) AS kept_author
  CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- cutovers/split_1_to_n/reverse/diary.sql, over all rows.
CREATE VIEW cutover_split_1_to_n.all_diary AS
SELECT diary.id::bigint AS id,
       diary.author::text AS author,
       diary.first_day::date AS first_day,
       diary.entries::jsonb AS entries
  FROM (
SELECT
  volume.diary_id AS id,
  volume.author,
  volume.first_day,
  coalesce(
    jsonb_agg(
      jsonb_build_object('offset', day.day - volume.first_day, 'text', day.text, 'mood', day.mood) ORDER BY day.day
    ) FILTER (WHERE day.day IS NOT NULL),
    '[]'
  ) AS entries
FROM volume
LEFT JOIN day ON day.diary_id = volume.diary_id
GROUP BY volume.diary_id, volume.author, volume.first_day
) AS diary;

-- cutovers/split_1_to_n/reverse/diary.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_split_1_to_n.map_diary(cutover_split_1_to_n.reverse_book[])
  RETURNS SETOF cutover_split_1_to_n.row_diary
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH volume AS (
  SELECT  volume.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS volume
), day AS (
  SELECT  day.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS day
)
SELECT diary.id::bigint AS id,
       diary.author::text AS author,
       diary.first_day::date AS first_day,
       diary.entries::jsonb AS entries
  FROM (
SELECT
  volume.diary_id AS id,
  volume.author,
  volume.first_day,
  coalesce(
    jsonb_agg(
      jsonb_build_object('offset', day.day - volume.first_day, 'text', day.text, 'mood', day.mood) ORDER BY day.day
    ) FILTER (WHERE day.day IS NOT NULL),
    '[]'
  ) AS entries
FROM volume
LEFT JOIN day ON day.diary_id = volume.diary_id
GROUP BY volume.diary_id, volume.author, volume.first_day
) AS diary
  CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_split_1_to_n.forward_writer_held(cutover_split_1_to_n.forward_writer[])
  RETURNS TABLE (unit cutover_split_1_to_n.forward_writer, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT  diary.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary
), kept_author AS (
  SELECT  kept_author.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author
)
-- cutovers/split_1_to_n/quarantine/diary/no-author.sql
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer, 'quarantined', 'no-author'
  FROM (SELECT diary.* FROM (
SELECT diary.id
FROM diary
WHERE diary.author IS NULL OR diary.author = ''
) AS found
          JOIN diary AS diary ON diary.id = found.id) AS diary
  CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)  JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1;
END;

-- … and among all.
CREATE VIEW cutover_split_1_to_n.forward_writer_held_all (unit, class, reason) AS
-- cutovers/split_1_to_n/quarantine/diary/no-author.sql
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer, 'quarantined', 'no-author'
  FROM (SELECT diary.* FROM (
SELECT diary.id
FROM diary
WHERE diary.author IS NULL OR diary.author = ''
) AS found
          JOIN public.diary AS diary ON diary.id = found.id) AS diary
  CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1);

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_split_1_to_n.forward_book_held(cutover_split_1_to_n.forward_book[])
  RETURNS TABLE (unit cutover_split_1_to_n.forward_book, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH diary AS (
  SELECT  diary.*
    FROM unnest($1) AS wanted (cutover_1, cutover_2)
     CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary
), mood AS (
  SELECT DISTINCT ON (mood.code) mood.*
    FROM unnest($1) AS book
     CROSS JOIN LATERAL (SELECT mood.* FROM public.mood AS mood WHERE mood.code = ANY (ARRAY (SELECT entry ->> 'mood' FROM public.diary CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry WHERE diary.id = book.diary_id)) OFFSET 0) AS mood
)
-- cutovers/split_1_to_n/quarantine/diary/no-author.sql
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book, 'quarantined', 'no-author'
  FROM (SELECT diary.* FROM (
SELECT diary.id
FROM diary
WHERE diary.author IS NULL OR diary.author = ''
) AS found
          JOIN diary AS diary ON diary.id = found.id) AS diary
  CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)  JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2;
END;

-- … and among all.
CREATE VIEW cutover_split_1_to_n.forward_book_held_all (unit, class, reason) AS
-- cutovers/split_1_to_n/quarantine/diary/no-author.sql
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book, 'quarantined', 'no-author'
  FROM (SELECT diary.* FROM (
SELECT diary.id
FROM diary
WHERE diary.author IS NULL OR diary.author = ''
) AS found
          JOIN public.diary AS diary ON diary.id = found.id) AS diary
  CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2);

-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION cutover_split_1_to_n.reverse_writer_held(cutover_split_1_to_n.reverse_writer[])
  RETURNS TABLE (unit cutover_split_1_to_n.reverse_writer, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT NULL::cutover_split_1_to_n.reverse_writer, NULL::text, NULL::text WHERE false;
END;

-- … and among all.
CREATE VIEW cutover_split_1_to_n.reverse_writer_held_all (unit, class, reason) AS
SELECT NULL::cutover_split_1_to_n.reverse_writer, NULL::text, NULL::text WHERE false;

-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION cutover_split_1_to_n.reverse_book_held(cutover_split_1_to_n.reverse_book[])
  RETURNS TABLE (unit cutover_split_1_to_n.reverse_book, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
(WITH linked AS (
SELECT ROW(wanted.cutover_1)::cutover_split_1_to_n.reverse_book AS unit, ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book AS feeds
  FROM unnest($1) AS wanted (cutover_1)
   CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_split_1_to_n.forward_book_held(ARRAY(SELECT DISTINCT linked.feeds FROM linked)) AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'split_1_to_n/forward/book:' || linked.feeds::text OFFSET 0) AS put_aside);
END;

-- … and among all.
CREATE VIEW cutover_split_1_to_n.reverse_book_held_all (unit, class, reason) AS
(WITH linked AS (
SELECT ROW(own.cutover_1)::cutover_split_1_to_n.reverse_book AS unit, ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book AS feeds
  FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_split_1_to_n.forward_book_held_all AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'split_1_to_n/forward/book:' || linked.feeds::text) AS put_aside);

-- Makes units ("writer", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_split_1_to_n.forward_writer_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_split_1_to_n.forward_writer[];
  gone_author cutover_split_1_to_n.row_author[];
  changed_author cutover_split_1_to_n.row_author[];
  added_author cutover_split_1_to_n.row_author[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_split_1_to_n.forward_writer_held($1::cutover_split_1_to_n.forward_writer[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_split_1_to_n.forward_writer[];

  -- What differs.
  SELECT array_agg(ROW(actual.name)::cutover_split_1_to_n.row_author) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.name)::cutover_split_1_to_n.row_author) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.name)::cutover_split_1_to_n.row_author) FILTER (WHERE actual.present IS NULL)
    INTO gone_author, changed_author, added_author
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_author(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, author.name
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS author) AS actual
      ON expected.name = actual.name
   WHERE ROW(expected.present, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.name)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_author IS NOT NULL OR changed_author IS NOT NULL OR added_author IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    NULL;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF added_author IS NOT NULL THEN
      INSERT INTO public.author AS author (name)
      SELECT expected.name FROM unnest(added_author) AS expected
       ORDER BY expected.name
      ON CONFLICT (name) DO NOTHING;
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    IF gone_author IS NOT NULL THEN
      DELETE FROM public.author AS target USING unnest(gone_author) AS gone
       WHERE target.name = gone.name;
    END IF;
  END IF;
  RETURN held;
END;
$body$;

-- Makes units ("book", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_split_1_to_n.forward_book_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_split_1_to_n.forward_book[];
  elsewhere text[];
    taken_over boolean := false;
  gone_volume cutover_split_1_to_n.row_volume[];
  changed_volume cutover_split_1_to_n.row_volume[];
  added_volume cutover_split_1_to_n.row_volume[];
  gone_day cutover_split_1_to_n.row_day[];
  changed_day cutover_split_1_to_n.row_day[];
  added_day cutover_split_1_to_n.row_day[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_split_1_to_n.forward_book_held($1::cutover_split_1_to_n.forward_book[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_split_1_to_n.forward_book[];

  -- What differs.
  SELECT array_agg(ROW(actual.diary_id, actual.author, actual.first_day)::cutover_split_1_to_n.row_volume) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.diary_id, expected.author, expected.first_day)::cutover_split_1_to_n.row_volume) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.diary_id, expected.author, expected.first_day)::cutover_split_1_to_n.row_volume) FILTER (WHERE actual.present IS NULL)
    INTO gone_volume, changed_volume, added_volume
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_volume(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, volume.diary_id, volume.author, volume.first_day
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS volume) AS actual
      ON expected.diary_id = actual.diary_id
   WHERE ROW(expected.present, expected.diary_id, expected.author, expected.first_day)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.diary_id, actual.author, actual.first_day)::record;
  SELECT array_agg(ROW(actual.diary_id, actual.author, actual.day, actual.text, actual.mood, actual.mood_name)::cutover_split_1_to_n.row_day) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.diary_id, expected.author, expected.day, expected.text, expected.mood, expected.mood_name)::cutover_split_1_to_n.row_day) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.diary_id, expected.author, expected.day, expected.text, expected.mood, expected.mood_name)::cutover_split_1_to_n.row_day) FILTER (WHERE actual.present IS NULL)
    INTO gone_day, changed_day, added_day
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_day(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, day.diary_id, day.author, day.day, day.text, day.mood, day.mood_name
                 FROM unnest(units) AS wanted (cutover_1, cutover_2)
                  CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS day) AS actual
      ON expected.diary_id = actual.diary_id AND expected.day = actual.day
   WHERE ROW(expected.present, expected.diary_id, expected.author, expected.day, expected.text, expected.mood, expected.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.diary_id, actual.author, actual.day, actual.text, actual.mood, actual.mood_name)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_volume IS NOT NULL OR changed_volume IS NOT NULL OR added_volume IS NOT NULL OR gone_day IS NOT NULL OR changed_day IS NOT NULL OR added_day IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;
  -- Rows that are to be added, and that other units still hold.
  IF $2 <> 'delete' AND (added_volume IS NOT NULL OR added_day IS NOT NULL) THEN
    SELECT array_agg(DISTINCT holder.unit ORDER BY holder.unit) FILTER (WHERE holder.unit <> ALL ($1)), coalesce(bool_or(holder.unit = ANY (held)), false)
      INTO elsewhere, taken_over
      FROM (
        SELECT holder.unit FROM unnest(added_volume) AS expected
         CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS unit FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE volume.diary_id = expected.diary_id OFFSET 0) AS holder
        UNION ALL
        SELECT holder.unit FROM unnest(added_day) AS expected
         CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS unit FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE day.diary_id = expected.diary_id AND day.day = expected.day OFFSET 0) AS holder
      ) AS holder;
    IF elsewhere IS NOT NULL THEN
      PERFORM cutover.lock_units('split_1_to_n', 'forward', 'book', elsewhere,
                                 (SELECT c.epoch FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n'));
      RETURN cutover_split_1_to_n.forward_book_recompute($1 || elsewhere, $2);
    END IF;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_day IS NOT NULL THEN
      DELETE FROM public.day AS target USING unnest(gone_day) AS gone
       WHERE target.diary_id = gone.diary_id AND target.day = gone.day;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_volume IS NOT NULL THEN
      UPDATE public.volume AS target
         SET author = expected.author, first_day = expected.first_day
        FROM unnest(changed_volume) AS expected
       WHERE target.diary_id = expected.diary_id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_volume) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.volume AS target WHERE target.diary_id = expected.diary_id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'volume'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_volume IS NOT NULL THEN
      INSERT INTO public.volume AS volume (diary_id, author, first_day)
      SELECT expected.diary_id, expected.author, expected.first_day FROM unnest(added_volume) AS expected
       ORDER BY expected.diary_id
      ON CONFLICT (diary_id) DO UPDATE SET author = excluded.author, first_day = excluded.first_day WHERE EXISTS (SELECT FROM (SELECT volume.*) AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text = ANY ($1));
      IF EXISTS (SELECT FROM unnest(added_volume) AS expected
       CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS unit FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE volume.diary_id = expected.diary_id OFFSET 0) AS holder WHERE holder.unit <> ALL ($1)) THEN
        RAISE EXCEPTION 'a row of % has come into another unit meanwhile', 'volume'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF changed_day IS NOT NULL THEN
      UPDATE public.day AS target
         SET author = expected.author, text = expected.text, mood = expected.mood, mood_name = expected.mood_name
        FROM unnest(changed_day) AS expected
       WHERE target.diary_id = expected.diary_id AND target.day = expected.day;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_day) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.day AS target WHERE target.diary_id = expected.diary_id AND target.day = expected.day)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'day'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_day IS NOT NULL THEN
      INSERT INTO public.day AS day (diary_id, author, day, text, mood, mood_name)
      SELECT expected.diary_id, expected.author, expected.day, expected.text, expected.mood, expected.mood_name FROM unnest(added_day) AS expected
       ORDER BY expected.diary_id, expected.day
      ON CONFLICT (diary_id, day) DO UPDATE SET author = excluded.author, text = excluded.text, mood = excluded.mood, mood_name = excluded.mood_name WHERE EXISTS (SELECT FROM (SELECT day.*) AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text = ANY ($1));
      IF EXISTS (SELECT FROM unnest(added_day) AS expected
       CROSS JOIN LATERAL (SELECT ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS unit FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE day.diary_id = expected.diary_id AND day.day = expected.day OFFSET 0) AS holder WHERE holder.unit <> ALL ($1)) THEN
        RAISE EXCEPTION 'a row of % has come into another unit meanwhile', 'day'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    IF gone_volume IS NOT NULL THEN
      DELETE FROM public.volume AS target USING unnest(gone_volume) AS gone
       WHERE target.diary_id = gone.diary_id;
    END IF;
  END IF;
  -- What a unit that is held back still had came along by foreign keys, and has not been compared yet.
  IF taken_over THEN
    PERFORM cutover_split_1_to_n.forward_book_recompute($1, $2);
  END IF;
  RETURN held;
END;
$body$;

-- Makes units ("writer", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_split_1_to_n.reverse_writer_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_split_1_to_n.reverse_writer[];
  gone_kept_author cutover_split_1_to_n.row_kept_author[];
  changed_kept_author cutover_split_1_to_n.row_kept_author[];
  added_kept_author cutover_split_1_to_n.row_kept_author[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_split_1_to_n.reverse_writer_held($1::cutover_split_1_to_n.reverse_writer[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_split_1_to_n.reverse_writer[];

  -- What differs.
  SELECT array_agg(ROW(actual.name)::cutover_split_1_to_n.row_kept_author) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.name)::cutover_split_1_to_n.row_kept_author) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.name)::cutover_split_1_to_n.row_kept_author) FILTER (WHERE actual.present IS NULL)
    INTO gone_kept_author, changed_kept_author, added_kept_author
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_kept_author(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, kept_author.name
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author) AS actual
      ON expected.name = actual.name
   WHERE ROW(expected.present, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.name)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_kept_author IS NOT NULL OR changed_kept_author IS NOT NULL OR added_kept_author IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_kept_author IS NOT NULL THEN
      DELETE FROM public.kept_author AS target USING unnest(gone_kept_author) AS gone
       WHERE target.name = gone.name;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF added_kept_author IS NOT NULL THEN
      INSERT INTO public.kept_author AS kept_author (name)
      SELECT expected.name FROM unnest(added_kept_author) AS expected
       ORDER BY expected.name
      ON CONFLICT (name) DO NOTHING;
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

-- Makes units ("book", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_split_1_to_n.reverse_book_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_split_1_to_n.reverse_book[];
  gone_diary cutover_split_1_to_n.row_diary[];
  changed_diary cutover_split_1_to_n.row_diary[];
  added_diary cutover_split_1_to_n.row_diary[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_split_1_to_n.reverse_book_held($1::cutover_split_1_to_n.reverse_book[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_split_1_to_n.reverse_book[];

  -- What differs.
  SELECT array_agg(ROW(actual.id, actual.author, actual.first_day, actual.entries)::cutover_split_1_to_n.row_diary) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.id, expected.author, expected.first_day, expected.entries)::cutover_split_1_to_n.row_diary) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.id, expected.author, expected.first_day, expected.entries)::cutover_split_1_to_n.row_diary) FILTER (WHERE actual.present IS NULL)
    INTO gone_diary, changed_diary, added_diary
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_diary(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, diary.id, diary.author, diary.first_day, diary.entries
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary) AS actual
      ON expected.id = actual.id
   WHERE ROW(expected.present, expected.id, expected.author, expected.first_day, expected.entries)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.author, actual.first_day, actual.entries)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_diary IS NOT NULL OR changed_diary IS NOT NULL OR added_diary IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_diary IS NOT NULL THEN
      DELETE FROM public.diary AS target USING unnest(gone_diary) AS gone
       WHERE target.id = gone.id;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_diary IS NOT NULL THEN
      UPDATE public.diary AS target
         SET author = expected.author, first_day = expected.first_day, entries = expected.entries
        FROM unnest(changed_diary) AS expected
       WHERE target.id = expected.id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_diary) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.diary AS target WHERE target.id = expected.id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'diary'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_diary IS NOT NULL THEN
      INSERT INTO public.diary AS diary (id, author, first_day, entries)
      SELECT expected.id, expected.author, expected.first_day, expected.entries FROM unnest(added_diary) AS expected
       ORDER BY expected.id
      ON CONFLICT (id) DO UPDATE SET author = excluded.author, first_day = excluded.first_day, entries = excluded.entries;
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

-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("writer", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.
CREATE FUNCTION cutover_split_1_to_n.forward_writer_patch(text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  units cutover_split_1_to_n.forward_writer[] := $1::cutover_split_1_to_n.forward_writer[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known cutover_split_1_to_n.forward_writer[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = 'split_1_to_n/forward/writer:' || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::cutover_split_1_to_n.forward_writer[];
  to_do text;
  gone_author cutover_split_1_to_n.row_author[];
  base_author cutover_split_1_to_n.row_author[];
  theirs_author cutover_split_1_to_n.row_author[];
  added_author cutover_split_1_to_n.row_author[];
BEGIN
  -- What legacy writers changed.
  SELECT array_agg(ROW(base.name)::cutover_split_1_to_n.row_author) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.name)::cutover_split_1_to_n.row_author) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.name)::cutover_split_1_to_n.row_author) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.name)::cutover_split_1_to_n.row_author) FILTER (WHERE base.present IS NULL)
    INTO gone_author, base_author, theirs_author, added_author
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.before_author(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_author(units) AS mapped) AS theirs
      ON base.name = theirs.name
   WHERE ROW(base.present, base.name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.name)::record;
  to_do := CASE WHEN num_nonnulls(gone_author) > 0
                THEN CASE WHEN num_nonnulls(theirs_author, added_author) > 0 THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN num_nonnulls(theirs_author, added_author) > 0 THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  PERFORM 1
    FROM public.author AS locked
   WHERE (locked.name) IN (
           SELECT author.name
             FROM unnest(units) AS wanted (cutover_1)
              CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS author)
   ORDER BY locked.name
     FOR UPDATE;

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    IF coalesce(cardinality(gone_author), 0) + coalesce(cardinality(theirs_author), 0) + coalesce(cardinality(added_author), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'split_1_to_n', 'author', found.*
        FROM (
          SELECT jsonb_build_object('name', gone.name), jsonb_build_object('name', gone.name), jsonb_build_object('name', target.name), NULL::jsonb
            FROM unnest(gone_author) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.author AS row_now WHERE row_now.name = gone.name OFFSET 0) AS target
           WHERE ROW(target.name)::record OPERATOR(pg_catalog.*<>) ROW(gone.name)::record
          UNION ALL
          SELECT jsonb_build_object('name', added.name), NULL::jsonb, jsonb_build_object('name', target.name), jsonb_build_object('name', added.name)
            FROM unnest(added_author) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.author AS row_now WHERE row_now.name = added.name OFFSET 0) AS target
           WHERE ROW(target.name)::record OPERATOR(pg_catalog.*<>) ROW(added.name)::record
        ) AS found;
    END IF;

    IF added_author IS NOT NULL THEN
      INSERT INTO public.author (name)
      SELECT added.name FROM unnest(added_author) AS added
       WHERE NOT EXISTS (SELECT FROM public.author AS target WHERE target.name = added.name OFFSET 0)
       ORDER BY added.name
      ON CONFLICT (name) DO NOTHING;
    END IF;
  END IF;

  IF $2 <> 'write' THEN
    IF gone_author IS NOT NULL THEN
      DELETE FROM public.author AS target USING unnest(gone_author) AS gone
       WHERE target.name = gone.name
         AND NOT (ROW(target.name)::record OPERATOR(pg_catalog.*<>) ROW(gone.name)::record)
         AND NOT EXISTS (SELECT FROM public.volume AS dependent WHERE dependent.author = target.name OFFSET 0);
    END IF;
  END IF;
  RETURN to_do;
END;
$body$;

-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("book", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.
CREATE FUNCTION cutover_split_1_to_n.forward_book_patch(text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  units cutover_split_1_to_n.forward_book[] := $1::cutover_split_1_to_n.forward_book[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known cutover_split_1_to_n.forward_book[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = 'split_1_to_n/forward/book:' || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::cutover_split_1_to_n.forward_book[];
  to_do text;
  gone_volume cutover_split_1_to_n.row_volume[];
  base_volume cutover_split_1_to_n.row_volume[];
  theirs_volume cutover_split_1_to_n.row_volume[];
  added_volume cutover_split_1_to_n.row_volume[];
  gone_day cutover_split_1_to_n.row_day[];
  base_day cutover_split_1_to_n.row_day[];
  theirs_day cutover_split_1_to_n.row_day[];
  added_day cutover_split_1_to_n.row_day[];
BEGIN
  -- What legacy writers changed.
  SELECT array_agg(ROW(base.diary_id, base.author, base.first_day)::cutover_split_1_to_n.row_volume) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.diary_id, base.author, base.first_day)::cutover_split_1_to_n.row_volume) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.diary_id, theirs.author, theirs.first_day)::cutover_split_1_to_n.row_volume) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.diary_id, theirs.author, theirs.first_day)::cutover_split_1_to_n.row_volume) FILTER (WHERE base.present IS NULL)
    INTO gone_volume, base_volume, theirs_volume, added_volume
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.before_volume(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_volume(units) AS mapped) AS theirs
      ON base.diary_id = theirs.diary_id
   WHERE ROW(base.present, base.diary_id, base.author, base.first_day)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.diary_id, theirs.author, theirs.first_day)::record;
  SELECT array_agg(ROW(base.diary_id, base.author, base.day, base.text, base.mood, base.mood_name)::cutover_split_1_to_n.row_day) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.diary_id, base.author, base.day, base.text, base.mood, base.mood_name)::cutover_split_1_to_n.row_day) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.diary_id, theirs.author, theirs.day, theirs.text, theirs.mood, theirs.mood_name)::cutover_split_1_to_n.row_day) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.diary_id, theirs.author, theirs.day, theirs.text, theirs.mood, theirs.mood_name)::cutover_split_1_to_n.row_day) FILTER (WHERE base.present IS NULL)
    INTO gone_day, base_day, theirs_day, added_day
    FROM (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.before_day(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_split_1_to_n.map_day(units) AS mapped) AS theirs
      ON base.diary_id = theirs.diary_id AND base.day = theirs.day
   WHERE ROW(base.present, base.diary_id, base.author, base.day, base.text, base.mood, base.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.diary_id, theirs.author, theirs.day, theirs.text, theirs.mood, theirs.mood_name)::record;
  to_do := CASE WHEN num_nonnulls(gone_volume, gone_day) > 0
                THEN CASE WHEN num_nonnulls(theirs_volume, added_volume, theirs_day, added_day) > 0 THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN num_nonnulls(theirs_volume, added_volume, theirs_day, added_day) > 0 THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  PERFORM 1
    FROM public.volume AS locked
   WHERE (locked.diary_id) IN (
           SELECT volume.diary_id
             FROM unnest(units) AS wanted (cutover_1, cutover_2)
              CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS volume)
   ORDER BY locked.diary_id
     FOR UPDATE;
  PERFORM 1
    FROM public.day AS locked
   WHERE (locked.diary_id, locked.day) IN (
           SELECT day.diary_id, day.day
             FROM unnest(units) AS wanted (cutover_1, cutover_2)
              CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS day)
   ORDER BY locked.diary_id, locked.day
     FOR UPDATE;

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    IF coalesce(cardinality(gone_volume), 0) + coalesce(cardinality(theirs_volume), 0) + coalesce(cardinality(added_volume), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'split_1_to_n', 'volume', found.*
        FROM (
          SELECT jsonb_build_object('diary_id', gone.diary_id), jsonb_build_object('diary_id', gone.diary_id, 'author', gone.author, 'first_day', gone.first_day), jsonb_build_object('diary_id', target.diary_id, 'author', target.author, 'first_day', target.first_day), NULL::jsonb
            FROM unnest(gone_volume) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.volume AS row_now WHERE row_now.diary_id = gone.diary_id OFFSET 0) AS target
           WHERE ROW(target.diary_id, target.first_day)::record OPERATOR(pg_catalog.*<>) ROW(gone.diary_id, gone.first_day)::record
          UNION ALL
          SELECT jsonb_build_object('diary_id', added.diary_id), NULL::jsonb, jsonb_build_object('diary_id', target.diary_id, 'author', target.author, 'first_day', target.first_day), jsonb_build_object('diary_id', added.diary_id, 'author', added.author, 'first_day', added.first_day)
            FROM unnest(added_volume) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.volume AS row_now WHERE row_now.diary_id = added.diary_id OFFSET 0) AS target
           WHERE ROW(target.diary_id, target.author, target.first_day)::record OPERATOR(pg_catalog.*<>) ROW(added.diary_id, added.author, added.first_day)::record
          UNION ALL
          SELECT jsonb_build_object('diary_id', theirs.diary_id), jsonb_build_object('diary_id', base.diary_id, 'author', base.author, 'first_day', base.first_day), CASE WHEN target.present THEN jsonb_build_object('diary_id', target.diary_id, 'author', target.author, 'first_day', target.first_day) END, jsonb_build_object('diary_id', theirs.diary_id, 'author', theirs.author, 'first_day', theirs.first_day)
            FROM unnest(theirs_volume) AS theirs
            JOIN unnest(base_volume) AS base ON base.diary_id = theirs.diary_id
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.volume AS row_now
                                WHERE row_now.diary_id = theirs.diary_id OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record AND ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(base.author)::record AND ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record) OR (ROW(base.first_day)::record OPERATOR(pg_catalog.*<>) ROW(theirs.first_day)::record AND ROW(target.first_day)::record OPERATOR(pg_catalog.*<>) ROW(base.first_day)::record AND ROW(target.first_day)::record OPERATOR(pg_catalog.*<>) ROW(theirs.first_day)::record)
        ) AS found;
    END IF;
    IF coalesce(cardinality(gone_day), 0) + coalesce(cardinality(theirs_day), 0) + coalesce(cardinality(added_day), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'split_1_to_n', 'day', found.*
        FROM (
          SELECT jsonb_build_object('diary_id', gone.diary_id, 'day', gone.day), jsonb_build_object('diary_id', gone.diary_id, 'author', gone.author, 'day', gone.day, 'text', gone.text, 'mood', gone.mood, 'mood_name', gone.mood_name), jsonb_build_object('diary_id', target.diary_id, 'author', target.author, 'day', target.day, 'text', target.text, 'mood', target.mood, 'mood_name', target.mood_name), NULL::jsonb
            FROM unnest(gone_day) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.day AS row_now WHERE row_now.diary_id = gone.diary_id AND row_now.day = gone.day OFFSET 0) AS target
           WHERE ROW(target.diary_id, target.day, target.text, target.mood, target.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(gone.diary_id, gone.day, gone.text, gone.mood, gone.mood_name)::record
          UNION ALL
          SELECT jsonb_build_object('diary_id', added.diary_id, 'day', added.day), NULL::jsonb, jsonb_build_object('diary_id', target.diary_id, 'author', target.author, 'day', target.day, 'text', target.text, 'mood', target.mood, 'mood_name', target.mood_name), jsonb_build_object('diary_id', added.diary_id, 'author', added.author, 'day', added.day, 'text', added.text, 'mood', added.mood, 'mood_name', added.mood_name)
            FROM unnest(added_day) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.day AS row_now WHERE row_now.diary_id = added.diary_id AND row_now.day = added.day OFFSET 0) AS target
           WHERE ROW(target.diary_id, target.author, target.day, target.text, target.mood, target.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(added.diary_id, added.author, added.day, added.text, added.mood, added.mood_name)::record
          UNION ALL
          SELECT jsonb_build_object('diary_id', theirs.diary_id, 'day', theirs.day), jsonb_build_object('diary_id', base.diary_id, 'author', base.author, 'day', base.day, 'text', base.text, 'mood', base.mood, 'mood_name', base.mood_name), CASE WHEN target.present THEN jsonb_build_object('diary_id', target.diary_id, 'author', target.author, 'day', target.day, 'text', target.text, 'mood', target.mood, 'mood_name', target.mood_name) END, jsonb_build_object('diary_id', theirs.diary_id, 'author', theirs.author, 'day', theirs.day, 'text', theirs.text, 'mood', theirs.mood, 'mood_name', theirs.mood_name)
            FROM unnest(theirs_day) AS theirs
            JOIN unnest(base_day) AS base ON base.diary_id = theirs.diary_id AND base.day = theirs.day
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.day AS row_now
                                WHERE row_now.diary_id = theirs.diary_id AND row_now.day = theirs.day OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record AND ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(base.author)::record AND ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record) OR (ROW(base.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record AND ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(base.text)::record AND ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record) OR (ROW(base.mood)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood)::record AND ROW(target.mood)::record OPERATOR(pg_catalog.*<>) ROW(base.mood)::record AND ROW(target.mood)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood)::record) OR (ROW(base.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood_name)::record AND ROW(target.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(base.mood_name)::record AND ROW(target.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood_name)::record)
        ) AS found;
    END IF;

    IF theirs_volume IS NOT NULL THEN
      UPDATE public.volume AS target
         SET author = CASE WHEN ROW(base.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record AND NOT (ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(base.author)::record) THEN theirs.author ELSE target.author END,
         first_day = CASE WHEN ROW(base.first_day)::record OPERATOR(pg_catalog.*<>) ROW(theirs.first_day)::record AND NOT (ROW(target.first_day)::record OPERATOR(pg_catalog.*<>) ROW(base.first_day)::record) THEN theirs.first_day ELSE target.first_day END
        FROM unnest(theirs_volume) AS theirs
        JOIN unnest(base_volume) AS base ON base.diary_id = theirs.diary_id
       WHERE target.diary_id = theirs.diary_id
         AND ((ROW(base.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record AND NOT (ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(base.author)::record)) OR (ROW(base.first_day)::record OPERATOR(pg_catalog.*<>) ROW(theirs.first_day)::record AND NOT (ROW(target.first_day)::record OPERATOR(pg_catalog.*<>) ROW(base.first_day)::record)));
    END IF;
    IF added_volume IS NOT NULL THEN
      INSERT INTO public.volume (diary_id, author, first_day)
      SELECT added.diary_id, added.author, added.first_day FROM unnest(added_volume) AS added
       WHERE NOT EXISTS (SELECT FROM public.volume AS target WHERE target.diary_id = added.diary_id OFFSET 0)
         AND (added.author IS NULL OR EXISTS (SELECT FROM public.author AS parent WHERE added.author = parent.name OFFSET 0))
       ORDER BY added.diary_id
      ON CONFLICT (diary_id) DO NOTHING;
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'split_1_to_n', 'volume', jsonb_build_object('diary_id', added.diary_id), NULL, NULL, jsonb_build_object('diary_id', added.diary_id, 'author', added.author, 'first_day', added.first_day)
        FROM unnest(added_volume) AS added
       WHERE NOT EXISTS (SELECT FROM public.volume AS target WHERE target.diary_id = added.diary_id OFFSET 0);
    END IF;
    IF theirs_day IS NOT NULL THEN
      UPDATE public.day AS target
         SET author = CASE WHEN ROW(base.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record AND NOT (ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(base.author)::record) THEN theirs.author ELSE target.author END,
         text = CASE WHEN ROW(base.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record AND NOT (ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(base.text)::record) THEN theirs.text ELSE target.text END,
         mood = CASE WHEN ROW(base.mood)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood)::record AND NOT (ROW(target.mood)::record OPERATOR(pg_catalog.*<>) ROW(base.mood)::record) THEN theirs.mood ELSE target.mood END,
         mood_name = CASE WHEN ROW(base.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood_name)::record AND NOT (ROW(target.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(base.mood_name)::record) THEN theirs.mood_name ELSE target.mood_name END
        FROM unnest(theirs_day) AS theirs
        JOIN unnest(base_day) AS base ON base.diary_id = theirs.diary_id AND base.day = theirs.day
       WHERE target.diary_id = theirs.diary_id AND target.day = theirs.day
         AND ((ROW(base.author)::record OPERATOR(pg_catalog.*<>) ROW(theirs.author)::record AND NOT (ROW(target.author)::record OPERATOR(pg_catalog.*<>) ROW(base.author)::record)) OR (ROW(base.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record AND NOT (ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(base.text)::record)) OR (ROW(base.mood)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood)::record AND NOT (ROW(target.mood)::record OPERATOR(pg_catalog.*<>) ROW(base.mood)::record)) OR (ROW(base.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(theirs.mood_name)::record AND NOT (ROW(target.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(base.mood_name)::record)));
    END IF;
    IF added_day IS NOT NULL THEN
      INSERT INTO public.day (diary_id, author, day, text, mood, mood_name)
      SELECT added.diary_id, added.author, added.day, added.text, added.mood, added.mood_name FROM unnest(added_day) AS added
       WHERE NOT EXISTS (SELECT FROM public.day AS target WHERE target.diary_id = added.diary_id AND target.day = added.day OFFSET 0)
         AND (added.diary_id IS NULL OR added.author IS NULL OR EXISTS (SELECT FROM public.volume AS parent WHERE added.diary_id = parent.diary_id AND added.author = parent.author OFFSET 0))
       ORDER BY added.diary_id, added.day
      ON CONFLICT (diary_id, day) DO NOTHING;
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'split_1_to_n', 'day', jsonb_build_object('diary_id', added.diary_id, 'day', added.day), NULL, NULL, jsonb_build_object('diary_id', added.diary_id, 'author', added.author, 'day', added.day, 'text', added.text, 'mood', added.mood, 'mood_name', added.mood_name)
        FROM unnest(added_day) AS added
       WHERE NOT EXISTS (SELECT FROM public.day AS target WHERE target.diary_id = added.diary_id AND target.day = added.day OFFSET 0);
    END IF;
  END IF;

  IF $2 <> 'write' THEN
    IF gone_day IS NOT NULL THEN
      DELETE FROM public.day AS target USING unnest(gone_day) AS gone
       WHERE target.diary_id = gone.diary_id AND target.day = gone.day
         AND NOT (ROW(target.diary_id, target.day, target.text, target.mood, target.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(gone.diary_id, gone.day, gone.text, gone.mood, gone.mood_name)::record)
         ;
    END IF;
    IF gone_volume IS NOT NULL THEN
      DELETE FROM public.volume AS target USING unnest(gone_volume) AS gone
       WHERE target.diary_id = gone.diary_id
         AND NOT (ROW(target.diary_id, target.first_day)::record OPERATOR(pg_catalog.*<>) ROW(gone.diary_id, gone.first_day)::record)
         AND NOT EXISTS (SELECT FROM public.day AS dependent WHERE dependent.diary_id = target.diary_id AND dependent.author = target.author OFFSET 0);
    END IF;
  END IF;
  RETURN to_do;
END;
$body$;

-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION cutover_split_1_to_n.forward_writer_unmade(cutover_split_1_to_n.forward_writer[])
  RETURNS cutover_split_1_to_n.forward_writer[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     SELECT ROW(wanted.cutover_1)::cutover_split_1_to_n.forward_writer AS unit FROM unnest($1) AS wanted (cutover_1)
      CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS author
     UNION ALL
     SELECT ROW(own.cutover_1)::cutover_split_1_to_n.forward_writer
       FROM cutover_split_1_to_n.map_author($1) AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
      WHERE EXISTS (SELECT FROM public.author AS target WHERE target.name = author.name)
     UNION ALL
     SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer
       FROM (
         SELECT now.*
           FROM (
             SELECT  diary.*
               FROM unnest($1) AS wanted (cutover_1)
                CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'split_1_to_n' AND image.table_name = 'diary' AND true AND image.feeds && ARRAY(SELECT 'writer:' || ROW(wanted.cutover_1)::cutover_split_1_to_n.forward_writer::text FROM unnest($1) AS wanted (cutover_1)) AND image.key = ROW(now.id)::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON (diary.id) diary.*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::public.diary AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'writer:' || ROW(wanted.cutover_1)::cutover_split_1_to_n.forward_writer::text FROM unnest($1) AS wanted (cutover_1))
                                                     AND image.cutover IS NOT DISTINCT FROM 'split_1_to_n' AND image.table_name IS NOT DISTINCT FROM 'diary' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS diary
           CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
           JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
       ) AS diary
       CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
       JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
   ) AS made);
END;

-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION cutover_split_1_to_n.forward_book_unmade(cutover_split_1_to_n.forward_book[])
  RETURNS cutover_split_1_to_n.forward_book[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     SELECT ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2)
      CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS volume
     UNION ALL
     SELECT ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book AS unit FROM unnest($1) AS wanted (cutover_1, cutover_2)
      CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS day
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book
       FROM cutover_split_1_to_n.map_volume($1) AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
      WHERE EXISTS (SELECT FROM public.volume AS target WHERE target.diary_id = volume.diary_id)
     UNION ALL
     SELECT ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book
       FROM cutover_split_1_to_n.map_day($1) AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
      WHERE EXISTS (SELECT FROM public.day AS target WHERE target.diary_id = day.diary_id AND target.day = day.day)
     UNION ALL
     SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book
       FROM (
         SELECT now.*
           FROM (
             SELECT  diary.*
               FROM unnest($1) AS wanted (cutover_1, cutover_2)
                CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'split_1_to_n' AND image.table_name = 'diary' AND true AND image.feeds && ARRAY(SELECT 'book:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book::text FROM unnest($1) AS wanted (cutover_1, cutover_2)) AND image.key = ROW(now.id)::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON (diary.id) diary.*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::public.diary AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'book:' || ROW(wanted.cutover_1, wanted.cutover_2)::cutover_split_1_to_n.forward_book::text FROM unnest($1) AS wanted (cutover_1, cutover_2))
                                                     AND image.cutover IS NOT DISTINCT FROM 'split_1_to_n' AND image.table_name IS NOT DISTINCT FROM 'diary' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS diary
           CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
           JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
       ) AS diary
       CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
       JOIN unnest($1) AS wanted (cutover_1, cutover_2) ON fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2
   ) AS made);
END;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_split_1_to_n.forward_writer_differences(cutover_split_1_to_n.forward_writer[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_split_1_to_n.forward_writer::text,
       'author',
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) ELSE jsonb_build_object('name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('name', actual.name) END
  FROM (SELECT true AS present, author.name, own.cutover_1
          FROM cutover_split_1_to_n.map_author($1) AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, author.name, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS author) AS actual
    ON expected.name = actual.name
 WHERE ROW(expected.present, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.name)::record;
END;

-- … and in all.
CREATE VIEW cutover_split_1_to_n.forward_writer_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_split_1_to_n.forward_writer::text,
       'author',
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) ELSE jsonb_build_object('name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('name', actual.name) END
  FROM (SELECT true AS present, author.name, own.cutover_1
          FROM cutover_split_1_to_n.all_author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, author.name, own.cutover_1
          FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)) AS actual
    ON expected.name = actual.name
 WHERE ROW(expected.present, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.name)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_split_1_to_n.forward_book_differences(cutover_split_1_to_n.forward_book[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_split_1_to_n.forward_book::text,
       'volume',
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id) ELSE jsonb_build_object('diary_id', actual.diary_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id, 'author', expected.author, 'first_day', expected.first_day) END,
       CASE WHEN actual.present THEN jsonb_build_object('diary_id', actual.diary_id, 'author', actual.author, 'first_day', actual.first_day) END
  FROM (SELECT true AS present, volume.diary_id, volume.author, volume.first_day, own.cutover_1, own.cutover_2
          FROM cutover_split_1_to_n.map_volume($1) AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, volume.diary_id, volume.author, volume.first_day, wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS volume) AS actual
    ON expected.diary_id = actual.diary_id
 WHERE ROW(expected.present, expected.diary_id, expected.author, expected.first_day)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.diary_id, actual.author, actual.first_day)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_split_1_to_n.forward_book::text,
       'day',
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id, 'day', expected.day) ELSE jsonb_build_object('diary_id', actual.diary_id, 'day', actual.day) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id, 'author', expected.author, 'day', expected.day, 'text', expected.text, 'mood', expected.mood, 'mood_name', expected.mood_name) END,
       CASE WHEN actual.present THEN jsonb_build_object('diary_id', actual.diary_id, 'author', actual.author, 'day', actual.day, 'text', actual.text, 'mood', actual.mood, 'mood_name', actual.mood_name) END
  FROM (SELECT true AS present, day.diary_id, day.author, day.day, day.text, day.mood, day.mood_name, own.cutover_1, own.cutover_2
          FROM cutover_split_1_to_n.map_day($1) AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, day.diary_id, day.author, day.day, day.text, day.mood, day.mood_name, wanted.cutover_1, wanted.cutover_2
          FROM unnest($1) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS day) AS actual
    ON expected.diary_id = actual.diary_id AND expected.day = actual.day
 WHERE ROW(expected.present, expected.diary_id, expected.author, expected.day, expected.text, expected.mood, expected.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.diary_id, actual.author, actual.day, actual.text, actual.mood, actual.mood_name)::record;
END;

-- … and in all.
CREATE VIEW cutover_split_1_to_n.forward_book_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_split_1_to_n.forward_book::text,
       'volume',
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id) ELSE jsonb_build_object('diary_id', actual.diary_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id, 'author', expected.author, 'first_day', expected.first_day) END,
       CASE WHEN actual.present THEN jsonb_build_object('diary_id', actual.diary_id, 'author', actual.author, 'first_day', actual.first_day) END
  FROM (SELECT true AS present, volume.diary_id, volume.author, volume.first_day, own.cutover_1, own.cutover_2
          FROM cutover_split_1_to_n.all_volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, volume.diary_id, volume.author, volume.first_day, own.cutover_1, own.cutover_2
          FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)) AS actual
    ON expected.diary_id = actual.diary_id
 WHERE ROW(expected.present, expected.diary_id, expected.author, expected.first_day)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.diary_id, actual.author, actual.first_day)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1), coalesce(expected.cutover_2, actual.cutover_2))::cutover_split_1_to_n.forward_book::text,
       'day',
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id, 'day', expected.day) ELSE jsonb_build_object('diary_id', actual.diary_id, 'day', actual.day) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('diary_id', expected.diary_id, 'author', expected.author, 'day', expected.day, 'text', expected.text, 'mood', expected.mood, 'mood_name', expected.mood_name) END,
       CASE WHEN actual.present THEN jsonb_build_object('diary_id', actual.diary_id, 'author', actual.author, 'day', actual.day, 'text', actual.text, 'mood', actual.mood, 'mood_name', actual.mood_name) END
  FROM (SELECT true AS present, day.diary_id, day.author, day.day, day.text, day.mood, day.mood_name, own.cutover_1, own.cutover_2
          FROM cutover_split_1_to_n.all_day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)) AS expected
  FULL JOIN (SELECT true AS present, day.diary_id, day.author, day.day, day.text, day.mood, day.mood_name, own.cutover_1, own.cutover_2
          FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)) AS actual
    ON expected.diary_id = actual.diary_id AND expected.day = actual.day
 WHERE ROW(expected.present, expected.diary_id, expected.author, expected.day, expected.text, expected.mood, expected.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.diary_id, actual.author, actual.day, actual.text, actual.mood, actual.mood_name)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_split_1_to_n.reverse_writer_differences(cutover_split_1_to_n.reverse_writer[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_split_1_to_n.reverse_writer::text,
       'kept_author',
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) ELSE jsonb_build_object('name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('name', actual.name) END
  FROM (SELECT true AS present, kept_author.name, own.cutover_1
          FROM cutover_split_1_to_n.map_kept_author($1) AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, kept_author.name, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author) AS actual
    ON expected.name = actual.name
 WHERE ROW(expected.present, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.name)::record;
END;

-- … and in all.
CREATE VIEW cutover_split_1_to_n.reverse_writer_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_split_1_to_n.reverse_writer::text,
       'kept_author',
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) ELSE jsonb_build_object('name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('name', expected.name) END,
       CASE WHEN actual.present THEN jsonb_build_object('name', actual.name) END
  FROM (SELECT true AS present, kept_author.name, own.cutover_1
          FROM cutover_split_1_to_n.all_kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, kept_author.name, own.cutover_1
          FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)) AS actual
    ON expected.name = actual.name
 WHERE ROW(expected.present, expected.name)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.name)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_split_1_to_n.reverse_book_differences(cutover_split_1_to_n.reverse_book[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_split_1_to_n.reverse_book::text,
       'diary',
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id) ELSE jsonb_build_object('id', actual.id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id, 'author', expected.author, 'first_day', expected.first_day, 'entries', expected.entries) END,
       CASE WHEN actual.present THEN jsonb_build_object('id', actual.id, 'author', actual.author, 'first_day', actual.first_day, 'entries', actual.entries) END
  FROM (SELECT true AS present, diary.id, diary.author, diary.first_day, diary.entries, own.cutover_1
          FROM cutover_split_1_to_n.map_diary($1) AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, diary.id, diary.author, diary.first_day, diary.entries, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary) AS actual
    ON expected.id = actual.id
 WHERE ROW(expected.present, expected.id, expected.author, expected.first_day, expected.entries)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.author, actual.first_day, actual.entries)::record;
END;

-- … and in all.
CREATE VIEW cutover_split_1_to_n.reverse_book_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_split_1_to_n.reverse_book::text,
       'diary',
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id) ELSE jsonb_build_object('id', actual.id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id, 'author', expected.author, 'first_day', expected.first_day, 'entries', expected.entries) END,
       CASE WHEN actual.present THEN jsonb_build_object('id', actual.id, 'author', actual.author, 'first_day', actual.first_day, 'entries', actual.entries) END
  FROM (SELECT true AS present, diary.id, diary.author, diary.first_day, diary.entries, own.cutover_1
          FROM cutover_split_1_to_n.all_diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, diary.id, diary.author, diary.first_day, diary.entries, own.cutover_1
          FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS actual
    ON expected.id = actual.id
 WHERE ROW(expected.present, expected.id, expected.author, expected.first_day, expected.entries)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.author, actual.first_day, actual.entries)::record;

-- Every unit that either side knows.
CREATE VIEW cutover_split_1_to_n.forward_writer_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer
  FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
UNION
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer
  FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_split_1_to_n.forward_writer
  FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1);

-- Every unit that either side knows.
CREATE VIEW cutover_split_1_to_n.forward_book_units (unit) AS
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book
  FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book
  FROM public.mood AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
UNION
SELECT ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book
  FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2);

-- Every unit that either side knows.
CREATE VIEW cutover_split_1_to_n.reverse_writer_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer
  FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
UNION
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer
  FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_split_1_to_n.reverse_writer
  FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1);

-- Every unit that either side knows.
CREATE VIEW cutover_split_1_to_n.reverse_book_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book
  FROM public.volume AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
UNION
SELECT ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book
  FROM public.day AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_split_1_to_n.reverse_book
  FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1);

-- $1 direction of the references $2 ("kind:unit"); returns the references of the other direction that hang together with them.
CREATE FUNCTION cutover_split_1_to_n.connected(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' THEN
    RETURN ARRAY(
      SELECT DISTINCT linked.ref FROM (
        SELECT 'writer:' || ROW(own.cutover_1)::cutover_split_1_to_n.reverse_writer::text
          FROM (SELECT  kept_author.*
            FROM unnest(ARRAY(SELECT substr(ref, 8) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'writer:'))::cutover_split_1_to_n.forward_writer[]) AS wanted (cutover_1)
             CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author) AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
        UNION ALL
        SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text
          FROM unnest(ARRAY(SELECT substr(ref, 8) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'writer:'))::cutover_split_1_to_n.forward_writer[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
        UNION ALL
        SELECT 'book:' || ROW(own.cutover_1)::cutover_split_1_to_n.reverse_book::text
          FROM (SELECT  diary.*
            FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'book:'))::cutover_split_1_to_n.forward_book[]) AS wanted (cutover_1, cutover_2)
             CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary) AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
        UNION ALL
        SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'book:'))::cutover_split_1_to_n.forward_book[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
        UNION ALL
        SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'book:'))::cutover_split_1_to_n.forward_book[]) AS wanted (cutover_1, cutover_2)
           CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2) WHERE own.cutover_1 = wanted.cutover_1 AND own.cutover_2 = wanted.cutover_2 OFFSET 0) AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
      ) AS linked (ref));
  END IF;
  RETURN ARRAY(
    SELECT DISTINCT linked.ref FROM (
      SELECT 'writer:' || ROW(own.cutover_1)::cutover_split_1_to_n.forward_writer::text
        FROM (SELECT  author.*
          FROM unnest(ARRAY(SELECT substr(ref, 8) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'writer:'))::cutover_split_1_to_n.reverse_writer[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS author) AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
      UNION ALL
      SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text
        FROM unnest(ARRAY(SELECT substr(ref, 8) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'writer:'))::cutover_split_1_to_n.reverse_writer[]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
      UNION ALL
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text
        FROM (SELECT  volume.*
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'book:'))::cutover_split_1_to_n.reverse_book[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS volume) AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
      UNION ALL
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text
        FROM (SELECT  day.*
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'book:'))::cutover_split_1_to_n.reverse_book[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS day) AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
      UNION ALL
      SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text
        FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'book:'))::cutover_split_1_to_n.reverse_book[]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
    ) AS linked (ref));
END;
$body$;

-- Locks the legacy rows of reverse units, in the order of their keys, so that no legacy writer commits between our reading
-- and our writing.
CREATE FUNCTION cutover_split_1_to_n.lock_rows(text[]) RETURNS void
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
BEGIN
  PERFORM 1
    FROM public.diary AS locked
   WHERE (locked.id) IN (
           SELECT diary.id
             FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($1) AS ref
                      WHERE starts_with(ref, 'book:'))::cutover_split_1_to_n.reverse_book[]) AS wanted (cutover_1)
              CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary)
   ORDER BY locked.id
     FOR UPDATE;
END;
$body$;

-- The coarser units ("kind:unit") that the units $3 of kind $2, direction $1, lie in.
CREATE FUNCTION cutover_split_1_to_n.coarser(text, text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'book' THEN
    RETURN ARRAY(
      SELECT DISTINCT 'writer:' || ROW(fine.author)::cutover_split_1_to_n.forward_writer::text FROM unnest($3::cutover_split_1_to_n.forward_book[]) AS fine);
  END IF;
  RETURN '{}';
END;
$body$;

-- The reverse units ("kind:unit") that have rows in a kept table of the legacy side: what they keep may be out of date after legacy
-- was written alone.
CREATE FUNCTION cutover_split_1_to_n.kept_refs() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(DISTINCT kept.ref), '{}') FROM (
  SELECT 'writer:' || ROW(own.cutover_1)::cutover_split_1_to_n.reverse_writer::text
    FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
) AS kept (ref);
END;

-- Makes the units $3 of kind $2, direction $1, true ($4: 'all', 'whole', 'write', 'delete', 'check'); returns those that a rule holds back.
CREATE FUNCTION cutover_split_1_to_n.recompute(text, text, text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'writer' THEN
    RETURN cutover_split_1_to_n.forward_writer_recompute($3, $4);
  ELSIF $1 = 'forward' AND $2 = 'book' THEN
    RETURN cutover_split_1_to_n.forward_book_recompute($3, $4);
  ELSIF $1 = 'reverse' AND $2 = 'writer' THEN
    RETURN cutover_split_1_to_n.reverse_writer_recompute($3, $4);
  ELSIF $1 = 'reverse' AND $2 = 'book' THEN
    RETURN cutover_split_1_to_n.reverse_book_recompute($3, $4);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'split_1_to_n', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Brings legacy writes over to the new rows of the forward units $2 of kind $1 ($3: 'all', 'write', 'delete' or 'look'); returns what there is to do.
CREATE FUNCTION cutover_split_1_to_n.patch(text, text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'writer' THEN RETURN cutover_split_1_to_n.forward_writer_patch($2, $3); END IF;
  IF $1 = 'book' THEN RETURN cutover_split_1_to_n.forward_book_patch($2, $3); END IF;
  RETURN '';
END;
$body$;

-- Of the forward units $2 of kind $1 those that the new side was never made of.
CREATE FUNCTION cutover_split_1_to_n.unmade(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  IF $1 = 'writer' THEN RETURN cutover_split_1_to_n.forward_writer_unmade($2::cutover_split_1_to_n.forward_writer[])::text[]; END IF;
  IF $1 = 'book' THEN RETURN cutover_split_1_to_n.forward_book_unmade($2::cutover_split_1_to_n.forward_book[])::text[]; END IF;
  RETURN '{}';
END;
$body$;

-- The units that a rule holds back, among $3 (NULL: all).
CREATE FUNCTION cutover_split_1_to_n.held(text, text, text[]) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'writer' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_split_1_to_n.forward_writer_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_split_1_to_n.forward_writer_held($3::cutover_split_1_to_n.forward_writer[]) AS some_held;
    END IF;
  ELSIF $1 = 'forward' AND $2 = 'book' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_split_1_to_n.forward_book_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_split_1_to_n.forward_book_held($3::cutover_split_1_to_n.forward_book[]) AS some_held;
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'writer' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_split_1_to_n.reverse_writer_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_split_1_to_n.reverse_writer_held($3::cutover_split_1_to_n.reverse_writer[]) AS some_held;
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'book' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_split_1_to_n.reverse_book_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_split_1_to_n.reverse_book_held($3::cutover_split_1_to_n.reverse_book[]) AS some_held;
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'split_1_to_n', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that are not what the mapping says, of the units $3 (NULL: all).
CREATE FUNCTION cutover_split_1_to_n.differences(text, text, text[]) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'writer' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.forward_writer_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.forward_writer_differences($3::cutover_split_1_to_n.forward_writer[]);
    END IF;
  ELSIF $1 = 'forward' AND $2 = 'book' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.forward_book_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.forward_book_differences($3::cutover_split_1_to_n.forward_book[]);
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'writer' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.reverse_writer_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.reverse_writer_differences($3::cutover_split_1_to_n.reverse_writer[]);
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'book' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.reverse_book_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_split_1_to_n.reverse_book_differences($3::cutover_split_1_to_n.reverse_book[]);
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'split_1_to_n', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Every unit of kind $2, direction $1, that either side knows.
CREATE FUNCTION cutover_split_1_to_n.list_units(text, text) RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'writer' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_split_1_to_n.forward_writer_units AS listed;
  ELSIF $1 = 'forward' AND $2 = 'book' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_split_1_to_n.forward_book_units AS listed;
  ELSIF $1 = 'reverse' AND $2 = 'writer' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_split_1_to_n.reverse_writer_units AS listed;
  ELSIF $1 = 'reverse' AND $2 = 'book' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_split_1_to_n.reverse_book_units AS listed;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'split_1_to_n', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that feed the unit $3, for the quarantine.
CREATE FUNCTION cutover_split_1_to_n.source_rows(text, text, text) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'writer' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'diary', 'row', to_jsonb(diary)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.forward_writer]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS diary
      UNION ALL
      SELECT jsonb_build_object('table', 'kept_author', 'row', to_jsonb(kept_author)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.forward_writer]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT kept_author.* FROM public.kept_author AS kept_author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS kept_author
    ) AS rows);
  ELSIF $1 = 'forward' AND $2 = 'book' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'diary', 'row', to_jsonb(diary)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.forward_book]) AS wanted (cutover_1, cutover_2)
         CROSS JOIN LATERAL (SELECT diary.* FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2) WHERE fed.cutover_1 = wanted.cutover_1 AND fed.cutover_2 = wanted.cutover_2 OFFSET 0) AS diary
      UNION ALL
      SELECT jsonb_build_object('table', 'mood', 'row', to_jsonb(mood)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.forward_book]) AS book
         CROSS JOIN LATERAL (SELECT mood.* FROM public.mood AS mood WHERE mood.code = ANY (ARRAY (SELECT entry ->> 'mood' FROM public.diary CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry WHERE diary.id = book.diary_id)) OFFSET 0) AS mood
    ) AS rows);
  ELSIF $1 = 'reverse' AND $2 = 'writer' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'author', 'row', to_jsonb(author)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.reverse_writer]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT author.* FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS author
      UNION ALL
      SELECT jsonb_build_object('table', 'volume', 'row', to_jsonb(volume)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.reverse_writer]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS volume
    ) AS rows);
  ELSIF $1 = 'reverse' AND $2 = 'book' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'volume', 'row', to_jsonb(volume)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.reverse_book]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT volume.* FROM public.volume AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS volume
      UNION ALL
      SELECT jsonb_build_object('table', 'day', 'row', to_jsonb(day)) AS found
        FROM unnest(ARRAY[$3::cutover_split_1_to_n.reverse_book]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT day.* FROM public.day AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS day
    ) AS rows);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'split_1_to_n', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Is there any row to protect, on either side?
CREATE FUNCTION cutover_split_1_to_n.holds_rows() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM public.diary)
    OR EXISTS (SELECT FROM public.author)
    OR EXISTS (SELECT FROM public.volume)
    OR EXISTS (SELECT FROM public.day);
END;

-- The fence of public.diary. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_split_1_to_n.fence_diary() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('split_1_to_n', 'reverse') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('legacy_locked', 'archived', 'dropped') OR step LIKE 'legacy_locked:%' THEN
    RAISE EXCEPTION '% is read-only: its data has moved to the new tables (cutover %)', 'public.diary', 'split_1_to_n'
      USING ERRCODE = 'CU021', HINT = 'Write the new tables; this version of the application is too old.';
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.diary: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_split_1_to_n.note_diary_insert() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('split_1_to_n', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
      FROM new_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM new_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'split_1_to_n', 'diary', touched.key,
           NULL::text,
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(diary.id)::text AS key, 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS feeds, NULL::text AS belongs FROM new_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(diary.id)::text AS key, 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS feeds, NULL::text AS belongs FROM new_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(diary.id)::text, NULL::text, 'book:' || ROW(own.cutover_1)::cutover_split_1_to_n.reverse_book::text FROM new_rows AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.diary: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_split_1_to_n.note_diary_update() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('split_1_to_n', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
               WHERE after.id IS NULL OR ROW(before.id, before.author)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
               WHERE before.id IS NULL OR ROW(before.id, before.author)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author)::record) AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
               WHERE after.id IS NULL OR ROW(before.id, before.author, before.first_day, before.entries)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author, after.first_day, after.entries)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
               WHERE before.id IS NULL OR ROW(before.id, before.author, before.first_day, before.entries)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author, after.first_day, after.entries)::record) AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'split_1_to_n', 'diary', touched.key,
           (SELECT diary::text FROM old_rows AS diary WHERE ROW(diary.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(diary.id)::text AS key, 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.author)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.author)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author)::record) AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(diary.id)::text AS key, 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.author, before.first_day, before.entries)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author, after.first_day, after.entries)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.author, before.first_day, before.entries)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author, after.first_day, after.entries)::record) AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(diary.id)::text, NULL::text, 'book:' || ROW(own.cutover_1)::cutover_split_1_to_n.reverse_book::text FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.author, before.first_day, before.entries)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author, after.first_day, after.entries)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.author, before.first_day, before.entries)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.author, after.first_day, after.entries)::record) AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.diary: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_split_1_to_n.note_diary_delete() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('split_1_to_n', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
      FROM old_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM old_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'split_1_to_n', 'diary', touched.key,
           (SELECT diary::text FROM old_rows AS diary WHERE ROW(diary.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(diary.id)::text AS key, 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS feeds, NULL::text AS belongs FROM old_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(diary.id)::text AS key, 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS feeds, NULL::text AS belongs FROM old_rows AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(diary.id)::text, NULL::text, 'book:' || ROW(own.cutover_1)::cutover_split_1_to_n.reverse_book::text FROM old_rows AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.diary: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_split_1_to_n.note_diary_truncate() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('split_1_to_n', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase <> 'expanded' AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (cutover %)', 'public.diary', 'split_1_to_n'
      USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
      FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'split_1_to_n', 'diary', touched.key,
           (SELECT diary::text FROM public.diary AS diary WHERE ROW(diary.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(diary.id)::text AS key, 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.forward_writer::text AS feeds, NULL::text AS belongs FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, '')) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(diary.id)::text AS key, 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS feeds, NULL::text AS belongs FROM public.diary AS diary CROSS JOIN LATERAL (SELECT coalesce(author, ''), id) AS fed (cutover_1, cutover_2)
        UNION ALL
        SELECT ROW(diary.id)::text, NULL::text, 'book:' || ROW(own.cutover_1)::cutover_split_1_to_n.reverse_book::text FROM public.diary AS diary CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.kept_author. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_split_1_to_n.fence_kept_author() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('split_1_to_n', 'reverse') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% belongs to cutover %: only its sync writes it', 'public.kept_author', 'split_1_to_n'
    USING ERRCODE = 'CU020', HINT = 'Write the tables of the application; the kept table follows.';
  RETURN NULL;
END;
$body$;

-- The fence of public.author. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_split_1_to_n.fence_author() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.author', 'split_1_to_n', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('split_1_to_n', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.author: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_author_insert() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'writer:' || ROW(own.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
        FROM new_rows AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM new_rows AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.author: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_author_update() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'writer:' || ROW(own.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.name = after.name
                 WHERE after.name IS NULL OR ROW(before.name, before.joined_at)::record OPERATOR(pg_catalog.*<>) ROW(after.name, after.joined_at)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.name = after.name
                 WHERE before.name IS NULL OR ROW(before.name, before.joined_at)::record OPERATOR(pg_catalog.*<>) ROW(after.name, after.joined_at)::record) AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.name = after.name
               WHERE after.name IS NULL OR ROW(before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.name)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.name = after.name
               WHERE before.name IS NULL OR ROW(before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.name)::record) AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.author: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_author_delete() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'writer:' || ROW(own.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
        FROM old_rows AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM old_rows AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.author: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_author_truncate() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'writer:' || ROW(own.cutover_1)::cutover_split_1_to_n.forward_writer::text AS ref
        FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM public.author AS author CROSS JOIN LATERAL (SELECT name) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.volume. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_split_1_to_n.fence_volume() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.volume', 'split_1_to_n', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('split_1_to_n', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.volume: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_volume_insert() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM new_rows AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM new_rows AS volume CROSS JOIN LATERAL (SELECT author) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM new_rows AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.volume: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_volume_update() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.diary_id = after.diary_id
                 WHERE after.diary_id IS NULL OR ROW(before.diary_id, before.author, before.first_day)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author, after.first_day)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.diary_id = after.diary_id
                 WHERE before.diary_id IS NULL OR ROW(before.diary_id, before.author, before.first_day)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author, after.first_day)::record) AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.diary_id = after.diary_id
               WHERE after.diary_id IS NULL OR ROW(before.diary_id, before.author)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.diary_id = after.diary_id
               WHERE before.diary_id IS NULL OR ROW(before.diary_id, before.author)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author)::record) AS volume CROSS JOIN LATERAL (SELECT author) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.diary_id = after.diary_id
               WHERE after.diary_id IS NULL OR ROW(before.diary_id, before.author, before.first_day)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author, after.first_day)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.diary_id = after.diary_id
               WHERE before.diary_id IS NULL OR ROW(before.diary_id, before.author, before.first_day)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author, after.first_day)::record) AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.volume: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_volume_delete() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM old_rows AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM old_rows AS volume CROSS JOIN LATERAL (SELECT author) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM old_rows AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.volume: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_volume_truncate() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'writer:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_writer::text AS ref
      FROM public.volume AS volume CROSS JOIN LATERAL (SELECT author) AS fed (cutover_1)
    UNION ALL
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM public.volume AS volume CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.day. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_split_1_to_n.fence_day() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.day', 'split_1_to_n', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('split_1_to_n', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.day: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_day_insert() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM new_rows AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM new_rows AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.day: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_day_update() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.diary_id = after.diary_id AND before.day = after.day
                 WHERE after.diary_id IS NULL OR ROW(before.diary_id, before.author, before.day, before.text, before.mood, before.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author, after.day, after.text, after.mood, after.mood_name)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.diary_id = after.diary_id AND before.day = after.day
                 WHERE before.diary_id IS NULL OR ROW(before.diary_id, before.author, before.day, before.text, before.mood, before.mood_name)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.author, after.day, after.text, after.mood, after.mood_name)::record) AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.diary_id = after.diary_id AND before.day = after.day
               WHERE after.diary_id IS NULL OR ROW(before.diary_id, before.day, before.text, before.mood)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.day, after.text, after.mood)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.diary_id = after.diary_id AND before.day = after.day
               WHERE before.diary_id IS NULL OR ROW(before.diary_id, before.day, before.text, before.mood)::record OPERATOR(pg_catalog.*<>) ROW(after.diary_id, after.day, after.text, after.mood)::record) AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.day: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_day_delete() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM old_rows AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM old_rows AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.day: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_day_truncate() RETURNS trigger
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
  IF cutover.is_writing('split_1_to_n', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(own.cutover_1, own.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM public.day AS day CROSS JOIN LATERAL (SELECT author, diary_id) AS own (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1)::cutover_split_1_to_n.reverse_book::text AS ref
      FROM public.day AS day CROSS JOIN LATERAL (SELECT diary_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on the context table public.mood: the units that its rows feed are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_mood_insert() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('legacy_locked', 'archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase = 'writes_switched' THEN
    -- The new side is the truth, legacy is compared with it through this table: a change would look like a write of either.
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM new_rows AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      RAISE EXCEPTION '% may not change while both sides are written (cutover %): mappings read it', 'public.mood', 'split_1_to_n'
        USING ERRCODE = 'CU022', HINT = 'Wait for legacy_locked, or roll back, change it and come forward again.';
    END IF;
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM new_rows AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on the context table public.mood: the units that its rows feed are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_mood_update() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('legacy_locked', 'archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase = 'writes_switched' THEN
    -- The new side is the truth, legacy is compared with it through this table: a change would look like a write of either.
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.code = after.code
                 WHERE after.code IS NULL OR ROW(before.code, before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.code, after.name)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.code = after.code
                 WHERE before.code IS NULL OR ROW(before.code, before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.code, after.name)::record) AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      RAISE EXCEPTION '% may not change while both sides are written (cutover %): mappings read it', 'public.mood', 'split_1_to_n'
        USING ERRCODE = 'CU022', HINT = 'Wait for legacy_locked, or roll back, change it and come forward again.';
    END IF;
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.code = after.code
               WHERE after.code IS NULL OR ROW(before.code, before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.code, after.name)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.code = after.code
               WHERE before.code IS NULL OR ROW(before.code, before.name)::record OPERATOR(pg_catalog.*<>) ROW(after.code, after.name)::record) AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on the context table public.mood: the units that its rows feed are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_mood_delete() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('legacy_locked', 'archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase = 'writes_switched' THEN
    -- The new side is the truth, legacy is compared with it through this table: a change would look like a write of either.
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM old_rows AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      RAISE EXCEPTION '% may not change while both sides are written (cutover %): mappings read it', 'public.mood', 'split_1_to_n'
        USING ERRCODE = 'CU022', HINT = 'Wait for legacy_locked, or roll back, change it and come forward again.';
    END IF;
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM old_rows AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on the context table public.mood: the units that its rows feed are made true again.
CREATE FUNCTION cutover_split_1_to_n.note_mood_truncate() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'split_1_to_n';
  IF phase IN ('legacy_locked', 'archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase = 'writes_switched' THEN
    -- The new side is the truth, legacy is compared with it through this table: a change would look like a write of either.
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
        FROM public.mood AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
    ) AS noted;
    IF refs IS NOT NULL THEN
      RAISE EXCEPTION '% may not change while both sides are written (cutover %): mappings read it', 'public.mood', 'split_1_to_n'
        USING ERRCODE = 'CU022', HINT = 'Wait for legacy_locked, or roll back, change it and come forward again.';
    END IF;
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'book:' || ROW(fed.cutover_1, fed.cutover_2)::cutover_split_1_to_n.forward_book::text AS ref
      FROM public.mood AS mood CROSS JOIN LATERAL (SELECT coalesce(diary.author, ''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object('mood', mood.code))) AS fed (cutover_1, cutover_2)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('split_1_to_n', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- PUBLIC may execute nothing of it.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover_split_1_to_n FROM PUBLIC;

-- Takes away what stood before, with its triggers. From here on writers of the tables wait until this migration is committed.
SELECT cutover.swap_compiled('split_1_to_n', 'cutover_split_1_to_n');

-- What the core has to know of this cutover.
SELECT cutover.register_cutover(
  'split_1_to_n',
  'cutover_split_1_to_n',
   E'{\n  "compiler": 2,\n  "units": {\n    "forward": [\n      [\n        "writer",\n        "author"\n      ],\n      [\n        "book",\n        "author",\n        "diary_id"\n      ]\n    ],\n    "reverse": [\n      [\n        "writer",\n        "author"\n      ],\n      [\n        "book",\n        "diary_id"\n      ]\n    ]\n  },\n  "tables": {\n    "legacy": [\n      "public.diary",\n      "public.kept_author"\n    ],\n    "new": [\n      "public.author",\n      "public.volume",\n      "public.day"\n    ],\n    "context": [\n      "public.mood"\n    ],\n    "kept": [\n      "kept_author"\n    ]\n  },\n  "keep": {\n    "diary": [\n      "color"\n    ],\n    "author": [\n      "joined_at"\n    ]\n  },\n  "lost": {},\n  "slices": true,\n  "sync": {\n    "mode": "commit",\n    "maxUnits": 1000,\n    "budgetMs": 60000\n  },\n  "gates": {\n    "drift": 0,\n    "verifyMaxAgeHours": 24\n  },\n  "shape": {\n    "units": {\n      "forward": [\n        {\n          "kind": "writer",\n          "columns": [\n            {\n              "name": "author",\n              "type": "text"\n            }\n          ]\n        },\n        {\n          "kind": "book",\n          "columns": [\n            {\n              "name": "author",\n              "type": "text"\n            },\n            {\n              "name": "diary_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ],\n      "reverse": [\n        {\n          "kind": "writer",\n          "columns": [\n            {\n              "name": "author",\n              "type": "text"\n            }\n          ]\n        },\n        {\n          "kind": "book",\n          "columns": [\n            {\n              "name": "diary_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ]\n    },\n    "tables": [\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "diary"\n        ],\n        "key": [\n          "id"\n        ],\n        "unit": {\n          "kind": "book",\n          "expressions": [\n            "id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "writer",\n            "expressions": [\n              "coalesce(author, '''')"\n            ]\n          },\n          {\n            "form": "expressions",\n            "kind": "book",\n            "expressions": [\n              "coalesce(author, '''')",\n              "id"\n            ]\n          }\n        ],\n        "keep": [\n          "color"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": [\n          [\n            "cutovers/split_1_to_n/quarantine/diary/no-author.sql",\n            [\n              "writer",\n              "book"\n            ]\n          ]\n        ]\n      },\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "kept_author"\n        ],\n        "key": [\n          "name"\n        ],\n        "unit": {\n          "kind": "writer",\n          "expressions": [\n            "name"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "writer",\n            "expressions": [\n              "name"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": true,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "author"\n        ],\n        "key": [\n          "name"\n        ],\n        "unit": {\n          "kind": "writer",\n          "expressions": [\n            "name"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "writer",\n            "expressions": [\n              "name"\n            ]\n          }\n        ],\n        "keep": [\n          "joined_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "volume"\n        ],\n        "key": [\n          "diary_id"\n        ],\n        "unit": {\n          "kind": "book",\n          "expressions": [\n            "author",\n            "diary_id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "writer",\n            "expressions": [\n              "author"\n            ]\n          },\n          {\n            "form": "expressions",\n            "kind": "book",\n            "expressions": [\n              "diary_id"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "day"\n        ],\n        "key": [\n          "diary_id",\n          "day"\n        ],\n        "unit": {\n          "kind": "book",\n          "expressions": [\n            "author",\n            "diary_id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "book",\n            "expressions": [\n              "diary_id"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      }\n    ],\n    "context": [\n      {\n        "table": [\n          "public",\n          "mood"\n        ],\n        "key": [\n          "code"\n        ],\n        "frozen": false,\n        "feeds": [\n          {\n            "form": "query",\n            "kind": "book",\n            "units": "SELECT coalesce(diary.author, ''''), diary.id FROM public.diary WHERE diary.entries @> jsonb_build_array(jsonb_build_object(''mood'', mood.code))",\n            "rows": "mood.code = ANY (ARRAY (SELECT entry ->> ''mood'' FROM public.diary CROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry WHERE diary.id = book.diary_id))",\n            "immutable": "moods are given once, before they are used"\n          }\n        ]\n      }\n    ]\n  },\n  "mappings": {\n    "cutovers/split_1_to_n/reverse/diary.sql": "SELECT\\n  volume.diary_id AS id,\\n  volume.author,\\n  volume.first_day,\\n  coalesce(\\n    jsonb_agg(\\n      jsonb_build_object(''offset'', day.day - volume.first_day, ''text'', day.text, ''mood'', day.mood) ORDER BY day.day\\n    ) FILTER (WHERE day.day IS NOT NULL),\\n    ''[]''\\n  ) AS entries\\nFROM volume\\nLEFT JOIN day ON day.diary_id = volume.diary_id\\nGROUP BY volume.diary_id, volume.author, volume.first_day\\n",\n    "cutovers/split_1_to_n/quarantine/diary/no-author.sql": "SELECT diary.id\\nFROM diary\\nWHERE diary.author IS NULL OR diary.author = ''''\\n",\n    "cutovers/split_1_to_n/reverse/kept_author.sql": "SELECT author.name\\nFROM author\\nWHERE NOT EXISTS (SELECT FROM volume WHERE volume.author = author.name)\\n",\n    "cutovers/split_1_to_n/forward/author.sql": "SELECT diary.author AS name\\nFROM diary\\nWHERE diary.author IS NOT NULL\\nUNION\\nSELECT kept_author.name\\nFROM kept_author\\n",\n    "cutovers/split_1_to_n/forward/volume.sql": "SELECT diary.id AS diary_id, diary.author, diary.first_day\\nFROM diary\\nWHERE diary.author IS NOT NULL\\n",\n    "cutovers/split_1_to_n/forward/day.sql": "SELECT\\n  diary.id AS diary_id,\\n  diary.author,\\n  diary.first_day + (entry ->> ''offset'')::integer AS day,\\n  entry ->> ''text'' AS text,\\n  entry ->> ''mood'' AS mood,\\n  mood.name AS mood_name\\nFROM diary\\nCROSS JOIN LATERAL jsonb_array_elements(diary.entries) AS entry\\nLEFT JOIN mood ON mood.code = entry ->> ''mood''\\nWHERE diary.author IS NOT NULL\\n"\n  }\n}'::jsonb,
  '{}'::jsonb,
  2
);

-- The triggers. Lock: SHARE ROW EXCLUSIVE on each table until the end of this file. It waits for writers in flight and
-- holds up new ones, at most for the lock timeout set above; when that is used up, run the file again.
CREATE TRIGGER zzz_cutover_split_1_to_n_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.diary
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.fence_diary();
CREATE TRIGGER zzz_cutover_split_1_to_n_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.kept_author
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.fence_kept_author();
CREATE TRIGGER zzz_cutover_split_1_to_n_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.author
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.fence_author();
CREATE TRIGGER zzz_cutover_split_1_to_n_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.volume
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.fence_volume();
CREATE TRIGGER zzz_cutover_split_1_to_n_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.day
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.fence_day();
CREATE TRIGGER zzz_cutover_split_1_to_n_insert AFTER INSERT ON public.diary
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_diary_insert();
CREATE TRIGGER zzz_cutover_split_1_to_n_update AFTER UPDATE ON public.diary
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_diary_update();
CREATE TRIGGER zzz_cutover_split_1_to_n_delete AFTER DELETE ON public.diary
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_diary_delete();
CREATE TRIGGER zzz_cutover_split_1_to_n_truncate BEFORE TRUNCATE ON public.diary
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_diary_truncate();
CREATE TRIGGER zzz_cutover_split_1_to_n_insert AFTER INSERT ON public.author
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_author_insert();
CREATE TRIGGER zzz_cutover_split_1_to_n_update AFTER UPDATE ON public.author
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_author_update();
CREATE TRIGGER zzz_cutover_split_1_to_n_delete AFTER DELETE ON public.author
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_author_delete();
CREATE TRIGGER zzz_cutover_split_1_to_n_truncate BEFORE TRUNCATE ON public.author
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_author_truncate();
CREATE TRIGGER zzz_cutover_split_1_to_n_insert AFTER INSERT ON public.volume
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_volume_insert();
CREATE TRIGGER zzz_cutover_split_1_to_n_update AFTER UPDATE ON public.volume
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_volume_update();
CREATE TRIGGER zzz_cutover_split_1_to_n_delete AFTER DELETE ON public.volume
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_volume_delete();
CREATE TRIGGER zzz_cutover_split_1_to_n_truncate BEFORE TRUNCATE ON public.volume
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_volume_truncate();
CREATE TRIGGER zzz_cutover_split_1_to_n_insert AFTER INSERT ON public.day
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_day_insert();
CREATE TRIGGER zzz_cutover_split_1_to_n_update AFTER UPDATE ON public.day
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_day_update();
CREATE TRIGGER zzz_cutover_split_1_to_n_delete AFTER DELETE ON public.day
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_day_delete();
CREATE TRIGGER zzz_cutover_split_1_to_n_truncate BEFORE TRUNCATE ON public.day
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_day_truncate();
CREATE TRIGGER zzz_cutover_split_1_to_n_insert AFTER INSERT ON public.mood
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_mood_insert();
CREATE TRIGGER zzz_cutover_split_1_to_n_update AFTER UPDATE ON public.mood
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_mood_update();
CREATE TRIGGER zzz_cutover_split_1_to_n_delete AFTER DELETE ON public.mood
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_mood_delete();
CREATE TRIGGER zzz_cutover_split_1_to_n_truncate BEFORE TRUNCATE ON public.mood
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_split_1_to_n.note_mood_truncate();

-- The catalog that all this was compiled for, as it stands at the end of this file. Compiled from:
-- public.diary: id bigint, author text, first_day date, entries jsonb, color text; zzz_cutover_split_1_to_n_fence, zzz_cutover_split_1_to_n_insert, zzz_cutover_split_1_to_n_update, zzz_cutover_split_1_to_n_delete, zzz_cutover_split_1_to_n_truncate
-- public.kept_author: name text; zzz_cutover_split_1_to_n_fence, zzz_cutover_split_1_to_n_insert, zzz_cutover_split_1_to_n_update, zzz_cutover_split_1_to_n_delete, zzz_cutover_split_1_to_n_truncate
-- public.author: name text, joined_at timestamp with time zone; zzz_cutover_split_1_to_n_fence, zzz_cutover_split_1_to_n_insert, zzz_cutover_split_1_to_n_update, zzz_cutover_split_1_to_n_delete, zzz_cutover_split_1_to_n_truncate
-- public.volume: diary_id bigint, author text, first_day date; zzz_cutover_split_1_to_n_fence, zzz_cutover_split_1_to_n_insert, zzz_cutover_split_1_to_n_update, zzz_cutover_split_1_to_n_delete, zzz_cutover_split_1_to_n_truncate
-- public.day: diary_id bigint, author text, day date, text text, mood text, mood_name text; zzz_cutover_split_1_to_n_fence, zzz_cutover_split_1_to_n_insert, zzz_cutover_split_1_to_n_update, zzz_cutover_split_1_to_n_delete, zzz_cutover_split_1_to_n_truncate
-- public.mood: code text, name text; zzz_cutover_split_1_to_n_fence, zzz_cutover_split_1_to_n_insert, zzz_cutover_split_1_to_n_update, zzz_cutover_split_1_to_n_delete, zzz_cutover_split_1_to_n_truncate
SELECT cutover.seal_compiled('split_1_to_n', ARRAY['public.diary', 'public.kept_author', 'public.author', 'public.volume', 'public.day', 'public.mood']);
