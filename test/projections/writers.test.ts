import { expect, test } from "vitest";
import { withTransaction } from "../../src/db.ts";
import { mappedRows, tableRows, yieldedOnly } from "../helpers/cutover-case.ts";
import {
  type InstalledProjection,
  installBalances,
  installDefinition,
  loadBalances,
} from "../helpers/projection-case.ts";
import { outcome, untilBlocked } from "../traps/sessions.ts";

const ACCOUNTS = "INSERT INTO account SELECT n, 'owner ' || n FROM generate_series(1, 4) AS n;";
const EVENTS = `${ACCOUNTS}
  INSERT INTO event SELECT n, 1 + n % 4, timestamptz '2026-01-01Z' + n * interval '1 hour', n FROM generate_series(1, 40) AS n;`;
const LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] as const;

/** The running balances of an account, in their order. */
async function runningOf({ db }: Pick<InstalledProjection, "db">, account: number): Promise<string[]> {
  const rows = await db.rows(
    "SELECT balance::text FROM running_balance WHERE account_id = $1 ORDER BY happened_at, event_id",
    [account],
  );
  return rows.map(({ balance }) => balance);
}

async function expectTrue(found: InstalledProjection): Promise<void> {
  expect(await found.db.rows("SELECT FROM cutover.outbox")).toEqual([]);
  expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(found, "new"));
  expect(await found.db.verify("balances")).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
}

test("a reader sees its own committed write at once, and a late event in every later row", async () => {
  const found = await installBalances({ data: ACCOUNTS });
  const { db } = found;
  await db.rows("INSERT INTO event VALUES (1, 1, '2026-01-01Z', 10), (2, 1, '2026-01-03Z', 5)");
  expect(await runningOf(found, 1)).toEqual(["10", "15"]);
  await db.rows("INSERT INTO event VALUES (3, 1, '2026-01-02Z', -4)");
  expect(await runningOf(found, 1)).toEqual(["10", "6", "11"]);
  await db.rows("UPDATE event SET happened_at = '2025-12-31Z' WHERE id = 2");
  expect(await runningOf(found, 1)).toEqual(["5", "15", "11"]);
  await db.rows("UPDATE event SET account_id = 2 WHERE id = 1");
  expect(await runningOf(found, 1)).toEqual(["5", "1"]);
  expect(await runningOf(found, 2)).toEqual(["10"]);
  expect(await db.rows("SELECT balance::text, events::int FROM account_total ORDER BY account_id")).toEqual([
    { balance: "1", events: 2 },
    { balance: "10", events: 1 },
  ]);
});

test("inside its transaction a writer sees its write after cutover.flush()", async () => {
  const found = await installBalances({ data: ACCOUNTS });
  const session = await found.db.connect();
  await session.query("BEGIN; INSERT INTO event VALUES (1, 1, '2026-01-01Z', 10)");
  expect((await session.query("SELECT FROM running_balance")).rowCount).toBe(0);
  await session.query("SELECT cutover.flush()");
  expect((await session.query("SELECT balance::text FROM running_balance")).rows).toEqual([
    { balance: "10" },
  ]);
  await session.query("ROLLBACK");
  await expectTrue(found);
});

test("only rows that change are written: one for an event at the end, those behind it for a late one, none for a note", async () => {
  const found = await installBalances({
    data: `${ACCOUNTS}
      INSERT INTO event SELECT n, 1, timestamptz '2026-01-01Z' + n * interval '1 hour', 1 FROM generate_series(1, 500) AS n;`,
  });
  const { db } = found;
  await db.backfill("balances");
  const written = async (write: string) => {
    const before = "SELECT event_id, xmin::text AS version FROM running_balance";
    const known = new Map((await db.rows(before)).map(({ event_id, version }) => [event_id, version]));
    await db.rows(write);
    return (await db.rows(before)).filter(({ event_id, version }) => known.get(event_id) !== version).length;
  };
  expect(await written("INSERT INTO event VALUES (501, 1, '2026-12-31Z', 1)")).toBe(1);
  // Between the 490th and the 491st: itself, and the eleven behind it.
  expect(await written("INSERT INTO event VALUES (502, 1, '2026-01-21 10:30Z', 1)")).toBe(12);
  expect(await written("UPDATE event SET note = 'x'")).toBe(0);
  expect(await written("UPDATE event SET amount = amount")).toBe(0);
  expect(await written("DELETE FROM event WHERE id = 501")).toBe(0);
  await expectTrue(found);
});

