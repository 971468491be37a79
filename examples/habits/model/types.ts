/**
 * The model's own words for what the habits system holds. It is written from the legacy documents and the journal alone
 * and shares nothing with the cutover's mapping, with the generator's expectations or with verify.
 *
 * - sheet: one legacy row, known by its id
 * - cell: one day of one habit of one sheet
 * - undecidable: a legacy row of which nobody can say what it means; left out on both sides, counted by reason
 */
export interface State {
  readonly sheets: Map<string, Sheet>;
  readonly undecidable: Map<string, Undecidable>;
}

export interface Sheet {
  owner: string;
  child: string;
  /** The first of the sheet's seven days, YYYY-MM-DD. */
  firstDay: string;
  theme: string | null;
  reward: string | null;
  /** Canonical JSON text, or null for SQL NULL. */
  reflection: string | null;
  /** By habit id. */
  readonly habits: Map<string, Habit>;
}

export interface Habit {
  name: string;
  /** By date; a day without an entry is an empty cell. */
  readonly cells: Map<string, Cell>;
}

export interface Cell {
  /** '' where the cell has no colour. */
  colour: "" | "green" | "yellow" | "red";
  note: string | null;
  /**
   * Whether an uncoloured cell without a note stands as a record of its own (status none): "either" after the legacy
   * side, which cannot say it, has written the cell too.
   */
  none: boolean | "either";
}

export interface Undecidable {
  readonly reason: string;
  readonly owner: string | null;
  child: string;
  /** null where the row has no usable date. */
  readonly firstDay: string | null;
}

/** One committed operation, as its effect. Sheet and habit ids are decimal text. */
export type Operation =
  | {
      kind: "createSheet";
      sheet: string;
      owner: string;
      child: string;
      firstDay: string;
      theme: string | null;
      reward: string | null;
      reflection: unknown;
      habits: { habit: string; name: string }[];
    }
  | { kind: "deleteSheet"; sheet: string }
  | { kind: "renameChild"; owner: string; from: string; to: string; sheets: string[] }
  | { kind: "addHabit"; sheet: string; habit: string; name: string }
  | { kind: "renameHabit"; sheet: string; habit: string; from: string; to: string }
  | { kind: "deleteHabit"; sheet: string; habit: string }
  | { kind: "setCell"; sheet: string; habit: string; date: string; from: string; to: string }
  | { kind: "setNote"; sheet: string; habit: string; date: string; note: string | null }
  | { kind: "setTheme" | "setReward"; sheet: string; from: string | null; to: string | null }
  | { kind: "setReflection"; sheet: string; to: unknown }
  | { kind: "increment"; sheet: string; column: "theme" | "reward"; to: string };

export interface JournalEntry {
  /** Order of the journal; entries that touch the same thing are in the order in which they were serialised. */
  readonly seq: string;
  readonly side: "legacy" | "new";
  readonly op: Operation;
}
