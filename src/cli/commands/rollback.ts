import type { Command } from "commander";
import { rollback } from "../../engine/rollback.ts";
import { messageOf } from "../../errors.ts";
import { type Answer, act, atLeast, type Context, command } from "../shell.ts";

interface Options {
  readonly reason?: string;
  readonly wait: number;
}

export function rollbackCommand(): Command {
  const built = command(
    "rollback",
    "take a cutover back to expanded; no write of either side is lost",
    'cutover rollback notes --reason "too slow"',
  )
    .argument("<name>", "the cutover")
    .option("--reason <text>", "recorded with the move")
    .option(
      "--wait <seconds>",
      "how long to wait for writers of the new tables and for locks",
      atLeast(0),
      60,
    );
  return act(built, goBack);
}

async function goBack(context: Context, options: Options, name: string): Promise<Answer> {
  const result = await rollback(context.databaseUrl(), name, {
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    waitSeconds: options.wait,
    onRetry: (error) => context.out.progress(`waiting: ${messageOf(error)}`),
  });
  return { text: `${name} is back in ${result.phase}, from ${result.from}.`, facts: result };
}
