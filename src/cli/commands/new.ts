import type { Command } from "commander";
import { newCutover } from "../../project/new-cutover.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

interface Options {
  readonly legacy: string;
  readonly new: string;
}

export function newCommand(): Command {
  const built = command(
    "new",
    "write the folder of a new cutover from what the catalog knows",
    "cutover new notes --legacy memo --new note,note_tag",
  )
    .argument("<name>", "the cutover")
    .requiredOption("--legacy <tables>", "the legacy tables, separated by commas")
    .requiredOption("--new <tables>", "the new tables, separated by commas");
  return act(built, draft);
}

async function draft(context: Context, options: Options, name: string): Promise<Answer> {
  const list = (text: string) => text.split(",").map((table) => table.trim());
  const wanted = { name, legacy: list(options.legacy), new: list(options.new) };
  const written = await newCutover(context.project(), wanted, context.databaseUrl());
  const text = [
    ...written.map((file) => `wrote ${file}`),
    'This is a draft: decide on units and mappings (docs/definition.md), delete "draft" from cutover.json, then `cutover lint`.',
  ];
  return { text: text.join("\n"), facts: { cutover: name, written } };
}
