import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import { redactUrl } from "../log.ts";
import { runNode, withoutDatabases } from "./run-node.ts";

/** What pgtyped prints when nothing is wrong. */
const EXPECTED_OUTPUT = /^(Using a pool of \d+ threads\.|Processing \S+|Saved \d+ query types from .*)$/;

interface PgtypedConfig {
  readonly srcDir: string;
  readonly transforms: readonly { readonly mode: string; readonly emitTemplate: string }[];
}

/**
 * Writes the typed wrappers of a project's queries, or compares them with what is there. pgtyped exits 0 after most failures and
 * drops what it does not understand, so its output is read line by line, and every query file has to come out of it.
 *
 * @param root the folder that holds pgtyped.config.json
 * @param url the database that knows the tables of the queries
 * @param check write nothing
 * @returns what is wrong, one sentence each; then nothing was written
 */
export async function generateQueries(root: string, url: string, check: boolean): Promise<string[]> {
  const config = await readConfig(root);
  const generated = emitFolder(config);
  // Beside the real folder, so that relative imports come out the same; moved there when everything went well.
  const draft = `${generated}.draft`;
  const sources = await listQueryFiles(root, config.srcDir);
  const doubles = doubleNames(sources);
  if (doubles.length > 0) return doubles;

  await rm(join(root, draft), { recursive: true, force: true });
  await mkdir(join(root, draft), { recursive: true });
  try {
    const failures = sources.length === 0 ? [] : await runPgtyped(root, url, config, generated, draft);
    const made = await readFiles(join(root, draft));
    for (const file of sources) {
      if (![...made.keys()].some((name) => name.startsWith(`${basename(file, ".sql")}.`))) {
        failures.push(`${file}: pgtyped made nothing of it. Is there a query after /* @name … */?`);
      }
    }
    if (failures.length > 0) return failures;
    if (check) return compare(made, await readFiles(join(root, generated)), generated, config.srcDir);
    await rm(join(root, generated), { recursive: true, force: true });
    await rename(join(root, draft), join(root, generated));
    return [];
  } finally {
    await rm(join(root, draft), { recursive: true, force: true });
  }
}

async function readConfig(root: string): Promise<PgtypedConfig> {
  const file = join(root, "pgtyped.config.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CutoverError({
      code: "CU416",
      message: "there is no pgtyped.config.json in the project",
      hint: 'Write one with "srcDir" and a transform of mode "sql" that emits to "src/generated/{{name}}.queries.ts".',
      exitCode: EXIT.usage,
      cause,
    });
  });
  return JSON.parse(text);
}

/** The one folder that all transforms emit to: it is written anew as a whole, so that no orphan stays. */
function emitFolder(config: PgtypedConfig): string {
  const folders = new Set(config.transforms.map(({ emitTemplate }) => dirname(emitTemplate)));
  const [folder, ...more] = folders;
  if (folder !== undefined && more.length === 0 && !folder.includes("{{") && folder !== ".") return folder;
  throw new CutoverError({
    code: "CU417",
    message: "pgtyped.config.json does not emit to one folder of its own",
    hint: 'Let every emitTemplate be like "src/generated/{{name}}.queries.ts".',
    exitCode: EXIT.usage,
  });
}

async function listQueryFiles(root: string, srcDir: string): Promise<string[]> {
  const entries = await readdir(join(root, srcDir), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Two files with one base name would overwrite each other's output, in silence. */
function doubleNames(sources: readonly string[]): string[] {
  return sources
    .filter((file, at) => sources.findIndex((other) => basename(other) === basename(file)) !== at)
    .map((file) => `${file}: another query file has the same base name. Rename one.`);
}

async function runPgtyped(
  root: string,
  url: string,
  config: PgtypedConfig,
  generated: string,
  draft: string,
): Promise<string[]> {
  const transforms = config.transforms.map((transform) => ({
    ...transform,
    emitTemplate: transform.emitTemplate.replace(generated, draft),
  }));
  const configFile = join(root, draft, "pgtyped.config.json");
  await writeFile(configFile, JSON.stringify({ ...config, transforms }));
  const env = { ...withoutDatabases(process.env), PGURI: url };
  const { code, output } = await runNode(root, pgtypedScript(root), ["--config", configFile], env);
  await rm(configFile);
  const unexpected = output.split("\n").filter((line) => line.trim() && !EXPECTED_OUTPUT.test(line));
  return code !== 0 || unexpected.length > 0 ? [`pgtyped failed:\n${redactUrl(output.trim())}`] : [];
}

/** pgtyped is the project's own: its wrappers import its runtime. Its package lets nobody resolve it, so we look for it. */
function pgtypedScript(root: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    const script = join(folder, "node_modules/@pgtyped/cli/lib/index.js");
    if (existsSync(script)) return script;
    if (folder === dirname(folder)) break;
  }
  throw new CutoverError({
    code: "CU418",
    message: "pgtyped is not installed in this project",
    hint: "npm install --save-dev @pgtyped/cli && npm install @pgtyped/runtime",
    exitCode: EXIT.usage,
  });
}

async function readFiles(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const files = names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const);
  return new Map(await Promise.all(files));
}

function compare(
  made: Map<string, string>,
  there: Map<string, string>,
  generated: string,
  srcDir: string,
): string[] {
  return [...new Set([...made.keys(), ...there.keys()])]
    .filter((name) => made.get(name) !== there.get(name))
    .map(
      (name) =>
        `${generated}/${name} is not what ${srcDir.replace(/^\.\/|\/$/g, "")} makes. Run: npm run generate`,
    );
}
