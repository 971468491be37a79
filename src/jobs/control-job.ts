import type pg from "pg";
import type { PgBoss } from "pg-boss";
import { sqlState } from "../db.ts";
import { run } from "../engine/session.ts";
import { CutoverError, EXIT } from "../errors.ts";
import { type FindJobResult, findJob } from "../generated/jobs.queries.ts";
import { withQueue } from "./queue.ts";
import { withPool } from "./with-pool.ts";

/** A job after something was done to it. */
export interface ControlledJob {
  readonly id: string;
  readonly job: string;
  readonly payload: unknown;
  readonly state: string;
}

/**
 * Puts a job that has failed or was cancelled back into its queue.
 *
 * @throws CutoverError CU314 when there is no job of that id, CU315 in another state, or while the same job waits or runs
 */
export function retryJob(database: pg.Pool | string, id: string): Promise<ControlledJob> {
  return withJob(database, id, ["failed", "cancelled"], "retried", async (boss, found) => {
    if (found.state === "failed") await boss.retry(found.name, id);
    else await boss.resume(found.name, id);
  });
}

/**
 * Takes a job out of its queue. One that runs ends: its worker notices within half the take-over bound. A backfill goes on all the
 * same, as every worker looks for unfinished ones: pause or cancel it by `controlBackfill`.
 *
 * @throws CutoverError CU314 when there is no job of that id, CU315 when it has ended
 */
export function cancelJob(database: pg.Pool | string, id: string): Promise<ControlledJob> {
  return withJob(database, id, ["created", "retry", "active"], "cancelled", async (boss, found) => {
    await boss.cancel(found.name, id);
  });
}

function withJob(
  database: pg.Pool | string,
  id: string,
  states: readonly string[],
  done: string,
  act: (boss: PgBoss, found: FindJobResult) => Promise<void>,
): Promise<ControlledJob> {
  return withPool(database, 2, (pool) =>
    withQueue(pool, async (boss) => {
      const found = await find(pool, id);
      if (!states.includes(found.state)) {
        throw refuse(
          `job ${id} is ${found.state} and cannot be ${done}`,
          `Only jobs that are ${states.join(" or ")} can.`,
        );
      }
      await act(boss, found).catch((error: unknown) => {
        if (sqlState(error) !== "23505") throw error;
        throw refuse(`the same job as ${id} waits or runs already`, "`cutover jobs` shows it.");
      });
      const after = await find(pool, id);
      // Its worker was quicker.
      if (done === "cancelled" && after.state !== done)
        throw refuse(`job ${id} is ${after.state} by now`, "`cutover jobs` shows what there is.");
      return { id, job: after.name, payload: after.data, state: after.state };
    }),
  );
}

async function find(pool: pg.Pool, id: string): Promise<FindJobResult> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  const [found] = isId ? await run(findJob, { id }, pool) : [];
  if (found !== undefined) return found;
  throw new CutoverError({
    code: "CU314",
    message: `there is no job ${id}`,
    hint: "`cutover jobs` shows them with their ids; those that have ended are kept for three days.",
    exitCode: EXIT.usage,
  });
}

function refuse(message: string, hint: string): CutoverError {
  return new CutoverError({ code: "CU315", message, hint, exitCode: EXIT.refused });
}
