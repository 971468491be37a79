import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CORE_VERSION } from "../../src/compiler/emit/register.ts";
import { withClient } from "../../src/db.ts";
import { coreVersion } from "../../src/engine/installation.ts";
import { coreParts, versionOf } from "../../src/project/core-sql.ts";
import { createDatabase } from "../helpers/database.ts";

test("the core is one text without includes that any tool can run", async () => {
  const parts = await coreParts();
  const sql = parts.map((part) => part.sql).join("\n");
  expect(sql).not.toMatch(/^--!/m);
  const db = await createDatabase();
  await withClient(db.url, (client) => client.query(`BEGIN;\n${sql}\nCOMMIT;`));
  // The database says which core it holds, and the compiler asks for none that there is not yet.
  const { rows } = await db.pool.query("SELECT cutover.core_version() AS version");
  expect(rows).toEqual([{ version: versionOf(parts) }]);
  expect(await coreVersion(db.url)).toBe(versionOf(parts));
  expect(CORE_VERSION).toBeLessThanOrEqual(versionOf(parts));
  expect(await coreVersion((await createDatabase()).url)).toBe(0);
});

test("committed migrations lose their headers and the marks of includes; a blank current.sql is no part", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pg-cutover-core-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "committed"));
  await writeFile(
    join(folder, "committed/000001-first.sql"),
    "--! Previous: -\n--! Hash: sha1:00\n\nSELECT 1;\n--! Included functions/id.sql\nSELECT 2;\n--! EndIncluded functions/id.sql\n",
  );
  await writeFile(join(folder, "current.sql"), "-- The migration in progress.\n");
  expect(await coreParts(folder)).toEqual([{ name: "000001-first", sql: "SELECT 1;\nSELECT 2;" }]);
  await mkdir(join(folder, "fixtures"));
  await writeFile(join(folder, "fixtures/more.sql"), "SELECT 3;\n");
  await writeFile(join(folder, "current.sql"), "-- Next.\n--!include more.sql\n");
  expect((await coreParts(folder))[1]).toEqual({ name: "current", sql: "-- Next.\nSELECT 3;" });
});
