import { loadModule } from "libpg-query";
import type { Catalog } from "../catalog/types.ts";
import type { Problem } from "../definition/problem.ts";
import { configFileOf, inWordsOf } from "../definition/projection-words.ts";
import type { Definition } from "../definition/types.ts";
import { parseDefinition } from "./parsed-sql.ts";
import type { Linted, Severity } from "./rule.ts";
import { rules } from "./rules/index.ts";

/** A problem with the rule that found it. */
export interface Finding extends Problem {
  /** `docs/rules/<rule>.md` explains it. */
  readonly rule: string;
  readonly severity: Severity;
}

/**
 * Looks for everything in a definition that would break a law of the engine: what the compiler relies on and does not ask
 * again. Pure but for the loading of the SQL parser.
 *
 * @returns all findings, in the order of the rules; without one of severity `error` the definition can be compiled
 */
export async function lintDefinition(definition: Definition, catalog: Catalog): Promise<Finding[]> {
  await loadModule();
  const linted: Linted = {
    definition,
    catalog,
    sql: parseDefinition(definition),
    configFile: configFileOf(definition),
  };
  return rules.flatMap((rule) =>
    rule
      .check(linted)
      .map(inWordsOf(definition))
      .map((problem) => ({
        ...problem,
        help: `${problem.help} (docs/rules/${rule.name}.md)`,
        rule: rule.name,
        severity: rule.severity ?? "error",
      })),
  );
}
