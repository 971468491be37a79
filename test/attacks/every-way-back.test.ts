import { expect, test } from "vitest";
import { createSmallCutover, PHASES, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome } from "../traps/sessions.ts";

// From every phase before `dropped` there is a way back to `expanded` that loses no write made on either side, and the way
// forward again is the same as the first time.

const DATA = `INSERT INTO sheet (id, owner, day, title, marks, seen_at) VALUES
  (1, 'ann', '2026-01-05', 'a', '{"x": 1}', '2026-01-01'), (2, 'ann', '2026-01-05', 'b', '{}', NULL), (3, 'bob', '2026-01-06', 'c', '{}', NULL)`;

const sheets = (db: SmallDatabase) =>
  db.rows("SELECT id, owner, title, note, likes, hits, marks FROM sheet ORDER BY id");

/** Writes that the phase allows, on each side that is open; what legacy must hold in the end. */
async function writeInPhase(db: SmallDatabase, phase: string, turn: number): Promise<void> {
  const legacyOpen = !["legacy_locked", "archived"].includes(phase);
  const newOpen = ["writes_switched", "legacy_locked", "archived"].includes(phase);
  if (legacyOpen) await db.rows("UPDATE sheet SET hits = hits + 1, note = $1 WHERE id = 1", [`l${turn}`]);
  if (newOpen) {
    await db.rows("UPDATE page SET likes = likes + 1, title = $1 WHERE id = 2", [`n${turn}`]);
    await db.rows("INSERT INTO page (id, owner, day, title) VALUES ($1, 'bob', '2026-01-06', 'added')", [
      100 + turn,
    ]);
  }
}

for (const phase of PHASES.slice(1, -1)) {
  test(`back from ${phase}, with writes on the way, and forward again`, async () => {
    const db = await createSmallCutover({ data: DATA });
    for (let turn = 1; turn <= 2; turn += 1) {
      await db.reach(phase);
      await writeInPhase(db, phase, turn);
      const before = await db.rows(
        ["legacy_locked", "archived", "writes_switched"].includes(phase)
          ? `SELECT id, owner, title, note, likes, hits FROM page ORDER BY id`
          : `SELECT id, owner, title, note, likes, hits FROM sheet ORDER BY id`,
      );
      await db.rows("CALL cutover.rollback_steps('small')");
      expect(await db.rows("SELECT phase, step FROM cutover.cutovers WHERE name = 'small'")).toEqual([
        { phase: "expanded", step: null },
      ]);
      expect(await db.rows("SELECT id, owner, title, note, likes, hits FROM sheet ORDER BY id")).toEqual(
        before,
      );
      // Legacy is the truth and open again, the new side is fenced.
      expect(await outcome(db.rows("UPDATE sheet SET note = 'back' WHERE id = 3"))).toBe("ok");
      expect(await outcome(db.rows("UPDATE page SET note = 'x' WHERE id = 3"))).toBe("CU020");
    }
    await db.reach("legacy_locked");
    expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    // What only legacy has was never touched.
    expect(await db.rows("SELECT seen_at IS NOT NULL AS kept FROM sheet WHERE id = 1")).toEqual([
      { kept: true },
    ]);
  });
}

test("after the end of reverse sync legacy stays exactly as it is, and the way back brings what was written since", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "legacy_locked" });
  await db.rows("SELECT cutover.end_reverse_sync('small')");
  const before = await sheets(db);
  await db.rows("UPDATE page SET title = 'later', hits = 9 WHERE id = 1; DELETE FROM page WHERE id = 2");
  await db.rows("INSERT INTO page (id, owner, day, title) VALUES (9, 'bob', '2026-01-06', 'new')");
  await db.drain();
  expect(await sheets(db)).toEqual(before);
  await db.rows("CALL cutover.rollback_steps('small')");
  expect(await db.rows("SELECT id, title, hits FROM sheet ORDER BY id")).toEqual([
    { id: "1", title: "later", hits: 9 },
    { id: "3", title: "c", hits: 0 },
    { id: "9", title: "new", hits: 0 },
  ]);
});

test("from dropped there is none, and it says so", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dropped" });
  await expect(db.rows("CALL cutover.rollback_steps('small')")).rejects.toMatchObject({ code: "CU013" });
  expect(await outcome(db.rows("UPDATE page SET title = 'alone'"))).toBe("ok");
});

test("a rollback that was interrupted after any step is finished by calling it again", async () => {
  for (const step of ["rollback:fenced", "rollback:ready"]) {
    const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
    await db.rows("UPDATE page SET title = 'n' WHERE id = 1");
    await db.rows("SELECT cutover.enter_step('small', $1)", [step]);
    await db.rows("CALL cutover.rollback_steps('small')");
    expect(await db.rows("SELECT phase, step FROM cutover.cutovers WHERE name = 'small'")).toEqual([
      { phase: "expanded", step: null },
    ]);
    expect(await db.rows("SELECT title FROM sheet WHERE id = 1")).toEqual([{ title: "n" }]);
  }
});
