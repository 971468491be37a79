import { hostname } from "node:os";
import pg from "pg";
import type { PgBoss } from "pg-boss";
import { connectionError } from "../db.ts";
import { pause } from "../engine/drain.ts";
import { cutovers } from "../engine/status.ts";
import { CutoverError, EXIT, explainDatabaseError, messageOf } from "../errors.ts";
import { redactUrl } from "../log.ts";
import { Helpers } from "./helpers.ts";
import { JOBS } from "./index.ts";
import type { Job, JobContext, JobEvent } from "./job.ts";
import { openQueue } from "./queue.ts";

export interface WorkerOptions {
  /** A pool of the caller's, or a connection URL, for which the worker keeps a pool of its own. */
  readonly database: pg.Pool | string;
  /** Helpers at once for each piece of work, default 1. Each holds one session while it works. */
  readonly concurrency?: number;
  /** Names of the jobs that this worker does, default all. */
  readonly jobs?: readonly string[];
  /** Told of everything that happens. */
  readonly onEvent?: (event: JobEvent) => void;
}

/** A running worker. */
export interface Worker {
  /** Unique among all that run: host, process, number. */
  readonly name: string;
  /** Ends after the transactions in hand. Resolves when no session of the worker is in use any more. */
  stop(): Promise<void>;
}

/** How often the database is asked for work whose job has been lost. */
const SWEEP_EVERY_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
const QUEUE_POLL_SECONDS = 0.5;

let started = 0;

/**
 * Starts a worker inside this process: it does the jobs of the queue, drains the outbox of every cutover all the time, and helps
 * with every backfill that is not finished.
 *
 * @throws CutoverError CU303 for a job that does not exist, CU905 where the core schema is missing, CU901 to CU904 without a
 *   connection
 */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  started += 1;
  const name = `${hostname()}:${process.pid}:${started}`;
  const jobs = chooseJobs(options.jobs);
  const concurrency = options.concurrency ?? 1;
  const own = typeof options.database === "string";
  const pool = own
    ? new pg.Pool({
        connectionString: options.database as string,
        // Helpers of every job, the drain, the sweep, and the queue's own statements.
        max: concurrency * jobs.length + 4,
        application_name: "pg-cutover worker",
      })
    : (options.database as pg.Pool);
  const emit = (event: JobEvent) => options.onEvent?.(event);
  // A session that the server ends while it is idle; the next statement opens another.
  if (own)
    pool.on("error", (error) =>
      emit({ event: "error", subject: "session", message: redactUrl(messageOf(error)) }),
    );

  const stopping = new AbortController();
  const context: JobContext = { pool, worker: name, signal: stopping.signal, emit };
  const helpers = new Helpers(context, concurrency);
  let queue: PgBoss;
  try {
    await pool.query("SELECT").catch((error: unknown) => {
      throw connectionError(error, own ? (options.database as string) : "the pool that was given");
    });
    // Says at once when this database does not hold the core schema.
    await cutovers(pool);
    queue = await openQueue(pool, { supervise: true });
    await workOffQueue(queue, jobs, helpers, concurrency);
  } catch (error) {
    if (own) await pool.end();
    throw error;
  }
  const loops = [
    ...jobs
      .filter((job) => job.everyMs !== undefined)
      .map((job) => again(context, job.name, job.everyMs ?? 0, () => job.run(context, {}))),
    again(context, "sweep", SWEEP_EVERY_MS, () => sweep(context, jobs, helpers)),
  ];
  emit({ event: "ready", worker: name, pid: process.pid, concurrency, jobs: jobs.map((job) => job.name) });

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    emit({ event: "stopping", worker: name });
    stopping.abort();
    await Promise.all([...loops, helpers.idle()]);
    await queue.stop({ close: false, graceful: true, timeout: 10_000 });
    if (own) await pool.end();
    emit({ event: "stopped", worker: name, peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024) });
  };
  return {
    name,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function chooseJobs(names: readonly string[] | undefined): readonly Job<object>[] {
  const unknown = names?.filter((name) => !JOBS.some((job) => job.name === name)) ?? [];
  if (unknown.length === 0) return JOBS.filter((job) => names?.includes(job.name) ?? true);
  throw new CutoverError({
    code: "CU303",
    message: `there is no job "${unknown[0]}"`,
    hint: `Jobs: ${JOBS.map((job) => job.name).join(", ")}.`,
    exitCode: EXIT.usage,
  });
}

/** One job at a time per helper: they are long, so a batch would keep work from other workers. */
async function workOffQueue(
  queue: PgBoss,
  jobs: readonly Job<object>[],
  helpers: Helpers,
  concurrency: number,
): Promise<void> {
  for (const job of jobs.filter(({ everyMs }) => everyMs === undefined)) {
    await queue.work(
      job.name,
      { batchSize: 1, localConcurrency: concurrency, pollingIntervalSeconds: QUEUE_POLL_SECONDS },
      async ([taken]) => {
        if (taken !== undefined) await helpers.help(job, job.payload.parse(taken.data));
      },
    );
  }
}

/** Takes up what waits in the database although nobody's job says so: its worker was killed, or the queue was emptied. */
async function sweep(context: JobContext, jobs: readonly Job<object>[], helpers: Helpers): Promise<void> {
  for (const job of jobs) {
    for (const payload of (await job.waiting?.(context)) ?? []) {
      // Not waited for: the next piece of work may be another helper's. A failure is told where it happens.
      void helpers.help(job, payload).catch(() => undefined);
    }
  }
}

/** Runs `work` again and again until the worker stops; after a failure with growing pauses. */
async function again(
  context: JobContext,
  subject: string,
  everyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  let failures = 0;
  while (!context.signal.aborted) {
    try {
      await work();
      failures = 0;
    } catch (error) {
      failures += 1;
      const explained = explainDatabaseError(error);
      if (!context.signal.aborted) {
        context.emit({
          event: "error",
          subject,
          message: redactUrl(messageOf(explained)),
          ...codeOf(explained),
        });
      }
    }
    await pause(Math.min(Math.max(everyMs, LONGEST_PAUSE_MS), everyMs * 2 ** failures), context.signal);
  }
}

function codeOf(error: unknown): { code?: unknown } {
  return error instanceof Error && "code" in error ? { code: error.code } : {};
}
