import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { mustMigrate } from "../../scripts/graphile-migrate.ts";
import { hashOf } from "../../src/migrate/committed-files.ts";
import { type CliProject, createCliProject } from "../helpers/cli-project.ts";
import { writeProjectFile } from "../helpers/project.ts";

/** A project whose migrations are committed, and a database that holds the first `applied` of them. */
export interface MigrateProject extends CliProject {
  /** The names of the committed files, in their order. */
  readonly files: readonly string[];
  /** The text of a committed file. */
  committed(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  /** The `filename`s that the database holds. */
  applied(): Promise<string[]>;
}

/**
 * Writes the files as `graphile-migrate commit` does (that their hashes are right has a test of its own) and lets
 * graphile-migrate run the first `applied` of them in the project's database.
 *
 * @param migrations SQL; the message of the n-th is `step-n`
 */
export async function createMigrateProject(
  migrations: readonly string[],
  options: { readonly applied?: number; readonly settings?: string } = {},
): Promise<MigrateProject> {
  const project = await createCliProject();
  const { folder } = project;
  const write = (file: string, text: string) =>
    writeProjectFile(folder, `migrations/committed/${file}`, text);
  await writeProjectFile(folder, ".gmrc", options.settings ?? "{}\n");
  await writeProjectFile(folder, "migrations/current.sql", "");
  await writeProjectFile(folder, "migrations/committed/.gitkeep", "");
  const committed = commitAll(migrations);
  const applied = options.applied ?? 0;
  for (const { file, text } of committed.slice(0, applied)) await write(file, text);
  if (applied > 0) await mustMigrate({ database: project.db.url, project: folder }, "migrate");
  for (const { file, text } of committed.slice(applied)) await write(file, text);
  return {
    ...project,
    files: committed.map(({ file }) => file),
    committed: (file) => readFile(join(folder, "migrations/committed", file), "utf8"),
    write,
    async applied() {
      const { rows } = await project.db.pool.query(
        "SELECT filename FROM graphile_migrate.migrations ORDER BY filename",
      );
      return rows.map((row) => row.filename);
    },
  };
}

/** Renames a committed file. */
export function renameCommitted(project: MigrateProject, from: string, to: string): Promise<void> {
  const folder = join(project.folder, "migrations/committed");
  return rename(join(folder, from), join(folder, to));
}

function commitAll(migrations: readonly string[]): { file: string; text: string }[] {
  let previous: string | undefined;
  return migrations.map((sql, at) => {
    const body = `${sql.trim()}\n`;
    const hash = hashOf({ body, previous });
    const text = `--! Previous: ${previous ?? "-"}\n--! Hash: ${hash}\n--! Message: step ${at + 1}\n\n${body}`;
    previous = hash;
    return { file: `${String(at + 1).padStart(6, "0")}-step-${at + 1}.sql`, text };
  });
}
