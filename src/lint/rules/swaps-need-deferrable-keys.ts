import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";
import { yieldsOf } from "../yields.ts";

/**
 * An UPDATE checks a unique key that is not deferrable row by row. So two rows that swap their values, which the other side may
 * well be able to say, cannot be written: their units end in the quarantine. It may never happen, so this is a warning.
 */
export const swapsNeedDeferrableKeys: LintRule = {
  name: "swaps-need-deferrable-keys",
  severity: "warning",
  check({ definition, catalog, configFile }) {
    const found: Problem[] = [];
    for (const table of definition.tables) {
      const yields = yieldsOf(catalog, table) ?? [];
      for (const key of catalog.tables.get(table.name)?.uniqueKeys ?? []) {
        // With the cutover's own key in it, it can hold no two rows apart that this key does not.
        if (table.key.every((column) => key.includes(column))) continue;
        // Sync updates what a mapping yields, and never the cutover's key.
        if (!key.some((column) => yields.includes(column) && !table.key.includes(column))) continue;
        found.push({
          file: configFile,
          message: `${table.side}.${table.name}: the unique key (${key.join(", ")}) is not deferrable, so two rows that swap their values cannot be written and end in quarantine`,
          help: "Where rows may swap them, replace it by a constraint: UNIQUE (…) DEFERRABLE.",
        });
      }
    }
    return found;
  },
};
