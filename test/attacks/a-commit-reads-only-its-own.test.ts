import type pg from "pg";
import { describe, expect, test } from "vitest";
import { readsOf } from "../helpers/reads.ts";
import { createSmallCutover, type Phase, type SmallDatabase } from "../helpers/small-cutover.ts";

// The plans of a flush live as long as the session, and statistics may say anything: the tables were empty when it planned, or
// nobody has analyzed them since they grew. Whatever they say, a commit reads the rows of its own units: what others have in the
// same tables, waiting notes, their images and the quarantine included, must not make it slower.

const OTHERS = 1500;
/** A unit here has a handful of rows, and each is looked at from several sides. */
const MOST_READ = 120;

/** Ten sheets of one owner, to write to. */
const OWN =
  "INSERT INTO sheet (id, owner, day, marks) SELECT n, 'own', date '2026-01-01' + n::int, '{\"a\": 1, \"b\": 2}' FROM generate_series(1, 10) AS n";

async function othersComeAlong(db: SmallDatabase): Promise<void> {
  await db.rows(
    `INSERT INTO sheet (id, owner, day, marks)
     SELECT n, 'o' || n % 300, date '2020-01-01' + (n / 300)::int, '{"a": 1}' FROM generate_series(1001, ${1000 + OTHERS}) AS n`,
  );
  await db.drain();
  expect(await db.rows("SELECT count(*)::integer AS pages FROM page WHERE id > 1000")).toEqual([
    { pages: OTHERS },
  ]);
}

/** Units of others that wait, with the images of what was written, and as many in quarantine. */
async function othersWait(db: SmallDatabase): Promise<void> {
  await db.rows(
    `WITH waiting AS (SELECT n, format('("o%s",2019-01-01)', n) AS unit FROM generate_series(1, ${OTHERS}) AS n),
     noted AS (
       INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
       SELECT pg_current_xact_id(), 'small', 'forward', 'day', unit FROM waiting
     ), aside AS (
       INSERT INTO cutover.quarantine (cutover, direction, kind, unit, class, reason, rows)
       SELECT 'small', 'forward', 'day', replace(unit, 'o', 'aside'), 'quarantined', 'a reason', '[]' FROM waiting
     )
     INSERT INTO cutover.images (xid, cutover, table_name, key, image, feeds, belongs)
     SELECT pg_current_xact_id(), 'small', 'sheet', n::text, NULL, ARRAY['day:' || unit], ARRAY[format('sheet:(%s)', -n)] FROM waiting`,
  );
}

const LEGACY_WRITES: Record<string, string> = {
  "a cell": "UPDATE sheet SET marks = marks || '{\"a\": 5}' WHERE id = 1",
  "a row that is added":
    "INSERT INTO sheet (id, owner, day, marks) VALUES (900, 'own', '2026-03-01', '{\"c\": 1}')",
  "a row that goes": "DELETE FROM sheet WHERE id = 3",
  "a row that moves to another unit": "UPDATE sheet SET day = '2026-04-01' WHERE id = 4",
  "a row that gets another owner": "UPDATE sheet SET owner = 'heir' WHERE id = 5",
};
const NEW_WRITES: Record<string, string> = {
  "a mark": "UPDATE mark SET value = 7 WHERE page_id = 6 AND name = 'a'",
  "a page that goes": "DELETE FROM page WHERE id = 7",
};

async function expectFewReads(session: pg.Client, phase: Phase): Promise<void> {
  const writes = phase === "writes_switched" ? { ...LEGACY_WRITES, ...NEW_WRITES } : LEGACY_WRITES;
  const many: Record<string, unknown> = {};
  for (const [name, write] of Object.entries(writes)) {
    await session.query("BEGIN");
    await session.query(write);
    const reads = await readsOf(session, () => session.query("SELECT cutover.flush()"));
    await session.query("ROLLBACK");
    expect(Object.keys(reads), "the flush has read something").toContain("cutover.outbox");
    for (const [relation, read] of Object.entries(reads)) {
      if (read > MOST_READ) many[`${name}: ${relation}`] = read;
    }
  }
  expect({ phase, many }).toEqual({ phase, many: {} });
}

/** Every write once, so that the session has planned what they need. */
async function warm(session: pg.Client, phase: Phase): Promise<void> {
  for (const write of Object.values(
    phase === "writes_switched" ? { ...LEGACY_WRITES, ...NEW_WRITES } : LEGACY_WRITES,
  )) {
    await session.query(`BEGIN; ${write}; SELECT cutover.flush(); ROLLBACK`);
  }
}

const PHASES: readonly Phase[] = ["dual_write", "backfilled", "reads_switched", "writes_switched"];

describe.each(PHASES)("in %s a commit reads the rows of its own units", (phase) => {
  test("by plans that were made when the tables were empty", async () => {
    const db = await createSmallCutover({ data: OWN, phase });
    const session = await db.connect();
    await warm(session, phase);
    await othersComeAlong(db);
    await othersWait(db);
    await expectFewReads(session, phase);
  });

  test("by plans of full tables that nobody has analyzed", async () => {
    const db = await createSmallCutover({ data: OWN, phase });
    await othersComeAlong(db);
    await othersWait(db);
    await expectFewReads(await db.connect(), phase);
  });

  test("by plans of full tables", async () => {
    const db = await createSmallCutover({ data: OWN, phase });
    await othersComeAlong(db);
    await othersWait(db);
    await db.rows("ANALYZE");
    await expectFewReads(await db.connect(), phase);
  });
});
