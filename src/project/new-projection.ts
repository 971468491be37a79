import { join } from "node:path";
import type { CatalogTable } from "../catalog/types.ts";
import { draftMapping, isMapped, keyOf, kindName, layOut, quoted, typeOf } from "./draft-definition.ts";
import { readTables, requireFreeName, writeFiles } from "./draft-files.ts";
import type { Project } from "./find.ts";

export interface NewProjection {
  readonly name: string;
  /** The tables that it reads: plain or schema-qualified. */
  readonly reads: readonly string[];
  /** The tables that it keeps, which exist already. */
  readonly into: readonly string[];
}

/**
 * Writes the folder of a new projection from what the catalog knows: projection.json, and a SELECT for each table with the columns
 * of one name filled in. It is a draft: `cutover lint` says what is left to decide.
 *
 * @returns the files that were written, relative to the project
 * @throws CutoverError CU413 when the folder exists, CU414 for a name that cannot be used, CU415 for a table that is not there
 */
export async function newProjection(project: Project, wanted: NewProjection, url: string): Promise<string[]> {
  requireFreeName(project, wanted.name);
  const [reads = [], into = []] = await readTables(url, wanted.name, [wanted.reads, wanted.into]);
  const files = new Map([["projection.json", layOut(draftProjection(wanted.name, reads, into))]]);
  for (const table of into) files.set(`${table.name}.sql`, draftMapping(table, reads));
  return writeFiles(project, join(project.projections, wanted.name), files);
}

/**
 * projection.json as far as the catalog knows it. The unit is a guess: the first column that all tables have by name and type, as
 * an account has its events and their balances; where there is none, a row of the first table that is kept.
 */
function draftProjection(
  name: string,
  reads: readonly CatalogTable[],
  into: readonly CatalogTable[],
): object {
  const [first] = into;
  const shared = first?.columns.find(
    ({ name: column, type }) =>
      !keyOf(first).includes(column) &&
      [...reads, ...into].every((table) =>
        table.columns.some((each) => each.name === column && each.type === type),
      ),
  )?.name;
  const columns = shared === undefined ? keyOf(first) : [shared];
  const kind = kindName(shared?.replace(/(?<=.)_id$/, "") ?? first?.name ?? "unit");
  const expressions = (table: CatalogTable) =>
    columns.map((column, at) =>
      quoted(table.columns.some((each) => each.name === column) ? column : (keyOf(table)[at] ?? column)),
    );
  const schemaOf = ({ schema }: CatalogTable) => (schema === "public" ? {} : { schema });
  return {
    $schema: "../../node_modules/pg-cutover/projection.schema.json",
    name,
    units: { [kind]: Object.fromEntries(columns.map((column) => [column, typeOf(first, column)])) },
    reads: Object.fromEntries(
      reads.map((table) => [
        table.name,
        { ...schemaOf(table), key: keyOf(table), feeds: { [kind]: expressions(table) } },
      ]),
    ),
    tables: Object.fromEntries(
      into.map((table) => {
        const keep = table.columns
          .filter((column) => !isMapped(table, column, reads))
          .map((column) => column.name);
        return [
          table.name,
          {
            ...schemaOf(table),
            key: keyOf(table),
            unit: { [kind]: expressions(table) },
            ...(keep.length === 0 ? {} : { keep }),
          },
        ];
      }),
    ),
  };
}
