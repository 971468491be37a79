import { isRetryable, type Source, withTransaction } from "../db.ts";
import { backfillStep } from "../generated/backfill.queries.ts";
import { readBackfill } from "./backfill.ts";
import { BatchSize } from "./batch-size.ts";
import { pause } from "./drain.ts";
import { Rate } from "./rate.ts";
import { runOne, withSession } from "./session.ts";

const REPORT_EVERY_MS = 500;
/** While others hold every open range. */
const BUSY_WAIT_MS = 50;
const MOST_COLLISIONS_IN_A_ROW = 200;

export interface HelpOptions {
  /** Names this helper in the ranges that it has worked on; unique among those that work at the same time. */
  readonly worker: string;
  /** Milliseconds for which a batch should hold its locks, default 40. */
  readonly targetMs?: number | undefined;
  /** Stops after the batch in hand. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: HelpProgress) => void;
  /** Seconds of our silence after which the server ends a transaction of ours, so that others get its range and its units. */
  readonly silenceSeconds?: number | undefined;
}

/** Where the whole backfill is, seen by one helper. */
export interface HelpProgress {
  readonly backfill: string;
  readonly cutover: string;
  readonly direction: string;
  readonly done: number;
  readonly total: number;
  /** Units per second, of all helpers together. */
  readonly perSecond: number;
  readonly remainingSeconds: number | null;
}

export interface HelpResult {
  /** `stopped`: phase or mapping has moved on, or it was cancelled; `aborted`: by the signal. */
  readonly state: "finished" | "paused" | "stopped" | "aborted";
  /** Units that this helper has visited. */
  readonly units: number;
  /** Of those, units that were written. */
  readonly written: number;
}

/**
 * Helps with a backfill until nothing is left of it. Any number of helpers may run at once, on any number of machines: each
 * claims its range by a row lock, in the transaction that does the work, so the range of one that dies is free at once.
 */
export function helpBackfill(source: Source, id: string, options: HelpOptions): Promise<HelpResult> {
  return withSession(source, async (client) => {
    const size = new BatchSize(options.targetMs);
    const rate = new Rate();
    let units = 0;
    let written = 0;
    let collisions = 0;
    let reportedAt = 0;
    const report = async () => {
      reportedAt = performance.now();
      const progress = await readBackfill(client, id);
      if (progress === undefined || options.onProgress === undefined) return;
      const { cutover, direction, done, total } = progress;
      options.onProgress({ backfill: id, cutover, direction, done, total, ...rate.measure(done, total) });
    };
    const step = async () => {
      const started = performance.now();
      const maxUnits = size.next;
      const result = await withTransaction(client, { silenceSeconds: options.silenceSeconds }, () =>
        runOne(backfillStep, { id, worker: options.worker, maxUnits }, client),
      );
      if (result.units > 0) size.took(performance.now() - started, result.units === maxUnits);
      return result;
    };

    while (!options.signal?.aborted) {
      const result = await step().catch((error: unknown) => {
        collisions += 1;
        if (!isRetryable(error) || collisions > MOST_COLLISIONS_IN_A_ROW) throw error;
        return undefined;
      });
      if (result === undefined) {
        size.collided();
        await pause(Math.min(1000, 5 * collisions) * (0.5 + Math.random()), options.signal);
        continue;
      }
      collisions = 0;
      // The planner was told how far the tables have grown; nothing else has happened.
      if (result.state === "worked" && result.units === 0) continue;
      units += result.units;
      written += result.written;
      if (options.onProgress !== undefined && performance.now() - reportedAt > REPORT_EVERY_MS)
        await report();
      if (result.state === "busy") await pause(BUSY_WAIT_MS, options.signal);
      else if (result.state !== "worked") {
        if (result.state === "finished") await report();
        return { state: result.state as HelpResult["state"], units, written };
      }
    }
    return { state: "aborted", units, written };
  });
}
