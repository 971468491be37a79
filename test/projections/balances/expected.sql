-- Projection "balances", compiled by `cutover compile` from projections/balances/. Do not edit: change the
-- definition and compile again. Nothing of this needs the tool at run time.
--
-- Everything of this projection lives in the schema cutover_balances; the triggers at the end stand on the tables that it reads and keeps.
-- All of this has to run in one transaction, which the first statement here is there to prove to the later ones.
SELECT pg_catalog.set_config('cutover.transaction', pg_catalog.pg_current_xact_id()::text, true);
-- Plain table names in mappings are bound here, when the functions are created.
SET LOCAL search_path = pg_catalog, public;
SET LOCAL lock_timeout = '100ms';

-- Makes the schema; what stood in it before stays at work until it is swapped, below. Needs a core of version 2: when there is
-- no such function, run `cutover init --upgrade` and migrate first.
SELECT cutover.begin_compiled('balances', 'cutover_balances', 2);

-- The units of this cutover, and the rows that its mappings yield.
CREATE TYPE cutover_balances.forward_account AS (
  account_id bigint
);
CREATE TYPE cutover_balances.row_running_balance AS (
  event_id bigint,
  account_id bigint,
  happened_at timestamp with time zone,
  balance numeric
);
CREATE TYPE cutover_balances.row_account_total AS (
  account_id bigint,
  events bigint,
  balance numeric,
  last_event_at timestamp with time zone
);

-- projections/balances/running_balance.sql, over all rows.
CREATE VIEW cutover_balances.all_running_balance AS
SELECT running_balance.event_id::bigint AS event_id,
       running_balance.account_id::bigint AS account_id,
       running_balance.happened_at::timestamp with time zone AS happened_at,
       running_balance.balance::numeric AS balance
  FROM (
SELECT
  id AS event_id,
  account_id,
  happened_at,
  sum(amount) OVER (PARTITION BY account_id ORDER BY happened_at, id) AS balance
FROM event
) AS running_balance;

-- projections/balances/running_balance.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_balances.map_running_balance(cutover_balances.forward_account[])
  RETURNS SETOF cutover_balances.row_running_balance
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH event AS (
  SELECT  event.id, event.account_id, event.happened_at, event.amount
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT event.id, event.account_id, event.happened_at, event.amount FROM public.event AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS event
)
SELECT running_balance.event_id::bigint AS event_id,
       running_balance.account_id::bigint AS account_id,
       running_balance.happened_at::timestamp with time zone AS happened_at,
       running_balance.balance::numeric AS balance
  FROM (
SELECT
  id AS event_id,
  account_id,
  happened_at,
  sum(amount) OVER (PARTITION BY account_id ORDER BY happened_at, id) AS balance
FROM event
) AS running_balance
  CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- projections/balances/account_total.sql, over all rows.
CREATE VIEW cutover_balances.all_account_total AS
SELECT account_total.account_id::bigint AS account_id,
       account_total.events::bigint AS events,
       account_total.balance::numeric AS balance,
       account_total.last_event_at::timestamp with time zone AS last_event_at
  FROM (
SELECT account_id, count(*) AS events, sum(amount) AS balance, max(happened_at) AS last_event_at
FROM event
GROUP BY account_id
) AS account_total;

