import { writtenSide } from "../../definition/types.ts";
import type { LintRule } from "../rule.ts";
import { yieldsOf } from "../yields.ts";

/** A row that sync inserts has the columns that the mapping yields; the others must be able to do without. */
export const keptColumnsHaveDefaults: LintRule = {
  name: "kept-columns-have-defaults",
  check({ definition, catalog, configFile }) {
    const written = (["forward", "reverse"] as const).filter(
      (direction) => definition.units[direction].length > 0,
    );
    return definition.tables
      .filter((table) => written.some((direction) => writtenSide(direction) === table.side))
      .flatMap((table) => {
        const yields = yieldsOf(catalog, table);
        if (yields === undefined) return [];
        return (catalog.tables.get(table.name)?.columns ?? [])
          .filter(
            (column) =>
              column.notNull && !column.hasDefault && !column.generated && column.identity === undefined,
          )
          .filter((column) => !yields.includes(column.name))
          .map((column) => ({
            file: configFile,
            message: `${table.side}.${table.name}: "${column.name}" is NOT NULL, has no default and is not yielded, so no row can be inserted`,
            help: `Yield it in ${table.mapping?.path} (with insertOnly if it is to be left alone afterwards), or give it a default.`,
          }));
      });
  },
};
