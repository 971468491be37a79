import type pg from "pg";
import { run } from "../engine/session.ts";
import { type ListJobsResult, listJobs, listSchedules } from "../generated/jobs.queries.ts";
import { withQueue } from "./queue.ts";
import { withPool } from "./with-pool.ts";
import { type WorkerRow, workers } from "./worker-health.ts";

/** A job in the queue. */
export interface QueuedJob {
  readonly id: string;
  readonly job: string;
  readonly payload: unknown;
  /** `created` and `retry` wait, `active` runs; the others have ended. */
  readonly state: string;
  /** How often it has been tried before. */
  readonly retries: number;
  readonly createdAt: Date;
  /** Not taken up before this. */
  readonly notBefore: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** What went wrong at the last try. */
  readonly error: string | null;
}

/** A job that runs by itself. */
export interface ScheduledJob {
  readonly job: string;
  /** Tells schedules of one job apart: the cutover, or empty. */
  readonly key: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly payload: unknown;
  readonly nextAt: Date | null;
  readonly lastAt: Date | null;
  readonly lastState: string | null;
}

export interface JobsReport {
  readonly workers: readonly WorkerRow[];
  readonly scheduled: readonly ScheduledJob[];
  readonly running: readonly QueuedJob[];
  readonly waiting: readonly QueuedJob[];
  readonly failed: readonly QueuedJob[];
}

/**
 * What is scheduled, running, waiting and failed. Jobs that have ended are kept for three days.
 *
 * @param most of each list, default 100, the newest first
 * @throws CutoverError CU310 where the queue is missing
 */
export function jobs(
  database: pg.Pool | string,
  options: { readonly most?: number } = {},
): Promise<JobsReport> {
  const most = String(options.most ?? 100);
  return withPool(database, 2, (pool) =>
    withQueue(pool, async (boss) => {
      const list = async (...states: string[]) => (await run(listJobs, { states, most }, pool)).map(describe);
      const schedules = await run(listSchedules, undefined, pool);
      return {
        workers: await workers(pool),
        scheduled: schedules.map((each) => ({
          job: each.name,
          key: each.key,
          cron: each.cron,
          timeZone: each.timezone,
          payload: each.data,
          nextAt: boss.previewSchedule(each.cron, { tz: each.timezone, count: 1 })[0] ?? null,
          lastAt: each.last_at,
          lastState: each.last_state,
        })),
        running: await list("active"),
        waiting: await list("created", "retry"),
        failed: await list("failed"),
      };
    }),
  );
}

function describe(row: ListJobsResult): QueuedJob {
  return {
    id: row.id,
    job: row.name,
    payload: row.data,
    state: row.state,
    retries: row.retry_count,
    createdAt: row.created_on,
    notBefore: row.start_after,
    startedAt: row.started_on,
    endedAt: row.completed_on,
    error: messageIn(row.output),
  };
}

/** pg-boss writes errors down as they come: as an object with a message, or with a value that has one. */
function messageIn(output: unknown): string | null {
  if (typeof output === "string") return output;
  if (typeof output !== "object" || output === null) return null;
  if ("message" in output) return String(output.message);
  return "value" in output ? messageIn(output.value) : null;
}
