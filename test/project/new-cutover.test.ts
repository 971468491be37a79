import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { loadDefinition } from "../../src/definition/load.ts";
import { checkDefinition } from "../../src/project/compile-project.ts";
import { projectAt } from "../../src/project/find.ts";
import { newCutover } from "../../src/project/new-cutover.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import { createProject } from "../helpers/project.ts";

async function projectWith(sql: string) {
  const db = await createCoreDatabase();
  await db.pool.query(sql);
  return { db, project: projectAt(await createProject([])) };
}

test("tables that are alike give a draft that lint accepts once somebody has been through it", async () => {
  const { db, project } = await projectWith(`
    CREATE TABLE public.item (id bigint PRIMARY KEY, name text NOT NULL, colour text);
    CREATE TABLE public."Item 2" ("Id" bigint PRIMARY KEY, name text NOT NULL, size int NOT NULL DEFAULT 0)`);
  const wanted = { name: "items", legacy: ["item"], new: ["public.Item 2"] };
  const files = await newCutover(project, wanted, db.url);
  expect(files).toEqual([
    "cutovers/items/cutover.json",
    "cutovers/items/forward/Item 2.sql",
    "cutovers/items/reverse/item.sql",
  ]);
  await expect(checkDefinition(project, "items", db.url)).rejects.toMatchObject({
    problems: [
      {
        file: "cutovers/items/cutover.json",
        rule: "draft-is-decided",
        message: expect.stringContaining(
          "this definition says of itself that it is a draft: units, keys and mappings",
        ),
      },
    ],
  });
  const config = `${project.cutovers}/items/cutover.json`;
  await writeFile(config, (await readFile(config, "utf8")).replace(/^ {2}"draft": .*\n/m, ""));
  const { definition } = await checkDefinition(project, "items", db.url);
  expect(definition.tables.map(({ name, keep }) => [name, keep])).toEqual([
    ["item", ["colour"]],
    ["Item 2", ["size"]],
  ]);
  expect(await readFile(`${project.root}/cutovers/items/forward/Item 2.sql`, "utf8")).toContain(
    'SELECT\n  item.id AS "Id",\n  item.name\n  FROM item\n',
  );
});

test("what cannot be guessed is asked for in the draft, which still has its form", async () => {
  const { db, project } = await projectWith(`
    CREATE TABLE public.sheet (id bigint PRIMARY KEY, payload jsonb NOT NULL);
    CREATE TABLE public.head (sheet_id bigint PRIMARY KEY, title text NOT NULL);
    CREATE TABLE public.line (sheet_id bigint, nr int, words text, PRIMARY KEY (sheet_id, nr))`);
  await newCutover(project, { name: "sheets", legacy: ["sheet"], new: ["head", "line"] }, db.url);
  const definition = await loadDefinition(`${project.cutovers}/sheets`, project.root);
  expect(definition.units.forward).toEqual([
    { direction: "forward", name: "head", columns: [{ name: "sheet_id", type: "bigint" }] },
  ]);
  const reverse = await readFile(`${project.cutovers}/sheets/reverse/sheet.sql`, "utf8");
  expect(reverse).toContain("NULL::jsonb AS payload -- what is it made of?");
  expect(reverse).toContain("FROM head -- how do they hang together?\n CROSS JOIN line");
});

test("a name that is taken, a name that cannot be one, and a table that is not there are refused", async () => {
  const { db, project } = await projectWith("CREATE TABLE public.item (id bigint PRIMARY KEY)");
  const draft = (name: string, table: string) =>
    newCutover(project, { name, legacy: [table], new: [table] }, db.url);
  await expect(draft("Items", "item")).rejects.toMatchObject({ code: "CU414", exitCode: 2 });
  await expect(draft("items", "nothing")).rejects.toMatchObject({
    code: "CU415",
    message: "the database has no table public.nothing",
  });
  await draft("items", "item");
  await expect(draft("items", "item")).rejects.toMatchObject({ code: "CU413" });
});
