import type pg from "pg";
import { expect, test } from "vitest";
import { withTransaction } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, untilBlocked } from "../traps/sessions.ts";

// A REPEATABLE READ writer computes from an old snapshot. A lock does not tell it so; the version row of the unit does (40001,
// caught, left pending). SERIALIZABLE writers are always left to the drainer: sync's own reads would make them fail each other.

const LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] as const;
type Level = (typeof LEVELS)[number];

/** The unit's rows are 10 and 5. B commits between A's snapshot and A's write; both leave their mark on the maximum. */
const SCENARIOS = [
  { name: "B changes what is not the maximum, A lowers the maximum", b: [2, 7], a: [1, 6] },
  { name: "B lowers the maximum, A raises the other row to what it was", b: [1, 3], a: [2, 10] },
] as const;

/** Runs one interleaving on a table; gives back how A and B ended. */
async function interleave(
  [first, second]: [pg.Client, pg.Client],
  table: string,
  levels: [Level, Level],
  scenario: (typeof SCENARIOS)[number],
  base: number,
): Promise<string[]> {
  const write = ([row, points]: readonly [number, number]) =>
    `UPDATE ${table} SET points = ${points} WHERE id = ${base + row}`;
  await first.query(`BEGIN ISOLATION LEVEL ${levels[0]}; SET LOCAL enable_seqscan = off`);
  await first.query(`SELECT FROM ${table} WHERE id = ${base}`);
  await second.query(`BEGIN ISOLATION LEVEL ${levels[1]}; SET LOCAL enable_seqscan = off`);
  const b = await outcome(second.query(write(scenario.b)).then(() => second.query("COMMIT")));
  const a = await outcome(first.query(write(scenario.a)).then(() => first.query("COMMIT")));
  await Promise.all([first.query("ROLLBACK"), second.query("ROLLBACK")]);
  return [a, b];
}

const COMBINATIONS = LEVELS.flatMap((a) => LEVELS.map((b) => [a, b] as [Level, Level]));

test("the trap: under a lock alone, REPEATABLE READ writers agree on a maximum that is not there", async () => {
  const db = await createSmallCutover();
  await db.rows("CREATE TABLE naive (id int PRIMARY KEY, points int); CREATE TABLE naive_peak (top int)");
  await db.rows("INSERT INTO naive VALUES (1, 10), (2, 5); INSERT INTO naive_peak VALUES (10)");
  const recompute =
    "SELECT pg_advisory_xact_lock(7); UPDATE naive_peak SET top = m FROM (SELECT max(points) AS m FROM naive) AS x WHERE top <> m";
  const a = await db.connect();
  await a.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM naive");
  await db.rows(`BEGIN; UPDATE naive SET points = 3 WHERE id = 1; COMMIT`);
  await a.query("UPDATE naive SET points = 10 WHERE id = 2");
  await a.query(recompute);
  // The other one's recompute comes first in real life as well; A's, from its old snapshot, finds nothing to change.
  await db.rows("UPDATE naive_peak SET top = 5");
  expect(await outcome(a.query("COMMIT"))).toBe("ok");
  expect(await db.rows("SELECT top, (SELECT max(points) FROM naive) AS should_be FROM naive_peak")).toEqual([
    { top: 5, should_be: 10 },
  ]);
});

test("two writers of a folded unit of two rows: at every pair of levels drift is zero, and no error is added", async () => {
  const db = await createSmallCutover();
  await db.rows("CREATE TABLE twin (LIKE score INCLUDING ALL)");
  const data = COMBINATIONS.flatMap((_, c) =>
    SCENARIOS.flatMap((_scenario, s) => {
      const base = (c * SCENARIOS.length + s) * 10;
      return [`(${base + 1}, 't${base}', 10)`, `(${base + 2}, 't${base}', 5)`];
    }),
  ).join(", ");
  await db.rows(`INSERT INTO score VALUES ${data}; INSERT INTO twin VALUES ${data}`);
  await db.reach("backfilled", "peak");
  const pair: [pg.Client, pg.Client] = [await db.connect(), await db.connect()];
  for (const [c, levels] of COMBINATIONS.entries()) {
    for (const [s, scenario] of SCENARIOS.entries()) {
      const base = (c * SCENARIOS.length + s) * 10;
      const without = await interleave(pair, "twin", levels, scenario, base);
      const synced = await interleave(pair, "score", levels, scenario, base);
      expect({ levels, scenario: scenario.name, ended: synced }).toEqual({
        levels,
        scenario: scenario.name,
        ended: without,
      });
      expect(await db.verify("peak")).toMatchObject({ drifted: 0, quarantined: 0 });
    }
  }
  await db.drain();
  expect(await db.verify("peak")).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(
    await db.rows(
      "SELECT team FROM peak JOIN score USING (team) GROUP BY team, top HAVING top <> max(points)",
    ),
  ).toEqual([]);
});

