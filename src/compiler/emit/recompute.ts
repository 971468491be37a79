import { names } from "../names.ts";
import type { Plan, PlannedKind, PlannedTable } from "../plan.ts";
import {
  columnsEqual,
  columnsOf,
  identifier,
  join,
  nothing,
  qualified,
  type Sql,
  sql,
  trusted,
} from "../sql.ts";
import { differs, fromBelonging, rowType, unitType } from "./fragments.ts";
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
  return plpgsql(plan, {
    name: names.recompute(kind.direction, kind.name),
    parameters: trusted("text[], text"),
    returns: trusted("text[]"),
    comment: sql`
-- Makes units ("${trusted(kind.name)}", as text) true; returns those that a rule holds back, which are left as they are.
-- $2: 'all', or only to 'write' or to 'delete' rows, as a parent has to be written before and deleted after its children.
-- Locks: the rows that change, and by foreign keys the parents of rows that are added.`,
    body: sql`
#variable_conflict use_column
DECLARE
  held text[];
  units ${type}[];
  ${join(declarations, "\n")}
BEGIN
  held := ARRAY(SELECT DISTINCT held_back.unit::text FROM ${qualified(plan.schema, names.held(kind.direction, kind.name))}($1::${type}[]) AS held_back);
  units := ARRAY(SELECT wanted FROM unnest($1) AS wanted WHERE wanted <> ALL (held))::${type}[];

  -- What differs.
  ${join(
    kind.targets.map((table) => findDifferences(plan, kind, table)),
    "\n",
  )}

  -- Deletions of rows that no other table points to, so that what takes a deleted row's place finds it free.
  IF $2 <> 'write' THEN
    ${deletions(kind.targets.filter((table) => !isParent(plan, table)))}
  END IF;

  -- Changes and additions, parents before children.
  IF $2 <> 'delete' THEN
    ${join(
      kind.targets.map((table) =>
        join(
          [updateChanged(table), insertAdded(table)].filter((piece) => piece !== nothing),
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
END IF;`;
}

function insertAdded(table: PlannedTable): Sql {
  const columns = table.yields.map((column) => column.name);
  const overriding = table.yields.some((column) => column.identity === "always")
    ? " OVERRIDING SYSTEM VALUE"
    : "";
  const set = settable(table);
  // A row that another unit still holds is taken over: its unit has changed, and that other unit has a note.
  const takeOver = !table.keyIsUnique
    ? nothing
    : sql`
ON CONFLICT (${join(table.key.map(identifier))}) DO ${
        set.length === 0
          ? trusted("NOTHING")
          : sql`UPDATE SET ${join(
              set.map((column) => sql`${identifier(column)} = excluded.${identifier(column)}`),
              ", ",
            )}`
      }`;
  return sql`
IF ${added(table)} IS NOT NULL THEN
  INSERT INTO ${nameOf(table)} AS target (${join(columns.map(identifier))})${trusted(overriding)}
  SELECT ${columnsOf("expected", columns)} FROM unnest(${added(table)}) AS expected
   ORDER BY ${columnsOf("expected", table.key)}
  ${takeOver};
END IF;`;
}
