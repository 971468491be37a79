import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withClient } from "../src/db.ts";
import { coreParts } from "../src/project/core-sql.ts";
import { catalogChanges, catalogSnapshot } from "./helpers/catalog-snapshot.ts";
import { type CliProject, createCliProject, PLAIN, plain } from "./helpers/cli-project.ts";
import { loadCase } from "./helpers/cutover-case.ts";
import { movesOf } from "./helpers/cutover-moves.ts";
import { createDatabase } from "./helpers/database.ts";
import { type SqlRunner, sqlRunners, statementsOf } from "./helpers/sql-runners.ts";

const SUPABASE = "supabase/migrations";

/** A folder without graphile-migrate, and a database with the tables of the smallest cutover. */
async function createPlainFolder(): Promise<CliProject & { run(runner: SqlRunner): Promise<string[]> }> {
  const project = await createCliProject();
  for (const file of ["legacy.sql", "new.sql", "data.sql"])
    await project.db.pool.query(await plain.read(file));
  const done = new Set<string>();
  return {
    ...project,
    /** What a migration tool does: runs the files that have not run, in their order. */
    async run(runner) {
      const folder = join(project.folder, SUPABASE);
      const files = (await readdir(folder)).filter((file) => !done.has(file)).sort();
      for (const file of files) {
        await runner.run(project.db.url, await readFile(join(folder, file), "utf8"), join(folder, file));
        done.add(file);
      }
      return files;
    },
  };
}

const ok = async (project: CliProject, ...argv: string[]) => {
  const outcome = await project.cutover(...argv, "--json");
  expect(outcome, outcome.stderr + outcome.stdout).toMatchObject({ code: 0 });
  return outcome.facts;
};

describe.each(sqlRunners())("by $name", (runner) => {
  test("a cutover goes from init to dropped and is removed, without graphile-migrate", async () => {
    const project = await createPlainFolder();
    const { db } = project;
    const before = await withClient(db.url, catalogSnapshot);
    await ok(project, "init", "--format", "plain", "--migrations", SUPABASE);
    await plain.define(project.folder);
    await project.run(runner);
    await ok(project, "compile");
    await project.run(runner);
    await movesOf({ db, definition: (await loadCase("plain-1to1")).definition }).forwardTo("dropped");

    await ok(project, "remove", PLAIN);
    await ok(project, "uninstall");
    expect(await project.run(runner)).toHaveLength(2);
    const changes = catalogChanges(before, await withClient(db.url, catalogSnapshot));
    expect(changes.filter((line) => line.startsWith("+"))).toEqual([]);
    expect((await db.pool.query("SELECT count(*)::int AS notes FROM public.note")).rows).toEqual([
      { notes: 9 },
    ]);
  });

  test("a changed mapping replaces the one that stands, and a second database gets both", async () => {
    const project = await createPlainFolder();
    await ok(project, "init", "--format", "plain", "--migrations", SUPABASE);
    await plain.define(project.folder);
    await project.run(runner);
    await ok(project, "compile");
    await project.run(runner);
    await ok(project, "advance", PLAIN);

    const mapping = join(project.folder, `cutovers/${PLAIN}/forward/note.sql`);
    await writeFile(
      mapping,
      (await readFile(mapping, "utf8")).replace("memo.title AS", "upper(memo.title) AS"),
    );
    const path = `cutovers/${PLAIN}/forward/note.sql`;
    expect(await project.cutover("compile", "--check")).toMatchObject({ code: 6 });
    expect(await ok(project, "compile")).toMatchObject({ compiled: [{ state: "written", changed: [path] }] });
    await project.run(runner);
    await project.db.pool.query("INSERT INTO public.memo (title, body) VALUES ('small', '')");
    expect(
      (await project.db.pool.query("SELECT heading FROM public.note WHERE heading = 'SMALL'")).rows,
    ).toHaveLength(1);

    const other = await createDatabase();
    for (const file of ["legacy.sql", "new.sql"]) await other.pool.query(await plain.read(file));
    const folder = join(project.folder, SUPABASE);
    for (const file of (await readdir(folder)).sort()) {
      await runner.run(other.url, await readFile(join(folder, file), "utf8"), join(folder, file));
    }
    const { rows } = await other.pool.query("SELECT phase, epoch FROM cutover.cutovers");
    expect(rows).toEqual([{ phase: "expanded", epoch: 1 }]);
  });
});

test("init and compile say what they write, and write nothing twice, until the cutover is over", async () => {
  const project = await createPlainFolder();
  const [runner] = sqlRunners() as [SqlRunner];
  expect(await ok(project, "init", "--format", "plain", "--migrations", SUPABASE)).toMatchObject({
    format: "plain",
    written: [
      "cutovers/project.json",
      expect.stringMatching(/^supabase\/migrations\/\d{14}_cutover_core\.sql$/),
    ],
  });
  expect(await ok(project, "init")).toMatchObject({ written: [], core: [] });
  await plain.define(project.folder);
  await project.run(runner);
  expect(await ok(project, "compile")).toMatchObject({ compiled: [{ cutover: PLAIN, state: "written" }] });
  expect(await ok(project, "compile")).toMatchObject({ compiled: [{ cutover: PLAIN, state: "unchanged" }] });
  expect(await ok(project, "compile", "--check")).toMatchObject({ compiled: [{ state: "up to date" }] });
  await project.run(runner);

  const { db } = project;
  const moves = movesOf({ db, definition: (await loadCase("plain-1to1")).definition });
  await moves.forwardTo("dual_write");
  await ok(project, "backfill", PLAIN, "--local");
  await ok(project, "verify", PLAIN);
  await moves.forwardTo("dropped");
  expect(await ok(project, "compile", "--check")).toMatchObject({
    compiled: [{ state: "over", file: null }],
  });
});

