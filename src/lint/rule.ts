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

/** A definition with an error is not compiled. */
export type Severity = "error" | "warning";

/** A law of the engine that a definition could break. */
export interface LintRule {
  /** Its file's name, and that of its page in docs/rules/. */
  readonly name: string;
  /** Default error. A warning is told and refuses nothing: what it is about may never happen. */
  readonly severity?: Severity;
  /** Names every place where a definition breaks it. */
  check(linted: Linted): readonly Problem[];
}
