import type { Source } from "../db.ts";
import { withSession } from "./session.ts";
import { callSteps } from "./steps.ts";

/**
 * Deletes what is kept of a projection's units that no row feeds any more: the rows by which they are locked. Waits a few seconds
 * for the transactions that are open; while one lasts longer nothing is deleted, and the next call tries again.
 *
 * @returns how many units were forgotten
 * @throws CutoverError CU010 for a cutover, CU011 when there is nothing of that name
 */
export function forgetDeadUnits(source: Source, name: string, waitSeconds = 5): Promise<number> {
  return withSession(source, async (client) => {
    const [row] = await callSteps(client, "CALL cutover.compact_units($1, 0, $2)", [name, waitSeconds]);
    return Number(row?.deleted ?? 0);
  });
}
