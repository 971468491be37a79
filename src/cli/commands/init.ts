import { resolve } from "node:path";
import type { Command } from "commander";
import { projectAt } from "../../project/find.ts";
import { initProject, writeCoreFile } from "../../project/init-project.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

interface Options {
  readonly upgrade?: boolean;
  readonly output?: string;
}

export function initCommand(): Command {
  const built = command(
    "init",
    "make a folder a project: settings, and the core schema in its migrations",
    "cutover init",
  )
    .option("--upgrade", "add what of the core is newer than the project's migrations")
    .option("--output <file>", "write the whole core to one SQL file instead, for another migration tool");
  return act(built, init);
}

async function init(context: Context, options: Options): Promise<Answer> {
  if (options.output !== undefined) {
    const result = await writeCoreFile(resolve(options.output));
    return { text: `${options.output} holds the core schema. Run it with your own tool.`, facts: result };
  }
  const project = projectAt(context.folder ?? ".");
  const result = await initProject(project, options.upgrade ?? false);
  return { text: say(result), facts: { project: project.root, ...result } };
}

function say({ written, core }: { written: string[]; core: string[] }): string {
  const files = written.map((file) => `wrote ${file}`);
  const next =
    core.length > 0
      ? "Next: graphile-migrate commit --message core, then cutover migrate."
      : "The project's migrations hold the core of this version already.";
  return [...files, next].join("\n");
}
