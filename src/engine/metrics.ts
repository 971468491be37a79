import type { Source } from "../db.ts";
import { currentMetrics, sampleMetrics as sample } from "../generated/metrics.queries.ts";
import { run, runOne, withSession } from "./session.ts";

/** A figure of a cutover, or of the whole database. */
export interface Metric {
  /** Lower case, with the measure in its name: `outbox_oldest_seconds`. */
  readonly metric: string;
  /** Empty for what concerns the whole database. */
  readonly cutover: string;
  readonly labels: Readonly<Record<string, string | number | boolean>>;
  readonly value: number;
}

/** What can be told of every cutover at little cost, as of now; nothing is written. */
export function metrics(source: Source): Promise<Metric[]> {
  return withSession(source, async (client) => {
    const rows = await run(currentMetrics, undefined, client);
    return rows.map((row) => ({ ...row, labels: row.labels as Metric["labels"] }));
  });
}

/**
 * Writes the figures of this minute down in cutover.metrics, and forgets those that are older than `keepDays`.
 *
 * @returns the number of figures
 */
export function sampleMetrics(source: Source, keepDays = 30): Promise<number> {
  return withSession(source, async (client) => (await runOne(sample, { keepDays }, client)).figures);
}
