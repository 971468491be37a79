/** A source of random numbers that says the same again for the same seed (mulberry32). */
export interface Random {
  /** True in this share of all cases, 0 to 1. */
  chance(share: number): boolean;
  /** An integer, both ends included. */
  between(from: number, to: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  uuid(): string;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    chance: (share) => next() < share,
    between,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    uuid: () => {
      const hex = Array.from({ length: 32 }, () => between(0, 15).toString(16)).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  };
}
