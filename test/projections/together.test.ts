import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { lintDefinition } from "../../src/lint/lint.ts";
import { catalogOf } from "../helpers/cutover-case.ts";
import {
  installBalances,
  installDefinition,
  loadBalances,
  loadProjectionFiles,
} from "../helpers/projection-case.ts";
import { createSmallCutover, installCutover } from "../helpers/small-cutover.ts";

/** A projection of one table with the key of its unit, as files. */
function perOwner(name: string, options: { reads: string; table: string; select: string; owner?: string }) {
  const owner = options.owner ?? "owner";
  return loadProjectionFiles({
    "projection.json": JSON.stringify({
      name,
      units: { owner: { owner: "text" } },
      reads: {
        [options.reads]: { key: options.reads === "account" ? ["id"] : [owner], feeds: { owner: [owner] } },
      },
      tables: { [options.table]: { key: ["owner"], unit: { owner: ["owner"] } } },
    }),
    [`${options.table}.sql`]: options.select,
  });
}

const RANKS = `
  CREATE TABLE public.top_account (owner text PRIMARY KEY, best numeric NOT NULL);
  CREATE TABLE public.standing (owner text PRIMARY KEY, rich boolean NOT NULL);`;

test("a projection of a projection is true at the same commit, whatever their names", async () => {
  for (const [first, second] of [
    ["a_first", "b_second"],
    ["z_first", "b_second"],
  ] as const) {
    const { db } = await installBalances();
    await db.rows(RANKS);
    await db.rows("SELECT cutover.drop_projection('balances')");
    await db.rows(
      "DROP TABLE running_balance, account_total; CREATE TABLE account_total (owner text PRIMARY KEY, balance numeric NOT NULL)",
    );
    await db.rows("ALTER TABLE account ADD COLUMN amount numeric NOT NULL DEFAULT 0");
    const one = await perOwner(first, {
      reads: "account",
      table: "account_total",
      select: "SELECT owner, sum(amount) AS balance FROM account GROUP BY owner",
    });
    const two = await perOwner(second, {
      reads: "account_total",
      table: "standing",
      select: "SELECT owner, balance > 100 AS rich FROM account_total",
    });
    await installDefinition(db, two);
    await installDefinition(db, one);
    await db.rows("INSERT INTO account VALUES (1, 'ann', 70), (2, 'ann', 40), (3, 'bob', 5)");
    const standing = () => db.rows("SELECT owner, rich FROM standing ORDER BY owner");
    expect(await standing()).toEqual([
      { owner: "ann", rich: true },
      { owner: "bob", rich: false },
    ]);
    await db.rows("UPDATE account SET amount = 1 WHERE id = 1");
    expect((await standing())[0]).toEqual({ owner: "ann", rich: false });
    await db.rows("DELETE FROM account WHERE owner = 'bob'");
    expect(await standing()).toEqual([{ owner: "ann", rich: false }]);
    expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
    // A repair of the first reaches the second by the drainer.
    const behind =
      "SET session_replication_role = replica; UPDATE account SET amount = 500 WHERE id = 1; RESET session_replication_role";
    await db.rows(behind);
    expect(await db.verify(first)).toMatchObject({ drifted: 1 });
    await db.rows("SELECT cutover.repair((SELECT max(id) FROM cutover.drift_runs))");
    await db.drain();
    expect((await standing())[0]).toEqual({ owner: "ann", rich: true });
    expect(await db.verify(second)).toMatchObject({ drifted: 0, pending: 0 });
  }
});

const PAGES = `
  CREATE TABLE public.page_count (owner text PRIMARY KEY, pages bigint NOT NULL, hits bigint NOT NULL);
  CREATE TABLE public.sheet_count (owner text PRIMARY KEY, sheets bigint NOT NULL);`;

