import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import { type Format, readProjectFile } from "./project-file.ts";

/** Where the files of a user's project are, all absolute. */
export interface Project {
  readonly root: string;
  /** `cutovers/`, a folder for each. */
  readonly cutovers: string;
  /** `projections/`, a folder for each. */
  readonly projections: string;
  /** The folder of the migrations: with graphile-migrate `committed/` and `current.sql`, else files in the order of their paths. */
  readonly migrations: string;
  readonly format: Format;
}

/**
 * Finds the project that a command works on.
 *
 * @param folder from `--project`; without it the working directory, or the nearest folder above it that holds `.gmrc` or
 *   `cutovers/`
 * @throws CutoverError CU401 when that folder does not exist, or is no project
 */
export function findProject(folder: string | undefined): Project {
  const root = folder === undefined ? nearest(process.cwd()) : resolve(folder);
  if (root === undefined || !isProject(root)) {
    throw new CutoverError({
      code: "CU401",
      message: `${folder ?? "the working directory"} is no project: there is no .gmrc, cutovers/ or package.json`,
      hint: "Run `cutover init` there first, or name the folder with --project.",
      exitCode: EXIT.usage,
    });
  }
  return projectAt(root);
}

/**
 * The project at a folder, whatever is in it.
 *
 * @throws CutoverError CU460 when its cutovers/project.json cannot be read
 */
export function projectAt(folder: string): Project {
  const root = resolve(folder);
  const { format, migrations } = readProjectFile(root);
  return {
    root,
    cutovers: join(root, "cutovers"),
    projections: join(root, "projections"),
    migrations: join(root, migrations ?? migrationsFolder(root)),
    format,
  };
}

/** The names of the cutovers and of the projections that a project defines, each sorted. */
export function definedNames(project: Project): string[] {
  return [
    ...foldersWith(project.cutovers, "cutover.json"),
    ...foldersWith(project.projections, "projection.json"),
  ];
}

/**
 * The folder of a cutover or of a projection; where there is neither, the one in which a cutover would lie.
 *
 * @throws CutoverError CU220 when there are both: the name is one in the database
 */
export function folderOf(project: Project, name: string): string {
  const cutover = join(project.cutovers, name);
  const projection = join(project.projections, name);
  if (!existsSync(join(projection, "projection.json"))) return cutover;
  if (!existsSync(join(cutover, "cutover.json"))) return projection;
  throw new CutoverError({
    code: "CU220",
    message: `"${name}" is a cutover and a projection of this project`,
    hint: "Both would have one schema in the database: rename one of the folders.",
    exitCode: EXIT.definition,
  });
}

function foldersWith(folder: string, file: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, file)))
    .map((entry) => entry.name)
    .sort();
}

function isProject(folder: string): boolean {
  return [".gmrc", ".gmrc.js", ".gmrc.cjs", "cutovers", "package.json"].some((name) =>
    existsSync(join(folder, name)),
  );
}

function nearest(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if ([".gmrc", ".gmrc.js", ".gmrc.cjs", "cutovers"].some((name) => existsSync(join(folder, name))))
      return folder;
    if (folder === dirname(folder)) return existsSync(join(from, "package.json")) ? from : undefined;
  }
}

/** graphile-migrate reads .gmrc as JSON5, of which this one setting is found without reading the rest. */
function migrationsFolder(root: string): string {
  const file = join(root, ".gmrc");
  if (!existsSync(file) || !statSync(file).isFile()) return "migrations";
  const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return /["']?\bmigrationsFolder["']?\s*:\s*(["'])(.+?)\1/.exec(code)?.[2] ?? "migrations";
}