test("an update of what no SELECT reads notes nothing", async () => {
  const { db } = await installBalances({ data: EVENTS });
  const session = await db.connect();
  await session.query("BEGIN; UPDATE event SET note = 'x'; UPDATE event SET amount = amount + 0");
  expect((await session.query("SELECT FROM cutover.outbox")).rowCount).toBe(0);
  await session.query("UPDATE event SET amount = amount + 1 WHERE account_id = 1");
  expect((await session.query("SELECT unit FROM cutover.outbox")).rows).toEqual([{ unit: "(1)" }]);
  await session.query("ROLLBACK");
});

test("a unit that no row feeds any more has no row: deleted events, deleted accounts, TRUNCATE", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await db.backfill("balances");
  await db.rows("DELETE FROM event WHERE account_id = 1");
  expect(await runningOf(found, 1)).toEqual([]);
  await db.rows("DELETE FROM account WHERE id = 2");
  expect(await db.rows("SELECT account_id::int FROM account_total ORDER BY 1")).toEqual([
    { account_id: 3 },
    { account_id: 4 },
  ]);
  await expectTrue(found);
  await db.rows("TRUNCATE event");
  expect(await db.rows("SELECT FROM running_balance")).toEqual([]);
  expect(await db.rows("SELECT FROM account_total")).toEqual([]);
  await expectTrue(found);
});

test.each(LEVELS)(
  "twenty pairs of %s writers of one account meet no error that they would not meet without",
  async (level) => {
    const found = await installBalances({ data: EVENTS });
    const { db } = found;
    await db.backfill("balances");
    const sessions = [await db.connect(), await db.connect()];
    for (let turn = 0; turn < 20; turn += 1) {
      for (const [at, session] of sessions.entries()) {
        await session.query(`BEGIN ISOLATION LEVEL ${level}`);
        await session.query("INSERT INTO event VALUES ($1, 1, $2, 1)", [
          1000 + 2 * turn + at,
          `2026-02-${10 + (turn % 7)} 0${at}:00Z`,
        ]);
      }
      const ends = await Promise.all(sessions.map((session) => outcome(session.query("COMMIT"))));
      expect(ends).toEqual(["ok", "ok"]);
    }
    await db.drain();
    await expectTrue(found);
  },
);

/** A small, repeatable source of choices. */
function choices(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Writers at all levels until `done`; what they committed, and errors that sync might have brought. */
async function writeUntil({ db }: InstalledProjection, writers: number, done: (turn: number) => boolean) {
  const errors = new Set<string>();
  let committed = 0;
  let serial = 10_000;
  await Promise.all(
    Array.from({ length: writers }, async (_, index) => {
      const choose = choices(index + 1);
      const session = await db.connect();
      for (let turn = 0; !done(turn); turn += 1) {
        const level = LEVELS[choose(LEVELS.length)];
        const event = () => 1 + choose(40);
        const at = `timestamptz '2026-01-01Z' + ${choose(60)} * interval '1 hour'`;
        const write = () => {
          serial += 1;
          return [
            `INSERT INTO event VALUES (${serial}, ${1 + choose(4)}, ${at}, ${choose(9)})`,
            `UPDATE event SET amount = amount + 1 WHERE id = ${event()}`,
            `UPDATE event SET account_id = ${1 + choose(4)} WHERE id = ${event()}`,
            `DELETE FROM event WHERE id = ${event()}`,
          ][choose(4)];
        };
        // Two statements of the same order in all transactions would be too kind; what the application itself meets, it tries again.
        const how = await outcome(
          session.query(`BEGIN ISOLATION LEVEL ${level}; ${write()}; ${write()}; COMMIT`),
        );
        if (how === "ok") committed += 1;
        else await session.query("ROLLBACK");
        if (!["ok", "40001", "40P01"].includes(how)) errors.add(how);
      }
    }),
  );
  return { committed, errors: [...errors] };
}

test("writers at all levels, a drainer and verifies: no verify is alarmed, and all is true when it is quiet", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await db.backfill("balances");
  let writing = true;
  const drainer = (async () => {
    while (writing) await outcome(db.rows("SELECT cutover.drain('balances', 3)"));
  })();
  const alarms: number[] = [];
  let verified = 0;
  const watcher = (async () => {
    while (writing) {
      // Going live is an update of the projection's row, as any other: whoever comes second asks again.
      const run = await db.verify("balances").catch(() => undefined);
      verified += run === undefined ? 0 : 1;
      if (run !== undefined && run.drifted > 0) alarms.push(run.drifted);
    }
  })();
  const { committed, errors } = await writeUntil(found, 5, (turn) => turn >= 12);
  writing = false;
  await Promise.all([drainer, watcher]);
  expect(alarms).toEqual([]);
  expect(errors).toEqual([]);
  expect(committed).toBeGreaterThan(0);
  expect(verified).toBeGreaterThan(0);
  await db.drain();
  await expectTrue(found);
});

