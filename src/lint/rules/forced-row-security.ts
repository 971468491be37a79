import type { LintRule } from "../rule.ts";

/** Sync has to see every row: what a policy hides, a recompute would take for deleted. */
export const forcedRowSecurity: LintRule = {
  name: "forced-row-security",
  check: ({ definition, catalog, configFile }) =>
    [...definition.tables, ...definition.context].flatMap((table) => {
      const facts = catalog.tables.get(table.name);
      if (facts === undefined || !facts.hidesRows) return [];
      const name = `${table.schema}.${table.name}`;
      return [
        {
          file: configFile,
          message: `${name} has row security ${facts.rowSecurity === "forced" ? "that is forced on its owner" : "and another owner"}, so policies hide rows from the role that runs the migrations`,
          help:
            facts.rowSecurity === "forced"
              ? `Give that role BYPASSRLS, or ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY.`
              : "Run the migrations as the owner of the table, or give that role BYPASSRLS.",
        },
      ];
    }),
};
