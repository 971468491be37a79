import type { Client } from "../../../src/db.ts";
import { sideOfHabit } from "./partition.ts";
import type { Reach } from "./step.ts";

/** A sheet of the new shape: a week's own one, or one that shares its home week. */
export interface NewSheet {
  readonly sheet: string;
  readonly owner: string;
  readonly child: string;
  readonly monday: string;
  readonly startOffset: number;
  /** Whether a row of weeks carries it; else it stands in kept_sheets, which no application writes. */
  readonly main: boolean;
}

export async function findSheet(client: Client, sheet: string): Promise<NewSheet | undefined> {
  const { rows } = await client.query(
    `SELECT user_id, child_name, week_start_date::text AS monday, start_offset, true AS main
     FROM public.weeks
     WHERE sheet_id = $1
     UNION ALL
     SELECT user_id, child_name, week_start_date::text AS monday, start_offset, false AS main
     FROM public.kept_sheets
     WHERE sheet_id = $1`,
    [sheet],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { user_id: owner, child_name: child, monday, start_offset: startOffset, main } = row;
  return { sheet, owner, child, monday, startOffset, main };
}

/** The ids of a sheet's habits that a step may touch. */
export async function ownHabitIds(client: Client, reach: Reach): Promise<string[]> {
  const { rows } = await client.query(
    "SELECT DISTINCT habit_id FROM public.habits WHERE sheet_id = $1 ORDER BY habit_id",
    [reach.candidate.sheet],
  );
  const ids = rows.map((row) => row.habit_id as string);
  return reach.halved ? ids.filter((id) => sideOfHabit(id) === "new") : ids;
}

/** A habit's row in one week, locked. */
export interface LockedHabitRow {
  readonly user_id: string;
  readonly child_name: string;
  readonly week_start_date: string;
  readonly name: string;
}

/**
 * Locks a habit's rows in the weeks between the two dates, in their order. NO KEY UPDATE, as an update would take it:
 * records may still be inserted under other locks of the same row's key.
 */
export async function lockHabit(
  client: Client,
  sheet: string,
  habit: string,
  from = "-infinity",
  to = "infinity",
): Promise<LockedHabitRow[]> {
  const { rows } = await client.query<LockedHabitRow>(
    `SELECT user_id, child_name, week_start_date::text, name
     FROM public.habits
     WHERE sheet_id = $1 AND habit_id = $2 AND week_start_date BETWEEN $3 AND $4
     ORDER BY habits.week_start_date
     FOR NO KEY UPDATE`,
    [sheet, habit, from, to],
  );
  return rows;
}

/** A week's row, found by its main sheet and locked. */
export interface LockedWeek {
  readonly user_id: string;
  readonly child_name: string;
  readonly monday: string;
  readonly start_offset: number;
  readonly theme: string | null;
  readonly reward: string | null;
}

export async function lockWeek(client: Client, sheet: string): Promise<LockedWeek | undefined> {
  const { rows } = await client.query<LockedWeek>(
    `SELECT user_id, child_name, week_start_date::text AS monday, start_offset, theme, reward
     FROM public.weeks
     WHERE sheet_id = $1
     FOR NO KEY UPDATE`,
    [sheet],
  );
  return rows[0];
}