-- projections/balances/account_total.sql, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION cutover_balances.map_account_total(cutover_balances.forward_account[])
  RETURNS SETOF cutover_balances.row_account_total
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH event AS (
  SELECT  event.id, event.account_id, event.happened_at, event.amount
    FROM unnest($1) AS wanted (cutover_1)
     CROSS JOIN LATERAL (SELECT event.id, event.account_id, event.happened_at, event.amount FROM public.event AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS event
)
SELECT account_total.account_id::bigint AS account_id,
       account_total.events::bigint AS events,
       account_total.balance::numeric AS balance,
       account_total.last_event_at::timestamp with time zone AS last_event_at
  FROM (
SELECT account_id, count(*) AS events, sum(amount) AS balance, max(happened_at) AS last_event_at
FROM event
GROUP BY account_id
) AS account_total
  CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  JOIN unnest($1) AS wanted (cutover_1) ON own.cutover_1 = wanted.cutover_1;
END;

-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION cutover_balances.forward_account_held(cutover_balances.forward_account[])
  RETURNS TABLE (unit cutover_balances.forward_account, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT NULL::cutover_balances.forward_account, NULL::text, NULL::text WHERE false;
END;

-- … and among all.
CREATE VIEW cutover_balances.forward_account_held_all (unit, class, reason) AS
SELECT NULL::cutover_balances.forward_account, NULL::text, NULL::text WHERE false;

-- Makes units ("account", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.
CREATE FUNCTION cutover_balances.forward_account_recompute(text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
DECLARE
  held text[];
  units cutover_balances.forward_account[];
  elsewhere text[];
    taken_over boolean := false;
  gone_running_balance cutover_balances.row_running_balance[];
  changed_running_balance cutover_balances.row_running_balance[];
  added_running_balance cutover_balances.row_running_balance[];
  gone_account_total cutover_balances.row_account_total[];
  changed_account_total cutover_balances.row_account_total[];
  added_account_total cutover_balances.row_account_total[];
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM cutover_balances.forward_account_held($1::cutover_balances.forward_account[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::cutover_balances.forward_account[];

  -- What differs.
  SELECT array_agg(ROW(actual.event_id, actual.account_id, actual.happened_at, actual.balance)::cutover_balances.row_running_balance) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.event_id, expected.account_id, expected.happened_at, expected.balance)::cutover_balances.row_running_balance) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.event_id, expected.account_id, expected.happened_at, expected.balance)::cutover_balances.row_running_balance) FILTER (WHERE actual.present IS NULL)
    INTO gone_running_balance, changed_running_balance, added_running_balance
    FROM (SELECT true AS present, mapped.* FROM cutover_balances.map_running_balance(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, running_balance.event_id, running_balance.account_id, running_balance.happened_at, running_balance.balance
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT running_balance.* FROM public.running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS running_balance) AS actual
      ON expected.event_id = actual.event_id
   WHERE ROW(expected.present, expected.event_id, expected.account_id, expected.happened_at, expected.balance)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.event_id, actual.account_id, actual.happened_at, actual.balance)::record;
  SELECT array_agg(ROW(actual.account_id, actual.events, actual.balance, actual.last_event_at)::cutover_balances.row_account_total) FILTER (WHERE expected.present IS NULL),
         array_agg(ROW(expected.account_id, expected.events, expected.balance, expected.last_event_at)::cutover_balances.row_account_total) FILTER (WHERE expected.present AND actual.present),
         array_agg(ROW(expected.account_id, expected.events, expected.balance, expected.last_event_at)::cutover_balances.row_account_total) FILTER (WHERE actual.present IS NULL)
    INTO gone_account_total, changed_account_total, added_account_total
    FROM (SELECT true AS present, mapped.* FROM cutover_balances.map_account_total(units) AS mapped) AS expected
    FULL JOIN (SELECT true AS present, account_total.account_id, account_total.events, account_total.balance, account_total.last_event_at
                 FROM unnest(units) AS wanted (cutover_1)
                  CROSS JOIN LATERAL (SELECT account_total.* FROM public.account_total AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_total) AS actual
      ON expected.account_id = actual.account_id
   WHERE ROW(expected.present, expected.account_id, expected.events, expected.balance, expected.last_event_at)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.events, actual.balance, actual.last_event_at)::record;
  IF $2 = 'check' THEN
    RETURN CASE WHEN gone_running_balance IS NOT NULL OR changed_running_balance IS NOT NULL OR added_running_balance IS NOT NULL OR gone_account_total IS NOT NULL OR changed_account_total IS NOT NULL OR added_account_total IS NOT NULL THEN units::text[] ELSE '{}' END;
  END IF;
  -- Rows that are to be added, and that other units still hold.
  IF $2 <> 'delete' AND (added_running_balance IS NOT NULL) THEN
    SELECT array_agg(DISTINCT holder.unit ORDER BY holder.unit) FILTER (WHERE holder.unit <> ALL ($1)), coalesce(bool_or(holder.unit = ANY (held)), false)
      INTO elsewhere, taken_over
      FROM (
        SELECT holder.unit FROM unnest(added_running_balance) AS expected
         CROSS JOIN LATERAL (SELECT ROW(own.cutover_1)::cutover_balances.forward_account::text AS unit FROM public.running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE running_balance.event_id = expected.event_id OFFSET 0) AS holder
      ) AS holder;
    IF elsewhere IS NOT NULL THEN
      PERFORM cutover.lock_units('balances', 'forward', 'account', elsewhere,
                                 (SELECT c.epoch FROM cutover.cutovers AS c WHERE c.name = 'balances'));
      RETURN cutover_balances.forward_account_recompute($1 || elsewhere, $2);
    END IF;
  END IF;

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    IF gone_running_balance IS NOT NULL THEN
      DELETE FROM public.running_balance AS target USING unnest(gone_running_balance) AS gone
       WHERE target.event_id = gone.event_id;
    END IF;
    IF gone_account_total IS NOT NULL THEN
      DELETE FROM public.account_total AS target USING unnest(gone_account_total) AS gone
       WHERE target.account_id = gone.account_id;
    END IF;
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    IF changed_running_balance IS NOT NULL THEN
      UPDATE public.running_balance AS target
         SET account_id = expected.account_id, happened_at = expected.happened_at, balance = expected.balance
        FROM unnest(changed_running_balance) AS expected
       WHERE target.event_id = expected.event_id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_running_balance) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.running_balance AS target WHERE target.event_id = expected.event_id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'running_balance'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_running_balance IS NOT NULL THEN
      INSERT INTO public.running_balance AS running_balance (event_id, account_id, happened_at, balance)
      SELECT expected.event_id, expected.account_id, expected.happened_at, expected.balance FROM unnest(added_running_balance) AS expected
       ORDER BY expected.event_id
      ON CONFLICT (event_id) DO UPDATE SET account_id = excluded.account_id, happened_at = excluded.happened_at, balance = excluded.balance WHERE EXISTS (SELECT FROM (SELECT running_balance.*) AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE ROW(own.cutover_1)::cutover_balances.forward_account::text = ANY ($1));
      IF EXISTS (SELECT FROM unnest(added_running_balance) AS expected
       CROSS JOIN LATERAL (SELECT ROW(own.cutover_1)::cutover_balances.forward_account::text AS unit FROM public.running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE running_balance.event_id = expected.event_id OFFSET 0) AS holder WHERE holder.unit <> ALL ($1)) THEN
        RAISE EXCEPTION 'a row of % has come into another unit meanwhile', 'running_balance'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF changed_account_total IS NOT NULL THEN
      UPDATE public.account_total AS target
         SET events = expected.events, balance = expected.balance, last_event_at = expected.last_event_at
        FROM unnest(changed_account_total) AS expected
       WHERE target.account_id = expected.account_id;
      -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
      IF EXISTS (SELECT FROM unnest(changed_account_total) AS expected
                  WHERE NOT EXISTS (SELECT FROM public.account_total AS target WHERE target.account_id = expected.account_id)) THEN
        RAISE EXCEPTION 'a row of % has gone meanwhile', 'account_total'
          USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
      END IF;
    END IF;
    IF added_account_total IS NOT NULL THEN
      INSERT INTO public.account_total AS account_total (account_id, events, balance, last_event_at)
      SELECT expected.account_id, expected.events, expected.balance, expected.last_event_at FROM unnest(added_account_total) AS expected
       ORDER BY expected.account_id
      ON CONFLICT (account_id) DO UPDATE SET events = excluded.events, balance = excluded.balance, last_event_at = excluded.last_event_at;
    END IF;
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    NULL;
  END IF;
  -- What a unit that is held back still had came along by foreign keys, and has not been compared yet.
  IF taken_over THEN
    PERFORM cutover_balances.forward_account_recompute($1, $2);
  END IF;
  RETURN held;
END;
$body$;

-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION cutover_balances.forward_account_differences(cutover_balances.forward_account[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_balances.forward_account::text,
       'running_balance',
       CASE WHEN expected.present THEN jsonb_build_object('event_id', expected.event_id) ELSE jsonb_build_object('event_id', actual.event_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('event_id', expected.event_id, 'account_id', expected.account_id, 'happened_at', expected.happened_at, 'balance', expected.balance) END,
       CASE WHEN actual.present THEN jsonb_build_object('event_id', actual.event_id, 'account_id', actual.account_id, 'happened_at', actual.happened_at, 'balance', actual.balance) END
  FROM (SELECT true AS present, running_balance.event_id, running_balance.account_id, running_balance.happened_at, running_balance.balance, own.cutover_1
          FROM cutover_balances.map_running_balance($1) AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, running_balance.event_id, running_balance.account_id, running_balance.happened_at, running_balance.balance, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT running_balance.* FROM public.running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS running_balance) AS actual
    ON expected.event_id = actual.event_id
 WHERE ROW(expected.present, expected.event_id, expected.account_id, expected.happened_at, expected.balance)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.event_id, actual.account_id, actual.happened_at, actual.balance)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_balances.forward_account::text,
       'account_total',
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id) ELSE jsonb_build_object('account_id', actual.account_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'events', expected.events, 'balance', expected.balance, 'last_event_at', expected.last_event_at) END,
       CASE WHEN actual.present THEN jsonb_build_object('account_id', actual.account_id, 'events', actual.events, 'balance', actual.balance, 'last_event_at', actual.last_event_at) END
  FROM (SELECT true AS present, account_total.account_id, account_total.events, account_total.balance, account_total.last_event_at, own.cutover_1
          FROM cutover_balances.map_account_total($1) AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, account_total.account_id, account_total.events, account_total.balance, account_total.last_event_at, wanted.cutover_1
          FROM unnest($1) AS wanted (cutover_1)
           CROSS JOIN LATERAL (SELECT account_total.* FROM public.account_total AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1) WHERE own.cutover_1 = wanted.cutover_1 OFFSET 0) AS account_total) AS actual
    ON expected.account_id = actual.account_id
 WHERE ROW(expected.present, expected.account_id, expected.events, expected.balance, expected.last_event_at)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.events, actual.balance, actual.last_event_at)::record;
