import type pg from "pg";
import { runOne } from "../engine/session.ts";
import { CutoverError, EXIT, messageOf } from "../errors.ts";
import { requireCutover } from "../generated/cutovers.queries.ts";
import type { Job } from "./job.ts";
import { enqueue, withQueue } from "./queue.ts";
import { withPool } from "./with-pool.ts";
import { findJob } from "./worker-options.ts";

export interface ScheduleOptions {
  /** Five fields. */
  readonly cron: string;
  /** Default UTC. */
  readonly timeZone?: string | undefined;
}

/** What a job is about: `{ cutover: "notes" }`. */
export type Payload = Readonly<Record<string, unknown>>;

/**
 * Puts a job into its queue now.
 *
 * @returns whether it was put there: not while the same one waits or runs
 * @throws CutoverError CU011 when there is no such cutover, CU303 when there is no job of that name, CU316 when it is none for the queue or the payload is not its
 */
export async function runJob(
  database: pg.Pool | string,
  name: string,
  payload: Payload,
): Promise<{ job: string; payload: object; queued: boolean }> {
  const { job, parsed } = parse(name, payload);
  return withPool(database, 2, async (pool) => {
    await requireKnown(pool, payload);
    const queued = await enqueue(pool, job, parsed);
    return { job: name, payload: parsed, queued: queued > 0 };
  });
}

/**
 * Lets a job run by itself, once over all workers each time. Times that were missed while no worker ran are made up for by one
 * job. A schedule of the same job and cutover is replaced.
 *
 * @throws CutoverError CU011, CU303, CU316 as `runJob`, and CU317 for times that cannot be read
 */
export async function scheduleJob(
  database: pg.Pool | string,
  name: string,
  payload: Payload,
  options: ScheduleOptions,
): Promise<{ job: string; key: string; cron: string; nextAt: Date }> {
  const { job, parsed } = parse(name, payload);
  const key = keyOf(payload);
  const { cron, timeZone: tz = "UTC" } = options;
  return withPool(database, 2, (pool) =>
    withQueue(pool, async (boss) => {
      await requireKnown(pool, payload);
      let nextAt: Date | undefined;
      try {
        [nextAt] = boss.previewSchedule(cron, { tz, count: 1 });
        if (nextAt === undefined) throw new Error("it never comes");
      } catch (error) {
        throw new CutoverError({
          code: "CU317",
          message: `"${cron}" in ${tz} is no time for a job: ${messageOf(error)}`,
          hint: 'Give five fields, such as "0 3 * * *" for three in the morning.',
          exitCode: EXIT.usage,
        });
      }
      const singletonKey = job.only?.(parsed);
      const missed = job.schedule?.missed ?? "once";
      await boss.schedule(name, cron, parsed, {
        tz,
        key,
        missed,
        ...(singletonKey === undefined ? {} : { singletonKey }),
      });
      return { job: name, key, cron, nextAt };
    }),
  );
}

/** Takes a schedule away. @throws CutoverError CU303, CU318 when there is none */
export async function unscheduleJob(
  database: pg.Pool | string,
  name: string,
  payload: Payload,
): Promise<{ job: string; key: string }> {
  findJob(name);
  const key = keyOf(payload);
  return withPool(database, 2, (pool) =>
    withQueue(pool, async (boss) => {
      if ((await boss.getSchedule(name, key)) === null) {
        throw new CutoverError({
          code: "CU318",
          message: `job ${name}${key === "" ? "" : ` of ${key}`} has no schedule`,
          hint: "`cutover jobs` shows those that have.",
          exitCode: EXIT.usage,
        });
      }
      await boss.unschedule(name, key);
      return { job: name, key };
    }),
  );
}

/** Better now than when a worker takes it up. */
async function requireKnown(pool: pg.Pool, { cutover }: Payload): Promise<void> {
  if (typeof cutover === "string") await runOne(requireCutover, { name: cutover }, pool);
}

/** One schedule for each job and cutover. */
function keyOf(payload: Payload): string {
  return typeof payload.cutover === "string" ? payload.cutover : "";
}

function parse(name: string, payload: Payload): { job: Job<object>; parsed: object } {
  const job = findJob(name);
  const refuse = (message: string, hint: string) =>
    new CutoverError({ code: "CU316", message, hint, exitCode: EXIT.usage });
  if (job.everyMs !== undefined) {
    throw refuse(`job ${name} runs in every worker all the time and has no queue`, "Start `cutover worker`.");
  }
  const read = job.payload.safeParse(payload);
  if (read.success) return { job, parsed: read.data };
  const problems = read.error.issues.map((issue) => `${issue.path.join(".") || "payload"}: ${issue.message}`);
  throw refuse(
    `this is no payload of job ${name}: ${problems.join("; ")}`,
    `docs/jobs/${name}.md says what it takes.`,
  );
}
