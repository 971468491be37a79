#!/usr/bin/env node
// First, and apart: with an old Node the rest may not load.
import "./require-node.ts";

import { Command } from "commander";
import { advanceCommand } from "./commands/advance.ts";
import { backfillCommand } from "./commands/backfill.ts";
import { compileCommand } from "./commands/compile.ts";
import { drainCommand } from "./commands/drain.ts";
import { endReverseCommand } from "./commands/end-reverse.ts";
import { generateCommand } from "./commands/generate.ts";
import { initCommand } from "./commands/init.ts";
import { jobsCommand } from "./commands/jobs.ts";
import { lintCommand } from "./commands/lint.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { newCommand } from "./commands/new.ts";
import { quarantineCommand } from "./commands/quarantine.ts";
import { removeCommand } from "./commands/remove.ts";
import { requestsCommand } from "./commands/requests.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { statusCommand } from "./commands/status.ts";
import { uninstallCommand } from "./commands/uninstall.ts";
import { verifyCommand } from "./commands/verify.ts";
import { viewsCommand } from "./commands/views.ts";
import { workerCommand } from "./commands/worker.ts";
import { runProgram } from "./run-program.ts";

const program = new Command("cutover").description(
  "Moves live Postgres data from an old shape to a new one: synced, verified exactly, reversible.",
);

// In the order in which a cutover meets them.
for (const command of [
  initCommand(),
  newCommand(),
  lintCommand(),
  compileCommand(),
  generateCommand(),
  migrateCommand(),
  statusCommand(),
  advanceCommand(),
  workerCommand(),
  jobsCommand(),
  metricsCommand(),
  backfillCommand(),
  drainCommand(),
  verifyCommand(),
  quarantineCommand(),
  viewsCommand(),
  endReverseCommand(),
  rollbackCommand(),
  requestsCommand(),
  removeCommand(),
  uninstallCommand(),
]) {
  program.addCommand(command);
}

await runProgram(program, process.argv);
