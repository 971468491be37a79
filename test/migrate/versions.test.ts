import { expect, test } from "vitest";
import { coreParts } from "../../src/project/core-sql.ts";
import { createMigrateProject } from "./project.ts";

const block = (name: string) => `-- cutover:begin (core ${name})\nSELECT 1;\n-- cutover:end (core ${name})\n`;

test("a core schema that is newer than the package is refused with the line that mends it", async () => {
  const parts = (await coreParts()).map((part) => part.name).filter((name) => /^\d/.test(name));
  const project = await createMigrateProject([...parts, "000999-from-tomorrow"].map(block), { applied: 1 });
  expect(await project.cutover("migrate", "--json")).toMatchObject({
    code: 14,
    facts: {
      error: {
        code: "CU434",
        message: expect.stringContaining("000999-from-tomorrow"),
        hint: expect.stringContaining("npm install pg-cutover@"),
      },
    },
  });
  expect(await project.applied()).toEqual(["000001.sql"]);
});

test("the package's own core, and no core at all, are not refused", async () => {
  const parts = (await coreParts()).map((part) => part.name);
  expect((await (await createMigrateProject(parts.map(block))).cutover("migrate")).code).toBe(0);
  expect((await (await createMigrateProject(["SELECT 1;\n"])).cutover("migrate")).code).toBe(0);
});
