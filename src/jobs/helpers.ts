import type { Pool } from "pg";
import { explainDatabaseError, messageOf } from "../errors.ts";
import { redactUrl } from "../log.ts";
import { handedBack, isHandedBack } from "./handed-back.ts";
import type { Job, JobContext, JobEvent } from "./job.ts";
import { withSessionUntil } from "./sessions.ts";

/** What all helpers of a worker have in common. */
export interface Workplace {
  readonly pool: Pool;
  readonly worker: string;
  readonly concurrency: number;
  readonly takeOverSeconds: number;
  /** Raised when the worker stops: end after the transaction in hand. */
  readonly stopping: AbortSignal;
  /** Raised when it has waited long enough for that: end now. */
  readonly leaving: AbortSignal;
  emit(event: JobEvent): void;
}

/** A piece of work that is being done. */
interface Running {
  readonly job: string;
  readonly payload: object;
  readonly helper: string;
  readonly since: Date;
}

/**
 * Who in this process helps with what. A piece of work is asked for from two sides, by its job in the queue and by looking into
 * the database; it never has more helpers than `concurrency`.
 */
export class Helpers {
  readonly #place: Workplace;
  readonly #working = new Map<string, Set<Promise<void>>>();
  readonly #running = new Set<Running>();
  #numbered = 0;

  constructor(place: Workplace) {
    this.#place = place;
  }

  get running(): readonly Running[] {
    return [...this.#running];
  }

  /**
   * Sees to it that a piece of work has all its helpers; resolves when they have ended.
   *
   * @param claim raised when the job in the queue is no longer this worker's
   * @throws CutoverError CU311 when the worker stops before the work is done
   */
  async help<Payload extends object>(
    job: Job<Payload>,
    payload: Payload,
    claim?: AbortSignal,
  ): Promise<void> {
    // A job that is taken from the queue while the worker stops must not count as done.
    if (this.#place.stopping.aborted) throw handedBack(job.name);
    const key = `${job.name} ${JSON.stringify(payload)}`;
    const working = this.#working.get(key) ?? new Set();
    this.#working.set(key, working);
    // Work that nobody else can take a part of has one helper.
    const wanted = job.waiting === undefined ? 1 : this.#place.concurrency;
    while (working.size < wanted) {
      const helper: Promise<void> = this.#run(job, payload, claim).finally(() => {
        working.delete(helper);
        if (working.size === 0) this.#working.delete(key);
      });
      working.add(helper);
    }
    await Promise.all(working);
  }

  /** Resolves when nobody works any more. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#working.values()].flatMap((working) => [...working]));
  }

  /** What a job has at hand. */
  contextOf(worker: string, claim?: AbortSignal): JobContext {
    const { pool, takeOverSeconds, stopping, leaving, emit } = this.#place;
    const orClaim = (signal: AbortSignal) =>
      claim === undefined ? signal : AbortSignal.any([signal, claim]);
    return {
      pool,
      worker,
      takeOverSeconds,
      signal: orClaim(stopping),
      session: (fn) => withSessionUntil(pool, orClaim(leaving), fn),
      emit,
    };
  }

  async #run<Payload extends object>(
    job: Job<Payload>,
    payload: Payload,
    claim: AbortSignal | undefined,
  ): Promise<void> {
    this.#numbered += 1;
    const worker = `${this.#place.worker}:${this.#numbered}`;
    const { emit, leaving } = this.#place;
    const running = { job: job.name, payload, helper: worker, since: new Date() };
    this.#running.add(running);
    emit({ event: "job_started", worker, job: job.name, ...payload });
    try {
      // Work of which everybody may take a part does not end with the job that asked for help.
      await job.run(this.contextOf(worker, job.waiting === undefined ? claim : undefined), payload);
      emit({ event: "job_ended", worker, job: job.name, ...payload });
    } catch (error) {
      if (isHandedBack(error) || leaving.aborted) {
        emit({ event: "job_handed_back", worker, job: job.name, ...payload });
        throw isHandedBack(error) ? error : handedBack(job.name);
      }
      const explained = explainDatabaseError(error);
      const message = claim?.aborted
        ? "the job was cancelled or given to another worker"
        : redactUrl(messageOf(explained));
      emit({ event: "error", subject: job.name, ...payload, message });
      throw explained;
    } finally {
      this.#running.delete(running);
    }
  }
}
