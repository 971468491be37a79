-- The database as it would be without pg-cutover: its triggers go, on both sides. The compiled views stay, because every
-- baseline is proved by the same exact comparison.
DO $$
DECLARE
  stands record;
BEGIN
  FOR stands IN
    SELECT t.tgname, t.tgrelid::regclass AS on_table
      FROM pg_catalog.pg_trigger AS t
     WHERE t.tgname LIKE 'zzz\_cutover\_%' AND NOT t.tgisinternal
  LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', stands.tgname, stands.on_table);
  END LOOP;
END
$$;
