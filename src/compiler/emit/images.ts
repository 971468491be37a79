import type { Plan, PlannedTable } from "../plan.ts";
import { columnsOf, identifier, join, literal, nothing, qualified, type Sql, sql, trusted } from "../sql.ts";
import { fed, own, refOf } from "./fragments.ts";
import { type Operation, touched } from "./touched.ts";

/**
 * While both sides may be written, the touched rows are kept as they were before this transaction first touched them: sync
 * then brings over what the writer changed, and only that. It begins two phases early: a writer may straddle a move.
 *
 * An image feeds the units that the write may have changed, as its notes do, and no others: what hangs together by images is worked off
 * together, and a coarse unit would tie all of its rows to each other.
 */
export function takeImages(plan: Plan, table: PlannedTable, operation: Operation): Sql {
  const sources = plan.kinds.forward.flatMap((kind) =>
    kind.sources.filter((source) => source.name === table.name),
  );
  if (sources.length === 0) return nothing;
  const relevant = table.facts.columns
    .map((column) => column.name)
    .filter((column) => sources.some((source) => source.relevant.includes(column)));
  const row = identifier(table.name);
  const rows = touched({ ...table, relevant }, operation);
  const key = sql`ROW(${columnsOf(table.name, table.key)})::text`;
  const feeds = plan.kinds.forward.flatMap((kind) => {
    const source = kind.sources.find((candidate) => candidate.name === table.name);
    return source === undefined
      ? []
      : [
          sql`SELECT ${key} AS key, ${refOf(plan, kind, "fed")} AS feeds, NULL::text AS belongs ${source.feedsByItself ? touched(source, operation) : rows} ${fed(kind, source.feed)}`,
        ];
  });
  const ownKind = plan.kinds.reverse.find((kind) => kind.name === table.unit?.kind);
  const belongs =
    ownKind === undefined
      ? []
      : [sql`SELECT ${key}, NULL::text, ${refOf(plan, ownKind, "own")} ${rows} ${own(ownKind, table)}`];
  const image =
    operation === "insert"
      ? trusted("NULL::text")
      : sql`(SELECT ${row}::text FROM ${operation === "truncate" ? qualified(table.schema, table.name) : trusted("old_rows")} AS ${row} WHERE ${key} = touched.key)`;
  return sql`
IF phase IN ('backfilled', 'reads_switched', 'writes_switched', 'legacy_locked') THEN
  INSERT INTO cutover.images AS known (xid, cutover, table_name, key, image, feeds, belongs)
  SELECT pg_current_xact_id(), ${literal(plan.definition.name)}, ${literal(table.name)}, touched.key,
         ${image},
         coalesce(array_agg(DISTINCT touched.feeds) FILTER (WHERE touched.feeds IS NOT NULL), '{}'),
         coalesce(array_agg(DISTINCT touched.belongs) FILTER (WHERE touched.belongs IS NOT NULL), '{}')
    FROM (
      ${join([...feeds, ...belongs], "\nUNION ALL\n")}
    ) AS touched
   GROUP BY touched.key
      ON CONFLICT (xid, cutover, table_name, key) DO UPDATE
     SET feeds = ARRAY(SELECT unnest(known.feeds) UNION SELECT unnest(excluded.feeds)),
         belongs = ARRAY(SELECT unnest(known.belongs) UNION SELECT unnest(excluded.belongs));
END IF;`;
}
