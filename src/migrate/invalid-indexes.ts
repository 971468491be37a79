import type { Queryable } from "../db.ts";
import { run } from "../engine/session.ts";
import { CutoverError, EXIT } from "../errors.ts";
import { type ReadInvalidIndexesResult, readInvalidIndexes } from "../generated/migrate.queries.ts";
import { concurrentIndexes } from "./rights-needed.ts";
import type { Statement } from "./statements.ts";

/** An index that is kept up to date by every write and used by no query. */
export type InvalidIndex = ReadInvalidIndexesResult;

export function findInvalidIndexes(client: Queryable): Promise<InvalidIndex[]> {
  return run(readInvalidIndexes, undefined, client);
}

/**
 * Refuses to run CREATE INDEX CONCURRENTLY IF NOT EXISTS over an invalid index of that name: Postgres would find it, say that all
 * is well, and leave it invalid for good.
 *
 * @throws CutoverError CU438 with the DROP INDEX line
 */
export function refuseInvalidBefore(
  invalid: readonly InvalidIndex[],
  statements: readonly Statement[],
): void {
  const inTheWay = concurrentIndexes(statements)
    .filter((made) => made.ifNotExists)
    .flatMap((made) => invalid.filter((index) => isThat(index, made)));
  if (inTheWay.length === 0) return;
  throw new CutoverError({
    code: "CU438",
    message: `a pending migration makes ${names(inTheWay)} IF NOT EXISTS, and there it is, invalid: a CONCURRENTLY has failed before`,
    hint: dropLines(inTheWay),
    exitCode: EXIT.migration,
  });
}

/**
 * Refuses to call a run done that has left an index invalid.
 *
 * @param before those that were invalid before the run: they are not its doing, unless `statements` make one of them
 * @throws CutoverError CU437 with the DROP INDEX line
 */
export function refuseInvalidAfter(
  before: readonly InvalidIndex[],
  after: readonly InvalidIndex[],
  statements: readonly Statement[],
): void {
  const made = concurrentIndexes(statements);
  const left = after.filter(
    (index) => !before.some((each) => each.index === index.index) || made.some((each) => isThat(index, each)),
  );
  if (left.length === 0) return;
  throw new CutoverError({
    code: "CU437",
    message: `${names(left)} ${left.length === 1 ? "was left as an invalid index" : "were left as invalid indexes"} by a CONCURRENTLY that failed`,
    hint: dropLines(left),
    exitCode: EXIT.migration,
  });
}

/** `DROP INDEX CONCURRENTLY public.note_by_author; and then migrate again`. */
export function dropLines(indexes: readonly InvalidIndex[]): string {
  const lines = indexes.map(({ index }) => `    DROP INDEX CONCURRENTLY ${index};`);
  return `Every write keeps it up and no query uses it. Run\n${lines.join("\n")}\n    and then \`cutover migrate\` again.`;
}

function names(indexes: readonly InvalidIndex[]): string {
  return indexes.map(({ index, table }) => `${index} on ${table}`).join(", ");
}

function isThat(index: InvalidIndex, made: { name: string; schema: string | undefined }): boolean {
  return index.name === made.name && (made.schema === undefined || made.schema === index.schema);
}
