import type { Command } from "commander";
import { drain } from "../../engine/drain.ts";
import { type Answer, act, atLeast, type Context, command } from "../shell.ts";

export function drainCommand(): Command {
  const built = command(
    "drain",
    "work off the pending units of a cutover now, without a worker",
    "cutover drain notes",
  )
    .argument("<name>", "the cutover or projection")
    .option("--wait <seconds>", "how long to try again while units are locked by others", atLeast(0), 60);
  return act(built, workOff);
}

async function workOff(context: Context, options: { readonly wait: number }, name: string): Promise<Answer> {
  const result = await drain(context.databaseUrl(), name, { waitSeconds: options.wait });
  return { text: `${result.units} units worked off.`, facts: result };
}
