import type { PreparedQuery } from "@pgtyped/runtime";
import { type Client, type Queryable, type Source, withClient } from "../db.ts";
import { explainDatabaseError } from "../errors.ts";

/** What pgtyped asks a connection to be, taken from where it asks. */
type Connection = Parameters<PreparedQuery<unknown, unknown>["run"]>[1];

/** Runs a query of src/generated on a session or a pool. */
export function run<Input, Row>(
  query: PreparedQuery<Input, Row>,
  parameters: Input,
  on: Queryable,
): Promise<Row[]> {
  // pg says that rowCount may be null, pgtyped that it is not; only runWithCounts would read it.
  return query.run(parameters, on as Connection);
}

/** As `run`, for a query that always has exactly one row. */
export async function runOne<Input, Row>(
  query: PreparedQuery<Input, Row>,
  parameters: Input,
  on: Queryable,
): Promise<Row> {
  const [row] = await run(query, parameters, on);
  if (row === undefined) throw new Error("a query that always answers has not answered");
  return row;
}

/**
 * One session for `fn`. What the database answers comes out in our words.
 *
 * @throws CutoverError for what the core schema refuses and for what an operator can mend
 */
export async function withSession<T>(source: Source, fn: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await withClient(source, fn);
  } catch (error) {
    throw explainDatabaseError(error);
  }
}
