import type { Comparison, Goal } from "./case.ts";

/**
 * Measures several sides round by round, every other round in reverse, so that none always comes after the same one.
 *
 * @param sides what measures each side once
 * @returns the figures of each side, one per round
 */
export async function alternate<Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, (round: number) => Promise<number>>>,
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[];
  const figures = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Side, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      figures[name].push(await sides[name](round));
    }
  }
  return figures;
}

/** Ours against a baseline, from the figures of the same rounds. */
export function compare(
  titles: Pick<Comparison, "what" | "against" | "unit">,
  ours: readonly number[],
  baseline: readonly number[],
  goal?: Goal,
): Comparison {
  const rounds = ours.map((figure, round) => ({ ours: figure, baseline: baseline[round] ?? Number.NaN }));
  const ratio = median(rounds.map((round) => round.ours / round.baseline));
  return {
    ...titles,
    ours: median(ours),
    baseline: median(baseline),
    ratio,
    ...(goal === undefined ? {} : { goal, met: isMet(goal, ratio) }),
    rounds,
  };
}

function isMet(goal: Goal, ratio: number): boolean {
  switch (goal.bound) {
    case "at most":
      return ratio <= goal.ratio;
    case "at least":
      return ratio >= goal.ratio;
    case "below":
      return ratio < goal.ratio;
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Seconds that something takes. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
