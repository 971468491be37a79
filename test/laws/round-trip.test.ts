import fc from "fast-check";
import { expect, test } from "vitest";
import { installCase, mappedRows, tableRows, yieldedOnly } from "../helpers/cutover-case.ts";
import { movesOf } from "../helpers/cutover-moves.ts";
import { contextRows, fillNewSide, legacyRows, replaceRows } from "./law-case.ts";

test.each(Object.keys(legacyRows))("%s: what goes forward comes back as it was", async (name) => {
  const found = await installCase(name, { data: contextRows[name] ?? "" });
  await fc.assert(
    fc.asyncProperty(legacyRows[name] ?? fc.constant({}), async (rows) => {
      await replaceRows(found, "legacy", rows);
      await fillNewSide(found);
      expect(await mappedRows(found, "legacy")).toEqual(yieldedOnly(found, await tableRows(found, "legacy")));
    }),
    { numRuns: 25 },
  );
});

test.each(Object.keys(legacyRows))(
  "%s: writes move and come back without any row being touched",
  async (name) => {
    await fc.assert(
      fc.asyncProperty(legacyRows[name] ?? fc.constant({}), async (rows) => {
        const found = await installCase(name, { data: contextRows[name] ?? "" });
        const moves = movesOf(found);
        await replaceRows(found, "legacy", rows);
        const before = await tableRows(found, "legacy");
        await moves.forwardTo("writes_switched");
        await moves.rollback();
        expect(await tableRows(found, "legacy")).toEqual(before);
      }),
      { numRuns: 2 },
    );
  },
);
