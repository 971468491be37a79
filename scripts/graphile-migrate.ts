import { createRequire } from "node:module";
import { join } from "node:path";
import { type Outcome, ROOT, runNode } from "./run-node.ts";

/** Where graphile-migrate works. */
export interface MigrateTarget {
  readonly database: string;
  /** Dropped and created anew by `commit` and `uncommit`. */
  readonly shadow?: string;
  /** A maintenance database from which the two others can be dropped. */
  readonly root?: string;
  /** The folder that holds .gmrc and migrations/, default this repository. */
  readonly project?: string;
}

const CLI = join(createRequire(import.meta.url).resolve("graphile-migrate"), "..", "cli.js");

/**
 * Runs graphile-migrate's command line. A child process, because it ends its process when an idle session of its pool is
 * terminated.
 */
export function graphileMigrate(target: MigrateTarget, ...command: string[]): Promise<Outcome> {
  return runNode(target.project ?? ROOT, CLI, command, {
    DATABASE_URL: target.database,
    // `status` insists on a shadow and never uses it.
    SHADOW_DATABASE_URL: target.shadow ?? `${target.database}_shadow`,
    ...(target.root ? { ROOT_DATABASE_URL: target.root } : {}),
  });
}

/** As `graphileMigrate`, for whom a failure is an error. */
export async function mustMigrate(target: MigrateTarget, ...command: string[]): Promise<string> {
  const { code, output } = await graphileMigrate(target, ...command);
  if (code !== 0)
    throw new Error(`graphile-migrate ${command.join(" ")} failed with exit code ${code}\n${output}`);
  return output;
}

/** Puts the whole chain into an empty database: what is committed, then the migration in progress. */
export async function applyChain(target: MigrateTarget): Promise<void> {
  await mustMigrate(target, "migrate");
  await mustMigrate(target, "current");
}
