import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Notice, Order } from "./messages.ts";
import type { TransactionReport } from "./report.ts";
import type { WriterOptions } from "./writer.ts";

/** Writers of one side, in a process of their own: what else this process does delays none of their writes. */
export interface Writers {
  /** Grows while they write. */
  readonly reports: readonly TransactionReport[];
  /** Resolves when that many transactions have been reported. */
  reported(count: number): Promise<void>;
  /** Resolves when every transaction that begins from now on follows the rule for writing beside the other side. */
  setBeside(beside: boolean): Promise<void>;
  /** Lets each writer end its transaction, and resolves when all have ended. */
  stop(): Promise<void>;
}

/**
 * @throws Error from `reported`, `setBeside` and `stop`, when the process ended by itself; its reason is in the message
 */
export function startWriters(side: "legacy" | "new", writers: readonly WriterOptions[]): Writers {
  const child = fork(new URL("./writer-process.ts", import.meta.url), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const reports: TransactionReport[] = [];
  const settling: (() => void)[] = [];
  const waiting = new Map<() => void, number>();
  let failure: string | undefined;
  child.on("message", (notice: Notice) => {
    if (notice.kind === "reports") {
      reports.push(...notice.reports);
      for (const [resolve, count] of waiting) {
        if (reports.length >= count && waiting.delete(resolve)) resolve();
      }
    } else if (notice.kind === "settled") settling.shift()?.();
    else failure = notice.error;
  });
  const closed = once(child, "close");
  order(child, { kind: "start", side, writers: [...writers] });

  const refuse = () => {
    throw new Error(`the ${side} writers ended by themselves: ${failure ?? `exit code ${child.exitCode}`}`);
  };
  return {
    reports,
    async reported(count) {
      if (reports.length >= count) return;
      const enough = new Promise<void>((resolve) => waiting.set(resolve, count));
      await Promise.race([enough, closed.then(refuse)]);
    },
    async setBeside(beside) {
      if (!child.connected) refuse();
      const settled = new Promise<void>((resolve) => settling.push(resolve));
      order(child, { kind: "beside", beside });
      await Promise.race([settled, closed.then(refuse)]);
    },
    async stop() {
      if (child.connected) order(child, { kind: "stop" });
      await closed;
      if (failure !== undefined || child.exitCode !== 0) refuse();
    },
  };
}

function order(child: ChildProcess, message: Order): void {
  child.send(message);
}
