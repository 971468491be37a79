import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCliProject, PLAIN, plain } from "../helpers/cli-project.ts";

test("from an empty folder to dropped, by commands alone", async () => {
  const project = await createCliProject();
  const { db, cutover, commit } = project;
  const current = () => readFile(join(project.folder, "migrations/current.sql"), "utf8");
  const ok = async (...argv: string[]) => {
    const outcome = await cutover(...argv);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    return outcome;
  };

  // The application's tables and rows are there before us, outside of any migration.
  await db.pool.query(await plain.read("legacy.sql"));
  await db.pool.query(await plain.read("data.sql"));

  const init = await ok("init");
  expect(init.stdout).toContain("wrote .gmrc");
  expect(await current()).toMatch(/^-- cutover:begin \(core /);
  expect((await ok("init", "--json")).facts).toMatchObject({ ok: true, written: [], core: [] });
  const legacy = (await plain.read("legacy.sql")).replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS");
  await appendFile(
    join(project.folder, "migrations/current.sql"),
    `${legacy}\n${await plain.read("new.sql")}`,
  );
  await commit("core and tables");

  await plain.define(project.folder);
  expect((await ok("lint")).stdout).toBe(`${PLAIN}: no problems\n`);
  expect(await cutover("compile", "--check", "--json")).toMatchObject({
    code: 6,
    facts: { ok: false, error: { code: "CU408" } },
  });
  expect((await ok("compile", PLAIN)).stdout).toContain(`${PLAIN}: written (migrations/current.sql)`);
  await commit("the cutover");
  expect((await ok("compile", "--check", "--shadow", "--json")).facts).toMatchObject({
    compiled: [{ cutover: PLAIN, file: "migrations/committed/000002-the-cutover.sql", state: "up to date" }],
  });
  expect((await ok("migrate")).stdout).toBe("Already up to date.\n");
  expect((await ok("status")).stdout).toBe(`${PLAIN}  expanded\n`);

  await ok("advance", PLAIN);
  const refused = await cutover("advance", PLAIN);
  expect(refused).toMatchObject({ code: 4, stdout: "" });
  expect(refused.stderr).toBe(
    `cutover ${PLAIN}: gate backfill_complete says no to backfilled: no backfill has been started since sync was switched on (0 units)\n  → cutover backfill ${PLAIN}\n`,
  );
  expect((await ok("backfill", PLAIN, "--local", "--json")).facts).toMatchObject({
    state: "finished",
    done: 9,
    total: 9,
  });
  for (const phase of ["backfilled", "reads_switched", "writes_switched"]) {
    expect((await ok("verify", PLAIN)).stdout).toContain(": 0 drifted units, 0 pending.");
    expect((await ok("advance", PLAIN, "--to", phase)).stdout).toBe(`${PLAIN} is in ${phase}.\n`);
  }
  await db.pool.query("INSERT INTO public.note (heading) VALUES ('written on the new side')");
  const moved = await ok("advance", PLAIN, "--to", "dropped", "--json");
  expect(moved.facts.moves.map(({ to }: { to: string }) => to)).toEqual([
    "legacy_locked",
    "archived",
    "dropped",
  ]);

  expect((await db.pool.query("SELECT to_regclass('public.memo') AS memo")).rows).toEqual([{ memo: null }]);
  expect((await db.pool.query("SELECT count(*)::int AS notes FROM public.note")).rows).toEqual([
    { notes: 10 },
  ]);
  expect((await ok("status", PLAIN)).stdout).toContain(`${PLAIN} is in dropped`);
  expect(await cutover("rollback", PLAIN, "--json")).toMatchObject({
    code: 4,
    facts: { ok: false, error: { code: "CU013" } },
  });
});
