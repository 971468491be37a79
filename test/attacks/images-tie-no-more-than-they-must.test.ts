import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { createSmallCutover, installCutover, SMALL, type SmallDatabase } from "../helpers/small-cutover.ts";

// While both sides are written, what hangs together by its images is worked off together. A write is tied to the units that it may
// have changed, and not to the coarse unit above them, or every row of an owner would be tied to every other; and a commit does not
// take on whatever others have left.

const DATA = `INSERT INTO sheet (id, owner, day, marks)
  SELECT n, 'own', date '2026-01-01' + n::int, '{"a": 1}' FROM generate_series(1, 70) AS n`;

/** A commit at SERIALIZABLE leaves its notes to the drainer. */
async function leave(db: SmallDatabase, write: string): Promise<void> {
  const session = await db.connect();
  await session.query(`BEGIN ISOLATION LEVEL SERIALIZABLE; ${write}; COMMIT`);
}

const waiting = async (db: SmallDatabase): Promise<string[]> =>
  (
    await db.rows<{ ref: string }>(
      "SELECT kind || ':' || unit AS ref FROM cutover.outbox WHERE cutover = 'small' ORDER BY 1",
    )
  ).map(({ ref }) => ref);

async function expectAllTrue(db: SmallDatabase): Promise<void> {
  await db.drain();
  expect(await waiting(db)).toEqual([]);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(await db.rows("SELECT * FROM cutover.conflicts")).toEqual([]);
  // Nor was anything put aside and taken up again on the way.
  expect(await db.rows("SELECT detail FROM cutover.events WHERE event = 'unit_quarantined'")).toEqual([]);
}

test("a cell of one sheet that waits does not tie another sheet of the same owner to it", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await leave(db, "UPDATE sheet SET marks = '{\"a\": 2}' WHERE id = 1");
  await db.rows("UPDATE sheet SET marks = '{\"a\": 3}' WHERE id = 2");
  expect(await waiting(db)).toEqual(["day:(own,2026-01-02)"]);
  expect(await db.rows("SELECT value FROM mark WHERE page_id = 2")).toEqual([{ value: 3 }]);
  await expectAllTrue(db);
});

test("of the owner, rows with such an image are read as they are, when the owner's own unit is worked off", async () => {
  const db = await createSmallCutover({
    schema: "ALTER TABLE binder ADD COLUMN sheets bigint NOT NULL DEFAULT 0",
    data: DATA,
  });
  await withClient(db.pool, (client) =>
    installCutover(client, {
      ...SMALL,
      "forward/binder.sql": "SELECT sheet.owner, count(*) AS sheets FROM sheet GROUP BY sheet.owner",
    }),
  );
  await db.reach("writes_switched");
  await db.rows(
    `BEGIN;
     UPDATE sheet SET marks = '{"a": 2}' WHERE id BETWEEN 1 AND 5;
     INSERT INTO sheet (id, owner, day) VALUES (71, 'own', '2026-06-01');
     COMMIT`,
  );
  expect(await waiting(db), "worked off by the commit itself").toEqual([]);
  await expectAllTrue(db);
  expect(await db.rows("SELECT owner, sheets::integer FROM binder")).toEqual([{ owner: "own", sheets: 71 }]);
});

test("a row that is changed in a cell, then moved, then changed again while all of it waits is as legacy has it", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await leave(db, "UPDATE sheet SET marks = '{\"a\": 2}' WHERE id = 1");
  await leave(db, "UPDATE sheet SET owner = 'heir', title = 'moved' WHERE id = 1");
  await leave(db, "UPDATE sheet SET marks = '{\"b\": 3}' WHERE id = 1");
  await expectAllTrue(db);
  expect(await db.rows("SELECT owner, title FROM page WHERE id = 1")).toEqual([
    { owner: "heir", title: "moved" },
  ]);
  expect(await db.rows("SELECT owner, name, value FROM mark WHERE page_id = 1")).toEqual([
    { owner: "heir", name: "b", value: 3 },
  ]);
});

test("a commit leaves a long chain of others to the drainer, with its own write", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await leave(db, "UPDATE sheet SET owner = 'heir'");
  const chain = await waiting(db);
  expect(chain.length).toBeGreaterThan(100);
  await db.rows("UPDATE sheet SET marks = '{\"a\": 9}' WHERE id = 1");
  expect((await waiting(db)).length).toBeGreaterThan(chain.length);
  await expectAllTrue(db);
  expect(await db.rows("SELECT value FROM mark WHERE page_id = 1")).toEqual([{ value: 9 }]);
  expect(await db.rows("SELECT count(*)::integer AS pages FROM page WHERE owner = 'heir'")).toEqual([
    { pages: 70 },
  ]);
});

test("a unit of many rows is worked off by the commit itself, as long as nobody else has left anything there", async () => {
  const db = await createSmallCutover({
    data: "INSERT INTO sheet (id, owner, day, marks) SELECT n, 'own', '2026-01-01', '{\"a\": 1}' FROM generate_series(1, 120) AS n",
    phase: "writes_switched",
  });
  await db.rows("UPDATE sheet SET marks = '{\"a\": 9}' WHERE id = 1");
  expect(await waiting(db)).toEqual([]);
  expect(await db.rows("SELECT value FROM mark WHERE page_id = 1")).toEqual([{ value: 9 }]);
  await expectAllTrue(db);
});

test("whatever a legacy column is called, a row that is inserted while both sides are written comes over", async () => {
  const names = ["given", "wanted", "image", "now", "fed", "parsed", "first", "feeds"];
  const db = await createSmallCutover({
    schema: `ALTER TABLE sheet ${names.map((name) => `ADD COLUMN ${name} text DEFAULT 'x'`).join(", ")}`,
    data: DATA,
    phase: "writes_switched",
  });
  await db.rows("INSERT INTO sheet (id, owner, day, marks) VALUES (71, 'own', '2026-06-01', '{\"a\": 1}')");
  await db.rows("UPDATE sheet SET title = 'again' WHERE id = 1");
  expect(await waiting(db)).toEqual([]);
  expect(await db.rows("SELECT id FROM sheet WHERE id = 71")).toEqual([{ id: "71" }]);
  expect(await db.rows("SELECT title FROM page WHERE id IN (1, 71) ORDER BY id")).toEqual([
    { title: "again" },
    { title: "" },
  ]);
  await expectAllTrue(db);
});
