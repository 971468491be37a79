import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";

const SHEETS = `INSERT INTO sheet (id, owner, day, title, marks)
  SELECT n, 'owner ' || n % 50, date '2026-01-01' + (n % 70)::integer, repeat('title ', 20), '{"a": 1, "b": 2}'
    FROM generate_series(1, 4000) AS n`;

/** Some 90 pages of `page`, of a planner that knows them to be empty; these servers have no autovacuum that would tell it more. */
async function outgrown(): Promise<SmallDatabase> {
  const small = await createSmallCutover({ data: SHEETS });
  await small.advance("dual_write");
  await small.pool.query("VACUUM ANALYZE");
  return small;
}

async function known(small: SmallDatabase): Promise<Record<string, number>> {
  const rows = await small.rows<{ name: string; rows: number }>(
    "SELECT oid::regclass::text AS name, reltuples::integer AS rows FROM pg_class WHERE oid IN ('page'::regclass, 'mark'::regclass)",
  );
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}

test("a backfill tells the planner how far the tables have grown, and not at every batch", async () => {
  const small = await outgrown();
  expect(await known(small)).toEqual({ page: 0, mark: 0 });
  await small.backfill();
  const { page, mark } = await known(small);
  expect(page).toBeGreaterThan(4000 / 6);
  expect(mark).toBeGreaterThan(8000 / 6);

  const [{ analyzed }] = (await small.rows<{ analyzed: string }>(
    "SELECT analyze_count AS analyzed FROM pg_stat_user_tables WHERE relname = 'page'",
  )) as [{ analyzed: string }];
  // The VACUUM ANALYZE of the test, and once or twice at more than 16 pages, which are 26 after the first batch: of 90 in the end.
  expect(Number(analyzed)).toBeGreaterThanOrEqual(2);
  expect(Number(analyzed)).toBeLessThanOrEqual(3);
  expect(await small.verify()).toMatchObject({ drifted: 0 });
});

test("a table that somebody has locked is left out without a word, and the backfill goes on", async () => {
  const small = await outgrown();
  const other = await small.connect();
  await other.query("BEGIN");
  // As another ANALYZE or VACUUM does; writers do not meet it.
  await other.query("LOCK TABLE page IN SHARE UPDATE EXCLUSIVE MODE");
  const helper = await small.connect();
  const notices: (string | undefined)[] = [];
  helper.on("notice", (notice) => notices.push(notice.message));
  const { rows } = await helper.query("SELECT cutover.start_backfill('small') AS id");
  for (let state = ""; state !== "finished"; ) {
    state = (await helper.query("SELECT state FROM cutover.backfill_step($1, 'test', 100)", [rows[0].id]))
      .rows[0].state;
  }
  expect(await known(small)).toMatchObject({ page: 0, mark: expect.toSatisfy((count) => count > 1000) });
  expect(notices).toEqual([]);
  await other.query("ROLLBACK");
  expect(await small.verify()).toMatchObject({ drifted: 0 });
});

test("tables of somebody else's are left to autovacuum without a word", async () => {
  const small = await createSmallCutover({ data: SHEETS });
  const role = `cutover_stranger_${randomBytes(4).toString("hex")}`;
  await small.pool.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA cutover, public TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA cutover TO ${role};
    GRANT EXECUTE ON FUNCTION cutover.analyze_grown, cutover.is_outgrown, cutover.tables_of TO ${role};`);
  try {
    const session = await small.connect();
    const notices: (string | undefined)[] = [];
    session.on("notice", (notice) => notices.push(notice.message));
    const analyzed = async () =>
      (await session.query("SELECT cutover.analyze_grown('small') AS done")).rows[0].done;
    await session.query(`SET ROLE ${role}`);
    expect(await analyzed()).toBe(false);
    expect(notices).toEqual([]);
    await session.query("RESET ROLE");
    // One table, `sheet`, and no other has grown.
    expect(await analyzed()).toBe(true);
    expect(await analyzed()).toBe(false);
  } finally {
    await small.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test("a table that cannot be analyzed stops no backfill, and is tried once", async () => {
  const small = await createSmallCutover();
  await small.pool.query(`
    CREATE FUNCTION public.moody(title text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
      IF pg_catalog.current_setting('test.moody', true) = 'on' THEN
        RAISE EXCEPTION 'not now' USING ERRCODE = 'P0123';
      END IF;
      RETURN title;
    END;
    $$;
    CREATE INDEX ON public.sheet (public.moody(title));`);
  // After the index, which may tell the planner of the rows that it is made of.
  await small.pool.query(SHEETS);
  await small.advance("dual_write");
  const session = await small.connect();
  await session.query("SET test.moody = 'on'");
  await expect(session.query("ANALYZE public.sheet")).rejects.toMatchObject({ code: "P0123" });
  const { rows } = await session.query("SELECT cutover.start_backfill('small') AS id");
  const states: string[] = [];
  while (states.at(-1) !== "finished") {
    const step = await session.query("SELECT state, units FROM cutover.backfill_step($1, 'test', 100)", [
      rows[0].id,
    ]);
    states.push(step.rows[0].state);
    expect(["worked", "finished"]).toContain(step.rows[0].state);
  }
  expect(await known(small)).toMatchObject({ page: expect.toSatisfy((count) => count > 600) });
  const left = await session.query(
    "SELECT current_setting('cutover.not_analyzed')::oid[]::regclass[]::text[] AS alone",
  );
  expect(left.rows).toEqual([{ alone: ["sheet"] }]);
  expect(await small.verify()).toMatchObject({ drifted: 0 });
});
