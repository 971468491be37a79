import { expect, test } from "vitest";
import { caseNames, installCase, readCaseFile } from "../helpers/cutover-case.ts";
import { movesOf, PHASES } from "../helpers/cutover-moves.ts";
import { unitsOf } from "./law-case.ts";

test.each(await caseNames())("%s: in every phase each unit is counted in exactly one class", async (name) => {
  const found = await installCase(name);
  const moves = movesOf(found);
  const expectAllCounted = async () => {
    const { accounting } = await moves.verify();
    for (const direction of ["forward", "reverse"] as const) {
      for (const [kind, units] of Object.entries(await unitsOf(found, direction))) {
        const counted = Object.values(accounting[direction]?.[kind] ?? {}).reduce(
          (sum, count) => sum + count,
          0,
        );
        expect({ direction, kind, counted }).toEqual({ direction, kind, counted: new Set(units).size });
      }
    }
  };
  for (const phase of PHASES.slice(0, PHASES.indexOf("archived"))) {
    await moves.forwardTo(phase);
    if (phase === "dual_write") await found.db.pool.query(await readCaseFile(found, "writes/legacy.sql"));
    await expectAllCounted();
    if (phase === "writes_switched") {
      await found.db.pool.query(await readCaseFile(found, "writes/legacy-late.sql"));
      await found.db.pool.query(await readCaseFile(found, "writes/new.sql"));
      await expectAllCounted();
    }
  }
});

test("a unit whose notes are not worked off is pending, and neither in sync nor drifted", async () => {
  const found = await installCase("plain-1to1");
  const moves = movesOf(found);
  await moves.forwardTo("backfilled");
  const classes = async () => (await moves.verify()).accounting.forward?.note;
  const { rows } = await found.db.pool.query("SELECT pg_catalog.count(*)::int AS units FROM public.memo");
  const units: number = rows[0].units;
  expect(await classes()).toEqual({ "in sync": units });

  const writer = await found.db.connect();
  await writer.query("BEGIN ISOLATION LEVEL SERIALIZABLE");
  await writer.query("UPDATE public.memo SET title = 'noted' WHERE id IN (1, 2)");
  await writer.query("COMMIT");
  expect(await classes()).toEqual({ "in sync": units - 2, pending: 2 });
  await moves.drain();
  expect(await classes()).toEqual({ "in sync": units });
});
