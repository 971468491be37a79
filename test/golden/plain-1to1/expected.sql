-- Cutover "plain_1to1", compiled by `cutover compile` from cutovers/plain_1to1/. Do not edit: change the
-- definition and compile again. Nothing of this needs the tool at run time.
--
-- Everything of this cutover lives in the schema cutover_plain_1to1; the triggers at the end stand on the tables of both sides.
-- All of this has to run in one transaction, which the first statement here is there to prove to the later ones.
SELECT pg_catalog.set_config('cutover.transaction', pg_catalog.pg_current_xact_id()::text, true);
-- Plain table names in mappings are bound here, when the functions are created.
SET LOCAL search_path = pg_catalog, public;
SET LOCAL lock_timeout = '100ms';

-- Makes the schema; what stood in it before stays at work until it is swapped, below. Needs a core of version 2: when there is
-- no such function, run `cutover init --upgrade` and migrate first.
SELECT cutover.begin_compiled('plain_1to1', 'cutover_plain_1to1', 2);

-- The units of this cutover, and the rows that its mappings yield.
CREATE TYPE cutover_plain_1to1.forward_note AS (
  note_id bigint
);
CREATE TYPE cutover_plain_1to1.reverse_note AS (
  note_id bigint
);
CREATE TYPE cutover_plain_1to1.row_memo AS (
  id bigint,
  title text,
  body text,
  price_cents bigint,
  weight numeric,
  done boolean,
  priority text,
  written_at timestamp with time zone,
  remind_at timestamp without time zone,
  attachment bytea
);
CREATE TYPE cutover_plain_1to1.row_note AS (
  note_id bigint,
  heading text,
  text text,
  price numeric(21,2),
  weight numeric,
  state text,
  rank smallint,
  written_at timestamp with time zone,
  remind_at timestamp with time zone,
  file bytea
);

-- cutovers/plain_1to1/forward/note.sql, over all rows.
CREATE VIEW cutover_plain_1to1.all_note AS
SELECT note.note_id::bigint AS note_id,
       note.heading::text AS heading,
       note.text::text AS text,
       note.price::numeric(21,2) AS price,
       note.weight::numeric AS weight,
       note.state::text AS state,
       note.rank::smallint AS rank,
       note.written_at::timestamp with time zone AS written_at,
       note.remind_at::timestamp with time zone AS remind_at,
       note.file::bytea AS file
  FROM (
SELECT
  memo.id AS note_id,
  memo.title AS heading,
  memo.body AS text,
  (memo.price_cents / 100.00)::numeric(21, 2) AS price,
  memo.weight,
  CASE memo.done WHEN true THEN 'done' WHEN false THEN 'open' END AS state,
  CASE memo.priority WHEN 'low' THEN -1 WHEN 'high' THEN 1 ELSE 0 END AS rank,
  memo.written_at,
  -- The legacy column held UTC without saying so.
  memo.remind_at AT TIME ZONE 'UTC' AS remind_at,
  memo.attachment AS file
FROM memo
) AS note;

-- cutovers/plain_1to1/forward/note.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_plain_1to1.map_note(cutover_plain_1to1.forward_note[])
  RETURNS SETOF cutover_plain_1to1.row_note
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH memo AS (
  SELECT  memo.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo
)
SELECT note.note_id::bigint AS note_id,
       note.heading::text AS heading,
       note.text::text AS text,
       note.price::numeric(21,2) AS price,
       note.weight::numeric AS weight,
       note.state::text AS state,
       note.rank::smallint AS rank,
       note.written_at::timestamp with time zone AS written_at,
       note.remind_at::timestamp with time zone AS remind_at,
       note.file::bytea AS file
  FROM (
SELECT
  memo.id AS note_id,
  memo.title AS heading,
  memo.body AS text,
  (memo.price_cents / 100.00)::numeric(21, 2) AS price,
  memo.weight,
  CASE memo.done WHEN true THEN 'done' WHEN false THEN 'open' END AS state,
  CASE memo.priority WHEN 'low' THEN -1 WHEN 'high' THEN 1 ELSE 0 END AS rank,
  memo.written_at,
  -- The legacy column held UTC without saying so.
  memo.remind_at AT TIME ZONE 'UTC' AS remind_at,
  memo.attachment AS file
FROM memo
) AS note
  CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_plain_1to1.before_note(cutover_plain_1to1.forward_note[])
  RETURNS SETOF cutover_plain_1to1.row_note
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH memo AS (
  SELECT now.*
    FROM (
      SELECT  memo.*
        FROM unnest($1) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'plain_1to1' AND image.table_name = 'memo' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'note:' || ROW(wanted.cutover_1)::cutover_plain_1to1.forward_note::text FROM unnest($1) AS wanted (cutover_1)) AND image.key = ROW(now.id)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (memo.id) memo.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.memo AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'note:' || ROW(wanted.cutover_1)::cutover_plain_1to1.forward_note::text FROM unnest($1) AS wanted (cutover_1))
                                              AND image.cutover IS NOT DISTINCT FROM 'plain_1to1' AND image.table_name IS NOT DISTINCT FROM 'memo' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS memo
    CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
    JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
)
SELECT note.note_id::bigint AS note_id,
       note.heading::text AS heading,
       note.text::text AS text,
       note.price::numeric(21,2) AS price,
       note.weight::numeric AS weight,
       note.state::text AS state,
       note.rank::smallint AS rank,
       note.written_at::timestamp with time zone AS written_at,
       note.remind_at::timestamp with time zone AS remind_at,
       note.file::bytea AS file
  FROM (
SELECT
  memo.id AS note_id,
  memo.title AS heading,
  memo.body AS text,
  (memo.price_cents / 100.00)::numeric(21, 2) AS price,
  memo.weight,
  CASE memo.done WHEN true THEN 'done' WHEN false THEN 'open' END AS state,
  CASE memo.priority WHEN 'low' THEN -1 WHEN 'high' THEN 1 ELSE 0 END AS rank,
  memo.written_at,
  -- The legacy column held UTC without saying so.
  memo.remind_at AT TIME ZONE 'UTC' AS remind_at,
  memo.attachment AS file
FROM memo
) AS note
  CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- cutovers/plain_1to1/reverse/memo.sql, over all rows.
CREATE VIEW cutover_plain_1to1.all_memo AS
SELECT memo.id::bigint AS id,
       memo.title::text AS title,
       memo.body::text AS body,
       memo.price_cents::bigint AS price_cents,
       memo.weight::numeric AS weight,
       memo.done::boolean AS done,
       memo.priority::text AS priority,
       memo.written_at::timestamp with time zone AS written_at,
       memo.remind_at::timestamp without time zone AS remind_at,
       memo.attachment::bytea AS attachment
  FROM (
SELECT
  note.note_id AS id,
  note.heading AS title,
  note.text AS body,
  (note.price * 100)::bigint AS price_cents,
  note.weight,
  note.state = 'done' AS done,
  CASE note.rank WHEN -1 THEN 'low' WHEN 1 THEN 'high' ELSE 'normal' END AS priority,
  note.written_at,
  note.remind_at AT TIME ZONE 'UTC' AS remind_at,
  note.file AS attachment
FROM note
) AS memo;

