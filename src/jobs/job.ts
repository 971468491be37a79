import type { Pool } from "pg";
import type { z } from "zod";

/** What a job has at hand. */
export interface JobContext {
  readonly pool: Pool;
  /** The name of this worker process, with a number for each helper: unique among all that run. */
  readonly worker: string;
  /** Raised when the worker stops: end after the transaction in hand. */
  readonly signal: AbortSignal;
  /** Says what has happened; a line of the worker's output. */
  emit(event: JobEvent): void;
}

/** A thing that happened, with its facts. */
export interface JobEvent {
  readonly event: string;
  readonly [fact: string]: unknown;
}

/**
 * A piece of work that any worker may do. All state is in the database, so that a job may be run twice, by two at once, or again
 * after its worker has died, with the same result.
 */
export interface Job<Payload extends object> {
  /** The queue's name, which is also the file's. */
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
  /** Runs again this long after it has ended, in milliseconds, for as long as the worker runs; needs no queue. */
  readonly everyMs?: number;
  /** Work that waits in the database, whether its job is still in the queue or was lost with a worker. */
  readonly waiting?: (context: JobContext) => Promise<Payload[]>;
  run(context: JobContext, payload: Payload): Promise<void>;
}

export function defineJob<Payload extends object>(job: Job<Payload>): Job<Payload> {
  return job;
}
