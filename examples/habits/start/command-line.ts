import { spawn } from "node:child_process";
import { join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "..", "..", "..");
const CUTOVER = join(REPOSITORY, "src", "cli", "main.ts");

/** The project that is worked in and the databases it works on, as a user's environment says them. */
export interface Workplace {
  readonly project: string;
  readonly url: string;
  /** The developer's own database, on which graphile-migrate tries what it commits. */
  readonly developmentUrl: string;
  readonly shadowUrl: string;
  readonly rootUrl: string;
}

export interface Ran {
  readonly exitCode: number;
  /** The one line of JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own shape, see docs/operating.md
  readonly result: any;
  readonly startedAt: number;
  readonly endedAt: number;
}

const now = () => performance.timeOrigin + performance.now();

export function environmentOf(place: Workplace): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: place.url,
    SHADOW_DATABASE_URL: place.shadowUrl,
    ROOT_DATABASE_URL: place.rootUrl,
  };
}

/** Arguments of a child process that runs `cutover …` in the project. */
export function cutoverArguments(place: Workplace, args: readonly string[]): string[] {
  return [CUTOVER, ...args, "--project", place.project, "--json"];
}

/**
 * Runs `cutover …` as a user would and gives back its line of JSON.
 *
 * @param allowed exit codes that are an answer and not a failure
 * @throws Error with everything that the command said
 */
export async function cutover(
  place: Workplace,
  args: readonly string[],
  allowed: readonly number[] = [0],
): Promise<Ran> {
  return run(
    place,
    process.execPath,
    cutoverArguments(place, args),
    `cutover ${args.join(" ")}`,
    allowed,
    true,
  );
}

/** Runs `graphile-migrate …` in the project, as a developer does: never against the live database. */
export async function graphileMigrate(place: Workplace, args: readonly string[]): Promise<Ran> {
  const command = join(REPOSITORY, "node_modules", "graphile-migrate", "dist", "cli.js");
  const atHome = { ...place, url: place.developmentUrl };
  return run(atHome, process.execPath, [command, ...args], `graphile-migrate ${args.join(" ")}`, [0], false);
}

async function run(
  place: Workplace,
  file: string,
  args: readonly string[],
  shown: string,
  allowed: readonly number[],
  json: boolean,
): Promise<Ran> {
  const startedAt = now();
  const child = spawn(file, args, {
    cwd: place.project,
    env: environmentOf(place),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  const endedAt = now();
  if (!allowed.includes(exitCode))
    throw new Error(`${shown} ended with exit code ${exitCode}\n${stdout}\n${stderr}`);
  return {
    exitCode,
    result: json && stdout.trim() !== "" ? JSON.parse(stdout) : undefined,
    startedAt,
    endedAt,
  };
}
