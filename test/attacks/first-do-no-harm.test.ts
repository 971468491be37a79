import type pg from "pg";
import { expect, test } from "vitest";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, until, untilBlocked } from "../traps/sessions.ts";

// Nothing that goes wrong on the side that is not the truth fails an application's write, or adds a class of error.

const DATA = `INSERT INTO sheet (id, owner, day, title, marks) VALUES
  (1, 'ann', '2026-01-05', 'a', '{"x": 1}'), (2, 'ann', '2026-01-05', 'b', '{}'), (3, 'bob', '2026-01-05', 'c', '{}')`;
const PHASES = ["dual_write", "reads_switched", "writes_switched"] as const;

/** The application's commit succeeds and its unit waits; once the cause is gone, the drainer makes it true. */
async function expectPendingThenDrained(db: SmallDatabase, mend?: string): Promise<void> {
  expect((await db.rows("SELECT FROM cutover.outbox")).length).toBeGreaterThan(0);
  expect(await db.rows("SELECT FROM cutover.quarantine")).toEqual([]);
  if (mend !== undefined) await db.rows(mend);
  await db.drain();
  expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
}

for (const phase of PHASES) {
  test(`a CHECK of the new side that a legacy row breaks leaves the unit pending in ${phase}, and the drainer quarantines it`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    await db.rows("ALTER TABLE page ADD CHECK (title <> 'bad')");
    expect(await outcome(db.rows("UPDATE sheet SET title = 'bad' WHERE id = 1"))).toBe("ok");
    await expectPendingThenDrained(db);
    expect(await db.rows("SELECT DISTINCT class FROM cutover.quarantine")).toEqual([
      { class: "quarantined" },
    ]);
    expect(JSON.stringify(await db.rows("SELECT rows FROM cutover.quarantine"))).toContain("bad");
    // The others of the database go on.
    expect(await outcome(db.rows("UPDATE sheet SET title = 'good' WHERE id = 3"))).toBe("ok");
    expect(await db.rows("SELECT title FROM page WHERE id = 3")).toEqual([{ title: "good" }]);
  });

  for (const timing of ["INITIALLY DEFERRED", "INITIALLY IMMEDIATE, all deferred by the application"]) {
    const deferrable = timing.split(",")[0];
    const write = async (db: SmallDatabase, statement: string) => {
      const session = await db.connect();
      await session.query(
        `BEGIN; ${timing.includes(",") ? "SET CONSTRAINTS ALL DEFERRED;" : ""} ${statement}`,
      );
      return outcome(session.query("COMMIT"));
    };

    test(`a unique constraint of the new side, ${timing}, does not fail the commit in ${phase}`, async () => {
      const schema = `ALTER TABLE page ADD CONSTRAINT page_title UNIQUE (title) DEFERRABLE ${deferrable}`;
      const db = await createSmallCutover({ data: DATA, phase, schema });
      expect(await write(db, "UPDATE sheet SET title = 'b' WHERE id = 1")).toBe("ok");
      await expectPendingThenDrained(db, "UPDATE sheet SET title = 'z' WHERE id = 2");
    });

    test(`a foreign key that points to a new row, ${timing}, does not fail the commit in ${phase}`, async () => {
      const schema = `CREATE TABLE remark (page_id bigint REFERENCES page DEFERRABLE ${deferrable})`;
      const db = await createSmallCutover({ data: DATA, phase, schema });
      await db.rows("INSERT INTO remark VALUES (2)");
      expect(await write(db, "DELETE FROM sheet WHERE id = 2")).toBe("ok");
      await expectPendingThenDrained(db, "DELETE FROM remark");
    });
  }

  test(`a write that becomes read only before its commit is committed in ${phase}`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    const session = await db.connect();
    await session.query("BEGIN; UPDATE sheet SET title = 'ro' WHERE id = 1; SET TRANSACTION READ ONLY");
    expect(await outcome(session.query("COMMIT"))).toBe("ok");
    await expectPendingThenDrained(db);
    expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "ro" }]);
  });

  test(`a cancel during the commit's flush leaves the unit pending, and the commit goes through, in ${phase}`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    await db.rows(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_catalog.pg_sleep(30); RETURN NULL; END $$;
      CREATE TRIGGER dawdle AFTER UPDATE ON page FOR EACH STATEMENT EXECUTE FUNCTION dawdle()`);
    const session = await db.connect();
    const pid = await pidOf(session);
    const committed = outcome(session.query("UPDATE sheet SET title = 'cancelled' WHERE id = 1"));
    await until(
      async () =>
        (await db.rows("SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [pid]))
          .length > 0,
      "the flush is at work",
    );
    await db.rows("SELECT pg_cancel_backend($1)", [pid]);
    expect(await committed).toBe("ok");
    expect(await db.rows("SELECT title FROM sheet WHERE id = 1")).toEqual([{ title: "cancelled" }]);
    await expectPendingThenDrained(db, "DROP TRIGGER dawdle ON page");
    expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "cancelled" }]);
  });

  test(`the application's own lock_timeout does not fail its commit in ${phase}, nor does a busy unit hold it up for long`, async () => {
    const db = await createSmallCutover({ data: DATA, phase });
    const blocker = await db.connect();
    await blocker.query(
      "BEGIN; SELECT FROM cutover.units WHERE unit IN ('(ann,2026-01-05)', '(1)') FOR UPDATE",
    );
    if ((await db.rows("SELECT FROM cutover.units")).length === 0) {
      await blocker.query(
        "SELECT cutover.lock_units('small', 'forward', 'day', ARRAY['(ann,2026-01-05)'], 1)",
      );
    }
    const session = await db.connect();
    for (const timeout of ["1ms", "10min"]) {
      await session.query(`SET lock_timeout = '${timeout}'; SET statement_timeout = '5s'`);
      expect(await outcome(session.query(`UPDATE sheet SET title = '${timeout}' WHERE id = 1`))).toBe("ok");
    }
    await blocker.query("ROLLBACK");
    await expectPendingThenDrained(db);
    expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "10min" }]);
  });
}

