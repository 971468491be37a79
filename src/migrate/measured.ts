import type { DatabaseFailure } from "./child-messages.ts";
import type { CommittedFile } from "./committed-files.ts";
import { blockedBy, type SeenLock } from "./lock-modes.ts";
import type { Statement } from "./statements.ts";

/** A lock on a table that was there before, taken by a statement. */
export interface MeasuredLock {
  /** `public.note`. */
  readonly relation: string;
  /** As in the documentation of Postgres: `ACCESS EXCLUSIVE`. */
  readonly mode: string;
  /** What others cannot do meanwhile; undefined for a lock that hinders no application. */
  readonly blocks: string | undefined;
  /** From the statement to the end of its file, on the rows of the shadow database. */
  readonly heldMs: number;
}

/** What a statement did in the shadow database. */
export type Measured =
  | { readonly locks: readonly MeasuredLock[]; readonly ms: number }
  | { readonly notMeasured: string };

export interface MeasuredFile {
  /** One for each statement. */
  readonly statements: readonly Measured[];
  /** Set when one of them failed; those behind it were not run. */
  readonly failure: DatabaseFailure | undefined;
}

/** A lock in words. */
export function describeLock(
  lock: SeenLock,
  names: ReadonlyMap<string, string>,
  heldMs: number,
): MeasuredLock {
  return {
    relation: names.get(lock.relation) ?? lock.relation,
    ...blockedBy(lock.mode),
    heldMs: rounded(heldMs),
  };
}

/** What Postgres says, with the place counted within the whole file. */
export function failureOf(
  error: unknown,
  file: CommittedFile,
  sql: string,
  statement: Statement | undefined,
): DatabaseFailure {
  const fields = error as Partial<Record<string, string>> & Error;
  const inFront = statement === undefined ? 0 : [...sql.slice(0, statement.start)].length;
  return {
    message: fields.message,
    code: fields.code,
    position: statement === undefined ? undefined : inFront + Number(fields.position ?? 1),
    detail: fields.detail,
    hint: fields.hint,
    where: fields.where,
    migration: file.file,
    statement: undefined,
  };
}

/** To a tenth of a millisecond. */
export const rounded = (ms: number) => Math.round(ms * 10) / 10;
