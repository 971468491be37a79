import type { Databases } from "./databases.ts";

/** What a case works with. */
export interface BenchContext {
  readonly databases: Databases;
  readonly weeks: number;
  readonly rounds: number;
  /** A line about what is going on. */
  say(text: string): void;
}

/** A bound of the ratio of ours to the baseline's. */
export interface Goal {
  readonly bound: "at most" | "at least" | "below";
  readonly ratio: number;
}

/** Ours against one baseline, measured in the same run, alternating. */
export interface Comparison {
  readonly what: string;
  readonly against: string;
  /** Of the two figures: seconds, milliseconds, transactions a second, MiB of memory. */
  readonly unit: "s" | "ms" | "tx/s" | "MiB";
  /** Medians over the rounds. */
  readonly ours: number;
  readonly baseline: number;
  /** Median of the ratios of each round. */
  readonly ratio: number;
  /** Absent where nothing was promised: the figure is there to be known. */
  readonly goal?: Goal;
  readonly met?: boolean;
  readonly rounds: readonly { readonly ours: number; readonly baseline: number }[];
}

export interface CaseResult {
  readonly comparisons: readonly Comparison[];
  /** What else the run showed: sizes, what was proved, errors counted. */
  readonly facts: Readonly<Record<string, number | string>>;
}

/** One question about speed or size. */
export interface BenchCase {
  readonly name: string;
  /** @throws Error when the two sides are not exactly what the mapping says at the end: speed without that is nothing */
  run(context: BenchContext): Promise<CaseResult>;
}
