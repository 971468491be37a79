import { describe, expect, test } from "vitest";
import { compile } from "../src/compiler/compile.ts";
import { isRetryable, withClient, withTransaction } from "../src/db.ts";
import { openQueue } from "../src/jobs/queue.ts";
import { createWorker } from "../src/jobs/worker.ts";
import { coreParts } from "../src/project/core-sql.ts";
import { catalogChanges, catalogSnapshot } from "./helpers/catalog-snapshot.ts";
import {
  type CutoverCase,
  caseNames,
  catalogOf,
  type InstalledCase,
  loadCase,
  quote,
  readCaseFile,
  runMigration,
} from "./helpers/cutover-case.ts";
import { movesOf, PHASES, type Phase } from "./helpers/cutover-moves.ts";
import { createDatabase, type TestDatabase } from "./helpers/database.ts";
import { createSmallCutover, installCutover, PEAK, SMALL } from "./helpers/small-cutover.ts";

/** A database as it was before us: the tables of a case with its rows, and somebody who may use them. */
async function databaseOf(found: CutoverCase): Promise<TestDatabase> {
  const db = await createDatabase();
  for (const file of ["legacy.sql", "new.sql", "data.sql"]) {
    await db.pool.query(await readCaseFile(found, file));
  }
  for (const table of found.definition.tables) {
    await db.pool.query(`GRANT SELECT, UPDATE ON ${quote(table.schema)}.${quote(table.name)} TO pg_monitor`);
  }
  return db;
}

async function install(
  db: TestDatabase,
  found: CutoverCase,
): Promise<Pick<InstalledCase, "db" | "definition">> {
  for (const part of await coreParts()) await runMigration(db, part.sql);
  await runMigration(db, compile(found.definition, await catalogOf(db, found.definition)));
  return { db, definition: found.definition };
}

/** Moves forward, and takes responsibility for units that a rule of the case keeps out. */
async function forwardTo(found: Pick<InstalledCase, "db" | "definition">, phase: Phase): Promise<void> {
  await movesOf(found).forwardTo("backfilled");
  await found.db.pool.query(
    "UPDATE cutover.quarantine SET accepted_by = 'me', accepted_at = pg_catalog.now()",
  );
  await movesOf(found).forwardTo(phase);
}

const snapshot = (db: TestDatabase) => withClient(db.url, catalogSnapshot);

describe.each(await caseNames())("the catalog of a database with the cutover %s", (name) => {
  test("is after remove and uninstall what it was before init", async () => {
    const found = await loadCase(name);
    const db = await databaseOf(found);
    const before = await snapshot(db);
    await install(db, found);
    expect(catalogChanges(before, await snapshot(db)).length).toBeGreaterThan(1000);

    await runMigration(db, `SELECT cutover.remove('${found.definition.name}');`);
    await runMigration(db, "SELECT cutover.uninstall();");
    expect(catalogChanges(before, await snapshot(db))).toEqual([]);
  });

  test("is so as well after all the way to archived and back, with a worker's queue", async () => {
    const found = await loadCase(name);
    const db = await databaseOf(found);
    const before = await snapshot(db);
    const installed = await install(db, found);
    await forwardTo(installed, "archived");
    await movesOf(installed).rollback();
    const queue = await openQueue(db.pool, { supervise: false });
    await queue.stop({ close: false, graceful: false });

    await runMigration(db, `SELECT cutover.remove('${found.definition.name}', 'expanded');`);
    await runMigration(db, "SELECT cutover.uninstall();");
    expect(catalogChanges(before, await snapshot(db))).toEqual([]);
  });

  test("has after dropped, remove and uninstall lost the legacy tables and gained nothing", async () => {
    const found = await loadCase(name);
    const db = await databaseOf(found);
    const legacy = found.definition.tables.filter((table) => table.side === "legacy");
    const without = await withClient(db.url, async (client) => {
      await client.query("BEGIN");
      await client.query(
        `DROP TABLE ${legacy.map((table) => `${quote(table.schema)}.${quote(table.name)}`).join(", ")}`,
      );
      const lines = await catalogSnapshot(client);
      await client.query("ROLLBACK");
      return lines;
    });
    await forwardTo(await install(db, found), "dropped");

    await runMigration(db, `SELECT cutover.remove('${found.definition.name}');`);
    await runMigration(db, "SELECT cutover.uninstall();");
    expect(catalogChanges(without, await snapshot(db))).toEqual([]);
  });
});

