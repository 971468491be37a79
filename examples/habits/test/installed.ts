import { fileURLToPath } from "node:url";
import { compile } from "../../../src/compiler/compile.ts";
import { loadDefinition } from "../../../src/definition/load.ts";
import type { Definition } from "../../../src/definition/types.ts";
import { createCoreDatabase } from "../../../test/helpers/core.ts";
import { catalogOf, runMigration } from "../../../test/helpers/cutover-case.ts";
import { movesOf } from "../../../test/helpers/cutover-moves.ts";
import type { TestDatabase } from "../../../test/helpers/database.ts";
import { UNHURRIED } from "../../../test/helpers/small-cutover.ts";
import { read } from "./example.ts";

export interface InstalledHabits {
  readonly db: TestDatabase;
  readonly definition: Definition;
  readonly moves: ReturnType<typeof movesOf>;
}

/**
 * A database with the core, both shapes and the compiled cutover, in phase expanded.
 *
 * @param fill puts legacy rows in before the cutover is compiled
 */
export async function installHabits(fill: (db: TestDatabase) => Promise<unknown>): Promise<InstalledHabits> {
  const project = fileURLToPath(new URL("../", import.meta.url));
  const loaded = await loadDefinition(`${project}cutovers/habits`, project);
  const definition = { ...loaded, sync: { ...loaded.sync, ...UNHURRIED } };
  const db = await createCoreDatabase();
  await db.pool.query(read("schema/legacy.sql"));
  await db.pool.query(read("schema/new.sql"));
  await runMigration(db, read("schema/observe.sql"));
  await db.pool.query(read("writers/journal.sql"));
  await fill(db);
  await runMigration(db, compile(definition, await catalogOf(db, definition)));
  return { db, definition, moves: movesOf({ db, definition }) };
}
