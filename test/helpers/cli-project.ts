import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import { mustMigrate } from "../../scripts/graphile-migrate.ts";
import { ROOT } from "../../scripts/run-node.ts";
import { withClient } from "../../src/db.ts";
import { type CliOptions, type CliOutcome, type CliWorker, cutover, cutoverWorker } from "./cli.ts";
import { installCase } from "./cutover-case.ts";
import { createDatabase, type TestDatabase } from "./database.ts";

/** A user's project in a folder of its own, with a database. */
export interface CliProject extends CliOptions {
  readonly db: TestDatabase;
  cutover(...argv: string[]): Promise<CliOutcome>;
  worker(...flags: string[]): CliWorker;
  /** `graphile-migrate commit`, as a user runs it. */
  commit(message: string): Promise<void>;
}

/** An empty folder and an empty database; with the test go the folder and the shadow database. */
export async function createCliProject(): Promise<CliProject> {
  return projectFor(await createDatabase());
}

const GOLDEN = join(ROOT, "test/golden/plain-1to1");

/** The name of the smallest cutover: one table becomes one table. */
export const PLAIN = "plain_1to1";

/** Its files. */
export const plain = {
  read: (file: string) => readFile(join(GOLDEN, file), "utf8"),
  /** Puts the definition into a project. */
  define: async (folder: string) => {
    for (const part of ["cutover.json", "forward", "reverse"]) {
      await cp(join(GOLDEN, part), join(folder, "cutovers", PLAIN, part), { recursive: true });
    }
  },
};

/**
 * A project that defines it, and a database in which it stands compiled, in `expanded`.
 *
 * @param data the legacy rows, as SQL; default the nine of the case
 */
export async function createPlainProject(data?: string): Promise<CliProject> {
  const { db } = await installCase("plain-1to1", data === undefined ? {} : { data });
  const project = await projectFor(db);
  await plain.define(project.folder);
  return project;
}

/** An empty folder for a database that is there. */
export async function projectFor(db: TestDatabase): Promise<CliProject> {
  const folder = await mkdtemp(join(tmpdir(), "pg-cutover-cli-"));
  const shadow = `${db.name}_shadow`;
  const root = inject("postgresUrl");
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true });
    await withClient(root, (client) => client.query(`DROP DATABASE IF EXISTS ${shadow}`));
  });
  const env = {
    DATABASE_URL: db.url,
    SHADOW_DATABASE_URL: Object.assign(new URL(db.url), { pathname: `/${shadow}` }).href,
    ROOT_DATABASE_URL: root,
  };
  const options: CliOptions = { folder, env };
  return {
    ...options,
    db,
    cutover: (...argv) => cutover(options, ...argv),
    worker: (...flags) => cutoverWorker(options, ...flags),
    commit: async (message) => {
      const target = { database: db.url, shadow: env.SHADOW_DATABASE_URL, root, project: folder };
      await mustMigrate(target, "commit", "--message", message);
    },
  };
}
