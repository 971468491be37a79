import { expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.ts";
import { withClient, withTransaction } from "../../src/db.ts";
import { drain } from "../../src/engine/drain.ts";
import { goLive } from "../../src/engine/projections.ts";
import { acceptUnits } from "../../src/engine/quarantine.ts";
import { cutovers, phase, status } from "../../src/engine/status.ts";
import { verify } from "../../src/engine/verify.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import { catalogOf, mappedRows, runMigration, tableRows, yieldedOnly } from "../helpers/cutover-case.ts";
import { balances, installBalances, installDefinition, loadBalances } from "../helpers/projection-case.ts";
import { outcome } from "../traps/sessions.ts";

const EVENTS = `INSERT INTO account SELECT n, 'owner ' || n FROM generate_series(1, 4) AS n;
  INSERT INTO event SELECT n, 1 + n % 4, timestamptz '2026-01-01Z' + n * interval '1 hour', n FROM generate_series(1, 40) AS n;`;

/** Fails for an account with an event of amount 13. */
const FAILS_AT_13 = {
  "account_total.sql": `SELECT account_id, count(*) AS events, sum(amount + 0 / (amount - 13)) AS balance, max(happened_at) AS last_event_at
    FROM event GROUP BY account_id`,
};

test("in an empty database it is live at once; with rows it is being built until a backfill and a verify", async () => {
  const empty = await installBalances();
  expect(await phase(empty.db.pool, "balances")).toBe("live");
  const { db } = await installBalances({ data: EVENTS });
  expect(await cutovers(db.pool)).toEqual([{ name: "balances", kind: "projection", phase: "building" }]);
  await db.verify("balances");
  expect(await phase(db.pool, "balances")).toBe("building");
  await db.backfill("balances");
  expect(await phase(db.pool, "balances")).toBe("building");
  await db.verify("balances");
  expect(await phase(db.pool, "balances")).toBe("live");
  expect(
    await db.rows(
      "SELECT from_phase, to_phase, jsonb_array_length(gates) AS gates FROM cutover.phase_transitions",
    ),
  ).toEqual([{ from_phase: "dual_write", to_phase: "backfilled", gates: 5 }]);
  expect(await db.rows("SELECT event FROM cutover.events WHERE event = 'projection_live'")).toHaveLength(1);
});

test("a projection that was live at once has no unit that may wait for a backfill: what nobody noticed is drift", async () => {
  const { db } = await installBalances();
  await db.rows(`SET session_replication_role = replica; ${EVENTS}; RESET session_replication_role`);
  expect(await verify(db.pool, "balances")).toMatchObject({ drifted: 4 });
  expect(await verify(db.pool, "balances", { repair: true })).toMatchObject({ drifted: 0 });
  expect(await db.rows("SELECT account_id::int FROM account_total ORDER BY 1")).toHaveLength(4);
});

test("a chain with a projection, a changed one, a dropped one and a new one replays from zero", async () => {
  const db = await createCoreDatabase({ searchPath: "public" });
  await db.pool.query(await balances.read("tables.sql"));
  const [first, changed] = await Promise.all(
    [{}, FAILS_AT_13].map(async (files) => {
      const definition = await loadBalances(files);
      return compile(definition, await catalogOf(db, definition));
    }),
  );
  for (const text of [first, changed, "SELECT cutover.drop_projection('balances');", first, changed]) {
    await runMigration(db, text ?? "");
  }
  expect(await phase(db.pool, "balances")).toBe("live");
  await db.pool.query(EVENTS);
  expect((await db.pool.query("SELECT count(*)::int AS n FROM running_balance")).rows).toEqual([{ n: 0 }]);
  // The account of the event of amount 13 fails, and with it the whole commit's flush; the drainer takes them one by one.
  await drain(db.pool, "balances");
  expect((await db.pool.query("SELECT count(*)::int AS n FROM running_balance")).rows).toEqual([{ n: 30 }]);
});

test("while it is being built, an account that is written is true already", async () => {
  const { db } = await installBalances({ data: EVENTS });
  await db.rows("INSERT INTO event VALUES (100, 1, '2025-01-01Z', 1000)");
  expect(await db.rows("SELECT account_id::int, balance::int FROM account_total")).toEqual([
    { account_id: 1, balance: 1220 },
  ]);
  expect(
    await db.rows(
      "SELECT class, count(*)::int AS units FROM cutover.classes('balances', 'forward', 'account') GROUP BY class ORDER BY class",
    ),
  ).toEqual([
    { class: "in sync", units: 1 },
    { class: "not yet backfilled", units: 3 },
  ]);
});

test("the library's backfill ends with a live projection, and goLive is nothing to a live one", async () => {
  const { db } = await installBalances({ data: EVENTS });
  expect(await goLive(db.pool, "balances")).toMatchObject({ state: "building" });
  expect(await backfill(db.pool, "balances", { localHelpers: 2 })).toMatchObject({
    state: "finished",
    done: 4,
  });
  expect(await status(db.pool, "balances")).toMatchObject({
    kind: "projection",
    phase: "live",
    next: null,
    irreversible: null,
    legacyTables: ["public.event"],
    newTables: ["public.running_balance", "public.account_total"],
  });
  const before = await db.rows("SELECT count(*) AS n FROM cutover.drift_runs");
  expect(await goLive(db.pool, "balances")).toEqual({ projection: "balances", state: "live", gates: [] });
  expect(await db.rows("SELECT count(*) AS n FROM cutover.drift_runs")).toEqual(before);
});

test("rows that were in its tables before are units as well: what no row feeds is gone after the backfill", async () => {
  const found = await installBalances({
    data: `${EVENTS} INSERT INTO account_total VALUES (99, 1, 1, now()); INSERT INTO running_balance VALUES (1, 3, now(), 7)`,
  });
  await backfill(found.db.pool, "balances", { localHelpers: 1 });
  expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(found, "new"));
  expect(await phase(found.db.pool, "balances")).toBe("live");
});

