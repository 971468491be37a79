/**
 * The process in which graphile-migrate runs: it may end the process that it runs in, and does so when a session of its pool is
 * terminated. The job comes as a message of the parent, so no URL is an argument; reports go back as messages.
 */
import { Logger, migrate, reset, type Settings } from "graphile-migrate";
import { getSettings } from "graphile-migrate/dist/commands/_common.js";
import type { ChildJob, ChildReport, DatabaseFailure } from "./child-messages.ts";
import { reportStatements, type StatementWatch } from "./child-statements.ts";

if (process.send !== undefined) process.once("message", (job: ChildJob) => void run(job));

async function run(job: ChildJob): Promise<void> {
  const watch: StatementWatch = { migration: undefined, statements: 0 };
  try {
    // .gmrc.js is code, and may look.
    process.env.DATABASE_URL = job.url;
    const settings = await getSettings({ configFile: job.settingsFile });
    if (job.command === "settings") report({ event: "settings", settings: plain(settings) });
    else {
      reportStatements(watch, job.timeouts);
      const own = withJob(settings, job, watch);
      await (job.command === "migrate" ? migrate(own) : reset(own, true));
      report({ event: "done" });
    }
  } catch (error) {
    report({ event: "failed", error: describe(error, watch) });
  }
  // graphile-migrate keeps its pool for a while; nothing is waited for.
  process.disconnect();
  process.exitCode = 0;
}

function withJob(settings: Settings, job: ChildJob, watch: StatementWatch): Settings {
  return {
    ...settings,
    connectionString: job.url,
    ...(job.shadowUrl === undefined ? {} : { shadowConnectionString: job.shadowUrl }),
    ...(job.rootUrl === undefined ? {} : { rootConnectionString: job.rootUrl }),
    ...(job.migrationsFolder === undefined ? {} : { migrationsFolder: job.migrationsFolder }),
    logger: new Logger(() => (_level, message) => {
      const file = /Running migration '(.+?)'/.exec(message)?.[1];
      if (file === undefined) return report({ event: "said", text: message });
      watch.migration = file;
      watch.statements = 0;
      report({ event: "running", file });
    }),
  };
}

/** What can be sent; actions and loggers stay here. */
function plain(settings: Settings): Record<string, unknown> {
  return JSON.parse(JSON.stringify({ ...settings, logger: undefined }));
}

function describe(error: unknown, watch: StatementWatch): DatabaseFailure {
  const fields = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof fields[name] === "string" ? fields[name] : undefined);
  return {
    message: error instanceof Error ? error.message : String(error),
    code: text("code"),
    position: fields.position === undefined ? undefined : Number(fields.position),
    detail: text("detail"),
    hint: text("hint"),
    where: text("where"),
    migration: watch.migration,
    statement: watch.migration === undefined ? undefined : watch.statements,
  };
}

function report(message: ChildReport): void {
  process.send?.(message);
}
