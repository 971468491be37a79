import { type Source, withClient } from "../db.ts";
import { cleanupIdempotencyLog, readIdempotencyStatus } from "../generated/requests.queries.ts";
import { runOne } from "./run-one.ts";

/** What the log of requests holds. The four kinds of endings add up to the total. */
export interface RequestLogStatus {
  readonly total: number;
  /** Not honoured any more, and not cleaned up yet; of every ending. */
  readonly expired: number;
  readonly success: number;
  readonly failed: number;
  readonly notImplemented: number;
  /** Begun by hand and committed without an answer: their keys are blocked until they expire. */
  readonly unfinished: number;
  readonly oldestExpiresAt: Date | null;
}

/** What one call of cutover.cleanup_idempotency_log() deletes at most. */
const BATCH = 10_000;

/** Counts the log of requests. */
export function readRequestLog(source: Source): Promise<RequestLogStatus> {
  return withClient(source, async (client) => {
    const { not_implemented, oldest_expires_at, ...counts } = await runOne(
      readIdempotencyStatus,
      undefined,
      client,
    );
    return { ...counts, notImplemented: not_implemented, oldestExpiresAt: oldest_expires_at };
  });
}

/**
 * Deletes expired requests, batch by batch, each in a transaction of its own. Run twice, or by two at once, it does the same.
 *
 * @param signal ends it after the batch in hand
 * @returns how many were deleted
 */
export function cleanRequestLog(source: Source, signal?: AbortSignal): Promise<number> {
  return withClient(source, async (client) => {
    let total = 0;
    for (;;) {
      const { deleted } = await runOne(cleanupIdempotencyLog, undefined, client);
      total += deleted;
      if (deleted < BATCH || signal?.aborted) return total;
    }
  });
}
