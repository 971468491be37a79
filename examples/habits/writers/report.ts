import type { Operation } from "../model/types.ts";
import { STANDSTILL_MS, type Standstill } from "./bystander.ts";

export type Isolation = "read committed" | "repeatable read" | "serializable";

/** What became of one transaction, as the client saw it. Times are milliseconds since the epoch, with fractions. */
export interface TransactionReport {
  readonly writer: string;
  readonly side: "legacy" | "new";
  readonly kinds: Operation["kind"][];
  readonly isolation: Isolation;
  /** "skipped": there was nothing to do, nothing was written. */
  readonly outcome: "committed" | "skipped" | "failed";
  /** From the first BEGIN to the end of the last try. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** How long the database held this writer up in each try. */
  readonly tries: readonly { readonly startedAt: number; readonly endedAt: number }[];
  /** Tries that were repeated, by SQLSTATE. */
  readonly retries: Record<string, number>;
  /** Full text of the error of a failed transaction. */
  readonly error?: string;
}

export interface WriterSummary {
  committed: number;
  skipped: number;
  failed: number;
  retried: number;
  retries: Record<string, number>;
  /** Committed operations by kind. */
  kinds: Record<string, number>;
  errors: string[];
}

export function summarise(reports: Iterable<TransactionReport>): WriterSummary {
  const summary: WriterSummary = {
    committed: 0,
    skipped: 0,
    failed: 0,
    retried: 0,
    retries: {},
    kinds: {},
    errors: [],
  };
  for (const report of reports) {
    summary[report.outcome] += 1;
    for (const [state, count] of Object.entries(report.retries)) {
      summary.retries[state] = (summary.retries[state] ?? 0) + count;
      summary.retried += count;
    }
    if (report.outcome === "committed") {
      for (const kind of report.kinds) summary.kinds[kind] = (summary.kinds[kind] ?? 0) + 1;
    }
    if (report.error) summary.errors.push(report.error);
  }
  return summary;
}

/** How long writes that overlap some time were held up. */
export interface Held {
  /** The longest single try. */
  readonly heldMsMax: number;
  readonly overlapping: number;
  /** What the one did that was held up longest: "legacy renameChild". */
  readonly longest: string;
  /** The longest without the time in which the disk did not answer, and what that one did. */
  readonly besidesStandstills: { readonly heldMsMax: number; readonly longest: string };
}

/**
 * The longest that any write which overlaps the given time was held up, and how many did overlap.
 *
 * @param standstills times in which a page of a file that has nothing to do with Postgres did not reach the disk either. Where any of these
 *   writes ended meanwhile, the disk did not stand still.
 */
export function heldDuring(
  reports: Iterable<TransactionReport>,
  startedAt: number,
  endedAt: number,
  standstills: readonly Standstill[] = [],
): Held {
  const overlapping = [...reports].filter(
    (report) => report.endedAt >= startedAt && report.startedAt <= endedAt,
  );
  const still = standstills.flatMap((standstill) =>
    cut(
      standstill,
      overlapping.flatMap(({ tries }) => tries.map((each) => each.endedAt)),
    ),
  );
  const held = longestOf(overlapping, () => 0);
  return {
    heldMsMax: held.heldMsMax,
    overlapping: overlapping.length,
    longest: held.longest,
    besidesStandstills: longestOf(overlapping, (time) =>
      still.reduce((sum, standstill) => sum + overlap(time, standstill), 0),
    ),
  };
}

function longestOf(
  reports: readonly TransactionReport[],
  left: (time: Standstill) => number,
): { heldMsMax: number; longest: string } {
  let found = { heldMsMax: 0, longest: "nobody" };
  for (const { side, kinds, tries } of reports) {
    for (const time of tries) {
      const heldMsMax = time.endedAt - time.startedAt - left(time);
      if (heldMsMax > found.heldMsMax) found = { heldMsMax, longest: `${side} ${kinds.join(", ")}` };
    }
  }
  return found;
}

/** What is left of a standstill between moments at which the disk was seen to answer: parts that still deserve the name. */
function cut(standstill: Standstill, moments: readonly number[]): Standstill[] {
  const inside = moments.filter((moment) => moment > standstill.startedAt && moment < standstill.endedAt);
  const edges = [standstill.startedAt, ...inside.toSorted((a, b) => a - b), standstill.endedAt];
  return edges
    .slice(1)
    .map((endedAt, index) => ({ startedAt: edges[index] ?? endedAt, endedAt }))
    .filter((part) => part.endedAt - part.startedAt >= STANDSTILL_MS);
}

function overlap(one: Standstill, other: Standstill): number {
  return Math.max(0, Math.min(one.endedAt, other.endedAt) - Math.max(one.startedAt, other.startedAt));
}