-- cutovers/plain_1to1/reverse/memo.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_plain_1to1.map_memo(cutover_plain_1to1.reverse_note[])
  RETURNS SETOF cutover_plain_1to1.row_memo
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH note AS (
  SELECT  note.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS note
)
SELECT memo.id::bigint AS id,
       memo.title::text AS title,
       memo.body::text AS body,
       memo.price_cents::bigint AS price_cents,
       memo.weight::numeric AS weight,
       memo.done::boolean AS done,
       memo.priority::text AS priority,
       memo.written_at::timestamp with time zone AS written_at,
       memo.remind_at::timestamp without time zone AS remind_at,
       memo.attachment::bytea AS attachment
  FROM (
SELECT
  note.note_id AS id,
  note.heading AS title,
  note.text AS body,
  (note.price * 100)::bigint AS price_cents,
  note.weight,
  note.state = 'done' AS done,
  CASE note.rank WHEN -1 THEN 'low' WHEN 1 THEN 'high' ELSE 'normal' END AS priority,
  note.written_at,
  note.remind_at AT TIME ZONE 'UTC' AS remind_at,
  note.file AS attachment
FROM note
) AS memo
  CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_plain_1to1.forward_note_held(cutover_plain_1to1.forward_note[])
  RETURNS TABLE (unit cutover_plain_1to1.forward_note, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT NULL::cutover_plain_1to1.forward_note, NULL::text, NULL::text WHERE false;
END;

-- … and among all.
CREATE VIEW cutover_plain_1to1.forward_note_held_all (unit, class, reason) AS
SELECT NULL::cutover_plain_1to1.forward_note, NULL::text, NULL::text WHERE false;

-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION cutover_plain_1to1.reverse_note_held(cutover_plain_1to1.reverse_note[])
  RETURNS TABLE (unit cutover_plain_1to1.reverse_note, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
(WITH linked AS (
SELECT ROW(wanted.cutover_1)::cutover_plain_1to1.reverse_note AS unit, ROW(fed.cutover_1)::cutover_plain_1to1.forward_note AS feeds
  FROM unnest($1) AS wanted (cutover_1)
   CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_plain_1to1.forward_note_held(ARRAY(SELECT DISTINCT linked.feeds FROM linked)) AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'plain_1to1/forward/note:' || linked.feeds::text OFFSET 0) AS put_aside);
END;

-- … and among all.
CREATE VIEW cutover_plain_1to1.reverse_note_held_all (unit, class, reason) AS
(WITH linked AS (
SELECT ROW(own.cutover_1)::cutover_plain_1to1.reverse_note AS unit, ROW(fed.cutover_1)::cutover_plain_1to1.forward_note AS feeds
  FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_plain_1to1.forward_note_held_all AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'plain_1to1/forward/note:' || linked.feeds::text) AS put_aside);

-- Makes units ("note", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_plain_1to1.forward_note_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_plain_1to1.forward_note[];
  gone_note cutover_plain_1to1.row_note[];
  changed_note cutover_plain_1to1.row_note[];
  added_note cutover_plain_1to1.row_note[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_plain_1to1.forward_note_held($1::cutover_plain_1to1.forward_note[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_plain_1to1.forward_note[];

  -- What differs.
  SELECT array_agg(ROW(actual.note_id, actual.heading, actual.text, actual.price, actual.weight, actual.state, actual.rank, actual.written_at, actual.remind_at, actual.file)::cutover_plain_1to1.row_note) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.note_id, expected.heading, expected.text, expected.price, expected.weight, expected.state, expected.rank, expected.written_at, expected.remind_at, expected.file)::cutover_plain_1to1.row_note) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.note_id, expected.heading, expected.text, expected.price, expected.weight, expected.state, expected.rank, expected.written_at, expected.remind_at, expected.file)::cutover_plain_1to1.row_note) FILTER (WHERE actual.present IS NULL)
    INTO gone_note, changed_note, added_note
    FROM (SELECT true AS present, mapped.* FROM cutover_plain_1to1.map_note(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, note.note_id, note.heading, note.text, note.price, note.weight, note.state, note.rank, note.written_at, note.remind_at, note.file
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS note) AS actual
      ON expected.note_id = actual.note_id
   WHERE ROW(expected.present, expected.note_id, expected.heading, expected.text, expected.price, expected.weight, expected.state, expected.rank, expected.written_at, expected.remind_at, expected.file)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.note_id, actual.heading, actual.text, actual.price, actual.weight, actual.state, actual.rank, actual.written_at, actual.remind_at, actual.file)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_note IS NOT NULL OR changed_note IS NOT NULL OR added_note IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_note IS NOT NULL THEN
      DELETE FROM public.note AS target USING unnest(gone_note) AS gone
       WHERE target.note_id = gone.note_id;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_note IS NOT NULL THEN
      UPDATE public.note AS target
         SET heading = expected.heading, text = expected.text, price = expected.price, weight = expected.weight, state = expected.state, rank = expected.rank, written_at = expected.written_at, remind_at = expected.remind_at, file = expected.file
        FROM unnest(changed_note) AS expected
       WHERE target.note_id = expected.note_id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_note) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.note AS target WHERE target.note_id = expected.note_id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'note'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_note IS NOT NULL THEN
      INSERT INTO public.note AS note (note_id, heading, text, price, weight, state, rank, written_at, remind_at, file)
      SELECT expected.note_id, expected.heading, expected.text, expected.price, expected.weight, expected.state, expected.rank, expected.written_at, expected.remind_at, expected.file FROM unnest(added_note) AS expected
       ORDER BY expected.note_id
      ON CONFLICT (note_id) DO UPDATE SET heading = excluded.heading, text = excluded.text, price = excluded.price, weight = excluded.weight, state = excluded.state, rank = excluded.rank, written_at = excluded.written_at, remind_at = excluded.remind_at, file = excluded.file;
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

-- Makes units ("note", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_plain_1to1.reverse_note_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_plain_1to1.reverse_note[];
  gone_memo cutover_plain_1to1.row_memo[];
  changed_memo cutover_plain_1to1.row_memo[];
  added_memo cutover_plain_1to1.row_memo[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_plain_1to1.reverse_note_held($1::cutover_plain_1to1.reverse_note[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_plain_1to1.reverse_note[];

  -- What differs.
  SELECT array_agg(ROW(actual.id, actual.title, actual.body, actual.price_cents, actual.weight, actual.done, actual.priority, actual.written_at, actual.remind_at, actual.attachment)::cutover_plain_1to1.row_memo) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.id, expected.title, expected.body, expected.price_cents, expected.weight, expected.done, expected.priority, expected.written_at, expected.remind_at, expected.attachment)::cutover_plain_1to1.row_memo) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.id, expected.title, expected.body, expected.price_cents, expected.weight, expected.done, expected.priority, expected.written_at, expected.remind_at, expected.attachment)::cutover_plain_1to1.row_memo) FILTER (WHERE actual.present IS NULL)
    INTO gone_memo, changed_memo, added_memo
    FROM (SELECT true AS present, mapped.* FROM cutover_plain_1to1.map_memo(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, memo.id, memo.title, memo.body, memo.price_cents, memo.weight, memo.done, memo.priority, memo.written_at, memo.remind_at, memo.attachment
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo) AS actual
      ON expected.id = actual.id
   WHERE ROW(expected.present, expected.id, expected.title, expected.body, expected.price_cents, expected.weight, expected.done, expected.priority, expected.written_at, expected.remind_at, expected.attachment)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.title, actual.body, actual.price_cents, actual.weight, actual.done, actual.priority, actual.written_at, actual.remind_at, actual.attachment)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_memo IS NOT NULL OR changed_memo IS NOT NULL OR added_memo IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_memo IS NOT NULL THEN
      DELETE FROM public.memo AS target USING unnest(gone_memo) AS gone
       WHERE target.id = gone.id;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_memo IS NOT NULL THEN
      UPDATE public.memo AS target
         SET title = expected.title, body = expected.body, price_cents = expected.price_cents, weight = expected.weight, done = expected.done, priority = expected.priority, written_at = expected.written_at, remind_at = expected.remind_at, attachment = expected.attachment
        FROM unnest(changed_memo) AS expected
       WHERE target.id = expected.id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_memo) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.memo AS target WHERE target.id = expected.id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'memo'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_memo IS NOT NULL THEN
      INSERT INTO public.memo AS memo (id, title, body, price_cents, weight, done, priority, written_at, remind_at, attachment)
      SELECT expected.id, expected.title, expected.body, expected.price_cents, expected.weight, expected.done, expected.priority, expected.written_at, expected.remind_at, expected.attachment FROM unnest(added_memo) AS expected
       ORDER BY expected.id
      ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body, price_cents = excluded.price_cents, weight = excluded.weight, done = excluded.done, priority = excluded.priority, written_at = excluded.written_at, remind_at = excluded.remind_at, attachment = excluded.attachment;
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

