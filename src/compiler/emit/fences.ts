import { names } from "../names.ts";
import type { Plan, PlannedTable } from "../plan.ts";
import { literal, nothing, qualified, type Sql, sql, trusted } from "../sql.ts";
import { plpgsql } from "./plpgsql.ts";
import { STAND } from "./trigger-function.ts";

/** Is there a phase in which the table refuses writes? What a projection reads never does; a context table has a fence of its own. */
export function isFenced(plan: Plan, table: { readonly name: string }): boolean {
  const found = plan.tables.find((candidate) => candidate.name === table.name);
  return !(plan.projection && found?.side === "legacy");
}

/**
 * The fence of a table, a BEFORE trigger: unlike an AFTER trigger it can tell a statement of the application from a cascade, which
 * arrives from another trigger and is let through, so that deleting a shared parent never fails by our doing.
 */
export function fence(plan: Plan, table: PlannedTable): Sql {
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

/** Refuses every change of a frozen context table while mappings read it. */
export function fenceFrozen(plan: Plan, table: { readonly schema: string; readonly name: string }): Sql {
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
