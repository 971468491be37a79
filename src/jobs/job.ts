import type { Pool } from "pg";
import type { z } from "zod";
import type { Client } from "../db.ts";

/** What a job has at hand. */
export interface JobContext {
  readonly pool: Pool;
  /** The name of this worker process, with a number for each helper: unique among all that run. */
  readonly worker: string;
  /** Raised when the worker stops, or when the job was cancelled or given to another: end after the transaction in hand. */
  readonly signal: AbortSignal;
  /** Seconds of silence after which a worker's work is given to others; the bound of its transactions as well. */
  readonly takeOverSeconds: number;
  /**
   * Runs `fn` on one session, for statements that may take long: its connection is dropped, and the server rolls back, when the
   * worker must go or the job is no longer its own.
   */
  session<T>(fn: (client: Client) => Promise<T>): Promise<T>;
  /** Says what has happened; a line of the worker's output. */
  emit(event: JobEvent): void;
}

/** A thing that happened, with its facts. */
export interface JobEvent {
  readonly event: string;
  readonly [fact: string]: unknown;
}

/** When a job runs by itself: once for the whole database, however many workers there are. */
export interface JobSchedule {
  /** Five fields, in UTC. The grain is a minute. */
  readonly cron: string;
  /** What becomes of a time at which no worker ran: nothing, or one job for all that were missed. */
  readonly missed: "skip" | "once";
}

/**
 * A piece of work that any worker may do. All state is in the database, so that a job may be run twice, by two at once, or again
 * after its worker has died, with the same result. One that could not finish because `signal` was raised throws `handedBack`.
 */
export interface Job<Payload extends object> {
  /** The queue's name, which is also the file's. */
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
  /**
   * Runs again this long after it has ended, in milliseconds, in every worker and for as long as it runs; needs no queue. For
   * what must be soon and may be done by all.
   */
  readonly everyMs?: number;
  /** Runs at these times, once over all workers. */
  readonly schedule?: JobSchedule;
  /** Jobs of the same key are one: while it waits or runs, another is not put into the queue. */
  readonly only?: (payload: Payload) => string;
  /** Work that waits in the database, whether its job is still in the queue or was lost with a worker. */
  readonly waiting?: (context: JobContext) => Promise<Payload[]>;
  run(context: JobContext, payload: Payload): Promise<void>;
}

export function defineJob<Payload extends object>(job: Job<Payload>): Job<Payload> {
  return job;
}
