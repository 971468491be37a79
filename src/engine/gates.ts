import type { Queryable } from "../db.ts";
import { askGates } from "../generated/cutovers.queries.ts";
import { run } from "./session.ts";

/** A gate's answer: yes or no, with the figure, the reason and the next step. */
export interface GateAnswer {
  readonly gate: string;
  readonly yes: boolean;
  readonly figure: string | null;
  readonly reason: string | null;
  readonly nextStep: string | null;
}

/** What the gates in front of a phase say now. Moves nothing. */
export async function readGates(on: Queryable, name: string, toPhase: string): Promise<GateAnswer[]> {
  return (await run(askGates, { name, toPhase }, on)).map((row) => gateAnswer(row));
}

/** Whether nothing is missing but a verify since the last move: this gate has found no drift, and no change of the catalog. */
export function isNotVerified(answer: GateAnswer): boolean {
  return answer.gate === "drift_free" && !answer.yes && answer.figure === "not verified";
}

/** A gate's answer as the database records it. */
export function gateAnswer(row: unknown): GateAnswer {
  const answer = row as {
    gate: string;
    yes: boolean;
    figure: string | null;
    reason: string | null;
    next_step: string | null;
  };
  return {
    gate: answer.gate,
    yes: answer.yes,
    figure: answer.figure,
    reason: answer.reason,
    nextStep: answer.next_step,
  };
}

/** All answers that a refused move carries in its error; none for any other error. */
export function gatesOf(error: unknown): GateAnswer[] {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "CU015") return [];
  const detail = "detail" in error && typeof error.detail === "string" ? error.detail : "[]";
  return (JSON.parse(detail) as unknown[]).map(gateAnswer);
}
