import { expect, test } from "vitest";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";

// Legacy deletes a row while the new side changes it: the new side wins, and the row comes back, with the columns that only legacy
// has (`seen_at`).

const DATA = `INSERT INTO sheet (id, owner, day, title, seen_at) VALUES
  (1, 'ann', '2026-01-05', 'a', '2026-01-01'), (2, 'ann', '2026-01-05', 'b', '2026-02-02'), (3, 'bob', '2026-01-06', 'c', NULL)`;

const sheets = (db: SmallDatabase) =>
  db.rows("SELECT id, title, seen_at::date::text AS seen FROM sheet ORDER BY id");
const conflicts = (db: SmallDatabase) =>
  db.rows("SELECT key, won ->> 'title' AS won, lost FROM cutover.conflicts WHERE table_name = 'page'");
const quiet = async (db: SmallDatabase) => {
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
};

const REVIVED = [
  { id: "1", title: "changed", seen: "2026-01-01" },
  { id: "2", title: "b", seen: "2026-02-02" },
  { id: "3", title: "c", seen: null },
];

test("when the new side's writer is open, the legacy one commits first", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE page SET title = 'changed' WHERE id = 1");
  await db.rows("DELETE FROM sheet WHERE id = 1");
  await writer.query("COMMIT");
  await quiet(db);
  expect(await sheets(db)).toEqual(REVIVED);
  expect(await conflicts(db)).toEqual([{ key: { id: 1 }, won: "changed", lost: null }]);
});

test("when the legacy writer is open, the new side's commits first", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const writer = await db.connect();
  await writer.query("BEGIN; DELETE FROM sheet WHERE id = 1");
  await db.rows("UPDATE page SET title = 'changed' WHERE id = 1");
  await writer.query("COMMIT");
  await quiet(db);
  expect(await sheets(db)).toEqual(REVIVED);
});

test("when a drainer finds both, and the row was changed by legacy before it was deleted", async () => {
  const db = await createSmallCutover({ data: DATA, sync: { mode: "queued" }, phase: "writes_switched" });
  await db.rows("UPDATE sheet SET hits = 5, seen_at = '2026-03-03' WHERE id = 1");
  await db.rows("DELETE FROM sheet WHERE id = 1");
  await db.rows("UPDATE page SET title = 'changed' WHERE id = 1");
  await quiet(db);
  expect(await sheets(db)).toEqual([{ id: "1", title: "changed", seen: "2026-03-03" }, ...REVIVED.slice(1)]);
});

test("a row that stays deleted, and a new one in its place, get nothing of what was", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await db.rows("DELETE FROM sheet WHERE id IN (1, 2)");
  await quiet(db);
  expect(await db.rows("SELECT id FROM page ORDER BY id")).toEqual([{ id: "3" }]);
  // The owner's binder went with the last of the pages.
  await db.rows("INSERT INTO binder (owner) VALUES ('ann') ON CONFLICT DO NOTHING");
  await db.rows("INSERT INTO page (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'another')");
  await db.rows("INSERT INTO sheet (id, owner, day, title) VALUES (2, 'ann', '2026-01-05', 'again')");
  await quiet(db);
  expect(await sheets(db)).toEqual([
    { id: "1", title: "another", seen: null },
    { id: "2", title: "again", seen: null },
    { id: "3", title: "c", seen: null },
  ]);
});

test("where somebody else has taken a unique kept value, the row comes back without it, and an event says so", async () => {
  const db = await createSmallCutover({
    schema: "CREATE UNIQUE INDEX ON sheet (seen_at)",
    data: DATA,
    phase: "writes_switched",
  });
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE page SET title = 'changed' WHERE id = 1");
  await db.rows("DELETE FROM sheet WHERE id = 1");
  await db.rows("UPDATE sheet SET seen_at = '2026-01-01' WHERE id = 3");
  await writer.query("COMMIT");
  await quiet(db);
  expect(await sheets(db)).toEqual([
    { id: "1", title: "changed", seen: null },
    { id: "2", title: "b", seen: "2026-02-02" },
    { id: "3", title: "c", seen: "2026-01-01" },
  ]);
  expect(
    await db.rows(
      "SELECT detail ->> 'table' AS relation FROM cutover.events WHERE event = 'kept_not_revived'",
    ),
  ).toEqual([{ relation: "public.sheet" }]);
});
