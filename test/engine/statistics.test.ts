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
  // The VACUUM ANALYZE of the test, and at more than 16 and at more than 80 pages.
  expect(Number(analyzed)).toBeGreaterThanOrEqual(2);
  expect(Number(analyzed)).toBeLessThanOrEqual(4);
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
    GRANT EXECUTE ON FUNCTION cutover.analyze_grown, cutover.tables_of TO ${role};`);
  try {
    const session = await small.connect();
    const notices: (string | undefined)[] = [];
    session.on("notice", (notice) => notices.push(notice.message));
    await session.query(`SET ROLE ${role}`);
    expect((await session.query("SELECT cutover.analyze_grown('small') AS done")).rows).toEqual([
      { done: false },
    ]);
    expect(notices).toEqual([]);
    await session.query("RESET ROLE");
    expect((await session.query("SELECT cutover.analyze_grown('small') AS done")).rows).toEqual([
      { done: true },
    ]);
    expect((await session.query("SELECT cutover.analyze_grown('small') AS done")).rows).toEqual([
      { done: false },
    ]);
  } finally {
    await small.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test("the partitions of a partitioned table are looked at", async () => {
  const small = await createSmallCutover({
    data: SHEETS,
    schema: `DROP TABLE mark, page CASCADE;
      CREATE TABLE page (id bigint PRIMARY KEY, owner text NOT NULL REFERENCES binder, day date NOT NULL, title text NOT NULL, note text,
                         hits integer NOT NULL DEFAULT 0, likes integer NOT NULL DEFAULT 0) PARTITION BY RANGE (id);
      CREATE TABLE page_low PARTITION OF page FOR VALUES FROM (0) TO (10000);
      CREATE INDEX page_owner_day ON page (owner, day);
      CREATE TABLE mark (page_id bigint NOT NULL, owner text NOT NULL, day date NOT NULL, name text NOT NULL, value integer NOT NULL,
                         PRIMARY KEY (page_id, name));
      CREATE INDEX mark_owner_day ON mark (owner, day);`,
  });
  await small.advance("dual_write");
  await small.backfill();
  const [low] = await small.rows<{ rows: number }>(
    "SELECT reltuples::integer AS rows FROM pg_class WHERE relname = 'page_low'",
  );
  expect(low?.rows).toBeGreaterThan(4000 / 6);
  expect(await small.verify()).toMatchObject({ drifted: 0 });
});
