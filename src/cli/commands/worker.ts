import type { Command } from "commander";
import { CutoverError, EXIT } from "../../errors.ts";
import { type HealthServer, serveHealth } from "../../jobs/health-server.ts";
import type { JobEvent } from "../../jobs/job.ts";
import { createWorker } from "../../jobs/worker.ts";
import { type WorkerRow, workers } from "../../jobs/worker-health.ts";
import { createLogger } from "../../log.ts";
import { progressLine, table } from "../print.ts";
import { type Answer, act, atLeast, type Context, command, countOf } from "../shell.ts";

interface Options {
  readonly concurrency: number;
  readonly jobs?: string;
  readonly takeOver?: number;
  readonly stopTimeout: number;
  readonly health?: true | string;
  readonly healthPort?: number;
  readonly healthHost?: string;
}

export function workerCommand(): Command {
  const built = command(
    "worker",
    "do scheduled work until SIGTERM: backfills, draining, queued and scheduled jobs",
    "cutover worker --concurrency 2 --health-port 8080",
  )
    .option("--concurrency <n>", "helpers at once for each backfill", countOf(1), 1)
    .option("--jobs <list>", "only these jobs, separated by commas")
    .option("--take-over <seconds>", "silence after which a worker counts as gone; at least 10", countOf(1))
    .option("--stop-timeout <seconds>", "wait that long for work in hand, then hand it back", atLeast(0), 10)
    .option("--health [where]", 'start none: ask whether one is alive, "here" on this machine or "anywhere"')
    .option("--health-port <port>", "answer GET /health there; 0 takes a free port", countOf(0))
    .option("--health-host <host>", "the address to answer on; default 127.0.0.1");
  return act(built, (context, options: Options) =>
    options.health === undefined ? work(context, options) : checkHealth(context, options),
  );
}

/** Runs until a signal; with --json it writes a line for each event. */
async function work(context: Context, options: Options): Promise<undefined> {
  const worker = await createWorker({
    database: context.databaseUrl(),
    concurrency: options.concurrency,
    stopTimeoutSeconds: options.stopTimeout,
    ...(options.takeOver === undefined ? {} : { takeOverSeconds: options.takeOver }),
    ...jobsOf(options),
    ...(context.out.json
      ? { logger: createLogger({ write: (line) => void process.stdout.write(line) }) }
      : { onEvent: (event: JobEvent) => context.out.line(describe(event), event) }),
  });
  let server: HealthServer | undefined;
  try {
    if (options.healthPort !== undefined) {
      server = await serveHealth(worker.health, { port: options.healthPort, host: options.healthHost });
      const { host, port } = server;
      context.out.line(`answering on http://${host}:${port}/health`, { event: "listening", host, port });
    }
    await signalled(worker.stop);
  } finally {
    await worker.stop();
    await server?.close();
  }
}

/** Resolves when a signal has come and `stop` has done its work. */
async function signalled(stop: () => Promise<void>): Promise<void> {
  let asked = false;
  await new Promise<void>((resolve, reject) => {
    const end = () => {
      // Asked twice: whoever asks means now.
      if (asked) process.exit(130);
      asked = true;
      stop().then(resolve, reject);
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
    // Started by another process over a channel, it ends with it.
    process.on("disconnect", end);
  });
  process.removeAllListeners("SIGTERM");
  process.removeAllListeners("SIGINT");
}

/** Whether a worker is alive, by what the database knows. */
async function checkHealth(context: Context, options: Options): Promise<Answer> {
  const where = options.health === true ? "here" : options.health;
  if (where !== "here" && where !== "anywhere") {
    throw new CutoverError({
      code: "CU400",
      message: `"${where}" is neither here nor anywhere`,
      hint: "`cutover worker --health here` asks for this machine, `--health anywhere` for any.",
      exitCode: EXIT.usage,
    });
  }
  const found = await workers(context.databaseUrl(), { here: where === "here", ...jobsOf(options) });
  const alive = found.filter((worker) => worker.alive);
  const refusal =
    alive.length > 0
      ? undefined
      : new CutoverError({
          code: "CU319",
          message: `no worker is alive ${where === "here" ? "on this machine" : "anywhere"}${options.jobs === undefined ? "" : ` that does ${options.jobs}`}`,
          hint: "Start `cutover worker`; its output says why it ended.",
          exitCode: EXIT.refused,
        });
  return { text: describeWorkers(found), facts: { alive: alive.length, workers: found }, refusal };
}

/** A line per worker. */
export function describeWorkers(found: readonly WorkerRow[]): string {
  return table(
    found.map((worker) => [
      worker.name,
      worker.alive ? "alive" : `silent for ${Math.round(worker.silentSeconds)} s`,
      worker.running.length === 0 ? "idle" : `${worker.running.length} jobs in hand`,
      worker.jobs.join(", "),
    ]),
  );
}

function jobsOf({ jobs }: Options): { jobs?: string[] } {
  return jobs === undefined ? {} : { jobs: jobs.split(",").map((name) => name.trim()) };
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
