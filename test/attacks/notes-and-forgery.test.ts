import { expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome } from "../traps/sessions.ts";

// A note in a setting is lost by a 0-row statement, by RESET ALL, or by whoever sets it; no setting carries or switches anything
// here. The application's role needs no right on anything of ours, and gains none.

const DATA = `INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'a'), (2, 'bob', '2026-01-05', 'b')`;

/** A role of this test that may write the application's tables and owns nothing. */
async function createClerk(db: SmallDatabase): Promise<{ role: string; url: string }> {
  const role = `clerk_${db.name}`.slice(0, 63);
  await db.rows(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  await db.rows(
    `GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON sheet, page, mark, binder, score TO ${role}`,
  );
  await db.rows(`GRANT USAGE ON SCHEMA public TO ${role}; GRANT TEMPORARY ON DATABASE ${db.name} TO ${role}`);
  return { role, url: db.urlOf(role, "secret") };
}
async function dropClerk(db: SmallDatabase, role: string): Promise<void> {
  await db.rows(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
}

test("a role that owns nothing and may do nothing in our schemas writes, and its units are true", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const clerk = await createClerk(db);
  await withClient(clerk.url, async (session) => {
    await session.query("UPDATE sheet SET title = 'by the clerk' WHERE id = 1");
    for (const statement of [
      "SELECT FROM cutover.outbox",
      "INSERT INTO cutover.head (xid) VALUES (pg_current_xact_id())",
      "SELECT cutover.drain()",
      "SELECT cutover.advance('small', 'reads_switched')",
      "SELECT cutover_small.recompute('forward', 'day', '{}')",
      "SELECT cutover_small.note_sheet_update()",
    ]) {
      expect(await outcome(session.query(statement))).toBe("42501");
    }
  });
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "by the clerk" }]);
  await db.reach("writes_switched");
  await withClient(clerk.url, (session) =>
    session.query("UPDATE page SET note = 'by the clerk' WHERE id = 1"),
  );
  expect(await db.rows("SELECT note FROM sheet WHERE id = 1")).toEqual([{ note: "by the clerk" }]);
  await dropClerk(db, clerk.role);
});

test("PUBLIC may execute nothing and read nothing of ours", async () => {
  const db = await createSmallCutover();
  expect(
    await db.rows(`SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p
      JOIN pg_namespace AS n ON n.oid = p.pronamespace
     CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
     WHERE n.nspname ~ '^cutover' AND acl.grantee = 0`),
  ).toEqual([]);
  expect(
    await db.rows(`SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL aclexplode(c.relacl) AS acl WHERE n.nspname ~ '^cutover' AND acl.grantee = 0`),
  ).toEqual([]);
  expect(
    await db.rows(`SELECT n.nspname FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS acl
     WHERE n.nspname ~ '^cutover' AND acl.grantee = 0`),
  ).toEqual([]);
});

test("every function that runs with its owner's rights pins search_path, with pg_temp last, and row_security", async () => {
  const db = await createSmallCutover();
  const rows =
    await db.rows(`SELECT p.oid::regprocedure::text AS name, p.proconfig AS settings FROM pg_proc AS p
      JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname ~ '^cutover' AND p.prosecdef`);
  expect(rows.length).toBeGreaterThan(10);
  expect(
    rows.filter(
      ({ settings }) => !settings?.some((s: string) => /^search_path=pg_catalog, pg_temp$/.test(s)),
    ),
  ).toEqual([]);
});

test("no setting that the application can make switches the notes off, or makes its commit fail", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const clerk = await createClerk(db);
  await withClient(clerk.url, async (session) => {
    for (const [index, forged] of [
      "SELECT set_config('cutover.units', '', true)",
      "SELECT set_config('cutover.units', 'garbage', true), set_config('cutover.in_flush', 'on', true)",
      "SELECT set_config('cutover.writing', 'forward', true), set_config('cutover.writing_cutover', 'small', true)",
      "SET LOCAL search_path = pg_temp; SET LOCAL row_security = off",
      "SET LOCAL check_function_bodies = off; SET LOCAL transform_null_equals = on; SET LOCAL array_nulls = off",
      "RESET ALL",
    ].entries()) {
      const title = `turn ${index}`;
      await session.query("BEGIN");
      await session.query(forged);
      await session.query("UPDATE public.sheet SET title = $1 WHERE id = 1", [title]);
      await session.query("RESET ALL");
      await session.query(forged);
      expect(await outcome(session.query("COMMIT"))).toBe("ok");
      expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title }]);
    }
  });
  await dropClerk(db, clerk.role);
});

test("a statement without rows after a write forgets nothing", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await withTransaction(session, {}, async () => {
    await session.query("UPDATE sheet SET title = 'kept' WHERE id = 1");
    await session.query("UPDATE sheet SET title = 'nobody' WHERE id = -1");
    await session.query(
      "INSERT INTO sheet (id, owner, day) VALUES (1, 'ann', '2026-01-05') ON CONFLICT DO NOTHING",
    );
  });
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "kept" }]);
});

