import { expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { createSmallCutover, installCutover, SMALL } from "../helpers/small-cutover.ts";

// Verify reports a unit if and only if it has drifted; units that wait in the outbox are pending, not drifted.

const DATA =
  "INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'a'), (2, 'bob', '2026-01-05', 'b')";

for (const phase of ["dual_write", "backfilled", "reads_switched", "writes_switched"] as const) {
  test(`a unit with a note is pending and not drifted, in both directions, in ${phase}`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    const session = await db.connect();
    await withTransaction(session, { isolation: "serializable" }, () =>
      session.query("UPDATE sheet SET title = 'changed' WHERE id = 1"),
    );
    expect(await db.verify()).toMatchObject({ drifted: 0, quarantined: 0 });
    await db.drain();
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  });

  test(`a write behind sync's back is found in ${phase}, and only it`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    const session = await db.connect();
    await withTransaction(session, {}, async () => {
      await session.query("SET LOCAL session_replication_role = replica");
      await session.query("UPDATE sheet SET title = 'unseen' WHERE id = 1");
    });
    // The day that it feeds and the sheet itself.
    expect(await db.verify()).toMatchObject({ drifted: 2, pending: 0 });
    expect(
      await db.rows("SELECT DISTINCT direction, kind, unit FROM cutover.drift_units ORDER BY direction"),
    ).toEqual([
      { direction: "forward", kind: "day", unit: "(ann,2026-01-05)" },
      { direction: "reverse", kind: "sheet", unit: "(1)" },
    ]);
  });
}

test("a verify next to an open writer sees neither side of its write", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET title = 'open' WHERE id = 1");
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  await writer.query("COMMIT");
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("verify refuses to work from more than one snapshot", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dual_write" });
  await expect(db.rows("SELECT cutover.verify('small')")).rejects.toMatchObject({ code: "25000" });
});

test("a unit that only the new side has is found", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await withTransaction(session, {}, async () => {
    await session.query("SET LOCAL session_replication_role = replica");
    await session.query("INSERT INTO binder (owner) VALUES ('ghost')");
  });
  expect(await db.verify()).toMatchObject({ drifted: 1 });
  expect(await db.rows("SELECT kind, unit, finding FROM cutover.drift_units")).toEqual([
    { kind: "owner", unit: "(ghost)", finding: "unexpected" },
  ]);
});

test("a row of a unit that sync has never seen holds up the next move, as drift or as a unit without backfill", async () => {
  const db = await createSmallCutover({ data: "INSERT INTO score VALUES (1, 'ants', 5)" });
  await db.reach("reads_switched", "peak");
  const session = await db.connect();
  await withTransaction(session, {}, async () => {
    await session.query("SET LOCAL session_replication_role = replica");
    await session.query("INSERT INTO score VALUES (2, 'bees', 9)");
  });
  await db.verify("peak");
  await expect(db.rows("SELECT cutover.advance('peak', 'writes_switched')")).rejects.toMatchObject({
    code: "CU015",
  });
});

test("before the backfill units are not yet backfilled, in both directions", async () => {
  const db = await createSmallCutover({ data: DATA });
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  await db.advance("dual_write");
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a coarser unit that only waits with a finer one is pending too: a new owner's binder, and a gone one's", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const session = await db.connect();
  await withTransaction(session, { isolation: "serializable" }, async () => {
    await session.query("INSERT INTO binder (owner) VALUES ('kim')");
    await session.query("INSERT INTO page (id, owner, day, title) VALUES (9, 'kim', '2026-01-05', 'k')");
    await session.query("DELETE FROM page WHERE owner = 'bob'");
    await session.query("DELETE FROM binder WHERE owner = 'bob'");
  });
  expect(await db.verify()).toMatchObject({ drifted: 0 });
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a row that legacy deleted beside one that a rule holds back is quarantined with it, not drifted", async () => {
  const db = await createSmallCutover();
  const rule = { "quarantine/sheet/bad.sql": "SELECT sheet.id FROM sheet WHERE sheet.title = 'bad'" };
  await withClient(db.pool, (client) => installCutover(client, { ...SMALL, ...rule }));
  await db.rows(
    "INSERT INTO sheet (id, owner, day) VALUES (1, 'ann', '2026-01-05'), (2, 'ann', '2026-01-05')",
  );
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET title = 'bad' WHERE id = 1; DELETE FROM sheet WHERE id = 2");
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  await db.rows("UPDATE sheet SET title = 'mended' WHERE id = 1");
  await db.drain();
  expect(await db.rows("SELECT id, title FROM page")).toEqual([{ id: "1", title: "mended" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});
