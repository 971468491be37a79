import type { Queryable } from "../../../src/db.ts";
import { dayAfter, mondayOf, touchedMondays } from "./calendar.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Cell, Sheet, State } from "./types.ts";

/** The new side in the model's words, and what does not fit together inside it. */
export interface NewState extends State {
  /** Rows that belong to nothing, stand in a wrong week or are missing in a touched one; empty when all is well. */
  readonly strays: Stray[];
}

export interface Stray {
  readonly sheet: string;
  readonly what: string;
}

interface SheetRow {
  sheet_id: string;
  user_id: string;
  child_name: string;
  monday: string;
  start_offset: number;
  theme: string | null;
  reflection: string | null;
  reward: string | null;
}

interface HabitRow {
  sheet_id: string;
  habit_id: string;
  user_id: string;
  child_name: string;
  monday: string;
  name: string;
}

interface RecordRow extends Omit<HabitRow, "name"> {
  record_date: string;
  status: string;
  note: string | null;
}

const PAGE_ROWS = 20_000;

/**
 * What the new side says. Takes several reads: for an exact picture beside writers, hand in a session inside a
 * REPEATABLE READ transaction.
 */
export async function readNew(client: Queryable): Promise<NewState> {
  const state: NewState = { sheets: new Map(), undecidable: new Map(), strays: [] };
  await readSheets(client, state);
  await readHabits(client, state);
  await readRecords(client, state);
  return state;
}

async function readSheets(client: Queryable, state: NewState): Promise<void> {
  const { rows } = await client.query<SheetRow>(`
    SELECT
      sheet_id::text, user_id::text, child_name, week_start_date::text AS monday, start_offset, theme,
      reflection::text, reward
    FROM public.weeks
    WHERE sheet_id IS NOT NULL
    UNION ALL
    SELECT
      sheet_id::text, user_id::text, child_name, week_start_date::text AS monday, start_offset, theme,
      reflection::text, reward
    FROM public.kept_sheets`);
  for (const row of rows) {
    if (state.sheets.has(row.sheet_id)) stray(state, row.sheet_id, "the sheet is there twice");
    state.sheets.set(row.sheet_id, {
      owner: row.user_id,
      child: row.child_name,
      firstDay: dayAfter(row.monday, row.start_offset),
      theme: row.theme,
      reward: row.reward,
      reflection: row.reflection === null ? null : canonicalJson(JSON.parse(row.reflection)),
      habits: new Map(),
    });
  }
}

async function readHabits(client: Queryable, state: NewState): Promise<void> {
  const weeksOf = new Map<string, Set<string>>();
  const pages = pagesOf<HabitRow>(
    client,
    `SELECT sheet_id::text, habit_id::text, user_id::text, child_name, week_start_date::text AS monday, name,
       week_start_date::text AS last
     FROM public.habits
     WHERE (sheet_id, habit_id, week_start_date) > ($1, $2, $3)
     ORDER BY habits.sheet_id, habits.habit_id, habits.week_start_date
     LIMIT ${PAGE_ROWS}`,
  );
  for await (const row of pages) {
    const sheet = ownSheet(state, row);
    if (sheet === undefined) continue;
    const known = sheet.habits.get(row.habit_id);
    if (known && known.name !== row.name) {
      stray(
        state,
        row.sheet_id,
        `habit ${row.habit_id} is '${row.name}' in ${row.monday}, '${known.name}' before`,
      );
    }
    if (!known) sheet.habits.set(row.habit_id, { name: row.name, cells: new Map() });
    const key = `${row.sheet_id}/${row.habit_id}`;
    weeksOf.set(key, (weeksOf.get(key) ?? new Set()).add(row.monday));
  }
  for (const [id, sheet] of state.sheets) {
    const touched = touchedMondays(sheet.firstDay).join();
    for (const habit of sheet.habits.keys()) {
      const weeks = [...(weeksOf.get(`${id}/${habit}`) ?? [])].sort().join();
      if (weeks !== touched) stray(state, id, `habit ${habit} is in the weeks ${weeks}, not in ${touched}`);
    }
  }
}

async function readRecords(client: Queryable, state: NewState): Promise<void> {
  const pages = pagesOf<RecordRow>(
    client,
    `SELECT sheet_id::text, habit_id::text, user_id::text, child_name, week_start_date::text AS monday,
       record_date::text, status, note, record_date::text AS last
     FROM public.habit_records
     WHERE (sheet_id, habit_id, record_date) > ($1, $2, $3)
     ORDER BY habit_records.sheet_id, habit_records.habit_id, habit_records.record_date
     LIMIT ${PAGE_ROWS}`,
  );
  for await (const row of pages) {
    const habit = ownSheet(state, row)?.habits.get(row.habit_id);
    const where = `record of habit ${row.habit_id} on ${row.record_date}`;
    if (mondayOf(row.record_date) !== row.monday)
      stray(state, row.sheet_id, `${where} is in week ${row.monday}`);
    if (habit === undefined) {
      stray(state, row.sheet_id, `${where} has no habit`);
      continue;
    }
    const none = row.status === "none";
    const colour = none ? "" : (row.status as Cell["colour"]);
    habit.cells.set(row.record_date, { colour, note: row.note, none });
  }
}

/** Every row of a query that takes the key of the row before as ($1, $2, $3) and gives it as sheet, habit, `last`. */
async function* pagesOf<Row extends { sheet_id: string; habit_id: string }>(
  client: Queryable,
  sql: string,
): AsyncGenerator<Row> {
  const lowest = "-9223372036854775808";
  let after = [lowest, lowest, "-infinity"];
  while (true) {
    const { rows } = await client.query<Row & { last: string }>(sql, after);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    after = [end.sheet_id, end.habit_id, end.last];
  }
}

/** The row's sheet, when it is there and has the same child; a stray otherwise. */
function ownSheet(state: NewState, row: Omit<HabitRow, "name">): Sheet | undefined {
  const sheet = state.sheets.get(row.sheet_id);
  if (sheet === undefined) {
    stray(state, row.sheet_id, `habit ${row.habit_id} in ${row.monday} has no sheet`);
  } else if (sheet.owner !== row.user_id || sheet.child !== row.child_name) {
    stray(state, row.sheet_id, `habit ${row.habit_id} in ${row.monday} is ${row.child_name}'s`);
  }
  return sheet;
}

function stray(state: NewState, sheet: string, what: string): void {
  state.strays.push({ sheet, what });
}
