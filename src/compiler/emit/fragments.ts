import type { Direction, Feed, Table, UnitKind } from "../../definition/types.ts";
import { names } from "../names.ts";
import type { Plan, PlannedKind, PlannedSource, PlannedTable } from "../plan.ts";
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

/** Pieces that several emitters use; each is a FROM item or an expression, never a whole statement. */

export function unitType(plan: Plan, kind: Pick<UnitKind, "direction" | "name">): Sql {
  return qualified(plan.schema, names.unitType(kind.direction, kind.name));
}

export function rowType(plan: Plan, table: Pick<Table, "name">): Sql {
  return qualified(plan.schema, names.rowType(table.name));
}

/**
 * The columns of a unit under `own`, `fed` and `wanted`: names that no table has, so that an expression of the definition
 * that says `user_id` can only mean the row.
 */
export function unitColumns(kind: UnitKind): readonly string[] {
  return kind.columns.map((_, index) => `cutover_${index + 1}`);
}

/** `ROW(own.cutover_1, own.cutover_2)::cutover_x.forward_week`. */
export function unitOf(plan: Plan, kind: UnitKind, alias: "own" | "fed" | "wanted"): Sql {
  return sql`ROW(${columnsOf(alias, unitColumns(kind))})::${unitType(plan, kind)}`;
}

/** `'week:' || unit::text`: a unit with its kind, as notes and images name it. */
export function refOf(plan: Plan, kind: UnitKind, alias: "own" | "fed" | "wanted"): Sql {
  return sql`${literal(`${kind.name}:`)} || ${unitOf(plan, kind, alias)}::text`;
}

const aliasList = (kind: UnitKind) => join(unitColumns(kind).map(identifier));

/** Units given as an array, as the FROM item `wanted`. */
export function wanted(kind: UnitKind, units: Sql): Sql {
  return sql`unnest(${units}) AS wanted (${aliasList(kind)})`;
}

/** The unit of the own side of a row, as `own`; only the row is in scope of the expressions. */
export function own(kind: UnitKind, table: Pick<PlannedTable, "unit">): Sql {
  const expressions = join((table.unit?.expressions ?? []).map(trusted));
  return sql`CROSS JOIN LATERAL (SELECT ${expressions}) AS own (${aliasList(kind)})`;
}

/** The units of the other side that a row feeds, as `fed`. */
export function fed(kind: UnitKind, feed: Feed): Sql {
  const select =
    feed.form === "query" ? trusted(feed.units) : sql`SELECT ${join(feed.expressions.map(trusted))}`;
  return sql`CROSS JOIN LATERAL (${select}) AS fed (${aliasList(kind)})`;
}

/** `own.cutover_1 = wanted.cutover_1 AND …`. */
export function sameUnit(kind: UnitKind, left: "own" | "fed", right: "wanted"): Sql {
  return columnsEqual(unitColumns(kind), left, right);
}

/**
 * The rows of a table that feed some units: `FROM …`, with the row under the table's name. OFFSET 0 keeps the look-up one of
 * each unit: a plan cached while the table was small would otherwise go on scanning it when it is large.
 */
export function fromFeeding(
  kind: UnitKind,
  source: PlannedSource,
  units: Sql,
  columns: Sql = sql`${identifier(source.name)}.*`,
): Sql {
  const table = sql`${qualified(source.schema, source.name)} AS ${identifier(source.name)}`;
  const lookUp = (unit: Sql, rows: Sql) => sql`FROM ${unit}
 CROSS JOIN LATERAL (SELECT ${columns} FROM ${rows} OFFSET 0) AS ${identifier(source.name)}`;
  return source.feed.form === "query"
    ? lookUp(
        sql`unnest(${units}) AS ${identifier(kind.name)}`,
        sql`${table} WHERE ${trusted(source.feed.rows)}`,
      )
    : lookUp(
        wanted(kind, units),
        sql`${table} ${fed(kind, source.feed)} WHERE ${sameUnit(kind, "fed", "wanted")}`,
      );
}

const columnsTaken = (source: PlannedSource) =>
  source.taken === undefined ? sql`${identifier(source.name)}.*` : columnsOf(source.name, source.taken);

/** SELECT of the rows of a table that feed some units, each once. */
export function feedingRows(kind: UnitKind, source: PlannedSource, units: Sql): Sql {
  const once =
    source.feed.form === "query" ? sql`DISTINCT ON (${columnsOf(source.name, source.key)})` : trusted("");
  return sql`
SELECT ${once} ${columnsTaken(source)}
  ${fromFeeding(kind, source, units, columnsTaken(source))}`;
}

/** CTEs of the tables' own names that hold only the rows which feed some units. */
export function shadows(kind: PlannedKind, units: Sql): Sql {
  return join(
    kind.sources.map(
      (source) => sql`${identifier(source.name)} AS (
  ${feedingRows(kind, source, units)}
)`,
    ),
    ", ",
  );
}

/** The rows of a table that belong to some units: `FROM …`, with the row under the table's name and its unit as `wanted`. */
export function fromBelonging(kind: UnitKind, table: PlannedTable, units: Sql): Sql {
  return sql`FROM ${wanted(kind, units)}
 CROSS JOIN LATERAL (SELECT ${identifier(table.name)}.* FROM ${qualified(table.schema, table.name)} AS ${identifier(table.name)} ${own(kind, table)} WHERE ${sameUnit(kind, "own", "wanted")} OFFSET 0) AS ${identifier(table.name)}`;
}

/**
 * Differ in a byte of any column: works for types without an equality (json, xml), and tells 1.0 from 1.00. The casts
 * keep Postgres from comparing the rows column by column.
 */
export function differs(columns: readonly string[], left: string, right: string): Sql {
  return sql`ROW(${columnsOf(left, columns)})::record OPERATOR(pg_catalog.*<>) ROW(${columnsOf(right, columns)})::record`;
}

/** A row as JSON: `jsonb_build_object('id', r.id, …)`, in pieces below the limit of function arguments. */
export function jsonOf(columns: readonly string[], alias: string): Sql {
  const pieces: Sql[] = [];
  for (let start = 0; start < columns.length; start += 40) {
    const part = columns.slice(start, start + 40);
    pieces.push(
      sql`jsonb_build_object(${join(part.map((column) => sql`${literal(column)}, ${identifier(alias)}.${identifier(column)}`))})`,
    );
  }
  return join(pieces, " || ");
}

/** The finest kind that a table feeds: through it, and not through coarser ones, units hang together. */
export function finestFeed(
  plan: Plan,
  direction: Direction,
  table: Pick<PlannedTable, "feeds">,
): { kind: PlannedKind; feed: Feed } | undefined {
  const kinds = plan.kinds[direction].filter((kind) => table.feeds.some((feed) => feed.kind === kind.name));
  const kind = kinds.at(-1);
  const feed = table.feeds.find((candidate) => candidate.kind === kind?.name);
  return kind === undefined || feed === undefined ? undefined : { kind, feed };
}

export function sourceOf(kind: PlannedKind, table: Pick<Table, "name">): PlannedSource | undefined {
  return kind.sources.find((source) => source.name === table.name);
}

export function kindOf(plan: Plan, direction: Direction, name: string | undefined): PlannedKind | undefined {
  return plan.kinds[direction].find((kind) => kind.name === name);
}
