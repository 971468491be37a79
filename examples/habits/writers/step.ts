import type { Client } from "../../../src/db.ts";
import type { Operation } from "../model/types.ts";
import { type Family, familyOf } from "./partition.ts";

/** A sheet that a writer may choose. */
export interface Candidate {
  readonly sheet: string;
  readonly owner: string;
}

/** What one step may touch of its sheet. */
export interface Reach {
  readonly candidate: Candidate;
  /** Counters live on hot sheets: their theme and reward are numbers, and the sheet stays. */
  readonly hot: boolean;
  /** Whether the other side writes the same sheet: then only the own half of its habits and columns is touched. */
  readonly halved: boolean;
}

/**
 * One typed operation: locks its row, changes it and says what it did, or returns undefined when there was nothing to
 * do. It runs inside the writer's transaction, which notes the result in the journal.
 */
export type Step = (client: Client) => Promise<Operation | undefined>;

/**
 * How `side` may work on a sheet, or undefined when it may not.
 *
 * @param beside whether the other side is written at the same time
 */
export function reachOf(
  side: "legacy" | "new",
  candidate: Candidate,
  hot: boolean,
  beside: boolean,
): (Reach & { readonly family: Family }) | undefined {
  const family = familyOf(candidate.owner);
  if (!beside) return { candidate, hot, halved: false, family };
  if (family !== side && family !== "shared") return undefined;
  return { candidate, hot, halved: family === "shared", family };
}
