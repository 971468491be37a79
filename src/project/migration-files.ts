import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import type { Project } from "./find.ts";
import { blockIn, blockNames } from "./migration-block.ts";

/** A migration of the user's project. */
export interface MigrationFile {
  /** Relative to the migrations' folder: `committed/000001-core.sql`, `current.sql`, `20260101120000_core.sql`. */
  readonly name: string;
  /** Relative to the project. */
  readonly file: string;
  readonly text: string;
}

/** The block that `cutover remove` writes; in brackets, which no cutover's name can hold. */
export const removal = (cutover: string) => `(remove ${cutover})`;

/** The block that `cutover uninstall` writes. */
export const UNINSTALL = "(uninstall)";

/** The block that holds a migration of the core. */
export const coreBlock = (part: string) => `(core ${part})`;

/** All migrations of a project in the order in which they run, the one in progress last. */
export async function migrationFiles(project: Project): Promise<MigrationFile[]> {
  if (project.format === "plain") {
    const entries = await readdir(project.migrations, { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    const names = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
      .map((entry) => relative(project.migrations, join(entry.parentPath, entry.name)).split(sep).join("/"));
    return read(project, names);
  }
  const committed = await readdir(join(project.migrations, "committed")).catch(() => []);
  const names = committed.filter((name) => name.endsWith(".sql")).map((name) => `committed/${name}`);
  return [...(await read(project, names)), named(project, "current.sql", await readCurrent(project))];
}

/** The text of graphile-migrate's migration in progress; empty when there is none yet. */
export async function readCurrent(project: Project): Promise<string> {
  const folder = await readdir(join(project.migrations, "current")).catch(() => undefined);
  if (folder !== undefined) {
    throw new CutoverError({
      code: "CU404",
      message: "the migration in progress is a folder, migrations/current/",
      hint: "Write the SQL to a file in it with --output, or use migrations/current.sql.",
      exitCode: EXIT.usage,
    });
  }
  return readFile(join(project.migrations, "current.sql"), "utf8").catch(() => "");
}

/**
 * What the blocks in the project's migrations come to: by name, the newest of each. A block that removes a cutover takes the
 * cutover's own with it, one that uninstalls takes all.
 */
export async function standingBlocks(project: Project): Promise<Map<string, { file: string; sql: string }>> {
  const standing = new Map<string, { file: string; sql: string }>();
  for (const { file, text } of await migrationFiles(project)) {
    for (const name of blockNames(text)) {
      const sql = blockIn(text, name);
      if (sql === undefined) continue;
      const removed = /^\(remove (.+)\)$/.exec(name)?.[1];
      if (name === UNINSTALL) standing.clear();
      if (removed !== undefined) standing.delete(removed);
      else standing.delete(removal(name));
      standing.set(name, { file, sql });
    }
  }
  return standing;
}

function read(project: Project, names: readonly string[]): Promise<MigrationFile[]> {
  return Promise.all(
    names
      .toSorted()
      .map(async (name) => named(project, name, await readFile(join(project.migrations, name), "utf8"))),
  );
}

function named(project: Project, name: string, text: string): MigrationFile {
  const file = relative(project.root, join(project.migrations, name)).split(sep).join("/");
  return { name, file, text };
}
