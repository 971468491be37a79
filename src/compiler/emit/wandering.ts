import { names } from "../names.ts";
import type { Plan, PlannedKind, PlannedTable } from "../plan.ts";
import {
  columnsEqual,
  columnsOf,
  identifier,
  join,
  literal,
  nothing,
  qualified,
  type Sql,
  sql,
} from "../sql.ts";
import { own, unitOf } from "./fragments.ts";
import { added, gone } from "./variables.ts";

// Rows that come into another unit under the same key. A recompute that meets one makes both units true together.

const nameOf = (table: PlannedTable) => qualified(table.schema, table.name);

/**
 * The units that hold rows of the keys that are to be added, as `holder.unit`: `FROM …`.
 *
 * OFFSET 0 has Postgres look the rows up key by key. A join it may plan, for a session that began when the table was empty, as a scan
 * of the whole table.
 */
export function fromHolders(plan: Plan, kind: PlannedKind, table: PlannedTable): Sql {
  return sql`FROM unnest(${added(table)}) AS expected
 CROSS JOIN LATERAL (SELECT ${unitOf(plan, kind, "own")}::text AS unit FROM ${nameOf(table)} AS ${identifier(table.name)} ${own(kind, table)} WHERE ${columnsEqual(table.key, table.name, "expected")} OFFSET 0) AS holder`;
}

/**
 * Rows that are to be added and lie in another unit: that unit is locked, and all of them are made true together. Otherwise a foreign
 * key could carry rows along that have been compared with nothing, and whoever works on the other unit could overwrite the row.
 */
export function gatherHolders(plan: Plan, kind: PlannedKind, wandering: readonly PlannedTable[]): Sql {
  const any = join(
    wandering.map((table) => sql`${added(table)} IS NOT NULL`),
    " OR ",
  );
  const holders = join(
    wandering.map((table) => sql`SELECT holder.unit ${fromHolders(plan, kind, table)}`),
    "\nUNION ALL\n",
  );
  return sql`
-- Rows that are to be added, and that other units still hold.
IF $2 <> 'delete' AND (${any}) THEN
  SELECT array_agg(DISTINCT holder.unit ORDER BY holder.unit) FILTER (WHERE holder.unit <> ALL ($1)), coalesce(bool_or(holder.unit = ANY (held)), false)
    INTO elsewhere, taken_over
    FROM (
      ${holders}
    ) AS holder;
  IF elsewhere IS NOT NULL THEN
    ${widen(plan, kind)}
  END IF;
END IF;`;
}

/**
 * Rows that are to go from these units because the mapping has them in another one by now. Deleted here and added there they would lose
 * what no mapping yields, so the other unit is made true together with these.
 */
export function gatherMoved(plan: Plan, kind: PlannedKind, wandering: readonly PlannedTable[]): Sql {
  const tables = wandering.filter((table) => table.carried.length > 0);
  if (tables.length === 0) return nothing;
  // A scalar sub-select: its condition becomes a parameter, which the planner pushes below windows and DISTINCT. A join it would not.
  const moved = tables.map(
    (table) => sql`
SELECT (SELECT ${unitOf(plan, kind, "own")}::text
          FROM ${qualified(plan.schema, names.all(table.name))} AS ${identifier(table.name)} ${own(kind, table)}
         WHERE ${columnsEqual(table.key, table.name, "gone")} LIMIT 1) AS unit
  FROM unnest(${gone(table)}) AS gone
 WHERE EXISTS (SELECT FROM ${nameOf(table)} AS target
                WHERE ${columnsEqual(table.key, "target", "gone")} AND num_nonnulls(${columnsOf("target", table.carried)}) > 0 OFFSET 0)`,
  );
  return sql`
-- Rows that are to go, that hold something of their own, and that the mapping has in other units by now.
IF $2 <> 'write' AND (${join(
    tables.map((table) => sql`${gone(table)} IS NOT NULL`),
    " OR ",
  )})
   AND ($2 <> 'whole' OR EXISTS (SELECT FROM cutover.outbox AS noted
                                  WHERE noted.unit_key = ANY (ARRAY(SELECT ${literal(`${plan.definition.name}/${kind.direction}/${kind.name}:`)} || unit FROM unnest($1) AS unit))
                                    AND noted.xid <> pg_current_xact_id())) THEN
  SELECT array_agg(DISTINCT moved.unit ORDER BY moved.unit) INTO elsewhere
    FROM (
      ${join(moved, "\nUNION ALL\n")}
      OFFSET 0
    ) AS moved
   WHERE moved.unit <> ALL ($1);
  IF elsewhere IS NOT NULL THEN
    ${widen(
      plan,
      kind,
      sql`
-- Whoever deletes only has left the writing to others.
IF $2 = 'delete' THEN
  PERFORM ${qualified(plan.schema, names.recompute(kind.direction, kind.name))}($1 || elsewhere, 'write');
END IF;`,
    )}
  END IF;
END IF;`;
}

/**
 * Begins anew with the units `elsewhere` as well. The reverse direction cannot widen its units here, since legacy rows have notes and
 * images of their own; it raises, and the drainer widens.
 */
function widen(plan: Plan, kind: PlannedKind, first: Sql = nothing): Sql {
  return kind.direction === "forward"
    ? sql`
PERFORM cutover.lock_units(${literal(plan.definition.name)}, 'forward', ${literal(kind.name)}, elsewhere,
                           (SELECT c.epoch FROM cutover.cutovers AS c WHERE c.name = ${literal(plan.definition.name)}));
${first}
RETURN ${qualified(plan.schema, names.recompute(kind.direction, kind.name))}($1 || elsewhere, $2);`
    : sql`
RAISE EXCEPTION 'rows of % are still held by %', $1, elsewhere
  USING ERRCODE = 'CU006', DETAIL = ARRAY(SELECT ${literal(`${kind.name}:`)} || unit FROM unnest(elsewhere) AS unit)::text,
        HINT = 'Those units have to be worked off together, as the drainer does.';`;
}
