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
    this.exitCode = details.exitCode ?? 1;
  }
}

/** The text of whatever was thrown, for a sentence that goes on to explain it. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