test("temporary objects named like ours or like the application's tables catch no write", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const clerk = await createClerk(db);
  await withClient(clerk.url, async (session) => {
    await session.query(`CREATE TEMP TABLE page (LIKE public.page); CREATE TEMP TABLE sheet (LIKE public.sheet);
      CREATE TEMP TABLE outbox (xid xid8); CREATE TEMP TABLE head (xid xid8); CREATE TEMP TABLE unit_kinds (kind text)`);
    await session.query("SET search_path = pg_temp, public");
    await session.query("UPDATE public.sheet SET title = 'not hijacked' WHERE id = 1");
    expect((await session.query("SELECT FROM pg_temp.page")).rowCount).toBe(0);
  });
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "not hijacked" }]);
  await dropClerk(db, clerk.role);
});

test("a rolled-back savepoint forgets its own notes and no others", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await session.query("BEGIN; SAVEPOINT a; UPDATE sheet SET title = 'undone' WHERE id = 1; ROLLBACK TO a");
  await session.query("UPDATE sheet SET title = 'done' WHERE id = 2; SAVEPOINT b");
  await session.query("UPDATE sheet SET title = 'undone' WHERE id = 1; ROLLBACK TO b");
  await session.query("COMMIT");
  expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([{ title: "a" }, { title: "done" }]);
  // A flush inside of a savepoint that is rolled back is made good at the commit.
  await session.query(
    "BEGIN; UPDATE sheet SET title = 'again' WHERE id = 1; SAVEPOINT c; SELECT cutover.flush()",
  );
  await session.query("ROLLBACK TO c; COMMIT");
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "again" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("one flush serves all cutovers that a transaction touched", async () => {
  const db = await createSmallCutover({
    data: `${DATA}; INSERT INTO score VALUES (1, 'ants', 1)`,
    phase: "backfilled",
  });
  await db.reach("backfilled", "peak");
  const session = await db.connect();
  await withTransaction(session, {}, async () => {
    await session.query("UPDATE sheet SET title = 'x'");
    await session.query("UPDATE score SET points = 7");
    expect((await session.query("SELECT FROM cutover.head WHERE xid = pg_current_xact_id()")).rowCount).toBe(
      1,
    );
  });
  expect(await db.rows("SELECT top FROM peak")).toEqual([{ top: 7 }]);
  expect((await db.rows("SELECT FROM page WHERE title = 'x'")).length).toBe(2);
  expect(await db.rows("SELECT FROM cutover.head")).toEqual([]);
});

test("a hot unit's older note is worked off by the next writer of the unit", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await withTransaction(session, { isolation: "serializable" }, () =>
    session.query("UPDATE sheet SET note = 'waits' WHERE id = 1"),
  );
  expect((await db.rows("SELECT FROM cutover.outbox")).length).toBe(1);
  await db.rows("UPDATE sheet SET title = 'next' WHERE id = 1");
  expect(await db.rows("SELECT title, note FROM page WHERE id = 1")).toEqual([
    { title: "next", note: "waits" },
  ]);
  expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
});

test("a drainer does not take away the note of a writer that has not committed", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await withTransaction(session, { isolation: "serializable" }, () =>
    session.query("UPDATE sheet SET note = 'waits' WHERE id = 1"),
  );
  const writer = await db.connect();
  await writer.query("BEGIN ISOLATION LEVEL REPEATABLE READ; UPDATE sheet SET title = 'open' WHERE id = 1");
  await db.drain();
  expect(await db.rows("SELECT title, note FROM page WHERE id = 1")).toEqual([{ title: "a", note: "waits" }]);
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 2 });
  await db.drain();
  expect(await db.rows("SELECT title, note FROM page WHERE id = 1")).toEqual([
    { title: "open", note: "waits" },
  ]);
});

test("notes of a kind that is no more do not keep the drainer from the others", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows(`INSERT INTO cutover.outbox (xid, cutover, direction, kind, unit)
    SELECT '1'::xid8, 'small', 'forward', 'gone', '(' || n || ')' FROM generate_series(1, 150) AS n`);
  const session = await db.connect();
  await withTransaction(session, { isolation: "serializable" }, () =>
    session.query("UPDATE sheet SET note = 'behind' WHERE id = 1"),
  );
  await db.drain();
  expect(await db.rows("SELECT note FROM page WHERE id = 1")).toEqual([{ note: "behind" }]);
});

test("the session's text settings do not change what a unit or an id is called", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await session.query(`SET "DateStyle" = 'German, DMY'; SET "IntervalStyle" = 'iso_8601'; SET "TimeZone" = 'Pacific/Kiritimati';
    SET extra_float_digits = -15; SET bytea_output = 'escape'`);
  await session.query("UPDATE sheet SET title = 'German' WHERE id = 1");
  await session.query("INSERT INTO sheet (id, owner, day) VALUES (3, 'cid', '31.12.2026')");
  expect(await db.rows("SELECT unit FROM cutover.units WHERE unit LIKE '(cid%' ORDER BY 1")).toEqual([
    { unit: "(cid)" },
    { unit: "(cid,2026-12-31)" },
  ]);
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "German" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  // The same writer while both sides are written: images are text, too.
  await db.reach("writes_switched");
  await session.query(
    "UPDATE sheet SET day = '01.02.2027' WHERE id = 3; UPDATE page SET note = 'n' WHERE id = 3",
  );
  await db.drain();
  expect(
    await db.rows("SELECT day::text, note FROM page JOIN sheet USING (id, day, note) WHERE id = 3"),
  ).toEqual([{ day: "2027-02-01", note: "n" }]);
});
