-- Cutover "fold_n_to_1", compiled by `cutover compile` from cutovers/fold_n_to_1/. Do not edit: change the
-- definition and compile again. Nothing of this needs the tool at run time.
--
-- Everything of this cutover lives in the schema cutover_fold_n_to_1; the triggers at the end stand on the tables of both sides.
-- All of this has to run in one transaction, which the first statement here is there to prove to the later ones.
SELECT pg_catalog.set_config('cutover.transaction', pg_catalog.pg_current_xact_id()::text, true);
-- Plain table names in mappings are bound here, when the functions are created.
SET LOCAL search_path = pg_catalog, public;
SET LOCAL lock_timeout = '100ms';

-- Makes the schema; what stood in it before stays at work until it is swapped, below. Needs a core of version 2: when there is
-- no such function, run `cutover init --upgrade` and migrate first.
SELECT cutover.begin_compiled('fold_n_to_1', 'cutover_fold_n_to_1', 2);

-- The units of this cutover, and the rows that its mappings yield.
CREATE TYPE cutover_fold_n_to_1.forward_account AS (
  account_id bigint
);
CREATE TYPE cutover_fold_n_to_1.reverse_account AS (
  account_id bigint
);
CREATE TYPE cutover_fold_n_to_1.row_setting AS (
  account_id bigint,
  name text,
  value text,
  weight numeric,
  sort_order integer
);
CREATE TYPE cutover_fold_n_to_1.row_account_settings AS (
  account_id bigint,
  settings jsonb
);

-- cutovers/fold_n_to_1/forward/account_settings.sql, over all rows.
CREATE VIEW cutover_fold_n_to_1.all_account_settings AS
SELECT account_settings.account_id::bigint AS account_id,
       account_settings.settings::jsonb AS settings
  FROM (
SELECT
  setting.account_id,
  jsonb_object_agg(
    setting.name,
    jsonb_build_object('value', setting.value, 'weight', setting.weight, 'sort_order', setting.sort_order)
  ) AS settings
FROM setting
GROUP BY setting.account_id
) AS account_settings;

-- cutovers/fold_n_to_1/forward/account_settings.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_fold_n_to_1.map_account_settings(cutover_fold_n_to_1.forward_account[])
  RETURNS SETOF cutover_fold_n_to_1.row_account_settings
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH setting AS (
  SELECT  setting.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting
)
SELECT account_settings.account_id::bigint AS account_id,
       account_settings.settings::jsonb AS settings
  FROM (
SELECT
  setting.account_id,
  jsonb_object_agg(
    setting.name,
    jsonb_build_object('value', setting.value, 'weight', setting.weight, 'sort_order', setting.sort_order)
  ) AS settings
FROM setting
GROUP BY setting.account_id
) AS account_settings
  CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION cutover_fold_n_to_1.before_account_settings(cutover_fold_n_to_1.forward_account[])
  RETURNS SETOF cutover_fold_n_to_1.row_account_settings
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH setting AS (
  SELECT now.*
    FROM (
      SELECT  setting.*
        FROM unnest($1) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting
    ) AS now
   WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                      WHERE image.cutover = 'fold_n_to_1' AND image.table_name = 'setting' AND image.taken_by = pg_current_xact_id() AND image.feeds && ARRAY(SELECT 'account:' || ROW(wanted.cutover_1)::cutover_fold_n_to_1.forward_account::text FROM unnest($1) AS wanted (cutover_1)) AND image.key = ROW(now.account_id, now.name)::text OFFSET 0)
  UNION ALL
  SELECT DISTINCT ON (setting.account_id, setting.name) setting.*
    FROM (SELECT (parsed.row_then).*
            FROM (SELECT first.image::public.setting AS row_then
                    FROM (SELECT DISTINCT ON (image.key) image.image
                            FROM cutover.images AS image
                           WHERE image.feeds && ARRAY(SELECT 'account:' || ROW(wanted.cutover_1)::cutover_fold_n_to_1.forward_account::text FROM unnest($1) AS wanted (cutover_1))
                                              AND image.cutover IS NOT DISTINCT FROM 'fold_n_to_1' AND image.table_name IS NOT DISTINCT FROM 'setting' AND image.taken_by = pg_current_xact_id()
                           ORDER BY image.key, image.seq) AS first
                   WHERE first.image IS NOT NULL
                  -- Or the text would be read again for each column.
                  OFFSET 0) AS parsed) AS setting
    CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
    JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
)
SELECT account_settings.account_id::bigint AS account_id,
       account_settings.settings::jsonb AS settings
  FROM (
SELECT
  setting.account_id,
  jsonb_object_agg(
    setting.name,
    jsonb_build_object('value', setting.value, 'weight', setting.weight, 'sort_order', setting.sort_order)
  ) AS settings
FROM setting
GROUP BY setting.account_id
) AS account_settings
  CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- cutovers/fold_n_to_1/reverse/setting.sql, over all rows.
CREATE VIEW cutover_fold_n_to_1.all_setting AS
SELECT setting.account_id::bigint AS account_id,
       setting.name::text AS name,
       setting.value::text AS value,
       setting.weight::numeric AS weight,
       setting.sort_order::integer AS sort_order
  FROM (
SELECT
  account_settings.account_id,
  entry.name,
  entry.setting ->> 'value' AS value,
  (entry.setting ->> 'weight')::numeric AS weight,
  -- By way of numeric, as JSON may write an integer as 1.0 or 1e3.
  (entry.setting ->> 'sort_order')::numeric::integer AS sort_order
FROM account_settings
CROSS JOIN LATERAL jsonb_each(account_settings.settings) AS entry (name, setting)
) AS setting;

