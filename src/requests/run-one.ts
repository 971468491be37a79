import type { PreparedQuery } from "@pgtyped/runtime";
import type { Queryable } from "../db.ts";
import { explainDatabaseError } from "../errors.ts";

/** What pgtyped asks a connection to be, taken from where it asks. */
type Connection = Parameters<PreparedQuery<unknown, unknown>["run"]>[1];

/** Runs a query of src/generated that always has exactly one row; what the database refuses comes out in our words. */
export async function runOne<Input, Row>(
  query: PreparedQuery<Input, Row>,
  parameters: Input,
  on: Queryable,
): Promise<Row> {
  const [row] = await query.run(parameters, on as Connection).catch((error: unknown) => {
    throw explainDatabaseError(error);
  });
  if (row === undefined) throw new Error("a query that always answers has not answered");
  return row;
}