-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("note", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.
CREATE FUNCTION cutover_plain_1to1.forward_note_patch(text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  units cutover_plain_1to1.forward_note[] := $1::cutover_plain_1to1.forward_note[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known cutover_plain_1to1.forward_note[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = 'plain_1to1/forward/note:' || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::cutover_plain_1to1.forward_note[];
  to_do text;
  gone_note cutover_plain_1to1.row_note[];
  base_note cutover_plain_1to1.row_note[];
  theirs_note cutover_plain_1to1.row_note[];
  added_note cutover_plain_1to1.row_note[];
BEGIN
  -- What legacy writers changed.
  SELECT array_agg(ROW(base.note_id, base.heading, base.text, base.price, base.weight, base.state, base.rank, base.written_at, base.remind_at, base.file)::cutover_plain_1to1.row_note) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.note_id, base.heading, base.text, base.price, base.weight, base.state, base.rank, base.written_at, base.remind_at, base.file)::cutover_plain_1to1.row_note) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.note_id, theirs.heading, theirs.text, theirs.price, theirs.weight, theirs.state, theirs.rank, theirs.written_at, theirs.remind_at, theirs.file)::cutover_plain_1to1.row_note) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.note_id, theirs.heading, theirs.text, theirs.price, theirs.weight, theirs.state, theirs.rank, theirs.written_at, theirs.remind_at, theirs.file)::cutover_plain_1to1.row_note) FILTER (WHERE base.present IS NULL)
    INTO gone_note, base_note, theirs_note, added_note
    FROM (SELECT true AS present, mapped.* FROM cutover_plain_1to1.before_note(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_plain_1to1.map_note(units) AS mapped) AS theirs
      ON base.note_id = theirs.note_id
   WHERE ROW(base.present, base.note_id, base.heading, base.text, base.price, base.weight, base.state, base.rank, base.written_at, base.remind_at, base.file)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.note_id, theirs.heading, theirs.text, theirs.price, theirs.weight, theirs.state, theirs.rank, theirs.written_at, theirs.remind_at, theirs.file)::record;
  to_do := CASE WHEN num_nonnulls(gone_note) > 0
                THEN CASE WHEN num_nonnulls(theirs_note, added_note) > 0 THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN num_nonnulls(theirs_note, added_note) > 0 THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  PERFORM 1
    FROM public.note AS locked
   WHERE (locked.note_id) IN (
           SELECT note.note_id
             FROM unnest(units) AS wanted (cutover_1)
              CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS note)
   ORDER BY locked.note_id
     FOR UPDATE;

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    IF coalesce(cardinality(gone_note), 0) + coalesce(cardinality(theirs_note), 0) + coalesce(cardinality(added_note), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'plain_1to1', 'note', found.*
        FROM (
          SELECT jsonb_build_object('note_id', gone.note_id), jsonb_build_object('note_id', gone.note_id, 'heading', gone.heading, 'text', gone.text, 'price', gone.price, 'weight', gone.weight, 'state', gone.state, 'rank', gone.rank, 'written_at', gone.written_at, 'remind_at', gone.remind_at, 'file', gone.file), jsonb_build_object('note_id', target.note_id, 'heading', target.heading, 'text', target.text, 'price', target.price, 'weight', target.weight, 'state', target.state, 'rank', target.rank, 'written_at', target.written_at, 'remind_at', target.remind_at, 'file', target.file), NULL::jsonb
            FROM unnest(gone_note) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.note AS row_now WHERE row_now.note_id = gone.note_id OFFSET 0) AS target
           WHERE ROW(target.note_id, target.heading, target.text, target.price, target.weight, target.state, target.rank, target.written_at, target.remind_at, target.file)::record OPERATOR(pg_catalog.*<>) ROW(gone.note_id, gone.heading, gone.text, gone.price, gone.weight, gone.state, gone.rank, gone.written_at, gone.remind_at, gone.file)::record
          UNION ALL
          SELECT jsonb_build_object('note_id', added.note_id), NULL::jsonb, jsonb_build_object('note_id', target.note_id, 'heading', target.heading, 'text', target.text, 'price', target.price, 'weight', target.weight, 'state', target.state, 'rank', target.rank, 'written_at', target.written_at, 'remind_at', target.remind_at, 'file', target.file), jsonb_build_object('note_id', added.note_id, 'heading', added.heading, 'text', added.text, 'price', added.price, 'weight', added.weight, 'state', added.state, 'rank', added.rank, 'written_at', added.written_at, 'remind_at', added.remind_at, 'file', added.file)
            FROM unnest(added_note) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.note AS row_now WHERE row_now.note_id = added.note_id OFFSET 0) AS target
           WHERE ROW(target.note_id, target.heading, target.text, target.price, target.weight, target.state, target.rank, target.written_at, target.remind_at, target.file)::record OPERATOR(pg_catalog.*<>) ROW(added.note_id, added.heading, added.text, added.price, added.weight, added.state, added.rank, added.written_at, added.remind_at, added.file)::record
          UNION ALL
          SELECT jsonb_build_object('note_id', theirs.note_id), jsonb_build_object('note_id', base.note_id, 'heading', base.heading, 'text', base.text, 'price', base.price, 'weight', base.weight, 'state', base.state, 'rank', base.rank, 'written_at', base.written_at, 'remind_at', base.remind_at, 'file', base.file), CASE WHEN target.present THEN jsonb_build_object('note_id', target.note_id, 'heading', target.heading, 'text', target.text, 'price', target.price, 'weight', target.weight, 'state', target.state, 'rank', target.rank, 'written_at', target.written_at, 'remind_at', target.remind_at, 'file', target.file) END, jsonb_build_object('note_id', theirs.note_id, 'heading', theirs.heading, 'text', theirs.text, 'price', theirs.price, 'weight', theirs.weight, 'state', theirs.state, 'rank', theirs.rank, 'written_at', theirs.written_at, 'remind_at', theirs.remind_at, 'file', theirs.file)
            FROM unnest(theirs_note) AS theirs
            JOIN unnest(base_note) AS base ON base.note_id = theirs.note_id
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.note AS row_now
                                WHERE row_now.note_id = theirs.note_id OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.heading)::record OPERATOR(pg_catalog.*<>) ROW(theirs.heading)::record AND ROW(target.heading)::record OPERATOR(pg_catalog.*<>) ROW(base.heading)::record AND ROW(target.heading)::record OPERATOR(pg_catalog.*<>) ROW(theirs.heading)::record) OR (ROW(base.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record AND ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(base.text)::record AND ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record) OR (ROW(base.price)::record OPERATOR(pg_catalog.*<>) ROW(theirs.price)::record AND ROW(target.price)::record OPERATOR(pg_catalog.*<>) ROW(base.price)::record AND ROW(target.price)::record OPERATOR(pg_catalog.*<>) ROW(theirs.price)::record) OR (ROW(base.weight)::record OPERATOR(pg_catalog.*<>) ROW(theirs.weight)::record AND ROW(target.weight)::record OPERATOR(pg_catalog.*<>) ROW(base.weight)::record AND ROW(target.weight)::record OPERATOR(pg_catalog.*<>) ROW(theirs.weight)::record) OR (ROW(base.state)::record OPERATOR(pg_catalog.*<>) ROW(theirs.state)::record AND ROW(target.state)::record OPERATOR(pg_catalog.*<>) ROW(base.state)::record AND ROW(target.state)::record OPERATOR(pg_catalog.*<>) ROW(theirs.state)::record) OR (ROW(base.rank)::record OPERATOR(pg_catalog.*<>) ROW(theirs.rank)::record AND ROW(target.rank)::record OPERATOR(pg_catalog.*<>) ROW(base.rank)::record AND ROW(target.rank)::record OPERATOR(pg_catalog.*<>) ROW(theirs.rank)::record) OR (ROW(base.written_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.written_at)::record AND ROW(target.written_at)::record OPERATOR(pg_catalog.*<>) ROW(base.written_at)::record AND ROW(target.written_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.written_at)::record) OR (ROW(base.remind_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.remind_at)::record AND ROW(target.remind_at)::record OPERATOR(pg_catalog.*<>) ROW(base.remind_at)::record AND ROW(target.remind_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.remind_at)::record) OR (ROW(base.file)::record OPERATOR(pg_catalog.*<>) ROW(theirs.file)::record AND ROW(target.file)::record OPERATOR(pg_catalog.*<>) ROW(base.file)::record AND ROW(target.file)::record OPERATOR(pg_catalog.*<>) ROW(theirs.file)::record)
        ) AS found;
    END IF;

    IF theirs_note IS NOT NULL THEN
      UPDATE public.note AS target
         SET heading = CASE WHEN ROW(base.heading)::record OPERATOR(pg_catalog.*<>) ROW(theirs.heading)::record AND NOT (ROW(target.heading)::record OPERATOR(pg_catalog.*<>) ROW(base.heading)::record) THEN theirs.heading ELSE target.heading END,
         text = CASE WHEN ROW(base.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record AND NOT (ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(base.text)::record) THEN theirs.text ELSE target.text END,
         price = CASE WHEN ROW(base.price)::record OPERATOR(pg_catalog.*<>) ROW(theirs.price)::record AND NOT (ROW(target.price)::record OPERATOR(pg_catalog.*<>) ROW(base.price)::record) THEN theirs.price ELSE target.price END,
         weight = CASE WHEN ROW(base.weight)::record OPERATOR(pg_catalog.*<>) ROW(theirs.weight)::record AND NOT (ROW(target.weight)::record OPERATOR(pg_catalog.*<>) ROW(base.weight)::record) THEN theirs.weight ELSE target.weight END,
         state = CASE WHEN ROW(base.state)::record OPERATOR(pg_catalog.*<>) ROW(theirs.state)::record AND NOT (ROW(target.state)::record OPERATOR(pg_catalog.*<>) ROW(base.state)::record) THEN theirs.state ELSE target.state END,
         rank = CASE WHEN ROW(base.rank)::record OPERATOR(pg_catalog.*<>) ROW(theirs.rank)::record AND NOT (ROW(target.rank)::record OPERATOR(pg_catalog.*<>) ROW(base.rank)::record) THEN theirs.rank ELSE target.rank END,
         written_at = CASE WHEN ROW(base.written_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.written_at)::record AND NOT (ROW(target.written_at)::record OPERATOR(pg_catalog.*<>) ROW(base.written_at)::record) THEN theirs.written_at ELSE target.written_at END,
         remind_at = CASE WHEN ROW(base.remind_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.remind_at)::record AND NOT (ROW(target.remind_at)::record OPERATOR(pg_catalog.*<>) ROW(base.remind_at)::record) THEN theirs.remind_at ELSE target.remind_at END,
         file = CASE WHEN ROW(base.file)::record OPERATOR(pg_catalog.*<>) ROW(theirs.file)::record AND NOT (ROW(target.file)::record OPERATOR(pg_catalog.*<>) ROW(base.file)::record) THEN theirs.file ELSE target.file END
        FROM unnest(theirs_note) AS theirs
        JOIN unnest(base_note) AS base ON base.note_id = theirs.note_id
       WHERE target.note_id = theirs.note_id
         AND ((ROW(base.heading)::record OPERATOR(pg_catalog.*<>) ROW(theirs.heading)::record AND NOT (ROW(target.heading)::record OPERATOR(pg_catalog.*<>) ROW(base.heading)::record)) OR (ROW(base.text)::record OPERATOR(pg_catalog.*<>) ROW(theirs.text)::record AND NOT (ROW(target.text)::record OPERATOR(pg_catalog.*<>) ROW(base.text)::record)) OR (ROW(base.price)::record OPERATOR(pg_catalog.*<>) ROW(theirs.price)::record AND NOT (ROW(target.price)::record OPERATOR(pg_catalog.*<>) ROW(base.price)::record)) OR (ROW(base.weight)::record OPERATOR(pg_catalog.*<>) ROW(theirs.weight)::record AND NOT (ROW(target.weight)::record OPERATOR(pg_catalog.*<>) ROW(base.weight)::record)) OR (ROW(base.state)::record OPERATOR(pg_catalog.*<>) ROW(theirs.state)::record AND NOT (ROW(target.state)::record OPERATOR(pg_catalog.*<>) ROW(base.state)::record)) OR (ROW(base.rank)::record OPERATOR(pg_catalog.*<>) ROW(theirs.rank)::record AND NOT (ROW(target.rank)::record OPERATOR(pg_catalog.*<>) ROW(base.rank)::record)) OR (ROW(base.written_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.written_at)::record AND NOT (ROW(target.written_at)::record OPERATOR(pg_catalog.*<>) ROW(base.written_at)::record)) OR (ROW(base.remind_at)::record OPERATOR(pg_catalog.*<>) ROW(theirs.remind_at)::record AND NOT (ROW(target.remind_at)::record OPERATOR(pg_catalog.*<>) ROW(base.remind_at)::record)) OR (ROW(base.file)::record OPERATOR(pg_catalog.*<>) ROW(theirs.file)::record AND NOT (ROW(target.file)::record OPERATOR(pg_catalog.*<>) ROW(base.file)::record)));
    END IF;
    IF added_note IS NOT NULL THEN
      INSERT INTO public.note (note_id, heading, text, price, weight, state, rank, written_at, remind_at, file)
      SELECT added.note_id, added.heading, added.text, added.price, added.weight, added.state, added.rank, added.written_at, added.remind_at, added.file FROM unnest(added_note) AS added
       WHERE NOT EXISTS (SELECT FROM public.note AS target WHERE target.note_id = added.note_id OFFSET 0)
       ORDER BY added.note_id
      ON CONFLICT (note_id) DO NOTHING;
    END IF;
  END IF;

  IF $2 <> 'write' THEN
    IF gone_note IS NOT NULL THEN
      DELETE FROM public.note AS target USING unnest(gone_note) AS gone
       WHERE target.note_id = gone.note_id
         AND NOT (ROW(target.note_id, target.heading, target.text, target.price, target.weight, target.state, target.rank, target.written_at, target.remind_at, target.file)::record OPERATOR(pg_catalog.*<>) ROW(gone.note_id, gone.heading, gone.text, gone.price, gone.weight, gone.state, gone.rank, gone.written_at, gone.remind_at, gone.file)::record)
         ;
    END IF;
  END IF;
  RETURN to_do;
END;
$body$;

-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION cutover_plain_1to1.forward_note_unmade(cutover_plain_1to1.forward_note[])
  RETURNS cutover_plain_1to1.forward_note[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     SELECT ROW(wanted.cutover_1)::cutover_plain_1to1.forward_note AS unit FROM unnest($1) AS wanted (cutover_1)
      CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS note
     UNION ALL
     SELECT ROW(own.cutover_1)::cutover_plain_1to1.forward_note
       FROM cutover_plain_1to1.map_note($1) AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
      WHERE EXISTS (SELECT FROM public.note AS target WHERE target.note_id = note.note_id)
     UNION ALL
     SELECT ROW(fed.cutover_1)::cutover_plain_1to1.forward_note
       FROM (
         SELECT now.*
           FROM (
             SELECT  memo.*
               FROM unnest($1) AS wanted (cutover_1)
                CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'plain_1to1' AND image.table_name = 'memo' AND true AND image.feeds && ARRAY(SELECT 'note:' || ROW(wanted.cutover_1)::cutover_plain_1to1.forward_note::text FROM unnest($1) AS wanted (cutover_1)) AND image.key = ROW(now.id)::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON (memo.id) memo.*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::public.memo AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'note:' || ROW(wanted.cutover_1)::cutover_plain_1to1.forward_note::text FROM unnest($1) AS wanted (cutover_1))
                                                     AND image.cutover IS NOT DISTINCT FROM 'plain_1to1' AND image.table_name IS NOT DISTINCT FROM 'memo' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS memo
           CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
           JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
       ) AS memo
       CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
       JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
   ) AS made);
