import { expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import {
  createSmallCutover,
  installCutover,
  type Phase,
  SMALL,
  type SmallDatabase,
} from "../helpers/small-cutover.ts";

// A page's key is its id, its unit is its owner's day. Its sticker is known to the new side alone: whoever deletes the page from its
// old unit, and adds it to its new one later, has lost it.

const config = SMALL["cutover.json"] as {
  units: object;
  legacy: { sheet: object };
  new: { page: object; mark: object };
};
const STICKERS = {
  ...SMALL,
  "cutover.json": {
    ...config,
    new: {
      ...config.new,
      page: { ...config.new.page, keep: ["sticker"] },
      mark: { ...config.new.mark, keep: ["sticker"] },
    },
  },
};

/** Writes have moved once, pages and marks have got their stickers, and the cutover is back in `expanded` or has come forward again. */
async function withStickers(sheets: number, phase: Phase): Promise<SmallDatabase> {
  const db = await createSmallCutover({
    schema: "ALTER TABLE page ADD COLUMN sticker text; ALTER TABLE mark ADD COLUMN sticker text",
  });
  await withClient(db.pool, (client) => installCutover(client, STICKERS));
  await db.rows(
    `INSERT INTO sheet (id, owner, day, marks)
     SELECT n, 'ann', date '2025-01-01' + n, '{"a": 1, "b": 2}' FROM generate_series(1, $1) AS n`,
    [sheets],
  );
  await db.reach("writes_switched");
  await db.rows("UPDATE page SET sticker = 'page ' || id");
  await db.rows("UPDATE mark SET sticker = 'mark ' || page_id || name");
  await db.drain();
  await db.rows("CALL cutover.rollback_steps('small')");
  await db.reach(phase);
  expect(await stickersLost(db)).toEqual([]);
  return db;
}

const stickersLost = (db: SmallDatabase) =>
  db.rows(`SELECT id::text AS lost FROM page WHERE sticker IS DISTINCT FROM 'page ' || id
           UNION ALL SELECT page_id || name FROM mark WHERE sticker IS DISTINCT FROM 'mark ' || page_id || name`);

async function drainByThree(db: SmallDatabase): Promise<void> {
  for (let done = 1; done > 0; ) {
    done = (await db.rows<{ done: number }>("SELECT cutover.drain('small', 3) AS done"))[0]?.done ?? 0;
  }
}

async function proveKept(db: SmallDatabase, sheets: number): Promise<void> {
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(await db.rows("SELECT count(*)::integer AS pages FROM page")).toEqual([{ pages: sheets }]);
  expect(await stickersLost(db)).toEqual([]);
}

// A flush takes twenty units at a time, so that the old unit of a page and its new one come in different batches.
test.each([
  ["to units that come later", "UPDATE sheet SET owner = 'zoe'"],
  ["to units that came before", "UPDATE sheet SET owner = 'abe'"],
  ["in a ring", "UPDATE sheet SET day = day + 100"],
])("one commit moves sixty pages %s", async (_, statement) => {
  const db = await withStickers(60, "reads_switched");
  await db.rows(statement);
  await db.drain();
  await proveKept(db, 60);
});

test("the drainer takes up old units in one transaction and new ones in another", async () => {
  const db = await withStickers(12, "reads_switched");
  // Never flushed at the commit.
  const client = await db.connect();
  await withTransaction(client, { isolation: "serializable" }, () =>
    client.query("UPDATE sheet SET owner = 'kim'"),
  );
  await drainByThree(db);
  await proveKept(db, 12);
});

test.each(["read committed", "repeatable read"] as const)(
  "a commit at %s takes up the old unit of a page, of which somebody else's note waits",
  async (isolation) => {
    const db = await withStickers(2, "reads_switched");
    await db.rows("UPDATE sheet SET day = '2025-01-01'");
    const client = await db.connect();
    // Left to the drainer: the page's old unit and its new one.
    await withTransaction(client, { isolation: "serializable" }, () =>
      client.query("UPDATE sheet SET owner = 'zoe' WHERE id = 1"),
    );
    // The other page of the old unit.
    await withTransaction(client, { isolation }, () =>
      client.query("UPDATE sheet SET title = 'two' WHERE id = 2"),
    );
    await db.drain();
    await proveKept(db, 2);
  },
);

test.each(["zoe", "abe"])(
  "pages that moved to %s while nothing was synced are backfilled unit by unit",
  async (owner) => {
    const db = await withStickers(30, "expanded");
    await db.rows("UPDATE sheet SET owner = $1", [owner]);
    await db.advance("dual_write");
    const [run] = await db.rows<{ id: string }>("SELECT cutover.start_backfill('small') AS id");
    for (let state = ""; state !== "finished"; ) {
      const [step] = await db.rows<{ state: string }>(
        "SELECT state FROM cutover.backfill_step($1, 'test', 4)",
        [run?.id],
      );
      state = step?.state ?? "finished";
    }
    await db.drain();
    await proveKept(db, 30);
  },
);

// The same backwards: all sheets of an owner's day are one unit, so that a sheet wanders when its page does.
const BACKWARDS = {
  ...SMALL,
  "cutover.json": {
    ...config,
    units: { ...config.units, reverse: { book: { owner: "text", day: "date" } } },
    legacy: { sheet: { ...config.legacy.sheet, unit: { book: ["owner", "day"] } } },
    new: {
      ...config.new,
      page: { ...config.new.page, feeds: { book: ["owner", "day"] } },
      mark: { ...config.new.mark, feeds: { book: ["owner", "day"] } },
    },
  },
};

test.each(["zoe", "abe"])("sheets keep what only legacy has when their pages move to %s", async (owner) => {
  const db = await createSmallCutover();
  await withClient(db.pool, (client) => installCutover(client, BACKWARDS));
  await db.rows(
    `INSERT INTO sheet (id, owner, day, seen_at) SELECT n, 'ann', date '2025-01-01' + n, date '2025-01-01' + n
       FROM generate_series(1, 30) AS n`,
  );
  await db.reach("writes_switched");
  // Every owner keeps one page: a binder without any is nothing that legacy could say.
  await db.rows(
    `WITH moved AS (INSERT INTO binder (owner) VALUES ($1)) UPDATE page SET owner = $1, day = day + 3 WHERE id > 1`,
    [owner],
  );
  await drainByThree(db);
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(
    await db.rows(
      "SELECT id FROM sheet WHERE (owner = $1) <> (id > 1) OR seen_at IS DISTINCT FROM date '2025-01-01' + id::integer",
      [owner],
    ),
  ).toEqual([]);
});
