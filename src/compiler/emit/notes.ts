import type { Direction } from "../../definition/types.ts";
import { names } from "../names.ts";
import type { Plan, PlannedSource, PlannedTable } from "../plan.ts";
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
import { differs, fed, own, refOf } from "./fragments.ts";
import { plpgsql } from "./plpgsql.ts";

export type Operation = "insert" | "update" | "delete" | "truncate";
export const OPERATIONS: readonly Operation[] = ["insert", "update", "delete", "truncate"];

/** Settings that the text of a unit depends on, pinned on every function that spells one. */
const PINNED = `SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  SET row_security = off
  SET "DateStyle" = 'ISO, YMD'
  SET "IntervalStyle" = 'postgres'
  SET "TimeZone" = 'UTC'
  SET extra_float_digits = 1
  SET bytea_output = 'hex'
  SET array_nulls = on
  SET xmloption = 'content'
  SET lc_monetary = 'C'`;

/** The trigger functions: what a statement touched becomes notes, and fences refuse what a phase does not allow. */
export function emitNotes(plan: Plan): Sql {
  const pieces = plan.tables.flatMap((table) => [
    fence(plan, table),
    ...OPERATIONS.map((operation) =>
      table.side === "legacy" ? noteLegacy(plan, table, operation) : noteNew(plan, table, operation),
    ),
  ]);
  const context = plan.definition.context.map((table) =>
    table.frozen
      ? fenceFrozen(plan, table)
      : join(
          OPERATIONS.map((operation) => noteContext(plan, table, operation)),
          "\n\n",
        ),
  );
  return join(
    [...pieces, ...context].filter((piece) => piece !== nothing),
    "\n\n",
  );
}

/**
 * The rows that a statement touched, old and new, as `FROM …` under the table's name. Of an update only those that differ in a
 * relevant column: an update that changes nothing of interest notes nothing.
 */
function touched(
  source: Pick<PlannedSource, "schema" | "name" | "key" | "relevant">,
  operation: Operation,
): Sql {
  const table = identifier(source.name);
  if (operation === "insert") return sql`FROM new_rows AS ${table}`;
  if (operation === "delete") return sql`FROM old_rows AS ${table}`;
  if (operation === "truncate") return sql`FROM ${qualified(source.schema, source.name)} AS ${table}`;
  const changed = sql`after.${identifier(source.key[0] ?? "")} IS NULL OR ${differs(source.relevant, "before", "after")}`;
  const changedBack = sql`before.${identifier(source.key[0] ?? "")} IS NULL OR ${differs(source.relevant, "before", "after")}`;
  return sql`FROM (SELECT before.* FROM old_rows AS before LEFT JOIN new_rows AS after ON ${columnsEqual(source.key, "before", "after")}
         WHERE ${changed}
        UNION ALL
        SELECT after.* FROM new_rows AS after LEFT JOIN old_rows AS before ON ${columnsEqual(source.key, "before", "after")}
         WHERE ${changedBack}) AS ${table}`;
}

/** SELECTs of the references that touched rows feed, one per kind. */
function fedRefs(
  plan: Plan,
  direction: Direction,
  table: { readonly name: string },
  operation: Operation,
): Sql[] {
  return plan.kinds[direction].flatMap((kind) => {
    const source = kind.sources.find((candidate) => candidate.name === table.name);
    return source === undefined
      ? []
      : [
          sql`
SELECT ${refOf(plan, kind, "fed")} AS ref
  ${touched(source, operation)} ${fed(kind, source.feed)}`,
        ];
  });
}

function ownRefs(plan: Plan, table: PlannedTable, operation: Operation, direction: Direction): Sql[] {
  const kind = plan.kinds[direction].find((candidate) => candidate.name === table.unit?.kind);
  if (kind === undefined) return [];
  const everything = { ...table, relevant: table.facts.columns.map((column) => column.name) };
  return [
    sql`
SELECT ${refOf(plan, kind, "own")} AS ref
  ${touched(everything, operation)} ${own(kind, table)}`,
  ];
}