END;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_plain_1to1.forward_note_differences(cutover_plain_1to1.forward_note[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_plain_1to1.forward_note::text,
       'note',
       CASE WHEN expected.present THEN jsonb_build_object('note_id', expected.note_id) ELSE jsonb_build_object('note_id', actual.note_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('note_id', expected.note_id, 'heading', expected.heading, 'text', expected.text, 'price', expected.price, 'weight', expected.weight, 'state', expected.state, 'rank', expected.rank, 'written_at', expected.written_at, 'remind_at', expected.remind_at, 'file', expected.file) END,
       CASE WHEN actual.present THEN jsonb_build_object('note_id', actual.note_id, 'heading', actual.heading, 'text', actual.text, 'price', actual.price, 'weight', actual.weight, 'state', actual.state, 'rank', actual.rank, 'written_at', actual.written_at, 'remind_at', actual.remind_at, 'file', actual.file) END
  FROM (SELECT true AS present, note.note_id, note.heading, note.text, note.price, note.weight, note.state, note.rank, note.written_at, note.remind_at, note.file, own.cutover_1
          FROM cutover_plain_1to1.map_note($1) AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, note.note_id, note.heading, note.text, note.price, note.weight, note.state, note.rank, note.written_at, note.remind_at, note.file, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS note) AS actual
    ON expected.note_id = actual.note_id
 WHERE ROW(expected.present, expected.note_id, expected.heading, expected.text, expected.price, expected.weight, expected.state, expected.rank, expected.written_at, expected.remind_at, expected.file)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.note_id, actual.heading, actual.text, actual.price, actual.weight, actual.state, actual.rank, actual.written_at, actual.remind_at, actual.file)::record;
END;

-- … and in all.
CREATE VIEW cutover_plain_1to1.forward_note_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_plain_1to1.forward_note::text,
       'note',
       CASE WHEN expected.present THEN jsonb_build_object('note_id', expected.note_id) ELSE jsonb_build_object('note_id', actual.note_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('note_id', expected.note_id, 'heading', expected.heading, 'text', expected.text, 'price', expected.price, 'weight', expected.weight, 'state', expected.state, 'rank', expected.rank, 'written_at', expected.written_at, 'remind_at', expected.remind_at, 'file', expected.file) END,
       CASE WHEN actual.present THEN jsonb_build_object('note_id', actual.note_id, 'heading', actual.heading, 'text', actual.text, 'price', actual.price, 'weight', actual.weight, 'state', actual.state, 'rank', actual.rank, 'written_at', actual.written_at, 'remind_at', actual.remind_at, 'file', actual.file) END
  FROM (SELECT true AS present, note.note_id, note.heading, note.text, note.price, note.weight, note.state, note.rank, note.written_at, note.remind_at, note.file, own.cutover_1
          FROM cutover_plain_1to1.all_note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, note.note_id, note.heading, note.text, note.price, note.weight, note.state, note.rank, note.written_at, note.remind_at, note.file, own.cutover_1
          FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)) AS actual
    ON expected.note_id = actual.note_id
 WHERE ROW(expected.present, expected.note_id, expected.heading, expected.text, expected.price, expected.weight, expected.state, expected.rank, expected.written_at, expected.remind_at, expected.file)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.note_id, actual.heading, actual.text, actual.price, actual.weight, actual.state, actual.rank, actual.written_at, actual.remind_at, actual.file)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_plain_1to1.reverse_note_differences(cutover_plain_1to1.reverse_note[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_plain_1to1.reverse_note::text,
       'memo',
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id) ELSE jsonb_build_object('id', actual.id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id, 'title', expected.title, 'body', expected.body, 'price_cents', expected.price_cents, 'weight', expected.weight, 'done', expected.done, 'priority', expected.priority, 'written_at', expected.written_at, 'remind_at', expected.remind_at, 'attachment', expected.attachment) END,
       CASE WHEN actual.present THEN jsonb_build_object('id', actual.id, 'title', actual.title, 'body', actual.body, 'price_cents', actual.price_cents, 'weight', actual.weight, 'done', actual.done, 'priority', actual.priority, 'written_at', actual.written_at, 'remind_at', actual.remind_at, 'attachment', actual.attachment) END
  FROM (SELECT true AS present, memo.id, memo.title, memo.body, memo.price_cents, memo.weight, memo.done, memo.priority, memo.written_at, memo.remind_at, memo.attachment, own.cutover_1
          FROM cutover_plain_1to1.map_memo($1) AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, memo.id, memo.title, memo.body, memo.price_cents, memo.weight, memo.done, memo.priority, memo.written_at, memo.remind_at, memo.attachment, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo) AS actual
    ON expected.id = actual.id
 WHERE ROW(expected.present, expected.id, expected.title, expected.body, expected.price_cents, expected.weight, expected.done, expected.priority, expected.written_at, expected.remind_at, expected.attachment)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.title, actual.body, actual.price_cents, actual.weight, actual.done, actual.priority, actual.written_at, actual.remind_at, actual.attachment)::record;
END;

-- … and in all.
CREATE VIEW cutover_plain_1to1.reverse_note_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_plain_1to1.reverse_note::text,
       'memo',
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id) ELSE jsonb_build_object('id', actual.id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('id', expected.id, 'title', expected.title, 'body', expected.body, 'price_cents', expected.price_cents, 'weight', expected.weight, 'done', expected.done, 'priority', expected.priority, 'written_at', expected.written_at, 'remind_at', expected.remind_at, 'attachment', expected.attachment) END,
       CASE WHEN actual.present THEN jsonb_build_object('id', actual.id, 'title', actual.title, 'body', actual.body, 'price_cents', actual.price_cents, 'weight', actual.weight, 'done', actual.done, 'priority', actual.priority, 'written_at', actual.written_at, 'remind_at', actual.remind_at, 'attachment', actual.attachment) END
  FROM (SELECT true AS present, memo.id, memo.title, memo.body, memo.price_cents, memo.weight, memo.done, memo.priority, memo.written_at, memo.remind_at, memo.attachment, own.cutover_1
          FROM cutover_plain_1to1.all_memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, memo.id, memo.title, memo.body, memo.price_cents, memo.weight, memo.done, memo.priority, memo.written_at, memo.remind_at, memo.attachment, own.cutover_1
          FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)) AS actual
    ON expected.id = actual.id
 WHERE ROW(expected.present, expected.id, expected.title, expected.body, expected.price_cents, expected.weight, expected.done, expected.priority, expected.written_at, expected.remind_at, expected.attachment)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.id, actual.title, actual.body, actual.price_cents, actual.weight, actual.done, actual.priority, actual.written_at, actual.remind_at, actual.attachment)::record;

