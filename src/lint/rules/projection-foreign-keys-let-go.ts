import type { LintRule } from "../rule.ts";

/**
 * A kept row that points to a row of the application is in its way: deleting that row fails before sync has had a chance to take
 * the kept one away, also when the constraint is deferred.
 */
export const projectionForeignKeysLetGo: LintRule = {
  name: "projection-foreign-keys-let-go",
  check({ definition, catalog, configFile }) {
    if (definition.kind !== "projection") return [];
    const kept = definition.tables.filter((table) => table.side === "new");
    const ours = kept.map((table) => `${table.schema}.${table.name}`);
    return kept.flatMap((table) =>
      (catalog.tables.get(table.name)?.foreignKeys ?? [])
        .filter(
          (key) =>
            !ours.includes(key.references) && (key.onDelete === "refused" || key.onUpdate === "refused"),
        )
        .map((key) => ({
          file: configFile,
          message: `${table.schema}.${table.name} (${key.columns.join(", ")}) points to ${key.references}: as long as a kept row is there, the application cannot delete its row, or give it another key`,
          help: "Drop the foreign key, as sync keeps the table true without it; or declare it ON DELETE CASCADE ON UPDATE CASCADE.",
        })),
    );
  },
};
