import { describe, expect, test } from "vitest";
import {
  caseNames,
  type InstalledCase,
  installCase,
  loadCase,
  mappedRows,
  quote,
  readCaseFile,
  tableRows,
  yieldedOnly,
} from "./helpers/cutover-case.ts";
import { movesOf, PHASES, type Phase } from "./helpers/cutover-moves.ts";
import { createDatabase } from "./helpers/database.ts";

const started = new Date();
const HALF_WAY = [
  "dual_write",
  "backfilled",
  "reads_switched",
  "writes_switched",
  "legacy_locked",
  "archived",
] as const;

describe.each(await caseNames())("the cutover %s", (name) => {
  test("moves every row and write to the new side, and leaves nothing of ours behind", async () => {
    const found = await installCase(name);
    const written = await forwardWithWrites(found, "dropped");
    await expectNewSide(found, written);
    await expectNothingLeft(found);
  });

  test.each(HALF_WAY)(
    "comes back from %s without losing a write, and goes forward again to the end",
    async (phase) => {
      const found = await installCase(name);
      const moves = movesOf(found);
      const written = await forwardWithWrites(found, phase);
      await moves.rollback();
      expect(await moves.phase()).toBe("expanded");
      expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
        withoutClock(await legacyAfter(name, written)),
      );

      // Legacy is the truth again: the application writes it, and nothing else may write the new side.
      await found.db.pool.query(await readCaseFile(found, "writes/back.sql"));
      for (const table of found.definition.tables.filter(({ side }) => side === "new")) {
        const write = found.db.pool.query(`DELETE FROM ${quote(table.schema)}.${quote(table.name)}`);
        await expect(write).rejects.toMatchObject({ code: "CU020" });
      }
      await moves.forwardTo("dropped");
      await expectNewSide(found, [...written, "back"]);
      await expectNothingLeft(found);
    },
  );

  test("ends the same when all sync is left to the drainer", async () => {
    const found = await installCase(name);
    await found.db.pool.query(
      `UPDATE cutover.cutovers SET definition = pg_catalog.jsonb_set(definition, '{sync,mode}', '"queued"')`,
    );
    const moves = movesOf(found);
    await moves.forwardTo("dual_write");
    await found.db.pool.query(await readCaseFile(found, "writes/legacy.sql"));
    await moves.forwardTo("writes_switched");
    await found.db.pool.query(await readCaseFile(found, "writes/legacy-late.sql"));
    await found.db.pool.query(await readCaseFile(found, "writes/new.sql"));
    await moves.rollback();
    expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
      withoutClock(await legacyAfter(name, ["legacy", "legacy-late", "new-as-legacy"])),
    );
  });

  test.each(["legacy_locked", "archived"] as const)(
    "keeps legacy as it is once reverse sync has ended, and comes back from %s with every write",
    async (phase) => {
      const found = await installCase(name);
      const moves = movesOf(found);
      const written = await forwardWithWrites(found, "writes_switched");
      await moves.forwardTo("legacy_locked");
      await found.db.pool.query("SELECT cutover.end_reverse_sync($1)", [found.definition.name]);
      const before = await tableRows(found, "legacy");
      await found.db.pool.query(await readCaseFile(found, "writes/new-late.sql"));
      expect(await tableRows(found, "legacy")).toEqual(before);
      await moves.forwardTo(phase);

      await moves.rollback();
      expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
        withoutClock(await legacyAfter(name, [...written, "new-late-as-legacy"])),
      );
    },
  );
});

/**
 * Goes forward to a phase, with writes on the way as applications make them.
 *
 * @returns what has been written, as files of writes/ that say it in the old shape
 */
