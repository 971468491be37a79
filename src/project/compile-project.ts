import { readCatalog } from "../catalog/read.ts";
import type { Catalog } from "../catalog/types.ts";
import { compile } from "../compiler/compile.ts";
import { registeredForm } from "../compiler/emit/register.ts";
import { plan } from "../compiler/plan.ts";
import { type Client, withClient } from "../db.ts";
import { loadDefinition } from "../definition/load.ts";
import { DefinitionError } from "../definition/problem.ts";
import type { Definition } from "../definition/types.ts";
import { explainDatabaseError } from "../errors.ts";
import { type Finding, lintDefinition } from "../lint/lint.ts";
import { folderOf, type Project } from "./find.ts";

/** A definition that has been held against a database. */
export interface CheckedDefinition {
  readonly definition: Definition;
  readonly catalog: Catalog;
  /** What it says about what may happen; refuses nothing. */
  readonly warnings: readonly Finding[];
}

/**
 * Reads the folder of a cutover or a projection and checks it against the catalog of a database, which is left as it was.
 *
 * @throws DefinitionError with every problem at once
 */
export async function checkDefinition(
  project: Project,
  name: string,
  url: string,
): Promise<CheckedDefinition> {
  const definition = await loadDefinition(folderOf(project, name), project.root);
  const { catalog, problems } = await readCatalogAt(url, (client) => readCatalog(client, definition));
  // Without its tables every other finding would be one of them in disguise.
  const tablesMissing = [...definition.tables, ...definition.context].some(
    (table) => !catalog.tables.has(table.name),
  );
  const findings = tablesMissing ? [] : await lintDefinition(definition, catalog);
  problems.push(...findings.filter(({ severity }) => severity === "error"));
  if (problems.length > 0) throw new DefinitionError(`${definition.kind} ${name}`, problems);
  return { definition, catalog, warnings: findings.filter(({ severity }) => severity === "warning") };
}

/** A definition and the SQL that it compiles to. */
export interface CompiledDefinition extends CheckedDefinition {
  /** As it is put into the project's migrations. */
  readonly sql: string;
  /** What the SQL will register with the core; by this the core tells what a new form of a cutover changes. */
  readonly registered: object;
}

/** @throws DefinitionError with every problem at once */
export async function compileProject(
  project: Project,
  name: string,
  url: string,
): Promise<CompiledDefinition> {
  const checked = await checkDefinition(project, name, url);
  return {
    ...checked,
    sql: settingsKept(compile(checked.definition, checked.catalog)),
    registered: registeredForm(plan(checked.definition, checked.catalog)),
  };
}

/** What else stands in the migration shall not notice the settings that the compiled SQL makes for itself. */
function settingsKept(sql: string): string {
  return `-- What follows in this migration has the settings that stood before.
SELECT pg_catalog.set_config('cutover.search_path_before', pg_catalog.current_setting('search_path'), true),
       pg_catalog.set_config('cutover.lock_timeout_before', pg_catalog.current_setting('lock_timeout'), true);

${sql.trim()}

SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('cutover.search_path_before'), true),
       pg_catalog.set_config('lock_timeout', pg_catalog.current_setting('cutover.lock_timeout_before'), true);
`;
}

async function readCatalogAt<T>(url: string, read: (client: Client) => Promise<T>): Promise<T> {
  try {
    return await withClient(url, read);
  } catch (error) {
    throw explainDatabaseError(error);
  }
}
