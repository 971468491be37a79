import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashOf, readCommittedFiles } from "../../src/migrate/committed-files.ts";
import { createCliProject } from "../helpers/cli-project.ts";
import { writeProjectFile } from "../helpers/project.ts";
import { createMigrateProject, renameCommitted } from "./project.ts";

const THREE = [
  "CREATE TABLE public.one (id int);\n",
  "CREATE TABLE public.two (id int);\n",
  "CREATE TABLE public.three (id int);\n",
];

test("our hash is graphile-migrate's", async () => {
  const project = await createCliProject();
  await writeProjectFile(project.folder, ".gmrc", "{}\n");
  await writeProjectFile(project.folder, "migrations/committed/.gitkeep", "");
  for (const sql of ["\n\n  SELECT 'ä';\n\n", "--! no-transaction\nSELECT 1;\n"]) {
    await writeProjectFile(project.folder, "migrations/current.sql", sql);
    await project.commit("step");
  }
  const { files } = await readCommittedFiles(join(project.folder, "migrations"));
  expect(files.map(hashOf)).toEqual(files.map((file) => file.hash));
  expect(files.map((file) => file.noTransaction)).toEqual([false, true]);
  expect(files.map((file) => file.text.slice(file.bodyStart).trim())).toEqual(
    files.map((file) => file.body.trim()),
  );
});

test("a file altered after it was applied is named, and nothing is run", async () => {
  const project = await createMigrateProject(THREE, { applied: 2 });
  const [, second = ""] = project.files;
  await project.write(second, (await project.committed(second)).replace("public.two", "public.twice"));
  const refused = await project.cutover("migrate", "--json");
  expect(refused).toMatchObject({
    code: 11,
    facts: {
      ok: false,
      error: {
        code: "CU430",
        message: expect.stringContaining(`${second} was altered after it was applied`),
      },
    },
  });
  expect(await project.applied()).toEqual(["000001.sql", "000002.sql"]);
});

test("a file that was replaced together with its hash is not the one applied", async () => {
  const project = await createMigrateProject(THREE, { applied: 3 });
  const [, , third = ""] = project.files;
  const { files } = await readCommittedFiles(join(project.folder, "migrations"));
  const found = files[2];
  if (found === undefined) throw new Error("three files");
  const body = found.body.replace("three", "thrice");
  const text = found.text.replace("three", "thrice").replace(found.hash ?? "", hashOf({ ...found, body }));
  await project.write(third, text);
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 11,
    facts: {
      error: { code: "CU430", message: expect.stringContaining(`${third} is another than the one applied`) },
    },
  });
});

test("a pending file that was altered is refused before those in front of it run", async () => {
  const project = await createMigrateProject(THREE, { applied: 1 });
  const [, , third = ""] = project.files;
  await project.write(third, `${await project.committed(third)}-- more\n`);
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 11,
    facts: { error: { message: expect.stringContaining(`${third} was altered after it was committed`) } },
  });
  expect(await project.applied()).toEqual(["000001.sql"]);
});

test("AllowInvalidHash lets an altered file be", async () => {
  const project = await createMigrateProject(THREE, { applied: 2 });
  const [first = ""] = project.files;
  const text = await project.committed(first);
  await project.write(
    first,
    text.replace(/^(--! Hash: .*)$/m, "$1\n--! AllowInvalidHash").replace("(id int)", "(id bigint)"),
  );
  expect(await project.cutover("migrate")).toMatchObject({ code: 0 });
  expect(await project.applied()).toEqual(["000001.sql", "000002.sql", "000003.sql"]);
});

test("a file that is applied and missing, or renamed, is named", async () => {
  const project = await createMigrateProject(THREE, { applied: 3 });
  const [, , third = ""] = project.files;
  await renameCommitted(project, third, "000004-step-3.sql");
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 11,
    facts: {
      error: {
        code: "CU431",
        message: expect.stringContaining(
          "000004-step-3.sql was renamed: the database holds it as 000003.sql",
        ),
      },
    },
  });
  await rm(join(project.folder, "migrations/committed/000004-step-3.sql"));
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 11,
    facts: { error: { code: "CU431", message: expect.stringContaining("000003.sql is in the database") } },
  });
});

test("a migration that graphile-migrate would pass over is refused", async () => {
  const project = await createMigrateProject(THREE);
  await project.cutover("migrate");
  await project.db.pool.query(
    "ALTER TABLE graphile_migrate.migrations DROP CONSTRAINT migrations_previous_hash_fkey; DELETE FROM graphile_migrate.migrations WHERE filename = '000002.sql'",
  );
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 11,
    facts: {
      error: {
        code: "CU431",
        message: expect.stringContaining(`${project.files[1]} would be passed over`),
      },
    },
  });
});

test("two files of one number, line ends of Windows and a name of its own are each said", async () => {
  const project = await createMigrateProject(THREE, { applied: 1 });
  const [, second = ""] = project.files;
  const text = await project.committed(second);
  await project.write("notes.sql", "SELECT 1;\n");
  expect((await project.cutover("migrate")).stderr).toContain("committed/notes.sql is never run");

  await project.write("000002-other.sql", text);
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 11,
    facts: {
      error: { message: expect.stringContaining("000002-other.sql and 000002-step-2.sql have one number") },
    },
  });
  await rm(join(project.folder, "migrations/committed/000002-other.sql"));
  await project.write(second, text.replaceAll("\n", "\r\n"));
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 11,
    facts: { error: { message: expect.stringContaining(`${second} has the line ends of Windows`) } },
  });
});