test("a unit that cannot be written keeps it from being live, with the reason; the application's writes go on", async () => {
  const { db } = await installBalances({ data: EVENTS, files: FAILS_AT_13 });
  await backfill(db.pool, "balances", { localHelpers: 1 });
  const found = await status(db.pool, "balances");
  expect(found).toMatchObject({
    phase: "building",
    quarantine: [{ class: "quarantined", reason: "22012", units: 1 }],
  });
  expect(found.next?.gates.filter(({ yes }) => !yes).map(({ gate }) => gate)).toEqual([
    "quarantine_accepted",
    "drift_free",
  ]);
  await expect(verify(db.pool, "balances")).rejects.toMatchObject({
    code: "CU222",
    message: expect.stringContaining(
      "fails on rows that are there, so nothing can be compared: division by zero",
    ),
    hint: expect.stringContaining("cutover quarantine balances"),
  });
  // Its account goes on being written, and so do the others.
  await db.rows("INSERT INTO event VALUES (100, 2, '2026-01-01Z', 5), (101, 3, '2026-01-01Z', 5)");
  await db.drain();
  expect(await db.rows("SELECT account_id::int, events::int FROM account_total ORDER BY 1")).toEqual([
    { account_id: 1, events: 10 },
    { account_id: 3, events: 11 },
    { account_id: 4, events: 10 },
  ]);
  // The row is mended, and the unit is taken up by that very commit.
  await db.rows("UPDATE event SET amount = 14 WHERE id = 13");
  expect(await db.rows("SELECT events::int FROM account_total WHERE account_id = 2")).toEqual([
    { events: 11 },
  ]);
  expect(await goLive(db.pool, "balances")).toMatchObject({ state: "live" });
});

/** Each account's place among all. */
const RANKS = {
  "account_total.sql": `SELECT account_id, count(*) AS events, rank() OVER (ORDER BY sum(amount))::numeric AS balance,
      max(happened_at) AS last_event_at
    FROM event GROUP BY account_id`,
};

test("a SELECT that looks beyond its unit is found out before it is live, though all is right after the backfill", async () => {
  const { db } = await installBalances({ data: EVENTS, files: RANKS });
  await backfill(db.pool, "balances", { localHelpers: 1 });
  // One batch held all accounts.
  expect(await verify(db.pool, "balances")).toMatchObject({ drifted: 0, wentLive: false });
  const found = await goLive(db.pool, "balances");
  expect(found?.gates.filter(({ yes }) => !yes)).toEqual([
    {
      gate: "units_local",
      yes: false,
      figure: expect.stringMatching(/^[1-4] units looked at$/),
      reason: expect.stringMatching(/^account \([2-4]\) comes out alone otherwise than among all/),
      nextStep: expect.stringContaining("PARTITION BY"),
    },
  ]);
  // What it would do: after a write of one account, its place is the first.
  await db.rows("UPDATE event SET amount = amount + 1 WHERE id = 3");
  expect(await verify(db.pool, "balances", { repair: true })).toMatchObject({ drifted: 1 });
});

test("a unit that its table refuses is in quarantine, with its rows; all others are counted and compared", async () => {
  const { db } = await installBalances({
    data: `ALTER TABLE account_total ADD CHECK (balance < 220); ${EVENTS}`,
  });
  await backfill(db.pool, "balances", { localHelpers: 1 });
  expect(await phase(db.pool, "balances")).toBe("building");
  expect(await verify(db.pool, "balances")).toMatchObject({
    drifted: 0,
    accounting: { forward: { account: { "in sync": 3, quarantined: 1 } } },
  });
  expect(
    await db.rows("SELECT reason, unit, jsonb_array_length(rows) AS rows FROM cutover.quarantine"),
  ).toEqual([{ reason: "23514", unit: "(1)", rows: 10 }]);
  // Somebody takes responsibility for it.
  await acceptUnits(db.pool, "balances", {});
  expect(await goLive(db.pool, "balances")).toMatchObject({ state: "live" });
});