-- cutovers/fold_n_to_1/reverse/setting.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_fold_n_to_1.map_setting(cutover_fold_n_to_1.reverse_account[])
  RETURNS SETOF cutover_fold_n_to_1.row_setting
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH account_settings AS (
  SELECT  account_settings.*
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings
)
SELECT setting.account_id::bigint AS account_id,
       setting.name::text AS name,
       setting.value::text AS value,
       setting.weight::numeric AS weight,
       setting.sort_order::integer AS sort_order
  FROM (
SELECT
  account_settings.account_id,
  entry.name,
  entry.setting ->> 'value' AS value,
  (entry.setting ->> 'weight')::numeric AS weight,
  -- By way of numeric, as JSON may write an integer as 1.0 or 1e3.
  (entry.setting ->> 'sort_order')::numeric::integer AS sort_order
FROM account_settings
CROSS JOIN LATERAL jsonb_each(account_settings.settings) AS entry (name, setting)
) AS setting
  CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_fold_n_to_1.forward_account_held(cutover_fold_n_to_1.forward_account[])
  RETURNS TABLE (unit cutover_fold_n_to_1.forward_account, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT NULL::cutover_fold_n_to_1.forward_account, NULL::text, NULL::text WHERE false;
END;

-- … and among all.
CREATE VIEW cutover_fold_n_to_1.forward_account_held_all (unit, class, reason) AS
SELECT NULL::cutover_fold_n_to_1.forward_account, NULL::text, NULL::text WHERE false;

-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION cutover_fold_n_to_1.reverse_account_held(cutover_fold_n_to_1.reverse_account[])
  RETURNS TABLE (unit cutover_fold_n_to_1.reverse_account, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
(WITH linked AS (
SELECT ROW(wanted.cutover_1)::cutover_fold_n_to_1.reverse_account AS unit, ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account AS feeds
  FROM unnest($1) AS wanted (cutover_1)
   CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_fold_n_to_1.forward_account_held(ARRAY(SELECT DISTINCT linked.feeds FROM linked)) AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'fold_n_to_1/forward/account:' || linked.feeds::text OFFSET 0) AS put_aside);
END;

-- … and among all.
CREATE VIEW cutover_fold_n_to_1.reverse_account_held_all (unit, class, reason) AS
(WITH linked AS (
SELECT ROW(own.cutover_1)::cutover_fold_n_to_1.reverse_account AS unit, ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account AS feeds
  FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN cutover_fold_n_to_1.forward_account_held_all AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = 'fold_n_to_1/forward/account:' || linked.feeds::text) AS put_aside);

-- Makes units ("account", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_fold_n_to_1.forward_account_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_fold_n_to_1.forward_account[];
  gone_account_settings cutover_fold_n_to_1.row_account_settings[];
  changed_account_settings cutover_fold_n_to_1.row_account_settings[];
  added_account_settings cutover_fold_n_to_1.row_account_settings[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_fold_n_to_1.forward_account_held($1::cutover_fold_n_to_1.forward_account[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_fold_n_to_1.forward_account[];

  -- What differs.
  SELECT array_agg(ROW(actual.account_id, actual.settings)::cutover_fold_n_to_1.row_account_settings) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.account_id, expected.settings)::cutover_fold_n_to_1.row_account_settings) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.account_id, expected.settings)::cutover_fold_n_to_1.row_account_settings) FILTER (WHERE actual.present IS NULL)
    INTO gone_account_settings, changed_account_settings, added_account_settings
    FROM (SELECT true AS present, mapped.* FROM cutover_fold_n_to_1.map_account_settings(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, account_settings.account_id, account_settings.settings
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings) AS actual
      ON expected.account_id = actual.account_id
   WHERE ROW(expected.present, expected.account_id, expected.settings)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.settings)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_account_settings IS NOT NULL OR changed_account_settings IS NOT NULL OR added_account_settings IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_account_settings IS NOT NULL THEN
      DELETE FROM public.account_settings AS target USING unnest(gone_account_settings) AS gone
       WHERE target.account_id = gone.account_id;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_account_settings IS NOT NULL THEN
      UPDATE public.account_settings AS target
         SET settings = expected.settings
        FROM unnest(changed_account_settings) AS expected
       WHERE target.account_id = expected.account_id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_account_settings) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.account_settings AS target WHERE target.account_id = expected.account_id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'account_settings'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_account_settings IS NOT NULL THEN
      INSERT INTO public.account_settings AS account_settings (account_id, settings)
      SELECT expected.account_id, expected.settings FROM unnest(added_account_settings) AS expected
       ORDER BY expected.account_id
      ON CONFLICT (account_id) DO UPDATE SET settings = excluded.settings;
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

-- Makes units ("account", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_fold_n_to_1.reverse_account_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_fold_n_to_1.reverse_account[];
  gone_setting cutover_fold_n_to_1.row_setting[];
  changed_setting cutover_fold_n_to_1.row_setting[];
  added_setting cutover_fold_n_to_1.row_setting[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_fold_n_to_1.reverse_account_held($1::cutover_fold_n_to_1.reverse_account[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_fold_n_to_1.reverse_account[];

  -- What differs.
  SELECT array_agg(ROW(actual.account_id, actual.name, actual.value, actual.weight, actual.sort_order)::cutover_fold_n_to_1.row_setting) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.account_id, expected.name, expected.value, expected.weight, expected.sort_order)::cutover_fold_n_to_1.row_setting) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.account_id, expected.name, expected.value, expected.weight, expected.sort_order)::cutover_fold_n_to_1.row_setting) FILTER (WHERE actual.present IS NULL)
    INTO gone_setting, changed_setting, added_setting
    FROM (SELECT true AS present, mapped.* FROM cutover_fold_n_to_1.map_setting(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, setting.account_id, setting.name, setting.value, setting.weight, setting.sort_order
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting) AS actual
      ON expected.account_id = actual.account_id AND expected.name = actual.name
   WHERE ROW(expected.present, expected.account_id, expected.name, expected.value, expected.weight, expected.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.name, actual.value, actual.weight, actual.sort_order)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_setting IS NOT NULL OR changed_setting IS NOT NULL OR added_setting IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_setting IS NOT NULL THEN
      DELETE FROM public.setting AS target USING unnest(gone_setting) AS gone
       WHERE target.account_id = gone.account_id AND target.name = gone.name;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_setting IS NOT NULL THEN
      UPDATE public.setting AS target
         SET value = expected.value, weight = expected.weight, sort_order = expected.sort_order
        FROM unnest(changed_setting) AS expected
       WHERE target.account_id = expected.account_id AND target.name = expected.name;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_setting) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.setting AS target WHERE target.account_id = expected.account_id AND target.name = expected.name)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'setting'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_setting IS NOT NULL THEN
      INSERT INTO public.setting AS setting (account_id, name, value, weight, sort_order)
      SELECT expected.account_id, expected.name, expected.value, expected.weight, expected.sort_order FROM unnest(added_setting) AS expected
       ORDER BY expected.account_id, expected.name
      ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value, weight = excluded.weight, sort_order = excluded.sort_order;
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

