import type { Command } from "commander";
import { EXIT } from "../../errors.ts";
import { type MigrateResult, migrateProject } from "../../migrate/migrate.ts";
import { type Answer, act, atLeast, type Context, command, countOf } from "../shell.ts";
import { migrateDryRun } from "./migrate-dry-run.ts";

interface Options {
  readonly wait: number;
  readonly retries: number;
  readonly lockTimeout?: number;
  readonly statementTimeout?: number;
  readonly detailedExitcode?: boolean;
  readonly dryRun?: boolean;
}

export function migrateCommand(): Command {
  const built = command(
    "migrate",
    "run the committed migrations that the database does not hold yet",
    "cutover migrate --wait 120",
  )
    .option(
      "--wait <seconds>",
      "how long to try again in all while other sessions are in the way",
      atLeast(0),
      60,
    )
    .option(
      "--retries <n>",
      "how often to try again a migration that met a lock or a deadlock",
      countOf(0),
      30,
    )
    .option(
      "--lock-timeout <seconds>",
      "what each migration waits for a lock (default: pgSettings of .gmrc, else 2)",
      atLeast(0),
    )
    .option(
      "--statement-timeout <seconds>",
      "what each statement may take (default: pgSettings of .gmrc, else no limit of ours)",
      atLeast(0),
    )
    .option(
      "--dry-run",
      "run nothing: say what is pending, with its locks from the shadow database and squawk's findings",
    )
    .option("--detailed-exitcode", "exit with 10 instead of 0 when there was nothing to do");
  return act(built, migrate);
}

async function migrate(context: Context, options: Options): Promise<Answer> {
  if (options.dryRun) return migrateDryRun(context, options.detailedExitcode ?? false);
  const result = await migrateProject(context.project(), context.databaseUrl(), {
    waitSeconds: options.wait,
    retries: options.retries,
    lockTimeoutSeconds: options.lockTimeout,
    statementTimeoutSeconds: options.statementTimeout,
    onWait: (reason) => context.out.note(`in the way: ${reason}; trying again`),
    onFile: (file) => context.out.note(`running ${file}`),
  });
  for (const warning of result.warnings) context.out.note(`warning: ${warning}`);
  const upToDate = result.ran.length === 0;
  return {
    text: upToDate ? "Already up to date." : ranText(result),
    facts: { upToDate, applied: result.ran.length, ...result },
    ...(upToDate && options.detailedExitcode ? { exitCode: EXIT.nothingToDo } : {}),
  };
}

function ranText({ ran }: MigrateResult): string {
  return `${ran.length === 1 ? "1 migration" : `${ran.length} migrations`} run: ${ran.join(", ")}.`;
}
