import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";

/** Types in which two values may be equal and not the same: 1.0 and 1.00, 0 and -0, '1 day' and '24 hours', 'Ann' and 'ann'. */
const SEVERAL_SPELLINGS = /^(numeric|real|double precision|interval.*|citext|bpchar|jsonb)(\[\])*$/;

/**
 * Units are locked, noted and told apart by their text, rows are compared byte by byte. A key of which two spellings are equal would be
 * one row to the database and two to sync.
 */
export const keysHaveOneSpelling: LintRule = {
  name: "keys-have-one-spelling",
  check({ definition, catalog, configFile }) {
    const found: Problem[] = [];
    for (const table of definition.tables) {
      const columns = catalog.tables.get(table.name)?.columns ?? [];
      for (const column of columns.filter(({ name }) => table.key.includes(name))) {
        if (!column.nondeterministic && !SEVERAL_SPELLINGS.test(column.type)) continue;
        found.push({
          file: configFile,
          message: `${table.side}.${table.name}: of the key column "${column.name}" (${column.type}) two spellings can be equal`,
          help: `Give it a type with one spelling (bigint, numeric(p, s), text of a deterministic collation), or choose another key.`,
        });
      }
    }
    for (const kind of [...definition.units.forward, ...definition.units.reverse]) {
      for (const column of kind.columns.filter(({ type }) => SEVERAL_SPELLINGS.test(type.trim()))) {
        found.push({
          file: configFile,
          message: `units.${kind.direction}.${kind.name}: two spellings of "${column.name}" (${column.type}) can be equal`,
          help: "Declare it with a type that has one spelling: bigint, numeric(p, s), text.",
        });
      }
    }
    return found;
  },
};
