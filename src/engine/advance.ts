import { type Client, isRetryable, type Source } from "../db.ts";
import { CutoverError, EXIT, explainDatabaseError } from "../errors.ts";
import { lastTransition, movePhase, requireCutover } from "../generated/cutovers.queries.ts";
import { lookBeforeLocking, verifyFirst, workOffFirst } from "./before-move.ts";
import { type GateAnswer, gateAnswer, gatesOf, readGates } from "./gates.ts";
import { isPhase, MOVED_BY_STEPS, PHASES, type Phase, phaseAfter } from "./phases.ts";
import { requireCutoverNotProjection } from "./projections.ts";
import { retry } from "./retry.ts";
import { run, runOne, withSession } from "./session.ts";
import { callSteps } from "./steps.ts";
import type { VerifyResult } from "./verify.ts";

export interface AdvanceOptions {
  /** Go on until this phase; default the next one. */
  readonly to?: string;
  /** Gates that are overridden when they say no; recorded with the move. */
  readonly force?: readonly string[];
  /** Why, recorded with the move. */
  readonly reason?: string;
  /** Seconds to try again while other sessions are in the way, default 60. */
  readonly waitSeconds?: number;
  /**
   * Verify in front of each move for which nothing else is missing than a verify since the move before, and work off what it saw
   * waiting. Drift that is found still refuses the move. Default false.
   */
  readonly verify?: boolean;
  readonly onVerify?: (found: VerifyResult) => void;
  readonly onMove?: (move: Move) => void;
  readonly onRetry?: (error: unknown) => void;
}

/** A move as it was recorded. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly at: Date;
  readonly gates: readonly GateAnswer[];
}

export interface AdvanceResult {
  readonly cutover: string;
  readonly phase: string;
  readonly moves: readonly Move[];
}

/**
 * Moves a cutover to its next phase, or phase by phase to `to`; no move is made where it is there already. Every move that
 * succeeded stays.
 *
 * @throws CutoverError CU015 when a gate says no (its hint is the gate's next step), CU013 for a move that there is not, CU301
 *   and CU016 when other sessions were in the way for longer than `waitSeconds`
 */
export function advance(source: Source, name: string, options: AdvanceOptions = {}): Promise<AdvanceResult> {
  return withSession(source, async (client) => {
    await requireCutoverNotProjection(client, name);
    const stand = await runOne(requireCutover, { name }, client);
    const target = targetOf(name, stand.phase, options.to);
    const moves: Move[] = [];
    let phase: string = stand.phase;
    while (phase !== target) {
      const next = phaseAfter(phase) ?? target;
      const move = await moveTo(client, name, next, options);
      moves.push(move);
      options.onMove?.(move);
      phase = move.to;
    }
    return { cutover: name, phase, moves };
  });
}

/** What `advance` would ask before the next move, and the answers. */
export function previewAdvance(
  source: Source,
  name: string,
  to?: string,
): Promise<{ cutover: string; phase: string; next: Phase; gates: GateAnswer[] }> {
  return withSession(source, async (client) => {
    await requireCutoverNotProjection(client, name);
    const { phase } = await runOne(requireCutover, { name }, client);
    const target = targetOf(name, phase, to);
    if (target === phase) return { cutover: name, phase, next: target, gates: [] };
    const next = phaseAfter(phase) as Phase;
    return { cutover: name, phase, next, gates: await readGates(client, name, next) };
  });
}

function targetOf(name: string, phase: string, to: string | undefined): Phase {
  const refusal = (message: string, hint: string, exitCode: number) =>
    new CutoverError({ code: "CU013", message: `cutover ${name}: ${message}`, hint, exitCode });
  const target = to ?? phaseAfter(phase);
  if (target === undefined) {
    throw refusal(
      "it is in phase dropped, the last one",
      "Its definition may be deleted from cutovers/.",
      EXIT.refused,
    );
  }
  if (!isPhase(target)) {
    throw refusal(`there is no phase "${target}"`, `Phases: ${PHASES.join(", ")}.`, EXIT.usage);
  }
  // A pipeline that names its phase may be run again.
  if (PHASES.indexOf(target) < PHASES.indexOf(phase as Phase)) {
    throw refusal(
      `it is in phase ${phase}, which comes after ${target}`,
      `The way back is \`cutover rollback ${name}\`.`,
      EXIT.refused,
    );
  }
  return target;
}

async function moveTo(client: Client, name: string, to: Phase, options: AdvanceOptions): Promise<Move> {
  const force = [...(options.force ?? [])];
  const waitSeconds = options.waitSeconds ?? 60;
  // A verify sees notes that come and go; where verifying is up to us, so is working them off.
  const opensByTime = (error: unknown) =>
    onlyCloses(error, options.verify ? ["writers_current", "outbox_drained"] : ["writers_current"], force);
  if (options.verify && !MOVED_BY_STEPS.includes(to)) {
    const found = await verifyFirst(client, name, to, { force, waitSeconds });
    if (found !== undefined) options.onVerify?.(found);
  }
  if (to === "legacy_locked") await lookBeforeLocking(client, name, to, force);
  if (to === "writes_switched") await workOffFirst(client, name);

  const until = performance.now() + waitSeconds * 1000;
  let tries = 0;
  const attempt = async (): Promise<Move> => {
    if (options.verify && tries++ > 0) await workOffFirst(client, name);
    if (!MOVED_BY_STEPS.includes(to)) {
      const moved = await runOne(movePhase, { name, toPhase: to, force, reason: options.reason }, client);
      return {
        from: moved.from_phase,
        to: moved.to_phase,
        at: moved.moved_at,
        gates: (moved.gates as unknown[]).map(gateAnswer),
      };
    }
    const left = Math.max(1, Math.round((until - performance.now()) / 1000));
    await callSteps(client, "CALL cutover.advance_steps($1, $2, $3, $4, $5)", [
      name,
      to,
      force,
      options.reason,
      left,
    ]);
    const [moved] = await run(lastTransition, { name }, client);
    if (moved === undefined) throw new Error(`the move of ${name} to ${to} has not been recorded`);
    return {
      from: moved.from_phase,
      to: moved.to_phase,
      at: moved.moved_at,
      gates: (moved.gates as unknown[]).map(gateAnswer),
    };
  };
  try {
    return await retry(attempt, {
      budgetMs: waitSeconds * 1000,
      again: (error) => isRetryable(error) || opensByTime(error),
      ...(options.onRetry === undefined ? {} : { onRetry: options.onRetry }),
    });
  } catch (error) {
    if (opensByTime(error) && waitSeconds > 0) {
      const explained = explainDatabaseError(error) as CutoverError;
      throw new CutoverError({
        ...explained,
        message: `${explained.message}, for ${waitSeconds} s now`,
        exitCode: EXIT.lockWait,
        cause: error,
      });
    }
    throw error;
  }
}

/** Whether the move was refused by nothing but gates of these. */
function onlyCloses(error: unknown, gates: readonly string[], force: readonly string[]): boolean {
  const closed = gatesOf(error).filter((answer) => !answer.yes && !force.includes(answer.gate));
  return closed.length > 0 && closed.every((answer) => gates.includes(answer.gate));
}