test("a cutover is removed from no phase in between, and uninstall waits for all of them", async () => {
  const db = await createSmallCutover({
    data: "INSERT INTO sheet (id, owner, day) VALUES (1, 'ann', '2025-01-01')",
  });
  await db.rows("SELECT cutover.remove('peak')");
  for (const phase of PHASES.slice(1, -1)) {
    await db.reach(phase);
    const before = await snapshot(db);
    await expect(db.rows("SELECT cutover.remove('small')"), phase).rejects.toMatchObject({
      code: "CU063",
      message: `cutover small is in phase ${phase}, it can be removed from expanded or dropped`,
      hint: expect.stringContaining("rollback small"),
    });
    await expect(db.rows("SELECT cutover.uninstall()"), phase).rejects.toMatchObject({
      code: "CU065",
      message: `cutovers are still there: small (${phase})`,
    });
    expect(catalogChanges(before, await snapshot(db))).toEqual([]);
    expect(await db.rows("SELECT phase FROM cutover.cutovers")).toEqual([{ phase }]);
  }
  await db.reach("dropped");
  await expect(db.rows("SELECT cutover.uninstall()")).rejects.toMatchObject({ code: "CU065" });
  await expect(db.rows("SELECT cutover.remove('small', 'expanded')")).rejects.toMatchObject({
    code: "CU063",
  });
  await expect(db.rows("SELECT cutover.remove('small', 'dual_write')")).rejects.toMatchObject({
    code: "CU013",
  });
  await db.rows("SELECT cutover.remove('small', 'dropped')");
  await expect(db.rows("SELECT cutover.remove('small')")).rejects.toMatchObject({ code: "CU011" });
  await db.rows("SELECT cutover.uninstall()");
});

test("nor in the middle of a move", async () => {
  const db = await createSmallCutover({ phase: "writes_switched" });
  await db.rows("SELECT cutover.enter_step('small', 'rollback:fenced')");
  await db.rows("UPDATE cutover.cutovers SET phase = 'expanded' WHERE name = 'small'");
  await expect(db.rows("SELECT cutover.remove('small')")).rejects.toMatchObject({
    code: "CU063",
    message: expect.stringContaining("expanded (rollback:fenced)"),
  });
});

