import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { coreParts } from "../../src/project/core-sql.ts";
import { projectAt } from "../../src/project/find.ts";
import { initProject } from "../../src/project/init-project.ts";
import { catalogChanges, catalogSnapshot } from "../helpers/catalog-snapshot.ts";
import {
  type CliProject,
  createCliProject,
  createPlainProject,
  PLAIN,
  plain,
} from "../helpers/cli-project.ts";
import { loadCase } from "../helpers/cutover-case.ts";
import { movesOf } from "../helpers/cutover-moves.ts";
import { createDatabase } from "../helpers/database.ts";
import { createProject } from "../helpers/project.ts";

const current = (project: CliProject) => readFile(join(project.folder, "migrations/current.sql"), "utf8");

const ok = async (project: CliProject, ...argv: string[]) => {
  const outcome = await project.cutover(...argv);
  expect(outcome, outcome.stderr + outcome.stdout).toMatchObject({ code: 0 });
  return outcome;
};

/** A project whose chain holds the core, the tables and the cutover, all of it in the database too. */
async function createChain(): Promise<CliProject> {
  const project = await createCliProject();
  await ok(project, "init");
  const tables = `${await plain.read("legacy.sql")}\n${await plain.read("new.sql")}`;
  await writeFile(join(project.folder, "migrations/current.sql"), `${tables}\n${await current(project)}`);
  await project.commit("core and tables");
  await plain.define(project.folder);
  await ok(project, "compile");
  await project.commit("the cutover");
  return project;
}

const movesAt = async (project: CliProject) =>
  movesOf({ db: project.db, definition: (await loadCase("plain-1to1")).definition });

