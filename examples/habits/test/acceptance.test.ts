import { beforeAll, describe, expect, test } from "vitest";
import { withClient, withTransaction } from "../../../src/db.ts";
import { acceptUnits } from "../../../src/index.ts";
import { addDays, weekLabel } from "../data/dates.ts";
import { ANN, BEN, habit, MONDAY, recordsOf, saveWeek, slotsOf } from "./defects/fixture.ts";
import { type InstalledHabits, installHabits } from "./installed.ts";
import { SAMPLE, type Sample, saveSample } from "./sample.ts";

// What the original's own tests and check scripts asked for, asked again of Postgres itself.

const CHILD = "INSERT INTO public.children (user_id, name) VALUES ($1, $2)";
const WEEK =
  "INSERT INTO public.weeks (user_id, child_name, week_start_date) VALUES ($1, $2, $3) RETURNING sheet_id";
const HABIT = `
  INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;
const RECORD = `
  INSERT INTO public.habit_records (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
  SELECT user_id, child_name, week_start_date, sheet_id, habit_id, week_start_date + $3::integer, $4
  FROM public.habits
  WHERE sheet_id = $1 AND habit_id = $2`;

/** How many rows each table of both sides holds of a sheet. */
async function rowsOfSheet({ db }: InstalledHabits, sheet: string): Promise<unknown> {
  const { rows } = await db.pool.query(
    `SELECT
       (SELECT count(*)::integer FROM public.habit_tracker WHERE id = $1) AS legacy,
       (SELECT sum(jsonb_array_length(habits))::integer FROM public.habit_tracker WHERE id = $1) AS legacy_habits,
       (SELECT count(*)::integer FROM public.weeks WHERE sheet_id = $1) AS weeks,
       (SELECT count(*)::integer FROM public.habits WHERE sheet_id = $1) AS habits,
       (SELECT count(*)::integer FROM public.habit_records WHERE sheet_id = $1) AS records`,
    [sheet],
  );
  return rows[0];
}

const GONE = { legacy: 0, legacy_habits: null, weeks: 0, habits: 0, records: 0 };

describe("the old application writes, both sides follow", () => {
  let habits: InstalledHabits;

  beforeAll(async () => {
    habits = await installHabits(async () => undefined);
    await habits.moves.forwardTo("dual_write");
  });

  test("a week with two habits is created, marked, checked and deleted", async () => {
    const { pool } = habits.db;
    const sheet = await saveWeek(pool, { habits: [habit(1), habit(2)] });
    expect(await rowsOfSheet(habits, sheet)).toEqual({
      legacy: 1,
      legacy_habits: 2,
      weeks: 1,
      habits: 2,
      records: 0,
    });

    await pool.query(
      `UPDATE public.habit_tracker SET habits = jsonb_set(habits, '{0,times,2}', '"green"') WHERE id = $1`,
      [sheet],
    );
    expect(await recordsOf(pool, sheet)).toEqual([`1 ${addDays(MONDAY, 2)} green`]);
    expect(await slotsOf(pool, sheet, 1)).toBe("..g....");
    expect(await habits.moves.verify()).toMatchObject({ driftedUnits: 0, differences: [] });

    await pool.query("DELETE FROM public.habit_tracker WHERE id = $1", [sheet]);
    expect(await rowsOfSheet(habits, sheet)).toEqual(GONE);
  });

  test("a week lies on the Monday on or before its first day's mark, across months and years too", async () => {
    const cases = [
      ["2025-10-13", "2025-10-13"],
      ["2025-10-14", "2025-10-13"],
      ["2025-10-15", "2025-10-13"],
      ["2025-10-18", "2025-10-13"],
      ["2025-10-19", "2025-10-13"],
      ["2025-11-01", "2025-10-27"],
      ["2026-01-01", "2025-12-29"],
    ] as const;
    for (const [firstDay, monday] of cases) {
      const sheet = await saveWeek(habits.db.pool, {
        child: `Kid ${firstDay}`,
        firstDay,
        habits: [habit(1, "g......")],
      });
      const { rows } = await habits.db.pool.query(
        `SELECT record_date::text, week_start_date::text, extract(isodow FROM week_start_date)::integer AS weekday, week_end_date::text
         FROM public.habit_records
         JOIN public.weeks USING (user_id, child_name, week_start_date)
         WHERE habit_records.sheet_id = $1`,
        [sheet],
      );
      expect(rows).toEqual([
        { record_date: firstDay, week_start_date: monday, weekday: 1, week_end_date: addDays(monday, 6) },
      ]);
    }
  });
});

describe("the new application writes, both sides follow", () => {
  let habits: InstalledHabits;

  beforeAll(async () => {
    habits = await installHabits(async ({ pool }) => {
      await saveWeek(pool, { child: "Kid Before" });
      await pool.query("INSERT INTO auth.users (id) VALUES ($1) ON CONFLICT DO NOTHING", [BEN]);
    });
    await habits.moves.forwardTo("writes_switched");
  });

  /** Saves a week as the new application does: all of it in one transaction. */
  function save(owner: string, child: string, monday: string, names: readonly string[]): Promise<string> {
    return withClient(habits.db.url, (client) =>
      withTransaction(client, {}, async () => {
        await client.query(CHILD, [owner, child]);
        const { rows } = await client.query(WEEK, [owner, child, monday]);
        const sheet = rows[0].sheet_id as string;
        for (const [index, name] of names.entries()) {
          await client.query(HABIT, [owner, child, monday, sheet, index + 1, name, index]);
        }
        return sheet;
      }),
    );
  }

  test("a week with two habits is created, marked, checked and deleted", async () => {
    const { pool } = habits.db;
    const sheet = await save(ANN, "Kid A", MONDAY, ["Read", "Tidy up"]);
    expect(await rowsOfSheet(habits, sheet)).toEqual({
      legacy: 1,
      legacy_habits: 2,
      weeks: 1,
      habits: 2,
      records: 0,
    });
    expect(await slotsOf(pool, sheet, 1)).toBe(".......");

    for (const [day, colour] of [
      [0, "green"],
      [2, "yellow"],
      [6, "red"],
    ] as const) {
      await pool.query(RECORD, [sheet, 1, day, colour]);
    }
    expect(await slotsOf(pool, sheet, 1)).toBe("g.y...r");
    expect(await slotsOf(pool, sheet, 2)).toBe(".......");
    for (const day of [-1, 7]) {
      await expect(pool.query(RECORD, [sheet, 1, day, "green"])).rejects.toMatchObject({
        constraint: "habit_records_date_in_week",
      });
    }
    expect(await habits.moves.verify()).toMatchObject({ driftedUnits: 0, differences: [] });

    await pool.query("DELETE FROM public.weeks WHERE sheet_id = $1", [sheet]);
    expect(await rowsOfSheet(habits, sheet)).toEqual(GONE);
  });

  test("the label of a week names its first and its last day", async () => {
    const sheet = await save(ANN, "Kid Label", "2025-12-29", []);
    const { rows } = await habits.db.pool.query(
      "SELECT week_period FROM public.habit_tracker WHERE id = $1",
      [sheet],
    );
    expect(rows).toEqual([{ week_period: "2025년 12월 29일 ~ 2026년 1월 4일" }]);
    expect(rows).toEqual([{ week_period: weekLabel("2025-12-29") }]);
  });

  test("a habit that is refused takes the whole save with it, on both sides", async () => {
    await expect(save(ANN, "Kid Refused", MONDAY, ["Read", ""])).rejects.toMatchObject({
      constraint: "habits_name_length",
    });
    const { rows } = await habits.db.pool.query(`
      SELECT
        (SELECT count(*)::integer FROM public.children WHERE name = 'Kid Refused') AS children,
        (SELECT count(*)::integer FROM public.habit_tracker WHERE child_name = 'Kid Refused') AS legacy`);
    expect(rows).toEqual([{ children: 0, legacy: 0 }]);
  });

  describe("with row security", () => {
    const sheets = new Map<string, string>();
    let url: string;

    beforeAll(async () => {
      sheets.set(ANN, await save(ANN, "Kid Same", MONDAY, ["Read"]));
      sheets.set(BEN, await save(BEN, "Kid Same", addDays(MONDAY, 7), ["Read"]));
      const role = `app_${habits.db.name}`;
      await habits.db.pool.query(`
        CREATE ROLE ${role} LOGIN PASSWORD 'app';
        GRANT USAGE ON SCHEMA public, auth TO ${role};
        GRANT SELECT, INSERT, UPDATE, DELETE
          ON public.habit_tracker, public.children, public.weeks, public.habits, public.habit_records TO ${role};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
      url = habits.db.urlOf(role, "app");
    });

    /** Runs a statement as the application does, for a user who has logged in or for nobody; how many rows it touched. */
    const as = (user: string | undefined, statement: string, values: unknown[] = []): Promise<number> =>
      withClient(url, (client) =>
        withTransaction(client, {}, async () => {
          if (user) await client.query("SELECT set_config('request.jwt.claim.sub', $1, true)", [user]);
          return (await client.query(statement, values)).rowCount ?? 0;
        }),
      );

    const everything = async () => {
      const tables = ["habit_tracker", "children", "weeks", "habits", "habit_records"];
      const all = await Promise.all(
        tables.map((table) => habits.db.pool.query(`SELECT t::text FROM public.${table} AS t ORDER BY 1`)),
      );
      return all.map(({ rows }) => rows);
    };

    test("without a session nothing is created, marked or deleted, on either side", async () => {
      const before = await everything();
      await expect(as(undefined, CHILD, [ANN, "Kid Nobody"])).rejects.toMatchObject({ code: "42501" });
      await expect(
        as(undefined, "INSERT INTO public.habit_tracker (child_name, user_id) VALUES ('Kid Nobody', $1)", [
          ANN,
        ]),
      ).rejects.toMatchObject({ code: "42501" });
      expect(await as(undefined, RECORD, [sheets.get(ANN), 1, 0, "green"])).toBe(0);
      expect(await as(undefined, "UPDATE public.habit_tracker SET theme = 'Mine'")).toBe(0);
      expect(await as(undefined, "DELETE FROM public.weeks")).toBe(0);
      expect(await as(undefined, "DELETE FROM public.habit_tracker")).toBe(0);
      expect(await everything()).toEqual(before);
    });

    test("one user does not touch another's child of the same name, on either side", async () => {
      const { pool } = habits.db;
      const ann = sheets.get(ANN) as string;
      const ben = sheets.get(BEN) as string;
      expect(await as(BEN, RECORD, [ann, 1, 0, "red"])).toBe(0);
      expect(await as(BEN, "UPDATE public.habits SET name = 'Mine' WHERE child_name = 'Kid Same'")).toBe(1);
      expect(
        await as(BEN, "UPDATE public.habit_tracker SET theme = 'Mine' WHERE child_name = 'Kid Same'"),
      ).toBe(1);
      const { rows } = await pool.query(
        `SELECT id, habit_tracker.theme, habits -> 0 ->> 'name' AS habit, weeks.theme AS week_theme
         FROM public.habit_tracker JOIN public.weeks ON sheet_id = id
         WHERE habit_tracker.child_name = 'Kid Same' ORDER BY id`,
      );
      expect(rows).toEqual([
        { id: ann, theme: null, habit: "Read", week_theme: null },
        { id: ben, theme: "Mine", habit: "Mine", week_theme: "Mine" },
      ]);
    });
  });
});

