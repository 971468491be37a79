import { expect, test } from "vitest";
import { withTransaction } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, untilBlocked } from "../traps/sessions.ts";

// No committed cell is overwritten by an older value, and zero drift does not show that: both sides can agree on having
// forgotten a write. These notes are worked off later than they were written, by somebody else.

const DATA = "INSERT INTO sheet (id, owner, day, title, note) VALUES (1, 'ann', '2026-01-05', 'old', 'n')";

/** A writer that sync always leaves to the drainer. */
async function writeSerializable(db: SmallDatabase, statement: string): Promise<void> {
  const session = await db.connect();
  await withTransaction(session, { isolation: "serializable" }, () => session.query(statement));
  await session.end();
}

const titles = async (db: SmallDatabase) =>
  db.rows(
    "SELECT sheet.title AS legacy, page.title AS new FROM sheet FULL JOIN page USING (id) WHERE id = 1",
  );

test("a write noted before images were kept is drained or holds up the move, it is not overwritten", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await writeSerializable(db, "UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  // A move may be refused until the note is worked off; what it may not do is forget it.
  await outcome(db.verify().then(() => db.advance("reads_switched")));
  await outcome(db.verify().then(() => db.advance("writes_switched")));
  await db.drain();
  expect(await titles(db)).toEqual([{ legacy: "from legacy", new: "from legacy" }]);
});

test("a note that was drained while legacy was the truth changes nothing after writes have moved", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "reads_switched" });
  await writeSerializable(db, "UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  // One batch, as a worker calls it: it does the unit and does not come back to tidy up.
  await db.rows("SELECT cutover.drain('small')");
  expect(await titles(db)).toEqual([{ legacy: "from legacy", new: "from legacy" }]);
  await db.reach("writes_switched");
  // The new side sets the title back to what it was before the legacy write.
  await db.rows("UPDATE page SET title = 'old' WHERE id = 1");
  await db.drain();
  expect(await titles(db)).toEqual([{ legacy: "old", new: "old" }]);
  expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
});

test("images of a transaction that is only half drained change nothing after writes have moved", async () => {
  const db = await createSmallCutover({
    data: `${DATA}; INSERT INTO sheet (id, owner, day, title) VALUES (2, 'bob', '2026-01-05', 'old')`,
    phase: "reads_switched",
  });
  await writeSerializable(db, "UPDATE sheet SET title = 'from legacy'");
  await db.rows("SELECT cutover.drain('small', 1)");
  await db.reach("writes_switched").catch(() => undefined);
  const [first] = await db.rows("SELECT id FROM page WHERE title = 'from legacy'");
  // Where the move is refused until all is drained, there is nothing left to show.
  if (
    (await db.rows("SELECT phase FROM cutover.cutovers WHERE name = 'small'"))[0]?.phase === "writes_switched"
  ) {
    await db.rows("UPDATE page SET title = 'old' WHERE id = $1", [first?.id]);
    await db.drain();
    expect(await db.rows("SELECT title FROM page WHERE id = $1", [first?.id])).toEqual([{ title: "old" }]);
  }
});

test("images of a round that was rolled back change nothing in the next round", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "reads_switched" });
  await writeSerializable(db, "UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  await db.rows("SELECT cutover.rollback('small')");
  // The note belongs to nobody now; the next round asks for an empty outbox.
  await db.drain();
  await db.reach("writes_switched");
  expect(await titles(db)).toEqual([{ legacy: "from legacy", new: "from legacy" }]);
  await db.rows("UPDATE page SET title = 'old' WHERE id = 1");
  await db.drain();
  expect(await titles(db)).toEqual([{ legacy: "old", new: "old" }]);
});

test("a reverse backfill does not overwrite a legacy write that waits to be patched", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await writeSerializable(db, "UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  const [plan] = await db.rows("SELECT cutover.start_backfill('small', 'reverse') AS id");
  await db.rows("SELECT * FROM cutover.backfill_step($1, 'test', 100)", [plan?.id]);
  await db.drain();
  expect(await titles(db)).toEqual([{ legacy: "from legacy", new: "from legacy" }]);
});

test("a repair does not overwrite a legacy write that waits to be patched", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  // Drift, made by hand behind sync's back.
  const session = await db.connect();
  await withTransaction(session, {}, async () => {
    await session.query("SET LOCAL session_replication_role = replica");
    await session.query("UPDATE sheet SET note = 'drifted' WHERE id = 1");
  });
  expect(await db.verify()).toMatchObject({ drifted: 2 });
  await writeSerializable(db, "UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  await db.rows("SELECT * FROM cutover.repair((SELECT max(id) FROM cutover.drift_runs))");
  await db.drain();
  expect(await titles(db)).toEqual([{ legacy: "from legacy", new: "from legacy" }]);
});

test("a legacy write is not lost when the drainer finds its target changed by a writer that it waited for", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await writeSerializable(db, "UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  const writer = await db.connect();
  await writer.query("BEGIN");
  await writer.query("UPDATE page SET title = 'from new' WHERE id = 1");
  const drainer = await db.connect();
  const pid = await pidOf(drainer);
  const drained = outcome(drainer.query("SELECT cutover.drain('small')"));
  await untilBlocked(db.pool, pid);
  // The writer's own flush gives up on the unit that the drainer holds; its commit goes through.
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  await drained;
  await db.drain();
  expect(await titles(db)).toEqual([{ legacy: "from new", new: "from new" }]);
  expect(
    await db.rows("SELECT won ->> 'title' AS won, lost ->> 'title' AS lost FROM cutover.conflicts"),
  ).toEqual([{ won: "from new", lost: "from legacy" }]);
});
