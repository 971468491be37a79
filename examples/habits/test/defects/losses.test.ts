import { beforeAll, describe, expect, test } from "vitest";
import { addDays } from "../../data/dates.ts";
import { createExampleDatabase, forward, load } from "../example.ts";
import { type InstalledHabits, installHabits } from "../installed.ts";
import {
  ANN,
  BEN,
  behindTheSync,
  habit,
  MONDAY,
  mondays,
  recordsOf,
  saveWeek,
  slotsOf,
  verifyAndRepair,
} from "./fixture.ts";

const SUNDAY = addDays(MONDAY, -1);
const TUESDAY = addDays(MONDAY, 1);
const CLOCK = 1_753_137_172_084;

describe("while legacy is the truth", () => {
  let habits: InstalledHabits;
  let sundayWeek: string;
  let tuesdayWeek: string;

  beforeAll(async () => {
    habits = await installHabits(async ({ pool }) => {
      for (const firstDay of mondays(8)) {
        await saveWeek(pool, {
          child: "Kid A",
          firstDay,
          habits: [habit(1, "g......"), habit(CLOCK, "ggg.ggg")],
        });
      }
      sundayWeek = await saveWeek(pool, { child: "Kid S", firstDay: SUNDAY, habits: [habit(1, "gy....r")] });
      tuesdayWeek = await saveWeek(pool, {
        child: "Kid T",
        firstDay: TUESDAY,
        habits: [habit(1, "gy....r")],
      });
    });
    await habits.moves.forwardTo("backfilled");
  });

  test("marks of habits numbered by a clock are moved, and named one by one when a loader drops them", async () => {
    const loaded = await habits.db.pool.query("SELECT FROM public.habit_records WHERE habit_id = $1", [
      CLOCK,
    ]);
    expect(loaded.rowCount).toBe(8 * 6);
    const dropped = await behindTheSync(
      habits.db,
      `DELETE FROM public.habit_records WHERE habit_id = ${CLOCK}`,
    );
    const found = await verifyAndRepair(habits);
    expect(found.rows).toHaveLength(dropped);
    expect(found.rows.every((row) => row.startsWith("missing habit_records"))).toBe(true);
    expect(found.units).toHaveLength(8);
  });

  test("weeks that start on a Sunday or a Tuesday are moved, and named when a script skips them", async () => {
    expect(await recordsOf(habits.db.pool, sundayWeek)).toHaveLength(3);
    expect(await recordsOf(habits.db.pool, tuesdayWeek)).toHaveLength(3);
    await behindTheSync(habits.db, `DELETE FROM public.weeks WHERE child_name IN ('Kid S', 'Kid T')`);
    const found = await verifyAndRepair(habits);
    expect(found.rows.filter((row) => row.startsWith("missing weeks"))).toHaveLength(4);
    expect(found.units.every((unit) => /Kid [ST]/.test(unit))).toBe(true);
  });

  test("six missing weeks are six drifted units, however many were missing before", async () => {
    const gone = mondays(6);
    const list = gone.map((day) => `'${day}'`).join();
    await behindTheSync(
      habits.db,
      `DELETE FROM public.weeks WHERE child_name = 'Kid A' AND week_start_date IN (${list})`,
    );
    const found = await verifyAndRepair(habits);
    expect(found.rows.filter((row) => row.startsWith("missing weeks"))).toHaveLength(6);
    for (const day of gone) expect(found.units.some((unit) => unit.includes(day))).toBe(true);
  });

  test("a mark made on a Sunday stays on that Sunday", async () => {
    expect(await recordsOf(habits.db.pool, sundayWeek)).toEqual([
      "1 2025-10-12 green",
      "1 2025-10-13 yellow",
      "1 2025-10-18 red",
    ]);
  });

  test("a week that starts on a Tuesday goes, with all that came from it", async () => {
    const sheet = await saveWeek(habits.db.pool, { child: "Kid D", firstDay: TUESDAY });
    expect(await recordsOf(habits.db.pool, sheet)).toHaveLength(3);
    await habits.db.pool.query("DELETE FROM public.habit_tracker WHERE id = $1", [sheet]);
    const { rows } = await habits.db.pool.query(`
      SELECT child_name FROM public.weeks WHERE child_name = 'Kid D'
      UNION ALL SELECT name FROM public.children WHERE name = 'Kid D'
      UNION ALL SELECT child_name FROM public.habits WHERE child_name = 'Kid D'`);
    expect(rows).toEqual([]);
  });

  test("habits of one name keep their marks apart", async () => {
    const twins = [habit(1, "g......", "New habit"), habit(2, ".y.....", "New habit")];
    const sheet = await saveWeek(habits.db.pool, { child: "Kid N", habits: twins });
    expect(await recordsOf(habits.db.pool, sheet)).toEqual(["1 2025-10-13 green", "2 2025-10-14 yellow"]);
  });

  test("one status that nobody knows quarantines its week by name, and only that week", async () => {
    const child = "Kid Q";
    const known = await saveWeek(habits.db.pool, { child });
    const times = ["green", "blue", "", "", "", "", ""];
    await saveWeek(habits.db.pool, {
      child,
      firstDay: addDays(MONDAY, 7),
      habits: [{ id: 1, name: "H", times }],
    });
    await habits.moves.drain();
    const { rows } = await habits.db.pool.query(
      "SELECT unit, reason FROM cutover.quarantine WHERE unit LIKE '%Kid Q%'",
    );
    expect(rows).toEqual([{ unit: expect.stringContaining("2025-10-20"), reason: "malformed-times" }]);
    expect(await recordsOf(habits.db.pool, known)).toHaveLength(3);
  });

  test("rows without an owner are quarantined, and no owner is made up", async () => {
    await saveWeek(habits.db.pool, { owner: null, child: "Kid O" });
    await habits.moves.drain();
    const { rows } = await habits.db.pool.query(
      "SELECT DISTINCT reason FROM cutover.quarantine WHERE unit LIKE '%Kid O%'",
    );
    expect(rows).toEqual([{ reason: "unknown-owner" }]);
    const owners = await habits.db.pool.query("SELECT DISTINCT user_id FROM public.children");
    expect(owners.rows).toEqual([{ user_id: ANN }]);
  });

  test("'' and NULL stay apart, and every column of every table is compared", async () => {
    await saveWeek(habits.db.pool, { child: "Kid E", theme: "", reward: null });
    const { rows } = await habits.db.pool.query(
      "SELECT theme, reward, reflection FROM public.weeks WHERE child_name = 'Kid E'",
    );
    expect(rows).toEqual([{ theme: "", reward: null, reflection: {} }]);
    await behindTheSync(habits.db, `UPDATE public.weeks SET theme = NULL WHERE child_name = 'Kid E'`);
    await behindTheSync(habits.db, `UPDATE public.habits SET name = 'Other' WHERE child_name = 'Kid E'`);
    await behindTheSync(
      habits.db,
      `UPDATE public.habit_records SET status = 'red' WHERE child_name = 'Kid E'`,
    );
    const found = await verifyAndRepair(habits);
    const tables = found.rows.map((row) => row.split(" ").slice(0, 2).join(" "));
    expect(tables.toSorted()).toEqual([
      "different habit_records",
      "different habit_records",
      "different habits",
      "different weeks",
    ]);
  });
});

