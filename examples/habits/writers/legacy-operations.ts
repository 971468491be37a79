import type { Client } from "../../../src/db.ts";
import { addDays, weekLabel } from "../data/dates.ts";
import type { Random } from "../data/random.ts";
import { freshMonday, freshName } from "./fresh.ts";
import { freshNumber } from "./journal.ts";
import { lockSheet, ownHabits } from "./legacy-sheet.ts";
import type { Reach, Step } from "./step.ts";

const COLOURS = ["green", "yellow", "red"] as const;
const DEFAULT_NAMES = ["Get up", "Wash", "Read", "Tidy up", "Sleep"];

/** Sets one slot of the JSON document to a colour, or clears it. */
export function setSlot(reach: Reach, random: Random, clear: boolean): Step {
  return async (client) => {
    const row = await lockSheet(client, reach.candidate.sheet);
    const habits = row ? ownHabits(row, reach) : [];
    if (row === undefined || habits.length === 0) return undefined;
    const habit = random.pick(habits);
    const slot = random.integer(0, 6);
    const from = habit.times[slot] ?? "";
    const to = clear ? "" : random.pick(COLOURS);
    if (from === to) return undefined;
    await client.query(
      `UPDATE public.habit_tracker
       SET habits = jsonb_set(habits, ARRAY[$2, 'times', $3], to_jsonb($4::text))
       WHERE id = $1`,
      [row.sheet, String(habit.place), String(slot), to],
    );
    return {
      kind: "setCell",
      sheet: row.sheet,
      habit: habit.id,
      date: addDays(row.firstDay, slot),
      from,
      to,
    };
  };
}

export function renameHabit(reach: Reach, random: Random): Step {
  return async (client) => {
    const row = await lockSheet(client, reach.candidate.sheet);
    const habits = row ? ownHabits(row, reach) : [];
    if (row === undefined || habits.length === 0) return undefined;
    const habit = random.pick(habits);
    const to = `Habit ${random.integer(1, 999)}`;
    await client.query(
      `UPDATE public.habit_tracker
       SET habits = jsonb_set(habits, ARRAY[$2, 'name'], to_jsonb($3::text))
       WHERE id = $1`,
      [row.sheet, String(habit.place), to],
    );
    return { kind: "renameHabit", sheet: row.sheet, habit: habit.id, from: habit.name, to };
  };
}

export function deleteHabit(reach: Reach, random: Random): Step {
  return async (client) => {
    const row = await lockSheet(client, reach.candidate.sheet);
    const habits = row ? ownHabits(row, reach) : [];
    if (row === undefined || habits.length === 0) return undefined;
    const habit = random.pick(habits);
    await client.query("UPDATE public.habit_tracker SET habits = habits - $2::integer WHERE id = $1", [
      row.sheet,
      habit.place,
    ]);
    return { kind: "deleteHabit", sheet: row.sheet, habit: habit.id };
  };
}

/** Appends a habit as the interface does: numbered by something like a clock in milliseconds, without marks. */
export function addHabit(reach: Reach, random: Random): Step {
  return async (client) => {
    const row = await lockSheet(client, reach.candidate.sheet);
    if (row === undefined || row.habits.length >= 20) return undefined;
    // Even, as the legacy side's own habits of shared families are; odd ones only where nobody else writes.
    const odd = !reach.halved && random.chance(0.5) ? 1 : 0;
    const id = 1_760_000_000_000 + 2 * (await freshNumber(client)) + odd;
    const habit = { id, name: "New habit", times: ["", "", "", "", "", "", ""] };
    await client.query("UPDATE public.habit_tracker SET habits = habits || $2::jsonb WHERE id = $1", [
      row.sheet,
      JSON.stringify([habit]),
    ]);
    return { kind: "addHabit", sheet: row.sheet, habit: String(id), name: habit.name };
  };
}

export function setText(reach: Reach, random: Random, column: "theme" | "reward"): Step {
  return async (client) => {
    const row = await lockSheet(client, reach.candidate.sheet);
    if (row === undefined) return undefined;
    const to = random.pick([null, "", `${column} ${random.integer(1, 999)}`]);
    await client.query(`UPDATE public.habit_tracker SET ${column} = $2 WHERE id = $1`, [row.sheet, to]);
    const kind = column === "theme" ? "setTheme" : "setReward";
    return { kind, sheet: row.sheet, from: row[column], to };
  };
}

