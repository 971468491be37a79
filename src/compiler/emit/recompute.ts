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
import { added, changed, gone } from "./variables.ts";
import { fromHolders, gatherHolders, gatherMoved } from "./wandering.ts";

/** Functions that make units true: only rows that differ are touched, parents first, deletions children first. */
export function emitRecompute(plan: Plan): Sql {
  return join(
    [...plan.kinds.forward, ...plan.kinds.reverse].map((kind) => recomputeKind(plan, kind)),
    "\n\n",
  );
}

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