-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("account", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.
CREATE FUNCTION cutover_fold_n_to_1.forward_account_patch(text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  units cutover_fold_n_to_1.forward_account[] := $1::cutover_fold_n_to_1.forward_account[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known cutover_fold_n_to_1.forward_account[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = 'fold_n_to_1/forward/account:' || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::cutover_fold_n_to_1.forward_account[];
  to_do text;
  gone_account_settings cutover_fold_n_to_1.row_account_settings[];
  base_account_settings cutover_fold_n_to_1.row_account_settings[];
  theirs_account_settings cutover_fold_n_to_1.row_account_settings[];
  added_account_settings cutover_fold_n_to_1.row_account_settings[];
BEGIN
  -- What legacy writers changed.
  SELECT array_agg(ROW(base.account_id, base.settings)::cutover_fold_n_to_1.row_account_settings) FILTER (WHERE theirs.present IS NULL),
         array_agg(ROW(base.account_id, base.settings)::cutover_fold_n_to_1.row_account_settings) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.account_id, theirs.settings)::cutover_fold_n_to_1.row_account_settings) FILTER (WHERE base.present AND theirs.present),
         array_agg(ROW(theirs.account_id, theirs.settings)::cutover_fold_n_to_1.row_account_settings) FILTER (WHERE base.present IS NULL)
    INTO gone_account_settings, base_account_settings, theirs_account_settings, added_account_settings
    FROM (SELECT true AS present, mapped.* FROM cutover_fold_n_to_1.before_account_settings(known) AS mapped) AS base
    FULL JOIN (SELECT true AS present, mapped.* FROM cutover_fold_n_to_1.map_account_settings(units) AS mapped) AS theirs
      ON base.account_id = theirs.account_id
   WHERE ROW(base.present, base.account_id, base.settings)::record OPERATOR(pg_catalog.*<>) ROW(theirs.present, theirs.account_id, theirs.settings)::record;
  to_do := CASE WHEN num_nonnulls(gone_account_settings) > 0
                THEN CASE WHEN num_nonnulls(theirs_account_settings, added_account_settings) > 0 THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN num_nonnulls(theirs_account_settings, added_account_settings) > 0 THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  PERFORM 1
    FROM public.account_settings AS locked
   WHERE (locked.account_id) IN (
           SELECT account_settings.account_id
             FROM unnest(units) AS wanted (cutover_1)
              CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings)
   ORDER BY locked.account_id
     FOR UPDATE;

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    IF coalesce(cardinality(gone_account_settings), 0) + coalesce(cardinality(theirs_account_settings), 0) + coalesce(cardinality(added_account_settings), 0) > 0 THEN
      INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
      SELECT 'fold_n_to_1', 'account_settings', found.*
        FROM (
          SELECT jsonb_build_object('account_id', gone.account_id), jsonb_build_object('account_id', gone.account_id, 'settings', gone.settings), jsonb_build_object('account_id', target.account_id, 'settings', target.settings), NULL::jsonb
            FROM unnest(gone_account_settings) AS gone CROSS JOIN LATERAL (SELECT row_now.* FROM public.account_settings AS row_now WHERE row_now.account_id = gone.account_id OFFSET 0) AS target
           WHERE ROW(target.account_id, target.settings)::record OPERATOR(pg_catalog.*<>) ROW(gone.account_id, gone.settings)::record
          UNION ALL
          SELECT jsonb_build_object('account_id', added.account_id), NULL::jsonb, jsonb_build_object('account_id', target.account_id, 'settings', target.settings), jsonb_build_object('account_id', added.account_id, 'settings', added.settings)
            FROM unnest(added_account_settings) AS added CROSS JOIN LATERAL (SELECT row_now.* FROM public.account_settings AS row_now WHERE row_now.account_id = added.account_id OFFSET 0) AS target
           WHERE ROW(target.account_id, target.settings)::record OPERATOR(pg_catalog.*<>) ROW(added.account_id, added.settings)::record
          UNION ALL
          SELECT jsonb_build_object('account_id', theirs.account_id), jsonb_build_object('account_id', base.account_id, 'settings', base.settings), CASE WHEN target.present THEN jsonb_build_object('account_id', target.account_id, 'settings', target.settings) END, jsonb_build_object('account_id', theirs.account_id, 'settings', theirs.settings)
            FROM unnest(theirs_account_settings) AS theirs
            JOIN unnest(base_account_settings) AS base ON base.account_id = theirs.account_id
            LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM public.account_settings AS row_now
                                WHERE row_now.account_id = theirs.account_id OFFSET 0) AS target ON true
           WHERE target.present IS NULL OR (ROW(base.settings)::record OPERATOR(pg_catalog.*<>) ROW(theirs.settings)::record AND ROW(target.settings)::record OPERATOR(pg_catalog.*<>) ROW(base.settings)::record AND ROW(target.settings)::record OPERATOR(pg_catalog.*<>) ROW(theirs.settings)::record)
        ) AS found;
    END IF;

    IF theirs_account_settings IS NOT NULL THEN
      UPDATE public.account_settings AS target
         SET settings = CASE WHEN ROW(base.settings)::record OPERATOR(pg_catalog.*<>) ROW(theirs.settings)::record AND NOT (ROW(target.settings)::record OPERATOR(pg_catalog.*<>) ROW(base.settings)::record) THEN theirs.settings ELSE target.settings END
        FROM unnest(theirs_account_settings) AS theirs
        JOIN unnest(base_account_settings) AS base ON base.account_id = theirs.account_id
       WHERE target.account_id = theirs.account_id
         AND ((ROW(base.settings)::record OPERATOR(pg_catalog.*<>) ROW(theirs.settings)::record AND NOT (ROW(target.settings)::record OPERATOR(pg_catalog.*<>) ROW(base.settings)::record)));
    END IF;
    IF added_account_settings IS NOT NULL THEN
      INSERT INTO public.account_settings (account_id, settings)
      SELECT added.account_id, added.settings FROM unnest(added_account_settings) AS added
       WHERE NOT EXISTS (SELECT FROM public.account_settings AS target WHERE target.account_id = added.account_id OFFSET 0)
       ORDER BY added.account_id
      ON CONFLICT (account_id) DO NOTHING;
    END IF;
  END IF;

  IF $2 <> 'write' THEN
    IF gone_account_settings IS NOT NULL THEN
      DELETE FROM public.account_settings AS target USING unnest(gone_account_settings) AS gone
       WHERE target.account_id = gone.account_id
         AND NOT (ROW(target.account_id, target.settings)::record OPERATOR(pg_catalog.*<>) ROW(gone.account_id, gone.settings)::record)
         ;
    END IF;
  END IF;
  RETURN to_do;
END;
$body$;

-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION cutover_fold_n_to_1.forward_account_unmade(cutover_fold_n_to_1.forward_account[])
  RETURNS cutover_fold_n_to_1.forward_account[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     SELECT ROW(wanted.cutover_1)::cutover_fold_n_to_1.forward_account AS unit FROM unnest($1) AS wanted (cutover_1)
      CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings
     UNION ALL
     SELECT ROW(own.cutover_1)::cutover_fold_n_to_1.forward_account
       FROM cutover_fold_n_to_1.map_account_settings($1) AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
      WHERE EXISTS (SELECT FROM public.account_settings AS target WHERE target.account_id = account_settings.account_id)
     UNION ALL
     SELECT ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account
       FROM (
         SELECT now.*
           FROM (
             SELECT  setting.*
               FROM unnest($1) AS wanted (cutover_1)
                CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting
           ) AS now
          WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                             WHERE image.cutover = 'fold_n_to_1' AND image.table_name = 'setting' AND true AND image.feeds && ARRAY(SELECT 'account:' || ROW(wanted.cutover_1)::cutover_fold_n_to_1.forward_account::text FROM unnest($1) AS wanted (cutover_1)) AND image.key = ROW(now.account_id, now.name)::text OFFSET 0)
         UNION ALL
         SELECT DISTINCT ON (setting.account_id, setting.name) setting.*
           FROM (SELECT (parsed.row_then).*
                   FROM (SELECT first.image::public.setting AS row_then
                           FROM (SELECT DISTINCT ON (image.key) image.image
                                   FROM cutover.images AS image
                                  WHERE image.feeds && ARRAY(SELECT 'account:' || ROW(wanted.cutover_1)::cutover_fold_n_to_1.forward_account::text FROM unnest($1) AS wanted (cutover_1))
                                                     AND image.cutover IS NOT DISTINCT FROM 'fold_n_to_1' AND image.table_name IS NOT DISTINCT FROM 'setting' AND true
                                  ORDER BY image.key, image.seq) AS first
                          WHERE first.image IS NOT NULL
                         -- Or the text would be read again for each column.
                         OFFSET 0) AS parsed) AS setting
           CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
           JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
       ) AS setting
       CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
       JOIN unnest($1) AS wanted (cutover_1) ON fed.cutover_1 = wanted.cutover_1
   ) AS made);
