import { fork } from "node:child_process";
import { once } from "node:events";

/** A time in which the whole server stood still. Milliseconds since the epoch, with fractions. */
export interface Standstill {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A shorter wait of a commit is what a busy machine is like. Milliseconds. */
export const STANDSTILL_MS = 100;

/**
 * The control of the experiment: somebody who commits in another database of the same server, without a table, all the time. What
 * holds this one up (a disk that does not answer) is no lock of the cutover's.
 */
export interface Bystander {
  /** The times in which a commit took at least as long as asked for, up to now. */
  standstills(): Promise<readonly Standstill[]>;
  stop(): Promise<void>;
}

/**
 * In a process of its own, as the writers are.
 *
 * @param url of a database that has no part in the cutover
 * @param leastMs shorter waits of a commit count for nothing
 */
export function startBystander(url: string, leastMs = STANDSTILL_MS): Bystander {
  const child = fork(new URL("./bystander-process.ts", import.meta.url), [url, String(leastMs)], {
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