describe("once writes have moved", () => {
  let habits: InstalledHabits;
  let sundayWeek: string;

  beforeAll(async () => {
    habits = await installHabits(async ({ pool }) => {
      sundayWeek = await saveWeek(pool, {
        firstDay: SUNDAY,
        habits: [habit(1, "g......"), habit(2, "......."), habit(3, "y......")],
      });
      await saveWeek(pool, { owner: BEN, child: "Kid B" });
    });
    await habits.moves.forwardTo("writes_switched");
  });

  test("a Sunday week is found by its id: writing it never makes a second legacy row", async () => {
    await habits.db.pool.query("UPDATE public.weeks SET theme = 'Sea' WHERE sheet_id = $1", [sundayWeek]);
    const { rows } = await habits.db.pool.query(
      "SELECT id, week_start_date::text, theme FROM public.habit_tracker WHERE user_id = $1",
      [ANN],
    );
    expect(rows).toEqual([{ id: sundayWeek, week_start_date: SUNDAY, theme: "Sea" }]);
  });

  test("a habit that is none of the defaults reaches the other side together with its mark", async () => {
    const { rows } = await habits.db.pool.query(
      `WITH added AS (
         INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, name, display_order)
         SELECT user_id, child_name, week_start_date, sheet_id, 'Feed the cat', 1
         FROM public.weeks WHERE child_name = 'Kid B'
         RETURNING *
       ), marked AS (
         INSERT INTO public.habit_records
           (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
         SELECT user_id, child_name, week_start_date, sheet_id, habit_id, week_start_date + 2, 'green' FROM added
       )
       SELECT sheet_id, habit_id FROM added`,
    );
    const { sheet_id, habit_id } = rows[0];
    expect(await slotsOf(habits.db.pool, sheet_id, habit_id)).toBe("..g....");
  });

  test("clearing a mark clears it on both sides, from either", async () => {
    const day = "sheet_id = $1 AND habit_id = 3 AND record_date = $2";
    await habits.db.pool.query(`DELETE FROM public.habit_records WHERE ${day}`, [sundayWeek, SUNDAY]);
    expect(await slotsOf(habits.db.pool, sundayWeek, 3)).toBe(".......");
    await habits.db.pool.query(
      `UPDATE public.habit_tracker SET habits = jsonb_set(habits, '{0,times,0}', '""') WHERE id = $1`,
      [sundayWeek],
    );
    expect(await recordsOf(habits.db.pool, sundayWeek)).toEqual([]);
  });

  test("saving a whole week again keeps the ids of its habits and the notes beside its marks", async () => {
    await habits.db.pool.query(
      `INSERT INTO public.habit_records
         (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status, note)
       SELECT user_id, child_name, week_start_date, sheet_id, habit_id, week_start_date, 'green', 'By herself'
       FROM public.habits WHERE sheet_id = $1 AND habit_id = 2 AND week_start_date = $2`,
      [sundayWeek, MONDAY],
    );
    const { rows } = await habits.db.pool.query("SELECT habits FROM public.habit_tracker WHERE id = $1", [
      sundayWeek,
    ]);
    const document = rows[0].habits as { times: string[] }[];
    (document[2] as { times: string[] }).times[6] = "red";
    await habits.db.pool.query("UPDATE public.habit_tracker SET habits = $2 WHERE id = $1", [
      sundayWeek,
      JSON.stringify(document),
    ]);
    expect(await recordsOf(habits.db.pool, sundayWeek)).toEqual([
      "2 2025-10-13 green By herself",
      "3 2025-10-18 red",
    ]);
  });
});

test("two legacy weeks of one ISO week stay two sheets, and none overwrites the other", async () => {
  const db = await createExampleDatabase();
  const first = await saveWeek(db.pool, {
    firstDay: SUNDAY,
    theme: "Sunday's",
    habits: [habit(1, "g......")],
  });
  const second = await saveWeek(db.pool, {
    firstDay: MONDAY,
    theme: "Monday's",
    habits: [habit(1, "y......")],
  });
  await load(await db.connect(), forward);
  const { rows } = await db.pool.query(`
    SELECT sheet_id, theme FROM public.weeks WHERE sheet_id IS NOT NULL
    UNION ALL SELECT sheet_id, theme FROM public.kept_sheets`);
  expect(rows).toEqual([
    { sheet_id: second, theme: "Monday's" },
    { sheet_id: first, theme: "Sunday's" },
  ]);
  expect(await recordsOf(db.pool, first)).toEqual(["1 2025-10-12 green"]);
  expect(await recordsOf(db.pool, second)).toEqual(["1 2025-10-13 yellow"]);
});
