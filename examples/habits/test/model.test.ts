import { expect, test } from "vitest";
import { loadGenerated } from "../data/load.ts";
import {
  compare,
  countUndecidable,
  leftOut,
  readLegacy,
  readNew,
  replay,
  type State,
} from "../model/index.ts";
import type { JournalEntry, Operation } from "../model/types.ts";
import { createExampleDatabase, forward, inVain, load } from "./example.ts";

const db = await createExampleDatabase();
const client = await db.connect();
const loaded = await loadGenerated(client, { seed: "model", weeks: 400 });
const initial = await readLegacy(client);
await client.query(`
  DELETE FROM public.habit_tracker
  WHERE user_id IS NULL OR id = ANY ('{${[...initial.undecidable.keys()].join()}}')`);
await load(client, forward);

function journal(side: "legacy" | "new", ...ops: Operation[]): JournalEntry[] {
  return ops.map((op, index) => ({ seq: String(index + 1), side, op }));
}

interface ColouredCell {
  readonly sheet: string;
  readonly habit: string;
  readonly date: string;
  readonly colour: string;
}

/** The coloured cells of the sheets that something is promised for. */
function colouredCells(state: State): ColouredCell[] {
  const out = leftOut(state);
  return [...state.sheets]
    .filter(([sheet]) => !out.has(sheet))
    .flatMap(([sheet, { habits }]) =>
      [...habits].flatMap(([habit, { cells }]) =>
        [...cells].map(([date, { colour }]) => ({ sheet, habit, date, colour })),
      ),
    );
}

const cells = colouredCells(initial);
const { sheet, habit, date, colour } = cells[0] as ColouredCell;

test("both sides say the same, row by row, and what cannot be mapped is counted by reason", async () => {
  expect(compare(initial, await readLegacy(client), "legacy")).toMatchObject({ lost: 0, extra: 0 });
  expect(compare(initial, await readNew(client), "new")).toMatchObject({ lost: 0, extra: 0 });
  const planted = Object.entries(loaded.planted).map(([reason, rows]) => [reason, rows.length]);
  expect(countUndecidable(initial)).toEqual(Object.fromEntries(planted));
});

test("a record that is gone is one lost, a cell of another colour one lost and one extra", async () => {
  const other = cells.find((cell) => cell.sheet !== sheet && cell.colour === "green") as ColouredCell;
  const found = await inVain(client, async () => {
    const at = "WHERE (sheet_id, habit_id, record_date) = ($1, $2, $3)";
    await client.query(`DELETE FROM public.habit_records ${at}`, [sheet, habit, date]);
    await client.query(`UPDATE public.habit_records SET status = 'red' ${at}`, [
      other.sheet,
      other.habit,
      other.date,
    ]);
    return compare(initial, await readNew(client), "new");
  });
  expect(found).toMatchObject({ lost: 2, extra: 1 });
  const named = found.details.join("\n");
  expect(named).toContain(`cell ${date} of habit ${habit} of sheet ${sheet}`);
  expect(named).toContain("is not there");
  expect(named).toContain(`cell ${other.date} of habit ${other.habit} of sheet ${other.sheet}`);
  expect(named).toContain("red instead of green");
});

test("a habit that is missing in one of a sheet's two weeks is named", async () => {
  const found = await inVain(client, async () => {
    await client.query(`
      DELETE FROM public.habits USING public.weeks
      WHERE weeks.sheet_id IS NULL
        AND (weeks.user_id, weeks.child_name, weeks.week_start_date)
          = (habits.user_id, habits.child_name, habits.week_start_date)`);
    return compare(initial, await readNew(client), "new");
  });
  expect(found.extra).toBeGreaterThan(0);
  expect(found.details.join("\n")).toMatch(/habit \d+ is in the weeks .*, not in /);
});

test("the journal is played in its order, and an operation that found another value is a surprise", () => {
  const cell = { sheet, habit, date };
  const { state, surprises } = replay(
    initial,
    journal(
      "legacy",
      { kind: "setCell", ...cell, from: colour, to: "" },
      { kind: "setCell", ...cell, from: "red", to: "yellow" },
      { kind: "renameHabit", sheet, habit, from: "not its name", to: "Other" },
    ),
  );
  expect(state.sheets.get(sheet)?.habits.get(habit)).toMatchObject({ name: "Other" });
  expect(state.sheets.get(sheet)?.habits.get(habit)?.cells.get(date)?.colour).toBe("yellow");
  expect(surprises).toEqual([
    "journal 2, legacy setCell: it found 'red', the model has ''",
    expect.stringMatching(/^journal 3, legacy renameHabit: it found the name not its name/),
  ]);
  expect(initial.sheets.get(sheet)?.habits.get(habit)?.cells.get(date)?.colour).toBe(colour);
});

test("counters are counted: a lost increment is a surprise and a difference", () => {
  const count = (to: string): Operation => ({ kind: "increment", sheet, column: "reward", to });
  const { state, surprises } = replay(initial, journal("legacy", count("1"), count("2"), count("2")));
  expect(state.sheets.get(sheet)?.reward).toBe("3");
  expect(surprises).toEqual([expect.stringContaining("became 2, not 3")]);
});

test("a note outlives the colour that the legacy side clears; what only it can clear is its note", () => {
  const cell = { sheet, habit, date };
  const noted = replay(initial, journal("new", { kind: "setNote", ...cell, note: "N" })).state;
  const cleared = replay(noted, journal("legacy", { kind: "setCell", ...cell, from: colour, to: "" })).state;
  expect(cleared.sheets.get(sheet)?.habits.get(habit)?.cells.get(date)).toEqual({
    colour: "",
    note: "N",
    none: false,
  });
  const gone = replay(cleared, journal("new", { kind: "setCell", ...cell, from: "none", to: "" })).state;
  expect(gone.sheets.get(sheet)?.habits.get(habit)?.cells.has(date)).toBe(false);
});

test("what shares a week with a row that nobody can map is left out", () => {
  const id = [...initial.undecidable].find(([, row]) => row.owner !== null)?.[0] as string;
  const { owner, child, firstDay } = initial.undecidable.get(id) as {
    owner: string;
    child: string;
    firstDay: string;
  };
  const beside: Operation = {
    kind: "createSheet",
    sheet: "900000",
    owner,
    child,
    firstDay,
    theme: null,
    reward: null,
    reflection: {},
    habits: [],
  };
  const { state } = replay(initial, journal("legacy", beside));
  expect(leftOut(state)).toContain("900000");
  const renamed: Operation = { kind: "renameChild", owner, from: child, to: "Other", sheets: [id] };
  expect(leftOut(replay(state, journal("legacy", renamed)).state)).not.toContain("900000");
});
