import { positionOf } from "../definition/problem.ts";
import { CutoverError, type CutoverErrorDetails } from "../errors.ts";
import type { DatabaseFailure } from "./child-messages.ts";
import type { CommittedFile } from "./committed-files.ts";
import { prepareMigration } from "./placeholders.ts";
import { statementsOf } from "./statements.ts";

/** Where in the project's files a migration failed, and what Postgres says. */
export interface FailureFacts {
  /** `migrations/committed/000002-add-note.sql`, as it lies below the project. */
  readonly file: string;
  /** From 1; undefined where Postgres names no place and the statement is not known. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The file that was included there when the migration was committed, and its line. */
  readonly included: { readonly file: string; readonly line: number } | undefined;
  readonly sqlstate: string | undefined;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** The context of an error in a function or DO block. */
  readonly where: string | undefined;
}

/** An error with facts of its own for the line of `--json`. */
export class MigrateError extends CutoverError {
  readonly facts: object;

  constructor(details: CutoverErrorDetails, facts: object) {
    super(details);
    this.name = "MigrateError";
    this.facts = facts;
  }
}

/**
 * Finds the place in the file. Postgres counts characters of the text that it was sent: the file without its header, with the
 * values of its placeholders. Where it names none, as for a constraint that existing rows break, it is that of the statement.
 */
export async function locateFailure(
  file: CommittedFile,
  shownAs: string,
  error: DatabaseFailure,
  placeholders: Readonly<Record<string, string>>,
): Promise<FailureFacts> {
  const prepared = prepareMigration(file, placeholders);
  const offset = await offsetIn(prepared.sql, error);
  const place = offset === undefined ? undefined : positionOf(file.text, prepared.toFile(offset));
  return {
    file: shownAs,
    line: place?.line,
    column: place === undefined ? undefined : characters(file.text, place),
    included: place === undefined ? undefined : includedAt(file.text, place.line),
    sqlstate: error.code,
    message: error.message,
    detail: error.detail,
    hint: error.hint,
    where: error.where,
  };
}

/** For people: file, line, column, the line itself with a caret, and what Postgres says. */
export function describeFailure(facts: FailureFacts, text: string): string {
  const place = facts.line === undefined ? facts.file : `${facts.file}:${facts.line}:${facts.column}`;
  const line = facts.line === undefined ? undefined : text.split("\n")[facts.line - 1];
  const indent = [...(line ?? "")]
    .slice(0, (facts.column ?? 1) - 1)
    .join("")
    .replaceAll(/[^\t]/gu, " ");
  const included = facts.included;
  return [
    `${place}: ${facts.message}${facts.sqlstate === undefined ? "" : ` (SQLSTATE ${facts.sqlstate})`}`,
    ...(line === undefined ? [] : [`  ${line}`, `  ${indent}^`]),
    ...(included === undefined ? [] : [`  included from ${included.file}, line ${included.line}`]),
    ...(facts.detail === undefined ? [] : [`  detail: ${facts.detail}`]),
    ...(facts.hint === undefined ? [] : [`  hint: ${facts.hint}`]),
    ...(facts.where === undefined ? [] : [`  context: ${facts.where.split("\n").join("\n    ")}`]),
  ].join("\n");
}

/** The column in characters, which is where an editor and a terminal put it. */
function characters(text: string, place: { readonly line: number; readonly column: number }): number {
  return [...(text.split("\n")[place.line - 1] ?? "").slice(0, place.column - 1)].length + 1;
}

async function offsetIn(sql: string, error: DatabaseFailure): Promise<number | undefined> {
  if (error.position !== undefined) return [...sql].slice(0, error.position - 1).join("").length;
  if (error.statement === undefined) return undefined;
  const statements = await statementsOf(sql).catch(() => []);
  return statements[error.statement]?.start;
}

/** `--!include` leaves marks around what it included when the migration was committed. */
function includedAt(text: string, line: number): { file: string; line: number } | undefined {
  const open: { file: string; start: number; inner: number }[] = [];
  for (const [at, words] of text.split("\n").slice(0, line).entries()) {
    const begun = /^--! Included (\S+)/.exec(words)?.[1];
    if (begun !== undefined) open.push({ file: begun, start: at + 1, inner: 0 });
    if (/^--! EndIncluded /.test(words)) {
      const closed = open.pop();
      const outer = open.at(-1);
      // In the outer file one line stands for all of these.
      if (closed !== undefined && outer !== undefined) outer.inner += at - (closed.start - 1);
    }
  }
  const last = open.at(-1);
  return last === undefined ? undefined : { file: last.file, line: line - last.start - last.inner };
}
