import { names } from "../names.ts";
import type { Plan, PlannedKind, PlannedTable } from "../plan.ts";
import {
  columnsEqual,
  columnsOf,
  identifier,
  join,
  literal,
  qualified,
  type Sql,
  sql,
  trusted,
} from "../sql.ts";
import { differs, fromBelonging, jsonOf, own, unitColumns, unitType } from "./fragments.ts";

/** Rows that are not what the mapping says: of some units, and of all. */
export function emitDifferences(plan: Plan): Sql {
  return join(
    [...plan.kinds.forward, ...plan.kinds.reverse].map((kind) => differencesOfKind(plan, kind)),
    "\n\n",
  );
}

function differencesOfKind(plan: Plan, kind: PlannedKind): Sql {
  const of = (narrowed: boolean) =>
    join(
      kind.targets.map((table) => differencesOfTable(plan, kind, table, narrowed)),
      "\nUNION ALL\n",
    );
  return sql`
-- Rows that are missing, unexpected or different: in the units $1 …
CREATE FUNCTION ${qualified(plan.schema, names.differences(kind.direction, kind.name))}(${unitType(plan, kind)}[])
  RETURNS TABLE (unit text, table_name text, key jsonb, finding text, expected jsonb, actual jsonb)
  LANGUAGE sql STABLE
BEGIN ATOMIC
${of(true)};
END;

-- … and in all.
CREATE VIEW ${qualified(plan.schema, names.differencesAll(kind.direction, kind.name))} (unit, table_name, key, finding, expected, actual) AS
${of(false)};`;
}

function differencesOfTable(plan: Plan, kind: PlannedKind, table: PlannedTable, narrowed: boolean): Sql {
  const columns = table.yields.map((column) => column.name);
  const unit = (alias: string) => columnsOf(alias, unitColumns(kind));
  const expected = narrowed
    ? sql`${qualified(plan.schema, names.map(table.name))}($1)`
    : qualified(plan.schema, names.all(table.name));
  const actual = narrowed
    ? fromBelonging(kind, table, trusted("$1"))
    : sql`FROM ${qualified(table.schema, table.name)} AS ${identifier(table.name)} ${own(kind, table)}`;
  return sql`
SELECT ROW(${join(
    unitColumns(kind).map(
      (column) => sql`coalesce(expected.${identifier(column)}, actual.${identifier(column)})`,
    ),
  )})::${unitType(plan, kind)}::text,
       ${literal(table.name)},
       CASE WHEN expected.present THEN ${jsonOf(table.key, "expected")} ELSE ${jsonOf(table.key, "actual")} END,
       CASE WHEN actual.present IS NULL THEN 'missing' WHEN expected.present IS NULL THEN 'unexpected' ELSE 'different' END,
       CASE WHEN expected.present THEN ${jsonOf(table.compared, "expected")} END,
       CASE WHEN actual.present THEN ${jsonOf(table.compared, "actual")} END
  FROM (SELECT true AS present, ${columnsOf(table.name, columns)}, ${unit("own")}
          FROM ${expected} AS ${identifier(table.name)} ${own(kind, table)}) AS expected
  FULL JOIN (SELECT true AS present, ${columnsOf(table.name, columns)}, ${unit(narrowed ? "wanted" : "own")}
          ${actual}) AS actual
    ON ${columnsEqual(table.key, "expected", "actual")}
 WHERE ${differs(["present", ...table.compared], "expected", "actual")}`;
}
