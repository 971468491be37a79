import type { Source } from "../db.ts";
import { lastTransition, requireCutover } from "../generated/cutovers.queries.ts";
import { requireCutoverNotProjection } from "./projections.ts";
import { retry } from "./retry.ts";
import { run, runOne, withSession } from "./session.ts";
import { callSteps } from "./steps.ts";

export interface RollbackOptions {
  /** Why, recorded with the move. */
  readonly reason?: string;
  /** Seconds to wait for writers of the new tables, and for locks; default 60. */
  readonly waitSeconds?: number;
  readonly onRetry?: (error: unknown) => void;
}

/**
 * Takes a cutover back to `expanded`, from any phase before `dropped`; no write that was made on either side is lost. A way back
 * that stopped in the middle goes on when it is called again.
 *
 * @throws CutoverError CU013 where there is no way back, CU016 when a writer stayed open for too long, CU017 when going back
 *   would lose something
 */
export function rollback(
  source: Source,
  name: string,
  options: RollbackOptions = {},
): Promise<{ cutover: string; from: string; phase: string; at: Date }> {
  const waitSeconds = options.waitSeconds ?? 60;
  return withSession(source, async (client) => {
    await requireCutoverNotProjection(client, name);
    const { phase: from } = await runOne(requireCutover, { name }, client);
    await retry(
      () =>
        callSteps(client, "CALL cutover.rollback_steps($1, $2, $3)", [
          name,
          options.reason,
          Math.max(1, Math.round(waitSeconds)),
        ]),
      {
        budgetMs: waitSeconds * 1000,
        ...(options.onRetry === undefined ? {} : { onRetry: options.onRetry }),
      },
    );
    const [moved] = await run(lastTransition, { name }, client);
    if (moved === undefined) throw new Error(`the way back of ${name} has not been recorded`);
    return { cutover: name, from, phase: moved.to_phase, at: moved.moved_at };
  });
}