END;

-- … and in all.
CREATE VIEW cutover_balances.forward_account_differences_all (unit, table_name, key, finding, expected, actual) AS
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_balances.forward_account::text,
       'running_balance',
       CASE WHEN expected.present THEN jsonb_build_object('event_id', expected.event_id) ELSE jsonb_build_object('event_id', actual.event_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('event_id', expected.event_id, 'account_id', expected.account_id, 'happened_at', expected.happened_at, 'balance', expected.balance) END,
       CASE WHEN actual.present THEN jsonb_build_object('event_id', actual.event_id, 'account_id', actual.account_id, 'happened_at', actual.happened_at, 'balance', actual.balance) END
  FROM (SELECT true AS present, running_balance.event_id, running_balance.account_id, running_balance.happened_at, running_balance.balance, own.cutover_1
          FROM cutover_balances.all_running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, running_balance.event_id, running_balance.account_id, running_balance.happened_at, running_balance.balance, own.cutover_1
          FROM public.running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS actual
    ON expected.event_id = actual.event_id
 WHERE ROW(expected.present, expected.event_id, expected.account_id, expected.happened_at, expected.balance)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.event_id, actual.account_id, actual.happened_at, actual.balance)::record
UNION ALL
SELECT ROW(coalesce(expected.cutover_1, actual.cutover_1))::cutover_balances.forward_account::text,
       'account_total',
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id) ELSE jsonb_build_object('account_id', actual.account_id) END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN jsonb_build_object('account_id', expected.account_id, 'events', expected.events, 'balance', expected.balance, 'last_event_at', expected.last_event_at) END,
       CASE WHEN actual.present THEN jsonb_build_object('account_id', actual.account_id, 'events', actual.events, 'balance', actual.balance, 'last_event_at', actual.last_event_at) END
  FROM (SELECT true AS present, account_total.account_id, account_total.events, account_total.balance, account_total.last_event_at, own.cutover_1
          FROM cutover_balances.all_account_total AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS expected
  FULL JOIN (SELECT true AS present, account_total.account_id, account_total.events, account_total.balance, account_total.last_event_at, own.cutover_1
          FROM public.account_total AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)) AS actual
    ON expected.account_id = actual.account_id
 WHERE ROW(expected.present, expected.account_id, expected.events, expected.balance, expected.last_event_at)::record OPERATOR(pg_catalog.*<>) ROW(actual.present, actual.account_id, actual.events, actual.balance, actual.last_event_at)::record;