test("no row about it is left but the events, and another of its name begins from nothing", async () => {
  const db = await createSmallCutover({
    data: `INSERT INTO sheet (id, owner, day, marks) VALUES (1, 'ann', '2025-01-01', '{"a": 1}'), (2, 'bob', '2025-01-01', '{"b": "no number"}')`,
    phase: "dual_write",
  });
  await db.drain();
  await db.rows("INSERT INTO sheet (id, owner, day) VALUES (3, 'cyd', '2025-01-01')");
  expect(await db.rows("SELECT unit FROM cutover.quarantine WHERE cutover = 'small'")).toHaveLength(1);
  await db.rows("SELECT cutover.rollback('small')");
  await db.rows("SELECT cutover.remove('small')");

  const tables = await db.rows<{ name: string }>(
    `SELECT c.relname AS name FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'cutover'::regnamespace AND c.relkind = 'r' AND a.attname = 'cutover'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables.filter((table) => table.name !== "events")) {
    expect(await db.rows(`SELECT FROM cutover.${name} WHERE cutover = 'small'`), name).toEqual([]);
  }
  const [removed] = await db.rows(
    "SELECT detail FROM cutover.events WHERE cutover = 'small' AND event = 'cutover_removed'",
  );
  expect(removed).toMatchObject({
    detail: { from: "expanded", moves: [{ to_phase: "dual_write" }, { to_phase: "expanded" }] },
  });

  await db.rows("DELETE FROM sheet WHERE id = 2");
  await withClient(db.pool, (client) => installCutover(client, SMALL));
  await db.reach("dropped");
  expect(await db.rows("SELECT id::int FROM page ORDER BY id")).toEqual([{ id: 1 }, { id: 3 }]);
});

test("the new tables are the application's own again", async () => {
  const db = await createSmallCutover();
  await expect(db.rows("INSERT INTO binder (owner) VALUES ('ann')")).rejects.toMatchObject({ code: "CU020" });
  await db.rows("SELECT cutover.remove('small')");
  await db.rows("INSERT INTO binder (owner) VALUES ('ann')");
});

test("what hangs on our schemas is named, and is not dropped with them", async () => {
  const db = await createSmallCutover();
  await db.rows("CREATE VIEW public.peek AS SELECT * FROM cutover_small.all_page");
  await expect(db.rows("SELECT cutover.remove('small')")).rejects.toMatchObject({
    code: "CU064",
    message: "the schema cutover_small cannot go: view public.peek hangs on it",
  });
  await expect(withClient(db.url, (client) => installCutover(client, SMALL))).rejects.toMatchObject({
    code: "CU064",
  });
  await db.rows("DROP VIEW public.peek");
  await db.rows("SELECT cutover.remove('small'), cutover.remove('peak')");

  await db.rows("ALTER TABLE binder ADD COLUMN code uuid DEFAULT cutover.id('a')");
  await expect(db.rows("SELECT cutover.uninstall()")).rejects.toMatchObject({
    code: "CU064",
    message: expect.stringContaining("default value for column code of table public.binder"),
  });
  await db.rows("ALTER TABLE binder ALTER COLUMN code DROP DEFAULT");
  await db.rows("SELECT cutover.uninstall()");
});

test("registered views, and triggers that call the core, have to go first", async () => {
  const db = await createSmallCutover();
  await db.rows("SELECT cutover.remove('small'), cutover.remove('peak')");
  await db.rows(
    "CREATE MATERIALIZED VIEW public.titles AS SELECT title, count(*) FROM public.sheet GROUP BY title",
  );
  const before = await snapshot(db);
  await db.rows("SELECT cutover.register_view('public.titles', '1 minute')");
  await expect(db.rows("SELECT cutover.uninstall()")).rejects.toMatchObject({
    code: "CU065",
    message: "views are still registered: public.titles",
  });
  await db.rows("SELECT cutover.unregister_view('public.titles')");
  expect(catalogChanges(before, await snapshot(db))).toEqual([]);
  await db.rows(
    "CREATE TRIGGER mine AFTER INSERT ON sheet FOR EACH STATEMENT EXECUTE FUNCTION cutover.mark_view_on_write('1')",
  );
  await expect(db.rows("SELECT cutover.uninstall()")).rejects.toMatchObject({
    code: "CU064",
    message: "the schema cutover cannot go: trigger mine on table public.sheet hangs on it",
  });
  await db.rows("DROP TRIGGER mine ON sheet");
  await db.rows("SELECT cutover.uninstall()");
});

test("an open writer holds the removal off, and is held up by it no longer than the lock timeout", async () => {
  const db = await createSmallCutover();
  const writer = await db.connect();
  await writer.query("BEGIN");
  await writer.query("INSERT INTO public.sheet (id, owner, day) VALUES (1, 'ann', '2025-01-01')");
  await expect(db.rows("SELECT cutover.remove('small')")).rejects.toMatchObject({ code: "55P03" });
  expect(await db.rows("SELECT FROM cutover.cutovers WHERE name = 'small'")).toHaveLength(1);
  await writer.query("COMMIT");
  await db.rows("SELECT cutover.remove('small')");
  expect(await db.rows("SELECT id::int FROM sheet")).toEqual([{ id: 1 }]);
});

test("a write of the new side that legacy does not hold stops it", async () => {
  const db = await createSmallCutover({ phase: "writes_switched" });
  const late = await db.connect();
  await late.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await late.query("INSERT INTO public.binder (owner) VALUES ('late')");
  await late.query("INSERT INTO public.page (id, owner, day, title) VALUES (7, 'late', '2025-01-01', 'x')");
  await late.query("COMMIT");
  // As a rollback leaves it when such a writer slips past its fence.
  await db.rows("UPDATE cutover.cutovers SET phase = 'expanded', step = NULL WHERE name = 'small'");
  await expect(db.rows("SELECT cutover.remove('small')")).rejects.toMatchObject({
    code: "CU063",
    message: "cutover small: 1 units were written on the new side and are not in the legacy tables",
  });
  await db.drain();
  await expect(db.rows("SELECT cutover.remove('small')")).rejects.toMatchObject({ code: "CU063" });
  await db.rows("UPDATE cutover.quarantine SET accepted_by = 'me', accepted_at = now()");
  await db.rows("SELECT cutover.remove('small')");
});

describe("a chain that removes a cutover from dropped", () => {
  const remove = (db: TestDatabase) =>
    withClient(db.pool, (client) =>
      withTransaction(client, {}, () => client.query("SELECT cutover.remove('small', 'dropped')")),
    );

  test("replays where it has never held a row, and drops the legacy tables there too", async () => {
    const db = await createSmallCutover();
    await remove(db);
    expect(await db.rows("SELECT to_regclass('public.sheet') AS legacy")).toEqual([{ legacy: null }]);
    expect(await db.rows("SELECT name FROM cutover.cutovers")).toEqual([{ name: "peak" }]);
  });

  test("is refused where rows have been", async () => {
    const db = await createSmallCutover({
      data: "INSERT INTO sheet (id, owner, day) VALUES (1, 'ann', '2025-01-01')",
    });
    await expect(remove(db)).rejects.toMatchObject({
      code: "CU063",
      message: "cutover small is in phase expanded, it can be removed from dropped",
    });
    await db.reach("dropped");
    await remove(db);
  });
});

test("a worker that runs while the toolkit goes fails, and brings nothing back", async () => {
  const db = await createSmallCutover();
  const failed: string[] = [];
  let failing = () => undefined as unknown;
  const fails = new Promise((resolve) => {
    failing = () => resolve(undefined);
  });
  const worker = await createWorker({
    database: db.url,
    onEvent: (event) => {
      if (event.event !== "error") return;
      failed.push(String(event.message));
      failing();
    },
  });
  await db.rows("SELECT cutover.remove('small'), cutover.remove('peak')");
  for (;;) {
    // It drains all the time, and a lock is not waited for longer than 100 ms.
    const done = await db.rows("SELECT cutover.uninstall()").then(
      () => true,
      (error) => !isRetryable(error) && Promise.reject(error),
    );
    if (done) break;
  }
  await fails;
  await worker.stop();
  expect(failed[0]).toContain("cutover");
  expect(await db.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cutover%'")).toEqual([]);
  await expect(createWorker({ database: db.url })).rejects.toMatchObject({ code: "CU905" });
  expect(await db.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'cutover%'")).toEqual([]);
});

test("uninstall leaves a schema of the queue's name alone when it is not our queue", async () => {
  const db = await createSmallCutover();
  await db.rows("DROP SCHEMA cutover_jobs CASCADE");
  await db.rows("CREATE SCHEMA cutover_jobs");
  await db.rows("CREATE TABLE cutover_jobs.job (id bigint)");
  await db.rows("SELECT cutover.remove('small'), cutover.remove('peak')");
  await db.rows("SELECT cutover.uninstall()");
  expect(await db.rows("SELECT to_regclass('cutover_jobs.job')::text AS job")).toEqual([
    { job: "cutover_jobs.job" },
  ]);
  await db.rows("DROP SCHEMA cutover_jobs CASCADE");
  // And comes back.
  for (const part of await coreParts()) await runMigration(db, part.sql);
  await withClient(db.pool, (client) => installCutover(client, PEAK));
});
