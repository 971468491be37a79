import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";

/** What a run of the command line left behind. */
export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one line of `--json`; throws when stdout is anything else. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asserts
  readonly facts: any;
}

export interface CliOptions {
  /** Its working directory. */
  readonly folder: string;
  /** Added to an environment that names no database. */
  readonly env?: Readonly<Record<string, string>>;
}

const MAIN = join(ROOT, "src/cli/main.ts");

/** Runs `cutover` as a user does: a process of its own. */
export async function cutover(options: CliOptions, ...argv: string[]): Promise<CliOutcome> {
  const child = start(options, argv);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const [code] = await once(child, "close");
  return {
    code: code ?? 1,
    stdout,
    stderr,
    get facts() {
      const lines = stdout.split("\n");
      if (lines.length !== 2 || lines[1] !== "") throw new Error(`not one line of JSON: ${stdout}${stderr}`);
      return JSON.parse(lines[0] ?? "");
    },
  };
}

/** A running `cutover worker --json`. */
export interface CliWorker {
  readonly child: ChildProcess;
  /** Resolves with the next event of this name that is wanted, or one that has happened already. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asserts
  event(name: string, wanted?: (event: any) => boolean): Promise<any>;
  /** Ends it, and resolves with its exit code (null after SIGKILL). */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a worker; it ends with the test. */
export function cutoverWorker(options: CliOptions, ...flags: string[]): CliWorker {
  const child = start(options, ["worker", "--json", ...flags]);
  const seen: { readonly event: string }[] = [];
  const waiting: ((event: { readonly event: string }) => void)[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    const event = JSON.parse(line);
    seen.push(event);
    for (const tell of waiting) tell(event);
  });
  child.stderr?.pipe(process.stderr);
  const closed = once(child, "close").then(([code]) => code as number | null);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return closed;
  };
  onTestFinished(async () => {
    await end("SIGKILL");
  });
  return {
    child,
    event: (name, wanted = () => true) => {
      const isIt = (each: { readonly event: string }) => each.event === name && wanted(each);
      const found = seen.find(isIt);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => waiting.push((each) => isIt(each) && resolve(each)));
    },
    end,
  };
}

function start(options: CliOptions, argv: readonly string[]): ChildProcess {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(PG|.*DATABASE_URL$|FORCE_COLOR)/.test(name),
  );
  return spawn(process.execPath, [MAIN, ...argv], {
    cwd: options.folder,
    env: {
      ...Object.fromEntries(kept),
      NO_COLOR: "1",
      // Halves the time that each of these processes takes to start.
      NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/pg-cutover"),
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