END;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_fold_n_to_1.forward_account_differences(cutover_fold_n_to_1.forward_account[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_fold_n_to_1.forward_account::text,
       'account_settings',
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id) ELSE jsonb_build_object('account_id', actual.account_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'settings', expected.settings) END,
       CASE WHEN actual.present THEN jsonb_build_object('account_id', actual.account_id, 'settings', actual.settings) END
  FROM (SELECT true AS present, account_settings.account_id, account_settings.settings, own.cutover_1
          FROM cutover_fold_n_to_1.map_account_settings($1) AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, account_settings.account_id, account_settings.settings, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings) AS actual
    ON expected.account_id = actual.account_id
 WHERE ROW(expected.present, expected.account_id, expected.settings)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.settings)::record;
END;

-- … and in all.
CREATE VIEW cutover_fold_n_to_1.forward_account_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_fold_n_to_1.forward_account::text,
       'account_settings',
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id) ELSE jsonb_build_object('account_id', actual.account_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'settings', expected.settings) END,
       CASE WHEN actual.present THEN jsonb_build_object('account_id', actual.account_id, 'settings', actual.settings) END
  FROM (SELECT true AS present, account_settings.account_id, account_settings.settings, own.cutover_1
          FROM cutover_fold_n_to_1.all_account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, account_settings.account_id, account_settings.settings, own.cutover_1
          FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS actual
    ON expected.account_id = actual.account_id
 WHERE ROW(expected.present, expected.account_id, expected.settings)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.settings)::record;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_fold_n_to_1.reverse_account_differences(cutover_fold_n_to_1.reverse_account[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_fold_n_to_1.reverse_account::text,
       'setting',
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'name', expected.name) ELSE jsonb_build_object('account_id', actual.account_id, 'name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'name', expected.name, 'value', expected.value, 'weight', expected.weight, 'sort_order', expected.sort_order) END,
       CASE WHEN actual.present THEN jsonb_build_object('account_id', actual.account_id, 'name', actual.name, 'value', actual.value, 'weight', actual.weight, 'sort_order', actual.sort_order) END
  FROM (SELECT true AS present, setting.account_id, setting.name, setting.value, setting.weight, setting.sort_order, own.cutover_1
          FROM cutover_fold_n_to_1.map_setting($1) AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, setting.account_id, setting.name, setting.value, setting.weight, setting.sort_order, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting) AS actual
    ON expected.account_id = actual.account_id AND expected.name = actual.name
 WHERE ROW(expected.present, expected.account_id, expected.name, expected.value, expected.weight, expected.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.name, actual.value, actual.weight, actual.sort_order)::record;
END;

-- … and in all.
CREATE VIEW cutover_fold_n_to_1.reverse_account_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_fold_n_to_1.reverse_account::text,
       'setting',
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'name', expected.name) ELSE jsonb_build_object('account_id', actual.account_id, 'name', actual.name) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'name', expected.name, 'value', expected.value, 'weight', expected.weight, 'sort_order', expected.sort_order) END,
       CASE WHEN actual.present THEN jsonb_build_object('account_id', actual.account_id, 'name', actual.name, 'value', actual.value, 'weight', actual.weight, 'sort_order', actual.sort_order) END
  FROM (SELECT true AS present, setting.account_id, setting.name, setting.value, setting.weight, setting.sort_order, own.cutover_1
          FROM cutover_fold_n_to_1.all_setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, setting.account_id, setting.name, setting.value, setting.weight, setting.sort_order, own.cutover_1
          FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS actual
    ON expected.account_id = actual.account_id AND expected.name = actual.name
 WHERE ROW(expected.present, expected.account_id, expected.name, expected.value, expected.weight, expected.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.name, actual.value, actual.weight, actual.sort_order)::record;

-- Every unit that either side knows.
CREATE VIEW cutover_fold_n_to_1.forward_account_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account
  FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_fold_n_to_1.forward_account
  FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1);

