import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";

/** A virtual column is computed when it is read from the table; the rows that a trigger is given hold NULL in its place. */
export const virtualColumnsNotRead: LintRule = {
  name: "virtual-columns-not-read",
  check({ definition, catalog, sql }) {
    const watched = [...definition.tables, ...definition.context.filter((table) => !table.frozen)];
    const found = new Map<string, Problem>();
    for (const piece of sql) {
      for (const [name, columns] of catalog.described.get(piece.key)?.reads ?? []) {
        const table = watched.find((candidate) => candidate.name === name);
        const virtual = catalog.tables.get(name)?.columns.filter((column) => column.virtual) ?? [];
        for (const column of table === undefined ? [] : virtual.filter(({ name }) => columns.has(name))) {
          found.set(`${piece.file} ${name} ${column.name}`, {
            file: piece.file,
            message: `"${column.name}" of ${table?.schema}.${name} is a virtual column, which triggers cannot read`,
            help: "Write its expression in its place, or make the column STORED.",
          });
        }
      }
    }
    return [...found.values()];
  },
};
