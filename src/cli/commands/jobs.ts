import type { Command } from "commander";
import { CutoverError, EXIT } from "../../errors.ts";
import { cancelJob, retryJob } from "../../jobs/control-job.ts";
import { type JobsReport, jobs, type QueuedJob, type ScheduledJob } from "../../jobs/list-jobs.ts";
import { type Payload, runJob, scheduleJob, unscheduleJob } from "../../jobs/schedule-job.ts";
import { section, table } from "../print.ts";
import { type Answer, act, type Context, command, countOf } from "../shell.ts";
import { describeWorkers } from "./worker.ts";

interface Options {
  readonly cron?: string;
  readonly timeZone?: string;
  readonly data?: string;
  readonly most: number;
}

const ACTIONS =
  "retry <id>, cancel <id>, run <job> [cutover], schedule <job> [cutover], unschedule <job> [cutover]";

export function jobsCommand(): Command {
  const built = command(
    "jobs",
    "what is scheduled, running, waiting and failed; retry, cancel, run and schedule jobs",
    'cutover jobs schedule verify notes --cron "0 3 * * *"',
  )
    .argument("[action]", ACTIONS)
    .argument("[subject]", "the id of a job, or its name")
    .argument("[cutover]", "the cutover that the job is about")
    .option("--cron <times>", "with schedule: five fields")
    .option("--time-zone <zone>", "with schedule: where the times are meant; default UTC")
    .option("--data <json>", "with run and schedule: more of what the job takes, as JSON")
    .option("--most <n>", "how many of each to show", countOf(1), 20);
  return act(built, manage);
}

async function manage(
  context: Context,
  options: Options,
  action: string,
  subject = "",
  cutover = "",
): Promise<Answer> {
  const database = context.databaseUrl();
  if (action === "") {
    const report = await jobs(database, { most: options.most });
    return { text: describe(report), facts: report };
  }
  if (subject === "") throw usage(`\`cutover jobs ${action}\` wants to know what`);
  switch (action) {
    case "retry": {
      const job = await retryJob(database, subject);
      return { text: `${job.job} ${job.id} is back in its queue.`, facts: job };
    }
    case "cancel": {
      const job = await cancelJob(database, subject);
      const more =
        job.job === "backfill"
          ? "\nWorkers go on with the backfill itself: `cutover backfill <name> --pause` or `--cancel`."
          : "";
      return { text: `${job.job} ${job.id} is cancelled.${more}`, facts: job };
    }
    case "run": {
      const found = await runJob(database, subject, payloadOf(options, cutover));
      const text = found.queued ? "is in its queue" : "waits or runs already";
      return { text: `${subject} ${text}.`, facts: found };
    }
    case "schedule": {
      if (options.cron === undefined) throw usage("a schedule wants --cron");
      const { cron, timeZone } = options;
      const found = await scheduleJob(database, subject, payloadOf(options, cutover), { cron, timeZone });
      return { text: `${subject} runs next at ${found.nextAt.toISOString()}.`, facts: found };
    }
    case "unschedule": {
      const found = await unscheduleJob(database, subject, payloadOf(options, cutover));
      return { text: `${subject} has no schedule any more.`, facts: found };
    }
    default:
      throw usage(`there is no \`cutover jobs ${action}\``);
  }
}

function usage(message: string): CutoverError {
  return new CutoverError({ code: "CU400", message, hint: `Actions: ${ACTIONS}.`, exitCode: EXIT.usage });
}

function payloadOf({ data }: Options, cutover: string): Payload {
  let more: unknown = {};
  try {
    more = JSON.parse(data ?? "{}");
  } catch {
    throw usage(`--data ${data} is no JSON`);
  }
  return { ...(more as Payload), ...(cutover === "" ? {} : { cutover }) };
}

function describe(report: JobsReport): string {
  const { workers, scheduled, running, waiting, failed } = report;
  const text = [
    section("Workers", describeWorkers(workers)),
    section("Scheduled", table(scheduled.map(describeSchedule))),
    section("Running", table(running.map((job) => describeJob(job, job.startedAt)))),
    section("Waiting", table(waiting.map((job) => describeJob(job, job.notBefore)))),
    section("Failed", table(failed.map((job) => describeJob(job, job.endedAt)))),
  ].join("");
  const idle = workers.some(({ alive }) => alive) ? "" : "\n\nNo worker is alive: start `cutover worker`.";
  return `${text}${idle}`.trimStart();
}

function describeSchedule({ job, key, cron, timeZone, nextAt, lastAt, lastState }: ScheduledJob): string[] {
  return [
    job,
    key,
    cron,
    timeZone,
    nextAt === null ? "never again" : `next ${nextAt.toISOString()}`,
    lastAt === null ? "not run yet" : `last ${lastAt.toISOString()} ${lastState}`,
  ];
}

function describeJob({ id, job, payload, retries, error }: QueuedJob, at: Date | null): string[] {
  return [
    id,
    job,
    JSON.stringify(payload),
    at?.toISOString() ?? "",
    retries === 0 ? "" : `tried ${retries} times before`,
    error ?? "",
  ];
}
