/**
 * What a person reads when something was refused or failed: the subject and the reason in `message`, the next step
 * in `hint`.
 */
export interface CutoverErrorDetails {
  /** `CU` and three digits, the same alphabet as the SQLSTATEs that the core schema raises. See docs/errors.md. */
  readonly code: string;
  /** Subject and reason: "database "shop" does not exist on db.example:5432". */
  readonly message: string;
  /** The next step, one imperative sentence. */
  readonly hint: string;
  /** What the command line exits with, default 1. */
  readonly exitCode?: number;
  /** The error that this one explains. */
  readonly cause?: unknown;
}

/** What the command line exits with. Part of its public face: a number keeps its meaning. */
export const EXIT = {
  ok: 0,
  /** A defect of ours, or something nobody thought of. */
  unexpected: 1,
  /** An option or a name that does not exist. */
  usage: 2,
  /** The definition of a cutover has problems. */
  definition: 3,
  /** A gate said no, or the phase does not allow it. Nothing was changed. */
  refused: 4,
  /** The two sides are not what the mapping says. */
  drift: 5,
  /** The compiled SQL, or generated code, is not what its sources say. */
  outOfDate: 6,
  /** No database, no core schema in it, or a right is missing. */
  database: 7,
  /** A lock or a transaction of somebody else lasted longer than we were willing to wait. Try again. */
  lockWait: 8,
  /** graphile-migrate or pgtyped failed. */
  migration: 9,
  /** There was nothing to do, where that was asked for (`migrate --detailed-exitcode`). */
  nothingToDo: 10,
  /** A committed migration is not what it was when it was committed or applied. */
  altered: 11,
  /** A right is missing that `migrate` needs; the hint holds the GRANT lines. */
  rightMissing: 12,
  /** A transaction pooler stands in between. */
  pooler: 13,
  /** Package, core schema or Node are of versions that do not go together. */
  version: 14,
} as const;

/** The one class of errors that pg-cutover throws on purpose. Anything else that escapes is a defect of ours. */
export class CutoverError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly exitCode: number;

  constructor(details: CutoverErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "CutoverError";
    this.code = details.code;
    this.hint = details.hint;
    // CU901 to CU909 are all about reaching the database.
    this.exitCode = details.exitCode ?? (/^CU90\d$/.test(details.code) ? EXIT.database : EXIT.unexpected);
  }
}

/** The text of whatever was thrown, for a sentence that goes on to explain it. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** What the codes that the core schema raises mean to a shell. */
const EXIT_OF_SQLSTATE: Readonly<Record<string, number>> = {
  CU002: EXIT.refused,
  CU003: EXIT.refused,
  CU004: EXIT.refused,
  CU005: EXIT.refused,
  CU006: EXIT.refused,
  CU007: EXIT.refused,
  CU010: EXIT.refused,
  CU011: EXIT.usage,
  CU012: EXIT.database,
  CU013: EXIT.refused,
  CU014: EXIT.refused,
  CU015: EXIT.refused,
  CU016: EXIT.lockWait,
  CU017: EXIT.refused,
  CU018: EXIT.database,
  CU019: EXIT.migration,
  CU020: EXIT.refused,
  CU021: EXIT.refused,
  CU022: EXIT.refused,
  CU023: EXIT.refused,
  CU040: EXIT.refused,
  CU041: EXIT.usage,
  CU042: EXIT.usage,
  CU043: EXIT.usage,
  CU044: EXIT.database,
  CU045: EXIT.refused,
  CU030: EXIT.refused,
  CU031: EXIT.lockWait,
  CU032: EXIT.refused,
  CU033: EXIT.usage,
  CU034: EXIT.refused,
  CU035: EXIT.usage,
  CU036: EXIT.refused,
  CU050: EXIT.refused,
  CU051: EXIT.refused,
  CU052: EXIT.migration,
  CU053: EXIT.migration,
  CU054: EXIT.migration,
  CU060: EXIT.usage,
  CU061: EXIT.refused,
  CU062: EXIT.refused,
  CU063: EXIT.refused,
  CU064: EXIT.refused,
  CU065: EXIT.refused,
};

/**
 * The error of a database in our words: what the core schema raised (CUxxx), a missing core schema, a missing right, a lock
 * that was not given. Everything else comes back as it is.
 */
export function explainDatabaseError(error: unknown): unknown {
  if (error instanceof CutoverError || !(error instanceof Error) || !("code" in error)) return error;
  const state = String(error.code);
  const hint = "hint" in error && typeof error.hint === "string" ? error.hint : "";
  const explain = (code: string, message: string, next: string, exitCode: number) =>
    new CutoverError({ code, message, hint: next, exitCode, cause: error });
  if (/^CU\d{3}$/.test(state)) {
    return explain(
      state,
      error.message,
      hint || `docs/errors.md explains ${state}.`,
      EXIT_OF_SQLSTATE[state] ?? EXIT.unexpected,
    );
  }
  // A function, or a column of a core table, that came with a later core.
  if (
    (state === "42883" && /\bcutover\./.test(error.message)) ||
    (state === "42703" && /^column [cqr]\.\w+ does not exist$/.test(error.message))
  ) {
    return explain(
      "CU905",
      `the core schema in this database is older than this version of pg-cutover: ${error.message}`,
      "Run `cutover init --upgrade`, commit it with graphile-migrate, then `cutover migrate`.",
      EXIT.database,
    );
  }
  if (/^(3F000|42P01)$/.test(state) && /\bcutover\b/.test(error.message)) {
    return explain(
      "CU905",
      `this database does not hold the core schema: ${error.message}`,
      "Run `cutover init`, commit it with graphile-migrate, then `cutover migrate`.",
      EXIT.database,
    );
  }
  switch (state) {
    case "42501":
      return explain(
        "CU906",
        `this role lacks a right: ${error.message}`,
        "Connect as the owner of the schema cutover and of the tables.",
        EXIT.database,
      );
    case "55P03":
    case "40P01":
    case "40001":
      return explain(
        "CU301",
        `other sessions were in the way: ${error.message}`,
        "Nothing was changed; try again, or wait longer.",
        EXIT.lockWait,
      );
    case "55006":
    case "57P01":
    case "57P02":
    case "57P03":
    case "08006":
    case "08003":
      return explain(
        "CU907",
        `the session was ended: ${error.message}`,
        "Run it again; every step may be repeated.",
        EXIT.database,
      );
    default:
      return error;
  }
}
