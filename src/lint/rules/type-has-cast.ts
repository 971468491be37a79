import type { LintRule } from "../rule.ts";

/** What a mapping yields becomes a value of the table's column without a cast that the author did not write. */
export const typeHasCast: LintRule = {
  name: "type-has-cast",
  check: ({ definition, catalog }) =>
    definition.tables.flatMap((table) => {
      const file = table.mapping?.path ?? "";
      return (catalog.described.get(file)?.unassignable ?? []).map(({ column, type, wanted }) => ({
        file,
        message: `"${column}" is yielded as ${type}, and ${table.schema}.${table.name} has it as ${wanted}`,
        help: `Write the cast that is meant: (…)::${wanted}.`,
      }));
    }),
};
