import type { Queryable } from "../../../src/db.ts";
import { addDays } from "../data/dates.ts";
import type { LegacyHabit } from "../data/statistics.ts";
import { MONDAY, saveWeek } from "./defects/fixture.ts";

/** Rows of each child of the original's backup. */
const ROWS_PER_CHILD = [12, 9, 6, 4, 2, 1];
/** Habits of a row: 5 in most, these in some. */
const MANY_HABITS = new Map([4, 6, 7, 9, 12, 12, 13, 15].map((habits, index) => [2 * index, habits]));
/** Of the 34 rows, those that start on a Sunday or a Tuesday; each shares its week with the row before it, where there is one. */
const SUNDAYS = [3, 10, 17, 24, 31];
const TUESDAYS = [6, 13, 20, 27];
/** The row that belongs to nobody. */
const WITHOUT_OWNER = 24;
const WITHOUT_MARKS = [1, 5, 7, 9, 11, 15, 19, 21, 23, 29, 33];

export const SAMPLE = { rows: 34, children: 6, habits: 208, marks: 625 } as const;

/** A mark that a legacy row holds: which habit of which row, on which day. */
export interface Mark {
  readonly sheet: string;
  readonly habit: number;
  readonly date: string;
  readonly status: string;
}

/** What was saved: the marks of every row, by the row's id, and the row that nobody owns. */
export interface Sample {
  readonly marks: ReadonlyMap<string, readonly Mark[]>;
  readonly withoutOwner: string;
}

/**
 * Saves rows of the shape of the original's backup: 34 rows of six children with 208 habits and 625 marks, nine of them not
 * from a Monday on, eleven without a mark, one without an owner. Synthetic names.
 */
export async function saveSample(client: Queryable): Promise<Sample> {
  const marks = new Map<string, Mark[]>();
  let withoutOwner = "";
  const draw = drawSlots();
  let row = 0;
  for (const [child, rows] of ROWS_PER_CHILD.entries()) {
    let week = 0;
    for (let ofChild = 0; ofChild < rows; ofChild += 1, row += 1) {
      const offset = SUNDAYS.includes(row) ? -1 : TUESDAYS.includes(row) ? 1 : 0;
      if (ofChild > 0 && offset === 0) week += 1;
      const firstDay = addDays(MONDAY, 7 * week + offset);
      const habits = Array.from({ length: MANY_HABITS.get(row) ?? 5 }, (_, index) =>
        habitOf(index, WITHOUT_MARKS.includes(row) ? undefined : draw),
      );
      const owner = row === WITHOUT_OWNER ? { owner: null } : {};
      const sheet = await saveWeek(client, { ...owner, child: `Kid ${child + 1}`, firstDay, habits });
      if (row === WITHOUT_OWNER) withoutOwner = sheet;
      marks.set(
        sheet,
        habits.flatMap((habit) => marksOf(sheet, habit, firstDay)),
      );
    }
  }
  return { marks, withoutOwner };
}

function habitOf(index: number, draw: (() => string) | undefined): LegacyHabit {
  // One in five is numbered by a clock, as those that a user added.
  const id = index % 5 === 4 ? 1_753_137_172_084 + index : index;
  return { id, name: `Habit ${index + 1}`, times: Array.from({ length: 7 }, () => draw?.() ?? "") };
}

function marksOf(sheet: string, { id, times }: LegacyHabit, firstDay: string): Mark[] {
  return times.flatMap((status, slot) =>
    status === "" ? [] : [{ sheet, habit: id, date: addDays(firstDay, slot), status }],
  );
}

/** Slots in turn: 625 marks spread evenly over those of the rows that have any, 84 of them yellow and 7 red. */
function drawSlots(): () => string {
  const habits = (row: number) => MANY_HABITS.get(row) ?? 5;
  const marked = Array.from({ length: SAMPLE.rows }, (_, row) => row).filter(
    (row) => !WITHOUT_MARKS.includes(row),
  );
  const slots = 7 * marked.reduce((sum, row) => sum + habits(row), 0);
  const evenly = (share: number, of: number) => {
    let at = 0;
    return () => {
      at += 1;
      return Math.floor((at * share) / of) > Math.floor(((at - 1) * share) / of);
    };
  };
  const isMark = evenly(SAMPLE.marks, slots);
  const isRed = evenly(7, SAMPLE.marks);
  const isYellow = evenly(84, SAMPLE.marks - 7);
  return () => (isMark() ? (isRed() ? "red" : isYellow() ? "yellow" : "green") : "");
}
