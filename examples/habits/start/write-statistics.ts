import type { TransactionReport } from "../writers/report.ts";
import { rounded, type StoryResult } from "./result.ts";

/** What all writers did, in figures. */
export function summarise(reports: readonly TransactionReport[]): StoryResult["writes"] {
  const committed = reports.filter((report) => report.outcome === "committed");
  const latencies = committed.map((report) => report.endedAt - report.startedAt).sort((a, b) => a - b);
  const retriesByState: Record<string, number> = {};
  for (const report of reports) {
    for (const [state, times] of Object.entries(report.retries)) {
      retriesByState[state] = (retriesByState[state] ?? 0) + times;
    }
  }
  return {
    committed: committed.length,
    retried: Object.values(retriesByState).reduce((sum, times) => sum + times, 0),
    failed: reports.filter((report) => report.outcome === "failed").length,
    p50Ms: rounded(percentile(latencies, 0.5)),
    p99Ms: rounded(percentile(latencies, 0.99)),
    retriesByState,
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Writes that failed, in words: those that name our objects first. */
export function failedWrites(reports: readonly TransactionReport[]): string[] {
  const failed = reports.filter((report) => report.outcome === "failed");
  const ours = failed.filter((report) => /cutover/i.test(report.error ?? ""));
  const others = failed.filter((report) => !ours.includes(report));
  return [
    ...ours.slice(0, 3).map((report) => `a write failed by our doing: ${report.error}`),
    ...others.slice(0, 3).map((report) => `a write failed: ${report.error}`),
  ];
}

/** Deviations that chance alone reaches once in thirty thousand runs. */
const SIGNIFICANT = 4;

/**
 * 40001 comes to writers above READ COMMITTED with and without sync. The same writers must not meet it more often with it: two
 * shares, compared by the pooled z-test.
 *
 * @param installedAt until then the writers were alone in the database, milliseconds since the epoch
 * @param movedAt when writes moved; from then on the other side writes the same things
 */
export function compareSerializationFailures(
  reports: readonly TransactionReport[],
  installedAt: number,
  movedAt: number,
): StoryResult["serializationFailures"] & { significantlyMore: boolean } {
  const strict = reports.filter(
    ({ side, isolation, startedAt }) =>
      side === "legacy" && isolation !== "read committed" && startedAt < movedAt,
  );
  const count = (some: readonly TransactionReport[]) => ({
    transactions: some.length,
    failures: some.filter((report) => (report.retries["40001"] ?? 0) > 0).length,
  });
  const without = count(strict.filter((report) => report.endedAt < installedAt));
  const beside = count(strict.filter((report) => report.startedAt > installedAt));
  const share = (of: { transactions: number; failures: number }) =>
    of.failures / Math.max(of.transactions, 1);
  const pooled = share({
    transactions: without.transactions + beside.transactions,
    failures: without.failures + beside.failures,
  });
  const deviation = Math.sqrt(
    pooled * (1 - pooled) * (1 / Math.max(without.transactions, 1) + 1 / Math.max(beside.transactions, 1)),
  );
  return {
    withoutSync: without,
    withSync: beside,
    significantlyMore: deviation > 0 && (share(beside) - share(without)) / deviation > SIGNIFICANT,
  };
}
