import { resolve } from "node:path";
import type { Command } from "commander";
import { cutovers } from "../../engine/status.ts";
import { writeUninstall } from "../../project/remove-cutover.ts";
import { type Answer, act, type Context, command } from "../shell.ts";
import { howToRun } from "./compile.ts";

export function uninstallCommand(): Command {
  const built = command(
    "uninstall",
    "write the migration that takes pg-cutover out of the database",
    "cutover uninstall",
  ).option("--output <file>", "write to this file instead");
  return act(built, uninstall);
}

async function uninstall(context: Context, options: { readonly output?: string }): Promise<Answer> {
  const project = context.project();
  const known = await cutovers(context.databaseUrl());
  const output = options.output === undefined ? undefined : resolve(options.output);
  const file = await writeUninstall(project, known, output);
  return {
    text: `The removal of pg-cutover is written (${file}).\nNext: stop the workers, review ${file}, ${howToRun(project)}.`,
    facts: { file },
  };
}