-- Every unit that either side knows.
CREATE VIEW cutover_balances.forward_account_units (unit) AS
SELECT ROW(fed.cutover_1)::cutover_balances.forward_account
  FROM public.event AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_balances.forward_account
  FROM public.running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
UNION
SELECT ROW(own.cutover_1)::cutover_balances.forward_account
  FROM public.account_total AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1);

-- $1 direction of the references $2 ("kind:unit"); returns the references of the other direction that hang together with them.
CREATE FUNCTION cutover_balances.connected(text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' THEN
    RETURN '{}';
  END IF;
  RETURN '{}';
END;
$body$;

-- Locks the legacy rows of reverse units, in the order of their keys, so that no legacy writer commits between our reading
-- and our writing.
CREATE FUNCTION cutover_balances.lock_rows(text[]) RETURNS void
  LANGUAGE plpgsql
AS $body$
#variable_conflict use_column
BEGIN
  NULL;
END;
$body$;

-- The coarser units ("kind:unit") that the units $3 of kind $2, direction $1, lie in.
CREATE FUNCTION cutover_balances.coarser(text, text, text[]) RETURNS text[]
  LANGUAGE plpgsql STABLE
AS $body$
BEGIN
  RETURN '{}';
END;
$body$;

-- The reverse units ("kind:unit") that have rows in a kept table of the legacy side: what they keep may be out of date after legacy
-- was written alone.
CREATE FUNCTION cutover_balances.kept_refs() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(DISTINCT kept.ref), '{}') FROM (
  SELECT NULL::text WHERE false
) AS kept (ref);
END;