describe("rows of the shape of the original's backup", () => {
  let habits: InstalledHabits;
  let sample: Sample;

  beforeAll(async () => {
    habits = await installHabits(async ({ pool }) => {
      sample = await saveSample(pool);
    });
    await habits.moves.forwardTo("backfilled");
  });

  test("every mark of every row lies on its day on the other side, and no other does", async () => {
    const marks = [...sample.marks.values()].flat();
    expect(marks).toHaveLength(SAMPLE.marks);
    const ofNobody = sample.marks.get(sample.withoutOwner) ?? [];
    expect(ofNobody.length).toBeGreaterThan(0);
    const { rows } = await habits.db.pool.query(
      "SELECT sheet_id, habit_id, record_date::text, status FROM public.habit_records",
    );
    const words = (sheet: unknown, ...rest: unknown[]) => [sheet, ...rest].join(" ");
    expect(rows.map((row) => words(row.sheet_id, row.habit_id, row.record_date, row.status)).sort()).toEqual(
      marks
        .filter(({ sheet }) => sheet !== sample.withoutOwner)
        .map((mark) => words(mark.sheet, mark.habit, mark.date, mark.status))
        .sort(),
    );
  });

  test("every row has moved or is quarantined, and none is both", async () => {
    const moved = await habits.db.pool.query<{ id: string }>(`
      SELECT sheet_id AS id FROM public.weeks WHERE sheet_id IS NOT NULL
      UNION ALL SELECT sheet_id FROM public.kept_sheets`);
    const { rows: held } = await habits.db.pool.query<{ id: string; reason: string }>(`
      SELECT DISTINCT source -> 'row' ->> 'id' AS id, reason
      FROM cutover.quarantine
      CROSS JOIN LATERAL jsonb_array_elements(rows) AS source
      WHERE direction = 'forward' AND kind = 'week' AND source ->> 'table' = 'habit_tracker'`);
    expect(held).toEqual([{ id: sample.withoutOwner, reason: "unknown-owner" }]);
    expect([...moved.rows, ...held].map(({ id }) => id).sort()).toEqual([...sample.marks.keys()].sort());
    const { rows } = await habits.db.pool.query(
      "SELECT count(*)::integer AS habits FROM (SELECT DISTINCT sheet_id, habit_id FROM public.habits) AS moved",
    );
    const { rows: left } = await habits.db.pool.query(
      "SELECT jsonb_array_length(habits) AS habits FROM public.habit_tracker WHERE id = $1",
      [sample.withoutOwner],
    );
    expect(rows[0].habits + left[0].habits).toBe(SAMPLE.habits);
  });

  test("moved aside, the old table holds what it held, whatever is written from then on", async () => {
    const held = `SELECT count(*)::integer AS rows, count(DISTINCT child_name)::integer AS children, md5(string_agg(t::text, ' ' ORDER BY id)) AS content`;
    const { rows: before } = await habits.db.pool.query(`${held} FROM public.habit_tracker AS t`);
    expect(before).toMatchObject([{ rows: SAMPLE.rows, children: SAMPLE.children }]);
    await habits.moves.forwardTo("writes_switched");
    await acceptUnits(habits.db.url, "habits", { note: "nobody's" });
    await habits.moves.forwardTo("archived");

    await habits.db.pool.query("UPDATE public.habit_records SET status = 'red'");
    await habits.db.pool.query("DELETE FROM public.children WHERE name = 'Kid 1'");
    const { rows: after } = await habits.db.pool.query(
      `${held} FROM cutover_habits_archive.habit_tracker AS t`,
    );
    expect(after).toEqual(before);
  });
});

