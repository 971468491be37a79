import { expect, test } from "vitest";
import { withTransaction } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome } from "../traps/sessions.ts";

// What was committed before reverse sync ended is in the legacy tables; what is committed after never gets there, until the way
// back brings it.

const DATA = `INSERT INTO sheet (id, owner, day, title) VALUES
  (1, 'ann', '2026-01-05', 'a'), (2, 'ann', '2026-01-05', 'b'), (3, 'bob', '2026-01-06', 'c')`;

const titles = (db: SmallDatabase) => db.rows("SELECT id, title FROM sheet ORDER BY id");
const end = (db: SmallDatabase) => db.rows("SELECT cutover.end_reverse_sync('small', 'enough')");
const endedAt = async (db: SmallDatabase) =>
  (await db.rows("SELECT reverse_ended_at AS at FROM cutover.cutovers WHERE name = 'small'"))[0]?.at;

test.each(["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])(
  "a %s writer from before the end that commits after it leaves legacy as it is, and the way back has its write",
  async (level) => {
    const db = await createSmallCutover({ data: DATA, phase: "legacy_locked" });
    const writer = await db.connect();
    await writer.query(`BEGIN ISOLATION LEVEL ${level}`);
    await writer.query("UPDATE page SET title = 'before' WHERE id = 1");
    await end(db);
    const before = await titles(db);
    await writer.query("UPDATE page SET title = 'after' WHERE id = 3");
    await writer.query("COMMIT");
    await db.drain();
    expect(await titles(db)).toEqual(before);
    expect(await db.rows("SELECT count(*)::int AS notes FROM cutover.outbox")).toEqual([{ notes: 0 }]);

    await db.rows("CALL cutover.rollback_steps('small')");
    expect(await titles(db)).toEqual([
      { id: "1", title: "before" },
      { id: "2", title: "b" },
      { id: "3", title: "after" },
    ]);
  },
);

test("what waits in the outbox is worked off by the end", async () => {
  const db = await createSmallCutover({ data: DATA, sync: { mode: "queued" }, phase: "legacy_locked" });
  await db.rows("UPDATE page SET title = 'waits' WHERE id = 1");
  expect(await db.rows("SELECT title FROM sheet WHERE id = 1")).toEqual([{ title: "a" }]);
  await end(db);
  expect(await db.rows("SELECT title FROM sheet WHERE id = 1")).toEqual([{ title: "waits" }]);
  expect(
    await db.rows(
      "SELECT detail FROM cutover.events WHERE event = 'reverse_sync_ended' AND cutover = 'small'",
    ),
  ).toEqual([{ detail: { reason: "enough" } }]);
});

test("where a unit that waits is locked by somebody else, nothing ends", async () => {
  const db = await createSmallCutover({ data: DATA, sync: { mode: "queued" }, phase: "legacy_locked" });
  const holder = await db.connect();
  await db.rows("UPDATE page SET title = 'waits' WHERE id = 1");
  await holder.query("BEGIN");
  await holder.query("SELECT FROM cutover.units WHERE cutover = 'small' FOR UPDATE");
  expect(await outcome(end(db))).toBe("55P03");
  expect(await endedAt(db)).toBeNull();
  await holder.query("ROLLBACK");
  await end(db);
  expect(await db.rows("SELECT title FROM sheet WHERE id = 1")).toEqual([{ title: "waits" }]);
});

test("afterwards nobody makes legacy of the new side: no verify, no repair, no reverse backfill, nor a step of one that was", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "legacy_locked" });
  const [planned] = await db.rows("SELECT cutover.start_backfill('small', 'reverse') AS id");
  expect(await outcome(end(db))).toBe("CU013");
  for (let state = ""; state !== "finished"; ) {
    const [step] = await db.rows("SELECT state FROM cutover.backfill_step($1, 'test', 100)", [planned?.id]);
    state = step?.state;
  }
  const run = (await db.rows("SELECT max(id) AS id FROM cutover.drift_runs WHERE cutover = 'small'"))[0]?.id;
  await end(db);
  await db.rows("UPDATE page SET title = 'later' WHERE id = 1");
  expect(await outcome(db.verify())).toBe("CU010");
  expect(await outcome(db.rows("SELECT cutover.repair($1)", [run]))).toBe("CU010");
  expect(await outcome(db.rows("SELECT cutover.start_backfill('small', 'reverse')"))).toBe("CU010");
  expect(await db.rows("SELECT state FROM cutover.backfill_step($1, 'test', 100)", [planned?.id])).toEqual([
    { state: "stopped" },
  ]);
  expect(await db.rows("SELECT title FROM sheet WHERE id = 1")).toEqual([{ title: "a" }]);
  // The move goes on from here without them.
  await db.advance("archived");
});

test("it is ended once, in legacy_locked, between moves, and only where there is one", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  expect(await outcome(end(db))).toBe("CU013");
  expect(await outcome(db.rows("SELECT cutover.end_reverse_sync('peak')"))).toBe("CU013");
  expect(await outcome(db.rows("SELECT cutover.end_reverse_sync('nobody')"))).toBe("CU011");
  await db.reach("legacy_locked");
  await db.rows("SELECT cutover.enter_step('small', 'rollback:fenced')");
  expect(await outcome(end(db))).toBe("CU013");
  await db.rows("UPDATE cutover.cutovers SET step = NULL WHERE name = 'small'");
  await withTransaction(await db.connect(), { readOnly: false }, (client) =>
    client.query("SELECT cutover.end_reverse_sync('small')"),
  );
  expect(await endedAt(db)).not.toBeNull();
  expect(await outcome(end(db))).toBe("CU013");
});