test("init says which databases it wants next", async () => {
  const project = await createCliProject();
  const { stdout } = await ok(project, "init");
  for (const variable of ["DATABASE_URL", "SHADOW_DATABASE_URL", "ROOT_DATABASE_URL"]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${variable} +\\S`, "m"));
  }
});

test("a cutover is removed by a migration, the toolkit by another, and both replay and may come again", async () => {
  const project = await createChain();
  expect(await project.cutover("uninstall", "--json")).toMatchObject({
    code: 4,
    facts: { ok: false, error: { code: "CU465", message: `cutovers are still there: ${PLAIN} (expanded)` } },
  });
  expect((await ok(project, "remove", PLAIN)).stdout).toBe(
    `${PLAIN}: its removal is written (migrations/current.sql)\nNext: review migrations/current.sql, graphile-migrate commit, then cutover migrate; then delete cutovers/${PLAIN}/.\n`,
  );
  expect(await current(project)).toContain(`SELECT cutover.remove('${PLAIN}', 'expanded');`);
  // Nothing has happened yet.
  expect((await ok(project, "status")).stdout).toBe(`${PLAIN}  expanded\n`);
  await ok(project, "uninstall");
  await project.commit("away with it");
  const { rows } = await project.db.pool.query(
    "SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname LIKE 'cutover%'",
  );
  expect(rows).toEqual([]);
  await project.db.pool.query("SELECT FROM public.memo, public.note");

  expect((await ok(project, "init", "--json")).facts.core).toEqual(
    (await coreParts()).map(({ name }) => name),
  );
  await project.commit("core again");
  expect(await project.cutover("compile", "--check", "--json")).toMatchObject({
    code: 6,
    facts: { error: { code: "CU408", message: `${PLAIN}: no migration holds its compiled SQL` } },
  });
  await ok(project, "compile");
  await project.commit("and the cutover again");
  expect((await ok(project, "status")).stdout).toBe(`${PLAIN}  expanded\n`);
});

test("a cutover that has been dropped is over: nothing to check, nothing to compile, and its removal replays from zero", async () => {
  const project = await createChain();
  await project.db.pool.query(await plain.read("data.sql"));
  const moves = await movesAt(project);
  await moves.forwardTo("archived");
  const check = async () => (await ok(project, "compile", "--check", "--json")).facts;
  expect(await check()).toMatchObject({
    ok: true,
    compiled: [{ cutover: PLAIN, file: null, state: "over" }],
  });
  await moves.forwardTo("dropped");
  expect(await check()).toMatchObject({
    ok: true,
    compiled: [{ cutover: PLAIN, file: null, state: "over" }],
  });
  expect((await ok(project, "compile", "--check")).stdout).toBe(`${PLAIN}: over\n`);
  expect(await project.cutover("compile", PLAIN, "--json")).toMatchObject({
    code: 4,
    facts: {
      error: { code: "CU466", message: expect.stringContaining("is in phase dropped in this database") },
    },
  });

  await ok(project, "remove", PLAIN);
  await project.commit("away with it");
  // graphile-migrate has just replayed it in a shadow database that knew no row: there legacy is gone as well.
  const shadow = project.env?.SHADOW_DATABASE_URL ?? "";
  for (const url of [shadow, project.db.url]) {
    const rows = await withClient(url, async (client) => {
      const found = await client.query(
        "SELECT to_regclass('public.memo') AS memo, (SELECT count(*)::int FROM cutover.cutovers) AS cutovers",
      );
      return found.rows;
    });
    expect(rows).toEqual([{ memo: null, cutovers: 0 }]);
  }
});

test("remove is refused in between and for what is not there, and writes nothing", async () => {
  const project = await createPlainProject();
  await ok(project, "advance", PLAIN);
  expect(await project.cutover("remove", PLAIN, "--json")).toMatchObject({
    code: 4,
    facts: {
      error: {
        code: "CU464",
        message: `cutover ${PLAIN} is in phase dual_write: it can be removed from expanded or dropped`,
      },
    },
  });
  expect(await project.cutover("remove", "nothing", "--json")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU011", hint: expect.stringContaining(PLAIN) } },
  });
  expect(await readdir(project.folder)).toEqual(["cutovers"]);
});

test("compile says what a changed mapping means, and refuses it once writes have moved", async () => {
  const project = await createPlainProject();
  const mapping = join(project.folder, `cutovers/${PLAIN}/forward/note.sql`);
  await ok(project, "compile");
  await ok(project, "advance", PLAIN);
  const before = await readFile(mapping, "utf8");
  await writeFile(mapping, before.replace("memo.title AS", "upper(memo.title) AS"));
  const path = `cutovers/${PLAIN}/forward/note.sql`;
  const { stdout } = await ok(project, "compile");
  expect(stdout).toContain(
    `${PLAIN}: ${path} changes, so every unit has to be backfilled and verified again.`,
  );
  await writeFile(mapping, before);

  const moves = await movesAt(project);
  await moves.forwardTo("writes_switched");
  await ok(project, "compile");
  const file = await current(project);
  await writeFile(mapping, before.replace("memo.title AS", "lower(memo.title) AS"));
  expect(await project.cutover("compile", "--json")).toMatchObject({
    code: 4,
    facts: {
      error: {
        code: "CU468",
        message: `cutover ${PLAIN} is in phase writes_switched in this database: ${path} cannot change there`,
        hint: expect.stringContaining("Roll back first"),
      },
    },
  });
  expect(await current(project)).toBe(file);
});

test("compile wants the core that its SQL needs", async () => {
  const project = await createCliProject();
  const [first] = await coreParts();
  await project.db.pool.query(first?.sql ?? "");
  for (const file of ["legacy.sql", "new.sql"]) await project.db.pool.query(await plain.read(file));
  await plain.define(project.folder);
  expect(await project.cutover("compile", "--json")).toMatchObject({
    code: 7,
    facts: {
      error: { code: "CU467", message: "the core in this database is of version 1, compiled SQL needs 2" },
    },
  });
});

test("what is not released of the core is renewed when it has changed", async () => {
  const project = projectAt(await createProject([]));
  const parts = (text: string) => [
    { name: "000001-first", sql: "SELECT 1;" },
    { name: "current", sql: text },
  ];
  await initProject(project.root, { parts: parts("SELECT 2;") });
  expect((await initProject(project.root, { parts: parts("SELECT 2;") })).core).toEqual([]);
  await expect(initProject(project.root, { parts: parts("SELECT 3;") })).rejects.toMatchObject({
    code: "CU406",
  });
  expect((await initProject(project.root, { parts: parts("SELECT 3;"), upgrade: true })).core).toEqual([
    "current",
  ]);
});

test("a file of --output leaves a database as one of the project's migrations does", async () => {
  const project = await createCliProject();
  const db = await createDatabase();
  await db.pool.query(`${await plain.read("legacy.sql")}\n${await plain.read("new.sql")}`);
  const before = await withClient(db.url, catalogSnapshot);
  await ok(project, "init", "--output", "core.sql");
  await db.pool.query(await readFile(join(project.folder, "core.sql"), "utf8"));
  await plain.define(project.folder);
  await ok(project, "compile", PLAIN, "--database-url", db.url, "--format", "plain", "--output", "one.sql");
  await db.pool.query(await readFile(join(project.folder, "one.sql"), "utf8"));
  await ok(project, "remove", PLAIN, "--database-url", db.url, "--output", "two.sql");
  await db.pool.query(await readFile(join(project.folder, "two.sql"), "utf8"));
  await ok(project, "uninstall", "--database-url", db.url, "--output", "three.sql");
  await db.pool.query(await readFile(join(project.folder, "three.sql"), "utf8"));
  expect(catalogChanges(before, await withClient(db.url, catalogSnapshot))).toEqual([]);
});
