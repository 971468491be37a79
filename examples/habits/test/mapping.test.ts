import fc from "fast-check";
import { expect, test } from "vitest";
import { loadGenerated } from "../data/load.ts";
import { Random } from "../data/random.ts";
import { type LegacyRow, reasonAgainst } from "../model/legacy-row.ts";
import { anyLegacyRow, insertLegacyRows } from "./any-legacy-row.ts";
import { applySteps, legacySteps, newSteps, onlyNewCanSay } from "./changes.ts";
import {
  createExampleDatabase,
  differences,
  forward,
  inVain,
  load,
  type Mapping,
  reload,
  reverse,
  rules,
} from "./example.ts";
import { allUnits, kindsOf, localityBreaks, narrowed } from "./narrowing.ts";

const db = await createExampleDatabase();
const client = await db.connect();

/** Generated legacy rows without those that nobody can map; returns the number of their marks. */
async function loadDecidable(seed: string, weeks: number): Promise<number> {
  const { planted, cells } = await loadGenerated(client, { seed, weeks });
  const ids = Object.values(planted).flatMap((rows) => rows.map(({ id }) => id));
  await client.query("DELETE FROM public.habit_tracker WHERE id = ANY ($1)", [ids]);
  return cells;
}

async function expectSame(mappings: readonly Mapping[]): Promise<void> {
  for (const mapping of mappings) {
    expect(await differences(client, mapping), `${mapping.direction} ${mapping.table}`).toEqual([]);
  }
}

/** Runs the property in transactions that leave nothing behind. */
function forAnySeed(runs: number, property: (seed: string, random: Random) => Promise<void>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(fc.nat(), (number) =>
      inVain(client, () => property(String(number), new Random(`test ${number}`))),
    ),
    { numRuns: runs },
  );
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
    const cells = await loadDecidable("marks", 1_000);
    await load(client, forward);
    const { rows } = await client.query(`
      SELECT
        (SELECT count(*)::integer FROM public.habit_records) AS records,
        (SELECT count(*)::integer
         FROM public.habit_records AS record
         JOIN public.habit_tracker AS sheet ON sheet.id = record.sheet_id
         CROSS JOIN LATERAL jsonb_array_elements(sheet.habits) AS habit (entry)
         WHERE (entry -> 'id')::bigint = record.habit_id
           AND entry -> 'times' ->> (record.record_date - sheet.week_start_date) = record.status) AS on_their_day`);
    expect(rows).toEqual([{ records: cells, on_their_day: cells }]);
  });
});

test("back and forward gives every new row again, for whatever the new shape is used for", async () => {
  const kept: Record<string, number> = {};
  await forAnySeed(25, async (seed, random) => {
    await loadDecidable(seed, 60);
    await load(client, forward);
    await applySteps(client, random, newSteps, 40);
    await onlyNewCanSay(client, random);
    await reload(client, reverse);
    await expectSame(forward);
    for (const table of ["kept_sheets", "kept_children", "kept_habits", "kept_cells"]) {
      const { rows } = await client.query(`SELECT count(*)::integer AS rows FROM public.${table}`);
      kept[table] = (kept[table] ?? 0) + rows[0].rows;
    }
  });
  // The property held for something.
  for (const [table, rows] of Object.entries(kept)) expect(rows, table).toBeGreaterThan(20);
});

test("legacy rows come back exactly, also when they were written beside what is kept for the new shape", async () => {
  await forAnySeed(25, async (seed, random) => {
    await loadDecidable(seed, 60);
    await load(client, forward);
    await applySteps(client, random, newSteps, 20);
    await onlyNewCanSay(client, random);
    await reload(client, reverse);
    // As after a rollback: only the legacy side is written, and the kept rows stay as they were.
    await applySteps(client, random, legacySteps, 40);
    await reload(client, forward);
    await expectSame(reverse.filter(({ table }) => table === "habit_tracker"));
  });
});

