import { appendFile, cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { createCliProject, projectFor } from "../helpers/cli-project.ts";
import { balances, installBalances, installDefinition, loadBalances } from "../helpers/projection-case.ts";

const EVENTS = `INSERT INTO public.account SELECT n, 'owner ' || n FROM generate_series(1, 3) AS n;
  INSERT INTO public.event
  SELECT n, 1 + n % 3, timestamptz '2026-01-01Z' + n * interval '1 hour', n FROM generate_series(1, 30) AS n;`;

test("from an empty folder to a live projection, by commands alone", async () => {
  const project = await createCliProject();
  const { db, cutover, commit, folder } = project;
  const current = join(folder, "migrations/current.sql");
  const ok = async (...argv: string[]) => {
    const outcome = await cutover(...argv);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    return outcome;
  };

  await ok("init");
  await appendFile(current, await balances.read("tables.sql"));
  await commit("core and tables");
  await db.pool.query(EVENTS);

  const drafted = await ok(
    "new",
    "balances",
    "--projection",
    "--reads",
    "event",
    "--into",
    "running_balance,account_total",
    "--json",
  );
  expect(drafted.facts.written).toEqual([
    "projections/balances/projection.json",
    "projections/balances/running_balance.sql",
    "projections/balances/account_total.sql",
  ]);
  expect(
    JSON.parse(await readFile(join(folder, "projections/balances/projection.json"), "utf8")),
  ).toMatchObject({
    units: { account: { account_id: "bigint" } },
    reads: { event: { key: ["id"], feeds: { account: ["account_id"] } } },
    tables: { running_balance: { key: ["event_id"], unit: { account: ["account_id"] } } },
  });
  await mkdir(join(folder, "projections/balances"), { recursive: true });
  for (const file of ["projection.json", "running_balance.sql", "account_total.sql"]) {
    await cp(join(balances.folder, file), join(folder, "projections/balances", file));
  }

  // A warning apart: its mapping is a window over the events of an account.
  expect((await ok("lint")).stdout).toMatch(
    /^balances: no problems\n.*: warning: .*\(docs\/rules\/moved-rows-found-by-key\.md\)\n$/s,
  );
  expect((await ok("compile")).stdout).toContain("balances: written (migrations/current.sql)");
  await commit("the projection");
  expect((await ok("compile", "--check", "--json")).facts).toMatchObject({
    compiled: [
      { cutover: "balances", file: "migrations/committed/000002-the-projection.sql", state: "up to date" },
    ],
  });

  expect((await ok("status")).stdout).toBe("balances  projection, building\n");
  const building = (await ok("status", "balances", "--json")).facts;
  expect(building).toMatchObject({ kind: "projection", phase: "building", next: { phase: "live" } });
  expect(building.next.gates.map(({ gate }: { gate: string }) => gate)).toEqual([
    "backfill_complete",
    "outbox_drained",
    "quarantine_accepted",
    "drift_free",
  ]);
  // A verify before the backfill finds nothing wrong, and lets nothing be live.
  expect((await ok("verify", "balances", "--json")).facts).toMatchObject({ drifted: 0, wentLive: false });

  const filled = await ok("backfill", "balances", "--local", "--json");
  expect(filled.facts).toMatchObject({
    state: "finished",
    done: 3,
    total: 3,
    projection: { state: "live", gates: [] },
  });
  expect((await ok("status", "balances")).stdout).toMatch(/^Projection balances is live, since /);
  expect((await ok("status", "balances", "--json")).facts).toMatchObject({ phase: "live", next: null });
  expect(
    (await db.pool.query("SELECT account_id, balance FROM public.account_total ORDER BY 1")).rows,
  ).toEqual([
    { account_id: "1", balance: "165" },
    { account_id: "2", balance: "145" },
    { account_id: "3", balance: "155" },
  ]);
});

test("commands of a live projection: what it refuses, what it finds, and why it is not live any more", async () => {
  const { db } = await installBalances({ data: EVENTS });
  const { cutover } = await projectFor(db);
  await backfill(db.pool, "balances", { localHelpers: 1 });
  for (const command of [["advance"], ["rollback"], ["advance", "--dry-run"]]) {
    const refused = await cutover(...command, "balances", "--json");
    expect(refused).toMatchObject({ code: 4, facts: { ok: false, error: { code: "CU051" } } });
    expect(refused.facts.error.message).toContain("balances is a projection");
    expect(refused.facts.error.hint).toContain("drop_projection");
  }

  await db.rows(
    "SET session_replication_role = replica; DELETE FROM running_balance WHERE event_id = 7; RESET session_replication_role",
  );
  expect(await cutover("verify", "balances", "--json")).toMatchObject({
    code: 5,
    facts: {
      drifted: 1,
      differences: [{ table: "running_balance", key: { event_id: 7 }, finding: "missing" }],
    },
  });
  expect(await cutover("verify", "balances", "--repair", "--json")).toMatchObject({
    code: 0,
    facts: { drifted: 0, repaired: 1 },
  });
  expect((await cutover("drain", "balances", "--json")).facts).toMatchObject({ units: 0 });

  // Another SELECT, which cannot do what is there: it is built anew, and not live until the rows are others.
  const failing = (await balances.read("account_total.sql")).replace(
    "sum(amount)",
    "sum(amount) / (count(*) - 10)",
  );
  await installDefinition(db, await loadBalances({ "account_total.sql": failing }));
  const refused = await cutover("backfill", "balances", "--local", "--json");
  expect(refused).toMatchObject({
    code: 4,
    facts: { ok: false, error: { code: "CU223" }, state: "finished", projection: { state: "building" } },
  });
  expect(refused.facts.error.message).toContain("gate quarantine_accepted says no: units are in quarantine");
  await db.rows("INSERT INTO event SELECT n, n - 100, '2026-05-01Z', 0 FROM generate_series(101, 103) AS n");
  const built = await cutover("backfill", "balances", "--local");
  expect(built).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nbalances is live\.\n$/) });
  expect(await db.rows("SELECT sum(balance)::int AS sum FROM account_total")).toEqual([{ sum: 465 }]);
});
