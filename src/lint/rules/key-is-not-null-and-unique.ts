import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";

/** Rows are matched by their key: a table that sync writes must not hold two rows of one key, nor one without. */
export const keyIsNotNullAndUnique: LintRule = {
  name: "key-is-not-null-and-unique",
  check({ definition, catalog, configFile }) {
    const found: Problem[] = [];
    for (const table of definition.tables) {
      const facts = catalog.tables.get(table.name);
      if (facts === undefined) continue;
      const at = `${table.side}.${table.name}`;
      const unknown = table.key.filter((name) => !facts.columns.some((column) => column.name === name));
      if (unknown.length > 0) {
        found.push({
          file: configFile,
          message: `${at}.key names ${unknown.map((name) => `"${name}"`).join(", ")}, which the table does not have`,
          help: "Correct the name.",
        });
        continue;
      }
      if (table.mapping === undefined) continue;
      const nullable = table.key.filter((name) =>
        facts.columns.some((column) => column.name === name && !column.notNull),
      );
      if (nullable.length > 0) {
        found.push({
          file: configFile,
          message: `${at}: the key column ${nullable.map((name) => `"${name}"`).join(", ")} may be NULL, and NULL matches nothing`,
          help: `Make it NOT NULL${table.side === "new" ? "" : ", or choose another key"}.`,
        });
      }
      const isUnique = facts.uniqueKeys.some((key) => key.every((column) => table.key.includes(column)));
      if (!isUnique) {
        found.push({
          file: configFile,
          message: `${at}: no unique index covers the key (${table.key.join(", ")}), so two rows could have the same`,
          help: "Create one (not partial, not deferrable, on plain columns), or choose a key that has one.",
        });
      }
    }
    return found;
  },
};
