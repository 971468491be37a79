import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import type { Project } from "./find.ts";
import { blockIn, blockNames, withBlock } from "./migration-block.ts";

/** The migration in progress. */
export function currentFile(project: Project): string {
  return join(project.migrations, "current.sql");
}

/** Its text; empty when there is none yet. */
export async function readCurrent(project: Project): Promise<string> {
  if (existsSync(join(project.migrations, "current"))) {
    throw new CutoverError({
      code: "CU404",
      message: "the migration in progress is a folder, migrations/current/",
      hint: "Write the SQL to a file in it with --output, or use migrations/current.sql.",
      exitCode: EXIT.usage,
    });
  }
  return readFile(currentFile(project), "utf8").catch(() => "");
}

/** Puts SQL into the migration in progress, in place of an earlier block of that name; the rest stays as it is. */
export async function writeBlock(
  project: Project,
  name: string,
  sql: string,
): Promise<"written" | "unchanged"> {
  const before = await readCurrent(project);
  const after = withBlock(before, name, sql);
  if (after === before) return "unchanged";
  await mkdir(project.migrations, { recursive: true });
  await writeFile(currentFile(project), after);
  return "written";
}

/** The newest SQL of a block: the one in progress, else the one committed last; with the file that holds it. */
export async function newestBlock(
  project: Project,
  name: string,
): Promise<{ file: string; sql: string } | undefined> {
  const current = blockIn(await readCurrent(project), name);
  if (current !== undefined) return { file: "current.sql", sql: current };
  for (const file of (await committedFiles(project)).reverse()) {
    const sql = blockIn(await readFile(join(project.migrations, "committed", file), "utf8"), name);
    if (sql !== undefined) return { file: `committed/${file}`, sql };
  }
  return undefined;
}

/** The names of all blocks in the project's migrations, committed and in progress. */
export async function allBlocks(project: Project): Promise<Set<string>> {
  const committed = await Promise.all(
    (await committedFiles(project)).map((file) =>
      readFile(join(project.migrations, "committed", file), "utf8"),
    ),
  );
  return new Set([...committed, await readCurrent(project)].flatMap(blockNames));
}

async function committedFiles(project: Project): Promise<string[]> {
  const names = await readdir(join(project.migrations, "committed")).catch(() => []);
  return names.filter((name) => name.endsWith(".sql")).sort();
}
