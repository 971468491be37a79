import type { ForeignKey } from "../../catalog/types.ts";
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
import { differs, fromBelonging, jsonOf, rowType, unitType } from "./fragments.ts";
import { plpgsql } from "./plpgsql.ts";

/**
 * Functions that bring over what legacy writers changed while the new side is the truth: a three-way merge of each row.
 * `base` is what the mapping says of the legacy rows as they were, `theirs` what it says of them now; a cell that the new
 * side has changed meanwhile stays, and what legacy had written is recorded.
 */
export function emitPatch(plan: Plan): Sql {
  return plan.reversible
    ? join(
        plan.kinds.forward.map((kind) => patchKind(plan, kind)),
        "\n\n",
      )
    : nothing;
}

const variable = (purpose: string, table: PlannedTable) => identifier(names.variable(purpose, table.name));
const nameOf = (table: PlannedTable) => qualified(table.schema, table.name);
const yielded = (table: PlannedTable) => table.yields.map((column) => column.name);

function patchKind(plan: Plan, kind: PlannedKind): Sql {
  const purposes = ["gone", "base", "theirs", "added"];
  const declarations = kind.targets.flatMap((table) =>
    purposes.map((purpose) => sql`${variable(purpose, table)} ${rowType(plan, table)}[];`),
  );
  return plpgsql(plan, {
    name: names.patch(kind.name),
    parameters: trusted("text[], text"),
    returns: trusted("text"),
    comment: sql`
-- Brings the legacy writes whose images this transaction has taken over to the new rows of units ("${trusted(kind.name)}", as text).
-- $2: 'all'; or first 'write', coarser kinds first, then 'delete', finer kinds first; or 'look'. Returns what there is to do of it: '',
-- 'write', 'delete' or 'all'.
-- Locks: the rows that change. A cell is only written where the new side still holds what it was made of.`,
    body: sql`
#variable_conflict use_column
DECLARE
  units ${unitType(plan, kind)}[] := $1::${unitType(plan, kind)}[];
  -- A unit that was put aside before both sides were written was not made of its legacy rows: all of them are new to the new side.
  known ${unitType(plan, kind)}[] := ARRAY(
    SELECT wanted.ref FROM unnest($1) AS wanted (ref)
     WHERE NOT EXISTS (SELECT FROM cutover.quarantine AS put_aside
                        WHERE put_aside.unit_key = ${literal(`${plan.definition.name}/forward/${kind.name}:`)} || wanted.ref
                          AND NOT put_aside.made OFFSET 0))::${unitType(plan, kind)}[];
  to_do text;
  ${join(declarations, "\n")}
BEGIN
  -- What legacy writers changed.
  ${join(
    kind.targets.map((table) => findChanges(plan, table)),
    "\n",
  )}
  to_do := CASE WHEN ${anything(kind, ["gone"])}
                THEN CASE WHEN ${anything(kind, ["theirs", "added"])} THEN 'all' ELSE 'delete' END
                ELSE CASE WHEN ${anything(kind, ["theirs", "added"])} THEN 'write' ELSE '' END END;
  IF $2 = 'look' THEN
    RETURN to_do;
  END IF;

  -- The rows of the new side, held still: one that another transaction changes between our looking and our writing would neither be
  -- patched nor recorded as a conflict.
  ${join(
    kind.targets.map(
      (table) => sql`
PERFORM 1
  FROM ${nameOf(table)} AS locked
 WHERE (${columnsOf("locked", table.key)}) IN (
         SELECT ${columnsOf(table.name, table.key)}
           ${fromBelonging(kind, table, trusted("units"))})
 ORDER BY ${columnsOf("locked", table.key)}
   FOR UPDATE;`,
    ),
    "\n",
  )}

  IF $2 <> 'delete' THEN
    -- What the new side has changed as well: it wins.
    ${join(
      kind.targets.map((table) => recordConflicts(plan, table)),
      "\n",
    )}

    ${join(
      kind.targets.map((table) =>
        join(
          [updateUnchanged(table), insertMissing(plan, table)].filter((piece) => piece !== nothing),
          "\n",
        ),
      ),
      "\n",
    )}
  END IF;

  IF $2 <> 'write' THEN
    ${join(
      [...kind.targets].reverse().map((table) => deleteUnchanged(plan, table)),
      "\n",
    )}
  END IF;
  RETURN to_do;
END;`,
  });
}

/** Is there a row in any of these? */
function anything(kind: PlannedKind, purposes: readonly string[]): Sql {
  const variables = kind.targets.flatMap((table) => purposes.map((purpose) => variable(purpose, table)));
  return sql`num_nonnulls(${join(variables)}) > 0`;
}

