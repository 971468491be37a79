import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import { type CorePart, coreParts } from "./core-sql.ts";
import { projectAt } from "./find.ts";
import { withBlock } from "./migration-block.ts";
import { coreBlock, standingBlocks } from "./migration-files.ts";
import { type Format, writeProjectFile } from "./project-file.ts";
import { writeBlocks } from "./write-migration.ts";

export interface InitResult {
  readonly format: Format;
  /** Files that were written, relative to the project. */
  readonly written: string[];
  /** The migrations of the core that were added to the project's. */
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

/** What `init` is asked for. */
export interface InitOptions {
  /** Add what of the core is newer than the project's migrations. */
  readonly upgrade?: boolean | undefined;
  /** Default: what the project has, `graphile` for a new one. */
  readonly format?: Format | undefined;
  /** The folder of a plain project's migrations, relative to it; default `migrations`. */
  readonly migrations?: string | undefined;
  /** Put the core into this file instead. */
  readonly output?: string | undefined;
  /** The core; default that of this package. */
  readonly parts?: readonly CorePart[] | undefined;
}

/**
 * Makes a folder a project: its settings and folders where they are missing, and the core schema in its migrations.
 *
 * @throws CutoverError CU406 when newer parts of the core are missing and `upgrade` was not asked for, CU461 when the project has
 *   another format
 */
export async function initProject(folder: string, options: InitOptions = {}): Promise<InitResult> {
  const written = await settle(folder, options);
  const project = projectAt(folder);
  await mkdir(project.cutovers, { recursive: true });

  const there = await standingBlocks(project);
  const core = options.parts ?? (await coreParts());
  // What is not released yet may change under its name.
  const missing = core.filter(({ name, sql }) => {
    const found = there.get(coreBlock(name));
    return found === undefined || (name === "current" && found.sql !== sql.trim());
  });
  const hasCore = core.some((part) => there.has(coreBlock(part.name)));
  if (hasCore && missing.length > 0 && !options.upgrade) {
    throw new CutoverError({
      code: "CU406",
      message: `the core in this project's migrations is older than this version of pg-cutover: ${missing.map((part) => part.name).join(", ")} is missing`,
      hint: "Run `cutover init --upgrade`, commit, and migrate.",
      exitCode: EXIT.outOfDate,
    });
  }
  if (missing.length > 0) {
    const blocks = missing.map(({ name, sql }) => ({ name: coreBlock(name), sql }));
    const target = { subject: hasCore ? "core_upgrade" : "core", output: options.output };
    written.push(await writeBlocks(project, blocks, target));
  }
  const current = join(project.migrations, "current.sql");
  if (project.format === "graphile" && !existsSync(current)) {
    await writeFile(current, "-- The migration in progress.\n");
    written.push(relative(project.root, current));
  }
  return { format: project.format, written, core: missing.map((part) => part.name) };
}

/** The settings of the project: files of graphile-migrate, or cutovers/project.json. */
async function settle(folder: string, options: InitOptions): Promise<string[]> {
  const project = projectAt(folder);
  const isNew = !existsSync(join(project.cutovers, "project.json"));
  const format = options.format ?? project.format;
  if (format === "plain" && isNew) {
    await writeProjectFile(project.root, { format, migrations: options.migrations ?? "migrations" });
    return ["cutovers/project.json"];
  }
  const folderChanged =
    options.migrations !== undefined && join(project.root, options.migrations) !== project.migrations;
  if (format !== project.format || folderChanged) {
    throw new CutoverError({
      code: "CU461",
      message: `this project is ${project.format}, with its migrations in ${relative(project.root, project.migrations)}`,
      hint: isNew
        ? "The folder of graphile-migrate's migrations is named in .gmrc; --migrations goes with --format plain."
        : "Leave --format and --migrations out, or change cutovers/project.json.",
      exitCode: EXIT.usage,
    });
  }
  if (format === "plain") return [];
  await mkdir(join(project.migrations, "committed"), { recursive: true });
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
  return written;
}

/** The whole core as one plain file, for somebody who keeps no project. */
export async function writeCoreFile(file: string): Promise<Omit<InitResult, "format">> {
  const parts = await coreParts();
  const text = parts.reduce((before, { name, sql }) => withBlock(before, coreBlock(name), sql), "");
  await writeFile(file, text);
  return { written: [file], core: parts.map((part) => part.name) };
}
