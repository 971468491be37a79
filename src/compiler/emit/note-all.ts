import type { Direction } from "../../definition/types.ts";
import type { Plan } from "../plan.ts";
import { join, literal, nothing, type Sql, sql } from "../sql.ts";

/** Notes the units of a direction that SELECTs of references yield; the function has a variable `refs text[]`. */
export function noteAll(plan: Plan, direction: Direction, selects: readonly Sql[]): Sql {
  if (selects.length === 0) return nothing;
  return sql`
SELECT array_agg(DISTINCT noted.ref) INTO refs FROM (
  ${join(selects, "\nUNION ALL\n")}
) AS noted;
IF refs IS NOT NULL THEN
  PERFORM cutover.note_refs(${literal(plan.definition.name)}, ${literal(direction)}, refs);
END IF;`;
}
