import type { Queryable, Source } from "../db.ts";
import { askProjectionGates, kindOf, refuseProjection } from "../generated/projections.queries.ts";
import { drainAll } from "./drain.ts";
import { type GateAnswer, gateAnswer } from "./gates.ts";
import { outwardPhase } from "./outward-phase.ts";
import { run, runOne, withSession } from "./session.ts";
import { verifyOn } from "./verify.ts";

/** Where a projection stands. */
export interface ProjectionState {
  readonly projection: string;
  /** `building` until a backfill has visited every unit and a verify has found no drift. */
  readonly state: "building" | "live";
  /** What stands in front of `live`, with the answers; empty once it is. */
  readonly gates: readonly GateAnswer[];
}

/** A verify that begins now may find units pending that a writer has just left to the drainer; the next may not. */
const ATTEMPTS = 5;
const ANSWERED_BY_VERIFY = ["drift_free", "outbox_drained"];

/**
 * Lets a projection that has been backfilled be live: drains, verifies, and asks its gates. Nothing happens to a cutover, or to a
 * projection that is live already.
 *
 * @returns undefined for a cutover
 * @throws CutoverError CU011 when there is nothing of that name
 */
export function goLive(source: Source, name: string): Promise<ProjectionState | undefined> {
  return withSession(source, async (client) => {
    const { kind, phase } = await runOne(kindOf, { name }, client);
    if (kind !== "projection") return undefined;
    for (let attempt = 0; phase !== "backfilled" && attempt < ATTEMPTS; attempt += 1) {
      await drainAll(client, name);
      const gates = await readProjectionGates(client, name);
      // A verify reads everything: it is of no use before the backfill is done, nor while units fail.
      if (gates.some(({ gate, yes }) => !yes && !ANSWERED_BY_VERIFY.includes(gate))) break;
      const { drifted, wentLive } = await verifyOn(client, name, { mostDetails: 0 });
      if (drifted > 0 || wentLive) break;
    }
    return readState(client, name);
  });
}

/** The gates between a projection and being live. Asking moves nothing. */
export async function readProjectionGates(on: Queryable, name: string): Promise<GateAnswer[]> {
  return (await run(askProjectionGates, { name }, on)).map(gateAnswer);
}

/** @throws CutoverError CU051 for a projection, CU011 when there is nothing of that name */
export async function requireCutoverNotProjection(on: Queryable, name: string): Promise<void> {
  await runOne(refuseProjection, { name }, on);
}

async function readState(on: Queryable, name: string): Promise<ProjectionState> {
  const { kind, phase } = await runOne(kindOf, { name }, on);
  const live = outwardPhase(kind, phase) === "live";
  return {
    projection: name,
    state: live ? "live" : "building",
    gates: live ? [] : await readProjectionGates(on, name),
  };
}
