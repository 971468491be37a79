import { canonicalJson } from "./canonical-json.ts";
import type { Cell, JournalEntry, Operation, Sheet, State } from "./types.ts";

export interface Replay {
  readonly state: State;
  /** Entries that do not fit what was there before: the value an operation found is not the value the model has. */
  readonly surprises: string[];
}

/** Plays the journal on a copy of the initial state: what has to be there when everything committed has survived. */
export function replay(initial: State, journal: readonly JournalEntry[]): Replay {
  const state = copyOf(initial);
  const surprises: string[] = [];
  for (const entry of journal) {
    const surprise = apply(state, entry);
    if (surprise) surprises.push(`journal ${entry.seq}, ${entry.side} ${entry.op.kind}: ${surprise}`);
  }
  return { state, surprises };
}

function copyOf(state: State): State {
  const sheets = new Map(
    [...state.sheets].map(([id, sheet]) => {
      const habits = new Map(
        [...sheet.habits].map(([habit, { name, cells }]) => {
          const copied = new Map([...cells].map(([date, cell]) => [date, { ...cell }]));
          return [habit, { name, cells: copied }];
        }),
      );
      return [id, { ...sheet, habits }];
    }),
  );
  const undecidable = new Map([...state.undecidable].map(([id, row]) => [id, { ...row }]));
  return { sheets, undecidable };
}

function apply(state: State, { op, side }: JournalEntry): string | undefined {
  if (op.kind === "createSheet") return createSheet(state, op);
  if (op.kind === "renameChild") return renameChild(state, op);
  const sheet = state.sheets.get(op.sheet);
  if (sheet === undefined) return `sheet ${op.sheet} is not there`;
  switch (op.kind) {
    case "deleteSheet":
      state.sheets.delete(op.sheet);
      return undefined;
    case "setTheme":
      return setText(sheet, "theme", op.from, op.to);
    case "setReward":
      return setText(sheet, "reward", op.from, op.to);
    case "setReflection":
      sheet.reflection = op.to === null ? null : canonicalJson(op.to);
      return undefined;
    case "increment": {
      // Counted here and not copied: a lost increment shows even if every writer believed in its own.
      const next = String(/^\d+$/.test(sheet[op.column] ?? "") ? Number(sheet[op.column]) + 1 : 1);
      sheet[op.column] = next;
      return op.to === next ? undefined : `${op.column} of sheet ${op.sheet} became ${op.to}, not ${next}`;
    }
    case "addHabit":
      if (sheet.habits.has(op.habit)) return `habit ${op.habit} of sheet ${op.sheet} is there already`;
      sheet.habits.set(op.habit, { name: op.name, cells: new Map() });
      return undefined;
    default:
      return applyToHabit(sheet, op, side);
  }
}

type HabitOperation = Extract<Operation, { habit: string }>;

function applyToHabit(sheet: Sheet, op: HabitOperation, side: JournalEntry["side"]): string | undefined {
  const habit = sheet.habits.get(op.habit);
  if (habit === undefined) return `habit ${op.habit} of sheet ${op.sheet} is not there`;
  switch (op.kind) {
    case "renameHabit": {
      const before = habit.name;
      habit.name = op.to;
      return before === op.from ? undefined : `it found the name ${op.from}, the model has ${before}`;
    }
    case "deleteHabit":
      sheet.habits.delete(op.habit);
      return undefined;
    case "setCell": {
      const before = habit.cells.get(op.date) ?? { colour: "", note: null, none: false };
      setCell(habit.cells, op.date, before, op.to, side);
      const found = op.from === "none" ? "" : op.from;
      return before.colour === found ? undefined : `it found '${found}', the model has '${before.colour}'`;
    }
    case "setNote": {
      const before = habit.cells.get(op.date) ?? { colour: "", note: null, none: false };
      // A note needs a record: where there was none, one without a colour.
      const none = before.colour === "" && before.none === false ? true : before.none;
      habit.cells.set(op.date, { ...before, note: op.note, none });
      return undefined;
    }
    default:
      return undefined;
  }
}

function setCell(
  cells: Map<string, Cell>,
  date: string,
  before: Cell,
  to: string,
  side: JournalEntry["side"],
): void {
  if (side === "legacy") {
    // The legacy side sees colours only: a note stays beside the cell, and 'none' is the empty slot.
    const none = before.none === false ? false : "either";
    const after: Cell = { colour: to as Cell["colour"], note: before.note, none };
    if (after.colour === "" && after.note === null && after.none === false) cells.delete(date);
    else cells.set(date, after);
  } else if (to === "") {
    cells.delete(date);
  } else if (to === "none") {
    cells.set(date, { colour: "", note: before.note, none: true });
  } else {
    cells.set(date, { colour: to as Cell["colour"], note: before.note, none: false });
  }
}

function setText(
  sheet: Sheet,
  column: "theme" | "reward",
  from: string | null,
  to: string | null,
): string | undefined {
  const before = sheet[column];
  sheet[column] = to;
  return before === from ? undefined : `it found ${column} ${from}, the model has ${before}`;
}

function createSheet(state: State, op: Extract<Operation, { kind: "createSheet" }>): string | undefined {
  if (state.sheets.has(op.sheet)) return `sheet ${op.sheet} is there already`;
  const { owner, child, firstDay, theme, reward } = op;
  const habits = new Map(
    op.habits.map(({ habit, name }) => [habit, { name, cells: new Map<string, Cell>() }]),
  );
  const reflection = op.reflection === null ? null : canonicalJson(op.reflection);
  state.sheets.set(op.sheet, { owner, child, firstDay, theme, reward, reflection, habits });
  return undefined;
}

function renameChild(state: State, op: Extract<Operation, { kind: "renameChild" }>): string | undefined {
  let missing = 0;
  for (const id of op.sheets) {
    const row = state.sheets.get(id) ?? state.undecidable.get(id);
    if (row) row.child = op.to;
    else missing += 1;
  }
  return missing === 0 ? undefined : `${missing} of its ${op.sheets.length} sheets are not there`;
}
