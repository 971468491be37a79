import fc from "fast-check";
import { expect, test } from "vitest";
import { names } from "../../src/compiler/names.ts";
import { installCase, quote, rowsOf } from "../helpers/cutover-case.ts";
import {
  compiled,
  contextRows,
  fillNewSide,
  legacyRows,
  replaceRows,
  unitArray,
  unitOfRow,
  unitsOf,
} from "./law-case.ts";

test.each(Object.keys(legacyRows))(
  "%s: the rows of some units are those that the whole mapping yields of them",
  async (name) => {
    const found = await installCase(name, { data: contextRows[name] ?? "" });
    await fc.assert(
      fc.asyncProperty(
        legacyRows[name] ?? fc.constant({}),
        fc.array(fc.boolean(), { minLength: 1 }),
        async (rows, chosen) => {
          await replaceRows(found, "legacy", rows);
          await fillNewSide(found);
          for (const table of found.definition.tables) {
            const direction = table.side === "new" ? "forward" : "reverse";
            const kind = table.unit?.kind ?? "";
            const units = ((await unitsOf(found, direction))[kind] ?? []).filter(
              (_, index) => chosen[index % chosen.length],
            );
            const array = unitArray(found, direction, kind, units);
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
        },
      ),
      { numRuns: 15 },
    );
  },
);
