import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { CutoverError, EXIT } from "../../errors.ts";
import type { Finding } from "../../lint/lint.ts";
import { catalogSource } from "../../project/catalog-source.ts";
import { compileProject } from "../../project/compile-project.ts";
import { firstDifference } from "../../project/first-difference.ts";
import { newestBlock, writeBlock } from "../../project/write-migration.ts";
import { type Answer, act, type Context, command } from "../shell.ts";
import { describeWarnings, namesOf } from "./lint.ts";

interface Options {
  readonly check?: boolean;
  readonly shadow?: boolean;
  readonly output?: string;
}

export function compileCommand(): Command {
  const built = command(
    "compile",
    "write the SQL of a cutover or a projection into migrations/current.sql",
    "cutover compile notes",
  )
    .argument("[name]", "the cutover or projection; default all of the project")
    .option("--check", "write nothing; fail when the migrations hold something else")
    .option(
      "--shadow",
      "use the catalog of the shadow database, after replaying the committed migrations there",
    )
    .option("--output <file>", "write to this file instead, for another migration tool");
  return act(built, compile);
}

async function compile(context: Context, options: Options, name: string): Promise<Answer> {
  const project = context.project();
  const names = namesOf(project, name);
  const url = await catalogSource(project, { databaseUrl: context.namedDatabase, shadow: options.shadow });
  const told: Finding[] = [];
  const compiled: { cutover: string; file: string; state: string }[] = [];
  for (const cutover of names) {
    const { sql, warnings } = await compileProject(project, cutover, url);
    told.push(...warnings);
    if (options.check) {
      const there = await newestBlock(project, cutover);
      if (there?.sql !== sql.trim()) throw outOfDate(cutover, there, sql.trim());
      compiled.push({ cutover, file: there.file, state: "up to date" });
    } else if (options.output !== undefined) {
      await writeFile(options.output, `BEGIN;\n\n${sql.trim()}\n\nCOMMIT;\n`);
      compiled.push({ cutover, file: options.output, state: "written" });
    } else {
      const there = await newestBlock(project, cutover);
      const same = there?.sql === sql.trim();
      compiled.push(
        same
          ? { cutover, file: there.file, state: "unchanged" }
          : { cutover, file: "current.sql", state: await writeBlock(project, cutover, sql) },
      );
    }
  }
  const text = compiled.map(({ cutover, file, state }) => `${cutover}: ${state} (${file})`);
  if (compiled.some(({ state, file }) => state === "written" && file === "current.sql")) {
    text.push("Next: review migrations/current.sql, graphile-migrate commit, then cutover migrate.");
  }
  if (told.length > 0) text.push(describeWarnings(told));
  return { text: text.join("\n"), facts: { compiled, warnings: told } };
}

function outOfDate(
  cutover: string,
  there: { file: string; sql: string } | undefined,
  sql: string,
): CutoverError {
  return new CutoverError({
    code: "CU408",
    message:
      there === undefined
        ? `${cutover}: no migration holds its compiled SQL`
        : `${cutover}: the SQL in migrations/${there.file} is not what the definition says\n${firstDifference(there.sql, sql)}`,
    hint: `Run \`cutover compile ${cutover}\`, review and commit it.`,
    exitCode: EXIT.outOfDate,
  });
}
