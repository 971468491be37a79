import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Runs a program as a user's shell would, in an environment in which nothing names a database but `env`.
 *
 * @returns its stdout
 * @throws Error with all its words when it does not exit with 0
 */
export async function mustRun(
  folder: string,
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(PG(?!_CUTOVER)|.*DATABASE_URL$|FORCE_COLOR|npm_)/.test(name),
  );
  const child = spawn(program, words, {
    cwd: folder,
    env: { ...Object.fromEntries(kept), NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const [code] = await once(child, "close");
  if (code !== 0)
    throw new Error(`${program} ${words.join(" ")} failed with exit code ${code}\n${stdout}${stderr}`);
  return stdout;
}
