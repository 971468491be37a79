/**
 * Who writes what while both sides are written.
 *
 * A cell that both sides write at once belongs to the side that is the truth, and the other write is recorded as the
 * loser. That is right, but no journal could say in which order the two were meant. So in that time the two kinds of
 * writers work on the same weeks, side by side, but never on the same cell:
 *
 * - a quarter of the families (by the last digit of the owner's id) is written on the legacy side only, a quarter on
 *   the new side only: there, and only there, weeks come and go and children are renamed;
 * - the others are written on both sides: the legacy side writes habits with an even id, rewards and reflections, the
 *   new side habits with an odd id and themes.
 */
export type Family = "legacy" | "new" | "shared";

export function familyOf(owner: string): Family {
  const digit = Number.parseInt(owner.slice(-1), 16);
  if (digit % 4 === 1) return "legacy";
  return digit % 4 === 2 ? "new" : "shared";
}

/** The side that writes a habit of a shared family: its name, its cells and whether it is there. */
export function sideOfHabit(habit: string): "legacy" | "new" {
  return BigInt(habit) % 2n === 0n ? "legacy" : "new";
}
