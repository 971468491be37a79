import type { Pool } from "pg";
import { PgBoss } from "pg-boss";
import { explainDatabaseError } from "../errors.ts";
import { JOBS } from "./index.ts";

/** The schema of pg-boss's own tables. */
const QUEUE_SCHEMA = "cutover_jobs";

/** As often as a killed worker's job is given to another; whatever is lost after that is found by `waiting`. */
const QUEUE = {
  retryLimit: 5,
  retryDelay: 1,
  retryBackoff: true,
  // A backfill may take days; a worker that died is known by its heartbeat.
  expireInSeconds: 23 * 3600,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 24 * 3600,
};

/** pg-boss over our pool, so that it opens no sessions of its own and sees no password. Started, with all queues made. */
export async function openQueue(pool: Pool, options: { readonly supervise: boolean }): Promise<PgBoss> {
  const boss = new PgBoss({
    schema: QUEUE_SCHEMA,
    db: { executeSql: (text, values) => pool.query(text, values) },
    supervise: options.supervise,
    schedule: false,
    // A heartbeat that lapsed is noticed within this time.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  // Its errors are those of its timers; the workers that depend on the database notice for themselves.
  boss.on("error", () => undefined);
  try {
    await boss.start();
    for (const job of JOBS) await boss.createQueue(job.name, QUEUE);
  } catch (error) {
    throw explainDatabaseError(error);
  }
  return boss;
}

/** Puts jobs into a queue: `copies` of the same, so that as many workers take it up at once. */
export async function enqueue(pool: Pool, name: string, payload: object, copies: number): Promise<void> {
  const boss = await openQueue(pool, { supervise: false });
  try {
    await boss.insert(
      name,
      Array.from({ length: copies }, () => ({ data: payload })),
    );
  } finally {
    await boss.stop({ close: false, graceful: false });
  }
}
