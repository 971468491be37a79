import { explainDatabaseError, messageOf } from "../errors.ts";
import { redactUrl } from "../log.ts";
import type { Job, JobContext } from "./job.ts";

/**
 * Who in this process helps with what. A piece of work is asked for from two sides, by its job in the queue and by looking into
 * the database; it never has more helpers than `concurrency`.
 */
export class Helpers {
  readonly #context: JobContext;
  readonly #concurrency: number;
  readonly #working = new Map<string, Set<Promise<void>>>();
  #numbered = 0;

  constructor(context: JobContext, concurrency: number) {
    this.#context = context;
    this.#concurrency = concurrency;
  }

  /** Sees to it that a piece of work has all its helpers; resolves when they have ended. */
  async help<Payload extends object>(job: Job<Payload>, payload: Payload): Promise<void> {
    const key = `${job.name} ${JSON.stringify(payload)}`;
    const working = this.#working.get(key) ?? new Set();
    this.#working.set(key, working);
    // Work that nobody else can take a part of has one helper.
    const wanted = job.waiting === undefined ? 1 : this.#concurrency;
    while (working.size < wanted && !this.#context.signal.aborted) {
      const helper: Promise<void> = this.#run(job, payload).finally(() => {
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

  async #run<Payload extends object>(job: Job<Payload>, payload: Payload): Promise<void> {
    this.#numbered += 1;
    const worker = `${this.#context.worker}:${this.#numbered}`;
    this.#context.emit({ event: "job_started", worker, job: job.name, ...payload });
    try {
      await job.run({ ...this.#context, worker }, payload);
      this.#context.emit({ event: "job_ended", worker, job: job.name, ...payload });
    } catch (error) {
      const explained = explainDatabaseError(error);
      this.#context.emit({
        event: "error",
        subject: job.name,
        ...payload,
        message: redactUrl(messageOf(explained)),
      });
      throw explained;
    }
  }
}