-- Every unit that either side knows.
CREATE VIEW cutover_plain_1to1.forward_note_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_plain_1to1.forward_note
  FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_plain_1to1.forward_note
  FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1);

-- Every unit that either side knows.
CREATE VIEW cutover_plain_1to1.reverse_note_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_plain_1to1.reverse_note
  FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_plain_1to1.reverse_note
  FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1);

-- $1 direction of the references $2 ("kind:unit"); returns the references of the other direction that hang together with them.
CREATE FUNCTION cutover_plain_1to1.connected(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' THEN
    RETURN ARRAY(
      SELECT DISTINCT linked.ref FROM (
        SELECT 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.reverse_note::text
          FROM (SELECT  memo.*
            FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'note:'))::cutover_plain_1to1.forward_note[]) AS wanted (cutover_1)
             CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo) AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
        UNION ALL
        SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.reverse_note::text
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'note:'))::cutover_plain_1to1.forward_note[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1)
      ) AS linked (ref));
  END IF;
  RETURN ARRAY(
    SELECT DISTINCT linked.ref FROM (
      SELECT 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.forward_note::text
        FROM (SELECT  note.*
          FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'note:'))::cutover_plain_1to1.reverse_note[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS note) AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
      UNION ALL
      SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text
        FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'note:'))::cutover_plain_1to1.reverse_note[]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
    ) AS linked (ref));
