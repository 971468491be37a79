import type { LintRule } from "../rule.ts";

/** Whoever reads the list of what is lost, before writes move, has to be able to agree. */
export const lostNeedsReason: LintRule = {
  name: "lost-needs-reason",
  check: ({ definition, configFile }) =>
    definition.tables.flatMap((table) =>
      Object.entries(table.lost)
        .filter(([column, reason]) => reason.trim().split(/\s+/).length < 2 || reason.trim() === column)
        .map(([column, reason]) => ({
          file: configFile,
          message: `${table.side}.${table.name}.lost.${column} says "${reason}", which is no reason`,
          help: "Say in a few words why nobody wants the values back.",
        })),
    ),
};