-- Every unit that either side knows.
CREATE VIEW cutover_fold_n_to_1.reverse_account_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_fold_n_to_1.reverse_account
  FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_fold_n_to_1.reverse_account
  FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1);

-- $1 direction of the references $2 ("kind:unit"); returns the references of the other direction that hang together with them.
CREATE FUNCTION cutover_fold_n_to_1.connected(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' THEN
    RETURN ARRAY(
      SELECT DISTINCT linked.ref FROM (
        SELECT 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.reverse_account::text
          FROM (SELECT  setting.*
            FROM unnest(ARRAY(SELECT substr(ref, 9) FROM unnest($2) AS ref
                     WHERE starts_with(ref, 'account:'))::cutover_fold_n_to_1.forward_account[]) AS wanted (cutover_1)
             CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting) AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
        UNION ALL
        SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.reverse_account::text
          FROM unnest(ARRAY(SELECT substr(ref, 9) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'account:'))::cutover_fold_n_to_1.forward_account[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
      ) AS linked (ref));
  END IF;
  RETURN ARRAY(
    SELECT DISTINCT linked.ref FROM (
      SELECT 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.forward_account::text
        FROM (SELECT  account_settings.*
          FROM unnest(ARRAY(SELECT substr(ref, 9) FROM unnest($2) AS ref
                   WHERE starts_with(ref, 'account:'))::cutover_fold_n_to_1.reverse_account[]) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings) AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
      UNION ALL
      SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text
        FROM unnest(ARRAY(SELECT substr(ref, 9) FROM unnest($2) AS ref
                 WHERE starts_with(ref, 'account:'))::cutover_fold_n_to_1.reverse_account[]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
    ) AS linked (ref));
END;
$body$;

-- Locks the legacy rows of reverse units, in the order of their keys, so that no legacy writer commits between our reading
-- and our writing.
CREATE FUNCTION cutover_fold_n_to_1.lock_rows(text[]) RETURNS void
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
BEGIN
  PERFORM 1
    FROM public.setting AS locked
   WHERE (locked.account_id, locked.name) IN (
           SELECT setting.account_id, setting.name
             FROM unnest(ARRAY(SELECT substr(ref, 9) FROM unnest($1) AS ref
                      WHERE starts_with(ref, 'account:'))::cutover_fold_n_to_1.reverse_account[]) AS wanted (cutover_1)
              CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting)
   ORDER BY locked.account_id, locked.name
     FOR UPDATE;
END;
$body$;

-- The coarser units ("kind:unit") that the units $3 of kind $2, direction $1, lie in.
CREATE FUNCTION cutover_fold_n_to_1.coarser(text, text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  RETURN '{}';
END;
$body$;

-- The reverse units ("kind:unit") that have rows in a kept table of the legacy side: what they keep may be out of date after legacy
-- was written alone.
CREATE FUNCTION cutover_fold_n_to_1.kept_refs() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(DISTINCT kept.ref), '{}') FROM (
  SELECT NULL::text WHERE false
) AS kept (ref);
END;

-- Makes the units $3 of kind $2, direction $1, true ($4: 'all', 'whole', 'write', 'delete', 'check'); returns those that a rule holds back.
CREATE FUNCTION cutover_fold_n_to_1.recompute(text, text, text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    RETURN cutover_fold_n_to_1.forward_account_recompute($3, $4);
  ELSIF $1 = 'reverse' AND $2 = 'account' THEN
    RETURN cutover_fold_n_to_1.reverse_account_recompute($3, $4);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'fold_n_to_1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Brings legacy writes over to the new rows of the forward units $2 of kind $1 ($3: 'all', 'write', 'delete' or 'look'); returns what there is to do.
CREATE FUNCTION cutover_fold_n_to_1.patch(text, text[], text) RETURNS text
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'account' THEN RETURN cutover_fold_n_to_1.forward_account_patch($2, $3); END IF;
  RETURN '';
END;
$body$;

-- Of the forward units $2 of kind $1 those that the new side was never made of.
CREATE FUNCTION cutover_fold_n_to_1.unmade(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  IF $1 = 'account' THEN RETURN cutover_fold_n_to_1.forward_account_unmade($2::cutover_fold_n_to_1.forward_account[])::text[]; END IF;
  RETURN '{}';
END;
$body$;

-- The units that a rule holds back, among $3 (NULL: all).
CREATE FUNCTION cutover_fold_n_to_1.held(text, text, text[]) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_fold_n_to_1.forward_account_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_fold_n_to_1.forward_account_held($3::cutover_fold_n_to_1.forward_account[]) AS some_held;
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'account' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_fold_n_to_1.reverse_account_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_fold_n_to_1.reverse_account_held($3::cutover_fold_n_to_1.reverse_account[]) AS some_held;
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'fold_n_to_1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that are not what the mapping says, of the units $3 (NULL: all).
CREATE FUNCTION cutover_fold_n_to_1.differences(text, text, text[]) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_fold_n_to_1.forward_account_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_fold_n_to_1.forward_account_differences($3::cutover_fold_n_to_1.forward_account[]);
    END IF;
  ELSIF $1 = 'reverse' AND $2 = 'account' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_fold_n_to_1.reverse_account_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_fold_n_to_1.reverse_account_differences($3::cutover_fold_n_to_1.reverse_account[]);
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'fold_n_to_1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Every unit of kind $2, direction $1, that either side knows.
CREATE FUNCTION cutover_fold_n_to_1.list_units(text, text) RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_fold_n_to_1.forward_account_units AS listed;
  ELSIF $1 = 'reverse' AND $2 = 'account' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_fold_n_to_1.reverse_account_units AS listed;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'fold_n_to_1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that feed the unit $3, for the quarantine.
CREATE FUNCTION cutover_fold_n_to_1.source_rows(text, text, text) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'setting', 'row', to_jsonb(setting)) AS found
        FROM unnest(ARRAY[$3::cutover_fold_n_to_1.forward_account]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT setting.* FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS setting
    ) AS rows);
  ELSIF $1 = 'reverse' AND $2 = 'account' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'account_settings', 'row', to_jsonb(account_settings)) AS found
        FROM unnest(ARRAY[$3::cutover_fold_n_to_1.reverse_account]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT account_settings.* FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_settings
    ) AS rows);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'fold_n_to_1', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Is there any row to protect, on either side?
CREATE FUNCTION cutover_fold_n_to_1.holds_rows() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM public.setting)
    OR EXISTS (SELECT FROM public.account_settings);
