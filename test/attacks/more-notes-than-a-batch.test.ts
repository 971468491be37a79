import { expect, test } from "vitest";
import { createSmallCutover } from "../helpers/small-cutover.ts";

// One transaction leaves more notes to the drainer than it takes at a time: what hangs together is in several batches.

test("a renamed owner of many days arrives whole, drained a few notes at a time", async () => {
  const db = await createSmallCutover({ phase: "backfilled", sync: { mode: "queued" } });
  await db.rows(`INSERT INTO sheet (id, owner, day, title)
    SELECT n, 'ann', DATE '2025-01-01' + n, 't' FROM generate_series(1, 60) AS n`);
  await db.drain();
  await db.rows("UPDATE sheet SET owner = 'zoe'");
  for (let done = 1; done > 0; ) {
    [{ done }] = (await db.rows("SELECT cutover.drain('small', 7) AS done")) as [{ done: number }];
  }
  expect(await db.rows("SELECT FROM cutover.quarantine")).toEqual([]);
  expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
  expect(await db.rows("SELECT owner FROM binder")).toEqual([{ owner: "zoe" }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});
