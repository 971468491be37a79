/**
 * Checks the package as npm would publish it: publint and attw on the tarball; its `dependencies` are what its code imports; then
 * it is installed into an empty project, and a small cutover is walked there from `init` to `dropped` with nothing but what the
 * installation brings.
 *
 *   npm run check:package
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withClient } from "../src/db.ts";
import { choosePostgres } from "../src/postgres/choose.ts";
import { importedPackages, installedTree } from "./package-facts.ts";
import { ROOT } from "./run-node.ts";
import { mustRun } from "./run-program.ts";

async function checkPackage(folder: string): Promise<void> {
  const packed = JSON.parse(
    await mustRun(ROOT, "npm", ["pack", "--json", "--silent", "--pack-destination", folder]),
  );
  const { filename, size, unpackedSize, entryCount } = packed[0];
  const tarball = join(folder, filename);
  say(`tarball: ${entryCount} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`);
  await mustRun(ROOT, "npm", ["exec", "--", "publint", "run", tarball, "--strict"]);
  await mustRun(ROOT, "npm", [
    "exec",
    "--",
    "attw",
    tarball,
    "--profile",
    "esm-only",
    "--no-emoji",
    "--no-color",
  ]);
  say("publint and attw have nothing to say");

  const project = join(folder, "project");
  await mkdir(project);
  const manifest = { name: "empty-project", private: true, type: "module" };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest));
  await mustRun(project, "npm", ["install", "--no-audit", "--no-fund", tarball]);
  const tree = await installedTree(join(project, "node_modules"));
  say(`installed: ${tree.packages} packages, ${kilobytes(tree.bytes)}`);
  for (const { name, bytes } of tree.largest) say(`  ${name} ${kilobytes(bytes)}`);
  await checkDependencies(join(project, "node_modules/pg-cutover"));
  await compileConsumer(project);
  await walkCutover(project);
}

/** What the code imports is in `dependencies`, and the other way round; optional peers are found by those who have them. */
async function checkDependencies(installed: string): Promise<void> {
  const { default: manifest } = await import(join(installed, "package.json"), { with: { type: "json" } });
  const imported = await importedPackages(join(installed, "dist"));
  const declared = Object.keys(manifest.dependencies);
  const optional = Object.keys(manifest.peerDependencies ?? {});
  const missing = imported.filter((name) => ![...declared, ...optional].includes(name));
  const unused = declared.filter((name) => !imported.includes(name));
  if (missing.length + unused.length > 0) {
    throw new Error(
      `imported and not in dependencies: ${missing}; in dependencies and not imported: ${unused}`,
    );
  }
  say(`dependencies are what is imported: ${declared.join(", ")}`);
}

/** The types hold for a user who checks those of his packages, too; the compiler is ours, what it finds is what was installed. */
async function compileConsumer(project: string): Promise<void> {
  const text = [
    'import { advance, CutoverError, findProject, migrateProject } from "pg-cutover";',
    'export const moved: { phase: string } = await advance("postgres://localhost/shop", "settings", { to: "dual_write" });',
    'export const ran: readonly string[] = (await migrateProject(findProject("."), "", { waitSeconds: 1 })).ran;',
    'export const refused = new CutoverError({ code: "CU400", message: "no", hint: "yes" }).exitCode;',
  ];
  await writeFile(join(project, "consumer.ts"), `${text.join("\n")}\n`);
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const options = [
    "--strict",
    "--noEmit",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--skipLibCheck",
    "false",
  ];
  await mustRun(project, process.execPath, [compiler, ...options, "consumer.ts"]);
  say("a TypeScript user's project compiles");
}

const TABLES = `-- The tables of both sides.
CREATE TABLE public.memo (id bigint PRIMARY KEY, words text NOT NULL);
CREATE TABLE public.note (id bigint PRIMARY KEY, words text NOT NULL);
`;

/** A user's first cutover, by the commands of the README. */
async function walkCutover(project: string): Promise<void> {
  const postgres = await choosePostgres().start();
  try {
    const at = (database: string) => Object.assign(new URL(postgres.url), { pathname: `/${database}` }).href;
    const [live, development] = [at("package_live"), at("package_development")];
    for (const name of ["package_live", "package_development"]) {
      await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name}`));
    }
    const env = { SHADOW_DATABASE_URL: at("package_shadow"), ROOT_DATABASE_URL: postgres.url };
    const npx = (url: string, ...words: string[]) =>
      mustRun(project, "npx", ["--no-install", ...words], { ...env, DATABASE_URL: url });
    const cutover = async (...words: string[]) => {
      const line = JSON.parse(await npx(live, "cutover", ...words, "--json"));
      say(`cutover ${words.join(" ")}: ${line.to ?? (line.ok ? "ok" : "not ok")}`);
      return line;
    };
    await npx(development, "cutover", "init");
    const current = join(project, "migrations/current.sql");
    await writeFile(current, `${await readFile(current, "utf8")}\n${TABLES}`);
    await npx(development, "graphile-migrate", "commit", "--message", "tables and core");
    await npx(development, "cutover", "new", "memo_to_note", "--legacy", "memo", "--new", "note");
    // A draft says so, until somebody has been through it. This one is right as it is.
    const definition = join(project, "cutovers/memo_to_note/cutover.json");
    const { draft, ...decided } = JSON.parse(await readFile(definition, "utf8"));
    if (draft === undefined) throw new Error("the draft does not say that it is one");
    await writeFile(definition, JSON.stringify(decided, null, 2));
    await npx(development, "cutover", "lint", "memo_to_note");
    await npx(development, "cutover", "compile", "memo_to_note");
    await npx(development, "graphile-migrate", "commit", "--message", "cutover");
    await cutover("migrate");
    await withClient(live, (client) =>
      client.query(
        "INSERT INTO public.memo SELECT i, 'memo ' || i FROM pg_catalog.generate_series(1, 100) AS i",
      ),
    );
    await cutover("advance", "memo_to_note");
    await cutover("backfill", "memo_to_note", "--local");
    for (let move = 0; move < 3; move++) {
      await cutover("drain", "memo_to_note");
      await cutover("verify", "memo_to_note");
      await cutover("advance", "memo_to_note");
    }
    await cutover("advance", "memo_to_note", "--to", "dropped");
    await mustEnd(live);
  } finally {
    await postgres.stop();
  }
}

async function mustEnd(url: string): Promise<void> {
  const { rows } = await withClient(url, (client) =>
    client.query(
      "SELECT (SELECT count(*)::int FROM public.note) AS notes, pg_catalog.to_regclass('public.memo') AS memo, phase FROM cutover.cutovers",
    ),
  );
  const found = JSON.stringify(rows);
  if (found !== '[{"notes":100,"memo":null,"phase":"dropped"}]')
    throw new Error(`the cutover ended as ${found}`);
  say("the cutover ended as it should: 100 notes, no memo, dropped");
}

function say(text: string): void {
  console.log(text);
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000).toLocaleString("en")} kB`;

if (import.meta.main) {
  const folder = await mkdtemp(join(tmpdir(), "pg-cutover-package-"));
  try {
    await checkPackage(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
