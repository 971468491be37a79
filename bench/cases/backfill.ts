import { withClient } from "../../src/db.ts";
import type { BenchCase } from "../case.ts";
import { backfillByEngine, baseline } from "../databases.ts";
import { proveExact } from "../exact.ts";
import { alternate, compare, seconds } from "../measure.ts";

/** The engine's backfill with one worker, planning included, against plain INSERT … SELECT of the same mapping. */
export const backfill: BenchCase = {
  name: "backfill",
  async run({ databases, weeks, rounds, say }) {
    const text = await baseline("backfill.sql");
    let rows = 0;
    const figures = await alternate(rounds, {
      ours: (round) =>
        databases.with("dual_write", weeks, async ({ url }) => {
          const took = await seconds(() => backfillByEngine(url));
          say(`backfill ${round + 1}: engine ${took.toFixed(1)} s`);
          await proveExact(url, "the engine's backfill");
          rows = await countRows(url);
          return took;
        }),
      plain: (round) =>
        databases.with("plain", weeks, async ({ url }) => {
          const took = await withClient(url, (client) => seconds(() => client.query(text)));
          say(`backfill ${round + 1}: plain ${took.toFixed(1)} s`);
          await proveExact(url, "the plain INSERT … SELECT");
          return took;
        }),
    });
    return {
      comparisons: [
        compare(
          { what: "backfill, one worker", against: "plain INSERT … SELECT", unit: "s" },
          figures.ours,
          figures.plain,
          { bound: "at most", ratio: 1.2 },
        ),
      ],
      facts: { newRows: rows },
    };
  },
};

async function countRows(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query(`
      SELECT ((SELECT count(*) FROM public.children) + (SELECT count(*) FROM public.weeks)
            + (SELECT count(*) FROM public.habits) + (SELECT count(*) FROM public.habit_records))::integer AS rows`);
    return rows[0].rows;
  });
}
