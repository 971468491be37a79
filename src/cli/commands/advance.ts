import type { Command } from "commander";
import { advance, previewAdvance } from "../../engine/advance.ts";
import { isNotVerified } from "../../engine/gates.ts";
import { CutoverError, EXIT, messageOf } from "../../errors.ts";
import { type Answer, act, atLeast, type Context, command } from "../shell.ts";
import { describeGates, describeVerdict } from "./status.ts";

interface Options {
  readonly to?: string;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  readonly force?: string[];
  readonly reason?: string;
  readonly wait: number;
}

export function advanceCommand(): Command {
  const built = command(
    "advance",
    "move a cutover to its next phase, if its gates say yes",
    "cutover advance notes --to writes_switched --verify",
  )
    .argument("<name>", "the cutover")
    .option("--to <phase>", "go on until this phase; default the next one")
    .option("--verify", "verify in front of each move that wants no more than that; drift still refuses it")
    .option("--dry-run", "move nothing: say what would be asked, and the answers")
    .option("--force <gates...>", "override these gates when they say no; recorded with the move")
    .option("--reason <text>", "recorded with the move")
    .option("--wait <seconds>", "how long to try again while other sessions are in the way", atLeast(0), 60);
  return act(built, move);
}

async function move(context: Context, options: Options, name: string): Promise<Answer> {
  const url = context.databaseUrl();
  if (options.dryRun) return preview(url, name, options);
  const result = await advance(url, name, {
    ...(options.to === undefined ? {} : { to: options.to }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    force: options.force ?? [],
    verify: options.verify ?? false,
    waitSeconds: options.wait,
    onVerify: (found) =>
      context.out.note(`${name}: verify run ${found.run} in ${found.phase}: ${describeVerdict(found)}`),
    onMove: ({ from, to }) => context.out.note(`${name}: ${from} → ${to}`),
    onRetry: (error) => context.out.progress(`waiting: ${messageOf(error)}`),
  });
  return { text: `${name} is in ${result.phase}.`, facts: result };
}

async function preview(url: string, name: string, options: Options): Promise<Answer> {
  const found = await previewAdvance(url, name, options.to);
  const closed = found.gates.filter(
    (answer) =>
      !answer.yes && !options.force?.includes(answer.gate) && !(options.verify && isNotVerified(answer)),
  );
  const verifies = options.verify && found.gates.some(isNotVerified);
  return {
    text: `${name} is in ${found.phase}. In front of ${found.next}:\n${describeGates(found.gates)}`,
    facts: { ...found, dryRun: true, would: closed.length > 0 ? "refuse" : verifies ? "verify" : "move" },
    refusal:
      closed[0] === undefined
        ? undefined
        : new CutoverError({
            code: "CU015",
            message: `cutover ${name}: gate ${closed[0].gate} would say no to ${found.next}: ${closed[0].reason}`,
            hint: closed[0].nextStep ?? `cutover status ${name}`,
            exitCode: EXIT.refused,
          }),
  };
}
