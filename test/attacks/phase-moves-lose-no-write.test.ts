import { expect, test } from "vitest";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, until, untilBlocked } from "../traps/sessions.ts";

// A unit that was noted is recomputed, left pending or refused, in every phase; it is never ignored. Moves wait for commits in
// progress and not for open transactions.

const DATA = `INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'old'), (2, 'bob', '2026-01-05', 'old')`;

const titles = async (db: SmallDatabase, id = 1) => {
  const [row] = await db.rows(
    "SELECT sheet.title AS legacy, page.title AS new FROM sheet FULL JOIN page USING (id) WHERE id = $1",
    [id],
  );
  return row;
};
const phaseOf = async (db: SmallDatabase) =>
  (await db.rows("SELECT phase FROM cutover.cutovers WHERE name = 'small'"))[0]?.phase;

test("the phase is read at the commit: a writer that began in expanded is synced after dual_write and a backfill", async () => {
  const db = await createSmallCutover({ data: DATA });
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET title = 'late' WHERE id = 1");
  // One move does not wait for it.
  expect(await outcome(db.rows("SELECT cutover.advance('small', 'dual_write')"))).toBe("ok");
  await db.backfill();
  expect(await titles(db)).toEqual({ legacy: "old", new: "old" });
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  expect(await titles(db)).toEqual({ legacy: "late", new: "late" });
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a second move waits until the writers from before the first one have ended", async () => {
  const db = await createSmallCutover({ data: DATA });
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET title = 'late' WHERE id = 1");
  await db.rows("SELECT cutover.advance('small', 'dual_write')");
  await db.backfill();
  await db.verify();
  await expect(db.rows("SELECT cutover.advance('small', 'backfilled')")).rejects.toMatchObject({
    code: "CU015",
  });
  await writer.query("COMMIT");
  await db.verify();
  await db.advance("backfilled");
});

test("a transaction of another database holds up no move", async () => {
  const other = await createSmallCutover({ data: DATA });
  const foreign = await other.connect();
  await foreign.query("BEGIN; UPDATE sheet SET title = 'open'");
  const db = await createSmallCutover({ data: DATA, phase: "dual_write" });
  await db.verify();
  expect(await outcome(db.rows("SELECT cutover.advance('small', 'backfilled')"))).toBe("ok");
  await foreign.query("ROLLBACK");
});

test("a move waits for a commit in progress, at most for its lock timeout", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dual_write" });
  await db.rows(`CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_catalog.pg_sleep(30); RETURN NULL; END $$;
    CREATE TRIGGER dawdle AFTER INSERT ON page FOR EACH STATEMENT EXECUTE FUNCTION public.dawdle()`);
  const writer = await db.connect();
  const pid = await pidOf(writer);
  const committed = outcome(
    writer.query("INSERT INTO sheet (id, owner, day) VALUES (3, 'ann', '2026-01-05')"),
  );
  await until(
    async () =>
      (await db.rows("SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'", [pid]))
        .length > 0,
    "the writer is in its commit",
  );
  expect(await outcome(db.rows("SELECT cutover.rollback('small')"))).toBe("55P03");
  await db.rows("SELECT pg_cancel_backend($1)", [pid]);
  expect(await committed).toBe("ok");
  expect(await outcome(db.rows("SELECT cutover.rollback('small')"))).toBe("ok");
});

test("a move held open by its caller holds up a commit for the lock timeout, and fails none", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dual_write" });
  const operator = await db.connect();
  await operator.query("BEGIN; SELECT cutover.rollback('small')");
  expect(await outcome(db.rows("UPDATE sheet SET title = 'new' WHERE id = 1"))).toBe("ok");
  await operator.query("ROLLBACK");
  await db.drain();
  expect(await titles(db)).toEqual({ legacy: "new", new: "new" });
});

test("a REPEATABLE READ writer with a snapshot from before the move is left pending and drained", async () => {
  const db = await createSmallCutover({ data: DATA });
  const writer = await db.connect();
  await writer.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM sheet");
  await db.advance("dual_write");
  await db.backfill();
  await writer.query("UPDATE sheet SET title = 'late' WHERE id = 1");
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 2 });
  await db.drain();
  expect(await titles(db)).toEqual({ legacy: "late", new: "late" });
});

test("a snapshot without a write, older than two moves, does not lose its legacy write once both sides are written", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  const writer = await db.connect();
  await writer.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM sheet");
  // The moves may be refused while this snapshot is there, or the write may fail; what may not happen is that it is forgotten.
  const attempt = async (to: string) => {
    await db.verify();
    return outcome(db.rows("SELECT cutover.advance('small', $1)", [to]));
  };
  await attempt("reads_switched");
  await attempt("writes_switched");
  const wrote = await outcome(
    writer.query("UPDATE sheet SET title = 'from legacy' WHERE id = 1").then(() => writer.query("COMMIT")),
  );
  await db.drain();
  if (wrote === "ok") expect(await titles(db)).toEqual({ legacy: "from legacy", new: "from legacy" });
  else expect(await titles(db)).toEqual({ legacy: "old", new: "old" });
});

