import { applyChain } from "../../scripts/graphile-migrate.ts";
import { createDatabase, type DatabaseOptions, type TestDatabase } from "./database.ts";

/** A database of the test file's own that holds the toolkit's whole chain: the schema `cutover` as it is today. */
export function createCoreDatabase(options: Omit<DatabaseOptions, "template"> = {}): Promise<TestDatabase> {
  return createDatabase({
    ...options,
    template: { name: "core", prepare: (url) => applyChain({ database: url }) },
  });
}
