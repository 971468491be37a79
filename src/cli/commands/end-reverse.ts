import type { Command } from "commander";
import { endReverse } from "../../engine/end-reverse.ts";
import { messageOf } from "../../errors.ts";
import { type Answer, act, atLeast, type Context, command } from "../shell.ts";

interface Options {
  readonly reason?: string;
  readonly wait: number;
}

export function endReverseCommand(): Command {
  const built = command(
    "end-reverse",
    "end reverse sync: the legacy tables stay as they are from then on",
    'cutover end-reverse notes --reason "nobody reads the old tables any more"',
  )
    .argument("<name>", "the cutover")
    .option("--reason <text>", "recorded with the step")
    .option("--wait <seconds>", "how long to try again while other sessions are in the way", atLeast(0), 60);
  return act(built, end);
}

async function end(context: Context, options: Options, name: string): Promise<Answer> {
  const result = await endReverse(context.databaseUrl(), name, {
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    waitSeconds: options.wait,
    onRetry: (error) => context.out.progress(`waiting: ${messageOf(error)}`),
  });
  const at = result.reverseEndedAt.toISOString();
  return { text: `${name}: reverse sync ended at ${at}; the legacy tables stay as they are.`, facts: result };
}
