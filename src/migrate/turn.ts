import type { Queryable } from "../db.ts";
import { run, runOne } from "../engine/session.ts";
import { giveTurnBack, readLockHolder, takeTurn } from "../generated/migrate.queries.ts";

/** graphile-migrate holds this one while it works, and fails at once where another holds it. */
const GRAPHILE_MIGRATE = "4727445306447283";
/** Ours: of many `cutover migrate` one goes ahead, so that the others start no process in vain. "cutover" in ASCII, 56 bits. */
const TURN = "27995165641041266";

/**
 * Asks once for the turn: nobody else migrates this database now, neither by us nor by graphile-migrate alone. A session that
 * has it and idles holds up nobody.
 *
 * @returns undefined with the turn, which `release` gives back; otherwise who has it, in words
 */
export async function askForTurn(client: Queryable): Promise<string | undefined> {
  const { taken } = await runOne(takeTurn, { key: TURN }, client);
  const keys = taken ? [GRAPHILE_MIGRATE] : [GRAPHILE_MIGRATE, TURN];
  const [holder] = await run(readLockHolder, { keys }, client);
  if (taken && holder === undefined) return undefined;
  if (taken) await release(client);
  if (holder === undefined) return "another migrate is at work";
  const application = holder.application ? ` (${holder.application})` : "";
  return `another migrate is at work: backend ${holder.pid}${holder.role ? ` of role ${holder.role}` : ""}${application}`;
}

export async function release(client: Queryable): Promise<void> {
  await run(giveTurnBack, { key: TURN }, client);
}
