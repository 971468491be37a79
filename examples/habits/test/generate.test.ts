import { expect, test } from "vitest";
import { type GeneratedRow, generateRows } from "../data/generate.ts";
import { loadGenerated } from "../data/load.ts";
import type { LegacyHabit } from "../data/statistics.ts";
import { createExampleDatabase } from "./example.ts";

const rows = [...generateRows({ seed: "statistics", weeks: 5_000 })];
const sound = rows.filter(({ planted }) => planted !== "malformed-times");
const habits = sound.flatMap((row) => row.habits as LegacyHabit[]);

/** Which part of a list holds what is asked. */
function share<T>(list: readonly T[], holds: (item: T) => boolean): number {
  return list.filter(holds).length / list.length;
}

function weekday(row: GeneratedRow): number {
  return new Date(row.week_start_date).getUTCDay();
}

test("equal seeds make equal rows, other seeds make others", () => {
  const made = (seed: string) => JSON.stringify([...generateRows({ seed, weeks: 50 })]);
  expect(made("a")).toBe(made("a"));
  expect(made("a")).not.toBe(made("b"));
});

test("any number of rows can be asked for, and reasons to refuse one are never missing", () => {
  for (const weeks of [1, 20, 333]) expect([...generateRows({ seed: "n", weeks })]).toHaveLength(weeks);
  const reasons = new Set([...generateRows({ seed: "n", weeks: 20 })].map(({ planted }) => planted));
  expect(reasons).toEqual(new Set([undefined, "unknown-owner", "malformed-times"]));
});

test("weekdays, habits, colours and empty texts are as frequent as in the original", () => {
  expect(share(rows, (row) => weekday(row) === 1)).toBeCloseTo(25 / 34, 1);
  expect(share(rows, (row) => weekday(row) === 0)).toBeCloseTo(5 / 34, 1);
  expect(share(rows, (row) => weekday(row) === 2)).toBeCloseTo(4 / 34, 1);
  expect(habits.length / sound.length).toBeCloseTo(208 / 34, 0);
  expect(share(habits, ({ id }) => id > 1e12)).toBeCloseTo(43 / 208, 1);
  const cells = habits.flatMap(({ times }) => times);
  expect(share(cells, (cell) => cell === "")).toBeCloseTo(0.57, 1);
  expect(share(cells, (cell) => cell === "green")).toBeCloseTo(0.367, 1);
  expect(share(cells, (cell) => cell === "yellow")).toBeCloseTo(0.058, 1);
  expect(share(rows, ({ theme }) => theme === "")).toBeCloseTo(16 / 34, 1);
  expect(share(rows, ({ theme }) => theme === null)).toBeCloseTo(6 / 34, 1);
  expect(share(rows, ({ reward }) => reward === "")).toBeCloseTo(21 / 34, 1);
});

test("the rare things occur: id 0, one name twice, a trailing blank, shared children's names, weeks that collide", () => {
  expect(habits.some(({ id }) => id === 0)).toBe(true);
  expect(habits.some(({ name }) => name.endsWith(" "))).toBe(true);
  const twice = share(sound, (row) => {
    const names = (row.habits as LegacyHabit[]).map(({ name }) => name);
    return names.filter((name) => name === "New habit").length > 1;
  });
  expect(twice).toBeCloseTo(0.03, 1);
  const owners = new Map<string, Set<string>>();
  for (const { child_name, user_id } of rows) {
    if (user_id) owners.set(child_name, (owners.get(child_name) ?? new Set()).add(user_id));
  }
  expect([...owners.values()].some((of) => of.size > 1)).toBe(true);
  const starts = new Set(rows.map((row) => `${row.child_name} ${row.week_start_date}`));
  const collides = (row: GeneratedRow) => {
    const tomorrow = new Date(Date.parse(row.week_start_date) + 86_400_000).toISOString().slice(0, 10);
    return starts.has(`${row.child_name} ${tomorrow}`);
  };
  expect(share(rows, collides)).toBeGreaterThan(0.05);
});

test("loading keeps the table's keys and counts on behind its ids", async () => {
  const db = await createExampleDatabase();
  const loaded = await loadGenerated(db.pool, { seed: "load", weeks: 1_200 });
  const { rows: stored } = await db.pool.query(`
    SELECT count(*)::integer AS rows, max(id) < nextval('public.habit_tracker_id_seq') AS behind
    FROM public.habit_tracker`);
  expect(stored).toEqual([{ rows: 1_200, behind: true }]);
  expect(loaded.rows).toBe(1_200);
});
