import { names } from "../names.ts";
import type { PlannedTable } from "../plan.ts";
import { identifier } from "../sql.ts";

/** The arrays of a recompute, by table: rows that are to go, that differ, and that are missing. */
export const gone = (table: PlannedTable) => identifier(names.variable("gone", table.name));
export const changed = (table: PlannedTable) => identifier(names.variable("changed", table.name));
export const added = (table: PlannedTable) => identifier(names.variable("added", table.name));
