import type { Catalog } from "../catalog/types.ts";
import type { Problem } from "../definition/problem.ts";
import type { Definition } from "../definition/types.ts";
import type { ParsedSql } from "./parsed-sql.ts";

/** What every rule is given. */
export interface Linted {
  readonly definition: Definition;
  readonly catalog: Catalog;
  /** All SQL of the definition. */
  readonly sql: readonly ParsedSql[];
  /** Path of cutover.json. */
  readonly configFile: string;
}

/** A law of the engine that a definition could break. */
export interface LintRule {
  /** Its file's name, and that of its page in docs/rules/. */
  readonly name: string;
  /** Names every place where a definition breaks it. */
  check(linted: Linted): readonly Problem[];
}
