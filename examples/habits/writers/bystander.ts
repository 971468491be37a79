import { fork } from "node:child_process";
import { once } from "node:events";

/** A time in which the disk did not answer. Milliseconds since the epoch, with fractions. */
export interface Standstill {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A shorter wait is what a busy machine is like. Milliseconds. */
export const STANDSTILL_MS = 100;

/**
 * The control of the experiment: somebody without any Postgres, who writes one page of a file beside the server's data all the time and
 * waits until it is on the disk. No lock of a cutover's holds this one up, nor anything else inside the server; what a cutover
 * writes to the same disk may.
 */
export interface Bystander {
  /** The times in which a page took at least as long as asked for, up to now. */
  standstills(): Promise<readonly Standstill[]>;
  stop(): Promise<void>;
}

/**
 * In a process of its own, as the writers are.
 *
 * @param directory on the same disk as the server's data; the file is left in it
 * @param leastMs shorter waits count for nothing
 */
export function startBystander(directory: string, leastMs = STANDSTILL_MS): Bystander {
  const child = fork(new URL("./bystander-process.ts", import.meta.url), [directory, String(leastMs)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const closed = once(child, "close");
  // A process that could not be started is told of by whoever asks it next.
  closed.catch(() => undefined);
  return {
    async standstills() {
      const ended = closed.then(() => {
        throw new Error(`the bystander ended by itself: exit code ${child.exitCode}`);
      });
      const answer = once(child, "message");
      child.send("tell");
      const [found] = await Promise.race([answer, ended]);
      return found as Standstill[];
    },
    async stop() {
      if (child.connected) child.send("stop");
      await closed;
    },
  };
}
