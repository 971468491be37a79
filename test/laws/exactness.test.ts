import fc from "fast-check";
import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { installCase, quote, tableRows } from "../helpers/cutover-case.ts";
import { movesOf } from "../helpers/cutover-moves.ts";
import { BEHIND_THE_BACK, legacyRows, qualified, unitOfRow } from "./law-case.ts";

/** One change of the new side that no trigger sees. */
const planted = fc.record({
  table: fc.nat(),
  row: fc.nat(),
  column: fc.nat(),
  how: fc.constantFrom("delete", "change"),
});

test.each(Object.keys(legacyRows))("%s: verify names the unit that drifted, and no other", async (name) => {
  const found = await installCase(name);
  const moves = movesOf(found);
  await moves.forwardTo("backfilled");
  const intact = await tableRows(found, "new");
  const unitsOf = (rows: readonly { direction: string; unit: string }[]) => [
    ...new Set(rows.filter((row) => row.direction === "forward").map((row) => row.unit)),
  ];

  await fc.assert(
    fc.asyncProperty(planted, async (plan) => {
      const tables = found.definition.tables.filter(
        ({ side, name: table }) => side === "new" && intact[table]?.length,
      );
      const table = tables[plan.table % tables.length];
      if (table === undefined) throw new Error("the case has no row on the new side");
      const unitReads = found.catalog.described.get(`new.${table.name}.unit`)?.reads.get(table.name);
      const columns = (found.catalog.described.get(table.mapping?.path ?? "")?.columns ?? [])
        .map((yielded) => yielded.name)
        .filter((yielded) => !table.key.includes(yielded) && !unitReads?.has(yielded));
      const column = columns[plan.column % Math.max(columns.length, 1)];
      const facts = found.catalog.tables
        .get(table.name)
        ?.columns.find((candidate) => candidate.name === column);
      const type = facts?.type ?? "";

      const planting = await withClient(found.db.url, async (client) => {
        await client.query(`SET search_path TO pg_catalog; BEGIN; ${BEHIND_THE_BACK}`);
        const { rows } = await client.query(
          `SELECT ${table.key.map(quote).join(", ")}, ${unitOfRow(found, table)} AS unit_of_row
             FROM ${qualified(table)} AS ${quote(table.name)} ORDER BY ${table.key.map(quote).join(", ")}`,
        );
        const row = rows[plan.row % rows.length];
        const where = table.key.map((key, index) => `${quote(key)} = $${index + 1}`).join(" AND ");
        const keys = table.key.map((key) => row[key]);
        const { rowCount } =
          plan.how === "delete" || column === undefined
            ? await client.query(`DELETE FROM ${qualified(table)} WHERE ${where}`, keys)
            : await client.query(
                `UPDATE ${qualified(table)} SET ${quote(column)} = ${OTHER_VALUE[type] ?? otherText(type, column)} WHERE ${where}`,
                keys,
              );
        await client.query("COMMIT");
        return { unit: row.unit_of_row as string, rowCount };
      });
      expect(planting.rowCount).toBe(1);
      const { run, differences, accounting } = await moves.verify();

      // Repaired before anything is expected: the next planting starts from an intact side whatever happens here.
      await found.db.pool.query("SELECT cutover.repair($1)", [run]);
      expect(unitsOf(differences)).toEqual([planting.unit]);
      expect(accounting.forward?.[table.unit?.kind ?? ""]?.drifted).toBe(1);
      expect((await moves.verify()).differences).toEqual([]);
    }),
    { numRuns: 12 },
  );
});

/** An expression of a type's column that is not the value it had, and that the table's constraints let pass. */
const OTHER_VALUE: Readonly<Record<string, string>> = {
  "numeric(21,2)": "coalesce(price, 0) / 2 + 0.01",
  "numeric(5,2)": 'coalesce("where", 0) / 2 + 0.33',
  "numeric(12,2)": 'coalesce("$1", 0) / 2 + 0.33',
  numeric: "CASE WHEN weight = 1.5 THEN 1 ELSE 1.5 END",
  smallint: "(rank + 2) % 3 - 1",
  "timestamp with time zone": "'2001-01-01 00:00+00'",
  date: "first_day + 1",
  bytea: "'\\x01020304'",
  jsonb: 'settings || \'{"planted": {"value": null, "weight": 1, "sort_order": 1}}\'',
};

function otherText(type: string, column: string): string {
  if (type !== "text") throw new Error(`no other value is known for ${type}`);
  if (column === "state") return "CASE state WHEN 'open' THEN 'done' ELSE 'open' END";
  return `coalesce(${quote(column)}, '') || ' planted'`;
}
