import { expect, test } from "vitest";
import { createSmallCutover } from "../helpers/small-cutover.ts";

// Two rows swap the values of a unique key that only the new side has: each side could hold them as they are, but no UPDATE can
// get there row by row. docs/rules/swaps-need-deferrable-keys.md says so, and lint warns of it.

const DATA = `INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'a'), (2, 'ann', '2026-01-05', 'b')`;
const SWAP = "UPDATE sheet SET title = CASE title WHEN 'a' THEN 'b' ELSE 'a' END";

test("under a key that is not deferrable, their unit ends in quarantine, and no write of the application fails", async () => {
  const schema = "ALTER TABLE page ADD UNIQUE (owner, title)";
  const db = await createSmallCutover({ schema, data: DATA, phase: "dual_write" });
  await db.rows(SWAP);
  await db.drain();
  expect(await db.rows("SELECT kind, reason FROM cutover.quarantine")).toEqual([
    { kind: "day", reason: "23505" },
  ]);
  expect(await db.rows("SELECT id, title FROM sheet ORDER BY id")).toEqual([
    { id: "1", title: "b" },
    { id: "2", title: "a" },
  ]);
});

test("under one that is deferrable, they swap on the other side as well", async () => {
  const schema = "ALTER TABLE page ADD UNIQUE (owner, title) DEFERRABLE";
  const db = await createSmallCutover({ schema, data: DATA, phase: "dual_write" });
  await db.rows(SWAP);
  expect(await db.rows("SELECT id, title FROM page ORDER BY id")).toEqual([
    { id: "1", title: "b" },
    { id: "2", title: "a" },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});
