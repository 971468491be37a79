import type { Client } from "../../../src/db.ts";
import type { Random } from "../data/random.ts";
import * as legacy from "../writers/legacy-operations.ts";
import { legacySide } from "../writers/legacy-writer.ts";
import { clearCell, setNote, setStatus } from "../writers/new-cell.ts";
import * as fresh from "../writers/new-operations.ts";
import { newSide } from "../writers/new-writer.ts";
import type { Reach, Step } from "../writers/step.ts";

/** Steps of one side, and where it finds the sheets to take them on. */
export interface Steps {
  readonly side: typeof legacySide;
  readonly draw: readonly ((reach: Reach, random: Random) => Step)[];
}

export const legacySteps: Steps = {
  side: legacySide,
  draw: [
    (reach, random) => legacy.setSlot(reach, random, false),
    (reach, random) => legacy.setSlot(reach, random, true),
    legacy.renameHabit,
    legacy.addHabit,
    legacy.deleteHabit,
    legacy.setReflection,
    (reach, random) => legacy.setText(reach, random, "theme"),
    (reach, random) => legacy.setText(reach, random, "reward"),
    (reach, random) => legacy.createWeek(reach, random, []),
    legacy.deleteWeek,
    legacy.renameChild,
    moveWeek,
  ],
};

export const newSteps: Steps = {
  side: newSide,
  draw: [
    (reach, random) => setStatus(reach, random, ["green", "yellow", "red", "none"]),
    clearCell,
    setNote,
    fresh.renameHabit,
    fresh.addHabit,
    fresh.deleteHabit,
    (reach, random) => fresh.setText(reach, random, "theme"),
    (reach, random) => fresh.setText(reach, random, "reward"),
    fresh.createWeek,
    fresh.deleteWeek,
  ],
};

/** Lets a legacy week start some days later or earlier: its home may become another week, its marks go along. */
function moveWeek(reach: Reach, random: Random): Step {
  return async (client) => {
    await client.query(
      `UPDATE public.habit_tracker
       SET week_start_date = week_start_date + $2::integer, week_period = 'moved ' || id
       WHERE id = $1`,
      [reach.candidate.sheet, random.integer(-7, 7)],
    );
    return undefined;
  };
}

/** Takes steps of a writer on sheets that are there, in the transaction of the client. */
export async function applySteps(client: Client, random: Random, steps: Steps, count: number): Promise<void> {
  const candidates = await steps.side.candidates(client);
  for (let i = 0; i < count && candidates.length > 0; i += 1) {
    const candidate = random.pick(candidates);
    const draw = random.pick(steps.draw);
    await draw({ candidate, hot: false, halved: false }, random)(client);
  }
}

/** Puts into the new shape, here and there, what no legacy document can say, beyond notes and the status none. */
export async function onlyNewCanSay(client: Client, random: Random): Promise<void> {
  const some = `random_of.number < 0.2`;
  const number = (table: string, key: string) =>
    `CROSS JOIN LATERAL (SELECT get_byte(decode(md5('${random.integer(0, 1e9)}' || ${table}.${key}::text), 'hex'), 0) / 256.0 AS number) AS random_of`;
  await client.query(`
    UPDATE public.habits SET display_order = habits.display_order + (chosen.number * 20)::integer
    FROM (SELECT habits.sheet_id, habits.habit_id, random_of.number FROM public.habits ${number("habits", "name")} WHERE ${some}) AS chosen
    WHERE (habits.sheet_id, habits.habit_id) = (chosen.sheet_id, chosen.habit_id)`);
  // In the spill week alone: the home week's name is the one in the legacy document.
  await client.query(`
    UPDATE public.habits SET name = 'Another name', display_order = 7
    WHERE NOT EXISTS (
      SELECT FROM public.weeks
      WHERE weeks.sheet_id = habits.sheet_id AND weeks.week_start_date = habits.week_start_date
      UNION ALL
      SELECT FROM public.kept_sheets
      WHERE kept_sheets.sheet_id = habits.sheet_id AND kept_sheets.week_start_date = habits.week_start_date
    )`);
  // On a day of the home week before the sheet's first day, which its seven slots do not reach.
  await client.query(`
    INSERT INTO public.habit_records
      (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status, note)
    SELECT user_id, child_name, week_start_date, sheet_id, habit_id, week_start_date, 'red', NULL
    FROM public.weeks
    JOIN public.habits USING (user_id, child_name, week_start_date, sheet_id)
    WHERE weeks.start_offset > 0
    ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET status = excluded.status`);
  await client.query(
    `INSERT INTO public.children (user_id, name) SELECT DISTINCT user_id, 'No week yet' FROM public.children`,
  );
  await client.query(`
    UPDATE public.weeks SET sheet_id = DEFAULT, theme = 'Its own sheet now'
    WHERE sheet_id IS NULL AND extract(month FROM week_start_date) < 6`);
}
