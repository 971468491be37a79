import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { chown, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CutoverError } from "../errors.ts";
import type { Installation } from "./embedded-binaries.ts";
import type { SystemUser } from "./unprivileged.ts";

/** One data directory and what it takes to run a server on it. */
export interface Cluster {
  readonly installation: Installation;
  /** Removed as a whole when the server has stopped. */
  readonly directory: string;
  readonly data: string;
  readonly user: SystemUser | undefined;
}

export interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

const START_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 15_000;
/** How long the end of this process waits for the server's. */
const EXIT_MILLISECONDS = 3_000;
/** Between asking for a free port and using it, somebody else may take it. */
const PORT_TRIES = 5;
/** The longest path of a unix socket that every system takes. */
const SOCKET_PATH_BYTES = 100;

/** Creates the data directory, with one superuser `postgres`. */
export async function initializeCluster(cluster: Cluster, password: string): Promise<void> {
  const { data, directory, user } = cluster;
  const passwordFile = join(directory, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const flags = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const child = run(cluster, "initdb", [
    ...flags,
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    `--pgdata=${data}`,
  ]);
  const [code] = await once(child, "exit");
  if (code !== 0) throw startError(cluster, `initdb ended with exit code ${code}`);
  await rm(passwordFile);
}

/** Starts the server on a free port of 127.0.0.1 and returns when it takes connections. */
export async function startServer(cluster: Cluster, settings: Record<string, string>): Promise<Server> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const child = run(cluster, "postgres", ["-D", cluster.data, ...flagsOf(cluster, port, settings)]);
    const cleanUp = stopWithThisProcess(child, cluster);
    if (await becomesReady(child, cluster)) {
      let stopped: Promise<void> | undefined;
      const stop = () => {
        stopped ??= stopServer(child, cluster).finally(cleanUp);
        return stopped;
      };
      return { port, stop };
    }
    cleanUp();
    const portTaken = readLog(cluster).includes("could not bind");
    if (!portTaken || tries === PORT_TRIES) throw startError(cluster, "the server ended while starting");
  }
}

function flagsOf(cluster: Cluster, port: number, settings: Record<string, string>): string[] {
  const socket = `${cluster.data}/.s.PGSQL.${port}`;
  const directories = process.platform === "win32" || socket.length > SOCKET_PATH_BYTES ? "" : cluster.data;
  const all = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: directories,
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Output goes to a file and not to a pipe, so that a server left alone never blocks on a reader that is gone. */
function run(cluster: Cluster, program: "initdb" | "postgres", flags: string[]): ChildProcess {
  const log = openSync(logFile(cluster), "a");
  try {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
    const child = spawn(join(cluster.installation, "bin", program), flags, {
      // Not our own directory, which the server's user may be unable to enter.
      cwd: cluster.data,
      env: { ...Object.fromEntries(inherited), LC_ALL: "C" },
      stdio: ["ignore", log, log],
      // Its own session: Ctrl-C in the terminal is for us, and we stop the server when its clients are done.
      detached: process.platform !== "win32",
      ...cluster.user,
    });
    // A program that cannot be run at all emits "error" and never "exit".
    child.once("error", (error) => child.emit("exit", error.message, null));
    return child;
  } finally {
    closeSync(log);
  }
}

async function becomesReady(child: ChildProcess, cluster: Cluster): Promise<boolean> {
  let ended = false;
  child.once("exit", () => {
    ended = true;
  });
  const deadline = Date.now() + START_MILLISECONDS;
  while (!ended && Date.now() < deadline) {
    if (statusOf(cluster) === "ready") {
      // From here on the server alone keeps nobody's process alive.
      child.unref();
      return true;
    }
    await delay(5);
  }
  if (!ended) child.kill("SIGKILL");
  return false;
}

/** The eighth line of postmaster.pid says how far the server is. */
function statusOf(cluster: Cluster): string | undefined {
  try {
    return readFileSync(pidFile(cluster), "utf8").split("\n")[7]?.trim();
  } catch {
    return undefined;
  }
}

async function stopServer(child: ChildProcess, cluster: Cluster): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.ref();
    // SIGINT is Postgres's fast shutdown: sessions are ended, not waited for.
    child.kill("SIGINT");
    const killer = setTimeout(() => child.kill("SIGKILL"), STOP_MILLISECONDS);
    await exited;
    clearTimeout(killer);
  }
  await rm(cluster.directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Takes the server along when this process ends without having stopped it. Returns the function that calls it off. */
function stopWithThisProcess(child: ChildProcess, cluster: Cluster): () => void {
  const onExit = () => {
    // SIGQUIT is Postgres's immediate shutdown. Nothing asynchronous runs any more, so the wait blocks.
    child.kill("SIGQUIT");
    const deadline = Date.now() + EXIT_MILLISECONDS;
    while (existsSync(pidFile(cluster)) && Date.now() < deadline) pause(5);
    // What cannot be removed now is removed by the next start.
    try {
      rmSync(cluster.directory, { recursive: true, force: true, maxRetries: 5 });
    } catch {}
  };
  const onSignal = (signal: NodeJS.Signals) => {
    // Somebody who listens too ends in an orderly way, and calls stop or at least exit.
    if (process.listenerCount(signal) > 1) return;
    onExit();
    callOff();
    process.kill(process.pid, signal);
  };
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const callOff = () => {
    process.removeListener("exit", onExit);
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  process.once("exit", onExit);
  for (const signal of signals) process.on(signal, onSignal);
  return callOff;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const logFile = (cluster: Cluster) => join(cluster.directory, "log");
const pidFile = (cluster: Cluster) => join(cluster.data, "postmaster.pid");

function readLog(cluster: Cluster): string {
  return readFileSync(logFile(cluster), "utf8");
}

/** Removes what was made so far, and keeps the end of the log in the error. */
function startError(cluster: Cluster, reason: string): CutoverError {
  const log = readLog(cluster).trim().split("\n").slice(-10).join("\n");
  rmSync(cluster.directory, { recursive: true, force: true });
  return new CutoverError({
    code: "CU916",
    message: `the embedded Postgres did not start: ${reason}\n${log}`,
    hint: "Read the server's words above, or set PG_CUTOVER_POSTGRES=external and DATABASE_URL.",
  });
}
