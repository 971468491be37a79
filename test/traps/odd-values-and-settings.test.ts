import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import {
  createSmallCutover,
  type DefinitionFiles,
  installCutover,
  type SmallDatabase,
} from "../helpers/small-cutover.ts";
import { outcome } from "./sessions.ts";

// Types without an equality, values that look equal and are not, and settings of the writer's session that change how a text is
// read or written.

const COLUMNS = "id, j, x, p, n, f, a, m, b, t";
const FILES: DefinitionFiles = {
  "cutover.json": {
    name: "odd",
    units: { forward: { thing: { thing_id: "bigint" } }, reverse: { thing: { thing_id: "bigint" } } },
    legacy: { odd_old: { key: ["id"], unit: { thing: ["id"] }, feeds: { thing: ["id"] } } },
    new: { odd_new: { key: ["id"], unit: { thing: ["id"] }, feeds: { thing: ["id"] } } },
  },
  "forward/odd_new.sql": `SELECT ${COLUMNS.replaceAll(/(\w+)/g, "odd_old.$1")} FROM odd_old`,
  "reverse/odd_old.sql": `SELECT ${COLUMNS.replaceAll(/(\w+)/g, "odd_new.$1")} FROM odd_new`,
};
const TABLE = `(id bigint PRIMARY KEY, j json, x xml, p point, n numeric, f float8, a text[], m money, b bytea, t timestamptz)`;
const ROW = `(1, '{"a": 1,  "a": 2}', '<a/>', '(1,2)', 1.50, '-0', '{a,NULL,"NULL"}', 1.5, '\\x00ff', '2026-03-29 01:30+00')`;

async function start(phase: "backfilled" | "writes_switched"): Promise<SmallDatabase> {
  const db = await createSmallCutover();
  await db.rows(`CREATE TABLE odd_old ${TABLE}; CREATE TABLE odd_new ${TABLE}`);
  await withClient(db.pool, (client) => installCutover(client, FILES));
  await db.rows(`INSERT INTO odd_old VALUES ${ROW}`);
  await db.reach(phase, "odd");
  return db;
}
/** Both rows as the bytes they are made of. */
const texts = (db: SmallDatabase) =>
  db.rows("SELECT odd_old::text AS old, odd_new::text AS new FROM odd_old FULL JOIN odd_new USING (id)");

const SESSIONS = {
  "default settings": "SELECT 1",
  "array_nulls off": "SET array_nulls = off",
  "xmloption document": "SET xmloption = document",
  "another time zone and date style": `SET TimeZone = 'America/St_Johns'; SET DateStyle = 'SQL, DMY'`,
  "few float digits": "SET extra_float_digits = -10",
  "escape bytea": "SET bytea_output = escape",
  "an empty search_path": "SET search_path = ''",
  "sequential scans only":
    "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off",
  "forced parallel plans":
    "SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET min_parallel_table_scan_size = 0",
};

const CHANGES = [
  ["j", `'{"a": 2}'`],
  ["x", "'text <b/> content'"],
  ["p", "'(1,3)'"],
  ["n", "1.5"],
  ["f", "'NaN'"],
  ["f", "'0'"],
  ["f", "0.1::float8 + 0.2"],
  ["a", `ARRAY['NULL', NULL, '', ' ', '"', '\\']`],
  ["m", "2.25::numeric::money"],
  ["b", `'\\xdeadbeef'::bytea`],
  ["t", "'2026-10-25 00:30:00.123456+00'"],
] as const;

for (const phase of ["backfilled", "writes_switched"] as const) {
  test(`every odd value arrives byte by byte, whatever the session has set, in ${phase}`, async () => {
    const db = await start(phase);
    for (const [name, settings] of Object.entries(SESSIONS)) {
      const session = await db.connect();
      await session.query(settings);
      for (const [column, given] of CHANGES) {
        // In a session that reads XML as documents, a fragment is not one.
        const value = column === "x" && name.includes("document") ? "'<doc/>'" : given;
        const statement = `UPDATE public.odd_old SET ${column} = ${value} WHERE id = 1`;
        expect({ name, column, ended: await outcome(session.query(statement)) }).toEqual({
          name,
          column,
          ended: "ok",
        });
        const [row] = await texts(db);
        expect({ name, column, row: row?.new }).toEqual({ name, column, row: row?.old });
      }
      await session.query(
        `UPDATE public.odd_old SET (j, x, p, n, f, a, m, b, t) = ROW ${ROW.replace("(1, ", "(")}`,
      );
      await session.end();
    }
    expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
    expect(await db.verify("odd")).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  });

  test(`an update of an odd row that changes nothing notes nothing, in ${phase}`, async () => {
    const db = await start(phase);
    const session = await db.connect();
    await session.query("BEGIN; UPDATE odd_old SET j = j, x = x, p = p, f = f, a = a");
    expect((await session.query("SELECT FROM cutover.outbox")).rowCount).toBe(0);
    await session.query("ROLLBACK");
  });
}

test("while both sides are written, a write under odd settings on one side keeps the other side's cells", async () => {
  const db = await start("writes_switched");
  await db.rows("UPDATE odd_old SET x = 'a fragment <b/>'");
  for (const settings of Object.values(SESSIONS)) {
    const session = await db.connect();
    await session.query(settings);
    await session.query(
      "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.odd_old SET n = n + 1 WHERE id = 1; COMMIT",
    );
    await session.query(
      "UPDATE public.odd_new SET p = '(7,7)', a = array_append(a, 'z'), m = m + 1::money WHERE id = 1",
    );
    await session.query("CALL cutover.drain_all()");
    const [row] = await texts(db);
    expect(row?.new).toBe(row?.old);
  }
  expect(await db.rows("SELECT n, m::numeric FROM odd_old")).toEqual([
    {
      n: (1.5 + Object.keys(SESSIONS).length).toFixed(2),
      m: (1.5 + Object.keys(SESSIONS).length).toFixed(2),
    },
  ]);
  expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
  expect(await db.verify("odd")).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});
