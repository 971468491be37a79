import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../scripts/run-node.ts";
import { compile } from "../../src/compiler/compile.ts";
import { loadDefinition } from "../../src/definition/load.ts";
import type { Definition } from "../../src/definition/types.ts";
import { createCoreDatabase } from "./core.ts";
import { catalogOf, type InstalledCase, runMigration } from "./cutover-case.ts";
import type { TestDatabase } from "./database.ts";
import { writeProjectFile } from "./project.ts";
import { type SmallDatabase, withMoves } from "./small-cutover.ts";

const BALANCES = join(ROOT, "test/projections/balances");

/** One of the files of the example: `projection.json`, `tables.sql`, `<table>.sql`. */
export const balances = {
  folder: BALANCES,
  read: (file: string) => readFile(join(BALANCES, file), "utf8"),
};

/** Files of a projection's folder that are other ones, by name: text, or null for none. */
export type OtherFiles = Readonly<Record<string, string | null>>;

/** Reads the example as a project would hold it, with some files replaced. */
export async function loadBalances(files: OtherFiles = {}): Promise<Definition> {
  const own = ["projection.json", "running_balance.sql", "account_total.sql"];
  const read = await Promise.all(own.map(async (file) => [file, await balances.read(file)] as const));
  return loadProjectionFiles({ ...Object.fromEntries(read), ...files });
}

/** A definition from the texts of its files; its name is the one in projection.json. */
export async function loadProjectionFiles(files: OtherFiles): Promise<Definition> {
  const { name } = JSON.parse(files["projection.json"] ?? "{}");
  const project = await mkdtemp(join(tmpdir(), "pg-cutover-projection-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      if (text !== null) await writeProjectFile(project, `projections/${name}/${file}`, text);
    }
    return await loadDefinition(join(project, "projections", name), project);
  } finally {
    await rm(project, { recursive: true });
  }
}

/** The example in a database. */
export interface InstalledProjection extends InstalledCase {
  readonly db: SmallDatabase;
}

/** Compiles a definition against the database and runs the SQL there, as a migration of the user's would. */
export async function installDefinition(db: TestDatabase, definition: Definition): Promise<string> {
  const compiled = compile(definition, await catalogOf(db, definition));
  await runMigration(db, compiled);
  return compiled;
}

/**
 * Running balances and totals per account, from a log of events.
 *
 * @param options.data rows that are there before the projection is, as SQL; without any it is live at once
 */
export async function installBalances(
  options: { readonly data?: string; readonly files?: OtherFiles } = {},
): Promise<InstalledProjection> {
  const definition = await loadBalances(options.files);
  const db = withMoves(await createCoreDatabase({ searchPath: "public" }));
  await db.pool.query(await balances.read("tables.sql"));
  if (options.data !== undefined) await db.pool.query(options.data);
  const catalog = await catalogOf(db, definition);
  const compiled = compile(definition, catalog);
  await runMigration(db, compiled);
  return { name: "balances", folder: BALANCES, definition, db, catalog, compiled };
}
