import type { Client } from "../../../src/db.ts";
import { sideOfHabit } from "./partition.ts";
import type { Reach } from "./step.ts";

/** A legacy row that this transaction has locked. */
export interface LockedSheet {
  readonly sheet: string;
  readonly owner: string;
  readonly child: string;
  readonly firstDay: string;
  readonly theme: string | null;
  readonly reward: string | null;
  readonly habits: LockedHabit[];
}

/** A habit in the JSON array of a locked row. */
export interface LockedHabit {
  /** Its place in the array. */
  readonly place: number;
  readonly id: string;
  readonly name: string;
  readonly times: string[];
}

/** Locks the row first: whatever is read of it then stays true until this transaction ends. */
export async function lockSheet(client: Client, sheet: string): Promise<LockedSheet | undefined> {
  const { rows } = await client.query(
    `SELECT id, user_id, child_name, week_start_date::text AS first_day, theme, reward, habits
     FROM public.habit_tracker
     WHERE id = $1
     FOR UPDATE`,
    [sheet],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const habits = (row.habits as { id: number; name: string; times: string[] }[]).map((habit, place) => ({
    place,
    id: String(habit.id),
    name: habit.name,
    times: habit.times,
  }));
  return {
    sheet,
    owner: row.user_id,
    child: row.child_name,
    firstDay: row.first_day,
    theme: row.theme,
    reward: row.reward,
    habits,
  };
}

/** The habits of a locked row that a step may touch. */
export function ownHabits(row: LockedSheet, reach: Reach): LockedHabit[] {
  return reach.halved ? row.habits.filter((habit) => sideOfHabit(habit.id) === "legacy") : row.habits;
}
