import type { Command } from "commander";
import { migrateProject } from "../../project/migrate.ts";
import { type Answer, act, atLeast, type Context, command } from "../shell.ts";

export function migrateCommand(): Command {
  const built = command(
    "migrate",
    "run the committed migrations that the database does not hold yet",
    "cutover migrate --wait 120",
  ).option("--wait <seconds>", "how long to try again while other sessions are in the way", atLeast(0), 60);
  return act(built, migrate);
}

async function migrate(context: Context, options: { readonly wait: number }): Promise<Answer> {
  const result = await migrateProject(context.project(), context.databaseUrl(), {
    waitSeconds: options.wait,
    onRetry: (reason) => context.out.note(`in the way: ${reason}; trying again`),
  });
  return {
    text: result.applied === 0 ? "The database is up to date." : `${result.applied} migrations run.`,
    facts: { upToDate: result.applied === 0, ...result },
  };
}
