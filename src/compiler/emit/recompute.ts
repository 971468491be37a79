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
  trusted,
} from "../sql.ts";
import { differs, fromBelonging, own, rowType, unitOf, unitType } from "./fragments.ts";
import { plpgsql } from "./plpgsql.ts";

/** Functions that make units true: only rows that differ are touched, parents first, deletions children first. */
export function emitRecompute(plan: Plan): Sql {
  return join(
    [...plan.kinds.forward, ...plan.kinds.reverse].map((kind) => recomputeKind(plan, kind)),
    "\n\n",
  );
}

const gone = (table: PlannedTable) => identifier(names.variable("gone", table.name));
const changed = (table: PlannedTable) => identifier(names.variable("changed", table.name));
const added = (table: PlannedTable) => identifier(names.variable("added", table.name));
const nameOf = (table: PlannedTable) => qualified(table.schema, table.name);

/** A row of the mapping as its composite type. */
const asRow = (plan: Plan, table: PlannedTable, alias: string) =>
  sql`ROW(${columnsOf(
    alias,
    table.yields.map((column) => column.name),
  )})::${rowType(plan, table)}`;

function recomputeKind(plan: Plan, kind: PlannedKind): Sql {
  const type = unitType(plan, kind);
  const declarations = kind.targets.flatMap((table) =>
    [gone, changed, added].map((variable) => sql`${variable(table)} ${rowType(plan, table)}[];`),
  );
  const wandering = kind.targets.filter((table) => table.keyIsUnique && table.wanders);
  return plpgsql(plan, {
    name: names.recompute(kind.direction, kind.name),
    parameters: trusted("text[], text"),
    returns: trusted("text[]"),
    comment: sql`
-- Makes units ("${trusted(kind.name)}", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children; 'whole' is
-- 'all' of units that are everything that was written; 'check' writes nothing and returns the units when any row differs: with plans
-- that a session has made long ago.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.`,
    body: sql`
#variable_conflict use_column
DECLARE
  held text[];
  units ${type}[];
  ${wandering.length === 0 ? nothing : trusted("elsewhere text[];\n  taken_over boolean := false;")}
  ${join(declarations, "\n")}
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM ${qualified(plan.schema, names.held(kind.direction, kind.name))}($1::${type}[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::${type}[];

  -- What differs.
  ${join(
    kind.targets.map((table) => findDifferences(plan, kind, table)),
    "\n",
  )}
  IF $2 = 'check' THEN
    RETURN CASE WHEN ${join(
      kind.targets.flatMap((table) =>
        [gone, changed, added].map((found) => sql`${found(table)} IS NOT NULL`),
      ),
      " OR ",
    )} THEN units::text[] ELSE '{}' END;
  END IF;
  ${wandering.length === 0 ? nothing : gatherHolders(plan, kind, wandering)}
  ${gatherMoved(plan, kind, wandering)}

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    ${deletions(kind.targets.filter((table) => !isParent(plan, table)))}
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    ${join(
      kind.targets.map((table) =>
        join(
          [updateChanged(table), insertAdded(plan, kind, table, wandering.includes(table))].filter(
            (piece) => piece !== nothing,
          ),
          "\n",
        ),
      ),
      "\n",
    )}
  END IF;

  -- Deletions of rows that others point to, children before parents; last, so that no child that has found another parent is
  -- deleted with its old one.
  IF $2 <> 'write' THEN
    ${deletions([...kind.targets].reverse().filter((table) => isParent(plan, table)))}
  END IF;
  ${
    wandering.length === 0
      ? nothing
      : sql`
-- What a unit that is held back still had came along by foreign keys, and has not been compared yet.
IF taken_over THEN
  PERFORM ${qualified(plan.schema, names.recompute(kind.direction, kind.name))}($1, $2);
END IF;`
  }
  RETURN held;
END;`,
  });
}

function findDifferences(plan: Plan, kind: PlannedKind, table: PlannedTable): Sql {
  const yielded = table.yields.map((column) => column.name);
  return sql`
SELECT array_agg(${asRow(plan, table, "actual")}) FILTER (WHERE expected.present IS NULL),
       array_agg(${asRow(plan, table, "expected")}) FILTER (WHERE expected.present AND actual.present),
       array_agg(${asRow(plan, table, "expected")}) FILTER (WHERE actual.present IS NULL)
  INTO ${gone(table)}, ${changed(table)}, ${added(table)}
  FROM (SELECT true AS present, mapped.* FROM ${qualified(plan.schema, names.map(table.name))}(units) AS mapped) AS expected
  FULL JOIN (SELECT true AS present, ${columnsOf(table.name, yielded)}
               ${fromBelonging(kind, table, trusted("units"))}) AS actual
    ON ${columnsEqual(table.key, "expected", "actual")}
 WHERE ${differs(["present", ...table.compared], "expected", "actual")};`;
}

function deletions(tables: readonly PlannedTable[]): Sql {
  return tables.length === 0 ? trusted("NULL;") : join(tables.map(deleteGone), "\n");
}

/** Does a foreign key of another table of this cutover point to it? */
function isParent(plan: Plan, table: PlannedTable): boolean {
  return plan.tables.some(
    (other) =>
      other !== table &&
      other.facts.foreignKeys.some((key) => key.references === `${table.schema}.${table.name}`),
  );
}

