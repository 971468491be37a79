import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { createSmallCutover, installCutover } from "../helpers/small-cutover.ts";

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

// Each leg stands between two cells, so what is written to one leg after the other hangs together from end to end.
const CHAIN = {
  "cutover.json": {
    name: "chain",
    units: { forward: { spot: { n: "integer" } }, reverse: { limb: { id: "integer" } } },
    legacy: {
      leg: {
        key: ["id"],
        unit: { limb: ["id"] },
        feeds: {
          spot: {
            units: "SELECT v.n FROM (VALUES (leg.id), (leg.id + 1)) AS v (n)",
            rows: "leg.id IN (spot.n, spot.n - 1)",
          },
        },
      },
    },
    new: {
      cell: {
        key: ["n"],
        unit: { spot: ["n"] },
        feeds: {
          limb: {
            units: "SELECT v.id FROM (VALUES (cell.n), (cell.n - 1)) AS v (id)",
            rows: "cell.n IN (limb.id, limb.id + 1)",
          },
        },
      },
    },
  },
  "forward/cell.sql": `SELECT spots.n, (SELECT leg.first FROM leg WHERE leg.id = spots.n) AS first,
       (SELECT leg.second FROM leg WHERE leg.id = spots.n - 1) AS second
  FROM (SELECT leg.id AS n FROM leg UNION SELECT leg.id + 1 FROM leg) AS spots`,
  "reverse/leg.sql": `SELECT here.n AS id, here.first, there.second
  FROM cell AS here JOIN cell AS there ON there.n = here.n + 1`,
};

test("legacy writes that hang together in a long chain are drained while both sides are written", async () => {
  const db = await createSmallCutover();
  await db.rows(`CREATE TABLE leg (id integer PRIMARY KEY, first text, second text);
    CREATE TABLE cell (n integer PRIMARY KEY, first text, second text);
    INSERT INTO leg SELECT n, 'a', 'b' FROM generate_series(1, 60) AS n`);
  await withClient(db.pool, (client) => installCutover(client, CHAIN));
  await db.reach("writes_switched", "chain");
  await db.rows("UPDATE leg SET first = 'x'");
  await db.drain();
  expect(await db.rows("SELECT count(*)::integer AS n FROM cell WHERE first = 'x'")).toEqual([{ n: 60 }]);
  expect(await db.verify("chain")).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});
