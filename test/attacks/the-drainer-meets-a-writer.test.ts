import { expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { BatchSize } from "../../src/engine/batch-size.ts";
import { drainAll } from "../../src/engine/drain.ts";
import { createSmallCutover, installCutover, SMALL, type SmallDatabase } from "../helpers/small-cutover.ts";
import { until } from "../traps/sessions.ts";

// Whoever works notes off looks first and writes then. What a writer commits in between, without waiting for a lock of ours, is
// neither deleted, nor forgotten, nor put aside.

async function writeSerializable(db: SmallDatabase, text: string): Promise<void> {
  const client = await db.connect();
  await withTransaction(client, { isolation: "serializable" }, () => client.query(text));
  await client.end();
}

/** Holds up whoever makes a trigger fire, until it is opened. No lock timeout ends it: nobody waits for a lock. */
async function gate(
  db: SmallDatabase,
  trigger: string,
): Promise<{ reached(): Promise<void>; open(): Promise<void> }> {
  const session = await db.connect();
  await session.query("SELECT pg_advisory_lock(42)");
  await session.query(`
    CREATE FUNCTION public.pass_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(43);
      WHILE NOT pg_try_advisory_xact_lock_shared(42) LOOP
        PERFORM pg_sleep(0.002);
      END LOOP;
      RETURN NEW;
    END $$;
    CREATE TRIGGER gate ${trigger} FOR EACH ROW EXECUTE FUNCTION public.pass_the_gate()`);
  return {
    reached: () =>
      until(async () => {
        const held = await db.rows(
          "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 43 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        );
        return held.length > 0;
      }, "somebody stands at the gate"),
    async open() {
      await session.query("SELECT pg_advisory_unlock(42)");
    },
  };
}

const config = SMALL["cutover.json"] as {
  units: object;
  legacy: { sheet: object };
  new: { page: object; mark: object };
};
/** Backwards, all sheets of an owner are one unit. */
const BY_OWNER = {
  ...SMALL,
  "cutover.json": {
    ...config,
    units: { ...config.units, reverse: { owner: { owner: "text" } } },
    legacy: { sheet: { ...config.legacy.sheet, unit: { owner: ["owner"] } } },
    new: {
      ...config.new,
      page: { ...config.new.page, feeds: { owner: ["owner"] } },
      mark: { ...config.new.mark, feeds: { owner: ["owner"] } },
    },
  },
};

test("a legacy row that comes into a unit while it is made of the new side is not taken for one that is to go", async () => {
  const db = await createSmallCutover();
  await withClient(db.pool, (client) => installCutover(client, BY_OWNER));
  await db.rows(`INSERT INTO sheet (id, owner, day, title)
    VALUES (1, 'ann', '2025-01-01', 'one'), (2, 'bob', '2025-01-01', 'two')`);
  await db.reach("writes_switched");
  const { reached, open } = await gate(db, "AFTER UPDATE ON page");
  await writeSerializable(db, "UPDATE sheet SET title = 'changed' WHERE id = 1");
  const drained = db.rows("SELECT cutover.drain('small', 10)");
  await reached();
  await writeSerializable(
    db,
    "INSERT INTO sheet (id, owner, day, title) VALUES (5, 'ann', '2025-01-01', 'five')",
  );
  await writeSerializable(db, "UPDATE sheet SET owner = 'ann', title = 'moved' WHERE id = 2");
  await open();
  await drained;
  await db.drain();
  const expected = [
    { id: "1", owner: "ann", title: "changed" },
    { id: "2", owner: "ann", title: "moved" },
    { id: "5", owner: "ann", title: "five" },
  ];
  expect(await db.rows("SELECT id, owner, title FROM sheet ORDER BY id")).toEqual(expected);
  expect(await db.rows("SELECT id, owner, title FROM page ORDER BY id")).toEqual(expected);
});

test("a write that mends a unit while it is being put aside is not forgotten with it", async () => {
  const db = await createSmallCutover({
    schema: "ALTER TABLE page ADD CONSTRAINT no_bad CHECK (title <> 'bad')",
    phase: "backfilled",
    data: "INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2025-01-01', 'one')",
  });
  const { reached, open } = await gate(db, "BEFORE INSERT ON cutover.quarantine");
  await db.rows("UPDATE sheet SET title = 'bad'");
  const drained = db.rows("SELECT cutover.drain('small', 10)");
  await reached();
  await writeSerializable(db, "UPDATE sheet SET title = 'mended'");
  await open();
  await drained;
  await db.drain();
  expect(await db.rows("SELECT title FROM page")).toEqual([{ title: "mended" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a unit is not put aside by a rule while the commit that mends it is in progress", async () => {
  const db = await createSmallCutover();
  const rule = { "quarantine/sheet/bad.sql": "SELECT sheet.id FROM sheet WHERE sheet.title = 'bad'" };
  await withClient(db.pool, (client) => installCutover(client, { ...SMALL, ...rule }));
  await db.rows("INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2025-01-01', 'one')");
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET title = 'bad'");
  const { reached, open } = await gate(db, "AFTER UPDATE ON page");
  const mending = db.rows("UPDATE sheet SET title = 'mended'");
  await reached();
  await db.rows("SELECT cutover.drain('small')");
  await open();
  await mending;
  await db.drain();
  expect(await db.rows("SELECT title FROM page")).toEqual([{ title: "mended" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a drain that has worked something off ends where it meets a lock: it keeps nobody from those rows while it waits", async () => {
  const db = await createSmallCutover({
    phase: "writes_switched",
    data: `INSERT INTO sheet (id, owner, day, title)
      VALUES (1, 'ann', '2025-01-01', 'old'), (2, 'bob', '2025-01-01', 'old'), (3, 'cid', '2025-01-01', 'old')`,
  });
  for (const id of [1, 2, 3]) await writeSerializable(db, `UPDATE sheet SET title = 'new' WHERE id = ${id}`);
  const writer = await db.connect();
  await writer.query("BEGIN; SELECT FROM sheet WHERE id = 2 FOR UPDATE");
  expect(await db.rows("SELECT cutover.drain('small', 20) > 0 AS done")).toEqual([{ done: true }]);
  const titles = () => db.rows("SELECT id, title FROM page ORDER BY id");
  expect(await titles()).toMatchObject([{ title: "new" }, { title: "old" }, { title: "old" }]);
  await writer.query("COMMIT");
  await db.drain();
  expect(await titles()).toMatchObject([{ title: "new" }, { title: "new" }, { title: "new" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a small batch that holds nothing but what others have locked does not keep the drainer from what is behind it", async () => {
  const db = await createSmallCutover({
    phase: "writes_switched",
    data: "INSERT INTO sheet (id, owner, day, title) SELECT n, 'owner ' || n, '2025-01-01', 'old' FROM generate_series(1, 5) AS n",
  });
  for (const id of [1, 2, 3, 4, 5])
    await writeSerializable(db, `UPDATE sheet SET title = 'new' WHERE id = ${id}`);
  const writer = await db.connect();
  await writer.query("BEGIN; SELECT FROM sheet WHERE id <= 3 FOR UPDATE");
  const size = new BatchSize();
  while (size.next > 1) size.collided();
  expect(await withClient(db.pool, (client) => drainAll(client, "small", { size }))).toBeGreaterThan(0);
  const titles = async () => (await db.rows("SELECT title FROM page ORDER BY id")).map(({ title }) => title);
  expect(await titles()).toEqual(["old", "old", "old", "new", "new"]);
  await writer.query("COMMIT");
  await db.drain();
  expect(await titles()).toEqual(["new", "new", "new", "new", "new"]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});
