import { type Client, isRetryable } from "../db.ts";
import { CutoverError, EXIT } from "../errors.ts";
import { drainBatch } from "../generated/outbox.queries.ts";
import { BatchSize } from "./batch-size.ts";
import { type GateAnswer, isNotVerified, readGates } from "./gates.ts";
import type { Phase } from "./phases.ts";
import { runOne } from "./session.ts";
import { type VerifyResult, verifyOn } from "./verify.ts";

/** Rounds of a drain in front of a move; writers may note faster than anybody drains, and the move takes a last round itself. */
const ROUNDS_FIRST = 30;

/** What the move would have to work off while it holds writers up is worked off while it does not. */
export async function workOffFirst(client: Client, name: string): Promise<void> {
  const size = new BatchSize();
  for (let round = 0; round < ROUNDS_FIRST; round += 1) {
    const started = performance.now();
    const batch = size.next;
    try {
      const { done } = await runOne(drainBatch, { name, batch }, client);
      if (done === 0) return;
      size.took(performance.now() - started, done >= batch);
    } catch (error) {
      // Somebody else is at it.
      if (!isRetryable(error)) throw error;
      size.collided();
    }
  }
}

/** Gates that want somebody to do something first, after which a verify of now would say little. */
const DONE_BEFORE: readonly string[] = ["backfill_complete", "quarantine_accepted"];

/**
 * Verifies where the only thing that is missing for drift_free is a verify since the last move. One that found drift, or that is too
 * old, is not repeated; nor is anything verified before the backfill is done or while nobody has accepted what is in
 * quarantine: those refuse the move anyway.
 */
export async function verifyFirst(
  client: Client,
  name: string,
  to: Phase,
  options: { readonly force: readonly string[]; readonly waitSeconds: number },
): Promise<VerifyResult | undefined> {
  const closed = (await readGates(client, name, to)).filter(
    (answer) => !answer.yes && !options.force.includes(answer.gate),
  );
  if (!closed.some(isNotVerified)) return undefined;
  if (closed.some((answer) => DONE_BEFORE.includes(answer.gate))) return undefined;
  const found = await verifyOn(client, name, { waitSeconds: options.waitSeconds });
  await workOffFirst(client, name);
  return found;
}

/**
 * Locking begins with a fence in front of the legacy tables and asks its gates behind it. What would be refused there is found
 * here, while everybody still writes.
 */
export async function lookBeforeLocking(
  client: Client,
  name: string,
  to: Phase,
  force: readonly string[],
): Promise<void> {
  const closed = async (): Promise<GateAnswer[]> =>
    (await readGates(client, name, to)).filter(
      (answer) => !answer.yes && !force.includes(answer.gate) && answer.gate !== "writers_current",
    );
  if ((await closed()).some((answer) => answer.gate === "drift_free")) {
    await verifyOn(client, name);
    // What the verify saw waiting; the fence does not want it to wait any more.
    await workOffFirst(client, name);
  }
  const [refusal] = await closed();
  if (refusal === undefined) return;
  throw new CutoverError({
    code: "CU015",
    message: `cutover ${name}: gate ${refusal.gate} says no to ${to}: ${refusal.reason} (${refusal.figure})`,
    hint: refusal.nextStep ?? `cutover status ${name}`,
    exitCode: EXIT.refused,
  });
}
