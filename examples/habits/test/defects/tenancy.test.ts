import { beforeAll, expect, test } from "vitest";
import { withClient, withTransaction } from "../../../../src/db.ts";
import type { TestDatabase } from "../../../../test/helpers/database.ts";
import { createExampleDatabase } from "../example.ts";
import { installHabits } from "../installed.ts";
import { ANN, BEN, habit, MONDAY, recordsOf, saveWeek, slotsOf } from "./fixture.ts";

const TABLES = ["habit_tracker", "children", "weeks", "habits", "habit_records"];

let db: TestDatabase;
let role: string;

beforeAll(async () => {
  db = await createExampleDatabase();
  role = `app_${db.name}`;
  await db.pool.query(`
    CREATE ROLE ${role} LOGIN PASSWORD 'app';
    GRANT USAGE ON SCHEMA public, auth TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${TABLES.map((table) => `public.${table}`).join(", ")} TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
  await db.pool.query("INSERT INTO auth.users (id) VALUES ($1), ($2)", [ANN, BEN]);
});

const WEEK =
  "INSERT INTO public.weeks (user_id, child_name, week_start_date) VALUES ($1, $2, $3) RETURNING sheet_id";
const CHILD = "INSERT INTO public.children (user_id, name) VALUES ($1, $2)";

/** Runs statements as the application's role, for a user who has logged in. */
function as<T>(user: string, statement: string, values: unknown[]): Promise<T[]> {
  return withClient(db.urlOf(role, "app"), (client) =>
    withTransaction(client, {}, async () => {
      await client.query("SELECT set_config('request.jwt.claim.sub', $1, true)", [user]);
      return (await client.query(statement, values)).rows;
    }),
  );
}

test("a record outside its week is refused, as is a status that nobody knows", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  await client.query(CHILD, [ANN, "Kid A"]);
  const { rows } = await client.query(WEEK, [ANN, "Kid A", MONDAY]);
  await client.query(
    `INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, habit_id, name)
     VALUES ($1, 'Kid A', $2, $3, 1, 'H')`,
    [ANN, MONDAY, rows[0].sheet_id],
  );
  for (const [date, status] of [
    ["2025-10-22", "green"],
    ["2025-10-12", "green"],
    ["2025-10-13", "blue"],
  ]) {
    await client.query("SAVEPOINT before");
    const record = client.query(
      `INSERT INTO public.habit_records
         (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
       VALUES ($1, 'Kid A', $2, $3, 1, $4, $5)`,
      [ANN, MONDAY, rows[0].sheet_id, date, status],
    );
    await expect(record, `${date} ${status}`).rejects.toMatchObject({ code: "23514" });
    await client.query("ROLLBACK TO before");
  }
  await client.query("ROLLBACK");
});

test("nobody writes for another owner, and nobody sees another owner's rows", async () => {
  await as(ANN, CHILD, [ANN, "Kid A"]);
  await expect(as(BEN, CHILD, [ANN, "Kid B"])).rejects.toMatchObject({ code: "42501" });
  await expect(as(BEN, "UPDATE public.children SET user_id = $1", [BEN])).resolves.toEqual([]);
  expect(await as(ANN, "SELECT name FROM public.children", [])).toEqual([{ name: "Kid A" }]);
  expect(await as(BEN, "SELECT name FROM public.children", [])).toEqual([]);
});

test("a week belongs to its child's owner", async () => {
  await db.pool.query(`${CHILD} ON CONFLICT (user_id, name) DO NOTHING`, [ANN, "Kid A"]);
  await expect(db.pool.query(WEEK, [BEN, "Kid A", MONDAY])).rejects.toMatchObject({
    code: "23503",
    constraint: "weeks_child_fkey",
  });
});

test("two families with a child of one name save the same week", async () => {
  for (const owner of [ANN, BEN]) {
    await db.pool.query(CHILD, [owner, "Kid Same"]);
    await db.pool.query(WEEK, [owner, "Kid Same", MONDAY]);
  }
  const { rows } = await db.pool.query("SELECT FROM public.weeks WHERE child_name = 'Kid Same'");
  expect(rows).toHaveLength(2);
});

test("row security is on in every table of both shapes, with a policy or with none at all", async () => {
  const { rows } = await db.pool.query(`
    SELECT relname AS table, relrowsecurity AS on, count(polname)::integer AS policies
    FROM pg_class
    LEFT JOIN pg_policy ON polrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    GROUP BY relname, relrowsecurity
    ORDER BY relname`);
  expect(rows).toEqual(
    [
      ...TABLES.map((table) => ({ table, on: true, policies: 1 })),
      ...["kept_cells", "kept_children", "kept_habits", "kept_sheets"].map((table) => ({
        table,
        on: true,
        policies: 0,
      })),
    ].toSorted((a, b) => (a.table < b.table ? -1 : 1)),
  );
});

test("a child of the same name under another owner is not touched", async () => {
  let ann = "";
  let ben = "";
  const habits = await installHabits(async ({ pool }) => {
    ann = await saveWeek(pool, { habits: [habit(1, "g......")] });
    ben = await saveWeek(pool, { owner: BEN, label: "Ben's", habits: [habit(1, "y......")] });
  });
  await habits.moves.forwardTo("writes_switched");
  const { pool } = habits.db;
  await pool.query(
    "UPDATE public.habit_records SET status = 'red' WHERE user_id = $1 AND child_name = 'Kid A'",
    [BEN],
  );
  await pool.query("UPDATE public.children SET name = 'Kid Z' WHERE user_id = $1", [BEN]);
  await habits.moves.drain();
  expect(await slotsOf(pool, ben, 1)).toBe("r......");
  expect(await slotsOf(pool, ann, 1)).toBe("g......");
  expect(await recordsOf(pool, ann)).toEqual(["1 2025-10-13 green"]);
  const { rows } = await pool.query("SELECT user_id, child_name FROM public.habit_tracker ORDER BY user_id");
  expect(rows).toEqual([
    { user_id: ANN, child_name: "Kid A" },
    { user_id: BEN, child_name: "Kid Z" },
  ]);
});

test("a week that the legacy key has no room for is named, and the new side keeps it", async () => {
  const habits = await installHabits(({ pool }) => saveWeek(pool));
  await habits.moves.forwardTo("writes_switched");
  const { pool } = habits.db;
  await pool.query("INSERT INTO auth.users (id) VALUES ($1)", [BEN]);
  await pool.query(CHILD, [BEN, "Kid A"]);
  const { rows } = await pool.query(WEEK, [BEN, "Kid A", MONDAY]);
  await habits.moves.drain();
  const held = await pool.query("SELECT direction, kind, unit, error FROM cutover.quarantine");
  expect(held.rows).toContainEqual({
    direction: "reverse",
    kind: "sheet",
    unit: expect.stringContaining(rows[0].sheet_id),
    error: expect.stringContaining("habit_tracker_child_name_week_period_key"),
  });
  expect((await pool.query("SELECT FROM public.weeks WHERE user_id = $1", [BEN])).rowCount).toBe(1);
});
