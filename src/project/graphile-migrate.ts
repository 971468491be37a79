import { createRequire } from "node:module";
import { join } from "node:path";
import type { Project } from "./find.ts";
import { type Outcome, runNode } from "./run-node.ts";

const CLI = join(createRequire(import.meta.url).resolve("graphile-migrate"), "..", "cli.js");

/** The databases that graphile-migrate is told of. */
export interface MigrateUrls {
  readonly database: string;
  /** It insists on one, also where it does not use it. */
  readonly shadow?: string | undefined;
  readonly root?: string | undefined;
}

/**
 * Runs a command of graphile-migrate for a project. In a child process, because it ends its process when an idle session of its
 * pool is terminated.
 */
export function graphileMigrate(project: Project, urls: MigrateUrls, ...command: string[]): Promise<Outcome> {
  return runNode(project.root, CLI, command, {
    ...process.env,
    DATABASE_URL: urls.database,
    ...(urls.shadow === undefined ? {} : { SHADOW_DATABASE_URL: urls.shadow }),
    ...(urls.root === undefined ? {} : { ROOT_DATABASE_URL: urls.root }),
  });
}
