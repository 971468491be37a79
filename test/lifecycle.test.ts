import { describe, expect, test } from "vitest";
import { caseNames, installCase, quote, readCaseFile, tableRows } from "./helpers/cutover-case.ts";
import { movesOf } from "./helpers/cutover-moves.ts";
import {
  expectNewSide,
  expectNothingLeft,
  forwardWithWrites,
  legacyAfter,
  withoutClock,
} from "./helpers/lifecycle.ts";

const HALF_WAY = [
  "dual_write",
  "backfilled",
  "reads_switched",
  "writes_switched",
  "legacy_locked",
  "archived",
] as const;

describe.each(await caseNames())("the cutover %s", (name) => {
  test("moves every row and write to the new side, and leaves nothing of ours behind", async () => {
    const found = await installCase(name);
    const written = await forwardWithWrites(found, "dropped");
    await expectNewSide(found, written);
    await expectNothingLeft(found);
  });

  test.each(HALF_WAY)(
    "comes back from %s without losing a write, and goes forward again to the end",
    async (phase) => {
      const found = await installCase(name);
      const moves = movesOf(found);
      const written = await forwardWithWrites(found, phase);
      await moves.rollback();
      expect(await moves.phase()).toBe("expanded");
      expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
        withoutClock(await legacyAfter(found, written)),
      );

      // Legacy is the truth again: the application writes it, and nothing else may write the new side.
      await found.db.pool.query(await readCaseFile(found, "writes/back.sql"));
      for (const table of found.definition.tables.filter(({ side }) => side === "new")) {
        const write = found.db.pool.query(`DELETE FROM ${quote(table.schema)}.${quote(table.name)}`);
        await expect(write).rejects.toMatchObject({ code: "CU020" });
      }
      await moves.forwardTo("dropped");
      await expectNewSide(found, [...written, "back"]);
      await expectNothingLeft(found);
    },
  );

  test("ends the same when all sync is left to the drainer", async () => {
    const found = await installCase(name);
    await found.db.pool.query(
      `UPDATE cutover.cutovers SET definition = pg_catalog.jsonb_set(definition, '{sync,mode}', '"queued"')`,
    );
    const moves = movesOf(found);
    await moves.forwardTo("dual_write");
    await found.db.pool.query(await readCaseFile(found, "writes/legacy.sql"));
    await moves.forwardTo("writes_switched");
    await found.db.pool.query(await readCaseFile(found, "writes/legacy-late.sql"));
    await found.db.pool.query(await readCaseFile(found, "writes/new.sql"));
    await moves.rollback();
    expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
      withoutClock(await legacyAfter(found, ["legacy", "legacy-late", "new-as-legacy"])),
    );
  });

  test.each(["legacy_locked", "archived"] as const)(
    "keeps legacy as it is once reverse sync has ended, and comes back from %s with every write",
    async (phase) => {
      const found = await installCase(name);
      const moves = movesOf(found);
      const written = await forwardWithWrites(found, "writes_switched");
      await moves.forwardTo("legacy_locked");
      await found.db.pool.query("SELECT cutover.end_reverse_sync($1)", [found.definition.name]);
      const before = await tableRows(found, "legacy");
      await found.db.pool.query(await readCaseFile(found, "writes/new-late.sql"));
      expect(await tableRows(found, "legacy")).toEqual(before);
      await moves.forwardTo(phase);

      await moves.rollback();
      expect(withoutClock(await tableRows(found, "legacy"))).toEqual(
        withoutClock(await legacyAfter(found, [...written, "new-late-as-legacy"])),
      );
    },
  );
});
