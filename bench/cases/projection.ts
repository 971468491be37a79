import { join } from "node:path";
import { applyChain } from "../../scripts/graphile-migrate.ts";
import { readCatalog } from "../../src/catalog/read.ts";
import { compile } from "../../src/compiler/compile.ts";
import { type Client, connect, withClient, withTransaction } from "../../src/db.ts";
import { loadDefinition } from "../../src/definition/load.ts";
import { verify } from "../../src/engine/verify.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import type { BenchCase, BenchContext, CaseResult } from "../case.ts";
import { baseline, type Database } from "../databases.ts";
import { alternate, compare, seconds } from "../measure.ts";

const BENCH = join(import.meta.dirname, "..");
const QUICK_EVENTS = 50;
const REFRESHES = 2;
const READS = 50;
const TABLE = `
  CREATE TABLE public.running_balance (
    event_id bigint PRIMARY KEY, account_id bigint NOT NULL, happened_at timestamptz NOT NULL, balance numeric NOT NULL
  );
  CREATE INDEX running_balance_of_account ON public.running_balance (account_id, happened_at, event_id);`;

/** A database with events, on one session. */
interface Side {
  readonly client: Client;
  readonly url: string;
  /** One event more, of some account other than the large one, at the end of its log or in the middle; committed. */
  insert(where: "last" | "late"): Promise<void>;
}

/**
 * One event into a log, with the running balances of its account kept by a projection, by a refresh, by a trigger that refreshes, or
 * by nobody; and what the last rows of an account cost to read.
 */
export const projection: BenchCase = {
  name: "projection",
  async run(context) {
    const events = context.weeks * 5;
    const accounts = Math.max(3, Math.round(events / 500));
    const open: { database: Database; client: Client }[] = [];
    const start = async (...texts: readonly string[]): Promise<Side> => {
      const database = await context.databases.blank();
      const client = await connect(database.url);
      open.push({ database, client });
      for (const text of texts) await client.query(text);
      return { client, url: database.url, insert: inserter(client, events, accounts) };
    };
    try {
      context.say(`building: ${events} events of ${accounts} accounts, four times`);
      const log = (await baseline("events.sql"))
        .replaceAll(":accounts", String(accounts))
        .replaceAll(":events", String(events));
      const materialized = await baseline("materialized-balances.sql");
      const sides = {
        plain: await start(log),
        refreshed: await start(log, materialized),
        triggered: await start(log, materialized, await baseline("refresh-per-statement.sql")),
        projected: await start(log, TABLE),
      };
      await project(sides.projected);
      for (const { client } of Object.values(sides)) await client.query("VACUUM (ANALYZE)");
      return await measure(context, sides, { events, accounts });
    } finally {
      for (const { database, client } of open) {
        await (client as { end?: () => Promise<void> }).end?.();
        await database.drop();
      }
    }
  },
};

async function project({ url }: Side): Promise<void> {
  await applyChain({ database: url });
  await withClient(url, async (client) => {
    const definition = await loadDefinition(join(BENCH, "projections/balances"), BENCH);
    const { catalog, problems } = await readCatalog(client, definition);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    await withTransaction(client, {}, () => client.query(compile(definition, catalog)));
  });
  await backfill(url, "balances", { localHelpers: 1 });
}

/** Events in an order of accounts that is the same on every side. */
function inserter(client: Client, events: number, accounts: number): Side["insert"] {
  let serial = events;
  return async (where) => {
    serial += 1;
    const account = 2 + ((serial * 7) % (accounts - 1));
    const minutes = where === "last" ? serial : Math.round(events / 2) + (serial % 100);
    await client.query(
      "INSERT INTO public.event VALUES ($1, $2, timestamptz '2026-01-01 00:00:30Z' + $3 * interval '1 minute', 5)",
      [serial, account, minutes],
    );
  };
}

type Sides = Readonly<Record<"plain" | "refreshed" | "triggered" | "projected", Side>>;