test("a deferred constraint that came after the cutover was compiled does not fail the commit either", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows("ALTER TABLE page ADD CONSTRAINT page_title UNIQUE (title) DEFERRABLE INITIALLY DEFERRED");
  expect(await outcome(db.rows("UPDATE sheet SET title = 'b' WHERE id = 1"))).toBe("ok");
  await expectPendingThenDrained(db, "UPDATE sheet SET title = 'z' WHERE id = 2");
});

for (const timing of ["DEFERRED", "IMMEDIATE"]) {
  test(`once writes have moved, a foreign key INITIALLY ${timing} to a legacy row does not fail a new-side commit`, async () => {
    const schema = `CREATE TABLE remark (sheet_id bigint REFERENCES sheet DEFERRABLE INITIALLY ${timing})`;
    const db = await createSmallCutover({ data: DATA, phase: "writes_switched", schema });
    await db.rows("INSERT INTO remark VALUES (2)");
    expect(await outcome(db.rows("DELETE FROM page WHERE id = 2"))).toBe("ok");
    await expectPendingThenDrained(db, "DELETE FROM remark");
    expect(await db.rows("SELECT FROM sheet WHERE id = 2")).toEqual([]);
  });
}

test("the trap: one recompute per statement makes two-row crossing writers deadlock; at commit they do not", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const crossing = async (afterEach: string) => {
    const [first, second] = [await db.connect(), await db.connect()] as [pg.Client, pg.Client];
    for (const session of [first, second]) await session.query("BEGIN; SET LOCAL deadlock_timeout = '10ms'");
    const secondPid = await pidOf(second);
    await first.query(`UPDATE sheet SET title = 'f' WHERE id = 1; ${afterEach}'(ann,2026-01-05)'], 1)`);
    await second.query(`UPDATE sheet SET title = 's' WHERE id = 3; ${afterEach}'(bob,2026-01-05)'], 1)`);
    const waiting = outcome(
      second.query(`UPDATE sheet SET title = 's' WHERE id = 2; ${afterEach}'(ann,2026-01-05)'], 1)`),
    );
    if (afterEach.includes("lock_units")) await untilBlocked(db.pool, secondPid);
    await db.rows(
      "INSERT INTO sheet (id, owner, day) VALUES (4, 'cid', '2026-01-05') ON CONFLICT DO NOTHING",
    );
    const ended = [
      outcome(first.query(`UPDATE sheet SET note = 'f' WHERE id = 4; ${afterEach}'(bob,2026-01-05)'], 1)`)),
      waiting,
    ];
    const results = [...(await Promise.all(ended))];
    for (const session of [first, second]) results.push(await outcome(session.query("COMMIT")));
    return results;
  };
  expect(await crossing("SELECT cutover.lock_units('small', 'forward', 'day', ARRAY[")).toContain("40P01");
  expect(await crossing("SELECT pg_catalog.array_length(ARRAY[")).toEqual(["ok", "ok", "ok", "ok"]);
});

test("an ORM that makes all constraints immediate does not move the locks into its statements", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const [first, second] = [await db.connect(), await db.connect()];
  for (const session of [first, second]) await session.query("BEGIN; SET CONSTRAINTS ALL IMMEDIATE");
  await first.query("UPDATE sheet SET title = 'f' WHERE id = 1");
  expect(await first.query("SELECT FROM page WHERE title = 'f'")).toMatchObject({ rowCount: 0 });
  await second.query("UPDATE sheet SET title = 's' WHERE id = 3");
  await second.query("UPDATE sheet SET title = 's' WHERE id = 2");
  await first.query("INSERT INTO sheet (id, owner, day) VALUES (4, 'bob', '2026-01-05')");
  expect([await outcome(first.query("COMMIT")), await outcome(second.query("COMMIT"))]).toEqual(["ok", "ok"]);
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("constraints made immediate at the end of the transaction leave the notes to the commit, and the unit is true", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  await session.query("BEGIN; UPDATE sheet SET title = 'x' WHERE id = 1; SET CONSTRAINTS ALL IMMEDIATE");
  await session.query("UPDATE sheet SET title = 'y' WHERE id = 1");
  expect(await outcome(session.query("COMMIT"))).toBe("ok");
  await db.drain();
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "y" }]);
});

