import { names } from "../names.ts";
import type { Plan } from "../plan.ts";
import { identifier, join, qualified, type Sql, sql, trusted } from "../sql.ts";

/** Composite types: one per kind of units, one per table for the rows that its mapping yields. */
export function emitTypes(plan: Plan): Sql {
  const kinds = [...plan.kinds.forward, ...plan.kinds.reverse].map(
    (kind) => sql`CREATE TYPE ${qualified(plan.schema, names.unitType(kind.direction, kind.name))} AS (
  ${join(
    kind.columns.map((column) => sql`${identifier(column.name)} ${trusted(column.type)}`),
    ",\n",
  )}
);`,
  );
  const rows = plan.tables
    .filter((table) => table.mapping !== undefined)
    .map(
      (table) => sql`CREATE TYPE ${qualified(plan.schema, names.rowType(table.name))} AS (
  ${join(
    table.yields.map((column) => sql`${identifier(column.name)} ${trusted(column.type)}`),
    ",\n",
  )}
);`,
    );
  return sql`
-- The units of this cutover, and the rows that its mappings yield.
${join([...kinds, ...rows], "\n")}`;
}
