import type { Pool } from "pg";
import { PgBoss } from "pg-boss";
import { CutoverError, EXIT, explainDatabaseError, messageOf } from "../errors.ts";
import type { Job } from "./job.ts";
import { QUEUE_SCHEMA, QUEUED } from "./queue-settings.ts";

export interface QueueOptions {
  /** Give jobs of silent workers to others, and put scheduled jobs into their queues. */
  readonly supervise: boolean;
  /** Seconds of silence after which a job is given to another worker; default what the queues have. */
  readonly takeOverSeconds?: number | undefined;
  /** Told what pg-boss wants an operator to know. */
  readonly onWarning?: (message: string) => void;
}

/** How often somebody looks for jobs whose worker has gone silent: twice that when the last who looked is the one that is gone. */
const SUPERVISE_EVERY_SECONDS = 3;
/** How often it looks whether a scheduled job is due. */
const SCHEDULE_EVERY_SECONDS = 10;
const FORWARD_EVERY_SECONDS = 1;

/**
 * pg-boss over our pool, so that it opens no sessions of its own and sees no password. It creates nothing: its schema and the
 * queues came with a migration of the core.
 *
 * @throws CutoverError CU310 when the database does not hold the queue of this version
 */
export async function openQueue(pool: Pool, options: QueueOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    schema: QUEUE_SCHEMA,
    db: { executeSql: (text, values) => pool.query(text, values) },
    migrate: false,
    supervise: options.supervise,
    schedule: options.supervise,
    superviseIntervalSeconds: SUPERVISE_EVERY_SECONDS,
    monitorIntervalSeconds: SUPERVISE_EVERY_SECONDS,
    cronMonitorIntervalSeconds: SCHEDULE_EVERY_SECONDS,
    cronWorkerIntervalSeconds: FORWARD_EVERY_SECONDS,
    // For pg-boss's own dashboard; kept for a month.
    persistWarnings: options.supervise,
    warningRetentionDays: 30,
    // DDL, for which a worker need not have the right: `npx pg-boss reindex --schema cutover_jobs` does it.
    reindex: false,
  });
  // Its errors are those of its timers; the workers that depend on the database notice for themselves.
  boss.on("error", () => undefined);
  boss.on("warning", ({ message }) => options.onWarning?.(message));
  try {
    await boss.start();
    await checkQueues(boss);
    await setTakeOver(boss, options.takeOverSeconds);
  } catch (error) {
    await boss.stop({ close: false, graceful: false }).catch(() => undefined);
    throw explainQueueError(error);
  }
  return boss;
}

/** Runs `fn` with a queue that only takes and shows jobs. */
export async function withQueue<T>(pool: Pool, fn: (boss: PgBoss) => Promise<T>): Promise<T> {
  const boss = await openQueue(pool, { supervise: false });
  try {
    return await fn(boss);
  } finally {
    await boss.stop({ close: false, graceful: false });
  }
}

/**
 * Puts a job into its queue, `copies` times, so that as many workers take it up at once.
 *
 * @returns how many were put there: none where its key waits or runs already
 */
export async function enqueue<Payload extends object>(
  pool: Pool,
  job: Job<Payload>,
  payload: Payload,
  copies = 1,
): Promise<number> {
  const singletonKey = job.only?.(payload);
  const entry = { data: payload, ...(singletonKey === undefined ? {} : { singletonKey }) };
  return withQueue(pool, async (boss) => {
    const ids = await boss.insert(
      job.name,
      Array.from({ length: copies }, () => entry),
      { returnId: true },
    );
    return ids?.length ?? 0;
  });
}

async function checkQueues(boss: PgBoss): Promise<void> {
  const there = new Set((await boss.getQueues()).map(({ name }) => name));
  const missing = QUEUED.filter(({ name }) => !there.has(name));
  if (missing.length > 0) throw noQueue(`it has no queue ${missing.map(({ name }) => name).join(", ")}`);
}

/** Jobs take the setting of their queue along when they are put into it. */
async function setTakeOver(boss: PgBoss, seconds: number | undefined): Promise<void> {
  if (seconds === undefined) return;
  const queues = await boss.getQueues(QUEUED.map(({ name }) => name));
  for (const { name, heartbeatSeconds } of queues) {
    if (heartbeatSeconds !== seconds) await boss.updateQueue(name, { heartbeatSeconds: seconds });
  }
}

function explainQueueError(error: unknown): unknown {
  if (/^pg-boss (is not installed|database requires migrations)/.test(messageOf(error))) {
    return noQueue(messageOf(error), error);
  }
  return explainDatabaseError(error);
}

function noQueue(reason: string, cause?: unknown): CutoverError {
  return new CutoverError({
    code: "CU310",
    message: `this database does not hold the job queue of this version of pg-cutover: ${reason}`,
    hint: "Run `cutover init --upgrade`, commit it with graphile-migrate, then `cutover migrate`.",
    exitCode: EXIT.database,
    cause,
  });
}
