import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClientBase } from "pg";
import { createDatabase } from "../../../test/helpers/database.ts";
import { loadMappingCase, type MappingCase } from "./mapping-case.ts";

/** An empty database with both shapes of an example, on plain Postgres: no sync, only tables. */
export async function openExample(
  example: string,
  name: string,
): Promise<{ client: ClientBase; mapping: MappingCase }> {
  const database = await createDatabase();
  const client = await database.connect();
  await client.query("SET TimeZone = 'UTC'");
  for (const file of ["legacy.sql", "new.sql"]) {
    await client.query(await readFile(join(example, "schema", file), "utf8"));
  }
  return { client, mapping: await loadMappingCase(join(example, "cutovers", name)) };
}

/** Inserts rows that all have the same columns; the others get their defaults. */
export async function insertRows(client: ClientBase, table: string, rows: object[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(", ");
  await client.query(
    `INSERT INTO ${table} (${columns})
     SELECT ${columns} FROM pg_catalog.jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
