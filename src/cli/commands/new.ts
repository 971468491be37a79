import type { Command } from "commander";
import { CutoverError, EXIT } from "../../errors.ts";
import { newCutover } from "../../project/new-cutover.ts";
import { newProjection } from "../../project/new-projection.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

interface Options {
  readonly legacy?: string;
  readonly new?: string;
  readonly projection?: boolean;
  readonly reads?: string;
  readonly into?: string;
}

export function newCommand(): Command {
  const built = command(
    "new",
    "write the folder of a new cutover, or projection, from what the catalog knows",
    "cutover new notes --legacy memo --new note,note_tag\n  $ cutover new balances --projection --reads event --into running_balance",
  )
    .argument("<name>", "the cutover or projection")
    .option("--legacy <tables>", "the legacy tables, separated by commas")
    .option("--new <tables>", "the new tables, separated by commas")
    .option("--projection", "a projection: tables that are kept true, with no way back and no phases")
    .option("--reads <tables>", "of a projection: the tables that it reads, separated by commas")
    .option("--into <tables>", "of a projection: the tables that it keeps, separated by commas");
  return act(built, draft);
}

async function draft(context: Context, options: Options, name: string): Promise<Answer> {
  const list = (option: "legacy" | "new" | "reads" | "into") => {
    const text = options[option];
    if (text === undefined) throw missing(option, options.projection ?? false);
    return text.split(",").map((table) => table.trim());
  };
  if (options.projection) {
    refuseOthers(options, ["legacy", "new"], "--projection");
    const wanted = { name, reads: list("reads"), into: list("into") };
    const written = await newProjection(context.project(), wanted, context.databaseUrl());
    return answer(written, "decide on the unit and the SELECT (docs/projections.md)", {
      projection: name,
      written,
    });
  }
  refuseOthers(options, ["reads", "into"], "a cutover");
  const wanted = { name, legacy: list("legacy"), new: list("new") };
  const written = await newCutover(context.project(), wanted, context.databaseUrl());
  return answer(
    written,
    'decide on units and mappings (docs/definition.md), delete "draft" from cutover.json',
    { cutover: name, written },
  );
}

function answer(written: readonly string[], next: string, facts: object): Answer {
  const text = [
    ...written.map((file) => `wrote ${file}`),
    `This is a draft: ${next}, then \`cutover lint\`.`,
  ];
  return { text: text.join("\n"), facts };
}

function missing(option: string, projection: boolean): CutoverError {
  return new CutoverError({
    code: "CU400",
    message: `option '--${option} <tables>' is missing`,
    hint: projection
      ? "cutover new <name> --projection --reads <tables> --into <tables>"
      : "cutover new <name> --legacy <tables> --new <tables>, or --projection.",
    exitCode: EXIT.usage,
  });
}

function refuseOthers(options: Options, names: readonly (keyof Options)[], what: string): void {
  const wrong = names.find((name) => options[name] !== undefined);
  if (wrong === undefined) return;
  throw new CutoverError({
    code: "CU400",
    message: `option '--${wrong}' says nothing about ${what === "a cutover" ? what : "a projection"}`,
    hint: "`cutover new --help` shows the options of each.",
    exitCode: EXIT.usage,
  });
}
