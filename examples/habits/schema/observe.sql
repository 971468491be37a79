-- The first step of the original's dual write, as its guide describes it: a row trigger that tells of every insert, update
-- and delete of a legacy row, and writes nothing.
--
-- It tells in two NOTICE lines. What the new side would have been given is counted once per transaction, at its commit, by
-- the cutover that is compiled after this: cutover.observations has the units and rows of each transaction while the
-- cutover stands in `expanded`. A count taken row by row would see a transaction half done.
--
-- The trigger may be disabled, dropped and made again by this file at any time; status says so while it is not as it was
-- when the cutover was compiled.

CREATE OR REPLACE FUNCTION public.sync_old_to_new() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $observe$
DECLARE
  touched public.habit_tracker := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  RAISE NOTICE 'Dual-write trigger fired: table=%, operation=%, id=%', TG_TABLE_NAME, TG_OP, touched.id;
  RAISE NOTICE 'Trigger details: child_name=%, week_start_date=%', touched.child_name, touched.week_start_date;
  RETURN NULL;
END
$observe$;

-- Firing it takes no right to execute it.
REVOKE ALL ON FUNCTION public.sync_old_to_new() FROM PUBLIC;

-- Lock: SHARE ROW EXCLUSIVE on the legacy table, which waits for its writers and holds up new ones until this commits.
-- Given up after 100 ms, so that nobody is held up longer; then run it again.
SET LOCAL lock_timeout = '100ms';

CREATE OR REPLACE TRIGGER trigger_habit_tracker_dual_write
  AFTER INSERT OR UPDATE OR DELETE ON public.habit_tracker
  FOR EACH ROW EXECUTE FUNCTION public.sync_old_to_new();
