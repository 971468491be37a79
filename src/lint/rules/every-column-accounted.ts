import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";
import { yieldsOf } from "../yields.ts";

/** Of every column of a mapped table somebody has said what becomes of it. */
export const everyColumnAccounted: LintRule = {
  name: "every-column-accounted",
  check({ definition, catalog, configFile }) {
    const found: Problem[] = [];
    for (const table of definition.tables) {
      const yields = yieldsOf(catalog, table);
      const facts = catalog.tables.get(table.name);
      if (yields === undefined || facts === undefined) continue;
      const at = `${table.side}.${table.name}`;
      const has = facts.columns.map((column) => column.name);
      const lost = Object.keys(table.lost);
      const report = (message: string, help: string) =>
        found.push({ file: configFile, message: `${at}: ${message}`, help });

      const missing = has.filter((name) => ![...yields, ...table.keep, ...lost].includes(name));
      if (missing.length > 0) {
        report(
          `nothing is said of ${missing.map((name) => `"${name}"`).join(", ")}`,
          `Yield each in ${table.mapping?.path}, or name it in keep (it stays where it is) or in lost (with the reason).`,
        );
      }
      for (const name of [...table.keep, ...lost]) {
        if (!has.includes(name)) {
          report(
            `"${name}" is in ${table.keep.includes(name) ? "keep" : "lost"}, but the table has no such column`,
            "Take it out, or correct the name.",
          );
        } else if (yields.includes(name)) {
          report(
            `"${name}" is in ${table.keep.includes(name) ? "keep" : "lost"}, but the mapping yields it`,
            "Decide for one of the two.",
          );
        } else if (table.keep.includes(name) && lost.includes(name)) {
          report(`"${name}" is in keep and in lost`, "Decide for one of the two.");
        }
      }
    }
    return found;
  },
};
