import { fileURLToPath } from "node:url";
import { type Outcome, runNode as run, withoutDatabases } from "../src/project/run-node.ts";

export type { Outcome };

/** The repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a script of a package in a Node process of its own.
 *
 * @param root the project whose settings the script finds in its working directory
 * @param env added to an environment in which nothing names a database
 */
export function runNode(
  root: string,
  script: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  return run(root, script, flags, { ...withoutDatabases(process.env), ...env });
}
