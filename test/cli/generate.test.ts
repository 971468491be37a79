import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { createCliProject } from "../helpers/cli-project.ts";
import { writeProjectFile } from "../helpers/project.ts";

const CONFIG = {
  transforms: [{ mode: "sql", include: "**/*.sql", emitTemplate: "src/generated/{{name}}.queries.ts" }],
  srcDir: "./src/queries/",
};

test("generate writes wrappers of the user's queries, and fails where pgtyped would not", async () => {
  const { cutover, db, folder } = await createCliProject();
  await db.pool.query("CREATE TABLE public.thing (id int NOT NULL, words text)");
  await writeProjectFile(folder, "package.json", "{}\n");
  expect(await cutover("generate", "--json")).toMatchObject({ code: 2, facts: { error: { code: "CU416" } } });
  await writeProjectFile(folder, "pgtyped.config.json", JSON.stringify(CONFIG));
  await writeProjectFile(
    folder,
    "src/queries/things.sql",
    "/* @name listThings */\nSELECT id, words FROM public.thing;\n",
  );
  expect(await cutover("generate", "--json")).toMatchObject({ code: 2, facts: { error: { code: "CU418" } } });
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");

  expect(await cutover("generate", "--check", "--json")).toMatchObject({
    code: 6,
    facts: { error: { code: "CU419" } },
  });
  expect(await cutover("generate")).toMatchObject({ code: 0, stdout: "The wrappers are written.\n" });
  expect(await cutover("generate", "--check")).toMatchObject({
    code: 0,
    stdout: "The wrappers are up to date.\n",
  });
  await writeProjectFile(
    folder,
    "src/queries/things.sql",
    "/* @name listThings */\nSELECT id, no_such FROM public.thing;\n",
  );
  expect(await cutover("generate", "--json")).toMatchObject({
    code: 9,
    facts: { error: { code: "CU420", message: expect.stringContaining("no_such") } },
  });
});
