import { resolve } from "node:path";
import type { Command } from "commander";
import { standing } from "../../engine/installation.ts";
import { cutovers } from "../../engine/status.ts";
import { CutoverError, EXIT } from "../../errors.ts";
import { writeRemoval } from "../../project/remove-cutover.ts";
import { type Answer, act, type Context, command } from "../shell.ts";
import { howToRun } from "./compile.ts";

export function removeCommand(): Command {
  const built = command(
    "remove",
    "write the migration that takes a cutover out of the database, from expanded or dropped",
    "cutover remove notes",
  )
    .argument("<name>", "the cutover")
    .option("--output <file>", "write to this file instead");
  return act(built, remove);
}

async function remove(
  context: Context,
  options: { readonly output?: string },
  name: string,
): Promise<Answer> {
  const project = context.project();
  const url = context.databaseUrl();
  const stand = await standing(url, name);
  if (stand === undefined) {
    const known = (await cutovers(url)).map((cutover) => cutover.name);
    throw new CutoverError({
      code: "CU011",
      message: `there is no cutover named "${name}" in this database`,
      hint: `${known.length > 0 ? `Known: ${known.join(", ")}.` : "None is known."} Name the live database: its phase decides.`,
      exitCode: EXIT.usage,
    });
  }
  const output = options.output === undefined ? undefined : resolve(options.output);
  const phase = stand.step === null ? stand.phase : `${stand.phase} (${stand.step})`;
  const file = await writeRemoval(project, { name, phase }, output);
  const text = [
    `${name}: its removal is written (${file})`,
    `Next: review ${file}, ${howToRun(project)}; then delete cutovers/${name}/.`,
  ];
  return { text: text.join("\n"), facts: { cutover: name, phase, file } };
}
