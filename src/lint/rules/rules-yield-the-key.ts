import type { LintRule } from "../rule.ts";

/** A quarantine or exclude rule says which rows it means by their key. */
export const rulesYieldTheKey: LintRule = {
  name: "rules-yield-the-key",
  check: ({ definition, catalog }) =>
    definition.tables.flatMap((table) =>
      table.rules.flatMap((rule) => {
        const described = catalog.described.get(rule.file.path);
        if (described === undefined) return [];
        const missing = table.key.filter((name) => !described.columns.some((column) => column.name === name));
        return missing.length === 0
          ? []
          : [
              {
                file: rule.file.path,
                message: `the rule does not yield ${missing.map((name) => `"${name}"`).join(", ")} of ${table.name}'s key`,
                help: `Yield ${table.key.join(", ")} of the rows that it means.`,
              },
            ];
      }),
    ),
};
