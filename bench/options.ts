import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Legacy rows to begin with. */
  readonly weeks: number;
  /** How often each side is measured; the median counts. */
  readonly rounds: number;
  /** Only these cases; empty: all. */
  readonly cases: readonly string[];
  /** One line of JSON on stdout, everything else on stderr. */
  readonly json: boolean;
  /** Keep the figures in bench/results/. */
  readonly record: boolean;
}

export const usage = (names: readonly string[]) => `npm run bench -- [options]

  --case NAME    only this case, may be given more than once: ${names.join(", ")}
  --weeks N      legacy rows to begin with (20000); fewer for a quick look
  --rounds N     how often each side is measured, alternating; the median counts (5)
  --json         one line of JSON on stdout, everything else on stderr
  --record       keep the figures, with the versions, in bench/results/

Exit code 0 when everything was measured and proved exact, whether or not a goal was met.
`;

/**
 * @param names the cases that there are
 * @throws Error naming the option that is wrong
 */
export function parseOptions(args: readonly string[], names: readonly string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: "string", multiple: true, default: [] },
      weeks: { type: "string", default: "20000" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const unknown = values.case.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no case "${unknown}"; cases: ${names.join(", ")}`);
  const count = (name: "weeks" | "rounds", least: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least) {
      throw new Error(`--${name} takes a whole number of at least ${least}, not "${values[name]}"`);
    }
    return value;
  };
  return {
    // A tenth of them has to be enough to toggle cells in, and for the units that are written by all.
    weeks: count("weeks", 500),
    rounds: count("rounds", 1),
    cases: values.case,
    json: values.json,
    record: values.record,
  };
}
