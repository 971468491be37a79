import type pg from "pg";
import { withClient } from "../../src/db.ts";
import type { JobContext } from "../../src/jobs/job.ts";

/** What a job has at hand, without a worker around it. */
export function jobContext(pool: pg.Pool, given: Partial<JobContext> = {}): JobContext {
  return {
    pool,
    worker: "test",
    signal: new AbortController().signal,
    takeOverSeconds: 10,
    session: (fn) => withClient(pool, fn),
    emit: () => undefined,
    ...given,
  };
}
