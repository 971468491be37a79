import { parseArgs } from "node:util";

export interface StoryOptions {
  /** Legacy rows to begin with. */
  readonly weeks: number;
  /** Connections that write. */
  readonly writers: number;
  /** Seconds of writing in all, spread over the phases; the moves themselves come on top. */
  readonly seconds: number;
  readonly seed: string;
  /** One line of JSON on stdout, the timeline on stderr. */
  readonly json: boolean;
  /** Leave the database and the project's folder behind. */
  readonly keep: boolean;
  readonly databaseUrl: string | undefined;
  /** Remove a record and change a cell behind the sync's back: the run has to notice. */
  readonly plantLoss: boolean;
  /** Longest that a writer may be held up by the installation or a move, in milliseconds. */
  readonly heldMs: number;
  /** A move that fewer writes overlapped says nothing about what it holds up: it is made again. */
  readonly overlapping: number;
}

export const USAGE = `npm start -- [options]

  --weeks N          legacy rows to begin with (2000)
  --writers N        connections that write all the time (4)
  --seconds N        seconds of writing between the moves, in all (20)
  --seed N           equal seeds make equal data (1)
  --json             one line of JSON on stdout, the timeline on stderr
  --keep             leave the database and the project's folder behind, and say where
  --database-url U   use this server instead of the one that comes with the repository
  --held-ms N        longest that a move may hold a writer up, in milliseconds (250); the time in which the disk
                     does not answer for 100 ms or more, to somebody without Postgres either, is not the move's
                     (of the server that comes along; of another one's disk nothing is known)
  --overlapping N    a move that fewer writes overlapped is made again (20)
  --plant-loss       remove one record and change one cell behind the sync's back: must be noticed (exit code 1)

Exit code 0 only when nothing was lost and nothing was added.
`;

/** @throws Error naming the option that is wrong */
export function parseOptions(args: readonly string[]): StoryOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      weeks: { type: "string", default: "2000" },
      writers: { type: "string", default: "4" },
      seconds: { type: "string", default: "20" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      "database-url": { type: "string" },
      "plant-loss": { type: "boolean", default: false },
      "held-ms": { type: "string", default: "250" },
      overlapping: { type: "string", default: "20" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const count = (name: "weeks" | "writers" | "seconds" | "held-ms" | "overlapping", least: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least) {
      throw new Error(`--${name} takes a whole number of at least ${least}, not "${values[name]}"`);
    }
    return value;
  };
  return {
    weeks: count("weeks", 100),
    writers: count("writers", 2),
    seconds: count("seconds", 4),
    seed: values.seed,
    json: values.json,
    keep: values.keep,
    databaseUrl: values["database-url"],
    plantLoss: values["plant-loss"],
    heldMs: count("held-ms", 1),
    overlapping: count("overlapping", 1),
  };
}
