import type { ClientBase } from "pg";
import { compiledSchema } from "../definition/identifiers.ts";
import type { Problem } from "../definition/problem.ts";
import { configFileOf, inWordsOf } from "../definition/projection-words.ts";
import type { Definition } from "../definition/types.ts";
import { describeDefinition } from "./describe.ts";
import { introspectTable } from "./introspect.ts";
import type { Catalog, CatalogTable } from "./types.ts";

/**
 * Reads all catalog facts that a definition needs. The database is left as it was.
 *
 * @returns the catalog, and the problems that the database itself names: tables that are missing, SELECTs that it refuses
 */
export async function readCatalog(
  client: ClientBase,
  definition: Definition,
): Promise<{ catalog: Catalog; problems: Problem[] }> {
  const tables = new Map<string, CatalogTable>();
  const problems: Problem[] = [];
  for (const table of [...definition.tables, ...definition.context]) {
    const facts = await introspectTable(client, table, compiledSchema(definition.name));
    if (facts === undefined) {
      problems.push({
        file: configFileOf(definition),
        message: `the database has no table ${table.schema}.${table.name}`,
        help: `Create it in a migration that is committed before this ${definition.kind}, or correct the name.`,
      });
    } else {
      tables.set(table.name, facts);
    }
  }
  const serverVersion = Number((await client.query("SHOW server_version_num")).rows[0].server_version_num);
  const builtins = new Map((await client.query(BUILTINS)).rows.map((row) => [row.name, row.volatility]));
  if (problems.length > 0) {
    return { catalog: { tables, described: new Map(), builtins, serverVersion }, problems };
  }
  const { described, problems: refused } = await describeDefinition(client, definition);
  return {
    catalog: { tables, described, builtins, serverVersion },
    problems: refused.map(inWordsOf(definition)),
  };
}

/** pg_depend does not record what is built in, so that a SELECT's use of these can only be judged by name. */
const BUILTINS = `
SELECT p.proname AS name,
       -- PostgreSQL 14 calls timezone(text, timetz) volatile, later ones stable, and a name is all that is known here: AT TIME ZONE.
       CASE WHEN pg_catalog.bool_or(p.provolatile = 'v' AND p.proname <> 'timezone') THEN 'volatile' ELSE 'stable' END AS volatility
  FROM pg_catalog.pg_proc AS p
 WHERE p.pronamespace = 'pg_catalog'::regnamespace
 GROUP BY p.proname HAVING pg_catalog.bool_or(p.provolatile <> 'i')`;