END;
$body$;

-- Locks the legacy rows of reverse units, in the order of their keys, so that no legacy writer commits between our reading
-- and our writing.
CREATE FUNCTION cutover_plain_1to1.lock_rows(text[]) RETURNS void
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
BEGIN
  PERFORM 1
    FROM public.memo AS locked
   WHERE (locked.id) IN (
           SELECT memo.id
             FROM unnest(ARRAY(SELECT substr(ref, 6) FROM unnest($1) AS ref
                      WHERE starts_with(ref, 'note:'))::cutover_plain_1to1.reverse_note[]) AS wanted (cutover_1)
              CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo)
   ORDER BY locked.id
     FOR UPDATE;
END;
$body$;

-- The coarser units ("kind:unit") that the units $3 of kind $2, direction $1, lie in.
CREATE FUNCTION cutover_plain_1to1.coarser(text, text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  RETURN '{}';
END;
$body$;

-- The reverse units ("kind:unit") that have rows in a kept table of the legacy side: what they keep may be out of date after legacy
-- was written alone.
CREATE FUNCTION cutover_plain_1to1.kept_refs() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(DISTINCT kept.ref), '{}') FROM (
  SELECT NULL::text WHERE false
) AS kept (ref);
END;

-- Makes the units $3 of kind $2, direction $1, true ($4: 'all', 'whole', 'write', 'delete', 'check'); returns those that a rule holds back.
CREATE FUNCTION cutover_plain_1to1.recompute(text, text, text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'note' THEN
    RETURN cutover_plain_1to1.forward_note_recompute($3, $4);
  ELSIF $1 = 'reverse' AND $2 = 'note' THEN
    RETURN cutover_plain_1to1.reverse_note_recompute($3, $4);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'plain_1to1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Brings legacy writes over to the new rows of the forward units $2 of kind $1 ($3: 'all', 'write', 'delete' or 'look'); returns what there is to do.
CREATE FUNCTION cutover_plain_1to1.patch(text, text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'note' THEN RETURN cutover_plain_1to1.forward_note_patch($2, $3); END IF;
  RETURN '';
END;
$body$;

-- Of the forward units $2 of kind $1 those that the new side was never made of.
CREATE FUNCTION cutover_plain_1to1.unmade(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  IF $1 = 'note' THEN RETURN cutover_plain_1to1.forward_note_unmade($2::cutover_plain_1to1.forward_note[])::text[]; END IF;
  RETURN '{}';
END;
$body$;

-- The units that a rule holds back, among $3 (NULL: all).
CREATE FUNCTION cutover_plain_1to1.held(text, text, text[]) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'note' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_plain_1to1.forward_note_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_plain_1to1.forward_note_held($3::cutover_plain_1to1.forward_note[]) AS some_held;
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'note' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_plain_1to1.reverse_note_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_plain_1to1.reverse_note_held($3::cutover_plain_1to1.reverse_note[]) AS some_held;
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'plain_1to1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that are not what the mapping says, of the units $3 (NULL: all).
CREATE FUNCTION cutover_plain_1to1.differences(text, text, text[]) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'note' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_plain_1to1.forward_note_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_plain_1to1.forward_note_differences($3::cutover_plain_1to1.forward_note[]);
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'note' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_plain_1to1.reverse_note_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_plain_1to1.reverse_note_differences($3::cutover_plain_1to1.reverse_note[]);
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'plain_1to1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Every unit of kind $2, direction $1, that either side knows.
CREATE FUNCTION cutover_plain_1to1.list_units(text, text) RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'note' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_plain_1to1.forward_note_units AS listed;
  ELSIF $1 = 'reverse' AND $2 = 'note' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_plain_1to1.reverse_note_units AS listed;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'plain_1to1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that feed the unit $3, for the quarantine.
CREATE FUNCTION cutover_plain_1to1.source_rows(text, text, text) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'note' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'memo', 'row', to_jsonb(memo)) AS found
        FROM unnest(ARRAY[$3::cutover_plain_1to1.forward_note]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT memo.* FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS memo
    ) AS rows);
  ELSIF $1 = 'reverse' AND $2 = 'note' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'note', 'row', to_jsonb(note)) AS found
        FROM unnest(ARRAY[$3::cutover_plain_1to1.reverse_note]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT note.* FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS note
    ) AS rows);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'plain_1to1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Is there any row to protect, on either side?
