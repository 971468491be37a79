import type { Random } from "../data/random.ts";
import { freshMonday } from "./fresh.ts";
import { findSheet, lockHabit, lockWeek, ownHabitIds } from "./new-sheet.ts";
import { sideOfHabit } from "./partition.ts";
import type { Reach, Step } from "./step.ts";

const DEFAULT_NAMES = ["Get up", "Wash", "Read", "Tidy up", "Sleep"];

/** Renames a habit in all of its weeks: a sheet of two weeks has it twice. */
export function renameHabit(reach: Reach, random: Random): Step {
  return async (client) => {
    const { sheet } = reach.candidate;
    const ids = await ownHabitIds(client, reach);
    if (ids.length === 0) return undefined;
    const habit = random.pick(ids);
    const [first] = await lockHabit(client, sheet, habit);
    if (first === undefined) return undefined;
    const to = `Habit ${random.integer(1000, 9999)}`;
    await client.query("UPDATE public.habits SET name = $3 WHERE sheet_id = $1 AND habit_id = $2", [
      sheet,
      habit,
      to,
    ]);
    return { kind: "renameHabit", sheet, habit, from: first.name, to };
  };
}

/** Deletes a habit from all weeks of its sheet; its records go with it. */
export function deleteHabit(reach: Reach, random: Random): Step {
  return async (client) => {
    const { sheet } = reach.candidate;
    const ids = await ownHabitIds(client, reach);
    if (ids.length === 0) return undefined;
    const habit = random.pick(ids);
    await lockHabit(client, sheet, habit);
    const { rowCount } = await client.query(
      "DELETE FROM public.habits WHERE sheet_id = $1 AND habit_id = $2",
      [sheet, habit],
    );
    return rowCount === 0 ? undefined : { kind: "deleteHabit", sheet, habit };
  };
}

/** Adds a habit to a sheet that lies in one week; in a sheet of two weeks it would need two rows. */
export function addHabit(reach: Reach): Step {
  return async (client) => {
    const { sheet } = reach.candidate;
    const week = await lockWeek(client, sheet);
    if (week === undefined || week.start_offset !== 0) return undefined;
    const { rows } = await client.query(
      `SELECT nextval('public.habit_ids') AS one, nextval('public.habit_ids') AS other,
         count(*)::integer AS habits, coalesce(max(display_order) + 1, 0) AS place
       FROM public.habits
       WHERE sheet_id = $1`,
      [sheet],
    );
    const { one, other, habits, place } = rows[0];
    if (habits >= 20) return undefined;
    // Of two neighbours one is odd, as the new side's habits of shared families are.
    const habit: string = reach.halved && sideOfHabit(one) !== "new" ? other : one;
    const name = "New habit";
    await client.query(
      `INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [week.user_id, week.child_name, week.monday, sheet, habit, name, place],
    );
    return { kind: "addHabit", sheet, habit, name };
  };
}

export function setText(reach: Reach, random: Random, column: "theme" | "reward"): Step {
  return async (client) => {
    const { sheet } = reach.candidate;
    const week = await lockWeek(client, sheet);
    if (week === undefined) return undefined;
    const to = random.pick([null, "", `${column} ${random.integer(1000, 9999)}`]);
    await client.query(`UPDATE public.weeks SET ${column} = $2 WHERE sheet_id = $1`, [sheet, to]);
    const kind = column === "theme" ? "setTheme" : "setReward";
    return { kind, sheet, from: week[column], to };
  };
}

/** Counts one up in the theme of a hot sheet. */
export function countUp(reach: Reach): Step {
  return async (client) => {
    const { rows } = await client.query(
      `UPDATE public.weeks
       SET theme = (CASE WHEN theme ~ '^[0-9]+$' THEN theme::bigint + 1 ELSE 1 END)::text
       WHERE sheet_id = $1
       RETURNING theme`,
      [reach.candidate.sheet],
    );
    if (rows[0] === undefined) return undefined;
    return { kind: "increment", sheet: reach.candidate.sheet, column: "theme", to: rows[0].theme };
  };
}

/** A new week with five habits, for the child of a sheet, far from all other weeks. */
export function createWeek(reach: Reach, random: Random): Step {
  return async (client) => {
    const neighbour = await findSheet(client, reach.candidate.sheet);
    if (neighbour === undefined) return undefined;
    const { owner, child } = neighbour;
    const monday = await freshMonday(client);
    const theme = random.pick([null, "", "A new theme"]);
    const created = await client.query(
      `INSERT INTO public.weeks (user_id, child_name, week_start_date, theme, reflection, reward)
       VALUES ($1, $2, $3, $4, '{}', NULL)
       ON CONFLICT (user_id, child_name, week_start_date) DO NOTHING
       RETURNING sheet_id`,
      [owner, child, monday, theme],
    );
    const sheet: string | undefined = created.rows[0]?.sheet_id;
    if (sheet === undefined) return undefined;
    const habits = await client.query(
      `INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, name, display_order)
       SELECT $1, $2, $3, $4, name, place - 1
       FROM unnest($5::text[]) WITH ORDINALITY AS listed (name, place)
       RETURNING habit_id, name`,
      [owner, child, monday, sheet, DEFAULT_NAMES],
    );
    return {
      kind: "createSheet",
      sheet,
      owner,
      child,
      firstDay: monday,
      theme,
      reward: null,
      reflection: {},
      habits: habits.rows.map((row) => ({ habit: row.habit_id, name: row.name })),
    };
  };
}

/** Deletes a week that holds its own sheet and nothing of any other. */
export function deleteWeek(reach: Reach): Step {
  return async (client) => {
    const { sheet } = reach.candidate;
    const { rows } = await client.query(
      "SELECT FROM public.weeks WHERE sheet_id = $1 AND start_offset = 0 FOR UPDATE",
      [sheet],
    );
    if (rows.length === 0) return undefined;
    const { rowCount } = await client.query(
      `DELETE FROM public.weeks
       WHERE sheet_id = $1
         AND NOT EXISTS (
           SELECT
           FROM public.habits
           WHERE (habits.user_id, habits.child_name, habits.week_start_date)
               = (weeks.user_id, weeks.child_name, weeks.week_start_date)
             AND habits.sheet_id <> weeks.sheet_id
         )
         AND NOT EXISTS (
           SELECT
           FROM public.kept_sheets
           WHERE (kept_sheets.user_id, kept_sheets.child_name, kept_sheets.week_start_date)
               = (weeks.user_id, weeks.child_name, weeks.week_start_date)
         )`,
      [sheet],
    );
    return rowCount === 1 ? { kind: "deleteSheet", sheet } : undefined;
  };
}
