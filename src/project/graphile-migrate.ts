import { createRequire } from "node:module";
import { join } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
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
 *
 * @throws CutoverError CU463 for a project that keeps its migrations as plain files
 */
export async function graphileMigrate(
  project: Project,
  urls: MigrateUrls,
  ...command: string[]
): Promise<Outcome> {
  requireGraphile(project);
  return runNode(project.root, CLI, command, {
    ...process.env,
    DATABASE_URL: urls.database,
    ...(urls.shadow === undefined ? {} : { SHADOW_DATABASE_URL: urls.shadow }),
    ...(urls.root === undefined ? {} : { ROOT_DATABASE_URL: urls.root }),
  });
}

/** @throws CutoverError CU463 for a project that keeps its migrations as plain files */
export function requireGraphile(project: Project): void {
  if (project.format === "plain") {
    throw new CutoverError({
      code: "CU463",
      message: "this project's migrations are plain files, which nobody but your own tool runs",
      hint: "Run them with it; in place of --shadow, name a database in which it has replayed them by --database-url.",
      exitCode: EXIT.usage,
    });
  }
}
