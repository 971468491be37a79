import { expect, test } from "vitest";
import { createSmallCutover } from "../helpers/small-cutover.ts";

// In expanded a commit counts what sync would write, and looks at no more than it may hold itself up for.

const sheets = (count: number) =>
  `INSERT INTO sheet (id, owner, day) SELECT n, 'own', date '2026-01-01' + n::int FROM generate_series(1, ${count}) AS n`;

test("units and rows that would be written are counted", async () => {
  const db = await createSmallCutover();
  await db.rows(sheets(39));
  expect(await db.rows("SELECT units, rows FROM cutover.observations")).toEqual([{ units: 40, rows: 40 }]);
});

test("of more than forty units, the units alone", async () => {
  const db = await createSmallCutover();
  await db.rows(sheets(40));
  expect(await db.rows("SELECT units, rows FROM cutover.observations")).toEqual([{ units: 41, rows: 0 }]);
  expect(await db.rows("SELECT FROM page")).toEqual([]);
});
