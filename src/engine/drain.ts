import { setTimeout as wait } from "node:timers/promises";
import { type Queryable, type Source, withTransaction } from "../db.ts";
import { requireCutover } from "../generated/cutovers.queries.ts";
import { drainBatch } from "../generated/outbox.queries.ts";
import { retry } from "./retry.ts";
import { runOne, withSession } from "./session.ts";

export interface DrainOptions {
  /** Units per transaction, default 100. */
  readonly batch?: number;
  /** Seconds to try again while units are locked by others, default 60. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Works off the committed notes of a cutover until none is left that can be worked off now. */
export function drain(
  source: Source,
  name: string,
  options: DrainOptions = {},
): Promise<{ cutover: string; units: number }> {
  return withSession(source, async (client) => {
    await runOne(requireCutover, { name }, client);
    return { cutover: name, units: await drainAll(client, name, options) };
  });
}

/** As `drain`, on a session of the caller's. */
export async function drainAll(client: Queryable, name: string, options: DrainOptions = {}): Promise<number> {
  let units = 0;
  for (;;) {
    const { done } = await retry(
      () =>
        withTransaction(client, {}, () => runOne(drainBatch, { name, batch: options.batch ?? 100 }, client)),
      { budgetMs: (options.waitSeconds ?? 60) * 1000, signal: options.signal },
    );
    units += done;
    if (done === 0 || options.signal?.aborted) return units;
  }
}

/** Resolves after `ms`, or at once when the signal is raised. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