-- Makes the units $3 of kind $2, direction $1, true ($4: 'all', 'whole', 'write', 'delete', 'check'); returns those that a rule holds back.
CREATE FUNCTION cutover_balances.recompute(text, text, text[], text) RETURNS text[]
  LANGUAGE plpgsql
AS $body$
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    RETURN cutover_balances.forward_account_recompute($3, $4);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'balances', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;





-- The units that a rule holds back, among $3 (NULL: all).
CREATE FUNCTION cutover_balances.held(text, text, text[]) RETURNS TABLE (unit text, class text, reason text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT all_held.unit::text, all_held.class, all_held.reason FROM cutover_balances.forward_account_held_all AS all_held;
    ELSE
      RETURN QUERY SELECT some_held.unit::text, some_held.class, some_held.reason FROM cutover_balances.forward_account_held($3::cutover_balances.forward_account[]) AS some_held;
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'balances', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that are not what the mapping says, of the units $3 (NULL: all).
CREATE FUNCTION cutover_balances.differences(text, text, text[]) RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    IF $3 IS NULL THEN
      RETURN QUERY SELECT * FROM cutover_balances.forward_account_differences_all;
    ELSE
      RETURN QUERY SELECT * FROM cutover_balances.forward_account_differences($3::cutover_balances.forward_account[]);
    END IF;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'balances', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Every unit of kind $2, direction $1, that either side knows.
CREATE FUNCTION cutover_balances.list_units(text, text) RETURNS TABLE (unit text)
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    RETURN QUERY SELECT listed.unit::text FROM cutover_balances.forward_account_units AS listed;
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'balances', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- The rows that feed the unit $3, for the quarantine.
CREATE FUNCTION cutover_balances.source_rows(text, text, text) RETURNS jsonb
  LANGUAGE plpgsql STABLE
AS $body$
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' AND $2 = 'account' THEN
    RETURN (SELECT jsonb_agg(rows.found) FROM (
      SELECT jsonb_build_object('table', 'event', 'row', to_jsonb(event)) AS found
        FROM unnest(ARRAY[$3::cutover_balances.forward_account]) AS wanted (cutover_1)
         CROSS JOIN LATERAL (SELECT event.* FROM public.event AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1) WHERE fed.cutover_1 = wanted.cutover_1 OFFSET 0) AS event
    ) AS rows);
  ELSE
    RAISE EXCEPTION 'cutover % has no % units of kind "%"', 'balances', $1, $2 USING ERRCODE = 'CU011';
  END IF;