function findChanges(plan: Plan, table: PlannedTable): Sql {
  const asRow = (alias: string) => sql`ROW(${columnsOf(alias, yielded(table))})::${rowType(plan, table)}`;
  return sql`
SELECT array_agg(${asRow("base")}) FILTER (WHERE theirs.present IS NULL),
       array_agg(${asRow("base")}) FILTER (WHERE base.present AND theirs.present),
       array_agg(${asRow("theirs")}) FILTER (WHERE base.present AND theirs.present),
       array_agg(${asRow("theirs")}) FILTER (WHERE base.present IS NULL)
  INTO ${variable("gone", table)}, ${variable("base", table)}, ${variable("theirs", table)}, ${variable("added", table)}
  FROM (SELECT true AS present, mapped.* FROM ${qualified(plan.schema, names.before(table.name))}(known) AS mapped) AS base
  FULL JOIN (SELECT true AS present, mapped.* FROM ${qualified(plan.schema, names.map(table.name))}(units) AS mapped) AS theirs
    ON ${columnsEqual(table.key, "base", "theirs")}
 WHERE ${differs(["present", ...table.compared], "base", "theirs")};`;
}

/** A cell changed on both sides to different values, or a row changed on one and deleted on the other. */
function recordConflicts(plan: Plan, table: PlannedTable): Sql {
  const bothChanged = join(
    changeable(table).map(
      (column) =>
        sql`(${differs([column], "base", "theirs")} AND ${differs([column], "target", "base")} AND ${differs([column], "target", "theirs")})`,
    ),
    " OR ",
  );
  const columns = table.compared;
  // OFFSET 0, here and below: looked up by the key, never by a scan of a table that was empty when the session planned this.
  const theirRow = (of: string) =>
    sql`CROSS JOIN LATERAL (SELECT row_now.* FROM ${nameOf(table)} AS row_now WHERE ${columnsEqual(table.key, "row_now", of)} OFFSET 0) AS target`;
  const changes =
    changeable(table).length === 0
      ? nothing
      : sql`
UNION ALL
SELECT ${jsonOf(table.key, "theirs")}, ${jsonOf(columns, "base")}, CASE WHEN target.present THEN ${jsonOf(columns, "target")} END, ${jsonOf(columns, "theirs")}
  FROM unnest(${variable("theirs", table)}) AS theirs
  JOIN unnest(${variable("base", table)}) AS base ON ${columnsEqual(table.key, "base", "theirs")}
  LEFT JOIN LATERAL (SELECT true AS present, row_now.* FROM ${nameOf(table)} AS row_now
                      WHERE ${columnsEqual(table.key, "row_now", "theirs")} OFFSET 0) AS target ON true
 WHERE target.present IS NULL OR ${bothChanged}`;
  return sql`
IF coalesce(cardinality(${variable("gone", table)}), 0) + coalesce(cardinality(${variable("theirs", table)}), 0) + coalesce(cardinality(${variable("added", table)}), 0) > 0 THEN
  INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
  SELECT ${literal(plan.definition.name)}, ${literal(table.name)}, found.*
    FROM (
      SELECT ${jsonOf(table.key, "gone")}, ${jsonOf(columns, "gone")}, ${jsonOf(columns, "target")}, NULL::jsonb
        FROM unnest(${variable("gone", table)}) AS gone ${theirRow("gone")}
       WHERE ${differs(ownColumns(plan, table), "target", "gone")}
      UNION ALL
      SELECT ${jsonOf(table.key, "added")}, NULL::jsonb, ${jsonOf(columns, "target")}, ${jsonOf(columns, "added")}
        FROM unnest(${variable("added", table)}) AS added ${theirRow("added")}
       WHERE ${differs(columns, "target", "added")}
      ${changes}
    ) AS found;
END IF;`;
}

function deleteUnchanged(plan: Plan, table: PlannedTable): Sql {
  // A row that others still point to is still needed by the new side.
  const dependents = plan.tables
    .filter((candidate) => candidate.side === "new" && candidate !== table)
    .flatMap((candidate) =>
      candidate.facts.foreignKeys
        .filter((key) => key.references === `${table.schema}.${table.name}`)
        .map(
          (key) => sql`
AND NOT EXISTS (SELECT FROM ${nameOf(candidate)} AS dependent WHERE ${foreignKeyMatches(key, "dependent", "target")} OFFSET 0)`,
        ),
    );
  return sql`
IF ${variable("gone", table)} IS NOT NULL THEN
  DELETE FROM ${nameOf(table)} AS target USING unnest(${variable("gone", table)}) AS gone
   WHERE ${columnsEqual(table.key, "target", "gone")}
     AND NOT (${differs(ownColumns(plan, table), "target", "gone")})
     ${join(dependents, "\n")};
END IF;`;
}

