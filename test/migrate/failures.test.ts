import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCliProject } from "../helpers/cli-project.ts";
import { writeProjectFile } from "../helpers/project.ts";
import { createMigrateProject } from "./project.ts";

test("a failure shows file, line, column, caret, SQLSTATE and hint, placeholders and wide characters included", async () => {
  const project = await createMigrateProject(
    [
      "SELECT 1;\n",
      "-- 😀 counts as one character, and a placeholder as many as it has letters: :SHORT :LONG_NAME\nCREATE TABLE public.note (id int);\nSELECT '😀', ':LONG_NAME', idd\n  FROM public.note;\n",
    ],
    { settings: '{ placeholders: { ":SHORT": "a much longer text than its name", ":LONG_NAME": "x" } }\n' },
  );
  const failed = await project.cutover("migrate", "--json");
  expect(failed).toMatchObject({
    code: 9,
    facts: {
      ok: false,
      error: { code: "CU410", hint: expect.stringContaining("000001-step-1.sql ran before it and stays") },
      ran: ["000001-step-1.sql"],
      failure: {
        file: "migrations/committed/000002-step-2.sql",
        line: 7,
        column: 27,
        sqlstate: "42703",
        message: 'column "idd" does not exist',
        hint: expect.stringContaining("note.id"),
      },
    },
  });
  expect(failed.facts.error.message).toContain(
    [
      'migrations/committed/000002-step-2.sql:7:27: column "idd" does not exist (SQLSTATE 42703)',
      "  SELECT '😀', ':LONG_NAME', idd",
      `  ${" ".repeat(26)}^`,
    ].join("\n"),
  );
});

test("where Postgres names no place, it is that of the statement", async () => {
  const project = await createMigrateProject([
    "CREATE TABLE public.note (id int);\nINSERT INTO public.note VALUES (1), (1);\n-- one; too many\nALTER TABLE public.note\n  ADD UNIQUE (id);\n",
  ]);
  const failed = await project.cutover("migrate", "--json");
  expect(failed.facts.failure).toMatchObject({
    line: 8,
    column: 1,
    sqlstate: "23505",
    detail: "Key (id)=(1) is duplicated.",
  });
  const { rows } = await project.db.pool.query("SELECT pg_catalog.to_regclass('public.note') AS found");
  expect(rows).toEqual([{ found: null }]);
});

test("an error in a DO block comes with its context", async () => {
  const project = await createMigrateProject([
    "SELECT 1;\nDO $$\nBEGIN\n  RAISE EXCEPTION 'no such luck' USING HINT = 'try again';\nEND $$;\n",
  ]);
  expect((await project.cutover("migrate", "--json")).facts.failure).toMatchObject({
    line: 6,
    column: 1,
    sqlstate: "P0001",
    hint: "try again",
    where: expect.stringContaining("inline_code_block line 3 at RAISE"),
  });
});

test("what was included is named with its own line", async () => {
  const project = await createCliProject();
  const { folder } = project;
  await writeProjectFile(folder, ".gmrc", "{}\n");
  await writeProjectFile(folder, "migrations/committed/.gitkeep", "");
  await writeProjectFile(folder, "migrations/fixtures/inner.sql", "SELECT 1;\nSELECT 2;\nSELECT 3;\n");
  await writeProjectFile(
    folder,
    "migrations/fixtures/views/outer.sql",
    "SELECT 0;\n--!include inner.sql\nSELECT id\n  FROM public.note;\n",
  );
  await writeProjectFile(
    folder,
    "migrations/current.sql",
    "CREATE TABLE IF NOT EXISTS public.note (id int);\n--!include views/outer.sql\n",
  );
  await project.commit("included");
  // As a database in which the table was made by hand, and otherwise.
  await project.db.pool.query(
    "TRUNCATE graphile_migrate.migrations; ALTER TABLE public.note RENAME COLUMN id TO number",
  );
  expect((await project.cutover("migrate", "--json")).facts.failure).toMatchObject({
    included: { file: "views/outer.sql", line: 3 },
    column: 8,
  });
});

test("an action that fails is no failure of a migration", async () => {
  const project = await createMigrateProject(["SELECT 1;\n"], {
    settings: '{ beforeAllMigrations: [{ _: "command", command: "echo no-luck-today >&2; exit 3" }] }\n',
  });
  const failed = await project.cutover("migrate", "--json");
  expect(failed).toMatchObject({
    code: 9,
    facts: { error: { code: "CU410", message: expect.stringContaining("no-luck-today") } },
  });
});

test("an action behind the migrations that fails takes none of them along, and says so", async () => {
  const project = await createMigrateProject(
    ["CREATE TABLE public.one (id int);\n", "--! no-transaction\nCREATE TABLE public.two (id int);\n"],
    { settings: '{ afterAllMigrations: [{ _: "command", command: "exit 3" }] }\n' },
  );
  const failed = await project.cutover("migrate", "--json");
  expect(failed).toMatchObject({
    code: 9,
    facts: {
      error: { code: "CU410", hint: expect.stringContaining("ran and stay. Look at afterAllMigrations") },
      ran: project.files,
    },
  });
  expect(await project.applied()).toEqual(["000001.sql", "000002.sql"]);
  expect((await project.cutover("migrate", "--json")).facts).toMatchObject({ upToDate: true });
});

test("a constraint that speaks only at the commit fails its migration", async () => {
  const project = await createMigrateProject([
    "CREATE TABLE public.one (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO public.one VALUES (1), (1);\n",
  ]);
  const failed = await project.cutover("migrate", "--json");
  expect(failed).toMatchObject({
    code: 9,
    facts: { failure: { file: "migrations/committed/000001-step-1.sql", sqlstate: "23505" }, ran: [] },
  });
});

test("a statement timeout is no lock: it fails at once, with the option that gives more", async () => {
  const project = await createMigrateProject(["SELECT 1;\nSELECT pg_catalog.pg_sleep(60);\n"]);
  const failed = await project.cutover("migrate", "--statement-timeout", "0.2", "--json");
  expect(failed).toMatchObject({
    code: 9,
    facts: {
      error: { code: "CU410", hint: expect.stringContaining("--statement-timeout") },
      failure: { line: 6, sqlstate: "57014" },
    },
  });
  expect(failed.stderr).not.toContain("trying again");
});

test("settings that cannot be read, or are code, are told apart", async () => {
  const project = await createMigrateProject(["CREATE SCHEMA :NAME;\n"], { settings: "{ not json" });
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU439" } },
  });
  await rm(join(project.folder, ".gmrc"));
  await writeProjectFile(
    project.folder,
    ".gmrc.cjs",
    'console.log("a word on stdout");\nmodule.exports = { placeholders: { ":NAME": "app" } };\n',
  );
  expect(await project.cutover("migrate", "--json")).toMatchObject({ code: 0, facts: { ok: true } });
  const { rows } = await project.db.pool.query("SELECT pg_catalog.to_regnamespace('app') AS app");
  expect(rows).toEqual([{ app: "app" }]);
});
