import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import {
  createSmallCutover,
  type DefinitionFiles,
  installCutover,
  type SmallDatabase,
} from "../helpers/small-cutover.ts";
import { outcome } from "../traps/sessions.ts";

// A context table stays where it is: mappings read it, and a change of its rows has to reach the units that they feed.

const FILES: DefinitionFiles = {
  "cutover.json": {
    name: "charges",
    units: { forward: { line: { line_id: "bigint" } }, reverse: { line: { line_id: "bigint" } } },
    legacy: { line: { key: ["id"], unit: { line: ["id"] }, feeds: { line: ["id"] } } },
    new: { charge: { key: ["id"], unit: { line: ["id"] }, feeds: { line: ["id"] } } },
    context: {
      rate: {
        key: ["code"],
        feeds: {
          line: {
            units: "SELECT source.id FROM public.line AS source WHERE source.code = rate.code",
            rows: "rate.code = (SELECT source.code FROM public.line AS source WHERE source.id = line_unit.line_id)",
          },
        },
      },
    },
  },
  "forward/charge.sql":
    "SELECT line.id, line.code, line.qty, coalesce(line.qty * rate.cents, 0) AS cents FROM line LEFT JOIN rate ON rate.code = line.code",
  "reverse/line.sql": "SELECT charge.id, charge.code, charge.qty FROM charge",
};
const renamed = (files: DefinitionFiles): DefinitionFiles => {
  // A query feed's kind may not be named like a table.
  const text = JSON.stringify(files["cutover.json"]).replaceAll(
    '"line":{"line_id"',
    '"line_unit":{"line_id"',
  );
  const config = JSON.parse(text);
  config.legacy.line.unit = { line_unit: ["id"] };
  config.legacy.line.feeds = { line_unit: ["id"] };
  config.new.charge.unit = { line_unit: ["id"] };
  config.new.charge.feeds = { line_unit: ["id"] };
  config.context.rate.feeds = { line_unit: config.context.rate.feeds.line };
  return { ...files, "cutover.json": config };
};

async function start(phase: Parameters<SmallDatabase["reach"]>[0]): Promise<SmallDatabase> {
  const db = await createSmallCutover();
  await db.rows(`CREATE TABLE line (id bigint PRIMARY KEY, code text NOT NULL, qty int NOT NULL);
    CREATE TABLE rate (code text PRIMARY KEY, cents int NOT NULL);
    CREATE TABLE charge (id bigint PRIMARY KEY, code text NOT NULL, qty int NOT NULL, cents int NOT NULL)`);
  await withClient(db.pool, (client) => installCutover(client, renamed(FILES)));
  await db.rows(
    "INSERT INTO rate VALUES ('a', 10), ('b', 20); INSERT INTO line VALUES (1, 'a', 1), (2, 'a', 2), (3, 'b', 3)",
  );
  await db.reach(phase, "charges");
  return db;
}
const cents = async (db: SmallDatabase) =>
  (await db.rows("SELECT cents FROM charge ORDER BY id")).map((row) => row.cents);

test("a change of a context row reaches the units that it feeds", async () => {
  const db = await start("backfilled");
  expect(await cents(db)).toEqual([10, 20, 60]);
  await db.rows("UPDATE rate SET cents = 11 WHERE code = 'a'");
  expect(await cents(db)).toEqual([11, 22, 60]);
  await db.rows("DELETE FROM rate WHERE code = 'b'");
  expect(await cents(db)).toEqual([11, 22, 0]);
  await db.rows("UPDATE rate SET code = 'b' WHERE code = 'a'");
  expect(await cents(db)).toEqual([0, 0, 33]);
  await db.rows("TRUNCATE rate");
  await db.drain();
  expect(await cents(db)).toEqual([0, 0, 0]);
  expect(await db.verify("charges")).toMatchObject({ drifted: 0, pending: 0 });
});

test("while both sides are written a context row is refused to change, so that no write of its units is put aside for it", async () => {
  const db = await start("writes_switched");
  expect(await outcome(db.rows("UPDATE rate SET cents = 50 WHERE code = 'a'"))).toBe("CU022");
  expect(await outcome(db.rows("UPDATE charge SET qty = 7, cents = 70 WHERE id = 1"))).toBe("ok");
  expect(await outcome(db.rows("UPDATE line SET qty = 8 WHERE id = 2"))).toBe("ok");
  await db.drain();
  expect(await db.rows("SELECT FROM cutover.quarantine")).toEqual([]);
  expect(await db.rows("SELECT qty FROM line ORDER BY id")).toEqual([{ qty: 7 }, { qty: 8 }, { qty: 3 }]);
  expect(await db.rows("SELECT qty FROM charge ORDER BY id")).toEqual([{ qty: 7 }, { qty: 8 }, { qty: 3 }]);
  expect(await db.verify("charges")).toMatchObject({ drifted: 0, pending: 0 });
});

test("a frozen context table refuses changes while the cutover lives", async () => {
  const db = await createSmallCutover();
  await db.rows(`CREATE TABLE line (id bigint PRIMARY KEY, code text NOT NULL, qty int NOT NULL);
    CREATE TABLE rate (code text PRIMARY KEY, cents int NOT NULL);
    CREATE TABLE charge (id bigint PRIMARY KEY, code text NOT NULL, qty int NOT NULL, cents int NOT NULL)`);
  const files = renamed(FILES);
  const config = { ...(files["cutover.json"] as object), context: { rate: { frozen: true } } };
  await withClient(db.pool, (client) => installCutover(client, { ...files, "cutover.json": config }));
  await db.rows("INSERT INTO rate VALUES ('a', 10); INSERT INTO line VALUES (1, 'a', 1)");
  await db.reach("backfilled", "charges");
  for (const statement of [
    "UPDATE rate SET cents = 1",
    "DELETE FROM rate",
    "TRUNCATE rate",
    "INSERT INTO rate VALUES ('c', 1)",
  ]) {
    expect(await outcome(db.rows(statement))).toBe("CU022");
  }
});

// Units that are found through another table are refused by lint unless the path is declared immutable: see the examples of
// paths-are-immutable in test/lint/examples.ts.