END;
$body$;

-- Is there any row to protect, on either side?
CREATE FUNCTION cutover_balances.holds_rows() RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT EXISTS (SELECT FROM public.event)
    OR EXISTS (SELECT FROM public.running_balance)
    OR EXISTS (SELECT FROM public.account_total);
END;

-- INSERT on public.event, which is read: notes the units that it touched.
CREATE FUNCTION cutover_balances.note_event_insert() RETURNS trigger
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
BEGIN
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM new_rows AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.event, which is read: notes the units that it touched.
CREATE FUNCTION cutover_balances.note_event_update() RETURNS trigger
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
BEGIN
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.id = after.id
               WHERE after.id IS NULL OR ROW(before.id, before.account_id, before.happened_at, before.amount)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.account_id, after.happened_at, after.amount)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.id = after.id
               WHERE before.id IS NULL OR ROW(before.id, before.account_id, before.happened_at, before.amount)::record OPERATOR(pg_catalog.*<>) ROW(after.id, after.account_id, after.happened_at, after.amount)::record) AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.event, which is read: notes the units that it touched.
CREATE FUNCTION cutover_balances.note_event_delete() RETURNS trigger
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
BEGIN
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM old_rows AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.event, which is read: notes the units that it touched.
CREATE FUNCTION cutover_balances.note_event_truncate() RETURNS trigger
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
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (projection %)', 'public.event', 'balances'
      USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(fed.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM public.event AS event CROSS JOIN LATERAL (SELECT account_id) AS fed (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.running_balance. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_balances.fence_running_balance() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is kept by projection %: only its sync writes it', 'public.running_balance', 'balances'
    USING ERRCODE = 'CU050', HINT = 'Write public.event; it follows.';
END;
$body$;

-- INSERT on public.running_balance, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_running_balance_insert() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM new_rows AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.running_balance, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_running_balance_update() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.event_id = after.event_id
               WHERE after.event_id IS NULL OR ROW(before.event_id, before.account_id, before.happened_at, before.balance, before.first_seen_at)::record OPERATOR(pg_catalog.*<>) ROW(after.event_id, after.account_id, after.happened_at, after.balance, after.first_seen_at)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.event_id = after.event_id
               WHERE before.event_id IS NULL OR ROW(before.event_id, before.account_id, before.happened_at, before.balance, before.first_seen_at)::record OPERATOR(pg_catalog.*<>) ROW(after.event_id, after.account_id, after.happened_at, after.balance, after.first_seen_at)::record) AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.running_balance, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_running_balance_delete() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM old_rows AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.running_balance, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_running_balance_truncate() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM public.running_balance AS running_balance CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- The fence of public.account_total. A cascade from another table is let through; what it touches is noted.
CREATE FUNCTION cutover_balances.fence_account_total() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is kept by projection %: only its sync writes it', 'public.account_total', 'balances'
    USING ERRCODE = 'CU050', HINT = 'Write public.event; it follows.';
END;
$body$;

-- INSERT on public.account_total, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_account_total_insert() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM new_rows AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- UPDATE on public.account_total, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_account_total_update() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON before.account_id = after.account_id
               WHERE after.account_id IS NULL OR ROW(before.account_id, before.events, before.balance, before.last_event_at)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.events, after.balance, after.last_event_at)::record
              UNION ALL
              SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON before.account_id = after.account_id
               WHERE before.account_id IS NULL OR ROW(before.account_id, before.events, before.balance, before.last_event_at)::record OPERATOR(pg_catalog.*<>) ROW(after.account_id, after.events, after.balance, after.last_event_at)::record) AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- DELETE on public.account_total, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_account_total_delete() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM old_rows AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- TRUNCATE on public.account_total, which is kept: only a cascade arrives here, and its units are made true again.
