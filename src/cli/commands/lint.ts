import type { Command } from "commander";
import { DefinitionError, formatProblem, type Problem } from "../../definition/problem.ts";
import { readViewLeaks } from "../../engine/views.ts";
import { CutoverError, EXIT } from "../../errors.ts";
import type { Finding } from "../../lint/lint.ts";
import { catalogSource } from "../../project/catalog-source.ts";
import { checkDefinition } from "../../project/compile-project.ts";
import { definedNames, type Project } from "../../project/find.ts";
import { type Answer, act, type Context, command } from "../shell.ts";

export function lintCommand(): Command {
  const built = command(
    "lint",
    "check the definition of a cutover or a projection, or of all, against the database",
    "cutover lint notes",
  )
    .argument("[name]", "the cutover or projection; default all of the project")
    .option("--shadow", "against the shadow database after the committed migrations");
  return act(built, lint);
}

async function lint(context: Context, options: { readonly shadow?: boolean }, name: string): Promise<Answer> {
  const project = context.project();
  const names = namesOf(project, name);
  const url = await catalogSource(project, { databaseUrl: context.namedDatabase, shadow: options.shadow });
  const problems: Problem[] = [];
  const warnings: Finding[] = [];
  for (const each of names) {
    try {
      warnings.push(...(await checkDefinition(project, each, url)).warnings);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      problems.push(...error.problems);
    }
  }
  for (const { view, leak } of await readViewLeaks(url)) {
    problems.push({
      file: `view ${view}`,
      message: leak,
      help: "Revoke that right, or register the view with shows_hidden_rows => 'why it may'. (docs/views.md)",
    });
  }
  if (problems.length > 0) {
    return {
      text: describeWarnings(warnings),
      facts: { cutovers: names, problems, warnings },
      refusal: new DefinitionError(names.join(", "), problems),
    };
  }
  const verdict = `${names.join(", ")}: no problems`;
  return {
    text: [verdict, describeWarnings(warnings)].filter((part) => part !== "").join("\n"),
    facts: { cutovers: names, problems, warnings },
  };
}

/** One after the other, as problems are told; empty without any. */
export function describeWarnings(warnings: readonly Finding[]): string {
  return warnings
    .map((found) => formatProblem({ ...found, message: `warning: ${found.message}` }))
    .join("\n");
}

/** The named cutover or projection, or all of the project. */
export function namesOf(project: Project, name: string): string[] {
  const names = name === "" ? definedNames(project) : [name];
  if (names.length > 0) return names;
  throw new CutoverError({
    code: "CU407",
    message: "this project defines no cutover and no projection: cutovers/ and projections/ are empty",
    hint: "`cutover new <name>` writes one.",
    exitCode: EXIT.usage,
  });
}
