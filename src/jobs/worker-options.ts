import type pg from "pg";
import { CutoverError, EXIT } from "../errors.ts";
import type { Logger } from "../log.ts";
import { JOBS } from "./index.ts";
import type { Job, JobEvent } from "./job.ts";
import { LEAST_TAKE_OVER_SECONDS } from "./queue-settings.ts";

export interface WorkerOptions {
  /** A pool of the caller's, or a connection URL, for which the worker keeps a pool of its own. */
  readonly database: pg.Pool | string;
  /** Helpers at once for each piece of work, default 1. Each holds one session while it works. */
  readonly concurrency?: number;
  /** Names of the jobs that this worker does, default all. */
  readonly jobs?: readonly string[];
  /**
   * Seconds of silence after which a worker counts as gone and its work is given to others, default and least 10. Give all
   * workers of a database the same.
   */
  readonly takeOverSeconds?: number;
  /** Seconds that `stop` waits for work in hand before it hands it back, default 10. */
  readonly stopTimeoutSeconds?: number;
  /** Told of everything that happens. */
  readonly onEvent?: (event: JobEvent) => void;
  /** Gets a line for everything that happens; a pino logger is one. */
  readonly logger?: Logger;
}

/** The options of a worker, each with its value. */
export interface ParsedOptions {
  readonly jobs: readonly Job<object>[];
  readonly concurrency: number;
  readonly takeOverSeconds: number;
  readonly stopTimeoutMs: number;
}

/** @throws CutoverError CU303 for a job that does not exist, CU312 for a take-over bound that is too short */
export function parseOptions(options: WorkerOptions): ParsedOptions {
  const takeOverSeconds = options.takeOverSeconds ?? LEAST_TAKE_OVER_SECONDS;
  if (!Number.isInteger(takeOverSeconds) || takeOverSeconds < LEAST_TAKE_OVER_SECONDS) {
    throw new CutoverError({
      code: "CU312",
      message: `a worker cannot count as gone after ${takeOverSeconds} seconds`,
      hint: `Give a whole number of at least ${LEAST_TAKE_OVER_SECONDS} seconds.`,
      exitCode: EXIT.usage,
    });
  }
  return {
    jobs: chooseJobs(options.jobs),
    concurrency: options.concurrency ?? 1,
    takeOverSeconds,
    stopTimeoutMs: (options.stopTimeoutSeconds ?? 10) * 1000,
  };
}

function chooseJobs(names: readonly string[] | undefined): readonly Job<object>[] {
  for (const name of names ?? []) findJob(name);
  return JOBS.filter((job) => names?.includes(job.name) ?? true);
}

/** @throws CutoverError CU303 when there is no job of that name */
export function findJob(name: string): Job<object> {
  const found = JOBS.find((job) => job.name === name);
  if (found !== undefined) return found;
  throw new CutoverError({
    code: "CU303",
    message: `there is no job "${name}"`,
    hint: `Jobs: ${JOBS.map((job) => job.name).join(", ")}.`,
    exitCode: EXIT.usage,
  });
}