CREATE FUNCTION cutover_plain_1to1.holds_rows() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM public.memo)
    OR EXISTS (SELECT FROM public.note);
END;

-- The fence of public.memo. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_plain_1to1.fence_memo() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('plain_1to1', 'reverse') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('legacy_locked', 'archived', 'dropped') OR step LIKE 'legacy_locked:%' THEN
    RAISE EXCEPTION '% is read-only: its data has moved to the new tables (cutover %)', 'public.memo', 'plain_1to1'
      USING ERRCODE = 'CU021', HINT = 'Write the new tables; this version of the application is too old.';
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.memo: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_plain_1to1.note_memo_insert() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('plain_1to1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
      FROM new_rows AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'plain_1to1', 'memo', touched.key,
           NULL::text,
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(memo.id)::text AS key, 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS feeds, NULL::text AS belongs FROM new_rows AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(memo.id)::text, NULL::text, 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.reverse_note::text FROM new_rows AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.memo: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_plain_1to1.note_memo_update() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('plain_1to1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
               WHERE after.id IS NULL OR ROW(before.id, before.title, before.body, before.price_cents, before.weight, before.done, before.priority, before.written_at, before.remind_at, before.attachment)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.title, after.body, after.price_cents, after.weight, after.done, after.priority, after.written_at, after.remind_at, after.attachment)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
               WHERE before.id IS NULL OR ROW(before.id, before.title, before.body, before.price_cents, before.weight, before.done, before.priority, before.written_at, before.remind_at, before.attachment)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.title, after.body, after.price_cents, after.weight, after.done, after.priority, after.written_at, after.remind_at, after.attachment)::record) AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'plain_1to1', 'memo', touched.key,
           (SELECT memo::text FROM old_rows AS memo WHERE ROW(memo.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(memo.id)::text AS key, 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.title, before.body, before.price_cents, before.weight, before.done, before.priority, before.written_at, before.remind_at, before.attachment)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.title, after.body, after.price_cents, after.weight, after.done, after.priority, after.written_at, after.remind_at, after.attachment)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.title, before.body, before.price_cents, before.weight, before.done, before.priority, before.written_at, before.remind_at, before.attachment)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.title, after.body, after.price_cents, after.weight, after.done, after.priority, after.written_at, after.remind_at, after.attachment)::record) AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(memo.id)::text, NULL::text, 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.reverse_note::text FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
                 WHERE after.id IS NULL OR ROW(before.id, before.title, before.body, before.price_cents, before.weight, before.done, before.priority, before.written_at, before.remind_at, before.attachment)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.title, after.body, after.price_cents, after.weight, after.done, after.priority, after.written_at, after.remind_at, after.attachment)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
                 WHERE before.id IS NULL OR ROW(before.id, before.title, before.body, before.price_cents, before.weight, before.done, before.priority, before.written_at, before.remind_at, before.attachment)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.title, after.body, after.price_cents, after.weight, after.done, after.priority, after.written_at, after.remind_at, after.attachment)::record) AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.memo: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_plain_1to1.note_memo_delete() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('plain_1to1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
      FROM old_rows AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'plain_1to1', 'memo', touched.key,
           (SELECT memo::text FROM old_rows AS memo WHERE ROW(memo.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(memo.id)::text AS key, 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS feeds, NULL::text AS belongs FROM old_rows AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(memo.id)::text, NULL::text, 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.reverse_note::text FROM old_rows AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.memo: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_plain_1to1.note_memo_truncate() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('plain_1to1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase <> 'expanded' AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (cutover %)', 'public.memo', 'plain_1to1'
      USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
      FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'plain_1to1', 'memo', touched.key,
           (SELECT memo::text FROM public.memo AS memo WHERE ROW(memo.id)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(memo.id)::text AS key, 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.forward_note::text AS feeds, NULL::text AS belongs FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(memo.id)::text, NULL::text, 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.reverse_note::text FROM public.memo AS memo CROSS JOIN LATERAL (SELECT id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.note. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_plain_1to1.fence_note() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('plain_1to1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.note', 'plain_1to1', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('plain_1to1', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.note: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_plain_1to1.note_note_insert() RETURNS trigger
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
  IF cutover.is_writing('plain_1to1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
        FROM new_rows AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.reverse_note::text AS ref
      FROM new_rows AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.note: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_plain_1to1.note_note_update() RETURNS trigger
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
  IF cutover.is_writing('plain_1to1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.note_id = after.note_id
                 WHERE after.note_id IS NULL OR ROW(before.note_id, before.heading, before.text, before.price, before.weight, before.state, before.rank, before.written_at, before.remind_at, before.file, before.created_at)::record OPERATOR(pg_catalog.*<>) ROW(after.note_id, after.heading, after.text, after.price, after.weight, after.state, after.rank, after.written_at, after.remind_at, after.file, after.created_at)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.note_id = after.note_id
                 WHERE before.note_id IS NULL OR ROW(before.note_id, before.heading, before.text, before.price, before.weight, before.state, before.rank, before.written_at, before.remind_at, before.file, before.created_at)::record OPERATOR(pg_catalog.*<>) ROW(after.note_id, after.heading, after.text, after.price, after.weight, after.state, after.rank, after.written_at, after.remind_at, after.file, after.created_at)::record) AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.reverse_note::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.note_id = after.note_id
               WHERE after.note_id IS NULL OR ROW(before.note_id, before.heading, before.text, before.price, before.weight, before.state, before.rank, before.written_at, before.remind_at, before.file)::record OPERATOR(pg_catalog.*<>) ROW(after.note_id, after.heading, after.text, after.price, after.weight, after.state, after.rank, after.written_at, after.remind_at, after.file)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.note_id = after.note_id
               WHERE before.note_id IS NULL OR ROW(before.note_id, before.heading, before.text, before.price, before.weight, before.state, before.rank, before.written_at, before.remind_at, before.file)::record OPERATOR(pg_catalog.*<>) ROW(after.note_id, after.heading, after.text, after.price, after.weight, after.state, after.rank, after.written_at, after.remind_at, after.file)::record) AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.note: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_plain_1to1.note_note_delete() RETURNS trigger
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
  IF cutover.is_writing('plain_1to1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
        FROM old_rows AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.reverse_note::text AS ref
      FROM old_rows AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.note: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_plain_1to1.note_note_truncate() RETURNS trigger
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
  IF cutover.is_writing('plain_1to1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'plain_1to1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'note:' || ROW(own.cutover_1)::cutover_plain_1to1.forward_note::text AS ref
        FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('plain_1to1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'note:' || ROW(fed.cutover_1)::cutover_plain_1to1.reverse_note::text AS ref
      FROM public.note AS note CROSS JOIN LATERAL (SELECT note_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('plain_1to1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- PUBLIC may execute nothing of it.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover_plain_1to1 FROM PUBLIC;

-- Takes away what stood before, with its triggers. From here on writers of the tables wait until this migration is committed.
SELECT cutover.swap_compiled('plain_1to1', 'cutover_plain_1to1');

-- What the core has to know of this cutover.
SELECT cutover.register_cutover(
  'plain_1to1',
  'cutover_plain_1to1',
   E'{\n  "compiler": 2,\n  "units": {\n    "forward": [\n      [\n        "note",\n        "note_id"\n      ]\n    ],\n    "reverse": [\n      [\n        "note",\n        "note_id"\n      ]\n    ]\n  },\n  "tables": {\n    "legacy": [\n      "public.memo"\n    ],\n    "new": [\n      "public.note"\n    ],\n    "context": [],\n    "kept": []\n  },\n  "keep": {\n    "memo": [\n      "seen_at"\n    ],\n    "note": [\n      "created_at"\n    ]\n  },\n  "lost": {\n    "memo": {\n      "color": "nobody used it"\n    }\n  },\n  "sync": {\n    "mode": "commit",\n    "maxUnits": 1000,\n    "budgetMs": 60000\n  },\n  "gates": {\n    "drift": 0,\n    "verifyMaxAgeHours": 24\n  },\n  "shape": {\n    "units": {\n      "forward": [\n        {\n          "kind": "note",\n          "columns": [\n            {\n              "name": "note_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ],\n      "reverse": [\n        {\n          "kind": "note",\n          "columns": [\n            {\n              "name": "note_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ]\n    },\n    "tables": [\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "memo"\n        ],\n        "key": [\n          "id"\n        ],\n        "unit": {\n          "kind": "note",\n          "expressions": [\n            "id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "note",\n            "expressions": [\n              "id"\n            ]\n          }\n        ],\n        "keep": [\n          "seen_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [\n          "color"\n        ],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "note"\n        ],\n        "key": [\n          "note_id"\n        ],\n        "unit": {\n          "kind": "note",\n          "expressions": [\n            "note_id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "note",\n            "expressions": [\n              "note_id"\n            ]\n          }\n        ],\n        "keep": [\n          "created_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      }\n    ],\n    "context": []\n  },\n  "mappings": {\n    "cutovers/plain_1to1/reverse/memo.sql": "SELECT\\n  note.note_id AS id,\\n  note.heading AS title,\\n  note.text AS body,\\n  (note.price * 100)::bigint AS price_cents,\\n  note.weight,\\n  note.state = ''done'' AS done,\\n  CASE note.rank WHEN -1 THEN ''low'' WHEN 1 THEN ''high'' ELSE ''normal'' END AS priority,\\n  note.written_at,\\n  note.remind_at AT TIME ZONE ''UTC'' AS remind_at,\\n  note.file AS attachment\\nFROM note\\n",\n    "cutovers/plain_1to1/forward/note.sql": "SELECT\\n  memo.id AS note_id,\\n  memo.title AS heading,\\n  memo.body AS text,\\n  (memo.price_cents / 100.00)::numeric(21, 2) AS price,\\n  memo.weight,\\n  CASE memo.done WHEN true THEN ''done'' WHEN false THEN ''open'' END AS state,\\n  CASE memo.priority WHEN ''low'' THEN -1 WHEN ''high'' THEN 1 ELSE 0 END AS rank,\\n  memo.written_at,\\n  -- The legacy column held UTC without saying so.\\n  memo.remind_at AT TIME ZONE ''UTC'' AS remind_at,\\n  memo.attachment AS file\\nFROM memo\\n"\n  }\n}'::jsonb,
  '{}'::jsonb,
  2
);

-- The triggers. Lock: SHARE ROW EXCLUSIVE on each table until the end of this file. It waits for writers in flight and
-- holds up new ones, at most for the lock timeout set above; when that is used up, run the file again.
CREATE TRIGGER zzz_cutover_plain_1to1_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.memo
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.fence_memo();
CREATE TRIGGER zzz_cutover_plain_1to1_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.note
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.fence_note();
CREATE TRIGGER zzz_cutover_plain_1to1_insert AFTER INSERT ON public.memo
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_memo_insert();
CREATE TRIGGER zzz_cutover_plain_1to1_update AFTER UPDATE ON public.memo
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_memo_update();
CREATE TRIGGER zzz_cutover_plain_1to1_delete AFTER DELETE ON public.memo
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_memo_delete();
CREATE TRIGGER zzz_cutover_plain_1to1_truncate BEFORE TRUNCATE ON public.memo
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_memo_truncate();
CREATE TRIGGER zzz_cutover_plain_1to1_insert AFTER INSERT ON public.note
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_note_insert();
CREATE TRIGGER zzz_cutover_plain_1to1_update AFTER UPDATE ON public.note
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_note_update();
CREATE TRIGGER zzz_cutover_plain_1to1_delete AFTER DELETE ON public.note
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_note_delete();
CREATE TRIGGER zzz_cutover_plain_1to1_truncate BEFORE TRUNCATE ON public.note
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_plain_1to1.note_note_truncate();

-- The catalog that all this was compiled for, as it stands at the end of this file. Compiled from:
-- public.memo: id bigint, title text, body text, price_cents bigint, weight numeric, done boolean, priority text, written_at timestamp with time zone, remind_at timestamp without time zone, attachment bytea, color text, seen_at timestamp with time zone; zzz_cutover_plain_1to1_fence, zzz_cutover_plain_1to1_insert, zzz_cutover_plain_1to1_update, zzz_cutover_plain_1to1_delete, zzz_cutover_plain_1to1_truncate
-- public.note: note_id bigint, heading text, text text, price numeric(21,2), weight numeric, state text, rank smallint, written_at timestamp with time zone, remind_at timestamp with time zone, file bytea, created_at timestamp with time zone; zzz_cutover_plain_1to1_fence, zzz_cutover_plain_1to1_insert, zzz_cutover_plain_1to1_update, zzz_cutover_plain_1to1_delete, zzz_cutover_plain_1to1_truncate
SELECT cutover.seal_compiled('plain_1to1', ARRAY['public.memo', 'public.note']);
