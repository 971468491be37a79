import { beforeAll, expect, test } from "vitest";
import { addDays } from "../../data/dates.ts";
import { type InstalledHabits, installHabits } from "../installed.ts";
import { behindTheSync, habit, MONDAY, recordsOf, saveWeek, verifyAndRepair } from "./fixture.ts";

const CLOCK = 1_753_137_172_084;

let habits: InstalledHabits;
let sheet: string;

beforeAll(async () => {
  habits = await installHabits(async ({ pool }) => {
    sheet = await saveWeek(pool, { habits: [habit(1, "ggggggg"), habit(2, ".......")] });
  });
  await habits.moves.forwardTo("dual_write");
});

test("what broke the original's trigger is written: clock ids, Sundays, equal names, updates, deletes", async () => {
  const { pool } = habits.db;
  const twins = [habit(CLOCK, "g......", "New habit"), habit(0, "y......", "New habit")];
  const saved = await saveWeek(pool, { child: "Kid T", firstDay: addDays(MONDAY, -1), habits: twins });
  expect(await recordsOf(pool, saved)).toEqual(["0 2025-10-12 yellow", `${CLOCK} 2025-10-12 green`]);
  await pool.query("UPDATE public.habit_tracker SET habits = habits - 0 WHERE id = $1", [saved]);
  expect(await recordsOf(pool, saved)).toEqual(["0 2025-10-12 yellow"]);
  await pool.query("DELETE FROM public.habit_tracker WHERE id = $1", [saved]);
  expect(await recordsOf(pool, saved)).toEqual([]);
});

test("in phase expanded a write is seen, and nothing is written", async () => {
  const { db } = await installHabits(({ pool }) => saveWeek(pool));
  await saveWeek(db.pool, { child: "Kid E" });
  const { rows } = await db.pool.query(`
    SELECT
      (SELECT count(*)::integer FROM cutover.observations) AS seen,
      (SELECT count(*)::integer FROM public.children) AS children,
      (SELECT count(*)::integer FROM public.weeks) AS weeks`);
  expect(rows).toEqual([{ seen: 1, children: 0, weeks: 0 }]);
});

test("three records too few and three too many are six differences, not none", async () => {
  await habits.moves.forwardTo("backfilled");
  await behindTheSync(
    habits.db,
    `UPDATE public.habit_records SET habit_id = 2 WHERE sheet_id = ${sheet} AND record_date < '2025-10-16'`,
  );
  const found = await verifyAndRepair(habits);
  expect(found.rows).toHaveLength(6);
  expect(found.rows.filter((row) => row.startsWith("missing habit_records"))).toHaveLength(3);
  expect(found.rows.filter((row) => row.startsWith("unexpected habit_records"))).toHaveLength(3);
});

test("a move whose gate says no is refused with an error, and nothing has moved", async () => {
  await behindTheSync(habits.db, `DELETE FROM public.habit_records WHERE sheet_id = ${sheet}`);
  await habits.moves.verify();
  const client = await habits.db.connect();
  await expect(client.query("CALL cutover.advance_steps('habits', 'reads_switched')")).rejects.toMatchObject({
    code: "CU015",
  });
  expect(await habits.moves.phase()).toBe("backfilled");
  await verifyAndRepair(habits);
});

test("nothing is dropped that has not been locked and archived before", async () => {
  const client = await habits.db.connect();
  await expect(client.query("CALL cutover.advance_steps('habits', 'dropped')")).rejects.toMatchObject({
    code: "CU013",
  });
  expect(
    (await client.query("SELECT to_regclass('public.habit_tracker') IS NOT NULL AS there")).rows,
  ).toEqual([{ there: true }]);
});

test("every constraint of the new tables is valid", async () => {
  const { rows } = await habits.db.pool.query(`
    SELECT contype AS type, convalidated AS valid, count(*)::integer AS constraints
    FROM pg_constraint
    WHERE conrelid IN (
        'public.children'::regclass, 'public.weeks'::regclass, 'public.habits'::regclass,
        'public.habit_records'::regclass, 'public.kept_sheets'::regclass
      )
      AND contype IN ('c', 'f')
    GROUP BY contype, convalidated
    ORDER BY contype`);
  expect(rows).toEqual([
    { type: "c", valid: true, constraints: 11 },
    { type: "f", valid: true, constraints: 4 },
  ]);
});

test("updated_at is later in a later transaction", async () => {
  const { pool } = habits.db;
  const read = async () =>
    (await pool.query("SELECT updated_at FROM public.weeks WHERE sheet_id = $1", [sheet])).rows[0]
      .updated_at as Date;
  const before = await read();
  await pool.query("UPDATE public.habit_tracker SET theme = 'Later' WHERE id = $1", [sheet]);
  expect((await read()).getTime()).toBeGreaterThan(before.getTime());
});

test("what this example says about its tables is asked of the catalog", async () => {
  const { rows: indexes } = await habits.db.pool.query(
    "SELECT count(*)::integer AS count FROM pg_index WHERE indrelid = 'public.habit_tracker'::regclass",
  );
  expect(indexes).toEqual([{ count: 7 }]);
  // Whoever may not write a table gains nothing by a function of ours: PUBLIC may execute none of them.
  const { rows: open } = await habits.db.pool.query(`
    SELECT pg_proc.oid::regprocedure::text AS function
    FROM pg_proc
    WHERE pronamespace IN ('cutover'::regnamespace, 'cutover_habits'::regnamespace)
      AND has_function_privilege('public', pg_proc.oid, 'EXECUTE')`);
  expect(open).toEqual([]);
});

test("a locked legacy table refuses writes, its owner's too", async () => {
  const found = await installHabits(({ pool }) => saveWeek(pool));
  await found.moves.forwardTo("legacy_locked");
  await expect(saveWeek(found.db.pool, { child: "Kid L" })).rejects.toMatchObject({
    message: expect.stringContaining("habit_tracker"),
  });
});

test("verify sees every row whatever the policies say, and refuses where only one side is left", async () => {
  const found = await installHabits(({ pool }) => saveWeek(pool));
  await found.moves.forwardTo("legacy_locked");
  const { accounting } = await found.moves.verify();
  expect(accounting).toEqual({
    forward: { child: { "in sync": 1 }, week: { "in sync": 1 } },
    reverse: { child: { "in sync": 1 }, sheet: { "in sync": 1 } },
  });
  await found.moves.forwardTo("archived");
  await expect(found.moves.verify()).rejects.toMatchObject({ code: "CU010" });
});
