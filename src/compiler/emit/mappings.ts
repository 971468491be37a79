import { withoutSemicolon } from "../../definition/sql-file.ts";
import { names } from "../names.ts";
import type { Plan, PlannedKind, PlannedSource, PlannedTable } from "../plan.ts";
import { columnsOf, identifier, join, literal, qualified, type Sql, sql, trusted } from "../sql.ts";
import { fed, feedingRows, own, refOf, rowType, sameUnit, shadows, unitType, wanted } from "./fragments.ts";

/** Per table: the mapping over all rows (a view), over the rows that feed some units, and over those as they were. */
export function emitMappings(plan: Plan): Sql {
  const pieces: Sql[] = [];
  for (const kind of [...plan.kinds.forward, ...plan.kinds.reverse]) {
    for (const table of kind.targets) {
      pieces.push(allRows(plan, table), someUnits(plan, kind, table));
      if (kind.direction === "forward" && plan.reversible) pieces.push(someUnitsBefore(plan, kind, table));
    }
  }
  return join(pieces, "\n\n");
}

const mappingText = (table: PlannedTable) => trusted(withoutSemicolon(table.mapping?.text ?? ""));

const casts = (table: PlannedTable) =>
  join(
    table.yields.map(
      (column) =>
        sql`${identifier(table.name)}.${identifier(column.name)}::${trusted(column.type)} AS ${identifier(column.name)}`,
    ),
    ",\n       ",
  );

function allRows(plan: Plan, table: PlannedTable): Sql {
  return sql`
-- ${trusted(table.mapping?.path ?? "")}, over all rows.
CREATE VIEW ${qualified(plan.schema, names.all(table.name))} AS
SELECT ${casts(table)}
  FROM (
${mappingText(table)}
) AS ${identifier(table.name)};`;
}

function someUnits(plan: Plan, kind: PlannedKind, table: PlannedTable): Sql {
  return sql`
-- ${trusted(table.mapping?.path ?? "")}, over the rows that feed the units $1, and of what it yields the rows of these units.
CREATE FUNCTION ${qualified(plan.schema, names.map(table.name))}(${unitType(plan, kind)}[])
  RETURNS SETOF ${rowType(plan, table)}
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH ${shadows(kind, trusted("$1"))}
SELECT ${casts(table)}
  FROM (
${mappingText(table)}
) AS ${identifier(table.name)}
  ${own(kind, table)}
  JOIN ${wanted(kind, trusted("$1"))} ON ${sameUnit(kind, "own", "wanted")};
END;`;
}

/** Whether writes of a table leave images: those of legacy tables that are the application's own. */
export const leavesImages = (plan: Plan, source: PlannedSource): boolean =>
  !source.kept &&
  plan.tables.some((candidate) => candidate.side === "legacy" && candidate.name === source.name);

/**
 * A legacy table as it was before writes that wait, or are being worked off: their images take the place of their rows.
 *
 * @param which images, a condition on `image`
 */
export function rowsBefore(plan: Plan, kind: PlannedKind, source: PlannedSource, which: Sql): Sql {
  const table = identifier(source.name);
  if (!leavesImages(plan, source)) {
    return source.throughOthers
      ? // The rows by which these are found may be others by now, so all of them are taken: more rows than needed do no harm.
        sql`SELECT ${table}.* FROM ${qualified(source.schema, source.name)} AS ${table}`
      : feedingRows(kind, source, trusted("$1"));
  }
  // What a row feeds by way of others may be other units by now.
  const feedThese = !source.feedsByItself
    ? trusted("true")
    : sql`image.feeds && ARRAY(SELECT ${refOf(plan, kind, "wanted")} FROM ${wanted(kind, trusted("$1"))})`;
  const itsImages = sql`image.cutover = ${literal(plan.definition.name)} AND image.table_name = ${literal(source.name)}`;
  // By what they feed, and not by their cutover, whose images may be many.
  const theirImages = !source.feedsByItself
    ? itsImages
    : sql`${feedThese}
                   AND image.cutover IS NOT DISTINCT FROM ${literal(plan.definition.name)} AND image.table_name IS NOT DISTINCT FROM ${literal(source.name)}`;
  return sql`
SELECT now.*
  FROM (
    ${feedingRows(kind, source, trusted("$1"))}
  ) AS now
 WHERE NOT EXISTS (SELECT FROM cutover.images AS image
                    WHERE ${itsImages} AND ${which} AND ${feedThese} AND image.key = ROW(${columnsOf("now", source.key)})::text OFFSET 0)
UNION ALL
SELECT DISTINCT ON (${columnsOf(source.name, source.key)}) ${table}.*
  FROM (SELECT (parsed.row_then).*
          FROM (SELECT first.image::${qualified(source.schema, source.name)} AS row_then
                  FROM (SELECT DISTINCT ON (image.key) image.image
                          FROM cutover.images AS image
                         WHERE ${theirImages} AND ${which}
                         ORDER BY image.key, image.seq) AS first
                 WHERE first.image IS NOT NULL
                -- Or the text would be read again for each column.
                OFFSET 0) AS parsed) AS ${table}
  ${fed(kind, source.feed)}
  JOIN ${wanted(kind, trusted("$1"))} ON ${sameUnit(kind, "fed", "wanted")}`;
}

function someUnitsBefore(plan: Plan, kind: PlannedKind, table: PlannedTable): Sql {
  const ctes = join(
    kind.sources.map(
      (source) => sql`${identifier(source.name)} AS (
  ${rowsBefore(plan, kind, source, trusted("image.taken_by = pg_current_xact_id()"))}
)`,
    ),
    ", ",
  );
  return sql`
-- The same as of before the legacy writes that are being worked off: what the new side was made of.
CREATE FUNCTION ${qualified(plan.schema, names.before(table.name))}(${unitType(plan, kind)}[])
  RETURNS SETOF ${rowType(plan, table)}
  LANGUAGE sql STABLE
BEGIN ATOMIC
WITH ${ctes}
SELECT ${casts(table)}
  FROM (
${mappingText(table)}
) AS ${identifier(table.name)}
  ${own(kind, table)}
  JOIN ${wanted(kind, trusted("$1"))} ON ${sameUnit(kind, "own", "wanted")};
END;`;
}