function deleteGone(table: PlannedTable): Sql {
  return sql`
IF ${gone(table)} IS NOT NULL THEN
  DELETE FROM ${nameOf(table)} AS target USING unnest(${gone(table)}) AS gone
   WHERE ${columnsEqual(table.key, "target", "gone")};
END IF;`;
}

/** Columns that an UPDATE sets: what is kept true, without the key, which found the row. */
function settable(table: PlannedTable): readonly string[] {
  return table.compared.filter((column) => !table.key.includes(column));
}

function updateChanged(table: PlannedTable): Sql {
  const columns = settable(table);
  if (columns.length === 0) return nothing;
  return sql`
IF ${changed(table)} IS NOT NULL THEN
  UPDATE ${nameOf(table)} AS target
     SET ${join(
       columns.map((column) => sql`${identifier(column)} = expected.${identifier(column)}`),
       ", ",
     )}
    FROM unnest(${changed(table)}) AS expected
   WHERE ${columnsEqual(table.key, "target", "expected")};
  -- Whoever deletes a parent of a coarser unit takes rows along that are just being moved away from it.
  IF EXISTS (SELECT FROM unnest(${changed(table)}) AS expected
              WHERE NOT EXISTS (SELECT FROM ${nameOf(table)} AS target WHERE ${columnsEqual(table.key, "target", "expected")})) THEN
    RAISE EXCEPTION 'a row of % has gone meanwhile', ${literal(table.name)}
      USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
  END IF;
END IF;`;
}

function insertAdded(plan: Plan, kind: PlannedKind, table: PlannedTable, wanders: boolean): Sql {
  const columns = table.yields.map((column) => column.name);
  const overriding = table.yields.some((column) => column.identity === "always")
    ? " OVERRIDING SYSTEM VALUE"
    : "";
  const set = settable(table);
  const row = identifier(table.name);
  // A row is only taken over from a unit that this transaction has locked.
  const fromOurs = wanders
    ? sql`
 WHERE EXISTS (SELECT FROM (SELECT ${row}.*) AS ${row} ${own(kind, table)} WHERE ${unitOf(plan, kind, "own")}::text = ANY ($1))`
    : nothing;
  const takeOver = !table.keyIsUnique
    ? nothing
    : sql`
ON CONFLICT (${join(table.key.map(identifier))}) DO ${
        set.length === 0
          ? trusted("NOTHING")
          : sql`UPDATE SET ${join(
              set.map((column) => sql`${identifier(column)} = excluded.${identifier(column)}`),
              ", ",
            )}${fromOurs}`
      }`;
  const check = wanders
    ? sql`
IF EXISTS (SELECT ${fromHolders(plan, kind, table)} WHERE holder.unit <> ALL ($1)) THEN
  RAISE EXCEPTION 'a row of % has come into another unit meanwhile', ${literal(table.name)}
    USING ERRCODE = 'serialization_failure', HINT = 'It is tried again.';
END IF;`
    : nothing;
  return sql`
IF ${added(table)} IS NOT NULL THEN
  INSERT INTO ${nameOf(table)} AS ${row} (${join(columns.map(identifier))})${trusted(overriding)}
  SELECT ${columnsOf("expected", columns)} FROM unnest(${added(table)}) AS expected
   ORDER BY ${columnsOf("expected", table.key)}
  ${takeOver};
  ${check}
END IF;`;
}

/** The units that hold rows of the keys that are to be added, as `holder.unit`: `FROM …`. */
function fromHolders(plan: Plan, kind: PlannedKind, table: PlannedTable): Sql {
  return sql`FROM unnest(${added(table)}) AS expected
 CROSS JOIN LATERAL (SELECT ${unitOf(plan, kind, "own")}::text AS unit FROM ${nameOf(table)} AS ${identifier(table.name)} ${own(kind, table)} WHERE ${columnsEqual(table.key, table.name, "expected")}) AS holder`;
}

/**
 * Rows that are to be added and lie in another unit: that unit is locked, and all of them are made true together. Otherwise a foreign
 * key could carry rows along that have been compared with nothing, and whoever works on the other unit could overwrite the row.
 */
function gatherHolders(plan: Plan, kind: PlannedKind, wandering: readonly PlannedTable[]): Sql {
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
function gatherMoved(plan: Plan, kind: PlannedKind, wandering: readonly PlannedTable[]): Sql {
  const tables = wandering.filter((table) => table.carried.length > 0);
  if (tables.length === 0) return nothing;
  // A scalar sub-select: its condition becomes a parameter, which the planner pushes below windows and DISTINCT. A join it would not.
  const moved = tables.map(
    (table) => sql`
SELECT (SELECT ${unitOf(plan, kind, "own")}::text
          FROM ${qualified(plan.schema, names.all(table.name))} AS ${identifier(table.name)} ${own(kind, table)}
         WHERE ${columnsEqual(table.key, table.name, "gone")} LIMIT 1) AS unit
  FROM unnest(${gone(table)}) AS gone
  JOIN ${nameOf(table)} AS target ON ${columnsEqual(table.key, "target", "gone")}
 WHERE num_nonnulls(${columnsOf("target", table.carried)}) > 0`,
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
