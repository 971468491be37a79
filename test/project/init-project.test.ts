import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CorePart } from "../../src/project/core-sql.ts";
import { projectAt } from "../../src/project/find.ts";
import { initProject } from "../../src/project/init-project.ts";
import { createProject } from "../helpers/project.ts";

const first = { name: "000001-first", sql: "SELECT 1;" };
const second = { name: "000002-second", sql: "SELECT 2;" };

test("a project whose core is older is told so, and gets what is newer with --upgrade", async () => {
  const project = projectAt(await createProject([]));
  const init = (parts: readonly CorePart[], upgrade = false) => initProject(project.root, { parts, upgrade });
  expect(await init([first])).toEqual({
    format: "graphile",
    written: [".gmrc", ".gitattributes", "migrations/current.sql"],
    core: ["000001-first"],
  });
  // As graphile-migrate leaves it after a commit.
  const current = join(project.migrations, "current.sql");
  await writeFile(join(project.migrations, "committed/000001-core.sql"), await readFile(current, "utf8"));
  await writeFile(current, "-- Enter migration here\n");

  expect(await init([first])).toEqual({ format: "graphile", written: [], core: [] });
  await expect(init([first, second])).rejects.toMatchObject({
    code: "CU406",
    exitCode: 6,
    message: expect.stringContaining("000002-second is missing"),
  });
  expect((await init([first, second], true)).core).toEqual(["000002-second"]);
  expect(await readFile(current, "utf8")).toBe(
    "-- Enter migration here\n\n-- cutover:begin (core 000002-second)\nSELECT 2;\n-- cutover:end (core 000002-second)\n",
  );
});

test("what a project has already is left as it is", async () => {
  const project = projectAt(await createProject([]));
  await writeFile(join(project.root, ".gmrc.cjs"), "module.exports = {};\n");
  await writeFile(join(project.root, ".gitattributes"), "* text=auto\n");
  expect((await initProject(project.root, { parts: [first] })).written).toEqual(["migrations/current.sql"]);
  expect(await readFile(join(project.root, ".gitattributes"), "utf8")).toBe("* text=auto\n");
});
