import type { Queryable } from "../../../../src/db.ts";
import { withClient } from "../../../../src/db.ts";
import type { TestDatabase } from "../../../../test/helpers/database.ts";
import { addDays, weekLabel } from "../../data/dates.ts";
import type { LegacyHabit } from "../../data/statistics.ts";
import type { InstalledHabits } from "../installed.ts";

export const ANN = "aaaaaaaa-0000-4000-a000-00000000000a";
export const BEN = "bbbbbbbb-0000-4000-a000-00000000000b";

const COLOURS: Record<string, string> = { g: "green", y: "yellow", r: "red", ".": "" };

/** A habit with its seven slots as letters: `g.y...r`. */
export function habit(id: number, slots = ".......", name = `Habit ${id}`): LegacyHabit {
  return { id, name, times: [...slots].map((letter) => COLOURS[letter] ?? letter) };
}

/** A legacy row; Monday the 13th of October 2025 unless said otherwise. */
export interface Week {
  readonly owner?: string | null;
  readonly child?: string;
  readonly firstDay?: string;
  readonly label?: string;
  readonly habits?: readonly object[];
  readonly theme?: string | null;
  readonly reward?: string | null;
  readonly reflection?: unknown;
}

export const MONDAY = "2025-10-13";

/** Saves a week as the old application does; returns its id. */
export async function saveWeek(client: Queryable, week: Week = {}): Promise<string> {
  const firstDay = week.firstDay ?? MONDAY;
  const owner = week.owner === undefined ? ANN : week.owner;
  if (owner !== null) {
    await client.query("INSERT INTO auth.users (id) VALUES ($1) ON CONFLICT (id) DO NOTHING", [owner]);
  }
  const { rows } = await client.query(
    `INSERT INTO public.habit_tracker
       (user_id, child_name, week_period, week_start_date, habits, theme, reward, reflection)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     RETURNING id`,
    [
      owner,
      week.child ?? "Kid A",
      week.label ?? weekLabel(firstDay),
      firstDay,
      JSON.stringify(week.habits ?? [habit(1, "g.y...r")]),
      week.theme ?? null,
      week.reward ?? null,
      JSON.stringify(week.reflection ?? {}),
    ],
  );
  return rows[0].id;
}

/** The records of a sheet: `habit date status`, in their order, with the note where there is one. */
export async function recordsOf(client: Queryable, sheet: string): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT concat_ws(' ', habit_id, record_date, status, note) AS record
     FROM public.habit_records
     WHERE sheet_id = $1
     ORDER BY habit_id, record_date`,
    [sheet],
  );
  return rows.map((row) => row.record);
}

/** The slots of a habit in the legacy document, as letters. */
export async function slotsOf(client: Queryable, sheet: string, habitId: number | string): Promise<string> {
  const { rows } = await client.query(
    `SELECT entry -> 'times' AS times
     FROM public.habit_tracker
     CROSS JOIN LATERAL jsonb_array_elements(habits) AS habit (entry)
     WHERE id = $1 AND (entry -> 'id')::bigint = $2`,
    [sheet, habitId],
  );
  return (rows[0].times as string[]).map((colour) => colour[0] ?? ".").join("");
}

/** Writes past the sync, as a script with too many rights would: no trigger sees it. */
export async function behindTheSync(db: TestDatabase, sql: string): Promise<number> {
  return withClient(db.url, async (client) => {
    await client.query("SET session_replication_role = replica");
    return (await client.query(sql)).rowCount ?? 0;
  });
}

/** What verify says, each difference as `finding table key`; the units are repaired and have to be true then. */
export async function verifyAndRepair({
  db,
  moves,
}: InstalledHabits): Promise<{ units: string[]; rows: string[] }> {
  const { run, differences } = await moves.verify();
  await db.pool.query("SELECT * FROM cutover.repair($1, 100000)", [run]);
  const after = await moves.verify();
  if (after.driftedUnits > 0)
    throw new Error(`${after.driftedUnits} units are still not true after the repair`);
  const forward = differences.filter(({ direction }) => direction === "forward");
  return {
    units: [...new Set(forward.map(({ unit }) => unit as string))],
    rows: forward.map(({ finding, table_name, key }) => `${finding} ${table_name} ${JSON.stringify(key)}`),
  };
}

/** Monday and the weeks after it. */
export function mondays(count: number): string[] {
  return Array.from({ length: count }, (_, week) => addDays(MONDAY, 7 * week));
}