/** Two writers of different rows of one unit, both open at once; how both ended. */
async function pairs(
  db: SmallDatabase,
  table: string,
  level: Level,
  count: number,
): Promise<Record<string, number>> {
  const [first, second] = [await db.connect(), await db.connect()];
  const ended: Record<string, number> = {};
  for (let turn = 0; turn < count; turn += 1) {
    for (const [session, id] of [
      [first, 1],
      [second, 2],
    ] as const) {
      await session.query(`BEGIN ISOLATION LEVEL ${level}; SET LOCAL enable_seqscan = off`);
      await session.query(`UPDATE ${table} SET title = $1 WHERE id = $2`, [`turn ${turn}`, id]);
    }
    for (const session of [first, second]) {
      const how = await outcome(session.query("COMMIT"));
      ended[how] = (ended[how] ?? 0) + 1;
    }
  }
  return ended;
}

const UNIT =
  "INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'a'), (2, 'ann', '2026-01-05', 'b')";

for (const phase of ["expanded", "dual_write", "reads_switched", "writes_switched"] as const) {
  for (const level of ["SERIALIZABLE", "REPEATABLE READ"] as const) {
    test(`twenty pairs of ${level} writers of one unit get no 40001 in ${phase}`, async () => {
      const db = await createSmallCutover({ data: UNIT, phase });
      expect(await pairs(db, "sheet", level, 20)).toEqual({ ok: 40 });
      if (phase === "writes_switched") expect(await pairs(db, "page", level, 20)).toEqual({ ok: 40 });
      await db.drain();
      expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
      if (phase !== "expanded")
        expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    });
  }
}

test("a SERIALIZABLE writer is left to the drainer in every phase", async () => {
  const db = await createSmallCutover({ data: UNIT, phase: "backfilled" });
  const session = await db.connect();
  await withTransaction(session, { isolation: "serializable" }, () =>
    session.query("UPDATE sheet SET title = 'x'"),
  );
  expect((await db.rows("SELECT FROM cutover.outbox")).length).toBe(1);
  expect(await db.rows("SELECT FROM page WHERE title = 'x'")).toEqual([]);
  await db.drain();
  expect((await db.rows("SELECT FROM page WHERE title = 'x'")).length).toBe(2);
});

test("a REPEATABLE READ writer whose unit was recomputed since its snapshot commits, and is left pending", async () => {
  const db = await createSmallCutover({ data: UNIT, phase: "backfilled" });
  const session = await db.connect();
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM sheet");
  await db.rows("UPDATE sheet SET title = 'theirs' WHERE id = 2");
  await session.query("UPDATE sheet SET title = 'mine' WHERE id = 1");
  expect(await outcome(session.query("COMMIT"))).toBe("ok");
  expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([{ title: "a" }, { title: "theirs" }]);
  await db.drain();
  expect(await db.rows("SELECT title FROM page ORDER BY id")).toEqual([
    { title: "mine" },
    { title: "theirs" },
  ]);
});

test("a REPEATABLE READ delete next to a backfill leaves no zombie", async () => {
  const db = await createSmallCutover({ data: UNIT });
  await db.advance("dual_write");
  const session = await db.connect();
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM sheet");
  await db.backfill();
  await session.query("DELETE FROM sheet WHERE id = 1");
  expect(await outcome(session.query("COMMIT"))).toBe("ok");
  await db.drain();
  expect(await db.rows("SELECT id FROM page")).toEqual([{ id: "2" }]);
});

test("an update next to a backfill does not go stale, whoever comes first", async () => {
  const db = await createSmallCutover({ data: UNIT });
  await db.advance("dual_write");
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET title = 'v2' WHERE id = 1");
  await db.backfill();
  await writer.query("COMMIT");
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "v2" }]);
  // The other way round: the backfill's transaction is open, the writer waits for the unit.
  await db.rows("SELECT cutover.rollback('small')");
  await db.advance("dual_write");
  const [plan] = await db.rows("SELECT cutover.start_backfill('small') AS id");
  const worker = await db.connect();
  await worker.query("BEGIN");
  for (let turn = 0; turn < 3; turn += 1) {
    await worker.query("SELECT cutover.backfill_step($1, 'test', 100)", [plan?.id]);
  }
  const pid = await pidOf(writer);
  const waiting = outcome(writer.query("UPDATE sheet SET title = 'v3' WHERE id = 1"));
  await untilBlocked(db.pool, pid);
  await worker.query("COMMIT");
  expect(await waiting).toBe("ok");
  await db.drain();
  expect(await db.rows("SELECT title FROM page WHERE id = 1")).toEqual([{ title: "v3" }]);
});

test("flush() by hand says when it leaves notes pending, at every level", async () => {
  const db = await createSmallCutover({ data: UNIT, phase: "writes_switched" });
  for (const level of LEVELS) {
    const session = await db.connect();
    await session.query(`BEGIN ISOLATION LEVEL ${level}; UPDATE page SET note = '${level}' WHERE id = 1`);
    const flushed = await outcome(session.query("SELECT cutover.flush()"));
    if (flushed === "ok") {
      // Read your own write on the other side, as promised.
      expect((await session.query("SELECT note FROM sheet WHERE id = 1")).rows).toEqual([{ note: level }]);
    } else expect(["0A000", "55P03", "40001"]).toContain(flushed);
    await session.query("ROLLBACK");
  }
});