describe("the catalog", () => {
  let habits: InstalledHabits;

  beforeAll(async () => {
    habits = await installHabits(async () => undefined);
  });

  test("children has the columns, the keys and the policy that were asked for", async () => {
    const { pool } = habits.db;
    const { rows: columns } = await pool.query(`
      SELECT concat_ws(' ', column_name, data_type, column_default, is_nullable) AS column
      FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name = 'children'
      ORDER BY ordinal_position`);
    expect(columns.map(({ column }) => column)).toEqual([
      "user_id uuid NO",
      "name text NO",
      "created_at timestamp with time zone now() NO",
      "updated_at timestamp with time zone now() NO",
    ]);
    const { rows: constraints } = await pool.query(`
      SELECT pg_get_constraintdef(oid) AS definition
      FROM pg_constraint
      WHERE conrelid = 'public.children'::regclass AND contype IN ('p', 'u', 'f', 'c')
      ORDER BY contype`);
    expect(constraints.map(({ definition }) => definition)).toEqual([
      "CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))",
      "PRIMARY KEY (user_id, name)",
    ]);
    const { rows: policies } = await pool.query(`
      SELECT cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public' AND tablename = 'children'`);
    expect(policies).toEqual([
      { cmd: "ALL", qual: "(user_id = auth.uid())", with_check: "(user_id = auth.uid())" },
    ]);
  });

  test("every constraint of both shapes has been validated", async () => {
    const { rows } = await habits.db.pool.query(`
      SELECT count(*) FILTER (WHERE contype = 'f')::integer AS foreign_keys,
             count(*) FILTER (WHERE contype = 'c')::integer AS checks,
             count(*) FILTER (WHERE NOT convalidated)::integer AS not_validated
      FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f')`);
    expect(rows[0].not_validated).toBe(0);
    expect(rows[0].foreign_keys).toBeGreaterThanOrEqual(5);
    expect(rows[0].checks).toBeGreaterThanOrEqual(4);
  });
});
