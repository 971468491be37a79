import { touchedMondays } from "./calendar.ts";
import type { State } from "./types.ts";

/**
 * The sheets that nothing is promised for: undecidable rows, and sheets that touch a week which an undecidable row of
 * the same child touches too (the whole week waits until that row is mended).
 */
export function leftOut(state: State): Set<string> {
  const waiting = new Set<string>();
  for (const { owner, child, firstDay } of state.undecidable.values()) {
    if (owner === null || firstDay === null) continue;
    for (const monday of touchedMondays(firstDay)) waiting.add(weekKey(owner, child, monday));
  }
  const out = new Set(state.undecidable.keys());
  for (const [id, { owner, child, firstDay }] of state.sheets) {
    if (touchedMondays(firstDay).some((monday) => waiting.has(weekKey(owner, child, monday)))) out.add(id);
  }
  return out;
}

/** How many rows are undecidable, by reason. */
export function countUndecidable(state: State): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of state.undecidable.values()) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function weekKey(owner: string, child: string, monday: string): string {
  return `${owner}/${monday}/${child}`;
}
