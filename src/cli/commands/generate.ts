import type { Command } from "commander";
import { CutoverError, EXIT } from "../../errors.ts";
import { catalogSource } from "../../project/catalog-source.ts";
import { generateQueries } from "../../project/run-pgtyped.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

interface Options {
  readonly check?: boolean;
  readonly shadow?: boolean;
}

export function generateCommand(): Command {
  const built = command(
    "generate",
    "write typed wrappers of the project's queries with pgtyped",
    "cutover generate --check",
  )
    .option("--check", "write nothing; fail when a wrapper is not what its query says")
    .option("--shadow", "use the shadow database after the committed migrations");
  return act(built, generate);
}

async function generate(context: Context, options: Options): Promise<Answer> {
  const project = context.project();
  const url = await catalogSource(project, { databaseUrl: context.namedDatabase, shadow: options.shadow });
  const problems = await generateQueries(project.root, url, options.check ?? false);
  const stale = options.check && problems.every((problem) => problem.includes(" is not what "));
  return {
    text:
      problems.length > 0 ? "" : options.check ? "The wrappers are up to date." : "The wrappers are written.",
    facts: { problems },
    refusal:
      problems.length === 0
        ? undefined
        : new CutoverError({
            code: stale ? "CU419" : "CU420",
            message: problems.join("\n"),
            hint: stale ? "Run `cutover generate`." : "Mend the queries; nothing was written.",
            exitCode: stale ? EXIT.outOfDate : EXIT.migration,
          }),
  };
}
