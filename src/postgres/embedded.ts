import { randomBytes } from "node:crypto";
import { accessSync, constants, statfsSync } from "node:fs";
import { chmod, chown, cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withClient } from "../db.ts";
import { findInstallation, type Installation } from "./embedded-binaries.ts";
import { initializeCluster, startServer } from "./embedded-server.ts";
import { DATA, DIRECTORY_PREFIX, markOf, RUN_FILE, reapLeftovers } from "./leftovers.ts";
import type { PostgresProvider, RunningPostgres } from "./provider.ts";
import { serverVersion } from "./server-version.ts";
import { reachableByAll, type SystemUser, unprivilegedUser } from "./unprivileged.ts";

export interface EmbeddedOptions {
  /**
   * Default false: no fsync and no autovacuum, since the data lives for one test run. True keeps both as a real server
   * has them: for benchmarks and for whatever looks at locks, bloat or crashes.
   */
  readonly durable?: boolean;
  /**
   * Keep the data in memory (/dev/shm), where there is room for it; default false. For many small databases that come and go: a disk's
   * file system spends more on their files than Postgres on their rows.
   */
  readonly inMemory?: boolean;
  /** Further server settings: `{ max_connections: "300" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Directory with another version's `initdb` and `postgres`. Default: PG_CUTOVER_POSTGRES_BIN, else the npm package. */
  readonly binaries?: string;
}

const THROW_AWAY_SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
};

const MEMORY = "/dev/shm";
/** What Linux calls it, in statfs(2). */
const TMPFS = 0x01021994;
/** Bytes; the tests have half a gigabyte of databases and WAL at a time. */
const LEAST_ROOM = 4 * 2 ** 30;

/** Settings that a Postgres of any durability starts with here: equal on every machine, and quick to start. */
const COMMON_SETTINGS = { timezone: "UTC", jit: "off", max_connections: "200" };

/**
 * A throw-away server of our own on 127.0.0.1: nothing to install beside npm packages, root or not, several at a time.
 * UTF8, locale C, one superuser with a random password.
 */
export function embeddedPostgres(options: EmbeddedOptions = {}): PostgresProvider {
  return {
    name: "embedded",
    start: () => start(options),
  };
}

async function start(options: EmbeddedOptions): Promise<RunningPostgres> {
  const user = unprivilegedUser();
  const onDisk = chooseTemporaryDirectory(user);
  // Both, wherever this one is to be: what is left in memory takes the room that is asked for below.
  for (const place of [onDisk, MEMORY]) await reapLeftovers(place);

  const found = await findInstallation(options.binaries ?? process.env.PG_CUTOVER_POSTGRES_BIN);
  // A copy of the programs may not be allowed to run in memory's file system.
  const inMemory = options.inMemory && (user === undefined || reachableByAll(found)) && roomInMemory();
  const temporaryDirectory = inMemory ? MEMORY : onDisk;
  const directory = await createDirectory(temporaryDirectory, user);
  const installation = await runnable(found, directory, user);
  const password = randomBytes(18).toString("base64url");
  const cluster = { installation, directory, data: join(directory, DATA), user };
  await initializeCluster(cluster, password);
  const settings = {
    ...COMMON_SETTINGS,
    ...(options.durable ? {} : THROW_AWAY_SETTINGS),
    ...options.settings,
  };
  const server = await startServer(cluster, settings);
  const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`;
  return { url, version: await withClient(url, serverVersion), directory, stop: server.stop };
}

/** Whether this is a system with a file system in memory, and with memory to spare for it. */
function roomInMemory(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    accessSync(MEMORY, constants.W_OK);
    return type === TMPFS && bavail * bsize >= LEAST_ROOM && process.availableMemory() >= 2 * LEAST_ROOM;
  } catch {
    return false;
  }
}

/** The system's own, unless Postgres runs as another user who cannot get there. */
function chooseTemporaryDirectory(user: SystemUser | undefined): string {
  if (user === undefined) return tmpdir();
  return [tmpdir(), "/tmp", "/var/tmp"].find(reachableByAll) ?? tmpdir();
}

async function createDirectory(temporaryDirectory: string, user: SystemUser | undefined): Promise<string> {
  const directory = await mkdtemp(join(temporaryDirectory, DIRECTORY_PREFIX));
  await writeFile(join(directory, RUN_FILE), JSON.stringify(markOf(process.pid)), { mode: 0o600 });
  await mkdir(join(directory, DATA), { mode: 0o700 });
  if (user) {
    // Others may walk through, not look around; the data belongs to the server's user alone.
    await chmod(directory, 0o711);
    await chown(join(directory, DATA), user.uid, user.gid);
  }
  return directory;
}

/** A checkout below /root is closed to the server's user: then it runs from a copy, which goes with the directory. */
async function runnable(
  found: Installation,
  directory: string,
  user: SystemUser | undefined,
): Promise<Installation> {
  if (user === undefined || reachableByAll(found)) return found;
  const copy = join(directory, "installation");
  await cp(found, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
