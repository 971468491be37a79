import type { Problem } from "../../definition/problem.ts";
import type { LintRule } from "../rule.ts";

/**
 * Units that are found through another table are found when the statement runs. A concurrent change of that table, not committed
 * yet, would make them other units, and the row would be stale in them for ever.
 */
export const pathsAreImmutable: LintRule = {
  name: "paths-are-immutable",
  check({ definition, catalog, configFile }) {
    const found: Problem[] = [];
    const places = [
      ...definition.tables
        .filter((table) => !table.kept)
        .map((table) => ({ at: `${table.side}.${table.name}`, table })),
      ...definition.context.map((table) => ({ at: `context.${table.name}`, table })),
    ];
    for (const { at, table } of places) {
      for (const feed of table.feeds) {
        const described = catalog.described.get(`${at}.feeds.${feed.kind}`);
        if (described === undefined || feed.form !== "query" || feed.immutable !== undefined) continue;
        const others = [
          ...described.escapes.map((reached) => reached.name),
          ...[...described.reads.keys()].filter((name) => name !== table.name),
        ];
        if (others.length === 0) continue;
        found.push({
          file: configFile,
          message: `${at}.feeds.${feed.kind} finds its units through ${others.join(", ")}, which may change in another transaction`,
          help: 'Carry the unit\'s columns in the row; or, if that path never changes once a row is there, say why: "immutable": "…".',
        });
      }
    }
    return found;
  },
};
