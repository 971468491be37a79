import type { LintRule } from "../rule.ts";

/** A projection is a copy: what a policy hides in a table that it reads, its own table would show to whoever may read that. */
export const projectionHasRowSecurity: LintRule = {
  name: "projection-has-row-security",
  check({ definition, catalog, configFile }) {
    if (definition.kind !== "projection") return [];
    const secured = (name: string) => catalog.tables.get(name)?.rowSecurity !== "off";
    const reads = definition.tables.find((table) => table.side === "legacy" && secured(table.name));
    if (reads === undefined) return [];
    return definition.tables
      .filter((table) => table.side === "new" && !secured(table.name))
      .map((table) => ({
        file: configFile,
        message: `${reads.schema}.${reads.name} has row security and ${table.schema}.${table.name} has none: whoever may read it sees what the policies of ${reads.name} hide`,
        help: `ALTER TABLE ${table.schema}.${table.name} ENABLE ROW LEVEL SECURITY, and give it policies of its own; sync sees every row of both.`,
      }));
  },
};