function noteAll(plan: Plan, direction: Direction, selects: readonly Sql[]): Sql {
  if (selects.length === 0) return nothing;
  return sql`
SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
  ${join(selects, "\nUNION ALL\n")}
) AS noted;
IF refs IS NOT NULL THEN
  PERFORM cutover.note_refs(${literal(plan.definition.name)}, ${literal(direction)}, refs);
END IF;`;
}

const STAND = (cutover: string) =>
  sql`SELECT c.phase, c.step, c.reverse_ended_at, c.move INTO phase, step, reverse_ended, known_move FROM cutover.cutovers AS c WHERE c.name = ${literal(cutover)};`;

const DECLARE = trusted(`#variable_conflict use_column
DECLARE
  refs text[];
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;`);

const why = (table: PlannedTable, operation: Operation) => sql`
-- ${trusted(`${operation.toUpperCase()} on ${table.schema}.${table.name}`.replaceAll("\n", " "))}`;

function noteLegacy(plan: Plan, table: PlannedTable, operation: Operation): Sql {
  const cutover = literal(plan.definition.name);
  if (table.kept) return nothing;
  return plpgsql(plan, {
    name: names.note(table.name, operation),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: PINNED,
    comment: sql`${why(table, operation)}: notes the units that it touched.
-- Once legacy is read-only only a cascade of a shared parent still arrives here: then legacy is made of the new side again.`,
    body: sql`
${DECLARE}
BEGIN
  ${STAND(plan.definition.name)}
  IF phase IN ('writes_switched', 'legacy_locked') AND cutover.is_writing(${cutover}, 'reverse') THEN
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  ${
    operation === "truncate"
      ? sql`
IF phase <> 'expanded' AND current_setting('transaction_isolation') <> 'read committed' THEN
  RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (cutover %)', ${literal(`${table.schema}.${table.name}`)}, ${cutover}
    USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
END IF;`
      : nothing
  }
  ${noteAll(plan, "forward", fedRefs(plan, "forward", table, operation))}
  ${plan.reversible ? takeImages(plan, table, operation) : nothing}
  RETURN NULL;
END;`,
  });
}

/**
 * The fence of a table, a BEFORE trigger: unlike an AFTER trigger it can tell a statement of the application from a cascade, which
 * arrives from another trigger and is let through, so that deleting a shared parent never fails by our doing.
 */
function fence(plan: Plan, table: PlannedTable): Sql {
  const cutover = literal(plan.definition.name);
  const shown = literal(`${table.schema}.${table.name}`);
  const direction = table.side === "legacy" ? "reverse" : "forward";
  const locked = plan.reversible
    ? trusted("phase IN ('legacy_locked', 'archived', 'dropped') OR step LIKE 'legacy_locked:%'")
    : trusted("phase IN ('writes_switched', 'legacy_locked', 'archived', 'dropped')");
  const refusals = table.kept
    ? sql`
RAISE EXCEPTION '% belongs to cutover %: only its sync writes it', ${shown}, ${cutover}
  USING ERRCODE = 'CU020', HINT = 'Write the tables of the application; the kept table follows.';`
    : table.side === "legacy"
      ? sql`
${STAND(plan.definition.name)}
IF ${locked} THEN
  RAISE EXCEPTION '% is read-only: its data has moved to the new tables (cutover %)', ${shown}, ${cutover}
    USING ERRCODE = 'CU021', HINT = 'Write the new tables; this version of the application is too old.';
END IF;`
      : sql`
${STAND(plan.definition.name)}
IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') OR step LIKE 'rollback:%' THEN
  RAISE EXCEPTION '% is written by cutover % until writes move to it (phase %)', ${shown}, ${cutover}, phase
    USING ERRCODE = 'CU020', HINT = 'Write the legacy tables; the new ones follow.';
END IF;`;
  return plpgsql(plan, {
    name: names.fence(table.name),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: "SECURITY DEFINER\n  SET search_path = pg_catalog, pg_temp",
    comment: sql`
-- The fence of ${qualified(table.schema, table.name)}. A cascade from another table is let through; what it touches is noted.`,
    body: sql`
DECLARE
  phase text;
  step text;
  reverse_ended timestamptz;
  known_move bigint;
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing(${cutover}, ${literal(direction)}) THEN
    RETURN NULL;
  END IF;
  ${refusals}
  ${
    table.side === "new" && !table.kept
      ? sql`
IF current_setting('transaction_isolation') <> 'read committed' THEN
  PERFORM cutover.check_snapshot(${cutover}, known_move);
END IF;`
      : nothing
  }
  RETURN NULL;
END;`,
  });
}

