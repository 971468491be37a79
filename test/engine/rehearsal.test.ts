import { expect, test } from "vitest";
import type { Client } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";

// A session plans the statements of a flush when it first runs them. Those that both sides need are planned before writes move.

const DATA = `INSERT INTO sheet (id, owner, day, marks) SELECT n, 'ann', '2025-01-01', '{"a": 1}' FROM generate_series(1, 3) AS n`;

const rehearsed = async (client: Client) =>
  (await client.query("SELECT current_setting('cutover.rehearsed', true) AS mark")).rows[0].mark;

const write = (client: Client) => client.query("UPDATE sheet SET hits = hits + 1 WHERE id = 1");

test("a session rehearses once, with its second commit in reads_switched", async () => {
  const db = await createSmallCutover({ phase: "backfilled", data: DATA });
  const client = await db.connect();
  await write(client);
  await write(client);
  expect(await rehearsed(client)).toBeNull();
  await db.reach("reads_switched");
  await write(client);
  expect(await rehearsed(client)).toBe("small 1 next");
  await write(client);
  expect(await rehearsed(client)).toBe("small 1");
  await write(client);
  expect(await rehearsed(client)).toBe("small 1");
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("sessions rehearse one at a time", async () => {
  const db = await createSmallCutover({ phase: "reads_switched", data: DATA });
  const [first, second] = [await db.connect(), await db.connect()];
  for (const client of [first, second]) await write(client);
  // The flush of a transaction that is still open: it holds its turn until the commit.
  await first.query("BEGIN");
  await first.query("UPDATE sheet SET hits = hits + 1 WHERE id = 2");
  await first.query("SELECT cutover.flush()");
  await second.query("UPDATE sheet SET hits = hits + 1 WHERE id = 3");
  expect(await rehearsed(second)).toBe("small 1 next");
  await first.query("COMMIT");
  await second.query("UPDATE sheet SET hits = hits + 1 WHERE id = 3");
  expect([await rehearsed(first), await rehearsed(second)]).toEqual(["small 1", "small 1"]);
});

test("a drainer has rehearsed before it locks anything", async () => {
  const db = await createSmallCutover({ phase: "writes_switched", data: DATA });
  const client = await db.connect();
  await client.query("SELECT cutover.drain('small')");
  expect(await rehearsed(client)).toBe("small 1");
});

/** Everything that a rehearsal could leave behind: rows, versions of rows, statements that triggers have seen, locks. */
const traces = async (db: SmallDatabase) =>
  db.rows(`
    SELECT (SELECT jsonb_agg(jsonb_build_array(ctid, xmin, sheet)) FROM sheet) AS sheets,
           (SELECT jsonb_agg(jsonb_build_array(ctid, xmin, page)) FROM page) AS pages,
           (SELECT jsonb_agg(jsonb_build_array(ctid, xmin, units)) FROM cutover.units) AS units,
           (SELECT count(*) FROM cutover.outbox) + (SELECT count(*) FROM cutover.images)
             + (SELECT count(*) FROM cutover.head) + (SELECT count(*) FROM cutover.quarantine) AS ours,
           (SELECT count(*) FROM statements) AS statements`);

test("a rehearsal changes nothing, locks no row, and no trigger hears of it", async () => {
  const db = await createSmallCutover({ phase: "reads_switched", data: DATA });
  await db.rows(`
    CREATE TABLE statements (at text);
    CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO statements VALUES (TG_TABLE_NAME); RETURN NULL; END';
    CREATE TRIGGER hear AFTER INSERT OR UPDATE OR DELETE ON sheet EXECUTE FUNCTION hear();
    CREATE TRIGGER hear AFTER INSERT OR UPDATE OR DELETE ON page EXECUTE FUNCTION hear();
    CREATE TRIGGER hear AFTER INSERT OR UPDATE OR DELETE ON binder EXECUTE FUNCTION hear()`);
  const before = await traces(db);
  const client = await db.connect();
  await client.query("BEGIN");
  await client.query("SELECT cutover.rehearse(c) FROM cutover.cutovers AS c WHERE name = 'small'");
  // Nobody has to wait for it.
  const other = await db.connect();
  await other.query(
    "BEGIN; SELECT FROM sheet FOR UPDATE NOWAIT; SELECT FROM page FOR UPDATE NOWAIT; ROLLBACK",
  );
  await client.query("COMMIT");
  expect(await traces(db)).toEqual(before);
});

test("what fails in a rehearsal fails nothing else", async () => {
  const db = await createSmallCutover({ phase: "reads_switched", data: DATA });
  await db.rows("DROP FUNCTION cutover_small.connected(text, text[])");
  const client = await db.connect();
  await write(client);
  await write(client);
  expect(await db.rows("SELECT hits FROM page WHERE id = 1")).toEqual([{ hits: 2 }]);
  expect(await db.verify()).toMatchObject({ pending: 0 });
});