test("the application's own deferred trigger that writes legacy at commit is synced in the same commit", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows(`CREATE TABLE ledger (id bigint PRIMARY KEY);
    CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE public.sheet SET title = 'late' WHERE id = NEW.id; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON ledger DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()`);
  const session = await db.connect();
  // Once with the late write alone, once after a flush of another unit in the same commit.
  await session.query("BEGIN; INSERT INTO ledger VALUES (1); COMMIT");
  await session.query(
    "BEGIN; UPDATE sheet SET title = 'early' WHERE id = 2; INSERT INTO ledger VALUES (3); COMMIT",
  );
  await session.query(
    "BEGIN; INSERT INTO ledger VALUES (2); UPDATE sheet SET title = 'early' WHERE id = 1; COMMIT",
  );
  await db.drain();
  expect(await db.rows("SELECT id, title FROM page ORDER BY id")).toEqual([
    { id: "1", title: "early" },
    { id: "2", title: "late" },
    { id: "3", title: "late" },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("crossing writers whose deferred triggers write the other's unit end without a deadlock", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows(`CREATE TABLE ledger (id bigint);
    CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.sheet (id, owner, day) SELECT NEW.id, CASE WHEN NEW.id % 2 = 0 THEN 'ann' ELSE 'bob' END, '2026-01-05'; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON ledger DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()`);
  const [first, second] = [await db.connect(), await db.connect()];
  const ended = new Set<string>();
  for (let turn = 0; turn < 10; turn += 1) {
    await first.query(
      `BEGIN; UPDATE sheet SET title = 't${turn}' WHERE id = 1; INSERT INTO ledger VALUES (${turn * 2 + 101})`,
    );
    await second.query(
      `BEGIN; UPDATE sheet SET title = 't${turn}' WHERE id = 3; INSERT INTO ledger VALUES (${turn * 2 + 100})`,
    );
    for (const how of await Promise.all([outcome(first.query("COMMIT")), outcome(second.query("COMMIT"))]))
      ended.add(how);
  }
  expect([...ended]).toEqual(["ok"]);
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a prepared transaction is flushed when it is prepared; others' commits wait for its units no longer than the bound", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const session = await db.connect();
  const name = `gone_${db.name}`;
  await session.query("BEGIN; UPDATE sheet SET title = 'prepared' WHERE id = 1");
  expect(await outcome(session.query(`PREPARE TRANSACTION '${name}'`))).toBe("ok");
  expect(await outcome(db.rows("UPDATE sheet SET title = 'meanwhile' WHERE id = 2"))).toBe("ok");
  await session.query(`COMMIT PREPARED '${name}'`);
  await db.drain();
  expect(await db.rows("SELECT title FROM page WHERE owner = 'ann' ORDER BY id")).toEqual([
    { title: "prepared" },
    { title: "meanwhile" },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a drainer is not the reason why an application's transaction ends in a deadlock", async () => {
  const db = await createSmallCutover({
    data: `INSERT INTO sheet (id, owner, day, title) SELECT n, 'ann', '2026-01-05', 't' FROM generate_series(1, 3) AS n`,
    phase: "writes_switched",
  });
  // A committed note of the unit, so that the drainer has something to lock.
  const fresh = await db.connect();
  await fresh.query("BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE page SET note = 'n'; COMMIT");
  const holder = await db.connect();
  await holder.query("BEGIN; UPDATE sheet SET hits = 1 WHERE id = 2");
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET hits = 1 WHERE id = 3");
  // The drainer locks 1 and waits for 2; the writer, who holds 3, asks for 1; then the drainer asks for 3.
  const drainer = await db.connect();
  const [drainerPid, writerPid] = [await pidOf(drainer), await pidOf(writer)];
  const drained = outcome(drainer.query("SELECT cutover.drain('small')"));
  await untilBlocked(db.pool, drainerPid);
  const wrote = outcome(writer.query("UPDATE sheet SET hits = 1 WHERE id = 1"));
  await untilBlocked(db.pool, writerPid);
  await holder.query("COMMIT");
  expect(await wrote).toBe("ok");
  await drained;
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a commit that has waited at the barrier leaves no setting of ours behind", async () => {
  const db = await createSmallCutover({
    phase: "reads_switched",
    data: "INSERT INTO sheet (id, owner, day) VALUES (1, 'ann', '2025-01-01')",
  });
  const [mover, writer] = [await db.connect(), await db.connect()];
  await writer.query("SET lock_timeout = '7s'");
  await mover.query("BEGIN; SELECT cutover.barrier_exclusive()");
  const pid = await pidOf(writer);
  const writing = writer.query("UPDATE sheet SET title = 'waited'");
  await untilBlocked(db.pool, pid);
  await mover.query("COMMIT");
  await writing;
  await db.drain();
  expect((await writer.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "7s" }]);
  expect(await db.rows("SELECT title FROM page")).toEqual([{ title: "waited" }]);
});
