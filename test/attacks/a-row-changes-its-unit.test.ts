import fc from "fast-check";
import { expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { createSmallCutover, installCutover, SMALL, type SmallDatabase } from "../helpers/small-cutover.ts";
import { untilTrue } from "../helpers/until.ts";

// A page's key is its id, its unit is its owner's day: a renamed owner moves the page to another unit, and a foreign key carries its
// marks along. Whoever makes the one unit true writes rows that the other still holds.

type Isolation = "read committed" | "repeatable read" | "serializable";

async function write(db: SmallDatabase, isolation: Isolation, text: string): Promise<void> {
  const client = await db.connect();
  await withTransaction(client, { isolation }, () => client.query(text));
  await client.end();
}

const marks = (db: SmallDatabase) =>
  db.rows("SELECT owner, page_id::integer AS page, name, value FROM mark ORDER BY page_id, name");

test("a mark that is cleared after its page has moved does not come back with the page", async () => {
  const db = await createSmallCutover({
    phase: "dual_write",
    data: `INSERT INTO sheet (id, owner, day, marks) VALUES (1, 'ann', '2025-01-01', '{"a": 1, "b": 2}')`,
  });
  // Left to the drainer: both units are pending.
  await write(db, "serializable", "UPDATE sheet SET owner = 'zoe'");
  // Flushed at the commit: only the new unit is noted, and the page still lies in the old one.
  await write(db, "read committed", "UPDATE sheet SET marks = marks - 'a'");
  await db.drain();
  expect(await marks(db)).toEqual([{ owner: "zoe", page: 1, name: "b", value: 2 }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("whoever moves a row to another unit waits for the one who works on the unit that still holds it", async () => {
  const db = await createSmallCutover({
    phase: "backfilled",
    data: `INSERT INTO sheet (id, owner, day, title, marks) VALUES (1, 'ann', '2025-01-01', 'one', '{"a": 1}')`,
  });
  await write(db, "serializable", "UPDATE sheet SET title = 'two'");
  const drainer = await db.connect();
  await drainer.query("BEGIN");
  await drainer.query("SELECT cutover.drain('small', 10)");
  await write(db, "serializable", "UPDATE sheet SET owner = 'zoe'");
  await write(db, "read committed", `UPDATE sheet SET title = 'three', marks = '{"b": 2}'`);
  expect(await db.rows("SELECT owner, title FROM page")).toEqual([{ owner: "ann", title: "one" }]);
  await drainer.query("COMMIT");
  await db.drain();
  expect(await db.rows("SELECT owner, title FROM page")).toEqual([{ owner: "zoe", title: "three" }]);
  expect(await marks(db)).toEqual([{ owner: "zoe", page: 1, name: "b", value: 2 }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

test("rows that go with their old parent, while they are moved away from it, are not lost", async () => {
  const db = await createSmallCutover({
    phase: "backfilled",
    schema: `ALTER TABLE page DROP CONSTRAINT page_owner_fkey,
      ADD CONSTRAINT page_owner_fkey FOREIGN KEY (owner) REFERENCES binder ON UPDATE CASCADE ON DELETE CASCADE`,
    data: `INSERT INTO sheet (id, owner, day, title, marks) VALUES (1, 'ann', '2025-01-01', 'one', '{"a": 1}')`,
  });
  await write(db, "serializable", "UPDATE sheet SET owner = 'zoe'");
  const drainer = await db.connect();
  await drainer.query("BEGIN");
  // The two owners come first: the old binder goes, and its pages with it.
  await drainer.query("SELECT cutover.drain('small', 2)");
  const writing = write(db, "read committed", "UPDATE sheet SET title = 'two'");
  let over = false;
  void writing.finally(() => {
    over = true;
  });
  // Its flush has seen the page in its old place, and waits for it (or gives up, and leaves the unit to the drainer).
  await untilTrue(async () => over || (await db.rows("SELECT FROM pg_locks WHERE NOT granted")).length > 0);
  await drainer.query("COMMIT");
  await writing;
  await db.drain();
  expect(await db.rows("SELECT owner, title FROM page")).toEqual([{ owner: "zoe", title: "two" }]);
  expect(await marks(db)).toEqual([{ owner: "zoe", page: 1, name: "a", value: 1 }]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
});

const isolation = fc.constantFrom<Isolation>("read committed", "repeatable read", "serializable");
const sheet = fc.integer({ min: 1, max: 4 });
const owner = fc.constantFrom("ann", "bob", "zoe");
const name = fc.constantFrom("a", "b", "c");
const statement = fc.oneof(
  fc.tuple(sheet, owner).map(([id, to]) => `UPDATE sheet SET owner = '${to}' WHERE id = ${id}`),
  fc.tuple(owner, owner).map(([from, to]) => `UPDATE sheet SET owner = '${to}' WHERE owner = '${from}'`),
  sheet.map((id) => `UPDATE sheet SET day = day + 1 WHERE id = ${id}`),
  fc
    .tuple(sheet, name, fc.integer({ min: 1, max: 9 }))
    .map(([id, mark, value]) => `UPDATE sheet SET marks = marks || '{"${mark}": ${value}}' WHERE id = ${id}`),
  fc.tuple(sheet, name).map(([id, mark]) => `UPDATE sheet SET marks = marks - '${mark}' WHERE id = ${id}`),
  sheet.map((id) => `DELETE FROM sheet WHERE id = ${id}`),
  fc
    .tuple(sheet, owner)
    .map(
      ([id, to]) =>
        `INSERT INTO sheet (id, owner, day, marks) VALUES (${id}, '${to}', '2025-01-02', '{"a": 1}') ON CONFLICT DO NOTHING`,
    ),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ isolation, statement }) },
  { weight: 1, arbitrary: fc.record({ drain: fc.integer({ min: 1, max: 3 }) }) },
);

test.each(["dual_write", "reads_switched", "writes_switched"] as const)(
  "%s: rows that wander between units end where legacy has them, whoever works their notes off",
  async (phase) => {
    const data = `INSERT INTO sheet (id, owner, day, marks)
      SELECT n, 'ann', '2025-01-01', '{"a": 1, "b": 2}' FROM generate_series(1, 4) AS n`;
    const db = await createSmallCutover({ phase, data });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        await db.rows(`DELETE FROM sheet; ${data}`);
        await db.drain();
        for (const one of steps) {
          if ("drain" in one) await db.rows("SELECT cutover.drain('small', $1)", [one.drain]);
          else await write(db, one.isolation, one.statement);
        }
        await db.drain();
        expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
      }),
      { numRuns: 28 },
    );
  },
);

// The same backwards: all sheets of an owner are one unit, so that a sheet wanders when its page does.
const config = SMALL["cutover.json"] as {
  units: object;
  legacy: { sheet: object };
  new: { page: object; mark: object };
};
const BACKWARDS = {
  ...SMALL,
  "cutover.json": {
    ...config,
    units: { ...config.units, reverse: { owner: { owner: "text" } } },
    legacy: { sheet: { ...config.legacy.sheet, unit: { owner: ["owner"] } } },
    new: {
      ...config.new,
      page: { ...config.new.page, feeds: { owner: ["owner"] } },
      mark: { ...config.new.mark, feeds: { owner: ["owner"] } },
    },
  },
};
const newStatement = fc.oneof(
  fc.tuple(sheet, owner).map(([id, to]) => `UPDATE page SET owner = '${to}' WHERE id = ${id}`),
  fc
    .tuple(owner, owner)
    .map(([from, to]) => `UPDATE page SET owner = '${to}' WHERE owner = '${from}' AND id < 10`),
  fc
    .tuple(sheet, fc.integer({ min: 1, max: 9 }))
    .map(([id, title]) => `UPDATE page SET title = '${title}' WHERE id = ${id}`),
  fc.tuple(sheet, name).map(([id, mark]) => `DELETE FROM mark WHERE page_id = ${id} AND name = '${mark}'`),
  fc.tuple(sheet, name, fc.integer({ min: 1, max: 9 })).map(
    ([id, mark, value]) =>
      `INSERT INTO mark SELECT id, owner, day, '${mark}', ${value} FROM page WHERE id = ${id}
         ON CONFLICT (page_id, name) DO UPDATE SET value = excluded.value`,
  ),
);

test("the new side's rows that wander take the legacy rows along, whoever works their notes off", async () => {
  const db = await createSmallCutover();
  await withClient(db.pool, (client) => installCutover(client, BACKWARDS));
  // Every owner keeps one page: a binder without any is nothing that legacy could say.
  await db.rows(
    `INSERT INTO sheet (id, owner, day) VALUES (11, 'ann', '2025-01-01'), (12, 'bob', '2025-01-01'), (13, 'zoe', '2025-01-01')`,
  );
  await db.rows(`INSERT INTO sheet (id, owner, day, marks)
    SELECT n, 'ann', '2025-01-01', '{"a": 1, "b": 2}' FROM generate_series(1, 4) AS n`);
  await db.reach("writes_switched");
  const newStep = fc.oneof(
    { weight: 4, arbitrary: fc.record({ isolation, statement: newStatement }) },
    { weight: 1, arbitrary: fc.record({ drain: fc.integer({ min: 1, max: 3 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(newStep, { minLength: 3, maxLength: 8 }), async (steps) => {
      for (const one of steps) {
        if ("drain" in one) await db.rows("SELECT cutover.drain('small', $1)", [one.drain]);
        else await write(db, one.isolation, one.statement);
      }
      await db.drain();
      expect(await db.rows("SELECT reason, error FROM cutover.quarantine")).toEqual([]);
      expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
    }),
    { numRuns: 28 },
  );
});
