import { beforeAll, expect, test } from "vitest";
import { withClient } from "../../../../src/db.ts";
import { addDays } from "../../data/dates.ts";
import { type InstalledHabits, installHabits } from "../installed.ts";
import { ANN, habit, MONDAY, recordsOf, saveWeek, slotsOf } from "./fixture.ts";

let habits: InstalledHabits;
let sheet: string;

beforeAll(async () => {
  habits = await installHabits(async ({ pool }) => {
    sheet = await saveWeek(pool, { habits: [habit(1, "g......"), habit(2, "y......")] });
  });
  await habits.moves.forwardTo("backfilled");
});

const TOGGLE = `UPDATE public.habit_tracker SET habits = jsonb_set(habits, $2, '"red"') WHERE id = $1`;

/** Resolves when a session waits for a lock that another one holds. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const { rows } = await habits.db.pool.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
}

async function pending(): Promise<number> {
  const { rows } = await habits.db.pool.query("SELECT count(*)::integer AS units FROM cutover.outbox");
  return rows[0].units;
}

test("a write that is rolled back has left nothing on either side", async () => {
  const before = await recordsOf(habits.db.pool, sheet);
  await withClient(habits.db.url, async (client) => {
    await client.query("BEGIN");
    await client.query(TOGGLE, [sheet, ["0", "times", "3"]]);
    await client.query("ROLLBACK");
  });
  expect(await recordsOf(habits.db.pool, sheet)).toEqual(before);
  expect(await pending()).toBe(0);
});

test("what could not be written at commit stays pending under its name, and is written later", async () => {
  const blocker = await habits.db.connect();
  await blocker.query("BEGIN");
  await blocker.query("SELECT FROM public.weeks WHERE sheet_id = $1 FOR UPDATE", [sheet]);
  await blocker.query("SELECT FROM public.habit_records WHERE sheet_id = $1 FOR UPDATE", [sheet]);
  await habits.db.pool.query(
    `UPDATE public.habit_tracker SET theme = 'Pending', habits = jsonb_set(habits, '{0,times,0}', '"yellow"') WHERE id = $1`,
    [sheet],
  );
  const { rows } = await habits.db.pool.query("SELECT kind, unit FROM cutover.outbox");
  expect(rows).toEqual([{ kind: "week", unit: expect.stringContaining(MONDAY) }]);
  expect((await habits.moves.verify()).driftedUnits).toBe(0);
  await blocker.query("ROLLBACK");
  await habits.moves.drain();
  expect(await pending()).toBe(0);
  expect(await recordsOf(habits.db.pool, sheet)).toContain("1 2025-10-13 yellow");
});

test("a session that dies in the middle of saving a week leaves both sides as they were", async () => {
  const before = await recordsOf(habits.db.pool, sheet);
  const client = await habits.db.connect();
  await client.query("BEGIN");
  await client.query("UPDATE public.habit_tracker SET habits = '[]' WHERE id = $1", [sheet]);
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  await habits.db.pool.query("SELECT pg_terminate_backend($1, 5000)", [rows[0].pid]);
  expect(await recordsOf(habits.db.pool, sheet)).toEqual(before);
  expect(await slotsOf(habits.db.pool, sheet, 2)).toBe("y......");
  expect(await pending()).toBe(0);
});

test("two first saves for one child at once make one child, and fail nobody", async () => {
  const sessions = [await habits.db.connect(), await habits.db.connect()];
  for (const [week, client] of sessions.entries()) {
    await client.query("BEGIN");
    await saveWeek(client, { child: "Kid New", firstDay: addDays(MONDAY, 7 * week) });
  }
  await Promise.all(sessions.map((client) => client.query("COMMIT")));
  await habits.moves.drain();
  const { rows } = await habits.db.pool.query(`
    SELECT (SELECT count(*)::integer FROM public.children WHERE name = 'Kid New') AS children,
      (SELECT count(*)::integer FROM public.weeks WHERE child_name = 'Kid New') AS weeks`);
  expect(rows).toEqual([{ children: 1, weeks: 2 }]);
});

test("two cells of one document set at once both survive on both sides", async () => {
  const [first, second] = [await habits.db.connect(), await habits.db.connect()];
  await first.query("BEGIN");
  await first.query(TOGGLE, [sheet, ["1", "times", "4"]]);
  const waiting = second.query(TOGGLE, [sheet, ["1", "times", "5"]]);
  await someoneWaits();
  await first.query("COMMIT");
  await waiting;
  await habits.moves.drain();
  expect(await slotsOf(habits.db.pool, sheet, 2)).toBe("y...rr.");
  expect(await recordsOf(habits.db.pool, sheet)).toEqual(
    expect.arrayContaining(["2 2025-10-17 red", "2 2025-10-18 red"]),
  );
});

test("every key that an upsert needs can arbitrate ON CONFLICT", async () => {
  const upserts = {
    children: "(user_id, name) VALUES ($1, 'Kid U') ON CONFLICT (user_id, name)",
    weeks:
      "(user_id, child_name, week_start_date) VALUES ($1, 'Kid U', '2025-10-13') ON CONFLICT (user_id, child_name, week_start_date)",
    habits: `(user_id, child_name, week_start_date, sheet_id, habit_id, name)
      VALUES ($1, 'Kid U', '2025-10-13', 77, 1, 'H') ON CONFLICT (sheet_id, habit_id, week_start_date)`,
    habit_records: `(user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
      VALUES ($1, 'Kid U', '2025-10-13', 77, 1, '2025-10-14', 'green') ON CONFLICT (sheet_id, habit_id, record_date)`,
  };
  const client = await habits.db.connect();
  await client.query("BEGIN");
  await client.query("SET LOCAL session_replication_role = replica");
  for (const twice of [1, 2]) {
    for (const [table, upsert] of Object.entries(upserts)) {
      const { rowCount } = await client.query(
        `INSERT INTO public.${table} ${upsert} DO UPDATE SET updated_at = excluded.updated_at`,
        [ANN],
      );
      expect(rowCount, `${table}, time ${twice}`).toBe(1);
    }
  }
  await client.query("ROLLBACK");
});
