import { names } from "../names.ts";
import type { Plan, PlannedTable } from "../plan.ts";
import { join, literal, nothing, qualified, type Sql, sql, trusted } from "../sql.ts";
import { noteAll } from "./note-all.ts";
import { plpgsql } from "./plpgsql.ts";
import { fedRefs, OPERATIONS, type Operation, ownRefs } from "./touched.ts";
import { PINNED } from "./trigger-function.ts";

/**
 * The trigger functions of a projection. Sync is on for as long as it lives, so nothing asks where it stands: a write to a table
 * that is read is noted, one to a table that is kept is refused.
 */
export function emitProjectionNotes(plan: Plan): Sql {
  return join(
    plan.tables.flatMap((table) =>
      table.side === "legacy"
        ? OPERATIONS.map((operation) => noteRead(plan, table, operation))
        : [
            fenceProjection(plan, table),
            ...OPERATIONS.map((operation) => noteCascade(plan, table, operation)),
          ],
    ),
    "\n\n",
  );
}

const DECLARE = trusted("#variable_conflict use_column\nDECLARE\n  refs text[];");

const shown = (table: PlannedTable) => literal(`${table.schema}.${table.name}`);

function noteRead(plan: Plan, table: PlannedTable, operation: Operation): Sql {
  return plpgsql(plan, {
    name: names.note(table.name, operation),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: PINNED,
    comment: sql`
-- ${trusted(operation.toUpperCase())} on ${qualified(table.schema, table.name)}, which is read: notes the units that it touched.`,
    body: sql`
${DECLARE}
BEGIN
  ${
    operation === "truncate"
      ? sql`
IF current_setting('transaction_isolation') <> 'read committed' THEN
  RAISE EXCEPTION 'TRUNCATE of % would also delete rows that this transaction does not see (projection %)', ${shown(table)}, ${literal(plan.definition.name)}
    USING ERRCODE = 'CU023', HINT = 'Run it at READ COMMITTED.';
END IF;`
      : nothing
  }
  ${noteAll(plan, "forward", fedRefs(plan, "forward", table, operation))}
  RETURN NULL;
END;`,
  });
}

function fenceProjection(plan: Plan, table: PlannedTable): Sql {
  const reads = plan.tables
    .filter(({ side }) => side === "legacy")
    .map(({ schema, name }) => `${schema}.${name}`);
  return plpgsql(plan, {
    name: names.fence(table.name),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: "SECURITY DEFINER\n  SET search_path = pg_catalog, pg_temp",
    comment: sql`
-- The fence of ${qualified(table.schema, table.name)}. A cascade from another table is let through; what it touches is noted.`,
    body: sql`
BEGIN
  IF pg_trigger_depth() > 1 OR cutover.is_writing(${literal(plan.definition.name)}, 'forward') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is kept by projection %: only its sync writes it', ${shown(table)}, ${literal(plan.definition.name)}
    USING ERRCODE = 'CU050', HINT = ${literal(`Write ${reads.join(", ")}; it follows.`)};
END;`,
  });
}

function noteCascade(plan: Plan, table: PlannedTable, operation: Operation): Sql {
  return plpgsql(plan, {
    name: names.note(table.name, operation),
    parameters: nothing,
    returns: trusted("trigger"),
    attributes: PINNED,
    comment: sql`
-- ${trusted(operation.toUpperCase())} on ${qualified(table.schema, table.name)}, which is kept: only a cascade arrives here, and its units are made true again.`,
    body: sql`
${DECLARE}
BEGIN
  IF cutover.is_writing(${literal(plan.definition.name)}, 'forward') THEN
    RETURN NULL;
  END IF;
  ${noteAll(plan, "forward", ownRefs(plan, table, operation, "forward"))}
  RETURN NULL;
END;`,
  });
}
