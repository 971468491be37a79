import { names } from "../names.ts";
import type { Plan, PlannedTable } from "../plan.ts";
import { join, literal, nothing, qualified, type Sql, sql, trusted } from "../sql.ts";
import { fence, fenceFrozen } from "./fences.ts";
import { takeImages } from "./images.ts";
import { noteAll } from "./note-all.ts";
import { plpgsql } from "./plpgsql.ts";
import { emitProjectionNotes } from "./projection-notes.ts";
import { fedRefs, OPERATIONS, type Operation, ownRefs } from "./touched.ts";
import { DECLARE, PINNED, STAND } from "./trigger-function.ts";

/** The trigger functions: what a statement touched becomes notes, and fences refuse what a phase does not allow. */
export function emitNotes(plan: Plan): Sql {
  if (plan.projection) return emitProjectionNotes(plan);
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