async function forwardWithWrites(found: InstalledCase, to: Phase): Promise<string[]> {
  const moves = movesOf(found);
  const reached = (phase: Phase) => PHASES.indexOf(to) >= PHASES.indexOf(phase);
  const run = async (file: string) => found.db.pool.query(await readCaseFile(found, `writes/${file}.sql`));
  const written: string[] = [];

  await moves.forwardTo("dual_write");
  await run("legacy");
  written.push("legacy");
  if (reached("backfilled")) {
    await moves.forwardTo("backfilled");
    expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(found, "new"));
  }
  if (reached("reads_switched")) await moves.forwardTo("reads_switched");
  if (reached("writes_switched")) {
    await moves.forwardTo("writes_switched");
    await run("legacy-late");
    await run("new");
    written.push("legacy-late", "new-as-legacy");
    await expectNoDrift(found);
    expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
      withoutClock(await legacyAfter(found.name, written)),
    );
  }
  if (reached("legacy_locked")) {
    await moves.forwardTo("legacy_locked");
    await expect(run("back")).rejects.toMatchObject({ code: "CU021" });
  }
  await moves.forwardTo(to);
  if (reached("legacy_locked")) {
    await run("new-late");
    written.push("new-late-as-legacy");
  }
  return written;
}

async function expectNoDrift(found: InstalledCase): Promise<void> {
  const verified = await movesOf(found).verify();
  expect(verified.differences).toEqual([]);
  expect(verified).toMatchObject({ driftedUnits: 0, fingerprintProblems: [] });
  for (const kinds of Object.values(verified.accounting)) {
    for (const classes of Object.values(kinds)) expect(Object.keys(classes)).toEqual(["in sync"]);
  }
}

/** The rows of the legacy tables after the same writes in a database that never heard of cutovers. */
async function legacyAfter(name: string, writes: readonly string[]) {
  const { db, definition } = await plainLegacy(name, writes);
  return tableRows({ db, definition }, "legacy");
}

async function plainLegacy(name: string, writes: readonly string[]) {
  const found = await loadCase(name);
  const db = await createDatabase();
  await db.pool.query(await readCaseFile(found, "legacy.sql"));
  for (const file of ["data", ...writes.map((write) => `writes/${write}`)]) {
    await db.pool.query(await readCaseFile(found, `${file}.sql`));
  }
  return { db, definition: found.definition };
}

/** The new tables hold what the mappings, simply run, make of legacy tables that never heard of cutovers. */
async function expectNewSide(found: InstalledCase, writes: readonly string[]): Promise<void> {
  const plain = await plainLegacy(found.name, writes);
  await plain.db.pool.query(await readCaseFile(found, "new.sql"));
  expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(plain, "new"));
}

/** Nothing of the cutover stands in the catalog: no schema, function or trigger, and the legacy tables are gone. */
async function expectNothingLeft(found: InstalledCase): Promise<void> {
  const { rows } = await found.db.pool.query(`
    SELECT 'schema' AS what, n.nspname::text AS name FROM pg_catalog.pg_namespace AS n WHERE n.nspname LIKE 'cutover\\_%'
    UNION ALL
    SELECT 'trigger', g.tgname || ' on ' || g.tgrelid::regclass FROM pg_catalog.pg_trigger AS g
     WHERE NOT g.tgisinternal AND g.tgrelid <> 'cutover.head'::regclass
    UNION ALL
    SELECT 'note', o.kind || ' ' || o.unit FROM cutover.outbox AS o
    UNION ALL
    SELECT 'image', i.table_name || ' ' || i.key FROM cutover.images AS i`);
  expect(rows).toEqual([]);
  for (const table of found.definition.tables.filter(({ side }) => side === "legacy")) {
    const gone = await found.db.pool.query("SELECT pg_catalog.to_regclass($1) IS NULL AS gone", [
      `${quote(table.schema)}.${quote(table.name)}`,
    ]);
    expect(gone.rows).toEqual([{ gone: true }]);
  }
}

/** Columns that a default filled from the clock during this test: when exactly is not the question. */
function withoutClock(tables: Record<string, Record<string, string | null>[]>) {
  const recent = (value: string | null) =>
    value !== null && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00$/.test(value) && new Date(value) >= started
      ? "by the clock"
      : value;
  return Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => [
      name,
      rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([column, value]) => [column, recent(value)])),
      ),
    ]),
  );
}