CREATE FUNCTION cutover_balances.note_account_total_truncate() RETURNS trigger
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
BEGIN
  IF cutover.is_writing('balances', 'forward') THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
    SELECT 'account:' || ROW(own.cutover_1)::cutover_balances.forward_account::text AS ref
      FROM public.account_total AS account_total CROSS JOIN LATERAL (SELECT account_id) AS own (cutover_1)
  ) AS noted;
  IF refs IS NOT NULL THEN
    PERFORM cutover.note_refs('balances', 'forward', refs);
  END IF;
  RETURN NULL;
END;
$body$;

-- PUBLIC may execute nothing of it.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA cutover_balances FROM PUBLIC;

-- Takes away what stood before, with its triggers. From here on writers of the tables wait until this migration is committed.
SELECT cutover.swap_compiled('balances', 'cutover_balances');

-- What the core has to know of this projection.
SELECT cutover.register_projection(
  'balances',
  'cutover_balances',
   E'{\n  "compiler": 2,\n  "units": {\n    "forward": [\n      [\n        "account",\n        "account_id"\n      ]\n    ],\n    "reverse": []\n  },\n  "tables": {\n    "legacy": [\n      "public.event"\n    ],\n    "new": [\n      "public.running_balance",\n      "public.account_total"\n    ],\n    "context": [],\n    "kept": []\n  },\n  "keep": {\n    "running_balance": [\n      "first_seen_at"\n    ]\n  },\n  "lost": {},\n  "kind": "projection",\n  "reads": {\n    "public.event": [\n      "id",\n      "account_id",\n      "happened_at",\n      "amount"\n    ]\n  },\n  "irreversible": "a projection follows what it reads, and nothing follows it",\n  "sync": {\n    "mode": "commit",\n    "maxUnits": 1000,\n    "budgetMs": 100\n  },\n  "gates": {\n    "drift": 0,\n    "verifyMaxAgeHours": 24\n  },\n  "shape": {\n    "units": {\n      "forward": [\n        {\n          "kind": "account",\n          "columns": [\n            {\n              "name": "account_id",\n              "type": "bigint"\n            }\n          ]\n        }\n      ],\n      "reverse": []\n    },\n    "tables": [\n      {\n        "side": "legacy",\n        "table": [\n          "public",\n          "event"\n        ],\n        "key": [\n          "id"\n        ],\n        "unit": null,\n        "feeds": [\n          {\n            "form": "expressions",\n            "kind": "account",\n            "expressions": [\n              "account_id"\n            ]\n          }\n        ],\n        "keep": [],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "running_balance"\n        ],\n        "key": [\n          "event_id"\n        ],\n        "unit": {\n          "kind": "account",\n          "expressions": [\n            "account_id"\n          ]\n        },\n        "feeds": [],\n        "keep": [\n          "first_seen_at"\n        ],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      },\n      {\n        "side": "new",\n        "table": [\n          "public",\n          "account_total"\n        ],\n        "key": [\n          "account_id"\n        ],\n        "unit": {\n          "kind": "account",\n          "expressions": [\n            "account_id"\n          ]\n        },\n        "feeds": [],\n        "keep": [],\n        "insertOnly": [],\n        "kept": false,\n        "lost": [],\n        "rules": []\n      }\n    ],\n    "context": []\n  },\n  "mappings": {\n    "projections/balances/running_balance.sql": "SELECT\\n  id AS event_id,\\n  account_id,\\n  happened_at,\\n  sum(amount) OVER (PARTITION BY account_id ORDER BY happened_at, id) AS balance\\nFROM event\\n",\n    "projections/balances/account_total.sql": "SELECT account_id, count(*) AS events, sum(amount) AS balance, max(happened_at) AS last_event_at\\nFROM event\\nGROUP BY account_id\\n"\n  }\n}'::jsonb,
  '{}'::jsonb,
  2
);