test("a plain file holds SQL and nothing else: no directive, no BEGIN, no COMMIT, no meta-command", async () => {
  const project = await createPlainFolder();
  await ok(project, "init", "--format", "plain", "--output", "migrations/0001_init/migration.sql");
  await project.db.pool.query(
    await readFile(join(project.folder, "migrations/0001_init/migration.sql"), "utf8"),
  );
  await plain.define(project.folder);
  await ok(project, "compile", PLAIN, "--output", "migrations/0002_cutover/migration.sql");
  for (const folder of ["0001_init", "0002_cutover"]) {
    const text = await readFile(join(project.folder, "migrations", folder, "migration.sql"), "utf8");
    expect(text).not.toMatch(/^--!|^\\/m);
    const own = statementsOf(text).map((statement) => statement.replace(/^(\s*--.*\n)+/, ""));
    expect(
      own.filter((statement) => /^\s*(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT)\b/i.test(statement)),
    ).toEqual([]);
    expect(own.length).toBeGreaterThan(30);
  }
  // Such folders are looked through as well.
  expect(await ok(project, "compile", "--check")).toMatchObject({
    compiled: [{ file: "migrations/0002_cutover/migration.sql", state: "up to date" }],
  });
});

test("statements that do not share a transaction are refused, and what stands goes on standing", async () => {
  const project = await createPlainFolder();
  const { db } = project;
  for (const part of await coreParts()) await db.pool.query(part.sql);
  await plain.define(project.folder);
  await ok(project, "compile", PLAIN, "--output", "one.sql");
  await db.pool.query(await readFile(join(project.folder, "one.sql"), "utf8"));
  await ok(project, "advance", PLAIN);
  const standing = async () =>
    (await db.pool.query("SELECT definition, fingerprint, trigger_stamp, epoch FROM cutover.cutovers")).rows;
  const before = { catalog: await withClient(db.url, catalogSnapshot), row: await standing() };

  // As a client does that sends statement by statement and goes on after an error.
  const codes: string[] = [];
  await withClient(db.url, async (client) => {
    for (const statement of statementsOf(await readFile(join(project.folder, "one.sql"), "utf8"))) {
      await client.query(statement).catch((error: { code: string }) => codes.push(error.code));
    }
  });
  expect(codes[0]).toBe("CU060");
  expect(codes.filter((code) => code === "CU060")).toHaveLength(4);
  expect(catalogChanges(before.catalog, await withClient(db.url, catalogSnapshot))).toEqual([]);
  expect(await standing()).toEqual(before.row);
  await db.pool.query("INSERT INTO public.memo (title, body) VALUES ('still synced', '')");
  expect((await db.pool.query("SELECT FROM public.note WHERE heading = 'still synced'")).rows).toHaveLength(
    1,
  );
});

test("the format is remembered, and another one is not taken by the way", async () => {
  const project = await createPlainFolder();
  await ok(project, "init", "--format", "plain");
  const refused = async (...argv: string[]) => (await project.cutover(...argv, "--json")).facts.error.code;
  expect(await refused("init", "--format", "graphile")).toBe("CU461");
  expect(await refused("init", "--migrations", "elsewhere")).toBe("CU461");
  await plain.define(project.folder);
  expect(await refused("compile", "--format", "graphile")).toBe("CU461");
  expect(await refused("compile", "--shadow")).toBe("CU463");
  expect(await refused("migrate")).toBe("CU463");
  expect(await refused("compile", "--output", "../elsewhere.sql")).toBe("CU462");
  expect(await project.cutover("compile", "--format", "odd", "--json")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU400" } },
  });
  await writeFile(join(project.folder, "cutovers/project.json"), '{"format": "plane"}');
  expect(await project.cutover("compile", "--json")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU460", message: expect.stringContaining("format: ") } },
  });
});

test("what is newer of the core comes in a file of its own, which runs last", async () => {
  const project = await createPlainFolder();
  await ok(project, "init", "--format", "plain", "--migrations", SUPABASE);
  const folder = join(project.folder, SUPABASE);
  const [file] = await readdir(folder);
  const first = (await coreParts())[0];
  // As an older version left it, on a machine whose clock was ahead.
  await mkdir(folder, { recursive: true });
  await rm(join(folder, file ?? ""));
  await writeFile(
    join(folder, "20991231235959_cutover_core.sql"),
    `-- cutover:begin (core ${first?.name})\n${first?.sql}\n-- cutover:end (core ${first?.name})\n`,
  );
  expect(await project.cutover("init", "--json")).toMatchObject({
    code: 6,
    facts: { error: { code: "CU406" } },
  });
  const upgraded = await ok(project, "init", "--upgrade");
  expect(upgraded.written).toEqual([`${SUPABASE}/20991231235960_cutover_core_upgrade.sql`]);
});
