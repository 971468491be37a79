import fc from "fast-check";
import { expect, test } from "vitest";
import type { Client } from "../../../src/db.ts";
import { loadGenerated } from "../data/load.ts";
import { Random } from "../data/random.ts";
import { applySteps, legacySteps, newSteps, onlyNewCanSay } from "./changes.ts";
import { createExampleDatabase, differences, forward, inVain, load, reload, reverse } from "./example.ts";
import { allUnits, kindsOf, localityBreaks } from "./narrowing.ts";

const db = await createExampleDatabase();
const client: Client = await db.connect();

const WELL_FORMED = "NOT EXISTS (SELECT FROM undecidable WHERE undecidable.id = habit_tracker.id)";

/** Generated legacy rows without those that nobody can map. */
async function loadDecidable(seed: string, weeks: number): Promise<void> {
  const { planted } = await loadGenerated(client, { seed, weeks });
  const ids = Object.values(planted).flatMap((rows) => rows.map(({ id }) => id));
  await client.query("DELETE FROM public.habit_tracker WHERE id = ANY ($1)", [ids]);
}

async function expectSame(of: typeof forward): Promise<void> {
  for (const mapping of of) {
    expect(await differences(client, mapping), `${mapping.direction} ${mapping.table}`).toEqual([]);
  }
}

test("forward and back gives every legacy row again, exactly", async () => {
  await inVain(client, async () => {
    await loadDecidable("there and back", 3_000);
    await load(client, forward);
    await expectSame(reverse);
  });
});

test("every mark is one record on the day on which it was made, and nothing else is", async () => {
  await inVain(client, async () => {
    const { cells } = await loadGenerated(client, { seed: "cells", weeks: 1_000 });
    await client.query(`DELETE FROM public.habit_tracker WHERE user_id IS NULL OR id IN (
      SELECT id FROM public.habit_tracker, jsonb_array_elements(habits) AS habit (entry)
      WHERE jsonb_typeof(entry -> 'times') IS DISTINCT FROM 'array'
        OR entry -> 'times' @> '[null]' OR entry -> 'times' @> '[1]' OR entry -> 'times' @> '["blue"]'
        OR jsonb_path_query_array(entry, '$.times.size()') <> '[7]')`);
    await load(client, forward);
    const { rows } = await client.query(`
      SELECT
        (SELECT count(*)::integer FROM public.habit_records) AS records,
        (SELECT count(*)::integer
         FROM public.habit_records AS record
         JOIN public.habit_tracker AS sheet ON sheet.id = record.sheet_id
         CROSS JOIN LATERAL jsonb_array_elements(sheet.habits) AS habit (entry)
         WHERE (entry -> 'id')::bigint = record.habit_id
           AND entry -> 'times' ->> (record.record_date - sheet.week_start_date) = record.status) AS right_day`);
    expect(rows).toEqual([{ records: cells, right_day: cells }]);
  });
});

test("back and forward gives every new row again, for whatever the new shape is used for", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = new Random(`new ${seed}`);
      await inVain(client, async () => {
        await loadDecidable(String(seed), 60);
        await load(client, forward);
        await applySteps(client, random, newSteps, 40);
        await onlyNewCanSay(client, random);
        await reload(client, reverse);
        await expectSame(forward);
      });
    }),
    { numRuns: 25 },
  );
});

test("legacy rows come back exactly, also where they were written behind what is kept for the new shape", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = new Random(`legacy ${seed}`);
      await inVain(client, async () => {
        await loadDecidable(String(seed), 60);
        await load(client, forward);
        await applySteps(client, random, newSteps, 20);
        await onlyNewCanSay(client, random);
        await reload(client, reverse);
        // As after a rollback: only the legacy side is written, beside the kept rows of before.
        await applySteps(client, random, legacySteps, 40);
        await reload(client, forward);
        await expectSame(reverse.filter(({ table }) => table === "habit_tracker"));
      });
    }),
    { numRuns: 25 },
  );
});

test("the rows of a unit come from the rows that feed it alone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = new Random(`locality ${seed}`);
      await inVain(client, async () => {
        await loadGenerated(client, { seed: String(seed), weeks: 80 });
        await client.query("DELETE FROM public.habit_tracker WHERE user_id IS NULL");
        await client.query(`CREATE TEMP TABLE undecidable ON COMMIT DROP AS SELECT 0::bigint AS id`);
        await loadDecidableForward();
        await applySteps(client, random, newSteps, 20);
        await onlyNewCanSay(client, random);
        await reload(client, reverse);
        for (const kind of [...kindsOf("forward"), ...kindsOf("reverse")]) {
          const units = `SELECT * FROM (${allUnits(kind)}) AS unit ORDER BY md5(unit::text) LIMIT 12`;
          for (const { mapping, unit } of kind.written) {
            const breaks = await localityBreaks(client, kind, mapping, unit, units);
            expect(breaks, `${mapping.direction} ${mapping.table} by ${kind.name}`).toBe(0);
          }
        }
      });
    }),
    { numRuns: 8 },
  );
});
