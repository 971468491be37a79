import { dayAfter } from "./calendar.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Cell, Habit, Sheet } from "./types.ts";

/** A row of `public.habit_tracker`; habits as JSON text, null where the column is NULL. */
export interface LegacyRow {
  id: string;
  user_id: string | null;
  child_name: string;
  week_start_date: string | null;
  theme: string | null;
  reward: string | null;
  reflection: string | null;
  habits: string | null;
}

const COLOURS: readonly unknown[] = ["", "green", "yellow", "red"];
/** The uuid that stands for nobody. */
const NOBODY = "00000000-0000-0000-0000-000000000000";
const FIRST_DATE = "1970-01-05";
const LAST_DATE = "2999-12-23";

/** Why nobody can say what the row means; undefined when it is clear. */
export function reasonAgainst(row: LegacyRow): string | undefined {
  if (row.user_id === null || row.user_id === NOBODY) return "unknown-owner";
  const nameLength = [...row.child_name].length;
  if (nameLength < 1 || nameLength > 100) return "unusable-child-name";
  const date = row.week_start_date;
  if (date === null || date.length !== 10 || date < FIRST_DATE || date > LAST_DATE) return "unknown-date";
  const habits: unknown = row.habits === null ? null : JSON.parse(row.habits);
  if (!Array.isArray(habits) || !habits.every(isHabit)) return "malformed-habits";
  if (!habits.every((habit: { times?: unknown }) => isSevenTimes(habit.times))) return "malformed-times";
  const ids = new Set(habits.map((habit: { id: number }) => habit.id));
  return ids.size < habits.length ? "duplicate-habit-id" : undefined;
}

/** @param row one that `reasonAgainst` has nothing against */
export function sheetOf(row: LegacyRow): Sheet {
  const firstDay = row.week_start_date as string;
  const listed = JSON.parse(row.habits as string) as { id: number; name: string; times: Cell["colour"][] }[];
  const habits = new Map<string, Habit>();
  for (const { id, name, times } of listed) {
    const cells = new Map<string, Cell>();
    for (const [slot, colour] of times.entries()) {
      if (colour !== "") cells.set(dayAfter(firstDay, slot), { colour, note: null, none: false });
    }
    habits.set(String(id), { name, cells });
  }
  return {
    owner: row.user_id as string,
    child: row.child_name,
    firstDay,
    theme: row.theme,
    reward: row.reward,
    reflection: row.reflection === null ? null : canonicalJson(JSON.parse(row.reflection)),
    habits,
  };
}

function isHabit(habit: unknown): boolean {
  if (habit === null || typeof habit !== "object" || Array.isArray(habit)) return false;
  const { id, name, times: _, ...others } = habit as Record<string, unknown>;
  if (Object.keys(others).length > 0 || typeof name !== "string") return false;
  const length = [...name].length;
  return Number.isSafeInteger(id) && length >= 1 && length <= 200;
}

function isSevenTimes(times: unknown): boolean {
  return Array.isArray(times) && times.length === 7 && times.every((time) => COLOURS.includes(time));
}
