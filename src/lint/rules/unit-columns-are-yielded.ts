import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";
import { yieldsOf } from "../yields.ts";

/** The unit of a row is computed from what the mapping yields of it, before the row stands in its table. */
export const unitColumnsAreYielded: LintRule = {
  name: "unit-columns-are-yielded",
  check({ definition, catalog, configFile }) {
    const found: Problem[] = [];
    for (const table of definition.tables) {
      const yields = yieldsOf(catalog, table);
      if (yields === undefined) continue;
      const reads =
        catalog.described.get(`${table.side}.${table.name}.unit`)?.reads ?? new Map<string, Set<string>>();
      const missing = [...(reads.get(table.name) ?? [])].filter((column) => !yields.includes(column));
      const others = [...reads.keys()].filter((name) => name !== table.name);
      if (missing.length > 0) {
        found.push({
          file: configFile,
          message: `${table.side}.${table.name}.unit reads ${missing.map((name) => `"${name}"`).join(", ")}, which the mapping does not yield`,
          help: `Yield it in ${table.mapping?.path}, or compute the unit from columns that are yielded.`,
        });
      }
      if (others.length > 0) {
        found.push({
          file: configFile,
          message: `${table.side}.${table.name}.unit reads ${others.join(", ")}`,
          help: "The unit of a row is computed from the row alone.",
        });
      }
    }
    return found;
  },
};
