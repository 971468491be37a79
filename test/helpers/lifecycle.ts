import { expect } from "vitest";
import {
  type CutoverCase,
  type InstalledCase,
  mappedRows,
  quote,
  readCaseFile,
  tableRows,
  yieldedOnly,
} from "./cutover-case.ts";
import { movesOf, PHASES, type Phase } from "./cutover-moves.ts";
import { createDatabase } from "./database.ts";

const started = new Date();

/**
 * Goes forward to a phase, with writes on the way as applications make them.
 *
 * @param before what was written on the way to where it stands now
 * @returns what has been written, as files of writes/ that say it in the old shape
 */
export async function forwardWithWrites(
  found: InstalledCase,
  to: Phase,
  before: readonly string[] = [],
): Promise<string[]> {
  const moves = movesOf(found);
  const reached = (phase: Phase) => PHASES.indexOf(to) >= PHASES.indexOf(phase);
  const run = async (file: string) => found.db.pool.query(await readCaseFile(found, `writes/${file}.sql`));
  const written = [...before];

  await moves.forwardTo("dual_write");
  if (!written.includes("legacy")) {
    await run("legacy");
    written.push("legacy");
  }
  if (reached("backfilled")) {
    await moves.forwardTo("backfilled");
    if (!written.includes("legacy-late"))
      expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(found, "new"));
  }
  if (reached("reads_switched")) await moves.forwardTo("reads_switched");
  if (reached("writes_switched")) {
    await moves.forwardTo("writes_switched");
    if (!written.includes("legacy-late")) {
      await run("legacy-late");
      await run("new");
      written.push("legacy-late", "new-as-legacy");
      await expectNoDrift(found);
      expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
        withoutClock(await legacyAfter(found, written)),
      );
    }
  }
  if (reached("legacy_locked") && PHASES.indexOf(await moves.phase()) < PHASES.indexOf("archived")) {
    await moves.forwardTo("legacy_locked");
    await expect(run("back")).rejects.toMatchObject({ code: "CU021" });
  }
  await moves.forwardTo(to);
  if (reached("legacy_locked") && !written.includes("new-late-as-legacy")) {
    await run("new-late");
    written.push("new-late-as-legacy");
  }
  return written;
}

export async function expectNoDrift(found: InstalledCase): Promise<void> {
  const verified = await movesOf(found).verify();
  expect(verified.differences).toEqual([]);
  expect(verified).toMatchObject({ driftedUnits: 0, fingerprintProblems: [] });
  for (const kinds of Object.values(verified.accounting)) {
    for (const classes of Object.values(kinds)) expect(Object.keys(classes)).toEqual(["in sync"]);
  }
}

/** The rows of the legacy tables after the same writes in a database that never heard of cutovers. */
export async function legacyAfter(found: CutoverCase, writes: readonly string[]) {
  const { db, definition } = await plainLegacy(found, writes);
  return tableRows({ db, definition }, "legacy");
}

async function plainLegacy(found: CutoverCase, writes: readonly string[]) {
  const db = await createDatabase();
  await db.pool.query(await readCaseFile(found, "legacy.sql"));
  for (const file of ["data", ...writes.map((write) => `writes/${write}`)]) {
    await db.pool.query(await readCaseFile(found, `${file}.sql`));
  }
  return { db, definition: found.definition };
}

/** The new tables hold what the mappings, simply run, make of legacy tables that never heard of cutovers. */
export async function expectNewSide(found: InstalledCase, writes: readonly string[]): Promise<void> {
  const plain = await plainLegacy(found, writes);
  await plain.db.pool.query(await readCaseFile(found, "new.sql"));
  expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(plain, "new"));
}

/** Nothing of the cutover stands in the catalog: no schema, function or trigger, and the legacy tables are gone. */
export async function expectNothingLeft(found: InstalledCase): Promise<void> {
  const { rows } = await found.db.pool.query(`
    SELECT 'schema' AS what, n.nspname::text AS name FROM pg_catalog.pg_namespace AS n
     WHERE n.nspname LIKE 'cutover\\_%' AND n.nspname <> 'cutover_jobs'
    UNION ALL
    SELECT 'trigger', g.tgname || ' on ' || g.tgrelid::regclass FROM pg_catalog.pg_trigger AS g
      JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
     WHERE NOT g.tgisinternal AND c.relnamespace <> 'cutover'::regnamespace
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
export function withoutClock(tables: Record<string, Record<string, string | null>[]>) {
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
