import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generate } from "../../scripts/generate.ts";
import { createProject, writeProjectFile } from "../helpers/project.ts";

async function projectWith(queries: Record<string, string>): Promise<string> {
  const root = await createProject([".gmrc", "pgtyped.config.json"]);
  await writeProjectFile(root, "migrations/committed/.gitkeep", "");
  await writeProjectFile(
    root,
    "migrations/current.sql",
    "CREATE TABLE public.note (id int NOT NULL, words text);\n",
  );
  for (const [path, text] of Object.entries(queries))
    await writeProjectFile(root, `src/queries/${path}`, text);
  return root;
}

const GOOD = "/* @name listNotes */\nSELECT id, words FROM public.note;\n";

test("a query file becomes a typed wrapper, and --check finds out when one of the two has changed", async () => {
  const root = await projectWith({ "notes.sql": GOOD });
  expect(await generate(root, true)).toEqual([expect.stringContaining("notes.queries.ts is not what")]);
  expect(await generate(root, false)).toEqual([]);
  const wrapper = await readFile(join(root, "src/generated/notes.queries.ts"), "utf8");
  expect(wrapper).toContain("words: string | null;");
  await writeProjectFile(root, "src/generated/orphan.queries.ts", "export {};\n");
  expect(await generate(root, true)).toEqual([expect.stringContaining("orphan.queries.ts is not what")]);
  expect(await readdir(join(root, "src"))).toEqual(["generated", "queries"]);
});

test("whatever pgtyped swallows is a failure, and nothing is written", async () => {
  const root = await projectWith({
    "notes.sql": GOOD,
    "column.sql": "/* @name a */ SELECT missing_column FROM public.note;",
    "type.sql": "/* @name b */ SELECT n FROM public.note AS n;",
    "syntax.sql": "/* @name c */ SELECT 1 AS",
    "anonymous.sql": "/* @name d */ SELECT 1, 2;",
    "empty.sql": "/* Nothing yet. */\n",
  });
  const problems = (await generate(root, false)).join("\n");
  expect(problems).toContain('"missing_column" does not exist');
  expect(problems).toContain("type 'note' is not supported");
  expect(problems).toContain("Errors:");
  expect(problems).toContain("anonymous column");
  expect(problems).toContain("src/queries/empty.sql: pgtyped made nothing of it");
  expect(await readdir(join(root, "src"))).toEqual(["queries"]);
});

test("two query files of one name are refused, since one would overwrite the other", async () => {
  const root = await projectWith({ "notes.sql": GOOD, "more/notes.sql": GOOD });
  expect(await generate(root, false)).toEqual([expect.stringContaining("the same base name")]);
});
