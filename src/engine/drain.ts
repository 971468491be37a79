import { setTimeout as wait } from "node:timers/promises";
import { type Queryable, type Source, withTransaction } from "../db.ts";
import { requireCutover } from "../generated/cutovers.queries.ts";
import { drainBatch, drainHorizon, othersAtWork } from "../generated/outbox.queries.ts";
import { BatchSize } from "./batch-size.ts";
import { retry } from "./retry.ts";
import { runOne, withSession } from "./session.ts";

export interface DrainOptions {
  /** Seconds to try again while units are locked by others, default 60. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
  /** Seconds of our silence after which the server ends a transaction of ours. */
  readonly silenceSeconds?: number;
  /** How many units at a time, as learnt by earlier calls; default begins anew. */
  readonly size?: BatchSize;
}

/** Units of a batch that says whether there is anything that can be worked off: as many as the database takes while both sides are written. */
const FURTHER = 20;
/** How often to look whether others have done what they were at. */
const LOOK_EVERY_MS = 20;

/**
 * Works off the committed notes of a cutover until none is left that can be worked off now. Notes from before the call that others (a
 * worker, a commit in progress) are working off are waited for, within `waitSeconds`.
 */
export function drain(
  source: Source,
  name: string,
  options: DrainOptions = {},
): Promise<{ cutover: string; units: number }> {
  return withSession(source, async (client) => {
    await runOne(requireCutover, { name }, client);
    const { horizon } = await runOne(drainHorizon, undefined, client);
    const until = performance.now() + (options.waitSeconds ?? 60) * 1000;
    const look = () => runOne(othersAtWork, { name, horizon }, client);
    let units = 0;
    // Whoever was at work may have given up just before we looked, so nobody has to be seen at work twice.
    for (let alone = 0; alone < 2; ) {
      units += await drainAll(client, name, options);
      const { others, waiting } = await look();
      if (!waiting || options.signal?.aborted) break;
      alone = others.length === 0 ? alone + 1 : 0;
      for (let now = others; now.some((transaction) => others.includes(transaction)); ) {
        if (performance.now() > until || options.signal?.aborted) return { cutover: name, units };
        await pause(LOOK_EVERY_MS, options.signal);
        now = (await look()).others;
      }
    }
    return { cutover: name, units };
  });
}

/** As `drain`, on a session of the caller's, and without waiting for others. */
export async function drainAll(client: Queryable, name: string, options: DrainOptions = {}): Promise<number> {
  const size = options.size ?? new BatchSize();
  let units = 0;
  for (let looksFurther = false; ; ) {
    const started = performance.now();
    const batch: number = looksFurther ? Math.max(size.next, FURTHER) : size.next;
    const { done } = await retry(
      () =>
        withTransaction(client, { silenceSeconds: options.silenceSeconds }, () =>
          runOne(drainBatch, { name, batch }, client),
        ),
      {
        budgetMs: (options.waitSeconds ?? 60) * 1000,
        onRetry: () => size.collided(),
        signal: options.signal,
      },
    );
    size.took(performance.now() - started, done >= batch);
    units += done;
    // A small batch may hold nothing but what others have locked, with work behind it.
    looksFurther = done === 0 && batch < FURTHER;
    if ((done === 0 && !looksFurther) || options.signal?.aborted) return units;
  }
}

/** Resolves after `ms`, or at once when the signal is raised. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
