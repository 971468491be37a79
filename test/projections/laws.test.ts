import fc from "fast-check";
import { expect, test } from "vitest";
import { names } from "../../src/compiler/names.ts";
import { withClient } from "../../src/db.ts";
import { mappedRows, quote, rowsOf, tableRows, yieldedOnly } from "../helpers/cutover-case.ts";
import { type InstalledProjection, installBalances } from "../helpers/projection-case.ts";
import {
  BEHIND_THE_BACK,
  compiled,
  fillNewSide,
  type Rows,
  replaceRows,
  unitArray,
  unitOfRow,
  unitsOf,
} from "../laws/law-case.ts";

const ACCOUNTS = "INSERT INTO public.account SELECT n, 'owner ' || n FROM generate_series(1, 4) AS n";

const moment = fc.constantFrom("2026-01-01Z", "2026-01-02Z", "2026-01-02 12:00Z", "2026-01-03Z", "-infinity");
const amount = fc.constantFrom("1", "-1", "0", "1.50", "1.5", "1e30", "NaN", "0.0001");
const account = fc.integer({ min: 1, max: 4 });
const id = fc.integer({ min: 1, max: 9 });

const events: fc.Arbitrary<Rows> = fc
  .uniqueArray(
    fc.record({ id, account_id: account, happened_at: moment, amount, note: fc.constantFrom(null, "x") }),
    { selector: (row) => row.id, maxLength: 9 },
  )
  .map((event) => ({ event }));

/** One statement of an application; every one of them may meet rows that are not there. */
const statement = fc.oneof(
  fc
    .tuple(id, account, moment, amount)
    .map(
      ([event, of, at, much]) =>
        `INSERT INTO public.event VALUES (${event}, ${of}, '${at}', '${much}') ON CONFLICT DO NOTHING`,
    ),
  fc
    .tuple(id, amount)
    .map(([event, much]) => `UPDATE public.event SET amount = '${much}' WHERE id = ${event}`),
  fc
    .tuple(id, account)
    .map(([event, of]) => `UPDATE public.event SET account_id = ${of} WHERE id = ${event}`),
  fc
    .tuple(id, id)
    .map(
      ([event, to]) =>
        `UPDATE public.event SET id = ${to + 20} WHERE id = ${event} AND NOT EXISTS (SELECT FROM public.event WHERE id = ${to + 20})`,
    ),
  id.map((event) => `UPDATE public.event SET note = note || '.' WHERE id = ${event}`),
  fc
    .tuple(moment, account)
    .map(([at, of]) => `DELETE FROM public.event WHERE happened_at = '${at}' AND account_id <> ${of}`),
  account.map(
    (of) => `DELETE FROM public.account WHERE id = ${of}; INSERT INTO public.account VALUES (${of}, 'new')`,
  ),
  fc.constant("TRUNCATE public.event"),
);
const level = fc.constantFrom("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE");

async function kept(found: InstalledProjection) {
  return yieldedOnly(found, await tableRows(found, "new"));
}

test("locality: the rows of some units are those that the whole SELECT yields of them", async () => {
  const found = await installBalances({ data: ACCOUNTS });
  await fc.assert(
    fc.asyncProperty(events, fc.array(fc.boolean(), { minLength: 1 }), async (rows, chosen) => {
      await replaceRows(found, "legacy", rows);
      await fillNewSide(found);
      const units = ((await unitsOf(found, "forward")).account ?? []).filter(
        (_, at) => chosen[at % chosen.length],
      );
      const array = unitArray(found, "forward", "account", units);
      for (const table of found.definition.tables.filter(({ side }) => side === "new")) {
        const narrowed = await rowsOf(
          found.db,
          `SELECT * FROM ${compiled(found, names.map(table.name))}(${array})`,
        );
        const whole = await rowsOf(
          found.db,
          `SELECT * FROM ${compiled(found, names.all(table.name))} AS ${quote(table.name)}
            WHERE ${unitOfRow(found, table)} = ANY (${array}::text[])`,
        );
        expect(narrowed).toEqual(whole);
      }
    }),
    { numRuns: 15 },
  );
});

