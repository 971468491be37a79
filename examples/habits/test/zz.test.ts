import { expect, test } from "vitest";
import { withClient } from "../../../src/db.ts";
import { loadGenerated } from "../data/load.ts";
import { compare, readLegacy, readNew } from "../model/index.ts";
import { installHabits } from "./installed.ts";

test("smoke", async () => {
  const { db, moves } = await installHabits((db) => withClient(db.pool, (c) => loadGenerated(c, { seed: "x", weeks: 300 })));
  const initial = await readLegacy(db.pool);
  for (const phase of ["backfilled", "writes_switched"] as const) {
    await moves.forwardTo(phase).catch(async (e) => { console.log(e); console.log((await db.pool.query("select reason, class, kind, direction, left(error,300) error, count(*), min(unit) from cutover.quarantine group by 1,2,3,4,5")).rows); throw e; });
    const v = await moves.verify();
    console.log(phase, JSON.stringify(v.accounting), v.driftedUnits, v.differences.slice(0, 3));
    console.log(compare(initial, await readNew(db.pool), "new"));
  }
  console.log((await db.pool.query("select reason, class, kind, direction, count(*) from cutover.quarantine group by 1,2,3,4")).rows);
  console.log(compare(initial, await readLegacy(db.pool), "legacy"));
  await moves.rollback();
  await moves.forwardTo("dropped");
  console.log(compare(initial, await readNew(db.pool), "new"));
});
