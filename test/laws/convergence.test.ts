import fc from "fast-check";
import { expect, test } from "vitest";
import { installCase, mappedRows, tableRows, yieldedOnly } from "../helpers/cutover-case.ts";
import { movesOf } from "../helpers/cutover-moves.ts";
import { contextRows, legacyRows, replaceRows } from "./law-case.ts";

test.each(Object.keys(legacyRows))(
  "%s: after each commit the other side is what the mapping says, and the writer's is what it wrote",
  async (name) => {
    const found = await installCase(name, { data: contextRows[name] ?? "" });
    const moves = movesOf(found);
    const arbitrary = legacyRows[name] ?? fc.constant({});
    let commits = 0;
    let left = 0;
    const expectTrue = async () => {
      commits += 1;
      // On a busy machine a commit may use up its time; it leaves the rest to the drainer.
      const { rowCount: notes } = await found.db.pool.query("SELECT FROM cutover.outbox");
      if (notes !== 0) {
        left += 1;
        await moves.drain();
      }
      expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(found, "new"));
      expect(await mappedRows(found, "legacy")).toEqual(yieldedOnly(found, await tableRows(found, "legacy")));
    };

    await moves.forwardTo("dual_write");
    await moves.backfill();
    await fc.assert(
      fc.asyncProperty(arbitrary, async (rows) => {
        await replaceRows(found, "legacy", rows);
        await expectTrue();
      }),
      { numRuns: 8 },
    );

    // What the new version of the application writes is made by the forward mapping in a database without any cutover.
    const plain = await installCase(name, { data: contextRows[name] ?? "" });
    await moves.forwardTo("writes_switched");
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.constantFrom("legacy" as const, "new" as const), async (rows, side) => {
        await replaceRows(plain, "legacy", rows);
        const written = side === "legacy" ? rows : await mappedRows(plain, "new");
        await replaceRows(found, side, written);
        await expectTrue();
        expect(yieldedOnly(found, await tableRows(found, "new"))).toEqual(await mappedRows(plain, "new"));
      }),
      { numRuns: 12 },
    );
    expect(await moves.verify()).toMatchObject({ driftedUnits: 0 });
    expect(left).toBeLessThan(commits / 2);
  },
);
