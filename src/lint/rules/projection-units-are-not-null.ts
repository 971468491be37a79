import { isColumnOf } from "../is-column-of.ts";
import type { LintRule } from "../rule.ts";

/** NULL equals nothing: rows of a unit that is NULL would never be found, and verify would miss them for ever. */
export const projectionUnitsAreNotNull: LintRule = {
  name: "projection-units-are-not-null",
  check({ definition, catalog, configFile }) {
    if (definition.kind !== "projection") return [];
    return definition.tables.flatMap((table) => {
      const columns = catalog.tables.get(table.name)?.columns ?? [];
      const said = [
        ...table.feeds.flatMap((feed) =>
          feed.form === "expressions"
            ? [{ at: `reads.${table.name}.feeds.${feed.kind}`, of: feed.expressions }]
            : [],
        ),
        ...(table.unit === undefined
          ? []
          : [{ at: `tables.${table.name}.unit`, of: table.unit.expressions }]),
      ];
      return said.flatMap(({ at, of }) =>
        columns
          .filter((column) => !column.notNull && of.some((expression) => isColumnOf(column.name, expression)))
          .map((column) => ({
            file: configFile,
            message: `${at}: "${column.name}" may be NULL, and a unit that is NULL equals none`,
            help:
              table.side === "new"
                ? "Make the column NOT NULL, and let the SELECT leave out rows without one."
                : `Make the column NOT NULL; or let rows without one feed nothing: {"units": "SELECT ${table.name}.${column.name} WHERE ${table.name}.${column.name} IS NOT NULL", "rows": "…"}, and leave them out of the SELECT.`,
          })),
      );
    });
  },
};