test("a verify that meets units pending lets it be live once they are worked off", async () => {
  const { db } = await installBalances({ data: EVENTS });
  await db.backfill("balances");
  await withClient(db.url, (client) =>
    withTransaction(client, { isolation: "serializable" }, () =>
      client.query("UPDATE event SET amount = amount + 1"),
    ),
  );
  expect(await db.verify("balances")).toMatchObject({ drifted: 0, pending: 4 });
  expect(await phase(db.pool, "balances")).toBe("building");
  await db.drain();
  expect(await db.rows("SELECT cutover.settle_projection('balances') AS live")).toEqual([{ live: true }]);
});

test("nobody but its sync writes its tables: not the owner, not by TRUNCATE, and rights change nothing", async () => {
  const { db } = await installBalances({ data: EVENTS });
  const role = `app_${db.name}`;
  await db.rows(`CREATE ROLE ${role} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON event, running_balance TO ${role};
    GRANT SELECT, REFERENCES ON account TO ${role}; GRANT USAGE ON SCHEMA public TO ${role}`);
  try {
    const session = await db.connect();
    for (const text of [
      "INSERT INTO running_balance VALUES (1000, 1, now(), 1)",
      "UPDATE running_balance SET balance = 0",
      "DELETE FROM account_total",
      "TRUNCATE account_total",
    ]) {
      const refused = session.query(text);
      await expect(refused).rejects.toMatchObject({
        code: "CU050",
        message: expect.stringContaining("is kept by projection balances: only its sync writes it"),
        hint: "Write public.event; it follows.",
      });
    }
    await session.query(`SET ROLE ${role}`);
    await session.query("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 5)");
    expect((await session.query("SELECT FROM running_balance WHERE event_id = 100")).rowCount).toBe(1);
    await expect(session.query("UPDATE running_balance SET balance = 0")).rejects.toMatchObject({
      code: "CU050",
    });
    for (const call of [
      "cutover.settle_projection('balances')",
      "cutover.drop_projection('balances')",
      "cutover.refuse_projection('balances')",
      "cutover.ask_projection_gates('balances')",
      "cutover_balances.recompute('forward', 'account', '{(1)}', 'all')",
    ]) {
      expect(await outcome(session.query(`SELECT ${call}`))).toBe("42501");
    }
    expect(
      (
        await session.query(
          `SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE n.nspname IN ('cutover', 'cutover_balances') AND has_function_privilege('public', p.oid, 'EXECUTE')`,
        )
      ).rows,
    ).toEqual([]);
  } finally {
    await db.rows(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test("a row that an application's own cascade takes from its tables is there again at the commit", async () => {
  const { db } = await installBalances({ data: EVENTS });
  await db.rows("SELECT cutover.drop_projection('balances')");
  await db.rows(
    "CREATE TABLE label (id bigint PRIMARY KEY); INSERT INTO label VALUES (1); ALTER TABLE account_total ADD COLUMN label bigint DEFAULT 1 REFERENCES label ON DELETE CASCADE",
  );
  const config = JSON.parse(await balances.read("projection.json"));
  config.tables.account_total.keep = ["label"];
  await installDefinition(db, await loadBalances({ "projection.json": JSON.stringify(config) }));
  await backfill(db.pool, "balances", { localHelpers: 1 });
  await db.rows("ALTER TABLE account_total ALTER label DROP DEFAULT; DELETE FROM label");
  expect(await db.rows("SELECT count(*)::int AS n FROM account_total")).toEqual([{ n: 4 }]);
});

test("more accounts than a commit may work off are left to the drainer, pending and no drift", async () => {
  const config = JSON.parse(await balances.read("projection.json"));
  config.sync = { maxUnits: 2 };
  const { db } = await installBalances({ files: { "projection.json": JSON.stringify(config) } });
  await db.rows(EVENTS);
  expect(await db.rows("SELECT FROM account_total")).toEqual([]);
  expect(await db.verify("balances")).toMatchObject({ drifted: 0, pending: 4 });
  await db.drain();
  expect(await db.rows("SELECT FROM account_total")).toHaveLength(4);
  expect(await db.verify("balances")).toMatchObject({ drifted: 0, pending: 0 });
});

test("in psql as well, no move of a cutover is one of a projection", async () => {
  const { db } = await installBalances({ data: EVENTS });
  for (const call of [
    "SELECT cutover.advance('balances', 'backfilled')",
    "SELECT cutover.advance('balances', 'reads_switched')",
    "CALL cutover.advance_steps('balances', 'archived')",
    "CALL cutover.advance_steps('balances', 'legacy_locked')",
    "SELECT cutover.rollback('balances')",
    "CALL cutover.rollback_steps('balances')",
    "SELECT cutover.enter_step('balances', 'legacy_locked:fenced')",
  ]) {
    await expect(db.rows(call), call).rejects.toMatchObject({
      code: "CU051",
      message: "balances is a projection: it has no phases to move through, forward or back",
    });
  }
  expect(await phase(db.pool, "balances")).toBe("building");
  await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 5)");
});

test("another SELECT, or other units, and it is built anew; the same again, and it stays live", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await backfill(db.pool, "balances", { localHelpers: 1 });
  await installDefinition(db, await loadBalances());
  expect(await phase(db.pool, "balances")).toBe("live");
  expect(await db.rows("SELECT * FROM cutover.fingerprint_problems('balances')")).toEqual([]);

  // A note from before stands in the outbox, spelled in the old units.
  await withClient(db.url, (client) =>
    withTransaction(client, { isolation: "serializable" }, () =>
      client.query("UPDATE event SET amount = 0 WHERE id = 1"),
    ),
  );
  const config = JSON.parse(await balances.read("projection.json"));
  config.units.account = { account_id: "bigint", parity: "integer" };
  config.reads.event.feeds.account = ["account_id", "(account_id % 2)::integer"];
  for (const table of ["running_balance", "account_total"]) {
    config.tables[table].unit.account = ["account_id", "(account_id % 2)::integer"];
  }
  await installDefinition(db, await loadBalances({ "projection.json": JSON.stringify(config) }));
  expect(await phase(db.pool, "balances")).toBe("building");
  await backfill(db.pool, "balances", { localHelpers: 1 });
  expect(await phase(db.pool, "balances")).toBe("live");
  expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(found, "new"));
});

test("dropped by a migration, nothing of it is left but its tables, and events go on", async () => {
  const { db } = await installBalances({ data: EVENTS });
  await backfill(db.pool, "balances", { localHelpers: 1 });
  await db.rows("SELECT cutover.drop_projection('balances')");
  await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 5)");
  await db.rows("DELETE FROM account_total");
  const left = await db.rows(
    `SELECT (SELECT count(*) FROM cutover.cutovers) + (SELECT count(*) FROM cutover.units) + (SELECT count(*) FROM cutover.outbox)
          + (SELECT count(*) FROM cutover.backfills) + (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'zzz%')
          + (SELECT count(*) FROM pg_namespace WHERE nspname = 'cutover_balances') AS rows`,
  );
  expect(left).toEqual([{ rows: "0" }]);
  await expect(db.rows("SELECT cutover.drop_projection('balances')")).rejects.toMatchObject({
    code: "CU011",
  });
});

