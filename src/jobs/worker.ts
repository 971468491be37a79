import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import type { PgBoss } from "pg-boss";
import { settleEncryption } from "../connection/encryption.ts";
import { connectionError } from "../db.ts";
import { pause } from "../engine/drain.ts";
import { cutovers } from "../engine/status.ts";
import { explainDatabaseError, messageOf } from "../errors.ts";
import { redactUrl, silentLogger } from "../log.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Helpers, type Workplace } from "./helpers.ts";
import type { Job, JobEvent } from "./job.ts";
import { openQueue } from "./queue.ts";
import { Sessions } from "./sessions.ts";
import { workOffQueue } from "./work-off-queue.ts";
import { parseOptions, type WorkerOptions } from "./worker-options.ts";

export type { WorkerOptions } from "./worker-options.ts";

/** How a worker of this process is, for a health check. */
export interface WorkerHealth {
  readonly worker: string;
  /** `cut off`: the database has not answered for as long as others wait before they take over. */
  readonly state: "running" | "cut off" | "stopping";
  readonly silentSeconds: number;
  readonly jobs: readonly string[];
  readonly running: readonly object[];
}

/** A running worker. */
export interface Worker {
  /** Unique among all that ever run: host, process, a random part. */
  readonly name: string;
  health(): WorkerHealth;
  /**
   * Ends after the transactions in hand; what takes longer than the stop timeout is handed back. Resolves when no session of the
   * worker is in use any more.
   */
  stop(): Promise<void>;
}

/** How often the database is asked for work whose job has been lost. */
const SWEEP_EVERY_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
/** What a stop may take after the work was handed back, when the database does not answer either. */
const FAREWELL_MS = 5000;

/**
 * Starts a worker inside this process: it does the jobs of the queue, drains the outbox of every cutover all the time, and helps
 * with every backfill that is not finished.
 *
 * @throws CutoverError CU303 for a job that does not exist, CU905 where the core schema is missing, CU310 where the queue is, CU901
 *   to CU904 without a connection
 */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  const { jobs, concurrency, takeOverSeconds, stopTimeoutMs } = parseOptions(options);
  // Host and process number alone come again: in a container that was restarted, both are the same.
  const name = `${hostname()}:${process.pid}:${randomBytes(3).toString("hex")}`;
  const names = jobs.map((job) => job.name);
  const logger = options.logger ?? silentLogger;
  const emit = (event: JobEvent) => {
    options.onEvent?.(event);
    logger[event.event === "error" ? "error" : event.event === "warning" ? "warn" : "info"](
      event,
      event.event,
    );
  };
  const complain = (subject: string, error: unknown) =>
    emit({ event: "error", subject, message: redactUrl(messageOf(error)), ...codeOf(error) });

  const sessions =
    typeof options.database === "string"
      ? // Helpers of every job, the drain, the sweep, the heartbeat, and the queue's own statements.
        new Sessions(await settleEncryption(options.database), concurrency * jobs.length + 5, (error) =>
          complain("session", error),
        )
      : undefined;
  const pool = sessions?.pool ?? (options.database as pg.Pool);
  const stopping = new AbortController();
  const leaving = new AbortController();
  const place: Workplace = {
    pool,
    worker: name,
    concurrency,
    takeOverSeconds,
    stopping: stopping.signal,
    leaving: leaving.signal,
    emit,
  };
  const helpers = new Helpers(place);
  const vitals = { name, host: hostname(), pid: process.pid, takeOverSeconds, concurrency, jobs: names };
  const heartbeat = new Heartbeat(
    pool,
    { ...vitals, running: () => helpers.running },
    {
      onCutOff: (silentSeconds) => emit({ event: "cut_off", worker: name, silentSeconds }),
      onReconnected: (silentSeconds) => emit({ event: "reconnected", worker: name, silentSeconds }),
      giveUpSessions: () => sessions?.giveUp(),
    },
  );

  let queue: PgBoss;
  try {
    await pool.query("SELECT").catch((error: unknown) => {
      throw connectionError(error, sessions ? (options.database as string) : "the pool that was given");
    });
    // Says at once when this database does not hold the core schema.
    await cutovers(pool);
    queue = await openQueue(pool, {
      supervise: true,
      takeOverSeconds: options.takeOverSeconds,
      onWarning: (message) => emit({ event: "warning", subject: "queue", message }),
    });
    await heartbeat.beat();
    await workOffQueue(queue, jobs, helpers, concurrency);
  } catch (error) {
    await sessions?.pool.end();
    throw explainDatabaseError(error);
  }
  const loops = [
    ...jobs
      .filter((job) => job.everyMs !== undefined)
      .map((job) =>
        again(place, complain, job.name, job.everyMs ?? 0, () => job.run(helpers.contextOf(name), {})),
      ),
    again(place, complain, "sweep", SWEEP_EVERY_MS, () => sweep(jobs, helpers, name)),
    heartbeat.run(leaving.signal),
  ];
  emit({ event: "ready", worker: name, pid: process.pid, concurrency, takeOverSeconds, jobs: names });

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    emit({ event: "stopping", worker: name });
    stopping.abort();
    const working = Promise.all([
      ...loops.slice(0, -1),
      helpers.idle(),
      queue.stop({ close: false, graceful: true, timeout: stopTimeoutMs + FAREWELL_MS }),
    ]);
    if (!(await endsWithin(stopTimeoutMs, working))) {
      emit({ event: "handing_back", worker: name, running: helpers.running });
      leaving.abort();
      await endsWithin(FAREWELL_MS, working);
    }
    leaving.abort();
    await endsWithin(FAREWELL_MS, heartbeat.end());
    // Whatever still waits for an answer has been waited for long enough.
    sessions?.giveUp();
    await sessions?.pool.end();
    emit({ event: "stopped", worker: name, peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024) });
  };
  return {
    name,
    health: () => ({
      worker: name,
      state: stopping.signal.aborted ? "stopping" : heartbeat.alive ? "running" : "cut off",
      silentSeconds: Math.round(heartbeat.silentSeconds * 10) / 10,
      jobs: names,
      running: helpers.running,
    }),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Takes up what waits in the database although nobody's job says so: its worker was killed, or the queue was emptied. */
async function sweep(jobs: readonly Job<object>[], helpers: Helpers, worker: string): Promise<void> {
  for (const job of jobs) {
    for (const payload of (await job.waiting?.(helpers.contextOf(worker))) ?? []) {
      // Not waited for: the next piece of work may be another helper's. A failure is told where it happens.
      void helpers.help(job, payload).catch(() => undefined);
    }
  }
}

/** Runs `work` again and again until the worker stops; after a failure with growing pauses. */
async function again(
  place: Workplace,
  complain: (subject: string, error: unknown) => void,
  subject: string,
  everyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  let failures = 0;
  while (!place.stopping.aborted) {
    try {
      await work();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!place.stopping.aborted) complain(subject, explainDatabaseError(error));
    }
    await pause(Math.min(Math.max(everyMs, LONGEST_PAUSE_MS), everyMs * 2 ** failures), place.stopping);
  }
}

/** Whether the work ended in that time; how it ended is told elsewhere. */
async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = wait(ms, false, { signal: over.signal }).catch(() => false);
  return Promise.race([ended, late]).finally(() => over.abort());
}

function codeOf(error: unknown): { code?: unknown } {
  return error instanceof Error && "code" in error ? { code: error.code } : {};
}
