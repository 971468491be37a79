import { expect, test } from "vitest";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, untilBlocked } from "./sessions.ts";

// One event per note was quadratic: 100,000 units took 501 s at COMMIT. One lock per unit in the shared lock table ran out of it.

async function updates(db: SmallDatabase, from: number, count: number): Promise<number> {
  const session = await db.connect();
  await session.query("BEGIN");
  await session.query(`DO $$ BEGIN
    FOR n IN ${from} .. ${from + count - 1} LOOP UPDATE public.sheet SET title = 'x' WHERE id = n; END LOOP; END $$`);
  const start = performance.now();
  await session.query("COMMIT");
  const took = performance.now() - start;
  await session.end();
  return took;
}

test("a transaction of many single-row updates: its commit grows with the units, not with their square", async () => {
  const db = await createSmallCutover({
    sync: { maxUnits: 100_000 },
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 2200) AS n`,
  });
  await db.advance("dual_write");
  const small = await updates(db, 1, 200);
  const large = await updates(db, 201, 2000);
  expect((await db.rows("SELECT FROM cutover.outbox")).length).toBe(0);
  expect(await db.rows("SELECT count(*)::int AS n FROM page")).toEqual([{ n: 2200 }]);
  // Ten times the units: a square would be a hundred times the time. A floor, so that a quick small one proves nothing.
  expect(large).toBeLessThan(40 * Math.max(small, 25));
});

test("5,000 single-row updates in one transaction, over the bound: they stay pending, cost nothing at the commit, and are drained", async () => {
  const db = await createSmallCutover({
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n % 1500 FROM generate_series(1, 5000) AS n`,
    phase: "dual_write",
  });
  expect(await updates(db, 1, 5000)).toBeLessThan(1000);
  expect(await db.rows("SELECT count(*)::int AS n FROM cutover.outbox")).toEqual([{ n: 1500 }]);
  expect(await db.rows("SELECT FROM page WHERE title = 'x'")).toEqual([]);
  await db.drain();
  expect((await db.rows("SELECT FROM page WHERE title = 'x'")).length).toBe(5000);
  expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
});

test("the locks of many units do not stand in the shared lock table", async () => {
  const db = await createSmallCutover({
    sync: { maxUnits: 100_000 },
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 2000) AS n`,
    phase: "dual_write",
  });
  const session = await db.connect();
  await session.query("BEGIN; UPDATE sheet SET title = 'x'; SELECT cutover.flush()");
  const pid = await pidOf(session);
  const [held] = await db.rows("SELECT count(*)::int AS n FROM pg_locks WHERE pid = $1", [pid]);
  expect(held?.n).toBeLessThan(100);
  await session.query("COMMIT");
});

test("the time budget is looked at between chunks: the rest stays pending", async () => {
  const db = await createSmallCutover({
    sync: { maxUnits: 10_000, budgetMs: 1 },
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 1000) AS n`,
    phase: "dual_write",
  });
  expect(await outcome(db.rows("UPDATE sheet SET title = 'x'"))).toBe("ok");
  const [left] = await db.rows("SELECT count(*)::int AS n FROM cutover.outbox");
  expect(left?.n).toBeGreaterThan(0);
  expect(left?.n).toBeLessThan(1000);
  expect(await db.verify()).toMatchObject({ drifted: 0 });
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("observing in expanded has the same bound: a huge transaction is not computed at its commit", async () => {
  const db = await createSmallCutover({
    sync: { maxUnits: 100 },
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 3000) AS n`,
  });
  await db.rows(
    "CREATE FUNCTION public.counted() RETURNS bigint LANGUAGE sql AS 'SELECT calls FROM pg_stat_user_functions WHERE funcname = ''differences'' AND schemaname = ''cutover_small'''",
  );
  const session = await db.connect();
  await session.query("UPDATE sheet SET title = 'x'");
  await session.query("SELECT pg_stat_force_next_flush()").catch(() => undefined);
  expect((await session.query("SELECT coalesce(public.counted(), 0)::int AS n")).rows).toEqual([{ n: 0 }]);
});

test("many busy units hold a commit up for one lock timeout, not for one each", async () => {
  const db = await createSmallCutover({
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 300) AS n`,
    phase: "dual_write",
  });
  const holder = await db.connect();
  await holder.query("BEGIN; UPDATE sheet SET note = 'n'; SELECT cutover.flush()");
  await db.rows(
    "INSERT INTO sheet (id, owner, day) SELECT 1000 + n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 300) AS n",
  );
  expect(await db.rows("SELECT count(*)::int AS n FROM cutover.outbox")).toEqual([{ n: 301 }]);
  const writer = await db.connect();
  const pid = await pidOf(writer);
  const committed = outcome(
    writer.query(
      "INSERT INTO sheet (id, owner, day) SELECT 2000 + n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 300) AS n",
    ),
  );
  await untilBlocked(db.pool, pid);
  const start = performance.now();
  expect(await committed).toBe("ok");
  expect(performance.now() - start).toBeLessThan(1000);
  await holder.query("COMMIT");
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("statement_timeout is off when deferred triggers run: the flush is bounded by units, not by it", async () => {
  const db = await createSmallCutover({
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 900) AS n`,
    phase: "dual_write",
  });
  const session = await db.connect();
  await session.query("BEGIN; SET LOCAL statement_timeout = '300ms'; UPDATE sheet SET title = 'x'");
  expect(await outcome(session.query("COMMIT"))).toBe("ok");
});

test("while both sides are written, a commit that has used up its time leaves everything to the drainer", async () => {
  const db = await createSmallCutover({
    sync: { budgetMs: 1 },
    data: `INSERT INTO sheet (id, owner, day) SELECT n, 'ann', DATE '2020-01-01' + n FROM generate_series(1, 30) AS n`,
    phase: "writes_switched",
  });
  const session = await db.connect();
  await session.query("UPDATE sheet SET title = 'legacy' WHERE id <= 20");
  expect(await db.rows("SELECT FROM page WHERE title = 'legacy'")).toEqual([]);
  expect(await db.rows("SELECT count(*)::int AS n FROM cutover.outbox")).toEqual([{ n: 20 }]);
  // Who asks for it in the transaction waits for it.
  await session.query("BEGIN; UPDATE page SET title = 'new' WHERE id > 25; SELECT cutover.flush()");
  const legacy = await session.query("SELECT FROM sheet WHERE title = 'new'");
  expect(legacy.rows.length).toBe(5);
  await session.query("COMMIT");
  await session.query("UPDATE page SET title = 'new' WHERE id BETWEEN 21 AND 25");
  expect(await db.verify()).toMatchObject({ drifted: 0 });
  await db.drain();
  expect(await db.rows("SELECT title, count(*)::int AS n FROM sheet GROUP BY 1 ORDER BY 1")).toEqual([
    { title: "legacy", n: 20 },
    { title: "new", n: 10 },
  ]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});

test("a cutover for which no time is left takes nothing from another that the same transaction wrote", async () => {
  const db = await createSmallCutover({
    sync: { budgetMs: 1 },
    data: `INSERT INTO sheet (id, owner, day) VALUES (1, 'ann', '2020-01-01'); INSERT INTO score VALUES (1, 'red', 1)`,
    phase: "writes_switched",
  });
  await db.reach("dual_write", "peak");
  await db.backfill("peak");
  await db.rows("WITH titled AS (UPDATE sheet SET title = 'x') UPDATE score SET points = 7");
  expect(await db.rows("SELECT cutover FROM cutover.outbox")).toEqual([{ cutover: "small" }]);
  expect(await db.rows("SELECT top FROM peak")).toEqual([{ top: 7 }]);
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
});