export function setReflection(reach: Reach, random: Random): Step {
  return async (client) => {
    const row = await lockSheet(client, reach.candidate.sheet);
    if (row === undefined) return undefined;
    const to = { bestDay: `Day ${random.integer(1, 7)}`, easiestHabit: "", nextWeekGoal: "" };
    await client.query("UPDATE public.habit_tracker SET reflection = $2 WHERE id = $1", [
      row.sheet,
      JSON.stringify(to),
    ]);
    return { kind: "setReflection", sheet: row.sheet, to };
  };
}

/** Counts one up in the reward of a hot sheet. */
export function countUp(reach: Reach): Step {
  return async (client) => {
    const { rows } = await client.query(
      `UPDATE public.habit_tracker
       SET reward = (CASE WHEN reward ~ '^[0-9]+$' THEN reward::bigint + 1 ELSE 1 END)::text
       WHERE id = $1
       RETURNING reward`,
      [reach.candidate.sheet],
    );
    if (rows[0] === undefined) return undefined;
    return { kind: "increment", sheet: reach.candidate.sheet, column: "reward", to: rows[0].reward };
  };
}

/** A new week for the child of a sheet: far from all others, or colliding with that sheet's own week. */
export function createWeek(reach: Reach, random: Random, avoid: readonly string[]): Step {
  return async (client) => {
    const neighbour = await lockSheet(client, reach.candidate.sheet);
    if (neighbour === undefined) return undefined;
    const { owner, child } = neighbour;
    const monday = await freshMonday(client);
    const colliding = random.chance(0.5);
    const firstDay = addDays(colliding ? neighbour.firstDay : monday, random.pick([-1, 0, 1]));
    const theme = random.pick([null, "", "A new theme"]);
    const habits = DEFAULT_NAMES.map((name, index) => ({ id: index + 1, name, times: Array(7).fill("") }));
    // The label is unique by the child's name alone: where it is taken, the interface could not save this week.
    const { rows } = await client.query(
      `INSERT INTO public.habit_tracker
         (user_id, child_name, week_period, week_start_date, theme, reward, reflection, habits)
       SELECT $1, $2, $3, $4::date, $5, '', '{}', $6
       WHERE NOT EXISTS (
         SELECT
         FROM public.habit_tracker AS undecidable
         WHERE undecidable.id = ANY ($7)
           AND undecidable.child_name = $2
           AND undecidable.week_start_date BETWEEN $4::date - 13 AND $4::date + 13
       )
       ON CONFLICT (child_name, week_period) DO NOTHING
       RETURNING id`,
      [owner, child, weekLabel(firstDay), firstDay, theme, JSON.stringify(habits), avoid],
    );
    if (rows[0] === undefined) return undefined;
    return {
      kind: "createSheet",
      sheet: rows[0].id,
      owner,
      child,
      firstDay,
      theme,
      reward: "",
      reflection: {},
      habits: habits.map(({ id, name }) => ({ habit: String(id), name })),
    };
  };
}

export function deleteWeek(reach: Reach): Step {
  return async (client: Client) => {
    const { rowCount } = await client.query("DELETE FROM public.habit_tracker WHERE id = $1", [
      reach.candidate.sheet,
    ]);
    return rowCount === 1 ? { kind: "deleteSheet", sheet: reach.candidate.sheet } : undefined;
  };
}

/** Renames the child of a sheet in all of its weeks, to a name that nobody has. */
export function renameChild(reach: Reach): Step {
  return async (client) => {
    const { sheet, owner } = reach.candidate;
    const found = await client.query("SELECT child_name FROM public.habit_tracker WHERE id = $1", [sheet]);
    const from: string | undefined = found.rows[0]?.child_name;
    if (from === undefined) return undefined;
    // In the order of their ids, as every other transaction locks them.
    await client.query(
      `SELECT FROM public.habit_tracker WHERE user_id = $1 AND child_name = $2 ORDER BY id FOR UPDATE`,
      [owner, from],
    );
    const to = await freshName(client, from);
    const { rows } = await client.query(
      `UPDATE public.habit_tracker SET child_name = $3 WHERE user_id = $1 AND child_name = $2 RETURNING id`,
      [owner, from, to],
    );
    if (rows.length === 0) return undefined;
    return { kind: "renameChild", owner, from, to, sheets: rows.map((row) => row.id) };
  };
}