-- The triggers. Lock: SHARE ROW EXCLUSIVE on each table until the end of this file. It waits for writers in flight and
-- holds up new ones, at most for the lock timeout set above; when that is used up, run the file again.
CREATE TRIGGER zzz_cutover_balances_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.running_balance
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.fence_running_balance();
CREATE TRIGGER zzz_cutover_balances_fence
  BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON public.account_total
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.fence_account_total();
CREATE TRIGGER zzz_cutover_balances_insert AFTER INSERT ON public.event
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_event_insert();
CREATE TRIGGER zzz_cutover_balances_update AFTER UPDATE ON public.event
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_event_update();
CREATE TRIGGER zzz_cutover_balances_delete AFTER DELETE ON public.event
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_event_delete();
CREATE TRIGGER zzz_cutover_balances_truncate BEFORE TRUNCATE ON public.event
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_event_truncate();
CREATE TRIGGER zzz_cutover_balances_insert AFTER INSERT ON public.running_balance
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_running_balance_insert();
CREATE TRIGGER zzz_cutover_balances_update AFTER UPDATE ON public.running_balance
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_running_balance_update();
CREATE TRIGGER zzz_cutover_balances_delete AFTER DELETE ON public.running_balance
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_running_balance_delete();
CREATE TRIGGER zzz_cutover_balances_truncate BEFORE TRUNCATE ON public.running_balance
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_running_balance_truncate();
CREATE TRIGGER zzz_cutover_balances_insert AFTER INSERT ON public.account_total
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_account_total_insert();
CREATE TRIGGER zzz_cutover_balances_update AFTER UPDATE ON public.account_total
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_account_total_update();
CREATE TRIGGER zzz_cutover_balances_delete AFTER DELETE ON public.account_total
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_account_total_delete();
CREATE TRIGGER zzz_cutover_balances_truncate BEFORE TRUNCATE ON public.account_total
  FOR EACH STATEMENT EXECUTE FUNCTION cutover_balances.note_account_total_truncate();

-- The catalog that all this was compiled for, as it stands at the end of this file. Compiled from:
-- public.event: id bigint, account_id bigint, happened_at timestamp with time zone, amount numeric; zzz_cutover_balances_insert, zzz_cutover_balances_update, zzz_cutover_balances_delete, zzz_cutover_balances_truncate
-- public.running_balance: event_id bigint, account_id bigint, happened_at timestamp with time zone, balance numeric, first_seen_at timestamp with time zone; zzz_cutover_balances_fence, zzz_cutover_balances_insert, zzz_cutover_balances_update, zzz_cutover_balances_delete, zzz_cutover_balances_truncate
-- public.account_total: account_id bigint, events bigint, balance numeric, last_event_at timestamp with time zone; zzz_cutover_balances_fence, zzz_cutover_balances_insert, zzz_cutover_balances_update, zzz_cutover_balances_delete, zzz_cutover_balances_truncate
SELECT cutover.seal_compiled('balances', ARRAY['public.event', 'public.running_balance', 'public.account_total']);

-- Where nothing is there yet, there is nothing to build. The triggers' locks, still held, keep it so.
SELECT cutover.settle_projection('balances');