test("the rows of a unit come from the rows that feed it alone", async () => {
  await forAnySeed(6, async (seed, random) => {
    await loadDecidable(seed, 80);
    await load(client, forward);
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
});

test("whatever a legacy row holds, mappings, feeds and rules answer and never raise", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyLegacyRow, { maxLength: 12 }), (rows) =>
      inVain(client, async () => {
        await insertLegacyRows(client, rows);
        for (const { sql } of forward) await client.query(`SELECT * FROM (${sql}) AS mapped`);
        for (const kind of kindsOf("forward")) {
          const { rows: units } = await client.query(allUnits(kind));
          for (const unit of units) expect(Object.values(unit)).not.toContain(null);
          // Every row feeds a unit of each kind, and is found by it.
          const { rows: found } = await client.query(`
            SELECT count(DISTINCT habit_tracker.id)::integer AS found
            FROM (${allUnits(kind)}) AS ${kind.name}
            JOIN public.habit_tracker ON ${kind.read[0]?.rows}`);
          expect(found[0].found).toBe(rows.length);
        }
        // The model decides in its own words what can be mapped.
        const { rows: stored } = await client.query<LegacyRow>(`
          SELECT id::text, user_id::text, child_name, week_start_date::text, theme, reward, reflection::text,
            habits::text
          FROM public.habit_tracker`);
        const expected = stored.filter((row) => reasonAgainst(row) !== undefined).map(({ id }) => Number(id));
        const ruled = new Set<number>();
        for (const rule of Object.values(rules)) {
          for (const { id } of (await client.query(rule)).rows) ruled.add(Number(id));
        }
        expect([...ruled].sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
      }),
    ),
    { numRuns: 150 },
  );
});

test("the rules name exactly the rows that the generator planted, reason by reason", async () => {
  await inVain(client, async () => {
    const { planted } = await loadGenerated(client, { seed: "planted", weeks: 3_000 });
    for (const [reason, rule] of Object.entries(rules)) {
      const { rows } = await client.query(`${rule} ORDER BY id`);
      const expected = (planted as Record<string, { id: number }[]>)[reason] ?? [];
      expect(
        rows.map(({ id }) => Number(id)),
        reason,
      ).toEqual(expected.map(({ id }) => id));
    }
    expect(planted["unknown-owner"].length).toBeGreaterThan(10);
    expect(planted["malformed-times"].length).toBeGreaterThan(5);
  });
});

test("a unit is looked up by an index, one of them or many together, at 20,000 rows", async () => {
  // In a database of its own: a transaction as long as this would hold up every phase move beside it.
  const client = await (await createExampleDatabase()).connect();
  await loadGenerated(client, { seed: "plans", weeks: 20_000 });
  await client.query("DELETE FROM public.habit_tracker WHERE user_id IS NULL");
  await load(client, forward);
  await client.query("ANALYZE");
  for (const kind of [...kindsOf("forward"), ...kindsOf("reverse")]) {
    // A child has some seventy weeks.
    for (const count of kind.name === "child" ? [1, 5] : [1, 50]) {
      const someUnits = allUnits({ ...kind, read: kind.read.slice(0, 1) });
      const units = `SELECT * FROM (${someUnits}) AS unit ORDER BY md5(unit::text) LIMIT ${count}`;
      await client.query(`CREATE TEMP TABLE chosen AS ${units}`);
      await client.query("ANALYZE chosen");
      for (const { mapping, unit } of kind.written) {
        const sql = narrowed(kind, mapping, unit, "SELECT * FROM chosen");
        const { rows } = await client.query(`EXPLAIN (COSTS OFF) ${sql}`);
        const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        // Kept tables are empty here and children are few: any plan is right for them.
        const scanned = plan.match(/Seq Scan on (habit_tracker|weeks|habits|habit_records)\b/)?.[0];
        expect(scanned, `${count} of ${kind.name}, ${mapping.table}:\n${plan}`).toBeUndefined();
      }
      await client.query("DROP TABLE chosen");
    }
  }
});
