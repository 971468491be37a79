import { factsOf, type View } from "./facts.ts";
import { leftOut } from "./left-out.ts";
import type { NewState } from "./read-new.ts";
import type { State } from "./types.ts";

export interface Comparison {
  /** What has to be there and is not. A cell of another colour is one lost and one extra. */
  readonly lost: number;
  /** What is there and has no reason to be. */
  readonly extra: number;
  /** The first differences, in words. */
  readonly details: string[];
  readonly cells: { readonly expected: number; readonly actual: number };
  /** Sheets that nothing is promised for, on either side. */
  readonly leftOut: number;
}

const DETAILS = 50;

/** Compares what one side holds with what has to be there, cell by cell. */
export function compare(expected: State, actual: State | NewState, view: View): Comparison {
  const without = leftOut(expected);
  const { facts: want, optional, cells: expectedCells } = factsOf(expected, view, without);
  const { facts: have, cells: actualCells } = factsOf(actual, view, without);
  const details: string[] = [];
  let lost = 0;
  let extra = 0;
  const note = (detail: string) => {
    if (details.length < DETAILS) details.push(detail);
  };
  for (const [key, value] of want) {
    const found = have.get(key);
    if (found === value || (found === undefined && optional.has(key))) continue;
    lost += 1;
    if (found === undefined) {
      note(`${key}: ${value} is not there`);
    } else {
      extra += 1;
      note(`${key}: ${found} instead of ${value}`);
    }
  }
  for (const [key, value] of have) {
    if (want.has(key)) continue;
    extra += 1;
    note(`${key}: ${value} has no reason to be there`);
  }
  for (const { sheet, what } of "strays" in actual ? actual.strays : []) {
    if (without.has(sheet)) continue;
    extra += 1;
    note(`sheet ${sheet}: ${what}`);
  }
  return {
    lost,
    extra,
    details,
    cells: { expected: expectedCells, actual: actualCells },
    leftOut: without.size,
  };
}