/**
 * The columns by which a row that legacy deleted is compared with what it was made of: not those that follow a parent, which may
 * have cascaded within this very patch.
 */
function ownColumns(plan: Plan, table: PlannedTable): readonly string[] {
  const following = new Set(
    table.facts.foreignKeys
      .filter((key) => plan.tables.some((parent) => `${parent.schema}.${parent.name}` === key.references))
      .flatMap((key) => key.columns),
  );
  return table.compared.filter((column) => table.key.includes(column) || !following.has(column));
}

function changeable(table: PlannedTable): readonly string[] {
  return table.compared.filter((column) => !table.key.includes(column));
}

function updateUnchanged(table: PlannedTable): Sql {
  const columns = changeable(table);
  if (columns.length === 0) return nothing;
  const applies = (column: string) =>
    sql`${differs([column], "base", "theirs")} AND NOT (${differs([column], "target", "base")})`;
  return sql`
IF ${variable("theirs", table)} IS NOT NULL THEN
  UPDATE ${nameOf(table)} AS target
     SET ${join(
       columns.map(
         (column) =>
           sql`${identifier(column)} = CASE WHEN ${applies(column)} THEN theirs.${identifier(column)} ELSE target.${identifier(column)} END`,
       ),
       ",\n",
     )}
    FROM unnest(${variable("theirs", table)}) AS theirs
    JOIN unnest(${variable("base", table)}) AS base ON ${columnsEqual(table.key, "base", "theirs")}
   WHERE ${columnsEqual(table.key, "target", "theirs")}
     AND (${join(
       columns.map((column) => sql`(${applies(column)})`),
       " OR ",
     )});
END IF;`;
}

function insertMissing(plan: Plan, table: PlannedTable): Sql {
  const columns = yielded(table);
  const overriding = table.yields.some((column) => column.identity === "always")
    ? " OVERRIDING SYSTEM VALUE"
    : "";
  // Where the new side has deleted the parent meanwhile, the row has no place any more.
  const parents = table.facts.foreignKeys
    .filter((key) => key.columns.every((column) => columns.includes(column)))
    .flatMap((key) => {
      const parent = plan.tables.find(
        (candidate) => candidate.side === "new" && `${candidate.schema}.${candidate.name}` === key.references,
      );
      if (parent === undefined) return [];
      const anyNull = join(
        key.columns.map((column) => sql`added.${identifier(column)} IS NULL`),
        " OR ",
      );
      return [
        sql`
AND (${anyNull} OR EXISTS (SELECT FROM ${nameOf(parent)} AS parent WHERE ${foreignKeyMatches(key, "added", "parent")} OFFSET 0))`,
      ];
    });
  const homeless =
    parents.length === 0
      ? nothing
      : sql`
INSERT INTO cutover.conflicts (cutover, table_name, key, base, won, lost)
SELECT ${literal(plan.definition.name)}, ${literal(table.name)}, ${jsonOf(table.key, "added")}, NULL, NULL, ${jsonOf(table.compared, "added")}
  FROM unnest(${variable("added", table)}) AS added
 WHERE NOT EXISTS (SELECT FROM ${nameOf(table)} AS target WHERE ${columnsEqual(table.key, "target", "added")} OFFSET 0);`;
  const onConflict = table.keyIsUnique
    ? sql`
ON CONFLICT (${join(table.key.map(identifier))}) DO NOTHING`
    : nothing;
  return sql`
IF ${variable("added", table)} IS NOT NULL THEN
  INSERT INTO ${nameOf(table)} (${join(columns.map(identifier))})${trusted(overriding)}
  SELECT ${columnsOf("added", columns)} FROM unnest(${variable("added", table)}) AS added
   WHERE NOT EXISTS (SELECT FROM ${nameOf(table)} AS target WHERE ${columnsEqual(table.key, "target", "added")} OFFSET 0)
     ${join(parents, "\n")}
   ORDER BY ${columnsOf("added", table.key)}
  ${onConflict};
  ${homeless}
END IF;`;
}

function foreignKeyMatches(key: ForeignKey, child: string, parent: string): Sql {
  return join(
    key.columns.map(
      (column, index) =>
        sql`${identifier(child)}.${identifier(column)} = ${identifier(parent)}.${identifier(key.referencedColumns[index] ?? "")}`,
    ),
    " AND ",
  );
}