test("a writer that noted while the move was being made does not slip past the next move", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.verify();
  const operator = await db.connect();
  await until(
    async () =>
      (await outcome(
        operator.query("ROLLBACK; BEGIN; SELECT cutover.advance('small', 'reads_switched')"),
      )) === "ok",
    "the gates let the move pass",
  );
  // Its transaction id is younger than the move's, and yet it has seen the old phase.
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  await operator.query("COMMIT");
  await db.verify();
  await outcome(db.rows("SELECT cutover.advance('small', 'writes_switched')"));
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  await db.drain();
  expect(await titles(db)).toEqual({ legacy: "from legacy", new: "from legacy" });
});

test("a legacy writer in flight over the move of the writes is patched, next to a write of the new side", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "reads_switched" });
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  await db.verify();
  await db.rows("SELECT cutover.advance('small', 'writes_switched')");
  expect(await outcome(db.rows("UPDATE page SET note = 'from new' WHERE id = 1"))).toBe("ok");
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  await db.drain();
  const expected = [{ title: "from legacy", note: "from new" }];
  expect(await db.rows("SELECT title, note FROM page WHERE id = 1")).toEqual(expected);
  expect(await db.rows("SELECT title, note FROM sheet WHERE id = 1")).toEqual(expected);
});

test("locking legacy waits for the legacy writer in flight, whose write arrives on the new side", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await db.verify();
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET title = 'from legacy' WHERE id = 1");
  const operator = await db.connect();
  const locked = outcome(operator.query("CALL cutover.advance_steps('small', 'legacy_locked')"));
  await until(
    async () =>
      (await db.rows("SELECT step FROM cutover.cutovers WHERE step LIKE 'legacy_locked:%'")).length > 0,
    "the fence stands",
  );
  // Nobody new gets in, not even the owner.
  expect(await outcome(db.rows("UPDATE sheet SET title = 'too late' WHERE id = 2"))).toBe("CU021");
  // Writers of the new side are not held up.
  expect(await outcome(db.rows("UPDATE page SET note = 'from new' WHERE id = 2"))).toBe("ok");
  expect(await phaseOf(db)).toBe("writes_switched");
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  expect(await locked).toBe("ok");
  expect(await phaseOf(db)).toBe("legacy_locked");
  expect(await titles(db)).toEqual({ legacy: "from legacy", new: "from legacy" });
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("an owner with an old snapshot does not write legacy unseen after the lock", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const writer = await db.connect();
  await writer.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM sheet");
  await db.verify();
  await outcome(db.rows("CALL cutover.advance_steps('small', 'legacy_locked', '{}', NULL, 1)"));
  const wrote = await outcome(
    writer.query("UPDATE sheet SET title = 'from legacy' WHERE id = 1").then(() => writer.query("COMMIT")),
  );
  await writer.query("ROLLBACK");
  await db.drain();
  const expected = wrote === "ok" ? "from legacy" : "old";
  expect(await titles(db)).toEqual({ legacy: expected, new: expected });
});

test("rolling back from writes_switched waits for a new-side writer in flight, whose write arrives on legacy", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE page SET title = 'from new' WHERE id = 1");
  const operator = await db.connect();
  const back = outcome(operator.query("CALL cutover.rollback_steps('small')"));
  await until(
    async () => (await db.rows("SELECT step FROM cutover.cutovers WHERE step LIKE 'rollback:%'")).length > 0,
    "the fence stands",
  );
  expect(await outcome(db.rows("UPDATE page SET title = 'too late' WHERE id = 2"))).toBe("CU020");
  expect(await outcome(db.rows("UPDATE sheet SET title = 'from legacy' WHERE id = 2"))).toBe("ok");
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  expect(await back).toBe("ok");
  expect(await phaseOf(db)).toBe("expanded");
  expect(await db.rows("SELECT id, title FROM sheet ORDER BY id")).toEqual([
    { id: "1", title: "from new" },
    { id: "2", title: "from legacy" },
  ]);
});

test("a new-side writer with an old snapshot is not forgotten by the way back", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  const writer = await db.connect();
  await writer.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM page");
  await outcome(db.rows("CALL cutover.rollback_steps('small', NULL, 1)"));
  const wrote = await outcome(
    writer.query("UPDATE page SET title = 'from new' WHERE id = 1").then(() => writer.query("COMMIT")),
  );
  await writer.query("ROLLBACK");
  await db.drain();
  // Refused, or brought to legacy, which is the truth again.
  expect((await titles(db))?.legacy).toBe(wrote === "ok" ? "from new" : "old");
});