/**
 * While both sides may be written, the touched rows are kept as they were before this transaction first touched them: sync
 * then brings over what the writer changed, and only that. It begins two phases early: a writer may straddle a move.
 */
function takeImages(plan: Plan, table: PlannedTable, operation: Operation): Sql {
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
          sql`SELECT ${key} AS key, ${refOf(plan, kind, "fed")} AS feeds, NULL::text AS belongs ${rows} ${fed(kind, source.feed)}`,
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

function noteNew(plan: Plan, table: PlannedTable, operation: Operation): Sql {
  const cutover = literal(plan.definition.name);
  return plpgsql(plan, {
    name: names.note(table.name, operation),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: PINNED,
    comment: sql`${why(table, operation)}: notes the units that it touched, once writes have moved.
-- Until then only a cascade of a shared parent arrives here, and its units are made true again.`,
    body: sql`
${DECLARE}
BEGIN
  IF cutover.is_writing(${cutover}, 'forward') THEN
    RETURN NULL;
  END IF;
  ${STAND(plan.definition.name)}
  IF phase IN ('expanded', 'dual_write', 'backfilled', 'reads_switched') THEN
    ${noteAll(plan, "forward", ownRefs(plan, table, operation, "forward"))}
    RETURN NULL;
  END IF;
  IF phase IN ('archived', 'dropped') OR reverse_ended IS NOT NULL THEN
    RETURN NULL;
  END IF;
  ${noteAll(plan, "reverse", fedRefs(plan, "reverse", table, operation))}
  RETURN NULL;
END;`,
  });
}

function noteContext(
  plan: Plan,
  table: { readonly schema: string; readonly name: string },
  operation: Operation,
): Sql {
  return plpgsql(plan, {
    name: names.note(table.name, operation),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: PINNED,
    comment: sql`
-- ${trusted(operation.toUpperCase())} on the context table ${qualified(table.schema, table.name)}: the units that its rows feed are made true again.`,
    body: sql`
${DECLARE}
BEGIN
  ${STAND(plan.definition.name)}
  IF phase IN ('legacy_locked', 'archived', 'dropped') THEN
    RETURN NULL;
  END IF;
  IF phase = 'writes_switched' THEN
    -- The new side is the truth, legacy is compared with it through this table: a change would look like a write of either.
    SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
      ${join(fedRefs(plan, "forward", table, operation), "\nUNION ALL\n")}
    ) AS noted;
    IF refs IS NOT NULL THEN
      RAISE EXCEPTION '% may not change while both sides are written (cutover %): mappings read it', ${literal(`${table.schema}.${table.name}`)}, ${literal(plan.definition.name)}
        USING ERRCODE = 'CU022', HINT = 'Wait for legacy_locked, or roll back, change it and come forward again.';
    END IF;
    RETURN NULL;
  END IF;
  ${noteAll(plan, "forward", fedRefs(plan, "forward", table, operation))}
  RETURN NULL;
END;`,
  });
}

function fenceFrozen(plan: Plan, table: { readonly schema: string; readonly name: string }): Sql {
  return plpgsql(plan, {
    name: names.fence(table.name),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: "SECURITY DEFINER\n  SET search_path = pg_catalog, pg_temp",
    comment: sql`-- The definition declares this table frozen: mappings read it and nobody notes its changes.`,
    body: sql`
BEGIN
  IF (SELECT c.phase FROM cutover.cutovers AS c WHERE c.name = ${literal(plan.definition.name)}) IN ('dual_write', 'backfilled', 'reads_switched', 'writes_switched') THEN
    RAISE EXCEPTION '% is frozen while cutover % runs', ${literal(`${table.schema}.${table.name}`)}, ${literal(plan.definition.name)}
      USING ERRCODE = 'CU022', HINT = 'Roll the cutover back, change the table, and come forward again; or let its rows feed units.';
  END IF;
  RETURN NULL;
END;`,
  });
}
