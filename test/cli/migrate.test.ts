import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCliProject } from "../helpers/cli-project.ts";
import { writeProjectFile } from "../helpers/project.ts";

/** graphile-migrate holds this lock while it migrates, and does not wait for it. */
const MIGRATE_LOCK = "4727445306447283";

test("migrate waits for another migrate, and gives up with 8 when it takes too long", async () => {
  const { cutover, db, folder, commit } = await createCliProject();
  await writeProjectFile(folder, ".gmrc", "{}\n");
  await writeProjectFile(folder, "migrations/committed/.gitkeep", "");
  await writeProjectFile(folder, "migrations/current.sql", "CREATE TABLE public.thing (id int);\n");
  await commit("thing");

  const other = await db.connect();
  await other.query(`SELECT pg_catalog.pg_advisory_lock(${MIGRATE_LOCK})`);
  expect(await cutover("migrate", "--wait", "0", "--json")).toMatchObject({
    code: 8,
    facts: {
      ok: false,
      error: { code: "CU411", message: expect.stringContaining("another migrate is at work: backend") },
    },
  });
  const waiting = cutover("migrate", "--json");
  // It has tried at least once when the note about it is written; our lock goes when its next session asks for it.
  await until(async () => {
    const { rows } = await db.pool.query(
      "SELECT count(*)::int AS others FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_catalog.pg_backend_pid()",
      [db.name],
    );
    return rows[0].others > 0;
  });
  await other.query(`SELECT pg_catalog.pg_advisory_unlock(${MIGRATE_LOCK})`);
  expect((await waiting).facts).toMatchObject({ ok: true, upToDate: true });
});

test("a migration that meets a lock is tried again, one whose hash is wrong is refused with 11", async () => {
  const { cutover, db, folder, commit } = await createCliProject();
  await writeProjectFile(folder, ".gmrc", "{}\n");
  await writeProjectFile(folder, "migrations/committed/.gitkeep", "");
  await writeProjectFile(
    folder,
    "migrations/current.sql",
    "SET LOCAL lock_timeout = '50ms';\nALTER TABLE IF EXISTS public.busy ADD COLUMN words text;\n",
  );
  await commit("busy");
  // As a database that has not seen this migration yet, with a writer in the way.
  await db.pool.query("TRUNCATE graphile_migrate.migrations; CREATE TABLE public.busy (id int)");
  const writer = await db.connect();
  await writer.query("BEGIN; INSERT INTO public.busy VALUES (1)");
  const blocked = await cutover("migrate", "--wait", "0", "--json");
  expect(blocked).toMatchObject({
    code: 8,
    facts: { error: { message: expect.stringContaining("lock timeout") } },
  });
  await writer.query("COMMIT");
  expect((await cutover("migrate")).stdout).toBe("1 migration run: 000001-busy.sql.\n");
  expect((await cutover("migrate")).stdout).toBe("Already up to date.\n");

  const file = join(folder, "migrations/committed/000001-busy.sql");
  const wrong = (await readFile(file, "utf8"))
    .replace("--! Message: busy\n", "")
    .replace(/^--! Hash: .*$/m, "--! Hash: sha1:0");
  await writeFile(join(folder, "migrations/committed/000002-wrong.sql"), wrong);
  const failed = await cutover("migrate", "--json");
  expect(failed).toMatchObject({ code: 11, facts: { ok: false, error: { code: "CU430" } } });
});

test("init writes the core once, and to a file of its own for other tools", async () => {
  const { cutover, folder } = await createCliProject();
  await cutover("init");
  expect((await cutover("init", "--json")).facts).toMatchObject({ core: [], written: [] });
  expect(await cutover("init", "--output", "core.sql")).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, "core.sql"), "utf8")).toMatch(
    /^-- cutover:begin \(core 000001-[\s\S]*CREATE SCHEMA IF NOT EXISTS cutover;/,
  );
});

async function until(fact: () => Promise<boolean>): Promise<void> {
  while (!(await fact())) {
    // Asked again at once: the question itself takes a round trip.
  }
}
