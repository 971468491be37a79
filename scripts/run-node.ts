import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What a child process did. */
export interface Outcome {
  readonly code: number;
  /** stdout and stderr, in the order in which they came. */
  readonly output: string;
}

/**
 * Runs a script of a package in a Node process of its own.
 *
 * @param root the project whose settings the script finds in its working directory
 * @param env added to an environment in which nothing names a database: the packages that we call read DATABASE_URL and
 *   PG* behind the back of their own flags
 */
export async function runNode(
  root: string,
  script: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(PG|.*DATABASE_URL$|CONFIG$|URI$|FILE$|WATCH$)/.test(name),
  );
  const child = spawn(process.execPath, [script, ...flags], {
    cwd: root,
    env: { ...Object.fromEntries(kept), ...env },
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
