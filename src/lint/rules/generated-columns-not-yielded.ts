import type { LintRule } from "../rule.ts";
import { yieldsOf } from "../yields.ts";

/** The table computes a generated column itself and refuses to be told. */
export const generatedColumnsNotYielded: LintRule = {
  name: "generated-columns-not-yielded",
  check: ({ definition, catalog }) =>
    definition.tables.flatMap((table) => {
      const yields = yieldsOf(catalog, table) ?? [];
      const generated = catalog.tables.get(table.name)?.columns.filter((column) => column.generated) ?? [];
      return generated
        .filter((column) => yields.includes(column.name))
        .map((column) => ({
          file: table.mapping?.path ?? "",
          message: `"${column.name}" is yielded, but ${table.schema}.${table.name} generates it`,
          help: "Take it out of the SELECT and name it in keep.",
        }));
    }),
};