test("what it does not read of a table is the application's own business, for as long as the projection stays", async () => {
  const found = await installBalances({ data: EVENTS });
  const { db } = found;
  await backfill(db.pool, "balances", { localHelpers: 1 });
  await db.rows(`ALTER TABLE event DROP COLUMN note, ADD COLUMN label text, ADD UNIQUE (account_id, id);
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.label := ''x''; RETURN NEW; END';
    CREATE TRIGGER stamp BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION stamp();
    ALTER TABLE event RENAME COLUMN label TO tag; ALTER TABLE event DROP COLUMN tag; DROP TRIGGER stamp ON event`);
  await db.rows("INSERT INTO event VALUES (100, 1, '2026-01-01Z', 5)");
  expect(await db.rows("SELECT * FROM cutover.fingerprint_problems('balances')")).toEqual([]);
  expect(await verify(db.pool, "balances")).toMatchObject({ drifted: 0, fingerprintProblems: [] });
  expect(await installDefinition(db, found.definition)).toBe(found.compiled);

  // What it reads, and the tables that it keeps, are not.
  await expect(db.rows("ALTER TABLE event DROP COLUMN amount")).rejects.toMatchObject({ code: "2BP01" });
  await db.rows(
    "ALTER TABLE event ALTER happened_at DROP NOT NULL; ALTER TABLE account_total ADD COLUMN extra text",
  );
  expect(
    await db.rows("SELECT table_name, aspect FROM cutover.fingerprint_problems('balances') ORDER BY 1"),
  ).toEqual([
    { table_name: "public.account_total", aspect: "columns" },
    { table_name: "public.event", aspect: "columns" },
  ]);
  await db.rows("ALTER TABLE event DISABLE TRIGGER zzz_cutover_balances_insert");
  expect(
    await db.rows(
      "SELECT problem FROM cutover.fingerprint_problems('balances') WHERE aspect = 'sync triggers'",
    ),
  ).toContainEqual({ problem: expect.stringContaining("zzz_cutover_balances_insert is disabled") });
});