test("an irreversible cutover: a legacy writer in flight when writes move is not forgotten", async () => {
  const db = await createSmallCutover({ data: "INSERT INTO score VALUES (1, 'ants', 5)" });
  await db.reach("reads_switched", "peak");
  const writer = await db.connect();
  await writer.query("BEGIN; INSERT INTO score VALUES (2, 'ants', 9)");
  await db.verify("peak");
  const moved = await outcome(db.rows("SELECT cutover.advance('peak', 'writes_switched')"));
  const committed = await outcome(writer.query("COMMIT"));
  await db.drain();
  if (moved === "ok" && committed === "ok") {
    const arrived = await db.rows("SELECT FROM peak WHERE team = 'ants' AND top = 9 AND total = 14");
    const putAside = await db.rows("SELECT FROM cutover.quarantine WHERE cutover = 'peak'");
    expect(arrived.length + putAside.length).toBe(1);
  }
});

test("new tables are fenced until writes move, and again after a rollback", async () => {
  const db = await createSmallCutover({ data: DATA });
  const refused = async () => {
    for (const statement of [
      "INSERT INTO binder (owner) VALUES ('eve')",
      "UPDATE page SET title = 'x'",
      "DELETE FROM page",
      "TRUNCATE page CASCADE",
    ]) {
      expect(await outcome(db.rows(statement))).toBe("CU020");
    }
  };
  for (const phase of ["expanded", "dual_write", "backfilled", "reads_switched"] as const) {
    await db.reach(phase);
    await refused();
  }
  await db.reach("writes_switched");
  expect(await outcome(db.rows("UPDATE page SET note = 'x'"))).toBe("ok");
  await db.rows("CALL cutover.rollback_steps('small')");
  await refused();
});

test("coming forward again after a rollback removes what only the new side still has", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows("SELECT cutover.rollback('small')");
  await db.rows("DELETE FROM sheet WHERE id = 1");
  await db.rows("INSERT INTO sheet (id, owner, day, title) VALUES (3, 'cid', '2026-01-05', 'new')");
  expect(await db.rows("SELECT id FROM page ORDER BY id")).toEqual([{ id: "1" }, { id: "2" }]);
  await db.reach("backfilled");
  expect(await db.rows("SELECT id FROM page ORDER BY id")).toEqual([{ id: "2" }, { id: "3" }]);
  expect(await db.rows("SELECT owner FROM binder ORDER BY owner")).toEqual([
    { owner: "bob" },
    { owner: "cid" },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a gap of the triggers between a verify and the move voids the verify", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.verify();
  await db.rows("ALTER TABLE sheet DISABLE TRIGGER ALL");
  expect(await db.rows("SELECT FROM cutover.fingerprint_problems('small')")).not.toEqual([]);
  await db.rows("UPDATE sheet SET title = 'unseen' WHERE id = 1");
  await db.rows("ALTER TABLE sheet ENABLE TRIGGER ALL");
  expect(await outcome(db.rows("SELECT cutover.advance('small', 'reads_switched')"))).toBe("CU015");
});

test("a disabled or dropped sync trigger holds up every move", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "backfilled" });
  await db.rows("ALTER TABLE sheet DISABLE TRIGGER zzz_cutover_small_update");
  await db.verify();
  expect(await outcome(db.rows("SELECT cutover.advance('small', 'reads_switched')"))).toBe("CU015");
  await db.rows("DROP TRIGGER zzz_cutover_small_update ON sheet");
  expect(await outcome(db.rows("SELECT cutover.advance('small', 'reads_switched')"))).toBe("CU015");
});

test("the whole way forward and back, and forward again, keeps every write", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "legacy_locked" });
  await db.rows("UPDATE page SET title = 'while locked' WHERE id = 1");
  await db.drain();
  expect(await titles(db)).toEqual({ legacy: "while locked", new: "while locked" });
  await db.rows("CALL cutover.rollback_steps('small')");
  await db.rows("UPDATE sheet SET title = 'back' WHERE id = 2");
  await db.reach("archived");
  expect(await db.rows("SELECT id, title FROM page ORDER BY id")).toEqual([
    { id: "1", title: "while locked" },
    { id: "2", title: "back" },
  ]);
});

test("crossing waits: a writer that holds a unit makes the move wait for nobody", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "dual_write" });
  const first = await db.connect();
  await first.query("BEGIN; UPDATE sheet SET title = 'first' WHERE id = 1");
  const second = await db.connect();
  const pid = await pidOf(second);
  const waiting = outcome(second.query("UPDATE sheet SET title = 'second' WHERE id = 1"));
  await untilBlocked(db.pool, pid);
  expect(await outcome(db.rows("SELECT cutover.rollback('small')"))).toBe("ok");
  await first.query("COMMIT");
  expect(await waiting).toBe("ok");
});
