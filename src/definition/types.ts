/**
 * Words, used alike in SQL, TypeScript, command line and docs:
 *
 * - **cutover**: one move of live data from an old shape to a new one, by name.
 * - **legacy / new**: the two sides, each a set of tables.
 * - **direction**: `forward` makes the new side from legacy, `reverse` makes legacy from the new side.
 * - **mapping**: a SELECT that yields exactly the rows of one table from the tables of the other side.
 * - **unit**: the smallest set of rows of the written side that are recomputed together; each direction has its kinds.
 * - **feeds**: which units of the other side a row is read for.
 * - **kept table**: holds what only the other side knows; written by sync alone.
 * - **projection**: tables kept true by forward sync alone, for as long as it lives: what it reads is its legacy side, what it
 *   keeps is its new side, and there are no phases to move through.
 */
export type Direction = "forward" | "reverse";
export type Side = "legacy" | "new";

/** A kind of units: its columns are the parts of the unit's key. */
export interface UnitKind {
  readonly direction: Direction;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Text from a file of the definition, with where it stands for error messages. */
export interface SqlFile {
  /** Path relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The units of one kind that a row feeds. */
export type Feed =
  | { readonly form: "expressions"; readonly kind: string; readonly expressions: readonly string[] }
  | {
      readonly form: "query";
      readonly kind: string;
      readonly units: string;
      readonly rows: string;
      readonly immutable?: string | undefined;
    };

/** A rule that keeps rows out: the units they feed are quarantined, or excluded. */
export interface Rule {
  readonly class: "quarantined" | "excluded";
  /** The file's name without `.sql`. */
  readonly reason: string;
  readonly file: SqlFile;
  /** Kinds of forward units that the rule applies to. */
  readonly kinds: readonly string[];
}

/** One table of a side. */
export interface Table {
  readonly side: Side;
  readonly schema: string;
  readonly name: string;
  readonly key: readonly string[];
  /** The unit of the own side that a row belongs to. Missing where the other direction is missing. */
  readonly unit: { readonly kind: string; readonly expressions: readonly string[] } | undefined;
  readonly feeds: readonly Feed[];
  readonly keep: readonly string[];
  readonly insertOnly: readonly string[];
  readonly lost: Readonly<Record<string, string>>;
  readonly kept: boolean;
  /** BEFORE triggers of the application: name → why they do not change what a mapping yields. */
  readonly triggers: Readonly<Record<string, string>>;
  readonly mapping: SqlFile | undefined;
  readonly rules: readonly Rule[];
}

/** A table that mappings read and that stays where it is. */
export interface ContextTable {
  readonly schema: string;
  readonly name: string;
  readonly key: readonly string[];
  readonly frozen: boolean;
  readonly feeds: readonly Feed[];
}

/** A cutover, or a projection, as its folder says it, checked for form but not yet against a database. */
export interface Definition {
  readonly kind: "cutover" | "projection";
  readonly name: string;
  /** What is still to be decided; undefined when it is no draft. */
  readonly draft?: string | undefined;
  /** Why there is no way back; undefined where there is one. */
  readonly irreversible: string | undefined;
  readonly units: Readonly<Record<Direction, readonly UnitKind[]>>;
  readonly tables: readonly Table[];
  readonly context: readonly ContextTable[];
  readonly sync: { readonly mode: "commit" | "queued"; readonly maxUnits: number; readonly budgetMs: number };
  readonly gates: {
    readonly drift: number;
    readonly verifyMaxAgeHours: number;
    /** Registered materialized views that have to be fresh before each phase from `reads_switched` on. */
    readonly viewsFresh?: readonly string[] | undefined;
  };
}

/** The side that a direction writes. */
export function writtenSide(direction: Direction): Side {
  return direction === "forward" ? "new" : "legacy";
}

/** The side that a direction reads. */
export function readSide(direction: Direction): Side {
  return direction === "forward" ? "legacy" : "new";
}
