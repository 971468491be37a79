import { expect, test } from "vitest";
import { withTransaction } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome } from "../traps/sessions.ts";

// A unit that cannot be written is put aside with its rows until somebody decides. Its neighbours go on, nothing of what was
// written meanwhile is lost on either side, and once the rows are mended the unit comes back by itself.

const DATA = `INSERT INTO sheet (id, owner, day, title) VALUES
  (1, 'ann', '2026-01-05', 'a'), (2, 'ann', '2026-01-05', 'b'), (3, 'bob', '2026-01-05', 'c')`;
const SCHEMA = "ALTER TABLE page ADD CONSTRAINT no_bad CHECK (title <> 'bad')";

const start = (phase: "backfilled" | "writes_switched") =>
  createSmallCutover({ schema: SCHEMA, data: DATA, phase });
const both = async (db: SmallDatabase) =>
  db.rows(`SELECT id, sheet.title AS legacy, page.title AS new, sheet.note AS legacy_note, page.note AS new_note
    FROM sheet FULL JOIN page USING (id) ORDER BY id`);
const aside = (db: SmallDatabase) =>
  db.rows("SELECT DISTINCT direction, kind FROM cutover.quarantine ORDER BY 1, 2");

for (const phase of ["backfilled", "writes_switched"] as const) {
  test(`a mended row lets its unit go, in ${phase}`, async () => {
    const db = await start(phase);
    await db.rows("UPDATE sheet SET title = 'bad' WHERE id = 1");
    await db.drain();
    expect((await aside(db)).length).toBeGreaterThan(0);
    expect((await db.verify()).drifted).toBe(0);
    expect((await db.verify()).quarantined).toBeGreaterThan(0);
    await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
    await db.drain();
    expect((await both(db))[0]).toMatchObject({ legacy: "mended", new: "mended" });
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  });

  test(`writes of the unit's other rows are not lost while it is put aside, in ${phase}`, async () => {
    const db = await start(phase);
    await db.rows("UPDATE sheet SET title = 'bad' WHERE id = 1");
    await db.drain();
    await db.rows("UPDATE sheet SET note = 'meanwhile' WHERE id = 2");
    await db.drain();
    await db.rows("UPDATE sheet SET note = 'again', title = 'mended' WHERE id = 1");
    await db.drain();
    expect(await both(db)).toMatchObject([
      { id: "1", legacy: "mended", new: "mended", legacy_note: "again", new_note: "again" },
      { id: "2", legacy: "b", new: "b", legacy_note: "meanwhile", new_note: "meanwhile" },
      { id: "3", legacy: "c", new: "c" },
    ]);
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  });

  test(`one transaction over a bad unit and a good one: the good one arrives, the bad one waits, in ${phase}`, async () => {
    const db = await start(phase);
    const session = await db.connect();
    await withTransaction(session, {}, async () => {
      await session.query("UPDATE sheet SET title = 'bad' WHERE id = 1");
      await session.query("UPDATE sheet SET title = 'good' WHERE id = 3");
    });
    await db.drain();
    expect((await both(db))[2]).toMatchObject({ legacy: "good", new: "good" });
    expect((await both(db))[0]).toMatchObject({ legacy: "bad" });
    await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
    await db.drain();
    expect((await both(db))[0]).toMatchObject({ legacy: "mended", new: "mended" });
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  });
}

for (const phase of ["backfilled", "writes_switched"] as const) {
  test(`a row that leaves a unit that is put aside takes its writes with it, in ${phase}`, async () => {
    const db = await start(phase);
    await db.rows("UPDATE sheet SET title = 'bad' WHERE id = 1");
    await db.drain();
    await db.rows("UPDATE sheet SET owner = 'bob', note = 'moved' WHERE id = 2");
    await db.drain();
    await db.rows("UPDATE sheet SET owner = 'bob', title = 'mended' WHERE id = 1");
    await db.drain();
    await db.drain();
    expect(await db.rows("SELECT id, owner, title, note FROM page ORDER BY id")).toEqual([
      { id: "1", owner: "bob", title: "mended", note: null },
      { id: "2", owner: "bob", title: "b", note: "moved" },
      { id: "3", owner: "bob", title: "c", note: null },
    ]);
    expect(
      await db.rows(
        "SELECT id, owner, title, note FROM sheet EXCEPT SELECT id, owner, title, note FROM page",
      ),
    ).toEqual([]);
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  });
}

test("while a legacy write is put aside, new-side writes of the unit and the put-aside row both survive", async () => {
  const db = await start("writes_switched");
  await db.rows("UPDATE sheet SET title = 'bad' WHERE id = 1");
  await db.drain();
  expect(await outcome(db.rows("UPDATE page SET note = 'from new' WHERE id = 1"))).toBe("ok");
  expect(await outcome(db.rows("UPDATE page SET note = 'from new' WHERE id = 2"))).toBe("ok");
  await db.drain();
  // The legacy row is not overwritten by a new row that was never made of it.
  expect((await both(db))[0]).toMatchObject({ legacy: "bad", new_note: "from new" });
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  await db.drain();
  expect(await both(db)).toMatchObject([
    { id: "1", legacy: "mended", new: "mended", legacy_note: "from new", new_note: "from new" },
    { id: "2", legacy_note: "from new", new_note: "from new" },
    { id: "3" },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("a new-side write that legacy cannot say is put aside and not cut down, and leaves when it is mended", async () => {
  const db = await createSmallCutover({
    schema: "ALTER TABLE sheet ADD CONSTRAINT short CHECK (length(title) < 10)",
    data: DATA,
    phase: "writes_switched",
  });
  expect(await outcome(db.rows("UPDATE page SET title = 'much too long for legacy' WHERE id = 1"))).toBe(
    "ok",
  );
  await db.drain();
  expect((await both(db))[0]).toMatchObject({ legacy: "a", new: "much too long for legacy" });
  expect((await db.verify()).drifted).toBe(0);
  // A legacy write of the same row meanwhile.
  expect(await outcome(db.rows("UPDATE sheet SET note = 'from legacy' WHERE id = 1"))).toBe("ok");
  await db.drain();
  await db.rows("UPDATE page SET title = 'short' WHERE id = 1");
  await db.drain();
  expect((await both(db))[0]).toMatchObject({
    legacy: "short",
    new: "short",
    legacy_note: "from legacy",
    new_note: "from legacy",
  });
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("an error that is no row's fault (a table that is away) puts no unit aside: they wait", async () => {
  const db = await start("backfilled");
  await db.rows("ALTER TABLE page RENAME TO page_away");
  expect(await outcome(db.rows("UPDATE sheet SET title = 'x'"))).toBe("ok");
  await outcome(db.drain());
  expect(await db.rows("SELECT FROM cutover.quarantine")).toEqual([]);
  await db.rows("ALTER TABLE page_away RENAME TO page");
  await db.drain();
  expect((await db.rows("SELECT FROM page WHERE title = 'x'")).length).toBe(3);
});

test("nothing but the drainer writes the quarantine: a failing one would fail the application's commit", async () => {
  const db = await start("backfilled");
  await db.rows("ALTER TABLE cutover.quarantine ADD CHECK (false)");
  expect(await outcome(db.rows("UPDATE sheet SET title = 'bad' WHERE id = 1"))).toBe("ok");
  expect((await db.rows("SELECT FROM cutover.outbox")).length).toBe(1);
  expect(await db.rows("SELECT FROM cutover.quarantine")).toEqual([]);
});
