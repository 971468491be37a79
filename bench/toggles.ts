import type { Client, Queryable } from "../src/db.ts";
import { baseline } from "./databases.ts";

/** One mark of one sheet gets another colour, or none. */
export interface Toggle {
  readonly sheet: string;
  readonly owner: string;
  readonly child: string;
  readonly monday: string;
  /** Path of the slot inside the document. */
  readonly path: readonly string[];
  readonly habit: string;
  readonly day: string;
  readonly colour: string;
}

interface Cell extends Omit<Toggle, "colour"> {
  colour: string;
}

const COLOURS = ["green", "yellow", "red", ""];

/**
 * A sequence of toggles, the same for equal data: every cell in turn takes the colour after the one that it has, so that records
 * are added, changed and deleted.
 */
export async function chooseToggles(client: Queryable, count: number): Promise<Toggle[]> {
  const { rows: cells } = await client.query<Cell>(CELLS, [count]);
  if (cells.length === 0) throw new Error("there is no cell to toggle");
  return Array.from({ length: count }, (_, index) => {
    const cell = cells[index % cells.length] as Cell;
    cell.colour = COLOURS[(COLOURS.indexOf(cell.colour) + 1) % COLOURS.length] as string;
    return { ...cell };
  });
}

/** Toggles on one session: what the application sends, prepared once. */
export async function toggler(client: Client): Promise<(toggle: Toggle) => Promise<void>> {
  const text = await baseline("toggle-cell.sql");
  return async ({ sheet, path, colour }) => {
    const { rowCount } = await client.query({ name: "toggle", text, values: [sheet, path, colour] });
    if (rowCount !== 1) throw new Error(`sheet ${sheet} is gone`);
  };
}

/** Toggles on one session by a client that writes both shapes itself, in one transaction or in two. */
export async function clientToggler(
  client: Client,
  transactions: "one" | "two",
): Promise<(toggle: Toggle) => Promise<void>> {
  const toggle = await toggler(client);
  const text = await baseline("client-writes-record.sql");
  const writeRecord = ({ sheet, habit, day, colour, owner, child, monday }: Toggle) =>
    client.query({ name: "record", text, values: [sheet, habit, day, colour, owner, child, monday] });
  return async (wanted) => {
    if (transactions === "one") await client.query("BEGIN");
    await toggle(wanted);
    await writeRecord(wanted);
    if (transactions === "one") await client.query("COMMIT");
  };
}

/** One cell each of sheets all over the table, of those alone of which everybody can say what they mean. */
const CELLS = `
SELECT sheet.id::text AS sheet, sheet.user_id::text AS owner, sheet.child_name AS child,
       date_trunc('week', sheet.week_start_date + slot.number)::date::text AS monday,
       ARRAY[place.number::text, 'times', slot.number::text] AS path,
       sheet.habits #>> ARRAY[place.number::text, 'id'] AS habit,
       (sheet.week_start_date + slot.number)::text AS day,
       sheet.habits #>> ARRAY[place.number::text, 'times', slot.number::text] AS colour
  FROM public.habit_tracker AS sheet
 CROSS JOIN LATERAL (SELECT (sheet.id % jsonb_array_length(sheet.habits))::integer AS number) AS place
 CROSS JOIN LATERAL (SELECT (sheet.id % 7)::integer AS number) AS slot
 WHERE sheet.user_id IS NOT NULL
   AND jsonb_array_length(sheet.habits) > 0
   AND NOT EXISTS (
     SELECT FROM cutover_habits.forward_week_held_all AS held
      WHERE (held.unit).user_id = sheet.user_id AND (held.unit).child_name = sheet.child_name
        AND (held.unit).week_start_date BETWEEN sheet.week_start_date - 6 AND sheet.week_start_date + 6)
 ORDER BY md5(sheet.id::text)
 LIMIT $1`;
