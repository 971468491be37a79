import type { Direction } from "../../definition/types.ts";
import type { Plan, PlannedSource, PlannedTable } from "../plan.ts";
import { columnsEqual, identifier, qualified, type Sql, sql } from "../sql.ts";
import { differs, fed, own, refOf } from "./fragments.ts";

export type Operation = "insert" | "update" | "delete" | "truncate";
export const OPERATIONS: readonly Operation[] = ["insert", "update", "delete", "truncate"];

/**
 * The rows that a statement touched, old and new, as `FROM …` under the table's name. Of an update only those that differ in a
 * relevant column: an update that changes nothing of interest notes nothing.
 */
export function touched(
  source: Pick<PlannedSource, "schema" | "name" | "key" | "relevant">,
  operation: Operation,
): Sql {
  const table = identifier(source.name);
  if (operation === "insert") return sql`FROM new_rows AS ${table}`;
  if (operation === "delete") return sql`FROM old_rows AS ${table}`;
  if (operation === "truncate") return sql`FROM ${qualified(source.schema, source.name)} AS ${table}`;
  const changed = sql`after.${identifier(source.key[0] ?? "")} IS NULL OR ${differs(source.relevant, "before", "after")}`;
  const changedBack = sql`before.${identifier(source.key[0] ?? "")} IS NULL OR ${differs(source.relevant, "before", "after")}`;
  return sql`FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON ${columnsEqual(source.key, "before", "after")}
         WHERE ${changed}
        UNION ALL
        SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON ${columnsEqual(source.key, "before", "after")}
         WHERE ${changedBack}) AS ${table}`;
}

/** SELECTs of the references that touched rows feed, one per kind. */
export function fedRefs(
  plan: Plan,
  direction: Direction,
  table: { readonly name: string },
  operation: Operation,
): Sql[] {
  return plan.kinds[direction].flatMap((kind) => {
    const source = kind.sources.find((candidate) => candidate.name === table.name);
    return source === undefined
      ? []
      : [
          sql`
SELECT ${refOf(plan, kind, "fed")} AS ref
  ${touched(source, operation)} ${fed(kind, source.feed)}`,
        ];
  });
}

export function ownRefs(plan: Plan, table: PlannedTable, operation: Operation, direction: Direction): Sql[] {
  const kind = plan.kinds[direction].find((candidate) => candidate.name === table.unit?.kind);
  if (kind === undefined) return [];
  const everything = { ...table, relevant: table.facts.columns.map((column) => column.name) };
  return [
    sql`
SELECT ${refOf(plan, kind, "own")} AS ref
  ${touched(everything, operation)} ${own(kind, table)}`,
  ];
}
