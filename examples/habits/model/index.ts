/** The independent model: initial legacy rows and the journal in, what has to be there out. */
export { type Comparison, compare } from "./compare.ts";
export { countUndecidable, leftOut } from "./left-out.ts";
export { readJournal } from "./read-journal.ts";
export { readLegacy } from "./read-legacy.ts";
export { type NewState, readNew } from "./read-new.ts";
export { type Replay, replay } from "./replay.ts";
export type { JournalEntry, Operation, State } from "./types.ts";
