import type { Direction } from "../../definition/types.ts";
import type { Plan, PlannedKind } from "../plan.ts";
import { columnsOf, identifier, join, literal, qualified, type Sql, sql, trusted } from "../sql.ts";
import {
  fed,
  feedingRows,
  finestFeed,
  fromBelonging,
  kindOf,
  own,
  refOf,
  sourceOf,
  unitType,
} from "./fragments.ts";
import { plpgsql } from "./plpgsql.ts";

/** Which units of the two directions hang together, which legacy rows have to be locked, which units are coarser. */
export function emitConnected(plan: Plan): Sql {
  return join([connected(plan), lockRows(plan), coarser(plan), keptRefs(plan)], "\n\n");
}

/** "kind:unit" references of one kind as an array of the unit's type. */
const unitsOfRefs = (plan: Plan, kind: PlannedKind, refs: string) =>
  sql`ARRAY(SELECT substr(ref, ${trusted(String(kind.name.length + 2))}) FROM unnest(${trusted(refs)}) AS ref
         WHERE starts_with(ref, ${literal(`${kind.name}:`)}))::${unitType(plan, kind)}[]`;

function connected(plan: Plan): Sql {
  const links = (direction: Direction): Sql[] => {
    const other: Direction = direction === "forward" ? "reverse" : "forward";
    return plan.kinds[direction].flatMap((kind) => {
      const units = unitsOfRefs(plan, kind, "$2");
      const pieces: Sql[] = [];
      // Rows that feed the units, with the unit of their own side.
      for (const table of plan.tables.filter((candidate) =>
        candidate.feeds.some((feed) => feed.kind === kind.name),
      )) {
        const ownKind = kindOf(plan, other, table.unit?.kind);
        const source = sourceOf(kind, table);
        const finest = finestFeed(plan, direction, table);
        if (
          ownKind === undefined ||
          source === undefined ||
          finest?.kind !== kind ||
          ownKind.direction === direction
        )
          continue;
        pieces.push(sql`
SELECT ${refOf(plan, ownKind, "own")}
  FROM (${feedingRows(kind, source, units)}) AS ${identifier(table.name)} ${own(ownKind, table)}`);
      }
      // Rows that belong to the units, with the finest unit that they feed.
      for (const table of kind.targets) {
        const finest = finestFeed(plan, other, table);
        if (finest === undefined) continue;
        pieces.push(sql`
SELECT ${refOf(plan, finest.kind, "fed")}
  ${fromBelonging(kind, table, units)} ${fed(finest.kind, finest.feed)}`);
      }
      return pieces;
    });
  };
  const branch = (direction: Direction) => {
    const pieces = links(direction);
    return pieces.length === 0
      ? trusted("RETURN '{}';")
      : sql`
RETURN ARRAY(
  SELECT DISTINCT linked.ref FROM (
    ${join(pieces, "\nUNION ALL\n")}
  ) AS linked (ref));`;
  };
  return plpgsql(plan, {
    name: "connected",
    parameters: trusted("text, text[]"),
    returns: trusted("text[]"),
    attributes: "STABLE",
    comment: sql`
-- $1 direction of the references $2 ("kind:unit"); returns the references of the other direction that hang together with them.`,
    body: sql`
#variable_conflict use_column
BEGIN
  IF $1 = 'forward' THEN
    ${branch("forward")}
  END IF;
  ${branch("reverse")}
END;`,
  });
}

function lockRows(plan: Plan): Sql {
  const locks = plan.kinds.reverse.flatMap((kind) =>
    kind.targets
      .filter((table) => !table.kept)
      .map(
        (table) => sql`
PERFORM 1
  FROM ${qualified(table.schema, table.name)} AS locked
 WHERE (${columnsOf("locked", table.key)}) IN (
         SELECT ${columnsOf(table.name, table.key)}
           ${fromBelonging(kind, table, unitsOfRefs(plan, kind, "$1"))})
 ORDER BY ${columnsOf("locked", table.key)}
   FOR UPDATE;`,
      ),
  );
  return plpgsql(plan, {
    name: "lock_rows",
    parameters: trusted("text[]"),
    returns: trusted("void"),
    comment: sql`
-- Locks the legacy rows of reverse units, in the order of their keys, so that no legacy writer commits between our reading
-- and our writing.`,
    body: sql`
#variable_conflict use_column
BEGIN
  ${locks.length === 0 ? trusted("NULL;") : join(locks, "\n")}
END;`,
  });
}

function coarser(plan: Plan): Sql {
  const branches = (["forward", "reverse"] as const).flatMap((direction) =>
    plan.kinds[direction]
      .filter((kind) => kind.coarser.length > 0)
      .map(
        (kind) => sql`
IF $1 = ${literal(direction)} AND $2 = ${literal(kind.name)} THEN
  RETURN ARRAY(
    ${join(
      kind.coarser.map(
        (coarse) =>
          sql`SELECT DISTINCT ${literal(`${coarse.name}:`)} || ROW(${columnsOf(
            "fine",
            coarse.columns.map((column) => column.name),
          )})::${unitType(plan, coarse)}::text FROM unnest($3::${unitType(plan, kind)}[]) AS fine`,
      ),
      "\nUNION ALL\n",
    )});
END IF;`,
      ),
  );
  return plpgsql(plan, {
    name: "coarser",
    parameters: trusted("text, text, text[]"),
    returns: trusted("text[]"),
    attributes: "STABLE",
    comment: sql`
-- The coarser units ("kind:unit") that the units $3 of kind $2, direction $1, lie in.`,
    body: sql`
BEGIN
  ${join(branches, "\n")}
  RETURN '{}';
END;`,
  });
}

function keptRefs(plan: Plan): Sql {
  const selects = plan.kinds.reverse.flatMap((kind) =>
    kind.targets
      .filter((table) => table.kept)
      .map(
        (table) => sql`
SELECT ${refOf(plan, kind, "own")}
  FROM ${qualified(table.schema, table.name)} AS ${identifier(table.name)} ${own(kind, table)}`,
      ),
  );
  return sql`
-- The reverse units ("kind:unit") that have rows in a kept table of the legacy side: what they keep may be out of date after legacy
-- was written alone.
CREATE FUNCTION ${qualified(plan.schema, "kept_refs")}() RETURNS text[]
  LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT coalesce(array_agg(DISTINCT kept.ref), '{}') FROM (
  ${selects.length === 0 ? trusted("SELECT NULL::text WHERE false") : join(selects, "\nUNION ALL\n")}
) AS kept (ref);
END;`;
}
