import { spawn } from "node:child_process";
import { once } from "node:events";

/** What a child process did. */
export interface Outcome {
  readonly code: number;
  /** stdout and stderr, in the order in which they came. */
  readonly output: string;
}

/**
 * Runs a script of a package in a Node process of its own.
 *
 * @param folder its working directory, in which it finds its settings
 * @param env all of its environment; connection URLs are given here, never as arguments, which every user of the machine can read
 */
export async function runNode(
  folder: string,
  script: string,
  flags: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const child = spawn(process.execPath, [script, ...flags], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const [code] = await once(child, "close");
  return { code: code ?? 1, output };
}

/**
 * The environment without anything that names a database: some packages read DATABASE_URL and PG* behind the back of their own
 * flags.
 */
export function withoutDatabases(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(PG|.*DATABASE_URL$|CONFIG$|URI$|FILE$|WATCH$)/.test(name)),
  );
}
