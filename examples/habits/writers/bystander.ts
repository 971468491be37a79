import { fork } from "node:child_process";
import { once } from "node:events";

/** A time in which the whole server stood still. Milliseconds since the epoch, with fractions. */
export interface Standstill {
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * The control of the experiment: somebody who commits in another database of the same server, without a table, all the time. What
 * holds this one up (a disk that does not answer) is nothing that a cutover could have done by a lock or by its work.
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
 * @param leastMs shorter waits of a commit are what a busy machine is like, and count for nothing
 */
export function startBystander(url: string, leastMs = 100): Bystander {
  const child = fork(new URL("./bystander-process.ts", import.meta.url), [url, String(leastMs)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const closed = once(child, "close");
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
