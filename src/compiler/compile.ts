import type { Catalog } from "../catalog/types.ts";
import type { Definition } from "../definition/types.ts";
import { emitConnected } from "./emit/connected.ts";
import { emitDifferences } from "./emit/differences.ts";
import { emitDispatch } from "./emit/dispatch.ts";
import { emitHeld } from "./emit/held.ts";
import { emitMappings } from "./emit/mappings.ts";
import { emitNotes } from "./emit/notes.ts";
import { emitPatch } from "./emit/patch.ts";
import { emitRecompute } from "./emit/recompute.ts";
import { CORE_VERSION, emitRegister, emitSeal, emitSettle } from "./emit/register.ts";
import { emitTriggers } from "./emit/triggers.ts";
import { emitTypes } from "./emit/types.ts";
import { emitUnits } from "./emit/units.ts";
import { emitUnmade } from "./emit/unmade.ts";
import { plan as makePlan } from "./plan.ts";
import { identifier, join, literal, nothing, type Sql, sql, trusted } from "./sql.ts";

/**
 * The SQL of a cutover, one section after the other, as it is put into the user's migrations. Pure: the same definition and
 * catalog give the same text.
 */
export function compile(definition: Definition, catalog: Catalog): string {
  const plan = makePlan(definition, catalog);
  const schema = identifier(plan.schema);
  const sections = [
    sql`
-- ${title(definition)}. Do not edit: change the
-- definition and compile again. Nothing of this needs the tool at run time.
--
-- Everything of this ${trusted(definition.kind)} lives in the schema ${schema}; the triggers at the end stand on the tables ${trusted(definition.kind === "cutover" ? "of both sides" : "that it reads and keeps")}.
-- All of this has to run in one transaction, which the first statement here is there to prove to the later ones.
SELECT pg_catalog.set_config('cutover.transaction', pg_catalog.pg_current_xact_id()::text, true);
-- Plain table names in mappings are bound here, when the functions are created.
SET LOCAL search_path = pg_catalog, ${join(plan.schemas.map(identifier))};
SET LOCAL lock_timeout = '100ms';

-- Makes the schema; what stood in it before stays at work until it is swapped, below. Needs a core of version ${trusted(String(CORE_VERSION))}: when there is
-- no such function, run \`cutover init --upgrade\` and migrate first.
SELECT cutover.begin_compiled(${literal(definition.name)}, ${literal(plan.schema)}, ${trusted(String(CORE_VERSION))});`,
    emitTypes(plan),
    emitMappings(plan),
    emitHeld(plan),
    emitRecompute(plan),
    emitPatch(plan),
    emitUnmade(plan),
    emitDifferences(plan),
    emitUnits(plan),
    emitConnected(plan),
    emitDispatch(plan),
    emitNotes(plan),
    sql`
-- PUBLIC may execute nothing of it.
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA ${schema} FROM PUBLIC;

-- Takes away what stood before, with its triggers. From here on writers of the tables wait until this migration is committed.
SELECT cutover.swap_compiled(${literal(definition.name)}, ${literal(plan.schema)});`,
    emitRegister(plan),
    emitTriggers(plan),
    emitSeal(plan, catalog),
    plan.projection ? emitSettle(plan) : nothing,
  ];
  return `${
    join(
      sections.filter((section) => section !== nothing),
      "\n\n",
    ).text
  }\n`;
}

function title({ kind, name }: Definition): Sql {
  const shown = identifier(name);
  return kind === "cutover"
    ? sql`Cutover "${shown}", compiled by \`cutover compile\` from cutovers/${shown}/`
    : sql`Projection "${shown}", compiled by \`cutover compile\` from projections/${shown}/`;
}
