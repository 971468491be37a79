import { names } from "../names.ts";
import type { Plan, PlannedKind } from "../plan.ts";
import { columnsEqual, identifier, join, nothing, qualified, type Sql, sql, trusted } from "../sql.ts";
import { fed, fromBelonging, own, sameUnit, unitOf, unitType, wanted } from "./fragments.ts";
import { leavesImages, rowsBefore } from "./mappings.ts";

/**
 * Functions that tell units which the new side was never made of. A rule that holds such a unit back, while both sides are written, keeps
 * nothing that an image would be the base of.
 */
export function emitUnmade(plan: Plan): Sql {
  return plan.reversible
    ? join(
        plan.kinds.forward.map((kind) => unmadeKind(plan, kind)),
        "\n\n",
      )
    : nothing;
}

function unmadeKind(plan: Plan, kind: PlannedKind): Sql {
  const held = kind.targets.map(
    (table) =>
      sql`SELECT ${unitOf(plan, kind, "wanted")} AS unit ${fromBelonging(kind, table, trusted("$1"))}`,
  );
  const fedBefore = kind.sources
    .filter((source) => leavesImages(plan, source))
    .map(
      (source) => sql`
SELECT ${unitOf(plan, kind, "fed")}
  FROM (
    ${rowsBefore(plan, kind, source, trusted("true"))}
  ) AS ${identifier(source.name)}
  ${fed(kind, source.feed)}
  JOIN ${wanted(kind, trusted("$1"))} ON ${sameUnit(kind, "fed", "wanted")}`,
    );
  const heldElsewhere = kind.targets.map(
    (table) => sql`
SELECT ${unitOf(plan, kind, "own")}
  FROM ${qualified(plan.schema, names.map(table.name))}($1) AS ${identifier(table.name)} ${own(kind, table)}
 WHERE EXISTS (SELECT FROM ${qualified(table.schema, table.name)} AS target WHERE ${columnsEqual(table.key, "target", table.name)})`,
  );
  return sql`
-- Of the units $1 those that the new side holds no row of, neither there nor, under the same key, in the unit that it has come from; and
-- that no legacy row fed before the writes that wait: rows that a rule has always held back have come there from elsewhere.
CREATE FUNCTION ${qualified(plan.schema, names.unmade(kind.name))}(${unitType(plan, kind)}[])
  RETURNS ${unitType(plan, kind)}[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(cutover_given), '{}')
  FROM unnest($1) AS cutover_given
 WHERE cutover_given NOT IN (
   SELECT made.unit FROM (
     ${join([...held, ...heldElsewhere, ...fedBefore], "\nUNION ALL\n")}
   ) AS made);
END;`;
}