test("convergence: after a commit at any level the tables are what the SELECTs say; after SERIALIZABLE, once drained", async () => {
  const found = await installBalances({ data: ACCOUNTS });
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.array(fc.tuple(level, fc.array(statement, { minLength: 1, maxLength: 3 })), {
        minLength: 1,
        maxLength: 6,
      }),
      async (rows, transactions) => {
        await replaceRows(found, "legacy", rows);
        expect(await kept(found)).toEqual(await mappedRows(found, "new"));
        for (const [isolation, statements] of transactions) {
          await withClient(found.db.url, async (client) => {
            const refused =
              isolation !== "READ COMMITTED" && statements.some((text) => text.startsWith("TRUNCATE"));
            const transaction = client.query(
              `BEGIN ISOLATION LEVEL ${isolation}; ${statements.join("; ")}; COMMIT`,
            );
            if (refused) await expect(transaction).rejects.toMatchObject({ code: "CU023" });
            else await transaction;
          });
          if (isolation === "SERIALIZABLE") await found.db.drain();
          expect(await found.db.rows("SELECT FROM cutover.outbox")).toEqual([]);
          expect(await kept(found)).toEqual(await mappedRows(found, "new"));
        }
      },
    ),
    { numRuns: 12 },
  );
  expect(await found.db.verify("balances")).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("idempotence: a second backfill writes nothing, in whatever session", async () => {
  const found = await installBalances({ data: ACCOUNTS });
  const versions = () =>
    rowsOf(
      found.db,
      "SELECT ctid, xmin FROM public.running_balance UNION ALL SELECT ctid, xmin FROM public.account_total",
    );
  await fc.assert(
    fc.asyncProperty(events, async (rows) => {
      await replaceRows(found, "legacy", rows);
      const before = await versions();
      await withClient(found.db.url, async (client) => {
        await client.query(
          "SET DateStyle TO 'German, DMY'; SET TimeZone TO 'Asia/Kolkata'; SET extra_float_digits TO -5",
        );
        const { rows: started } = await client.query("SELECT cutover.start_backfill('balances') AS id");
        for (let state = ""; state !== "finished"; ) {
          const step = await client.query("SELECT state FROM cutover.backfill_step($1, 'again', 2)", [
            started[0].id,
          ]);
          state = step.rows[0].state;
          expect(["worked", "finished"]).toContain(state);
        }
      });
      expect(await versions()).toEqual(before);
    }),
    { numRuns: 8 },
  );
});

/** Changes made behind the back of the sync, each of one row, with the unit that it makes wrong. */
const PLANTED = {
  "running_balance, another balance":
    "UPDATE public.running_balance SET balance = balance + 1 WHERE event_id = $1 RETURNING account_id",
  "running_balance, the same balance written otherwise":
    "UPDATE public.running_balance SET balance = (balance::text || '.000')::numeric WHERE event_id = $1 AND scale(balance) = 0 RETURNING account_id",
  "running_balance, a row too few":
    "DELETE FROM public.running_balance WHERE event_id = $1 RETURNING account_id",
  "running_balance, a row too many":
    "INSERT INTO public.running_balance SELECT event_id + 1000, account_id, happened_at, balance FROM public.running_balance WHERE event_id = $1 RETURNING account_id",
  "account_total, another count":
    "UPDATE public.account_total SET events = events + 1 WHERE account_id = (SELECT account_id FROM public.event WHERE id = $1) RETURNING account_id",
  "event, one that nobody noticed":
    "UPDATE public.event SET amount = amount + 1 WHERE id = $1 RETURNING account_id",
} as const;

test("exactness: verify names the unit that is wrong, and no other; repair makes it true", async () => {
  const found = await installBalances({
    data: `${ACCOUNTS}; INSERT INTO public.event
      SELECT n, 1 + n % 4, timestamptz '2026-01-01Z' + n * interval '1 hour', n FROM generate_series(1, 24) AS n`,
  });
  await found.db.backfill("balances");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(PLANTED)),
      fc.integer({ min: 1, max: 24 }),
      async (plant, event) => {
        const unit = await withClient(found.db.url, async (client) => {
          const { rows } = await client
            .query(`BEGIN; ${BEHIND_THE_BACK}`)
            .then(() => client.query(plant, [event]));
          await client.query("COMMIT");
          return rows[0].account_id as string;
        });
        expect(await found.db.verify("balances")).toMatchObject({ drifted: 1, pending: 0 });
        const [run] = await found.db.rows("SELECT max(id) AS id FROM cutover.drift_runs");
        expect(
          await found.db.rows("SELECT DISTINCT unit FROM cutover.drift_units WHERE run = $1", [run?.id]),
        ).toEqual([{ unit: `(${unit})` }]);
        await found.db.rows("SELECT cutover.repair($1)", [run?.id]);
        expect(await found.db.verify("balances")).toMatchObject({ drifted: 0, pending: 0 });
        expect(await kept(found)).toEqual(await mappedRows(found, "new"));
      },
    ),
    { numRuns: 12, examples: Object.values(PLANTED).map((plant): [typeof plant, number] => [plant, 5]) },
  );
});