test("built while writers of all levels are at work, it is live with nothing lost", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  expect(await db.rows("SELECT phase FROM cutover.cutovers")).toEqual([{ phase: "dual_write" }]);
  let building = true;
  const writing = writeUntil(found, 3, () => !building);
  await db.backfill("balances");
  building = false;
  expect((await writing).errors).toEqual([]);
  await db.drain();
  await expectTrue(found);
  expect(await db.rows("SELECT phase FROM cutover.cutovers")).toEqual([{ phase: "backfilled" }]);
});

test("writers with a snapshot from before the projection was there are noted, and what they write is not lost", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await db.backfill("balances");
  await db.verify("balances");
  for (const level of ["REPEATABLE READ", "SERIALIZABLE"]) {
    const session = await db.connect();
    await session.query(`BEGIN ISOLATION LEVEL ${level}; SELECT FROM account`);
    await db.rows("SELECT cutover.drop_projection('balances')");
    await installDefinition(db, await loadBalances());
    await db.backfill("balances");
    await session.query("INSERT INTO event VALUES ($1, 1, '2026-01-01 00:30Z', 100)", [level.length + 500]);
    expect(await outcome(session.query("COMMIT"))).toBe("ok");
    await db.drain();
    await expectTrue(found);
  }
});

test("a migration that meets an open writer waits for it or fails, and loses nothing", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await db.backfill("balances");
  await db.rows("SELECT cutover.drop_projection('balances')");
  const writer = await db.connect();
  await writer.query("BEGIN; INSERT INTO event VALUES (100, 1, '2026-01-01Z', 1)");
  expect(await outcome(installDefinition(db, await loadBalances()))).toBe("55P03");
  await writer.query("INSERT INTO event VALUES (101, 2, '2026-01-01Z', 1); COMMIT");
  await installDefinition(db, await loadBalances());
  await db.backfill("balances");
  await expectTrue(found);
});

test("a REPEATABLE READ writer whose account was recomputed since its snapshot is left pending, not made true from old rows", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await db.backfill("balances");
  const session = await db.connect();
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM event");
  await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 1000)");
  await session.query("INSERT INTO event VALUES (101, 1, '2026-01-01Z', 1)");
  expect(await outcome(session.query("COMMIT"))).toBe("ok");
  expect((await db.rows("SELECT FROM cutover.outbox")).length).toBe(1);
  expect(await db.verify("balances")).toMatchObject({ drifted: 0, pending: 1 });
  await db.drain();
  await expectTrue(found);
});

test("the tables that are read are never locked against writers: not by a backfill, a verify or going live", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  const [plan] = await db.rows("SELECT cutover.start_backfill('balances') AS id");
  const worker = await db.connect();
  await withTransaction(worker, {}, async () => {
    await worker.query("SELECT cutover.backfill_step($1, 'test', 2)", [plan?.id]);
    // Of the units that the batch holds: the write is done, and its unit is left pending after the lock timeout.
    await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 1)");
    const held = await db.rows(
      "SELECT relation::regclass::text AS name, mode FROM pg_locks WHERE relation = 'event'::regclass AND granted AND mode NOT IN ('AccessShareLock', 'RowExclusiveLock')",
    );
    expect(held).toEqual([]);
  });
  await db.backfill("balances");
  await db.drain();
  await expectTrue(found);
});

test("a writer waits for another writer of its account at most for the lock timeout, and commits", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await db.backfill("balances");
  const first = await db.connect();
  await first.query("BEGIN; INSERT INTO event VALUES (100, 1, '2026-01-01Z', 1); SELECT cutover.flush()");
  const second = await db.connect();
  const [{ pid }] = (await second.query("SELECT pg_backend_pid() AS pid")).rows as [{ pid: number }];
  const committing = outcome(second.query("INSERT INTO event VALUES (101, 1, '2026-01-01Z', 1)"));
  await untilBlocked(db.pool, pid);
  expect(await committing).toBe("ok");
  await first.query("COMMIT");
  expect(await db.rows("SELECT unit FROM cutover.outbox")).toEqual([{ unit: "(1)" }]);
  await db.drain();
  await expectTrue(found);
});
