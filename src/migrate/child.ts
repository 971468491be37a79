/**
 * The process in which graphile-migrate runs: it may end the process that it runs in, and does so when a session of its pool is
 * terminated. The job comes as a message of the parent, so no URL is an argument; reports go back as messages.
 */
import { Logger, migrate, reset, type Settings } from "graphile-migrate";
import { getSettings } from "graphile-migrate/dist/commands/_common.js";
import type { ChildJob, ChildReport, DatabaseFailure } from "./child-messages.ts";
import { reportStatements, type StatementWatch } from "./child-statements.ts";

if (process.send !== undefined) {
  process.once("message", (job: ChildJob) => void run(job));
  // Who asked is gone: what is not committed yet shall not be, as nobody would hear of it.
  process.once("disconnect", () => process.exit());
}

async function run(job: ChildJob): Promise<void> {
  const watch: StatementWatch = { migration: undefined, noTransaction: false, statements: 0 };
  try {
    // .gmrc.js is code, and may look.
    process.env.DATABASE_URL = job.url;
    const settings = await getSettings({ configFile: job.settingsFile });
    if (job.command === "settings") await report({ event: "settings", settings: plain(settings) });
    else {
      reportStatements(watch, job.timeouts, {
        session: (pid) => void report({ event: "session", pid }),
        ran: (file) => void report({ event: "ran", file }),
      });
      const own = withJob(settings, job, watch);
      await (job.command === "migrate" ? migrate(own) : reset(own, true));
      await report({ event: "done" });
    }
  } catch (error) {
    await report({ event: "failed", error: describe(error, watch) });
  }
  // The last message has to be out, and graphile-migrate's pool is not waited for.
  process.disconnect();
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
      if (file === undefined) {
        void report({ event: "said", text: message });
        return;
      }
      watch.migration = file;
      watch.statements = 0;
      void report({ event: "running", file });
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

/** Resolves when the message is out. */
function report(message: ChildReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, () => resolve());
  });
}
