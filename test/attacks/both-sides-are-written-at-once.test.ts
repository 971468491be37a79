import { expect, test } from "vitest";
import { type Client, withTransaction } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, untilBlocked } from "../traps/sessions.ts";

// Whole-unit recompute in both directions lost committed writes with drift and pending both zero. Here legacy writes are
// brought over as a patch of the cells that the writer changed, and legacy is then recomputed from the new side.

const DATA = `INSERT INTO sheet (id, owner, day, title, note, marks) VALUES
  (1, 'ann', '2026-01-05', 'title', 'note', '{"x": 1}'), (2, 'ann', '2026-01-05', 'other', NULL, '{}')`;

const start = () => createSmallCutover({ data: DATA, phase: "writes_switched" });

const COLUMNS = "title, note, hits, likes";
async function sides(db: SmallDatabase, id = 1) {
  const [legacy] = await db.rows(`SELECT ${COLUMNS} FROM sheet WHERE id = $1`, [id]);
  const [fresh] = await db.rows(`SELECT ${COLUMNS} FROM page WHERE id = $1`, [id]);
  return { legacy, new: fresh };
}
const both = (row: object) => ({ legacy: expect.objectContaining(row), new: expect.objectContaining(row) });

async function quiet(db: SmallDatabase) {
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
}

test("eight writers increment counters on both sides: every committed increment arrives on both", async () => {
  const db = await start();
  const committed = { hits: 0, likes: 0 };
  const write = async (session: Client, statement: string) => {
    if ((await outcome(session.query(statement))) !== "ok") return false;
    return true;
  };
  const writers = Array.from({ length: 8 }, async (_, index) => {
    const session = await db.connect();
    for (let turn = 0; turn < 5; turn += 1) {
      const id = 1 + ((index + turn) % 2);
      if (index % 2 === 0) {
        if (await write(session, `UPDATE sheet SET hits = hits + 1 WHERE id = ${id}`)) committed.hits += 1;
      } else if (await write(session, `UPDATE page SET likes = likes + 1 WHERE id = ${id}`))
        committed.likes += 1;
    }
  });
  let done = false;
  const drainer = (async () => {
    while (!done) await outcome(db.rows("SELECT cutover.drain('small')"));
  })();
  await Promise.all(writers);
  done = true;
  await drainer;
  await quiet(db);
  expect(committed).toEqual({ hits: 20, likes: 20 });
  const expected = [{ hits: 20, likes: 20 }];
  expect(await db.rows("SELECT sum(hits)::int AS hits, sum(likes)::int AS likes FROM sheet")).toEqual(
    expected,
  );
  expect(await db.rows("SELECT sum(hits)::int AS hits, sum(likes)::int AS likes FROM page")).toEqual(
    expected,
  );
  expect(await db.rows("SELECT FROM cutover.conflicts")).toEqual([]);
});

test("an open write on the new side and a legacy commit of another cell both survive, without a wait beyond the bound", async () => {
  const db = await start();
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE page SET likes = 7 WHERE id = 1");
  expect(await outcome(db.rows("UPDATE sheet SET title = 'from legacy' WHERE id = 1"))).toBe("ok");
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  await quiet(db);
  expect(await sides(db)).toEqual(both({ title: "from legacy", likes: 7 }));
});

test("an open write on the legacy side and a commit on the new side of another cell both survive", async () => {
  const db = await start();
  const writer = await db.connect();
  await writer.query("BEGIN; UPDATE sheet SET hits = 7 WHERE id = 1");
  expect(await outcome(db.rows("UPDATE page SET title = 'from new' WHERE id = 1"))).toBe("ok");
  expect(await outcome(writer.query("COMMIT"))).toBe("ok");
  await quiet(db);
  expect(await sides(db)).toEqual(both({ title: "from new", hits: 7 }));
});

for (const [first, second] of [
  ["UPDATE sheet SET title = 'L' WHERE id = 1", "UPDATE page SET note = 'N' WHERE id = 1"],
  ["UPDATE page SET note = 'N' WHERE id = 1", "UPDATE sheet SET title = 'L' WHERE id = 1"],
] as const) {
  test(`one transaction writes both sides: ${first.split(" ")[1]} first`, async () => {
    const db = await start();
    const session = await db.connect();
    await withTransaction(session, {}, async () => {
      await session.query(first);
      await session.query(second);
    });
    expect(await sides(db)).toEqual(both({ title: "L", note: "N" }));
    await quiet(db);
  });
}

test("the same cell on both sides in one transaction: the new side wins and the loser is recorded", async () => {
  const db = await start();
  const session = await db.connect();
  await withTransaction(session, {}, async () => {
    await session.query("UPDATE page SET title = 'N' WHERE id = 1");
    await session.query("UPDATE sheet SET title = 'L' WHERE id = 1");
  });
  await quiet(db);
  expect(await sides(db)).toEqual(both({ title: "N" }));
  expect(
    await db.rows("SELECT key, won ->> 'title' AS won, lost ->> 'title' AS lost FROM cutover.conflicts"),
  ).toEqual([{ key: { id: 1 }, won: "N", lost: "L" }]);
});

test("the same cell on both sides at once: the new side wins and the loser is recorded", async () => {
  const db = await start();
  const legacy = await db.connect();
  await legacy.query("BEGIN; UPDATE sheet SET title = 'L' WHERE id = 1");
  expect(await outcome(db.rows("UPDATE page SET title = 'N' WHERE id = 1"))).toBe("ok");
  expect(await outcome(legacy.query("COMMIT"))).toBe("ok");
  await quiet(db);
  expect(await sides(db)).toEqual(both({ title: "N" }));
  expect(
    await db.rows("SELECT won ->> 'title' AS won, lost ->> 'title' AS lost FROM cutover.conflicts"),
  ).toEqual([{ won: "N", lost: "L" }]);
});

