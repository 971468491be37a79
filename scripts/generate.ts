/**
 * Writes src/generated/*.queries.ts, the typed wrappers of src/queries/*.sql, with pgtyped and a throw-away Postgres that
 * holds the whole chain.
 *
 *   npm run generate              writes them
 *   npm run generate -- --check   writes nothing, fails when they are not up to date
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { applyChain } from "./graphile-migrate.ts";
import { ROOT, runNode } from "./run-node.ts";
import { withDatabase } from "./with-database.ts";

const QUERIES = "src/queries";
const GENERATED = "src/generated";
/** Beside the real folder, so that relative imports come out the same; moved there when everything went well. */
const DRAFT = "src/generated.draft";
const PGTYPED = fileURLToPath(import.meta.resolve("@pgtyped/cli/index"));

/** What pgtyped prints when nothing is wrong. */
const EXPECTED_OUTPUT = /^(Using a pool of \d+ threads\.|Processing \S+|Saved \d+ query types from .*)$/;

if (import.meta.main) {
  const check = process.argv.includes("--check");
  const problems = await generate(ROOT, check);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(check ? "src/generated is up to date." : "src/generated is written.");
}

/**
 * Writes the wrappers of a project, or compares them.
 *
 * @param root the folder that holds pgtyped.config.json, .gmrc, migrations/ and src/queries/
 * @returns what is wrong, one sentence each; then nothing was written
 */
export async function generate(root: string, check: boolean): Promise<string[]> {
  const sources = await listQueryFiles(root);
  const doubles = doubleNames(sources);
  if (doubles.length > 0) return doubles;

  const draft = join(root, DRAFT);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    const failures = sources.length === 0 ? [] : await runPgtyped(root);
    const made = await readFiles(draft);
    for (const file of sources) {
      const name = `${basename(file, ".sql")}.queries.ts`;
      if (!made.has(name))
        failures.push(`${file}: pgtyped made nothing of it. Is there a query after /* @name … */?`);
    }
    if (failures.length > 0) return failures;
    const generated = join(root, GENERATED);
    if (check) return compare(made, await readFiles(generated));
    await rm(generated, { recursive: true, force: true });
    await rename(draft, generated);
    return [];
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function listQueryFiles(root: string): Promise<string[]> {
  const folder = join(root, QUERIES);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** Two files with one base name would overwrite each other's output, in silence. */
function doubleNames(sources: string[]): string[] {
  return sources
    .filter((file, at) => sources.findIndex((other) => basename(other) === basename(file)) !== at)
    .map((file) => `${file}: another query file has the same base name. Rename one.`);
}

/** pgtyped exits 0 after most failures, so what it prints decides: any line that we do not expect is one. */
async function runPgtyped(root: string): Promise<string[]> {
  const config = JSON.parse(await readFile(join(root, "pgtyped.config.json"), "utf8"));
  for (const transform of config.transforms) {
    transform.emitTemplate = transform.emitTemplate.replace(GENERATED, DRAFT);
  }
  const configFile = join(root, DRAFT, "pgtyped.config.json");
  await writeFile(configFile, JSON.stringify(config));
  const { code, output } = await withDatabase(async (target) => {
    await applyChain({ ...target, project: root });
    return runNode(root, PGTYPED, ["--config", configFile], { PGURI: target.database });
  });
  await rm(configFile);
  const unexpected = output.split("\n").filter((line) => line.trim() && !EXPECTED_OUTPUT.test(line));
  return code !== 0 || unexpected.length > 0 ? [`pgtyped failed:\n${output.trim()}`] : [];
}

async function readFiles(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const files = names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const);
  return new Map(await Promise.all(files));
}

function compare(made: Map<string, string>, there: Map<string, string>): string[] {
  return [...new Set([...made.keys(), ...there.keys()])]
    .filter((name) => made.get(name) !== there.get(name))
    .map((name) => `${GENERATED}/${name} is not what ${QUERIES} makes. Run: npm run generate`);
}
