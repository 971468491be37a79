import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { projectAt } from "../../project/find.ts";
import { type InitResult, initProject, writeCoreFile } from "../../project/init-project.ts";
import { FORMATS, type Format } from "../../project/project-file.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

interface Options {
  readonly upgrade?: boolean;
  readonly format?: Format;
  readonly migrations?: string;
  readonly output?: string;
}

export function initCommand(): Command {
  const built = command(
    "init",
    "make a folder a project: settings, and the core schema in its migrations",
    "cutover init",
  )
    .option("--upgrade", "add what of the core is newer than the project's migrations")
    .addOption(
      new Option("--format <format>", "how migrations are kept: by graphile-migrate, or as plain SQL files")
        .choices(FORMATS)
        .default(undefined, "graphile, or that of the project"),
    )
    .option(
      "--migrations <folder>",
      "the folder of a plain project's migrations, such as supabase/migrations",
    )
    .option("--output <file>", "write the core to this file instead, as plain SQL");
  return act(built, init);
}

async function init(context: Context, options: Options): Promise<Answer> {
  const folder = context.folder ?? ".";
  const output = options.output === undefined ? undefined : resolve(options.output);
  const plain = options.format === "plain" || projectAt(folder).format === "plain";
  if (output !== undefined && !plain) {
    const result = await writeCoreFile(output);
    return {
      text: `${options.output} holds the core schema. Run it in one transaction: psql -1 -f, a SQL editor, or your migration tool.`,
      facts: result,
    };
  }
  const result = await initProject(folder, { ...options, output });
  return { text: say(result), facts: { project: projectAt(folder).root, ...result } };
}

function say({ format, written, core }: InitResult): string {
  const files = written.map((file) => `wrote ${file}`);
  if (core.length === 0)
    return [...files, "The project's migrations hold the core of this version already."].join("\n");
  const next =
    format === "plain"
      ? [`Next: run ${written.at(-1)} in one transaction: psql -1 -f, a SQL editor, or your migration tool.`]
      : [
          "Next: graphile-migrate commit --message core, with",
          "  DATABASE_URL         a development database, on which it runs at once",
          "  SHADOW_DATABASE_URL  one that may be dropped and replayed",
          "  ROOT_DATABASE_URL    one beside it, to do that from",
          "then, with DATABASE_URL naming the live database, cutover migrate.",
        ];
  return [...files, ...next].join("\n");
}
