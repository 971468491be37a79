import fc from "fast-check";
import { expect, test } from "vitest";
import { installCase, rowsOf } from "../helpers/cutover-case.ts";
import { movesOf } from "../helpers/cutover-moves.ts";
import { contextRows, legacyRows, qualified, replaceRows } from "./law-case.ts";

/** Settings that change how values are written as text. */
const OTHER_SETTINGS = {
  DateStyle: "German, DMY",
  TimeZone: "Asia/Kolkata",
  IntervalStyle: "sql_standard",
  extra_float_digits: "-5",
  bytea_output: "escape",
  search_path: "public",
};

test.each(Object.keys(legacyRows))(
  "%s: making units true a second time writes nothing, in whatever session",
  async (name) => {
    const found = await installCase(name, { data: contextRows[name] ?? "" });
    const moves = movesOf(found);
    await moves.forwardTo("dual_write");
    const versions = async () => {
      const tables = found.definition.tables.map(
        (table) => `SELECT '${table.side}' AS side, ctid, xmin FROM ${qualified(table)}`,
      );
      return rowsOf(found.db, tables.join(" UNION ALL "));
    };
    await fc.assert(
      fc.asyncProperty(legacyRows[name] ?? fc.constant({}), async (rows) => {
        await replaceRows(found, "legacy", rows);
        await moves.backfill();
        const before = await versions();

        const client = await found.db.connect();
        for (const [setting, value] of Object.entries(OTHER_SETTINGS)) {
          await client.query("SELECT pg_catalog.set_config($1, $2, false)", [setting, value]);
        }
        const { rows: started } = await client.query("SELECT cutover.start_backfill($1) AS id", [
          found.definition.name,
        ]);
        for (;;) {
          const step = await client.query("SELECT state FROM cutover.backfill_step($1, 'again', 100)", [
            started[0].id,
          ]);
          if (step.rows[0].state === "finished") break;
          expect(step.rows[0].state).toBe("worked");
        }
        await client.end();
        expect(await versions()).toEqual(before);
        expect(await moves.verify()).toMatchObject({ driftedUnits: 0 });
      }),
      { numRuns: 8 },
    );
  },
);
