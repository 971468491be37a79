import { hostname } from "node:os";
import type pg from "pg";
import { type BackfillProgress, planBackfill, readBackfill } from "../engine/backfill.ts";
import { pause } from "../engine/drain.ts";
import { type HelpProgress, helpBackfill } from "../engine/help-backfill.ts";
import { goLive } from "../engine/projections.ts";
import { Rate } from "../engine/rate.ts";
import { backfill as backfillJob } from "./backfill.ts";
import { enqueue } from "./queue.ts";
import { withPool } from "./with-pool.ts";

export interface BackfillOptions {
  /** Default forward. */
  readonly direction?: "forward" | "reverse";
  /** Do it in this process with this many helpers; without it, workers do it. */
  readonly localHelpers?: number;
  readonly onProgress?: (progress: HelpProgress) => void;
}

export interface LocalOptions {
  /** Helpers at once, each on a session of its own. */
  readonly helpers: number;
  readonly onProgress?: (progress: HelpProgress) => void;
  readonly signal?: AbortSignal;
}

export interface QueuedOptions {
  /** Jobs put into the queue: as many workers take it up at once, others find it a second later. */
  readonly jobs: number;
  /** Wait until it has ended. */
  readonly wait: boolean;
  readonly onProgress?: (progress: HelpProgress) => void;
  /** Called once when nothing has moved for a while. */
  readonly onIdle?: () => void;
}

const POLL_MS = 200;
const IDLE_AFTER_MS = 5000;

/**
 * Makes one side true for everything that was there before the sync, and resolves when that has ended: `finished`, or `paused`
 * or `stopped` by somebody else. A projection is verified then, and live when that finds it true.
 *
 * @throws CutoverError CU010 in a phase in which the sync of that direction does not run
 */
export async function backfill(
  database: pg.Pool | string,
  name: string,
  options: BackfillOptions = {},
): Promise<BackfillProgress> {
  const planned = await planBackfill(database, name, options.direction);
  const onProgress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  const done =
    options.localHelpers === undefined
      ? await backfillByWorkers(database, planned, { jobs: 1, wait: true, ...onProgress })
      : await backfillHere(database, planned, { helpers: options.localHelpers, ...onProgress });
  if (done.state === "finished") await goLive(database, name);
  return done;
}

/** Works a planned backfill off in this process. */
export async function backfillHere(
  database: pg.Pool | string,
  planned: BackfillProgress,
  options: LocalOptions,
): Promise<BackfillProgress> {
  return withPool(database, options.helpers, async (pool) => {
    const helpers = Array.from({ length: options.helpers }, (_, index) =>
      helpBackfill(pool, planned.id, {
        worker: `${hostname()}:${process.pid}:local:${index + 1}`,
        signal: options.signal,
        // All see the same whole.
        ...(index === 0 && options.onProgress !== undefined ? { onProgress: options.onProgress } : {}),
      }),
    );
    await Promise.all(helpers);
    return ended(await readBackfill(pool, planned.id), planned);
  });
}

/** Puts a planned backfill into the queue, and waits for the workers. */
export async function backfillByWorkers(
  database: pg.Pool | string,
  planned: BackfillProgress,
  options: QueuedOptions,
): Promise<BackfillProgress> {
  const { id } = planned;
  return withPool(database, 2, async (pool) => {
    await enqueue(pool, backfillJob, { backfill: id }, options.jobs);
    const rate = new Rate();
    let movedAt = performance.now();
    let last = -1;
    let told = false;
    for (;;) {
      const progress = await readBackfill(pool, id);
      if (progress === undefined || progress.state !== "open" || !options.wait)
        return ended(progress, planned);
      const { cutover, direction, done, total } = progress;
      options.onProgress?.({ backfill: id, cutover, direction, done, total, ...rate.measure(done, total) });
      if (done !== last) movedAt = performance.now();
      last = done;
      if (!told && performance.now() - movedAt > IDLE_AFTER_MS) {
        told = true;
        options.onIdle?.();
      }
      await pause(POLL_MS, undefined);
    }
  });
}

/** A backfill that is gone was cancelled. */
function ended(progress: BackfillProgress | undefined, planned: BackfillProgress): BackfillProgress {
  return progress ?? { ...planned, state: "stopped" };
}
