import type { Command } from "commander";

/**
 * Every command, in the order in which a cutover meets them. Each is loaded when it is asked for: a pipeline starts this program often, and
 * most of its start is loading what it does not need.
 */
export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["init", async () => (await import("./init.ts")).initCommand()],
  ["new", async () => (await import("./new.ts")).newCommand()],
  ["lint", async () => (await import("./lint.ts")).lintCommand()],
  ["compile", async () => (await import("./compile.ts")).compileCommand()],
  ["generate", async () => (await import("./generate.ts")).generateCommand()],
  ["migrate", async () => (await import("./migrate.ts")).migrateCommand()],
  ["status", async () => (await import("./status.ts")).statusCommand()],
  ["advance", async () => (await import("./advance.ts")).advanceCommand()],
  ["worker", async () => (await import("./worker.ts")).workerCommand()],
  ["jobs", async () => (await import("./jobs.ts")).jobsCommand()],
  ["metrics", async () => (await import("./metrics.ts")).metricsCommand()],
  ["backfill", async () => (await import("./backfill.ts")).backfillCommand()],
  ["drain", async () => (await import("./drain.ts")).drainCommand()],
  ["verify", async () => (await import("./verify.ts")).verifyCommand()],
  ["quarantine", async () => (await import("./quarantine.ts")).quarantineCommand()],
  ["views", async () => (await import("./views.ts")).viewsCommand()],
  ["end-reverse", async () => (await import("./end-reverse.ts")).endReverseCommand()],
  ["rollback", async () => (await import("./rollback.ts")).rollbackCommand()],
  ["requests", async () => (await import("./requests.ts")).requestsCommand()],
  ["remove", async () => (await import("./remove.ts")).removeCommand()],
  ["uninstall", async () => (await import("./uninstall.ts")).uninstallCommand()],
]);
