import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { dumpSchema } from "../scripts/dump-schema.ts";
import { applyChain, graphileMigrate, mustMigrate } from "../scripts/graphile-migrate.ts";
import { ROOT } from "../scripts/run-node.ts";
import { withClient } from "../src/db.ts";
import { createCoreDatabase } from "./helpers/core.ts";
import { createDatabase, type TestDatabase } from "./helpers/database.ts";
import { createProject } from "./helpers/project.ts";

const MIGRATIONS = join(ROOT, "migrations");
/** `graphile-migrate status` answers in bits: 1 is "pending", 2 is "current.sql is not empty", which is no fault. */
const PENDING = 1;

const dump = (db: TestDatabase) => withClient(db.url, (client) => dumpSchema(client, "cutover"));

test("the chain replays from zero, and a second time changes nothing", async () => {
  const db = await createDatabase();
  await applyChain({ database: db.url });
  const first = await dump(db);
  expect(await mustMigrate({ database: db.url }, "migrate")).toMatch(/up to date/i);
  expect(await dump(db)).toBe(first);
  expect((await graphileMigrate({ database: db.url }, "status")).code & PENDING).toBe(0);
});

test("reset makes the same database again", async () => {
  const db = await createDatabase();
  await applyChain({ database: db.url });
  const before = await dump(db);
  const target = { database: db.url, root: inject("postgresUrl") };
  await mustMigrate(target, "reset", "--erase");
  await mustMigrate(target, "current");
  expect(await dump(db)).toBe(before);
});

test("committing the migration in progress makes the same database as running it", async () => {
  const project = await createProject([".gmrc", "migrations"]);
  const db = await createDatabase();
  await db.pool.end();
  const target = { database: db.url, shadow: `${db.url}_shadow`, root: inject("postgresUrl"), project };
  const hasCurrent = ((await graphileMigrate(target, "status", "--skipDatabase")).code & 2) !== 0;
  if (hasCurrent) await mustMigrate(target, "commit", "--message", "in progress");
  else await mustMigrate(target, "migrate");
  expect((await graphileMigrate(target, "status")).code).toBe(0);
  expect(await dump(db)).toBe(await dump(await createCoreDatabase()));
  await withClient(inject("postgresUrl"), (client) =>
    client.query(`DROP DATABASE IF EXISTS ${db.name}_shadow`),
  );
});

test("every replaceable object in the database is the one in its file", async () => {
  const db = await createCoreDatabase();
  await withClient(db.url, async (client) => {
    const before = await definitions(client);
    // An edited function that current.sql does not include again would stay as it was in everybody's database.
    await client.query("SET search_path TO pg_catalog; SET check_function_bodies TO off");
    for (const file of await fixtureFiles()) await client.query(await readFile(file, "utf8"));
    expect(await definitions(client)).toEqual(before);
  });
});

// What the catalog prints differs a little from one major version to the next: the dump is that of the newest one.
if (inject("postgresVersion") >= 180000) {
  test("migrations/schema.sql is what the chain makes", async () => {
    const text = await readFile(join(MIGRATIONS, "schema.sql"), "utf8");
    expect(await dump(await createCoreDatabase()), "run: node scripts/migrations.ts dump").toBe(text);
  });
}

async function fixtureFiles(): Promise<string[]> {
  const entries = await readdir(join(MIGRATIONS, "fixtures"), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.name.endsWith(".sql"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Every function, procedure and view of the schema, as text. */
async function definitions(client: Parameters<typeof dumpSchema>[0]): Promise<string[]> {
  const { rows } = await client.query<{ text: string }>(`
    SELECT pg_catalog.pg_get_functiondef(p.oid) AS text
    FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'cutover'::pg_catalog.regnamespace AND p.prokind <> 'a'
    UNION ALL
    SELECT c.relname || ': ' || pg_catalog.pg_get_viewdef(c.oid)
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = 'cutover'::pg_catalog.regnamespace AND c.relkind = 'v'
    ORDER BY text`);
  return rows.map((row) => row.text);
}
