import { names } from "../names.ts";
import type { Plan, PlannedKind, PlannedTable } from "../plan.ts";
import { identifier, join, qualified, type Sql, sql } from "../sql.ts";
import { fed, own, unitOf } from "./fragments.ts";

/** Every unit of a kind that either side knows, as a view. */
export function emitUnits(plan: Plan): Sql {
  return join(
    [...plan.kinds.forward, ...plan.kinds.reverse].map((kind) => {
      const fromSources = kind.sources.map(
        (source) => sql`
SELECT ${unitOf(plan, kind, "fed")}
  FROM ${qualified(source.schema, source.name)} AS ${identifier(source.name)} ${fed(kind, source.feed)}`,
      );
      const fromTargets = kind.targets
        .filter((table) => !unitIsItsParents(kind, table))
        .map(
          (table) => sql`
SELECT ${unitOf(plan, kind, "own")}
  FROM ${qualified(table.schema, table.name)} AS ${identifier(table.name)} ${own(kind, table)}`,
        );
      return sql`
-- Every unit that either side knows.
CREATE VIEW ${qualified(plan.schema, names.units(kind.direction, kind.name))} (unit) AS
${join([...fromSources, ...fromTargets], "\nUNION\n")};`;
    }),
    "\n\n",
  );
}

/** True when a foreign key to another table of the kind holds the whole unit: the parent's rows name all units then. */
function unitIsItsParents(kind: PlannedKind, table: PlannedTable): boolean {
  const columns = table.unit?.expressions ?? [];
  return table.facts.foreignKeys.some((key) => {
    const parent = kind.targets.find(
      (candidate) => candidate !== table && `${candidate.schema}.${candidate.name}` === key.references,
    );
    return (
      parent?.unit !== undefined &&
      columns.every((column, index) => {
        const place = key.columns.indexOf(column);
        return place >= 0 && key.referencedColumns[place] === parent.unit?.expressions[index];
      }) &&
      columns.every((column) => table.facts.columns.find((fact) => fact.name === column)?.notNull === true)
    );
  });
}