test("a projection over either side of a cutover follows in every phase, whoever writes", async () => {
  const db = await createSmallCutover({
    data: "INSERT INTO sheet (id, owner, day) SELECT n, 'ann', '2026-01-05' FROM generate_series(1, 3) AS n",
  });
  await db.rows(PAGES);
  const count = (name: string, reads: string, table: string, select: string) =>
    loadProjectionFiles({
      "projection.json": JSON.stringify({
        name,
        units: { owner: { owner: "text" } },
        reads: { [reads]: { key: ["id"], feeds: { owner: ["owner"] } } },
        tables: { [table]: { key: ["owner"], unit: { owner: ["owner"] } } },
      }),
      [`${table}.sql`]: select,
    });
  await installDefinition(
    db,
    await count(
      "a_pages",
      "page",
      "page_count",
      "SELECT owner, count(*) AS pages, sum(hits) AS hits FROM page GROUP BY owner",
    ),
  );
  await installDefinition(
    db,
    await count(
      "sheets",
      "sheet",
      "sheet_count",
      "SELECT owner, count(*) AS sheets FROM sheet GROUP BY owner",
    ),
  );
  await db.backfill("sheets");
  const counts = async () => {
    const [pages] = await db.rows("SELECT pages::int, hits::int FROM page_count");
    const [sheets] = await db.rows("SELECT sheets::int FROM sheet_count");
    return { ...pages, ...sheets };
  };
  expect(await counts()).toEqual({ sheets: 3 });
  await db.reach("backfilled");
  await db.drain();
  expect(await counts()).toEqual({ pages: 3, hits: 0, sheets: 3 });
  await db.rows("INSERT INTO sheet (id, owner, day, hits) VALUES (4, 'ann', '2026-01-05', 7)");
  expect(await counts()).toEqual({ pages: 4, hits: 7, sheets: 4 });
  await db.reach("writes_switched");
  await db.rows("UPDATE sheet SET hits = hits + 1 WHERE id = 1");
  expect(await counts()).toEqual({ pages: 4, hits: 8, sheets: 4 });
  await db.rows("DELETE FROM page WHERE id = 2");
  expect(await counts()).toEqual({ pages: 3, hits: 8, sheets: 3 });
  await db.rows("CALL cutover.rollback_steps('small')");
  await db.rows("DELETE FROM sheet WHERE id = 3");
  await db.drain();
  expect(await counts()).toEqual({ pages: 3, hits: 8, sheets: 2 });
  for (const name of ["a_pages", "sheets"]) {
    expect(await db.verify(name)).toMatchObject({ drifted: 0, pending: 0 });
  }
});

test("two writers of one table, a circle, and a name that is taken are refused by name", async () => {
  const { db } = await installBalances();
  await db.rows(RANKS);
  const fails = async (work: Promise<unknown>) =>
    work.then(
      () => "ok",
      ({ code, message, hint }) => `${code} ${message} | ${hint}`,
    );
  const top = (reads: string, table: string, name = "top") =>
    perOwner(name, {
      reads,
      table,
      select:
        table === "top_account"
          ? `SELECT owner, 1::numeric AS best FROM ${reads} GROUP BY owner`
          : `SELECT owner, true AS rich FROM ${reads} GROUP BY owner`,
    });

  await installDefinition(db, await top("account", "top_account"));
  expect(await fails(installDefinition(db, await top("account", "top_account", "other")))).toBe(
    "CU053 projection other: public.top_account is written by projection top already | Two would undo each other's rows for ever: give the projection a table of its own.",
  );
  await installDefinition(db, await top("top_account", "standing", "ranks"));
  expect(await fails(installDefinition(db, await top("standing", "top_account")))).toMatch(
    /^CU054 projection top would be made of what is made of it: top ← ranks ← top \|/,
  );
  // Refused as a whole: the old one goes on.
  await db.rows("INSERT INTO account VALUES (1, 'ann')");
  expect(await db.rows("SELECT owner FROM standing")).toEqual([{ owner: "ann" }]);

  const cutover = {
    "cutover.json": {
      name: "top",
      irreversible: "for the test",
      units: { forward: { event: { id: "bigint" } } },
      legacy: { event: { key: ["id"], feeds: { event: ["id"] } } },
      new: { moved: { key: ["id"], unit: { event: ["id"] } } },
    },
    "forward/moved.sql": "SELECT id FROM event",
  };
  await db.rows("CREATE TABLE moved (id bigint PRIMARY KEY)");
  await withClient(db.url, async (client) => {
    expect(await fails(installCutover(client, cutover))).toBe(
      'CU052 "top" is the name of a projection in this database | Choose another name.',
    );
    await client.query("ROLLBACK");
  });
  await withClient(db.url, (client) =>
    installCutover(client, { ...cutover, "cutover.json": { ...cutover["cutover.json"], name: "mover" } }),
  );
  expect(await fails(installDefinition(db, await top("account", "standing", "mover")))).toMatch(
    /^CU052 "mover" is the name of a cutover/,
  );
  expect(await db.rows("SELECT name, kind FROM cutover.cutovers ORDER BY name")).toEqual([
    { name: "balances", kind: "projection" },
    { name: "mover", kind: "cutover" },
    { name: "ranks", kind: "projection" },
    { name: "top", kind: "projection" },
  ]);
});

