import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import type { Project } from "./find.ts";
import { withBlock } from "./migration-block.ts";
import { migrationFiles, readCurrent } from "./migration-files.ts";

/** SQL under the name of its block. */
export interface NamedSql {
  readonly name: string;
  readonly sql: string;
}

/** Where to put it. */
export interface Target {
  /** What the file of a plain project is about: `core`, `notes`, `remove_notes`. */
  readonly subject: string;
  /** This file instead of one of the project's migrations. Blocks in it are replaced, what else it holds stays. */
  readonly output?: string | undefined;
}

/**
 * Puts SQL into the project's migrations: into graphile-migrate's migration in progress, in place of earlier blocks of these
 * names; in a plain project into a new file, whose name begins with the time. What has run may not change, and nobody but the
 * tool that runs them knows what has.
 *
 * @returns the file, relative to the project
 * @throws CutoverError CU404 when the migration in progress is a folder, CU462 for a file outside of a plain project's migrations
 */
export async function writeBlocks(
  project: Project,
  blocks: readonly NamedSql[],
  target: Target,
): Promise<string> {
  const file =
    target.output ??
    (project.format === "plain"
      ? join(project.migrations, `${await nextStamp(project)}_cutover_${target.subject}.sql`)
      : join(project.migrations, "current.sql"));
  if (project.format === "plain" && relative(project.migrations, resolve(file)).startsWith("..")) {
    throw new CutoverError({
      code: "CU462",
      message: `${file} is not in the folder of this project's migrations, ${relative(project.root, project.migrations)}`,
      hint: "Name a file there, where `--check` and the next `init --upgrade` look; or change cutovers/project.json.",
      exitCode: EXIT.usage,
    });
  }
  const inProgress = target.output === undefined && project.format === "graphile";
  const before = inProgress ? await readCurrent(project) : await readFile(file, "utf8").catch(() => "");
  const after = blocks.reduce((text, { name, sql }) => withBlock(text, name, sql), before);
  if (after !== before) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, after);
  }
  return relative(project.root, file).replaceAll("\\", "/");
}

/** The time as 14 digits, UTC; later than that of any migration there is, so that the new one runs last. */
async function nextStamp(project: Project): Promise<string> {
  const stamps = (await migrationFiles(project)).map(({ name }) => /^\d{14}(?!\d)/.exec(name)?.[0] ?? "");
  const now = stampOf(new Date());
  const newest = stamps.toSorted().at(-1) ?? "";
  return newest < now ? now : String(BigInt(newest) + 1n);
}

function stampOf(time: Date): string {
  return time.toISOString().replaceAll(/\D/g, "").slice(0, 14);
}
