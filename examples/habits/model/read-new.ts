import type { PreparedQuery } from "@pgtyped/runtime";
import type { Queryable } from "../../../src/db.ts";
import { run } from "../../../src/engine/session.ts";
import { habitsPage, listSheets, recordsPage } from "../src/generated/model.queries.ts";
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

/** What every row of a habit says of whose it is. */
interface Placed {
  readonly sheet_id: string;
  readonly habit_id: string;
  readonly user_id: string;
  readonly child_name: string;
  readonly monday: string;
}

/** The key of a row, after which the next page begins. */
interface Place {
  readonly sheet: string;
  readonly habit: string;
  readonly last: string;
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
  for (const row of await run(listSheets, undefined, client)) {
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
  for await (const row of pagesOf(client, habitsPage)) {
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
  for await (const row of pagesOf(client, recordsPage)) {
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

/** Every row of a query that goes on after a place. */
async function* pagesOf<Row extends Placed & { readonly last: string }>(
  client: Queryable,
  query: PreparedQuery<Place & { readonly most: number }, Row>,
): AsyncGenerator<Row> {
  const lowest = "-9223372036854775808";
  let after: Place = { sheet: lowest, habit: lowest, last: "-infinity" };
  while (true) {
    const rows = await run(query, { ...after, most: PAGE_ROWS }, client);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    after = { sheet: end.sheet_id, habit: end.habit_id, last: end.last };
  }
}

/** The row's sheet, when it is there and has the same child; a stray otherwise. */
function ownSheet(state: NewState, row: Placed): Sheet | undefined {
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
