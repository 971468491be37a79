import type { Client } from "../../../src/db.ts";
import { addDays } from "../data/dates.ts";
import type { Random } from "../data/random.ts";
import { findSheet, type LockedHabitRow, lockHabit, ownHabitIds } from "./new-sheet.ts";
import type { Reach, Step } from "./step.ts";

/** One day of one habit, its habit row locked in the week of that day. */
interface LockedCell extends LockedHabitRow {
  readonly sheet: string;
  readonly habit: string;
  readonly date: string;
  /** What stands there, undefined where there is no record. */
  readonly record: { readonly status: string; readonly note: string | null } | undefined;
}

/** Picks one of the seven days of a sheet and one of its habits, and locks that habit in the week of that day. */
async function lockCell(client: Client, reach: Reach, random: Random): Promise<LockedCell | undefined> {
  const sheet = await findSheet(client, reach.candidate.sheet);
  const habits = sheet ? await ownHabitIds(client, reach) : [];
  if (sheet === undefined || habits.length === 0) return undefined;
  const habit = random.pick(habits);
  const date = addDays(sheet.monday, sheet.startOffset + random.integer(0, 6));
  const [row] = await lockHabit(client, sheet.sheet, habit, addDays(date, -6), date);
  if (row === undefined) return undefined;
  const { rows } = await client.query(
    "SELECT status, note FROM public.habit_records WHERE sheet_id = $1 AND habit_id = $2 AND record_date = $3",
    [sheet.sheet, habit, date],
  );
  return { ...row, sheet: sheet.sheet, habit, date, record: rows[0] };
}

async function upsertRecord(
  client: Client,
  cell: LockedCell,
  column: "status" | "note",
  record: { status: string; note: string | null },
): Promise<void> {
  await client.query(
    `INSERT INTO public.habit_records
       (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status, note)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET ${column} = excluded.${column}`,
    [
      cell.user_id,
      cell.child_name,
      cell.week_start_date,
      cell.sheet,
      cell.habit,
      cell.date,
      record.status,
      record.note,
    ],
  );
}

/** Gives a cell a colour, or the status none, which the legacy shape cannot say. */
export function setStatus(reach: Reach, random: Random, statuses: readonly string[]): Step {
  return async (client) => {
    const cell = await lockCell(client, reach, random);
    if (cell === undefined) return undefined;
    const to = random.pick(statuses);
    const from = cell.record?.status ?? "";
    if (from === to) return undefined;
    await upsertRecord(client, cell, "status", { status: to, note: null });
    return { kind: "setCell", sheet: cell.sheet, habit: cell.habit, date: cell.date, from, to };
  };
}

/** Clears a cell: its record goes, and its note with it. */
export function clearCell(reach: Reach, random: Random): Step {
  return async (client) => {
    const cell = await lockCell(client, reach, random);
    if (cell?.record === undefined) return undefined;
    await client.query(
      "DELETE FROM public.habit_records WHERE sheet_id = $1 AND habit_id = $2 AND record_date = $3",
      [cell.sheet, cell.habit, cell.date],
    );
    const { sheet, habit, date } = cell;
    return { kind: "setCell", sheet, habit, date, from: cell.record.status, to: "" };
  };
}

/** Writes a note beside a cell, which the legacy shape cannot say; without a record there is one with status none. */
export function setNote(reach: Reach, random: Random): Step {
  return async (client) => {
    const cell = await lockCell(client, reach, random);
    if (cell === undefined) return undefined;
    const note = cell.record?.note && random.chance(0.2) ? null : `Note ${random.integer(1, 9999)}`;
    if (cell.record?.note === note) return undefined;
    await upsertRecord(client, cell, "note", { status: "none", note });
    return { kind: "setNote", sheet: cell.sheet, habit: cell.habit, date: cell.date, note };
  };
}
