import { withoutSemicolon } from "../../definition/sql-file.ts";
import { names } from "../names.ts";
import type { Plan, PlannedKind } from "../plan.ts";
import { columnsEqual, identifier, join, literal, qualified, type Sql, sql, trusted } from "../sql.ts";
import {
  fed,
  finestFeed,
  fromBelonging,
  own,
  sameUnit,
  shadows,
  unitOf,
  unitType,
  wanted,
} from "./fragments.ts";

/** Which units a rule holds back: for some units, and for all of them. */
export function emitHeld(plan: Plan): Sql {
  return join(
    [
      ...plan.kinds.forward.map((kind) => forwardHeld(plan, kind)),
      ...plan.kinds.reverse.map((kind) => reverseHeld(plan, kind)),
    ],
    "\n\n",
  );
}

function forwardHeld(plan: Plan, kind: PlannedKind): Sql {
  const type = unitType(plan, kind);
  const nobody = sql`SELECT NULL::${type}, NULL::text, NULL::text WHERE false`;
  const found = (narrowed: boolean) => {
    const selects = kind.rules.map(({ table, rule }) => {
      const feed = table.feeds.find((candidate) => candidate.kind === kind.name);
      const source = narrowed ? identifier(table.name) : qualified(table.schema, table.name);
      return sql`
-- ${trusted(rule.file.path)}
SELECT ${unitOf(plan, kind, "fed")}, ${literal(rule.class)}, ${literal(rule.reason)}
  FROM (SELECT ${identifier(table.name)}.* FROM (
${trusted(withoutSemicolon(rule.file.text))}
) AS found
          JOIN ${source} AS ${identifier(table.name)} ON ${columnsEqual(table.key, table.name, "found")}) AS ${identifier(table.name)}
  ${feed === undefined ? trusted("") : fed(kind, feed)}${
    narrowed
      ? sql`
  JOIN ${wanted(kind, trusted("$1"))} ON ${sameUnit(kind, "fed", "wanted")}`
      : trusted("")
  }`;
    });
    return selects.length === 0 ? nobody : join(selects, "\nUNION ALL\n");
  };
  const withShadows = kind.rules.length === 0 ? trusted("") : sql`WITH ${shadows(kind, trusted("$1"))}\n`;
  return sql`
-- Units that a rule holds back, with the rule's name: among the units $1 …
CREATE FUNCTION ${qualified(plan.schema, names.held("forward", kind.name))}(${type}[])
  RETURNS TABLE (unit ${type}, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
${withShadows}
${found(true)};
END;

-- … and among all.
CREATE VIEW ${qualified(plan.schema, names.heldAll("forward", kind.name))} (unit, class, reason) AS
${found(false)};`;
}

/**
 * A reverse unit is held back when one of its legacy rows feeds a forward unit that is held back or was quarantined: the
 * new side was never made of that row, so making the row of the new side would lose it.
 */
function reverseHeld(plan: Plan, kind: PlannedKind): Sql {
  const type = unitType(plan, kind);
  const nobody = sql`SELECT NULL::${type}, NULL::text, NULL::text WHERE false`;
  const selects = (narrowed: boolean) =>
    kind.targets.flatMap((table) => {
      if (table.kept) return [];
      const finest = finestFeed(plan, "forward", table);
      if (finest === undefined) return [];
      const forward = finest.kind;
      const rows = narrowed
        ? fromBelonging(kind, table, trusted("$1"))
        : sql`FROM ${qualified(table.schema, table.name)} AS ${identifier(table.name)} ${own(kind, table)}`;
      const linked = sql`SELECT ${unitOf(plan, kind, narrowed ? "wanted" : "own")} AS unit, ${unitOf(plan, forward, "fed")} AS feeds
  ${rows} ${fed(forward, finest.feed)}`;
      const held = narrowed
        ? sql`${qualified(plan.schema, names.held("forward", forward.name))}(ARRAY(SELECT DISTINCT linked.feeds FROM linked))`
        : qualified(plan.schema, names.heldAll("forward", forward.name));
      return [
        sql`(WITH linked AS (
${linked}
)
SELECT linked.unit, held.class, held.reason
  FROM linked JOIN ${held} AS held ON held.unit = linked.feeds
UNION ALL
SELECT linked.unit, put_aside.class, put_aside.reason
  FROM linked
 CROSS JOIN LATERAL (
   SELECT aside.class, aside.reason FROM cutover.quarantine AS aside
    WHERE aside.unit_key = ${literal(`${plan.definition.name}/forward/${forward.name}:`)} || linked.feeds::text${trusted(narrowed ? " OFFSET 0" : "")}) AS put_aside)`,
      ];
    });
  const body = (narrowed: boolean) => {
    const pieces = selects(narrowed);
    return pieces.length === 0 ? nobody : join(pieces, "\nUNION ALL\n");
  };
  return sql`
-- Units whose legacy rows feed a forward unit that is held back: among the units $1 …
CREATE FUNCTION ${qualified(plan.schema, names.held("reverse", kind.name))}(${type}[])
  RETURNS TABLE (unit ${type}, class text, reason text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
${body(true)};
END;

-- … and among all.
CREATE VIEW ${qualified(plan.schema, names.heldAll("reverse", kind.name))} (unit, class, reason) AS
${body(false)};`;
}
