import { onTestFinished } from "vitest";
import type { JobEvent } from "../../src/jobs/job.ts";
import { createWorker, type Worker, type WorkerOptions } from "../../src/jobs/worker.ts";

export interface StartedWorker {
  readonly worker: Worker;
  readonly events: readonly JobEvent[];
  /** Resolves with the first event that is wanted, or one that has happened already. */
  until(wanted: (event: JobEvent) => boolean): Promise<JobEvent>;
}

/** A worker in this process, with its events; it stops with the test. */
export async function startWorker(options: Omit<WorkerOptions, "onEvent">): Promise<StartedWorker> {
  const events: JobEvent[] = [];
  const waiting: {
    readonly wanted: (event: JobEvent) => boolean;
    readonly found: (event: JobEvent) => void;
  }[] = [];
  const worker = await createWorker({
    ...options,
    onEvent: (event) => {
      events.push(event);
      for (const each of waiting) if (each.wanted(event)) each.found(event);
    },
  });
  onTestFinished(() => worker.stop());
  const until = async (wanted: (event: JobEvent) => boolean) =>
    events.find(wanted) ?? new Promise<JobEvent>((found) => waiting.push({ wanted, found }));
  return { worker, events, until };
}

/** An event of this name, of this job where one is named. */
export function named(name: string, job?: string): (event: JobEvent) => boolean {
  return (event) => event.event === name && (job === undefined || event.job === job);
}
