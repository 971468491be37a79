import { JOBS } from "./index.ts";
import type { Job } from "./job.ts";

/** The schema of pg-boss's own tables. */
export const QUEUE_SCHEMA = "cutover_jobs";

/** Least that pg-boss takes as a heartbeat. */
export const LEAST_TAKE_OVER_SECONDS = 10;

/** What all queues have in common. */
const COMMON = {
  // Work that a worker hands back or loses counts as a try, so there are many; the pauses between them grow to half a minute.
  retryLimit: 20,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  // A backfill may take days; a worker that died is known by its silence.
  expireInSeconds: 23 * 3600,
  heartbeatSeconds: LEAST_TAKE_OVER_SECONDS,
  deleteAfterSeconds: 3 * 24 * 3600,
};

/** A queue, in pg-boss's words. */
export type QueueSettings = typeof COMMON & { readonly policy: "standard" | "exclusive" };

/** Jobs that go through a queue; the others run in every worker all the time. */
export const QUEUED: readonly Job<object>[] = JOBS.filter(({ everyMs }) => everyMs === undefined);

/** `exclusive` lets one job of a key wait or run, `standard` any number. */
export function settingsOf(job: Job<object>): QueueSettings {
  return { ...COMMON, policy: job.only === undefined ? "standard" : "exclusive" };
}
