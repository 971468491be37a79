import { readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Every directory of an embedded Postgres is named so, in the machine's temporary directory. */
export const DIRECTORY_PREFIX = "pg-cutover-postgres-";

/** Says who started the Postgres in a directory; written there before anything else. */
export const RUN_FILE = "run.json";

/** The data directory within. */
export const DATA = "data";

/** How long an orphan gets to stop before it is killed. */
const STOP_MILLISECONDS = 5_000;

/** A directory without a run file is one whose removal was cut short, unless it was made a moment ago. */
const HALF_REMOVED_MILLISECONDS = 60_000;

/** A process, told apart from a later one of the same number by when it began (unknown where there is no /proc). */
export interface ProcessMark {
  readonly pid: number;
  readonly began: string | undefined;
}

/** The mark of a process that runs now. */
export function markOf(pid: number): ProcessMark {
  return { pid, began: beganAt(pid) };
}

/**
 * Stops every embedded Postgres whose starter is dead, and removes its files. A killed parent (SIGKILL, a crash) cannot
 * clean up; the next start does it. Only directories of our own user are looked at; the one given need not exist.
 */
export async function reapLeftovers(temporaryDirectory: string): Promise<void> {
  const names = await readdir(temporaryDirectory).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(DIRECTORY_PREFIX))) {
    const directory = join(temporaryDirectory, name);
    try {
      const { uid, mtimeMs } = await stat(directory);
      if (process.getuid !== undefined && uid !== process.getuid()) continue;
      const starter = readRunFile(directory);
      const left = starter ? !isAlive(starter) : Date.now() - mtimeMs > HALF_REMOVED_MILLISECONDS;
      if (left) await remove(directory);
    } catch {
      // Somebody else reaps it at this moment, or it cannot be removed: this start does not depend on it.
    }
  }
}

function readRunFile(directory: string): ProcessMark | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, RUN_FILE), "utf8"));
  } catch {
    return undefined;
  }
}

async function remove(directory: string): Promise<void> {
  const pid = postmasterOf(directory);
  if (pid !== undefined) {
    signal(pid, "SIGINT");
    const deadline = Date.now() + STOP_MILLISECONDS;
    while (postmasterOf(directory) === pid && Date.now() < deadline) await delay(20);
    if (postmasterOf(directory) === pid) signal(pid, "SIGKILL");
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** The postmaster of this directory, if it runs: its number is in the file, and its command line names the directory. */
function postmasterOf(directory: string): number | undefined {
  try {
    const data = join(directory, DATA);
    const pid = Number.parseInt(readFileSync(join(data, "postmaster.pid"), "utf8"), 10);
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.includes(data) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(mark: ProcessMark): boolean {
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return mark.began === undefined || mark.began === beganAt(mark.pid);
}

function beganAt(pid: number): string | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The 22nd field; the second one, in brackets, may hold blanks.
    return line.slice(line.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}