END;

-- The fence of public.setting. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_fold_n_to_1.fence_setting() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('fold_n_to_1', 'reverse') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('legacy_locked', 'archived', 'dropped') OR step LIKE 'legacy_locked:%' THEN
    RAISE EXCEPTION '% is read-only: its data has moved to the new tables (cutover %)', 'public.setting', 'fold_n_to_1'
      USING ERRCODE = 'CU021', HINT = 'Write the new tables; this version of the application is too old.';
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.setting: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_fold_n_to_1.note_setting_insert() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('fold_n_to_1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
      FROM new_rows AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'fold_n_to_1', 'setting', touched.key,
           NULL::text,
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(setting.account_id, setting.name)::text AS key, 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS feeds, NULL::text AS belongs FROM new_rows AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(setting.account_id, setting.name)::text, NULL::text, 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.reverse_account::text FROM new_rows AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.setting: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_fold_n_to_1.note_setting_update() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('fold_n_to_1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.account_id = after.account_id AND before.name = after.name
               WHERE after.account_id IS NULL OR ROW(before.account_id, before.name, before.value, before.weight, before.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.name, after.value, after.weight, after.sort_order)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.account_id = after.account_id AND before.name = after.name
               WHERE before.account_id IS NULL OR ROW(before.account_id, before.name, before.value, before.weight, before.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.name, after.value, after.weight, after.sort_order)::record) AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'fold_n_to_1', 'setting', touched.key,
           (SELECT setting::text FROM old_rows AS setting WHERE ROW(setting.account_id, setting.name)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(setting.account_id, setting.name)::text AS key, 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS feeds, NULL::text AS belongs FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.account_id = after.account_id AND before.name = after.name
                 WHERE after.account_id IS NULL OR ROW(before.account_id, before.name, before.value, before.weight, before.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.name, after.value, after.weight, after.sort_order)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.account_id = after.account_id AND before.name = after.name
                 WHERE before.account_id IS NULL OR ROW(before.account_id, before.name, before.value, before.weight, before.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.name, after.value, after.weight, after.sort_order)::record) AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(setting.account_id, setting.name)::text, NULL::text, 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.reverse_account::text FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.account_id = after.account_id AND before.name = after.name
                 WHERE after.account_id IS NULL OR ROW(before.account_id, before.name, before.value, before.weight, before.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.name, after.value, after.weight, after.sort_order)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.account_id = after.account_id AND before.name = after.name
                 WHERE before.account_id IS NULL OR ROW(before.account_id, before.name, before.value, before.weight, before.sort_order)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.name, after.value, after.weight, after.sort_order)::record) AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.setting: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_fold_n_to_1.note_setting_delete() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('fold_n_to_1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
      FROM old_rows AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'fold_n_to_1', 'setting', touched.key,
           (SELECT setting::text FROM old_rows AS setting WHERE ROW(setting.account_id, setting.name)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(setting.account_id, setting.name)::text AS key, 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS feeds, NULL::text AS belongs FROM old_rows AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(setting.account_id, setting.name)::text, NULL::text, 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.reverse_account::text FROM old_rows AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.setting: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.
CREATE FUNCTION cutover_fold_n_to_1.note_setting_truncate() RETURNS trigger
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
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing('fold_n_to_1', 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase <> 'expanded' AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (cutover %)', 'public.setting', 'fold_n_to_1'
      USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
      FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
  END IF;
  IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
    INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
    SELECT pg_current_xact_id(), 'fold_n_to_1', 'setting', touched.key,
           (SELECT setting::text FROM public.setting AS setting WHERE ROW(setting.account_id, setting.name)::text = touched.key),
           coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
           coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
      FROM (
        SELECT ROW(setting.account_id, setting.name)::text AS key, 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.forward_account::text AS feeds, NULL::text AS belongs FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
        UNION ALL
        SELECT ROW(setting.account_id, setting.name)::text, NULL::text, 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.reverse_account::text FROM public.setting AS setting CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
      ) AS touched
     GROUP BY touched.key
        ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
       SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
           belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.account_settings. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_fold_n_to_1.fence_account_settings() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('fold_n_to_1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
    RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', 'public.account_settings', 'fold_n_to_1', phase
      USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM cutover.check_snapshot('fold_n_to_1', known_move);
  END IF;
  RETURN NULL;
END;
$body$;

-- INSERT on public.account_settings: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_fold_n_to_1.note_account_settings_insert() RETURNS trigger
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
  IF cutover.is_writing('fold_n_to_1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
        FROM new_rows AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.reverse_account::text AS ref
      FROM new_rows AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.account_settings: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_fold_n_to_1.note_account_settings_update() RETURNS trigger
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
  IF cutover.is_writing('fold_n_to_1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
        FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.account_id = after.account_id
                 WHERE after.account_id IS NULL OR ROW(before.account_id, before.settings, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.settings, after.updated_at)::record
                UNION ALL
                SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.account_id = after.account_id
                 WHERE before.account_id IS NULL OR ROW(before.account_id, before.settings, before.updated_at)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.settings, after.updated_at)::record) AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.reverse_account::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.account_id = after.account_id
               WHERE after.account_id IS NULL OR ROW(before.account_id, before.settings)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.settings)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.account_id = after.account_id
               WHERE before.account_id IS NULL OR ROW(before.account_id, before.settings)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.settings)::record) AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.account_settings: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_fold_n_to_1.note_account_settings_delete() RETURNS trigger
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
  IF cutover.is_writing('fold_n_to_1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
        FROM old_rows AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.reverse_account::text AS ref
      FROM old_rows AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.account_settings: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.
CREATE FUNCTION cutover_fold_n_to_1.note_account_settings_truncate() RETURNS trigger
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
  IF cutover.is_writing('fold_n_to_1', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = 'fold_n_to_1';
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      SELECT 'account:' || ROW(own.cutover_1)::cutover_fold_n_to_1.forward_account::text AS ref
        FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
    ) AS noted;
    IF refs IS NOT NULL THEN
      PERFORM cutover.note_refs('fold_n_to_1', 'forward', refs);
    END IF;
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_fold_n_to_1.reverse_account::text AS ref
      FROM public.account_settings AS account_settings CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('fold_n_to_1', 'reverse', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- PUBLIC may execute nothing of it.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover_fold_n_to_1 FROM PUBLIC;

-- Takes away what stood before, with its triggers. From here on writers of the tables wait until this migration is committed.
SELECT cutover.swap_compiled('fold_n_to_1', 'cutover_fold_n_to_1');

-- What the core has to know of this cutover.
SELECT cutover.register_cutover(
  'fold_n_to_1',
  'cutover_fold_n_to_1',
   E'{\n  "compiler": 2,\n  "units": {\n    "forward": [\n      [\n        "account",\n        "account_id"\n      ]\n    ],\n    "reverse": [\n      [\n        "account",\n        "account_id"\n      ]\n    ]\n  },\n  "tables": {\n    "legacy": [\n      "public.setting"\n    ],\n    "new": [\n      "public.account_settings"\n    ],\n    "context": [],\n    "kept": []\n  },\n  "keep": {\n    "account_settings": [\n      "updated_at"\n    ]\n  },\n  "lost": {},\n  "sync": {\n    "mode": "commit",\n    "maxUnits": 1000,\n    "budgetMs": 60000\n  },\n  "gates": {\n    "drift": 0,\n    "verifyMaxAgeHours": 24\n  },\n  "shape": {\n    "units": {\n      "forward": [\n        {\n          "kind": "account",\n          "columns": [\n            {\n              "name": "account_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ],\n      "reverse": [\n        {\n          "kind": "account",\n          "columns": [\n            {\n              "name": "account_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ]\n    },\n    "tables": [\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "setting"\n        ],\n        "key": [\n          "account_id",\n          "name"\n        ],\n        "unit": {\n          "kind": "account",\n          "expressions": [\n            "account_id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "account",\n            "expressions": [\n              "account_id"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "account_settings"\n        ],\n        "key": [\n          "account_id"\n        ],\n        "unit": {\n          "kind": "account",\n          "expressions": [\n            "account_id"\n          ]\n        },\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "account",\n            "expressions": [\n              "account_id"\n            ]\n          }\n        ],\n        "keep": [\n          "updated_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      }\n    ],\n    "context": []\n  },\n  "mappings": {\n    "cutovers/fold_n_to_1/reverse/setting.sql": "SELECT\\n  account_settings.account_id,\\n  entry.name,\\n  entry.setting ->> ''value'' AS value,\\n  (entry.setting ->> ''weight'')::numeric AS weight,\\n  -- By way of numeric, as JSON may write an integer as 1.0 or 1e3.\\n  (entry.setting ->> ''sort_order'')::numeric::integer AS sort_order\\nFROM account_settings\\nCROSS JOIN LATERAL jsonb_each(account_settings.settings) AS entry (name, setting)\\n",\n    "cutovers/fold_n_to_1/forward/account_settings.sql": "SELECT\\n  setting.account_id,\\n  jsonb_object_agg(\\n    setting.name,\\n    jsonb_build_object(''value'', setting.value, ''weight'', setting.weight, ''sort_order'', setting.sort_order)\\n  ) AS settings\\nFROM setting\\nGROUP BY setting.account_id\\n"\n  }\n}'::jsonb,
  '{}'::jsonb,
  2
);

-- The triggers. Lock: SHARE ROW EXCLUSIVE on each table until the end of this file. It waits for writers in flight and
-- holds up new ones, at most for the lock timeout set above; when that is used up, run the file again.
CREATE TRIGGER zzz_cutover_fold_n_to_1_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.setting
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.fence_setting();
CREATE TRIGGER zzz_cutover_fold_n_to_1_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.account_settings
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.fence_account_settings();
CREATE TRIGGER zzz_cutover_fold_n_to_1_insert AFTER INSERT ON public.setting
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_setting_insert();
CREATE TRIGGER zzz_cutover_fold_n_to_1_update AFTER UPDATE ON public.setting
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_setting_update();
CREATE TRIGGER zzz_cutover_fold_n_to_1_delete AFTER DELETE ON public.setting
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_setting_delete();
CREATE TRIGGER zzz_cutover_fold_n_to_1_truncate BEFORE TRUNCATE ON public.setting
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_setting_truncate();
CREATE TRIGGER zzz_cutover_fold_n_to_1_insert AFTER INSERT ON public.account_settings
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_account_settings_insert();
CREATE TRIGGER zzz_cutover_fold_n_to_1_update AFTER UPDATE ON public.account_settings
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_account_settings_update();
CREATE TRIGGER zzz_cutover_fold_n_to_1_delete AFTER DELETE ON public.account_settings
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_account_settings_delete();
CREATE TRIGGER zzz_cutover_fold_n_to_1_truncate BEFORE TRUNCATE ON public.account_settings
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_fold_n_to_1.note_account_settings_truncate();

-- The catalog that all this was compiled for, as it stands at the end of this file. Compiled from:
-- public.setting: account_id bigint, name text, value text, weight numeric, sort_order integer; zzz_cutover_fold_n_to_1_fence, zzz_cutover_fold_n_to_1_insert, zzz_cutover_fold_n_to_1_update, zzz_cutover_fold_n_to_1_delete, zzz_cutover_fold_n_to_1_truncate
-- public.account_settings: account_id bigint, settings jsonb, updated_at timestamp with time zone; zzz_cutover_fold_n_to_1_fence, zzz_cutover_fold_n_to_1_insert, zzz_cutover_fold_n_to_1_update, zzz_cutover_fold_n_to_1_delete, zzz_cutover_fold_n_to_1_truncate
SELECT cutover.seal_compiled('fold_n_to_1', ARRAY['public.setting', 'public.account_settings']);
