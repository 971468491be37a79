import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import { type CorePart, coreParts } from "./core-sql.ts";
import type { Project } from "./find.ts";
import { allBlocks, currentFile, writeBlock } from "./write-migration.ts";

export interface InitResult {
  /** Files that were written, relative to the project. */
  readonly written: string[];
  /** The migrations of the core that were added to migrations/current.sql. */
  readonly core: string[];
}

const GMRC = `/*
 * graphile-migrate settings, as JSON5. No URL stands here: DATABASE_URL, SHADOW_DATABASE_URL and ROOT_DATABASE_URL are read
 * from the environment.
 */
{
  "migrationsFolder": "./migrations"
}
`;

/**
 * Makes a folder a project: graphile-migrate's settings and folders where they are missing, and the core schema in
 * migrations/current.sql.
 *
 * @param parts the core, default that of this package
 * @param upgrade add what of the core is newer than the project's migrations
 * @throws CutoverError CU406 when newer parts of the core are missing and `upgrade` was not asked for
 */
export async function initProject(
  project: Project,
  upgrade: boolean,
  parts?: readonly CorePart[],
): Promise<InitResult> {
  await mkdir(join(project.migrations, "committed"), { recursive: true });
  await mkdir(project.cutovers, { recursive: true });
  const written: string[] = [];
  if (![".gmrc", ".gmrc.js", ".gmrc.cjs"].some((name) => existsSync(join(project.root, name)))) {
    await writeFile(join(project.root, ".gmrc"), GMRC);
    written.push(".gmrc");
  }
  // The hash of a committed migration is that of its bytes.
  if (!existsSync(join(project.root, ".gitattributes"))) {
    await writeFile(join(project.root, ".gitattributes"), "migrations/committed/*.sql text eol=lf\n");
    written.push(".gitattributes");
  }

  const there = await allBlocks(project);
  const core = parts ?? (await coreParts());
  const missing = core.filter((part) => !there.has(blockName(part.name)));
  const hasCore = core.some((part) => there.has(blockName(part.name)));
  if (hasCore && missing.length > 0 && !upgrade) {
    throw new CutoverError({
      code: "CU406",
      message: `the core in this project's migrations is older than this version of pg-cutover: ${missing.map((part) => part.name).join(", ")} is missing`,
      hint: "Run `cutover init --upgrade`, commit, and migrate.",
      exitCode: EXIT.outOfDate,
    });
  }
  for (const part of missing) await writeBlock(project, blockName(part.name), part.sql);
  const file = currentFile(project);
  if (missing.length > 0) written.push(relative(project.root, file));
  else if (!existsSync(file)) {
    await writeFile(file, "-- The migration in progress.\n");
    written.push(relative(project.root, file));
  }
  return { written, core: missing.map((part) => part.name) };
}

/** The whole core as one plain file, for another migration tool or a SQL editor. */
export async function writeCoreFile(file: string): Promise<InitResult> {
  const parts = await coreParts();
  await writeFile(file, `BEGIN;\n\n${parts.map((part) => part.sql).join("\n\n")}\n\nCOMMIT;\n`);
  return { written: [file], core: parts.map((part) => part.name) };
}

/** In brackets, which no cutover's name can hold. */
function blockName(part: string): string {
  return `(core ${part})`;
}
