import type { Command } from "commander";
import type { JobEvent } from "../../jobs/job.ts";
import { createWorker } from "../../jobs/worker.ts";
import { progressLine } from "../print.ts";
import { act, type Context, command, countOf } from "../shell.ts";

interface Options {
  readonly concurrency: number;
  readonly jobs?: string;
}

export function workerCommand(): Command {
  const built = command(
    "worker",
    "do scheduled work until SIGTERM: backfills, draining, queued verifies and repairs",
    "cutover worker --concurrency 2",
  )
    .option("--concurrency <n>", "helpers at once for each backfill", countOf(1), 1)
    .option("--jobs <list>", "only these jobs, separated by commas");
  return act(built, work);
}

/** Runs until a signal; with --json it writes a line for each event. */
async function work(context: Context, options: Options): Promise<undefined> {
  const worker = await createWorker({
    database: context.databaseUrl(),
    concurrency: options.concurrency,
    ...(options.jobs === undefined ? {} : { jobs: options.jobs.split(",").map((name) => name.trim()) }),
    onEvent: (event) => context.out.line(describe(event), { at: new Date().toISOString(), ...event }),
  });
  let asked = false;
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      // Asked twice: whoever asks means now.
      if (asked) process.exit(130);
      asked = true;
      worker.stop().then(resolve, reject);
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    // Started by another process over a channel, it ends with it.
    process.on("disconnect", stop);
  });
  process.removeAllListeners("SIGTERM");
  process.removeAllListeners("SIGINT");
}

function describe(event: JobEvent): string {
  const { event: name, ...facts } = event;
  if (name === "backfill_progress")
    return `${facts.cutover}: ${progressLine(facts as unknown as Parameters<typeof progressLine>[0])}`;
  const shown = Object.entries(facts).map(
    ([fact, value]) => `${fact}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [name, ...shown].join(" ");
}