async function measure(
  { rounds, say }: BenchContext,
  sides: Sides,
  facts: { readonly events: number; readonly accounts: number },
): Promise<CaseResult> {
  /** Milliseconds of one of `count`. */
  const each = async (count: number, work: () => Promise<unknown>) => {
    const took = await seconds(async () => {
      for (let turn = 0; turn < count; turn += 1) await work();
    });
    return (took / count) * 1000;
  };
  const refresh = async () => {
    await sides.refreshed.insert("last");
    await sides.refreshed.client.query("REFRESH MATERIALIZED VIEW CONCURRENTLY public.balance_materialized");
  };
  // Sessions cache plans and compiled functions; an application's have done so long ago.
  for (let turn = 0; turn < 20; turn += 1) {
    await sides.plain.insert("last");
    await sides.projected.insert(turn % 2 === 0 ? "last" : "late");
  }
  const written = await alternate(rounds, {
    plain: () => each(QUICK_EVENTS, () => sides.plain.insert("last")),
    projected: () => each(QUICK_EVENTS, () => sides.projected.insert("last")),
    late: () => each(QUICK_EVENTS, () => sides.projected.insert("late")),
    refreshed: () => each(REFRESHES, refresh),
    triggered: () => each(REFRESHES, () => sides.triggered.insert("last")),
  });
  say("projection: events are in");

  const reading = (side: Side, relation: string, rows: number) => () =>
    each(READS, () =>
      side.client.query(
        `SELECT event_id, happened_at, balance FROM public.${relation} WHERE account_id = 1 ORDER BY happened_at DESC, event_id DESC LIMIT ${rows}`,
      ),
    );
  const reads = await alternate(rounds, {
    view100: reading(sides.plain, "balance_view", 100),
    materialized100: reading(sides.refreshed, "balance_materialized", 100),
    projected100: reading(sides.projected, "running_balance", 100),
    view1000: reading(sides.plain, "balance_view", 1000),
    materialized1000: reading(sides.refreshed, "balance_materialized", 1000),
    projected1000: reading(sides.projected, "running_balance", 1000),
  });
  await prove(sides);

  const write = { what: "one event", unit: "ms" } as const;
  const late = { what: "one event dated before half of its account's", unit: "ms" } as const;
  const read = (rows: number) => ({ what: `the last ${rows} rows of an account`, unit: "ms" }) as const;
  const goal = { bound: "at most", ratio: 1 / 100 } as const;
  return {
    comparisons: [
      compare({ ...write, against: "a concurrent refresh" }, written.projected, written.refreshed, goal),
      compare({ ...write, against: "a refresh per statement" }, written.projected, written.triggered),
      compare({ ...write, against: "the plain insert" }, written.projected, written.plain),
      compare({ ...late, against: "a concurrent refresh" }, written.late, written.refreshed),
      compare({ ...late, against: "the plain insert" }, written.late, written.plain),
      compare({ ...read(100), against: "plain view" }, reads.projected100, reads.view100),
      compare({ ...read(100), against: "materialized view" }, reads.projected100, reads.materialized100),
      compare({ ...read(1000), against: "plain view" }, reads.projected1000, reads.view1000),
      compare({ ...read(1000), against: "materialized view" }, reads.projected1000, reads.materialized1000),
    ],
    facts: { ...facts, rowsOfTheAccountThatIsRead: Math.floor(facts.events / 50) },
  };
}

/** Both ways of keeping the balances end with what the view says; a quick one that is wrong fails the run. */
async function prove({ refreshed, triggered, projected }: Sides): Promise<void> {
  await refreshed.client.query("REFRESH MATERIALIZED VIEW CONCURRENTLY public.balance_materialized");
  for (const [side, relation] of [
    [refreshed, "balance_materialized"],
    [triggered, "balance_materialized"],
    [projected, "running_balance"],
  ] as const) {
    const { rows } = await side.client.query(`
      SELECT count(*)::integer AS rows
        FROM (SELECT event_id, account_id, happened_at, balance FROM public.${relation}) AS kept
        FULL JOIN public.balance_view AS said USING (event_id, account_id, happened_at, balance)
       WHERE kept IS NULL OR said IS NULL`);
    if (rows[0].rows > 0) throw new Error(`${relation}: ${rows[0].rows} rows are not what the view says`);
  }
  const { drifted, accounting } = await verify(projected.url, "balances");
  const pending = accounting.forward?.account?.pending ?? 0;
  if (drifted > 0 || pending > 0)
    throw new Error(`the projection: ${drifted} units drifted, ${pending} pending`);
}