test("one projection that fails does not keep another of the same transaction from being true once it is drained", async () => {
  const { db } = await installBalances();
  await db.rows(RANKS);
  await installDefinition(
    db,
    await loadProjectionFiles({
      "projection.json": JSON.stringify({
        name: "ratios",
        units: { owner: { owner: "text" } },
        reads: { event: { key: ["id"], feeds: { owner: ["account_id::text"] } } },
        tables: { top_account: { key: ["owner"], unit: { owner: ["owner"] } } },
      }),
      "top_account.sql":
        "SELECT account_id::text AS owner, sum(1 / amount) AS best FROM event GROUP BY account_id",
    }),
  );
  await db.rows("INSERT INTO account VALUES (1, 'ann')");
  await db.rows("INSERT INTO event VALUES (1, 1, '2026-01-01Z', 0)");
  await db.drain();
  expect(await db.rows("SELECT balance::int FROM account_total")).toEqual([{ balance: 0 }]);
  expect(await db.rows("SELECT cutover, reason, unit FROM cutover.quarantine")).toEqual([
    { cutover: "ratios", reason: "22012", unit: "(1)" },
  ]);
  await db.rows("UPDATE event SET amount = 4");
  expect(await db.rows("SELECT best::float FROM top_account")).toEqual([{ best: 0.25 }]);
  expect(await db.rows("SELECT FROM cutover.quarantine")).toEqual([]);
});

test("a materialized view over what a projection keeps is marked by its sync, and is no finding of lint", async () => {
  const { db, compiled } = await installBalances();
  await db.rows(`CREATE MATERIALIZED VIEW wealth AS SELECT sum(balance) AS total FROM account_total;
    SELECT cutover.register_view('public.wealth', '1 minute'); SELECT cutover.refresh_view('public.wealth')`);
  const definition = await loadBalances();
  const errors = (await lintDefinition(definition, await catalogOf(db, definition))).filter(
    (finding) => finding.severity === "error",
  );
  expect(errors).toEqual([]);
  expect(await installDefinition(db, definition)).toBe(compiled);
  expect(await db.rows("SELECT * FROM cutover.fingerprint_problems('balances')")).toEqual([]);
  expect(await db.rows("SELECT state FROM cutover.view_freshness()")).toEqual([{ state: "fresh" }]);
  await db.rows("INSERT INTO account VALUES (1, 'ann'); INSERT INTO event VALUES (1, 1, '2026-01-01Z', 5)");
  expect(await db.rows("SELECT state FROM cutover.view_freshness()")).toEqual([{ state: "stale" }]);
  await db.rows("SELECT cutover.refresh_view('public.wealth')");
  expect(await db.rows("SELECT total::int FROM wealth")).toEqual([{ total: 5 }]);
});

test("the example compiles the same way beside others", async () => {
  const { db, compiled } = await installBalances();
  expect(await installDefinition(db, await loadBalances())).toBe(compiled);
});
