/** The phases in their order. */
export const PHASES = [
  "expanded",
  "dual_write",
  "backfilled",
  "reads_switched",
  "writes_switched",
  "legacy_locked",
  "archived",
  "dropped",
] as const;

export type Phase = (typeof PHASES)[number];

/** Moves that consist of several transactions with a commit after each. */
export const MOVED_BY_STEPS: readonly Phase[] = ["legacy_locked", "archived", "dropped"];

export function isPhase(text: string): text is Phase {
  return (PHASES as readonly string[]).includes(text);
}

/** The phase after this one; undefined after the last. */
export function phaseAfter(phase: string): Phase | undefined {
  const at = (PHASES as readonly string[]).indexOf(phase);
  return at < 0 ? undefined : PHASES[at + 1];
}
