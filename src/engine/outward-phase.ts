/** What a phase is called to people: a projection is kept in two of a cutover's. */
export function outwardPhase(kind: string, phase: string): string {
  if (kind !== "projection") return phase;
  return phase === "backfilled" ? "live" : "building";
}
