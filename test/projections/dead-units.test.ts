import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { mappedRows, tableRows, yieldedOnly } from "../helpers/cutover-case.ts";
import { balances, installBalances } from "../helpers/projection-case.ts";
import { createSmallCutover } from "../helpers/small-cutover.ts";
import { outcome, pidOf, until } from "../traps/sessions.ts";

const ACCOUNTS = "INSERT INTO account SELECT n, 'owner ' || n FROM generate_series(1, 4) AS n;";
const EVENTS = "INSERT INTO event SELECT n, 1 + n % 4, '2026-01-01Z', n FROM generate_series(1, 40) AS n";

/** Without totals: a total that has changed would be in the way of a stale recompute, as a row that somebody else has written. */
async function installed() {
  const config = JSON.parse(await balances.read("projection.json"));
  delete config.tables.account_total;
  const found = await installBalances({
    data: ACCOUNTS,
    files: { "projection.json": JSON.stringify(config), "account_total.sql": null },
  });
  await found.db.rows(EVENTS);
  return {
    ...found,
    units: async () =>
      (await found.db.rows("SELECT unit FROM cutover.units ORDER BY unit")).map(({ unit }) => unit),
    compact: async (waitSeconds = 5) =>
      withClient(found.db.url, async (client) => {
        // Units of dates and numbers are spelled alike, whatever the session's settings.
        await client.query("SET DateStyle TO 'German, DMY'");
        return (await client.query("CALL cutover.compact_units('balances', 0, $1)", [waitSeconds])).rows[0]
          .deleted;
      }),
    expectTrue: async () => {
      expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(found, "new"));
      expect(await found.db.verify("balances")).toMatchObject({ drifted: 0, pending: 0 });
    },
  };
}

test("units that no row feeds any more lose their version row, the others keep it; twice is the same", async () => {
  const { db, units, compact, expectTrue } = await installed();
  expect(await compact()).toBe(0);
  await db.rows("DELETE FROM event WHERE account_id IN (1, 3)");
  expect(await units()).toEqual(["(1)", "(2)", "(3)", "(4)"]);
  expect(await compact()).toBe(2);
  expect(await units()).toEqual(["(2)", "(4)"]);
  expect(await compact()).toBe(0);
  await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 1)");
  expect(await units()).toEqual(["(1)", "(2)", "(4)"]);
  await expectTrue();
});

test("the version row outlives every transaction whose snapshot is older than the last recompute", async () => {
  const { db, units, compact, expectTrue } = await installed();
  const old = await db.connect();
  await old.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM event");
  await db.rows("DELETE FROM event WHERE account_id = 1");
  expect(await compact(0)).toBe(0);
  expect(await units()).toContain("(1)");
  // It still sees the deleted events: made true from these, its account would be wrong for ever.
  await old.query("INSERT INTO event VALUES (100, 1, '2026-01-02Z', 1000)");
  expect(await outcome(old.query("COMMIT"))).toBe("ok");
  expect(await db.rows("SELECT unit FROM cutover.outbox")).toEqual([{ unit: "(1)" }]);
  await db.drain();
  expect(await db.rows("SELECT balance::int FROM running_balance WHERE account_id = 1")).toEqual([
    { balance: 1000 },
  ]);
  await expectTrue();
});

test("a writer that comes while old transactions are waited for keeps its unit", async () => {
  const { db, units, compact, expectTrue } = await installed();
  await db.rows("DELETE FROM event WHERE account_id IN (1, 3)");
  const old = await db.connect();
  await old.query("BEGIN; SELECT FROM account");
  const oldPid = await pidOf(old);
  const compacting = compact(20);
  await until(
    async () =>
      (
        await db.rows(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CALL cutover.compact_units%' AND wait_event = 'PgSleep' AND pid <> $1",
          [oldPid],
        )
      ).length > 0,
    "the compaction waits for the open transaction",
  );
  await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-02Z', 7)");
  await db.rows("DELETE FROM event WHERE id = 100; INSERT INTO event VALUES (101, 1, '2026-01-02Z', 8)");
  await old.query("COMMIT");
  expect(await compacting).toBe(1);
  expect(await units()).toEqual(["(1)", "(2)", "(4)"]);
  await expectTrue();
});

test("a REPEATABLE READ writer whose unit came back after its row was deleted is left pending", async () => {
  const { db, compact, expectTrue } = await installed();
  await db.rows("DELETE FROM event WHERE account_id = 1");
  await compact();
  const session = await db.connect();
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM event");
  await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 5)");
  await session.query("INSERT INTO event VALUES (101, 1, '2026-01-02Z', 6)");
  expect(await outcome(session.query("COMMIT"))).toBe("ok");
  expect(await db.rows("SELECT unit FROM cutover.outbox")).toEqual([{ unit: "(1)" }]);
  await db.drain();
  await expectTrue();
});

test("units that are pending or in quarantine stay, and a cutover's are not touched", async () => {
  const { db, compact, units } = await installed();
  await db.rows(
    "INSERT INTO cutover.quarantine (cutover, direction, kind, unit, reason) VALUES ('balances', 'forward', 'account', '(1)', 'for the test')",
  );
  await db.rows("BEGIN ISOLATION LEVEL SERIALIZABLE; DELETE FROM event WHERE account_id IN (1, 2); COMMIT");
  expect(await compact()).toBe(0);
  await db.drain();
  expect(await compact()).toBe(2);
  expect(await units()).toEqual(["(3)", "(4)"]);
  const small = await createSmallCutover();
  await expect(small.rows("CALL cutover.compact_units('small')")).rejects.toMatchObject({ code: "CU010" });
});
