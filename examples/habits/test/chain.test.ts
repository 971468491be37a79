import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mustMigrate } from "../../../scripts/graphile-migrate.ts";
import { coreParts } from "../../../src/project/core-sql.ts";
import { cutover } from "../../../test/helpers/cli.ts";
import { createDatabase } from "../../../test/helpers/database.ts";
import { REQUEST_PARTS } from "../start/project.ts";
import { read } from "./example.ts";

// When one of these fails after a change: npm run build:chain, in examples/habits.

const EXAMPLE = fileURLToPath(new URL("../", import.meta.url));
const FILES = readdirSync(new URL("../migrations/committed/", import.meta.url)).sort();

test("the checked-in migrations are the shapes, the core and the compiled cutover, as they are now", async () => {
  expect(FILES).toEqual([
    "000001-legacy-shape.sql",
    "000002-new-shape.sql",
    "000003-pg-cutover-core.sql",
    "000004-cutover-habits.sql",
    "000005-idempotent-requests.sql",
  ]);
  const [legacy, shapes, core, , requests] = FILES.map((name) => read(`migrations/committed/${name}`));
  expect(legacy).toContain(read("schema/legacy.sql").trim());
  for (const shape of ["new", "observe"]) expect(shapes).toContain(read(`schema/${shape}.sql`).trim());
  for (const part of REQUEST_PARTS) expect(requests).toContain(read(`schema/${part}.sql`).trim());
  for (const { name, sql } of await coreParts()) expect(core?.includes(sql.trim()), name).toBe(true);
});

test("they replay from zero, and `compile --check` finds nothing to say", async () => {
  const db = await createDatabase();
  await mustMigrate({ database: db.url, project: EXAMPLE }, "migrate");
  const { rows } = await db.pool.query("SELECT FROM graphile_migrate.migrations");
  expect(rows).toHaveLength(FILES.length);

  const project = { folder: EXAMPLE, env: { DATABASE_URL: db.url } };
  const compiled = await cutover(project, "compile", "habits", "--check", "--json");
  expect(compiled.facts).toMatchObject({ ok: true, compiled: [{ state: "up to date" }] });
  const status = await cutover(project, "status", "habits", "--json");
  expect(status.facts).toMatchObject({ ok: true, phase: "expanded", fingerprintProblems: [] });
});
