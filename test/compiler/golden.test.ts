import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.ts";
import { lintDefinition } from "../../src/lint/lint.ts";
import { caseNames, catalogOf, installCase, runMigration } from "../helpers/cutover-case.ts";

/** `UPDATE_GOLDEN=1 npm test -- test/compiler/golden.test.ts` writes what is compiled now; the diff is what a review reads. */
const UPDATE = process.env.UPDATE_GOLDEN === "1";

describe.each(await caseNames())("the golden SQL of %s", (name) => {
  test("is what is compiled, and runs", async () => {
    const found = await installCase(name);
    const path = join(found.folder, "expected.sql");
    if (UPDATE) await writeFile(path, found.compiled);
    expect(found.compiled).toBe(await readFile(path, "utf8"));
  });

  test("breaks no rule of lint", async () => {
    const found = await installCase(name);
    expect(await lintDefinition(found.definition, found.catalog)).toEqual([]);
  });

  test("is the same when compiled again, and may be run again", async () => {
    const found = await installCase(name);
    const again = compile(found.definition, await catalogOf(found.db, found.definition));
    expect(again).toBe(found.compiled);
    await runMigration(found.db, again);
    const { rows } = await found.db.pool.query("SELECT * FROM cutover.fingerprint_problems($1)", [
      found.definition.name,
    ]);
    expect(rows).toEqual([]);
  });

  test("gives PUBLIC nothing, and pins the search_path of all that runs with the owner's rights", async () => {
    const found = await installCase(name);
    const { rows } = await found.db.pool.query(
      `SELECT p.oid::regprocedure::text AS routine,
              pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE') AS public_may,
              p.prosecdef AND NOT coalesce(p.proconfig::text LIKE '%search_path=pg_catalog, pg_temp%', false) AS not_pinned
         FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname = 'cutover_' || $1`,
      [found.definition.name],
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => row.public_may || row.not_pinned)).toEqual([]);
  });
});
