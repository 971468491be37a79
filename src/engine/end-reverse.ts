import type { Source } from "../db.ts";
import { findCutover } from "../generated/cutovers.queries.ts";
import { endReverseSync } from "../generated/end-reverse.queries.ts";
import { drainAll } from "./drain.ts";
import { retry } from "./retry.ts";
import { runOne, withSession } from "./session.ts";

export interface EndReverseOptions {
  /** Why, recorded with the step. */
  readonly reason?: string;
  /** Seconds to try again while units are locked by others, or commits are in the way; default 60. */
  readonly waitSeconds?: number;
  readonly onRetry?: (error: unknown) => void;
}

/** What has been recorded. */
export interface EndReverseResult {
  readonly cutover: string;
  readonly phase: string;
  readonly reverseEndedAt: Date;
}

/**
 * Ends reverse sync, in phase legacy_locked: the legacy tables hold everything that was committed before, and from then on stay
 * exactly as they are. A way back then begins with a reverse backfill.
 *
 * @throws CutoverError CU013 where there is no reverse sync to end (another phase, no way back, ended already, in the middle of a
 *   move), CU301 when other sessions were in the way for longer than `waitSeconds`
 */
export function endReverse(
  source: Source,
  name: string,
  options: EndReverseOptions = {},
): Promise<EndReverseResult> {
  const budgetMs = (options.waitSeconds ?? 60) * 1000;
  return withSession(source, async (client) => {
    let tries = 0;
    await retry(
      async () => {
        // What the step could not work off at once is worked off in transactions of its own, which hold nobody up.
        if (tries++ > 0) await drainAll(client, name, { waitSeconds: 0 });
        await runOne(endReverseSync, { name, reason: options.reason }, client);
      },
      { budgetMs, ...(options.onRetry === undefined ? {} : { onRetry: options.onRetry }) },
    );
    const { phase, reverse_ended_at: reverseEndedAt } = await runOne(findCutover, { name }, client);
    if (reverseEndedAt === null)
      throw new Error(`the end of the reverse sync of ${name} has not been recorded`);
    return { cutover: name, phase, reverseEndedAt };
  });
}
