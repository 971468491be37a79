import type { PgBoss } from "pg-boss";
import { z } from "zod";
import { CutoverError, EXIT, messageOf } from "../errors.ts";
import { redactUrl } from "../log.ts";
import { isHandedBack } from "./handed-back.ts";
import type { Helpers } from "./helpers.ts";
import type { Job } from "./job.ts";

const QUEUE_POLL_SECONDS = 0.5;

/** What comes of a job, in pg-boss's words; `deadletter` is a failure that is not tried again. */
interface Result {
  readonly status: "completed" | "failed" | "deadletter";
  readonly output?: object;
}

/** Takes jobs from the queue until it is stopped. One at a time per helper: they are long, so a batch would keep work from others. */
export async function workOffQueue(
  queue: PgBoss,
  jobs: readonly Job<object>[],
  helpers: Helpers,
  concurrency: number,
): Promise<void> {
  for (const job of jobs.filter(({ everyMs }) => everyMs === undefined)) {
    await queue.work(
      job.name,
      {
        batchSize: 1,
        localConcurrency: concurrency,
        pollingIntervalSeconds: QUEUE_POLL_SECONDS,
        perJobResults: true,
      },
      async ([taken]) => {
        if (taken === undefined) return [];
        return [{ id: taken.id, ...(await resultOf(job, helpers, taken)) }];
      },
    );
  }
}

async function resultOf(
  job: Job<object>,
  helpers: Helpers,
  taken: { readonly data: unknown; readonly signal: AbortSignal },
): Promise<Result> {
  try {
    await helpers.help(job, job.payload.parse(taken.data ?? {}), taken.signal);
    return { status: "completed" };
  } catch (error) {
    const output = {
      message: redactUrl(messageOf(error)),
      ...("code" in Object(error) ? { code: (error as { code: unknown }).code } : {}),
    };
    return { status: !isHandedBack(error) && isForGood(error) ? "deadletter" : "failed", output };
  }
}

/** What no other try would change: a name that does not exist, a phase that does not allow it, a payload that cannot be read. */
function isForGood(error: unknown): boolean {
  if (error instanceof z.ZodError) return true;
  return error instanceof CutoverError && [EXIT.usage, EXIT.refused].some((code) => code === error.exitCode);
}
