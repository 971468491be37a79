import { describe, expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { createSmallCutover, installCutover, SMALL, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome } from "../traps/sessions.ts";

// A unit that a rule or an error keeps out has a history: the new side was made of it before, or never was. Whatever either side
// writes meanwhile has to be there once the row is mended, and nobody who is not concerned may wait behind it for ever.

const TWO = `INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2025-01-01', 'one'), (2, 'ann', '2025-01-01', 'two')`;
const NO_BAD = "ALTER TABLE page ADD CONSTRAINT no_bad CHECK (title <> 'BAD')";

async function withRule(data: string): Promise<SmallDatabase> {
  const db = await createSmallCutover();
  const rule = { "quarantine/sheet/bad.sql": "SELECT sheet.id FROM sheet WHERE sheet.title = 'BAD'" };
  await withClient(db.pool, (client) => installCutover(client, { ...SMALL, ...rule }));
  await db.rows(data);
  return db;
}

async function writeSerializable(db: SmallDatabase, text: string): Promise<void> {
  const client = await db.connect();
  await withTransaction(client, { isolation: "serializable" }, () => client.query(text));
  await client.end();
}

const sheet = async (db: SmallDatabase, id: number) =>
  (await db.rows("SELECT title, note FROM sheet WHERE id = $1", [id]))[0];
const page = async (db: SmallDatabase, id: number) =>
  (await db.rows("SELECT title, note FROM page WHERE id = $1", [id]))[0];

test("a row that a rule kept out once writes had moved keeps what legacy wrote meanwhile", async () => {
  const db = await withRule(TWO);
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET title = 'BAD', note = 'important' WHERE id = 1");
  await db.drain();
  await db.rows("UPDATE sheet SET note = 'beside it' WHERE id = 2");
  await db.drain();
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  for (const side of [sheet, page]) {
    expect(await side(db, 1)).toEqual({ title: "mended", note: "important" });
    expect(await side(db, 2)).toEqual({ title: "two", note: "beside it" });
  }
  expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("while a rule keeps a unit out, writes of both sides to it survive, cell by cell", async () => {
  const db = await withRule(TWO);
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET title = 'BAD', hits = 7 WHERE id = 1");
  await db.drain();
  await db.rows("UPDATE page SET note = 'from new'");
  await db.drain();
  await db.rows("UPDATE sheet SET likes = 5 WHERE id = 2");
  await db.drain();
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  const expected = [
    { id: "1", title: "mended", note: "from new", hits: 7, likes: 0 },
    { id: "2", title: "two", note: "from new", hits: 0, likes: 5 },
  ];
  expect(await db.rows("SELECT id, title, note, hits, likes FROM sheet ORDER BY id")).toEqual(expected);
  expect(await db.rows("SELECT id, title, note, hits, likes FROM page ORDER BY id")).toEqual(expected);
  expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a unit that a rule keeps out since before writes moved is made of legacy as a whole when it is mended", async () => {
  const db = await withRule(TWO);
  await db.reach("reads_switched");
  // The new side keeps what it was made of.
  await db.rows("UPDATE sheet SET title = 'BAD', note = 'important' WHERE id = 1");
  await db.drain();
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  for (const side of [sheet, page]) expect(await side(db, 1)).toEqual({ title: "mended", note: "important" });
  expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a legacy row that could not be written, and was accepted before writes moved, is not deleted when it is mended", async () => {
  const db = await createSmallCutover({ schema: NO_BAD, phase: "dual_write", data: TWO });
  await db.rows("UPDATE sheet SET title = 'BAD' WHERE id = 1");
  await db.rows("INSERT INTO sheet (id, owner, day, title) VALUES (3, 'bob', '2025-01-01', 'BAD')");
  await db.drain();
  await db.rows("UPDATE cutover.quarantine SET accepted_by = current_user, accepted_at = now()");
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET title = 'mended' WHERE title = 'BAD'");
  await db.drain();
  for (const side of [sheet, page]) {
    expect(await side(db, 1)).toEqual({ title: "mended", note: null });
    expect(await side(db, 3)).toEqual({ title: "mended", note: null });
  }
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

// A rename takes a row along that a rule has kept out from the beginning: into a unit that the new side has never been made of. Its image
// is the base of nothing there, so the rows that are renamed with it need not wait for it.
describe.each(["read committed", "serializable"] as const)(
  "renamed at %s together with a row that a rule keeps out",
  (isolation) => {
    const SIX = `INSERT INTO sheet (id, owner, day, title) SELECT n, 'ann', date '2025-01-01' + n / 2,
    CASE WHEN n = 2 THEN 'BAD' ELSE 'sheet ' || n END FROM generate_series(0, 5) AS n`;

    async function renamed(): Promise<SmallDatabase> {
      const db = await createSmallCutover();
      const config = SMALL["cutover.json"] as { legacy: { sheet: object } };
      await withClient(db.pool, (client) =>
        installCutover(client, {
          ...SMALL,
          "cutover.json": {
            ...config,
            legacy: { sheet: { ...config.legacy.sheet, rules: { bad: ["day"] } } },
          },
          "quarantine/sheet/bad.sql": "SELECT sheet.id FROM sheet WHERE sheet.title = 'BAD'",
        }),
      );
      await db.rows(SIX);
      await db.reach("backfilled");
      await db.drain();
      await db.rows("UPDATE cutover.quarantine SET accepted_by = current_user, accepted_at = now()");
      await db.reach("writes_switched");
      const client = await db.connect();
      await withTransaction(client, { isolation }, () =>
        client.query("UPDATE sheet SET owner = 'zoe', note = 'renamed'"),
      );
      return db;
    }
    const pages = (db: SmallDatabase) => db.rows("SELECT id::integer, owner, note FROM page ORDER BY id");
    const row = (id: number) => ({ id, owner: "zoe", note: "renamed" });

    test("the others are there, and those of its unit when it is mended", async () => {
      const db = await renamed();
      await db.drain();
      expect(await pages(db)).toEqual([0, 1, 4, 5].map(row));
      expect(
        await db.rows("SELECT unit, reason FROM cutover.quarantine WHERE direction = 'forward'"),
      ).toEqual([{ unit: "(zoe,2025-01-02)", reason: "bad" }]);
      // Legacy goes on writing, to a row that waits and to one that does not.
      await db.rows("UPDATE sheet SET hits = hits + 1");
      await db.drain();
      await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 2");
      await db.drain();
      expect(await pages(db)).toEqual([0, 1, 2, 3, 4, 5].map(row));
      expect(await db.rows("SELECT FROM page WHERE hits <> 1")).toEqual([]);
      expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
      expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    });

    test("it is renamed once more before anybody has looked", async () => {
      const db = await renamed();
      await db.rows("UPDATE sheet SET owner = 'kim'");
      await db.drain();
      expect(await pages(db)).toEqual([0, 1, 4, 5].map((id) => ({ ...row(id), owner: "kim" })));
      await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 2");
      await db.drain();
      expect(await pages(db)).toEqual([0, 1, 2, 3, 4, 5].map((id) => ({ ...row(id), owner: "kim" })));
      expect(await db.rows("SELECT owner FROM binder")).toEqual([{ owner: "kim" }]);
      expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    });
  },
);

test("the way back is refused while a rule keeps a write of the new side from legacy", async () => {
  const db = await withRule(TWO);
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET title = 'BAD' WHERE id = 1");
  await db.drain();
  await db.rows("UPDATE page SET note = 'from new' WHERE id = 2");
  await db.drain();
  expect(await outcome(db.rows("CALL cutover.rollback_steps('small')"))).toBe("CU017");
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  expect(await outcome(db.rows("CALL cutover.rollback_steps('small')"))).toBe("ok");
  expect(await sheet(db, 2)).toEqual({ title: "two", note: "from new" });
});

test("more units than a batch that fail for good are put aside, and nobody waits behind them", async () => {
  const db = await createSmallCutover({ schema: NO_BAD, phase: "backfilled" });
  await db.rows(
    `INSERT INTO sheet (id, owner, day, title)
     SELECT n, 'ann', date '2025-01-01' + n, 'BAD' FROM generate_series(1, 25) AS n`,
  );
  await writeSerializable(db, "INSERT INTO sheet (id, owner, day) VALUES (1000, 'bob', '2025-01-01')");
  // A drainer of small batches: the first ones hold nothing but units that fail.
  for (let done = 1; done > 0; ) {
    done = (await db.rows<{ n: number }>("SELECT cutover.drain('small', 5) AS n"))[0]?.n ?? 0;
  }
  expect(await db.rows("SELECT kind, unit FROM cutover.outbox")).toEqual([]);
  expect(await db.rows("SELECT DISTINCT reason FROM cutover.quarantine")).toEqual([{ reason: "23514" }]);
  expect(await db.rows("SELECT id FROM page")).toEqual([{ id: "1000" }]);
  expect((await db.verify()).drifted).toBe(0);
});

test("a legacy write to a row that the new side has deleted is recorded, child rows included", async () => {
  const db = await createSmallCutover({ phase: "writes_switched", data: TWO });
  await writeSerializable(db, `UPDATE sheet SET marks = '{"z": 26}' WHERE id = 1`);
  await writeSerializable(db, "DELETE FROM page WHERE id = 1");
  await db.drain();
  expect(await db.rows("SELECT id FROM sheet")).toEqual([{ id: "2" }]);
  expect(await db.rows("SELECT table_name, won, lost ->> 'value' AS value FROM cutover.conflicts")).toEqual([
    { table_name: "mark", won: null, value: "26" },
  ]);
});

test("a new-side write that waited for a put-aside unit arrives when that unit is mended by way of another", async () => {
  const db = await createSmallCutover({ schema: NO_BAD, phase: "writes_switched", data: TWO });
  await writeSerializable(db, "UPDATE page SET note = 'from new' WHERE id = 1");
  await db.rows("UPDATE sheet SET title = 'BAD' WHERE id = 1");
  await db.rows("SELECT cutover.drain('small', 1)");
  await db.rows("UPDATE sheet SET owner = 'zoe' WHERE id = 2");
  await db.drain();
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  for (const side of [sheet, page]) expect(await side(db, 1)).toEqual({ title: "mended", note: "from new" });
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a row that came and went on the new side beside a put-aside unit leaves nothing in quarantine", async () => {
  const db = await createSmallCutover({ schema: NO_BAD, phase: "writes_switched", data: TWO });
  await db.rows("UPDATE sheet SET title = 'BAD' WHERE id = 1");
  await db.drain();
  await db.rows("INSERT INTO page (id, owner, day, title) VALUES (8, 'ann', '2025-01-01', 'new')");
  await db.rows("DELETE FROM page WHERE id = 8; UPDATE sheet SET hits = 26 WHERE id = 1");
  await db.drain();
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  expect(await db.rows("SELECT id FROM sheet ORDER BY id")).toEqual([{ id: "1" }, { id: "2" }]);
  expect(await db.rows("SELECT direction, unit, reason FROM cutover.quarantine")).toEqual([]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a column that the legacy table gets while a unit is put aside does not keep the unit there", async () => {
  const db = await createSmallCutover({ schema: NO_BAD, phase: "writes_switched", data: TWO });
  await db.rows("UPDATE sheet SET title = 'BAD', note = 'a, (b) \"c\"' WHERE id = 1");
  await db.drain();
  await db.rows("ALTER TABLE sheet ADD COLUMN size integer, ADD COLUMN shape text DEFAULT 'round'");
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  for (const side of [sheet, page])
    expect(await side(db, 1)).toEqual({ title: "mended", note: 'a, (b) "c"' });
  expect(await db.rows("SELECT id, shape FROM sheet ORDER BY id")).toEqual([
    { id: "1", shape: "round" },
    { id: "2", shape: "round" },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a unit that was put aside for another one's row comes back when that row is mended", async () => {
  const db = await createSmallCutover({ schema: NO_BAD, phase: "writes_switched", data: TWO });
  await writeSerializable(db, "DELETE FROM sheet WHERE id = 2");
  await db.rows("UPDATE sheet SET title = 'BAD' WHERE id = 1");
  // Only the owner is looked at, and all that hangs together with it fails.
  await db.rows("SELECT cutover.drain('small', 1)");
  expect(await db.rows("SELECT kind, reason FROM cutover.quarantine")).toEqual([
    { kind: "owner", reason: "23514" },
  ]);
  await db.rows("UPDATE page SET note = 'from new' WHERE id = 1");
  await db.drain();
  // The owner has no note of this.
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  for (const side of [sheet, page]) expect(await side(db, 1)).toEqual({ title: "mended", note: "from new" });
  expect(await page(db, 2)).toBeUndefined();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});
