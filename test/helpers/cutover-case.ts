import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/run-node.ts";
import { readCatalog } from "../../src/catalog/read.ts";
import type { Catalog } from "../../src/catalog/types.ts";
import { compile } from "../../src/compiler/compile.ts";
import { withClient } from "../../src/db.ts";
import { loadDefinition } from "../../src/definition/load.ts";
import { DefinitionError } from "../../src/definition/problem.ts";
import type { Definition, SqlFile } from "../../src/definition/types.ts";
import { createCoreDatabase } from "./core.ts";
import type { TestDatabase } from "./database.ts";

const GOLDEN = join(ROOT, "test/golden");

/** A folder below test/golden/: a small cutover, with its tables, rows and writes. */
export interface CutoverCase {
  /** The folder's name. */
  readonly name: string;
  readonly folder: string;
  readonly definition: Definition;
}

/** A case that stands in a database, compiled. */
export interface InstalledCase extends CutoverCase {
  readonly db: TestDatabase;
  readonly catalog: Catalog;
  /** The compiled SQL, which has been run. */
  readonly compiled: string;
}

/** The folders below test/golden/. */
export async function caseNames(): Promise<string[]> {
  const entries = await readdir(GOLDEN, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Reads a case as a user's project would hold it: its files lie in `cutovers/<name>/`. */
export async function loadCase(name: string, cases: string = GOLDEN): Promise<CutoverCase> {
  const folder = join(cases, name);
  const config = JSON.parse(await readFile(join(folder, "cutover.json"), "utf8"));
  const project = await mkdtemp(join(tmpdir(), "pg-cutover-case-"));
  try {
    const inProject = join(project, "cutovers", config.name);
    await cp(folder, inProject, { recursive: true });
    return { name, folder, definition: await loadDefinition(inProject, project) };
  } finally {
    await rm(project, { recursive: true });
  }
}

/** One of the case's own files: `data.sql`, `writes/legacy.sql`. */
export function readCaseFile(found: CutoverCase, path: string): Promise<string> {
  return readFile(join(found.folder, path), "utf8");
}

/**
 * Makes a database with the core, the tables of both sides, the legacy rows and the compiled cutover in it.
 *
 * @param options.data the rows to begin with, as SQL; default the case's data.sql
 * @throws DefinitionError when the database refuses a file of the definition
 */
export async function installCase(
  name: string,
  options: { readonly data?: string } = {},
): Promise<InstalledCase> {
  const found = await loadCase(name);
  const db = await createCoreDatabase();
  await db.pool.query(await readCaseFile(found, "legacy.sql"));
  await db.pool.query(await readCaseFile(found, "new.sql"));
  await db.pool.query(options.data ?? (await readCaseFile(found, "data.sql")));
  const catalog = await catalogOf(db, found.definition);
  const compiled = compile(found.definition, catalog);
  await runMigration(db, compiled);
  return { ...found, db, catalog, compiled };
}

/** @throws DefinitionError when the database refuses a file of the definition */
export async function catalogOf(db: TestDatabase, definition: Definition): Promise<Catalog> {
  const { catalog, problems } = await withClient(db.pool, (client) => readCatalog(client, definition));
  if (problems.length > 0) throw new DefinitionError(definition.name, problems);
  return catalog;
}

/** Runs SQL as graphile-migrate would: all of it in one transaction, on a session of its own. */
export async function runMigration(db: TestDatabase, text: string): Promise<void> {
  await withClient(db.url, (client) => client.query(`BEGIN;\n${text}\nCOMMIT;`));
}

/** The rows that a table or SELECT yields, every value as the text that Postgres writes, in the order of the text. */
export async function rowsOf(
  db: TestDatabase,
  select: string,
  searchPath: readonly string[] = [],
): Promise<Record<string, string | null>[]> {
  return withClient(db.url, async (client) => {
    await client.query(`SET search_path TO ${["pg_catalog", ...searchPath].map(quote).join(", ")}`);
    await client.query("SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO, YMD'; SET extra_float_digits TO 1");
    const types = { getTypeParser: () => String };
    const { rows } = await client.query<Record<string, string | null>>({ text: select, types });
    return sorted(rows);
  });
}

/** All rows of the tables of one side, by table. */
export async function tableRows(
  installed: Pick<InstalledCase, "db" | "definition">,
  side: "legacy" | "new",
): Promise<Record<string, Record<string, string | null>[]>> {
  const tables = installed.definition.tables.filter((table) => table.side === side);
  const rows = await Promise.all(
    tables.map((table) => rowsOf(installed.db, `SELECT * FROM ${quote(table.schema)}.${quote(table.name)}`)),
  );
  return Object.fromEntries(tables.map((table, index) => [table.name, rows[index] ?? []]));
}

/** What the mappings of one side yield when they are simply run, by table, without any of the compiled SQL. */
export async function mappedRows(
  at: { readonly db: TestDatabase; readonly definition: Definition },
  side: "legacy" | "new",
): Promise<Record<string, Record<string, string | null>[]>> {
  const schemas = [...new Set(at.definition.tables.map((table) => table.schema))];
  const tables = at.definition.tables.filter((table) => table.side === side);
  const rows = await Promise.all(
    tables.map((table) => rowsOf(at.db, (table.mapping as SqlFile).text, schemas)),
  );
  return Object.fromEntries(tables.map((table, index) => [table.name, rows[index] ?? []]));
}

/** The same rows with only the columns that the mapping of their table yields. */
export function yieldedOnly(
  installed: InstalledCase,
  rows: Record<string, Record<string, string | null>[]>,
): Record<string, Record<string, string | null>[]> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, found]) => {
      const path = installed.definition.tables.find((table) => table.name === name)?.mapping?.path ?? "";
      const yields = installed.catalog.described.get(path)?.columns.map((column) => column.name) ?? [];
      return [
        name,
        sorted(found.map((row) => Object.fromEntries(yields.map((column) => [column, row[column] ?? null])))),
      ];
    }),
  );
}

export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

function sorted(rows: Record<string, string | null>[]): Record<string, string | null>[] {
  return rows
    .map((row) => ({ row, text: JSON.stringify(Object.entries(row).sort()) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row);
}
