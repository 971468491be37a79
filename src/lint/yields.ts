import type { Catalog } from "../catalog/types.ts";
import type { Table } from "../definition/types.ts";

/** The columns that the mapping of a table yields; undefined where it has none, or one that the database refuses. */
export function yieldsOf(catalog: Catalog, table: Table): readonly string[] | undefined {
  const described = table.mapping === undefined ? undefined : catalog.described.get(table.mapping.path);
  return described?.columns.map((column) => column.name);
}
