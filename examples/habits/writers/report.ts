import type { Operation } from "../model/types.ts";
import type { Standstill } from "./bystander.ts";

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
  /** The longest single try: how long the database held this writer up at most. */
  readonly longestTryMs: number;
  readonly longestTryAt: number;
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
  readonly heldMsMax: number;
  readonly overlapping: number;
  /** What the one did that was held up longest: "legacy renameChild". */
  readonly longest: string;
  /** The longest without the time in which the whole server stood still. */
  readonly besidesStandstillsMsMax: number;
}

/**
 * The longest that any write which overlaps the given time was held up, and how many did overlap.
 *
 * @param standstills times in which a commit that has nothing to do with these writes was held up as well
 */
export function heldDuring(
  reports: Iterable<TransactionReport>,
  startedAt: number,
  endedAt: number,
  standstills: readonly Standstill[] = [],
): Held {
  let longest: TransactionReport | undefined;
  let besidesStandstillsMsMax = 0;
  let overlapping = 0;
  for (const report of reports) {
    if (report.endedAt < startedAt || report.startedAt > endedAt) continue;
    overlapping += 1;
    if (report.longestTryMs > (longest?.longestTryMs ?? -1)) longest = report;
    const tryEndedAt = report.longestTryAt + report.longestTryMs;
    const stoodStillMs = standstills.reduce((sum, standstill) => {
      const from = Math.max(standstill.startedAt, report.longestTryAt);
      return sum + Math.max(0, Math.min(standstill.endedAt, tryEndedAt) - from);
    }, 0);
    besidesStandstillsMsMax = Math.max(besidesStandstillsMsMax, report.longestTryMs - stoodStillMs);
  }
  return {
    heldMsMax: longest?.longestTryMs ?? 0,
    overlapping,
    longest: longest === undefined ? "nobody" : `${longest.side} ${longest.kinds.join(", ")}`,
    besidesStandstillsMsMax,
  };
}
