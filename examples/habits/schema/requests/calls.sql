-- What the application calls: four functions of an idempotency key and a request. Each runs once per user and key; see
-- cutover.request(). The scope is the user who is logged in, whatever the request says.

CREATE OR REPLACE FUNCTION habits_rpc.create_week(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  week record;
  habits jsonb;
  sheet bigint;
BEGIN
  SELECT * INTO week FROM habits_rpc.week_in(request);
  habits := habits_rpc.habits_in(request);
  PERFORM habits_rpc.text_in(request, 'theme', 10000), habits_rpc.text_in(request, 'reward', 10000);
  IF request ? 'reflection' AND jsonb_typeof(request -> 'reflection') <> 'object' THEN
    PERFORM habits_rpc.refuse_field('reflection', 'is not an object');
  END IF;
  -- Weeks that start on another day are there, and may be saved again; a new one would only move marks to other days somewhere else.
  IF habits_rpc.monday(week.first_day) <> week.first_day
     AND coalesce(CASE WHEN habits_rpc.writes_new() THEN (habits_rpc.new_week(week.owner, week.child, week.first_day)).sheet_id
                       ELSE (habits_rpc.legacy_week(week.owner, week.child, week.first_day)).id END) IS NULL THEN
    PERFORM habits_rpc.refuse_field('week_start_date', format('%s is no Monday; that week starts on %s', week.first_day, habits_rpc.monday(week.first_day)));
  END IF;
  IF habits_rpc.writes_new() THEN
    sheet := habits_rpc.create_new_week(week.owner, week.child, week.first_day, request, habits);
  ELSE
    sheet := habits_rpc.create_legacy_week(week.owner, week.child, week.first_day, request, habits);
  END IF;
  RETURN jsonb_build_object('week', sheet, 'week_start_date', week.first_day, 'habits', jsonb_array_length(habits));
END
$work$;

CREATE OR REPLACE FUNCTION habits_rpc.update_habit_record(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  week record;
  habit_id bigint;
  habit_name text;
  day_index integer;
  status text;
BEGIN
  SELECT * INTO week FROM habits_rpc.week_in(request);
  habit_id := habits_rpc.integer_in(request, 'habit_id', -9007199254740992, 9007199254740992);
  habit_name := habits_rpc.text_in(request, 'habit_name', 200, required => habit_id IS NULL);
  day_index := habits_rpc.integer_in(request, 'day_index', 0, 6, required => true);
  status := habits_rpc.text_in(request, 'status', 6);
  -- An empty one clears the mark; a missing one is a mistake.
  IF status IS NULL OR status NOT IN ('', 'green', 'yellow', 'red') THEN
    PERFORM habits_rpc.refuse_field('status', 'is not "", "green", "yellow" or "red"');
  END IF;
  IF habits_rpc.writes_new() THEN
    habit_id := habits_rpc.mark_new(week.owner, week.child, week.first_day, habit_id, habit_name, day_index, status);
  ELSE
    habit_id := habits_rpc.mark_legacy(week.owner, week.child, week.first_day, habit_id, habit_name, day_index, status);
  END IF;
  RETURN jsonb_build_object('habit_id', habit_id, 'day', week.first_day + day_index, 'status', status);
END
$work$;

CREATE OR REPLACE FUNCTION habits_rpc.delete_week(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  week record;
  sheet bigint;
BEGIN
  SELECT * INTO week FROM habits_rpc.week_in(request);
  IF habits_rpc.writes_new() THEN
    sheet := habits_rpc.delete_new_week(week.owner, week.child, week.first_day);
  ELSE
    sheet := habits_rpc.delete_legacy_week(week.owner, week.child, week.first_day);
  END IF;
  IF sheet IS NULL THEN
    RAISE EXCEPTION 'no week of "%" starts on %', week.child, week.first_day
      USING ERRCODE = 'no_data_found', HINT = 'Name it by the day on which it starts. Nothing was deleted.';
  END IF;
  RETURN jsonb_build_object('week', sheet, 'week_start_date', week.first_day);
END
$work$;

-- The caller's own rows on both sides, compared exactly: one statement, so one snapshot. SECURITY DEFINER, as only the owner of the
-- cutover may compare; nobody's units but the caller's are looked at or counted.
CREATE OR REPLACE FUNCTION habits_rpc.compare_own(OUT units integer, OUT pending integer, OUT held integer, OUT drifted jsonb)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET "DateStyle" = 'ISO, YMD'
SET "TimeZone" = 'UTC'
AS $compare$
  WITH listed AS (
    SELECT kind.kind, own.unit
      FROM (VALUES ('child'), ('week')) AS kind (kind)
     CROSS JOIN LATERAL cutover.compiled_units('habits', 'forward', kind.kind) AS own
     WHERE own.unit LIKE '(' || auth.uid() || ',%'
  ),
  waiting AS (
    SELECT kind, unit FROM cutover.outbox WHERE cutover = 'habits' AND direction = 'forward'
    UNION
    -- A note of the new side makes the forward units that hang together with it pending as well.
    SELECT split_part(ref, ':', 1), substr(ref, strpos(ref, ':') + 1)
      FROM (SELECT array_agg(DISTINCT kind || ':' || unit) AS refs FROM cutover.outbox
             WHERE cutover = 'habits' AND direction = 'reverse') AS noted
     CROSS JOIN LATERAL unnest(cutover.compiled_connected('habits', 'reverse', noted.refs)) AS ref
     WHERE noted.refs IS NOT NULL
  ),
  classed AS (
    SELECT listed.*, waiting.unit IS NOT NULL AS is_pending,
           EXISTS (SELECT FROM cutover.quarantine AS q
                    WHERE q.cutover = 'habits' AND q.direction = 'forward' AND q.kind = listed.kind AND q.unit = listed.unit)
           OR listed.unit IN (SELECT h.unit FROM cutover.compiled_held('habits', 'forward', listed.kind, ARRAY[listed.unit]) AS h) AS is_held
      FROM listed
      LEFT JOIN waiting USING (kind, unit)
  ),
  found AS (
    SELECT difference.*
      FROM (SELECT kind, array_agg(unit) AS units FROM classed WHERE NOT is_pending AND NOT is_held GROUP BY kind) AS quiet
     CROSS JOIN LATERAL cutover.compiled_differences('habits', 'forward', quiet.kind, quiet.units) AS difference
  )
  SELECT (SELECT count(*)::integer FROM classed),
         (SELECT count(*)::integer FROM classed WHERE is_pending),
         (SELECT count(*)::integer FROM classed WHERE is_held AND NOT is_pending),
         (SELECT coalesce(jsonb_agg(jsonb_build_object('table', table_name, 'key', key, 'finding', finding)
                                    ORDER BY table_name, key::text), '[]') FROM found);
$compare$;

-- As the cutover's own verify, for one user: counts of rows are nowhere compared, and no fixed number is expected to be missing.
CREATE OR REPLACE FUNCTION habits_rpc.verify_consistency(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $work$
DECLARE
  compared record;
BEGIN
  PERFORM habits_rpc.caller();
  IF jsonb_typeof(request) IS DISTINCT FROM 'object' THEN
    PERFORM cutover.refuse('{"reason": "the request is not a JSON object"}');
  ELSIF NOT habits_rpc.has_two_sides() THEN
    PERFORM cutover.refuse('{"reason": "there are no two sides to compare"}', 'not_implemented');
  END IF;
  SELECT * INTO compared FROM habits_rpc.compare_own();
  RETURN jsonb_build_object(
    'consistent', compared.drifted = '[]', 'units', compared.units, 'pending', compared.pending, 'held', compared.held,
    'drifted', jsonb_array_length(compared.drifted), 'drift_report', jsonb_path_query_array(compared.drifted, '$[0 to 9]'));
END
$work$;

-- Whether both sides are kept: not yet in `expanded`, no more once legacy is archived or follows no longer. One bit, as above.
CREATE OR REPLACE FUNCTION habits_rpc.has_two_sides() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sides$
  SELECT phase NOT IN ('expanded', 'archived', 'dropped') AND reverse_ended_at IS NULL FROM cutover.cutovers WHERE name = 'habits';
$sides$;

CREATE OR REPLACE FUNCTION public.create_week(idempotency_key text, request jsonb) RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'create_week', request, 'habits_rpc.create_week(jsonb)');
$call$;

CREATE OR REPLACE FUNCTION public.update_habit_record(idempotency_key text, request jsonb) RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'update_habit_record', request, 'habits_rpc.update_habit_record(jsonb)');
$call$;

CREATE OR REPLACE FUNCTION public.delete_week(idempotency_key text, request jsonb) RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'delete_week', request, 'habits_rpc.delete_week(jsonb)');
$call$;

CREATE OR REPLACE FUNCTION public.verify_consistency(idempotency_key text, request jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $call$
  SELECT cutover.request(habits_rpc.caller()::text, idempotency_key, 'verify_consistency', request, 'habits_rpc.verify_consistency(jsonb)');
$call$;

-- Nobody until they are granted: see README.md for the role of an application.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA habits_rpc FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.create_week, public.update_habit_record, public.delete_week, public.verify_consistency FROM PUBLIC;
