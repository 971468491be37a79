import type { Client } from "../../../src/db.ts";
import { withTransaction } from "../../../src/db.ts";
import {
  type Comparison,
  compare,
  readJournal,
  readLegacy,
  readNew,
  replay,
  type State,
} from "../model/index.ts";

/** What the model found wrong, over all comparisons of a run. */
export interface Found {
  lost: number;
  extra: number;
  details: string[];
}

/** The journal played on the initial state: what has to be there. */
export interface Expected {
  readonly state: State;
  readonly entries: number;
}

/**
 * Compares sides of the database with the journal, all from one snapshot, so that writers may go on.
 *
 * @param sides which sides have to hold everything now; the other one may be stale or gone
 * @throws Error when the journal does not fit itself: a writer found something else than its predecessor left
 */
export async function compareWithJournal(
  client: Client,
  initial: State,
  sides: readonly ("legacy" | "new")[],
): Promise<{ expected: Expected; comparisons: Map<"legacy" | "new", Comparison>; surprises: string[] }> {
  return withTransaction(client, { isolation: "repeatable read", readOnly: true }, async () => {
    const journal = await readJournal(client);
    const { state, surprises } = replay(initial, journal);
    const comparisons = new Map<"legacy" | "new", Comparison>();
    for (const side of sides) {
      const actual = side === "legacy" ? await readLegacy(client) : await readNew(client);
      comparisons.set(side, compare(state, actual, side));
    }
    return { expected: { state, entries: journal.length }, comparisons, surprises };
  });
}

/** Adds a comparison to what was found so far. */
export function add(found: Found, comparisons: ReadonlyMap<string, Comparison>, when: string): void {
  for (const [side, comparison] of comparisons) {
    found.lost += comparison.lost;
    found.extra += comparison.extra;
    for (const detail of comparison.details) found.details.push(`${when}, ${side} side: ${detail}`);
  }
}
