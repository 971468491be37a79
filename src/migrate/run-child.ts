import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ChildJob, ChildReport, DatabaseFailure } from "./child-messages.ts";

/** How a run of graphile-migrate ended. */
export interface ChildOutcome {
  /** The files that were begun, and those of them that are done and stay. */
  readonly begun: readonly string[];
  readonly ran: readonly string[];
  readonly failure: DatabaseFailure | undefined;
  /** `settings` asked for them. */
  readonly settings: Record<string, unknown> | undefined;
  /** What was said otherwise: by graphile-migrate, and by the project's own actions. */
  readonly said: string;
}

const CHILD = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./child.ts" : "./child.js", import.meta.url),
);

/** A session that the server ended takes graphile-migrate's process with it, and no report comes. */
const LOST: DatabaseFailure = {
  message: "graphile-migrate ended without a word: its session was terminated",
  code: "57P01",
  position: undefined,
  detail: undefined,
  hint: undefined,
  where: undefined,
  migration: undefined,
  statement: undefined,
};

/**
 * Runs graphile-migrate in a process of its own, which finds its files from the project's folder.
 *
 * @param on.file called when a migration begins
 * @param on.session called with the backend in which it runs
 */
export async function runChild(
  folder: string,
  job: ChildJob,
  on: { readonly file?: (file: string) => void; readonly session?: (pid: number) => void } = {},
): Promise<ChildOutcome> {
  const child = fork(CHILD, [], { cwd: folder, stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [] });
  const begun: string[] = [];
  const ran: string[] = [];
  let said = "";
  let end: Extract<ChildReport, { event: "done" | "failed" | "settings" }> | undefined;
  const collect = (chunk: Buffer) => {
    said += chunk.toString("utf8");
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);
  child.on("message", (message: ChildReport) => {
    if (message.event === "running") {
      begun.push(message.file);
      on.file?.(message.file);
    } else if (message.event === "ran") ran.push(message.file);
    else if (message.event === "session") on.session?.(message.pid);
    else if (message.event === "said") said += `${message.text}\n`;
    else end = message;
  });
  const closed = once(child, "close");
  child.send(job);
  await closed;
  const failure = end?.event === "failed" ? end.error : end === undefined ? LOST : undefined;
  return { begun, ran, failure, said, settings: end?.event === "settings" ? end.settings : undefined };
}
