import { expect, test } from "vitest";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, untilBlocked } from "./sessions.ts";

// Parents before children when rows come, children before parents when they go; the parent of many units has a lock of its own.

const DATA = `INSERT INTO sheet (id, owner, day, title, marks) VALUES
  (1, 'ann', '2026-01-05', 'a', '{"x": 1}'), (2, 'bob', '2026-01-05', 'b', '{"y": 2}')`;

async function expectNew(db: SmallDatabase, owners: string[], pages: string[]): Promise<void> {
  expect((await db.rows("SELECT owner FROM binder ORDER BY owner")).map((row) => row.owner)).toEqual(owners);
  expect((await db.rows("SELECT id FROM page ORDER BY id")).map((row) => row.id)).toEqual(pages);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
}

for (const phase of ["dual_write", "backfilled", "reads_switched", "writes_switched"] as const) {
  test(`the last legacy row of a parent goes, and the parent with it, in ${phase}`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    await db.rows("DELETE FROM sheet WHERE id = 2");
    await db.drain();
    await expectNew(db, ["ann"], ["1"]);
  });

  test(`a legacy row moves to a parent that did not exist, in ${phase}`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    await db.rows("UPDATE sheet SET owner = 'cid' WHERE id = 2");
    await db.drain();
    await expectNew(db, ["ann", "cid"], ["1", "2"]);
  });

  test(`a parent, a child and a grandchild come with one statement, in ${phase}`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    await db.rows(`INSERT INTO sheet (id, owner, day, marks) VALUES (3, 'cid', '2026-01-05', '{"z": 3}')`);
    await expectNew(db, ["ann", "bob", "cid"], ["1", "2", "3"]);
    expect(await db.rows("SELECT name, value FROM mark WHERE page_id = 3")).toEqual([
      { name: "z", value: 3 },
    ]);
  });
}

test("a write of one week that comes before the backfill brings the parent that it needs", async () => {
  const db = await createSmallCutover({ data: DATA });
  await db.advance("dual_write");
  await db.rows("UPDATE sheet SET title = 'A' WHERE id = 1");
  expect(await db.rows("SELECT owner FROM binder")).toEqual([{ owner: "ann" }]);
  expect(await db.rows("SELECT id, title FROM page")).toEqual([{ id: "1", title: "A" }]);
  expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
});

test("one transaction deletes the last row of a parent while another adds one: the parent is there, once both are done", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const first = await db.connect();
  const second = await db.connect();
  await first.query("BEGIN; DELETE FROM sheet WHERE id = 2");
  await second.query("BEGIN; INSERT INTO sheet (id, owner, day) VALUES (3, 'bob', '2026-02-02')");
  expect(await outcome(first.query("COMMIT"))).toBe("ok");
  expect(await outcome(second.query("COMMIT"))).toBe("ok");
  await db.drain();
  await expectNew(db, ["ann", "bob"], ["1", "3"]);
});

test("crossing transactions over the parents of the same units end without a deadlock of sync's making", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const first = await db.connect();
  const second = await db.connect();
  await first.query("BEGIN; INSERT INTO sheet (id, owner, day) VALUES (11, 'ann', '2026-03-01')");
  await second.query("BEGIN; INSERT INTO sheet (id, owner, day) VALUES (12, 'bob', '2026-03-01')");
  await first.query("INSERT INTO sheet (id, owner, day) VALUES (13, 'bob', '2026-03-02')");
  await second.query("INSERT INTO sheet (id, owner, day) VALUES (14, 'ann', '2026-03-02')");
  expect(await Promise.all([outcome(first.query("COMMIT")), outcome(second.query("COMMIT"))])).toEqual([
    "ok",
    "ok",
  ]);
  await db.drain();
  await expectNew(db, ["ann", "bob"], ["1", "2", "11", "12", "13", "14"]);
});

test("two first rows of a folded unit at once: the second waits and then sees both", async () => {
  const db = await createSmallCutover({ data: "INSERT INTO score VALUES (1, 'ants', 1)" });
  await db.reach("backfilled", "peak");
  const first = await db.connect();
  const second = await db.connect();
  await first.query("BEGIN; INSERT INTO score VALUES (2, 'bees', 5); SELECT cutover.flush()");
  const pid = await pidOf(second);
  const waiting = outcome(second.query("INSERT INTO score VALUES (3, 'bees', 10)"));
  await untilBlocked(db.pool, pid);
  await first.query("COMMIT");
  expect(await waiting).toBe("ok");
  await db.drain();
  expect(await db.rows("SELECT top, total::int FROM peak WHERE team = 'bees'")).toEqual([
    { top: 10, total: 15 },
  ]);
});