test("a legacy delete against a new-side change of the row: the row stays, and the delete is recorded", async () => {
  const db = await start();
  const legacy = await db.connect();
  await legacy.query("BEGIN; DELETE FROM sheet WHERE id = 1");
  expect(await outcome(db.rows("UPDATE page SET title = 'N' WHERE id = 1"))).toBe("ok");
  expect(await outcome(legacy.query("COMMIT"))).toBe("ok");
  await quiet(db);
  expect(await sides(db)).toEqual(both({ title: "N" }));
  expect(await db.rows("SELECT table_name, lost FROM cutover.conflicts WHERE table_name = 'page'")).toEqual([
    { table_name: "page", lost: null },
  ]);
});

test("a new-side delete against a legacy change of the row: the row goes, and the change is recorded", async () => {
  const db = await start();
  const legacy = await db.connect();
  await legacy.query("BEGIN; UPDATE sheet SET title = 'L' WHERE id = 1");
  expect(await outcome(db.rows("DELETE FROM page WHERE id = 1"))).toBe("ok");
  expect(await outcome(legacy.query("COMMIT"))).toBe("ok");
  await quiet(db);
  expect(await sides(db)).toEqual({ legacy: undefined, new: undefined });
  expect(
    await db.rows("SELECT won, lost ->> 'title' AS lost FROM cutover.conflicts WHERE table_name = 'page'"),
  ).toEqual([{ won: null, lost: "L" }]);
});

test("legacy writes that wait behind each other are brought over once, from the oldest image", async () => {
  const db = await start();
  for (const title of ["one", "two", "three"]) {
    const session = await db.connect();
    await withTransaction(session, { isolation: "serializable" }, () =>
      session.query("UPDATE sheet SET title = $1 WHERE id = 1", [title]),
    );
  }
  await db.rows("UPDATE page SET note = 'N' WHERE id = 1");
  await quiet(db);
  expect(await sides(db)).toEqual(both({ title: "three", note: "N" }));
});

test("a legacy row that moves to another unit takes a new-side write of the old one with it", async () => {
  const db = await start();
  const legacy = await db.connect();
  await legacy.query("BEGIN; UPDATE sheet SET day = '2026-02-02', owner = 'bob' WHERE id = 1");
  expect(await outcome(db.rows("UPDATE page SET likes = 5 WHERE id = 1"))).toBe("ok");
  expect(await outcome(legacy.query("COMMIT"))).toBe("ok");
  await quiet(db);
  expect(await db.rows("SELECT owner, day::text, likes FROM page WHERE id = 1")).toEqual([
    { owner: "bob", day: "2026-02-02", likes: 5 },
  ]);
  expect(await db.rows("SELECT owner, day::text, likes FROM sheet WHERE id = 1")).toEqual([
    { owner: "bob", day: "2026-02-02", likes: 5 },
  ]);
  expect(await db.rows("SELECT owner, day::text, value FROM mark")).toEqual([
    { owner: "bob", day: "2026-02-02", value: 1 },
  ]);
});

test("inserts on both sides at once into one unit arrive on both", async () => {
  const db = await start();
  const legacy = await db.connect();
  await legacy.query(
    "BEGIN; INSERT INTO sheet (id, owner, day, title) VALUES (10, 'ann', '2026-01-05', 'L')",
  );
  await db.rows("INSERT INTO page (id, owner, day, title) VALUES (11, 'ann', '2026-01-05', 'N')");
  await legacy.query("COMMIT");
  await quiet(db);
  const expected = [{ id: "1" }, { id: "2" }, { id: "10" }, { id: "11" }];
  expect(await db.rows("SELECT id FROM sheet ORDER BY id")).toEqual(expected);
  expect(await db.rows("SELECT id FROM page ORDER BY id")).toEqual(expected);
});

test("the drainer waits for a legacy writer in flight, and neither write is lost", async () => {
  const db = await start();
  const fresh = await db.connect();
  await withTransaction(fresh, { isolation: "serializable" }, () =>
    fresh.query("UPDATE page SET title = 'N' WHERE id = 1"),
  );
  const legacy = await db.connect();
  await legacy.query("BEGIN; UPDATE sheet SET note = 'L' WHERE id = 1");
  const drainer = await db.connect();
  const pid = await pidOf(drainer);
  const drained = outcome(drainer.query("SELECT cutover.drain('small')"));
  await untilBlocked(db.pool, pid);
  expect(await outcome(legacy.query("COMMIT"))).toBe("ok");
  await drained;
  await quiet(db);
  expect(await sides(db)).toEqual(both({ title: "N", note: "L" }));
});

test("sync does not echo: a write on either side is written once on the other", async () => {
  const db = await start();
  await db.rows("UPDATE sheet SET title = 'L' WHERE id = 1");
  await db.rows("UPDATE page SET title = 'N' WHERE id = 2");
  expect(await db.rows("SELECT FROM cutover.outbox")).toEqual([]);
  expect(await db.rows("SELECT FROM cutover.images")).toEqual([]);
  const versions = () => db.rows("SELECT xmin FROM page UNION ALL SELECT xmin FROM sheet");
  const before = await versions();
  await db.drain();
  expect(await versions()).toEqual(before);
});
