import fc from "fast-check";
import { expect, test } from "vitest";
import { isRetryable, withClient, withTransaction } from "../../src/db.ts";
import { createSmallCutover, installCutover, SMALL, type SmallDatabase } from "../helpers/small-cutover.ts";

// A renamed owner ties all of his rows to each other while both sides are written. The drainer works them off a few at a time, so that
// nobody waits for all of them; whatever is written in between, and wherever it is cut, the end is the same.

const SHEETS = 70;
const sheets = (count: number) => `INSERT INTO sheet (id, owner, day, title, marks, seen_at)
  SELECT n, 'own', date '2026-01-01' + n::int, 't', '{"a": 1}', '2026-01-01' FROM generate_series(1, ${count}) AS n`;
const DATA = sheets(SHEETS);

/** A commit at SERIALIZABLE leaves its notes to the drainer. */
async function leave(db: SmallDatabase, write: string): Promise<void> {
  const client = await db.connect();
  await withTransaction(client, { isolation: "serializable" }, () => client.query(write));
  await client.end();
}

const count = async (db: SmallDatabase, from: string): Promise<number> =>
  Number((await db.rows<{ count: string }>(`SELECT count(*) FROM ${from}`))[0]?.count);

const slice = (db: SmallDatabase, most: number) => db.rows("SELECT cutover.drain('small', $1)", [most]);

async function expectNothingLeft(db: SmallDatabase): Promise<void> {
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(await db.rows("SELECT * FROM cutover.images")).toEqual([]);
  expect(await db.rows("SELECT table_name, key, base, won, lost FROM cutover.conflicts")).toEqual([]);
  expect(await db.rows("SELECT detail FROM cutover.events WHERE event = 'unit_quarantined'")).toEqual([]);
}

test("a renamed owner is worked off a few sheets at a time; in between nothing is untrue that is not pending", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await db.rows("UPDATE binder SET color = 'blue'");
  await leave(db, "UPDATE sheet SET owner = 'heir'");

  const moved: number[] = [];
  for (let drains = 0; (await count(db, "cutover.outbox")) > 0; drains += 1) {
    expect(drains).toBeLessThan(40);
    await slice(db, 5);
    moved.push(await count(db, "page WHERE owner = 'heir'"));
    expect(await db.verify()).toMatchObject({ drifted: 0, quarantined: 0 });
    // The old owner stays for as long as he has pages.
    expect(await count(db, "binder WHERE owner = 'own'")).toBe(moved.at(-1) === SHEETS ? 0 : 1);
  }
  expect(moved.length).toBeGreaterThan(8);
  expect(moved[0]).toBeGreaterThan(0);
  for (const [index, now] of moved.entries()) {
    const before = moved[index - 1] ?? 0;
    expect(now - before).toBeLessThanOrEqual(15);
    expect(now).toBeGreaterThanOrEqual(before);
  }
  expect(await count(db, "mark WHERE owner = 'heir' AND value = 1")).toBe(SHEETS);
  expect(await count(db, "sheet WHERE owner = 'heir' AND seen_at = '2026-01-01'")).toBe(SHEETS);
  await expectNothingLeft(db);
});

test("who writes between two slices, a sheet that has come over or one that has not, finds the own write in the end", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await leave(db, "UPDATE sheet SET owner = 'heir', hits = id");
  await slice(db, 5);
  await slice(db, 5);
  const there = await count(db, "page WHERE owner = 'heir'");
  expect(there).toBeGreaterThan(0);
  expect(there).toBeLessThan(SHEETS);
  await db.rows("UPDATE sheet SET hits = hits + 1000");
  await db.rows("UPDATE page SET likes = id + 1 WHERE id <= 60");
  await db.rows("UPDATE page SET note = 'n' WHERE owner = 'own' AND id <= 60");
  await db.rows("UPDATE mark SET value = 7 WHERE owner = 'heir' AND page_id <= 60");
  await slice(db, 5);
  await leave(db, "UPDATE sheet SET owner = 'last' WHERE id % 2 = 0");
  await slice(db, 5);
  await db.rows("UPDATE sheet SET marks = marks || '{\"b\": 2}' WHERE id % 3 = 0");
  await db.rows("DELETE FROM sheet WHERE id > 60");
  await db.drain();
  expect(
    await db.rows(
      `SELECT count(*)::integer AS pages, bool_and(hits = id + 1000) AS hits, bool_and(likes = id + 1) AS likes,
         bool_and(owner = CASE WHEN id % 2 = 0 THEN 'last' ELSE 'heir' END) AS owners
       FROM page`,
    ),
  ).toEqual([{ pages: 60, hits: true, likes: true, owners: true }]);
  expect(await count(db, "mark WHERE name = 'a' AND value = 7")).toBeGreaterThan(0);
  expect(await count(db, "page WHERE note = 'n'")).toBeGreaterThan(0);
  expect(await db.rows("SELECT owner FROM binder ORDER BY owner")).toEqual([
    { owner: "heir" },
    { owner: "last" },
  ]);
  await expectNothingLeft(db);
});

test("an owner who is given a colour by the new side between two slices keeps it", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await leave(db, "UPDATE sheet SET owner = 'heir'");
  await slice(db, 5);
  await db.rows("UPDATE binder SET color = 'green' WHERE owner = 'heir'");
  await expectNothingLeft(db);
  expect(await db.rows("SELECT owner, color FROM binder")).toEqual([{ owner: "heir", color: "green" }]);
});

test("a slice that meets a unit in quarantine is left to whoever looks at everything", async () => {
  const db = await createSmallCutover({
    schema: "ALTER TABLE page ADD CONSTRAINT no_bad CHECK (title <> 'bad')",
    data: sheets(20),
    phase: "writes_switched",
  });
  await leave(db, "UPDATE sheet SET title = 'bad' WHERE id = 15");
  await leave(db, "UPDATE sheet SET owner = 'heir'");
  for (let drains = 0; drains < 3; drains += 1) await slice(db, 2);
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0 });
  expect(await count(db, "cutover.quarantine")).toBeGreaterThan(0);
  await db.rows("UPDATE sheet SET title = 'good' WHERE id = 15");
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
  expect(await db.rows("SELECT owner, count(*)::integer AS pages FROM page GROUP BY owner")).toEqual([
    { owner: "heir", pages: 20 },
  ]);
  expect(await db.rows("SELECT title FROM page WHERE id = 15")).toEqual([{ title: "good" }]);
});

test("a sheet that somebody holds keeps only what shares its slice waiting", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  await leave(db, "UPDATE sheet SET owner = 'heir'");
  const holder = await db.connect();
  await holder.query("BEGIN; SELECT FROM sheet WHERE id = 1 FOR UPDATE");
  const there = () => count(db, "page WHERE owner = 'heir'");
  for (let before = -1; (await there()) > before; ) {
    before = await there();
    await slice(db, 5);
  }
  expect(await there()).toBeGreaterThan(SHEETS / 2);
  expect(await there()).toBeLessThan(SHEETS);
  await holder.query("COMMIT");
  await expectNothingLeft(db);
  expect(await there()).toBe(SHEETS);
});

test("who drains within a transaction that goes on writing finds what was written last", async () => {
  const db = await createSmallCutover({ data: sheets(30), phase: "writes_switched" });
  await leave(db, "UPDATE sheet SET owner = 'heir' WHERE id > 15");
  const client = await db.connect();
  await client.query("BEGIN; UPDATE sheet SET owner = 'last', title = 'x' WHERE id <= 15");
  for (let drains = 0; drains < 12; drains += 1) await client.query("SELECT cutover.drain('small', 2)");
  await client.query("UPDATE sheet SET title = 'y' WHERE id <= 15; COMMIT");
  await expectNothingLeft(db);
  for (const side of ["sheet", "page"]) {
    expect(
      await db.rows(`SELECT owner, title, count(*)::integer AS count FROM ${side} GROUP BY 1, 2 ORDER BY 1`),
    ).toEqual([
      { owner: "heir", title: "t", count: 15 },
      { owner: "last", title: "y", count: 15 },
    ]);
  }
});

test("totals of a coarser unit are worked off with everything that they are made of", async () => {
  const db = await createSmallCutover({
    schema: "ALTER TABLE binder ADD COLUMN total integer NOT NULL DEFAULT 0",
  });
  await withClient(db.pool, (client) =>
    installCutover(client, {
      ...SMALL,
      "forward/binder.sql":
        "SELECT sheet.owner, sum(sheet.hits)::integer AS total FROM sheet GROUP BY sheet.owner",
    }),
  );
  await db.rows(sheets(30));
  await db.reach("writes_switched");
  await leave(db, "UPDATE sheet SET owner = 'heir', hits = 1 WHERE id > 5");
  await slice(db, 2);
  expect(await count(db, "cutover.outbox")).toBe(0);
  await db.rows(
    "UPDATE binder SET total = (SELECT sum(page.hits) FROM page WHERE page.owner = binder.owner)",
  );
  expect(await db.rows("SELECT owner, total FROM binder ORDER BY owner")).toEqual([
    { owner: "heir", total: 25 },
    { owner: "own", total: 0 },
  ]);
  await expectNothingLeft(db);
});

test("a unit that hangs together with what waits is checked before anything of it is written", async () => {
  const db = await createSmallCutover({
    schema: `ALTER TABLE sheet ADD COLUMN flagged boolean NOT NULL DEFAULT false;
      CREATE TABLE flag (owner text NOT NULL, id bigint NOT NULL, PRIMARY KEY (owner, id))`,
  });
  // A coarser table that feeds sheets, and a merge of both sides' writes that legacy cannot say.
  const config = structuredClone(SMALL["cutover.json"]) as {
    legacy: { sheet: { keep: string[] } };
    new: Record<string, object>;
  };
  config.legacy.sheet.keep.push("flagged");
  config.new.flag = { key: ["owner", "id"], unit: { owner: ["owner"] }, feeds: { sheet: ["id"] } };
  await withClient(db.pool, (client) =>
    installCutover(client, {
      ...SMALL,
      "cutover.json": config,
      "forward/flag.sql": `SELECT sheet.owner, sheet.id FROM sheet
        WHERE sheet.flagged AND (SELECT count(*) FROM sheet AS other WHERE other.owner = sheet.owner) > 10`,
      "reverse/sheet.sql": `SELECT page.id, page.owner, page.day, page.title,
               CASE WHEN page.hits > 0 AND page.hits = page.likes THEN NULL ELSE page.note END AS note, page.hits, page.likes,
               coalesce((SELECT jsonb_object_agg(mark.name, mark.value) FROM mark WHERE mark.page_id = page.id), '{}') AS marks
          FROM page`,
    }),
  );
  await db.rows(sheets(30));
  // Sheet 2, on the day of sheet 1, has a flag that is to go when the others have gone.
  await db.rows(
    "UPDATE sheet SET flagged = id = 2, note = 'n', day = CASE WHEN id < 4 THEN date '2026-01-02' ELSE day END",
  );
  await db.reach("writes_switched");
  await leave(db, "UPDATE page SET likes = 5 WHERE id = 1");
  await leave(db, "UPDATE sheet SET hits = 5 WHERE id = 1");
  await leave(db, "UPDATE sheet SET owner = 'heir' WHERE id = 3");
  await leave(db, "UPDATE sheet SET owner = 'heir' WHERE id > 3");
  for (let drains = 0; drains < 6; drains += 1) {
    await slice(db, 3);
    expect(await db.verify()).toMatchObject({ drifted: 0 });
  }
  await db.drain();
  expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0 });
  expect(await db.rows("SELECT note FROM sheet WHERE id = 1")).toEqual([{ note: "n" }]);
  expect(await db.rows("SELECT DISTINCT reason FROM cutover.quarantine WHERE reason <> 'CU005'")).toEqual([
    { reason: "CU002" },
  ]);
});

test("several drainers cut and writers of both sides write, all at once, and every write counts", async () => {
  const db = await createSmallCutover({ data: DATA, phase: "writes_switched" });
  let writing = true;
  const retrying = async (work: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (!isRetryable(error)) throw error;
      }
    }
  };
  const writer = async (statement: (n: number) => string, isolation: "read committed" | "serializable") => {
    const client = await db.connect();
    for (let n = 1; n <= 10; n += 1) {
      await retrying(() => withTransaction(client, { isolation }, () => client.query(statement(n))));
    }
    await client.end();
  };
  const drainer = async (most: number) => {
    const client = await db.connect();
    while (writing) await retrying(() => client.query("SELECT cutover.drain('small', $1)", [most]));
    await client.end();
  };
  const some = (n: number) => `id % 7 = ${n % 7}`;
  const drainers = [drainer(2), drainer(6)];
  await Promise.all([
    writer((n) => `UPDATE sheet SET owner = '${n % 2 === 0 ? "own" : "heir"}'`, "serializable"),
    writer((n) => `UPDATE sheet SET hits = hits + 1 WHERE ${some(n)}`, "read committed"),
    writer((n) => `UPDATE page SET likes = likes + 1 WHERE ${some(n)}`, "read committed"),
  ]);
  writing = false;
  await Promise.all(drainers);
  await expectNothingLeft(db);
  for (const side of ["sheet", "page"]) {
    expect(
      await db.rows(
        `SELECT owner, sum(hits)::integer AS hits, sum(likes)::integer AS likes, count(*)::integer AS rows FROM ${side} GROUP BY owner`,
      ),
    ).toEqual([{ owner: "own", hits: 100, likes: 100, rows: SHEETS }]);
  }
});

// Every cell has one side that writes it, and a model that says what it is in the end.

interface Row {
  owner: string;
  title: string;
  hits: number;
  note: string | null;
  likes: number;
}
type Write =
  | { readonly what: "rename"; readonly from: string; readonly to: string }
  | {
      readonly what: "owner" | "title" | "hits" | "note" | "likes";
      readonly id: number;
      readonly value: string;
    }
  | { readonly what: "add" | "remove"; readonly id: number; readonly value: string };

const owner = fc.constantFrom("ann", "bob", "cid", "zoe");
// zoe keeps a sheet, and only hers may be written to the new side: a binder without any sheet is nothing that legacy could say.
// Rows that come and go are those of legacy alone: what the new side has changed, it keeps.
const staying = fc.integer({ min: 1, max: 5 });
const coming = fc.integer({ min: 6, max: 9 });
const cell = (what: "owner" | "title" | "hits" | "note" | "likes", value: fc.Arbitrary<string>) =>
  fc.record({
    what: fc.constant(what),
    id: what === "note" || what === "likes" ? staying : fc.oneof(staying, coming),
    value,
  });
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("rename" as const), from: owner, to: owner }) },
  { weight: 2, arbitrary: cell("owner", owner) },
  { weight: 1, arbitrary: cell("title", fc.constantFrom("t1", "t2", "t3")) },
  { weight: 2, arbitrary: cell("hits", fc.integer({ min: 1, max: 99 }).map(String)) },
  { weight: 1, arbitrary: cell("note", fc.constantFrom("n1", "n2", "n3")) },
  { weight: 1, arbitrary: cell("likes", fc.integer({ min: 1, max: 99 }).map(String)) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("add" as const), id: coming, value: owner }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("remove" as const), id: coming, value: owner }) },
);
type Step =
  | { isolation: "read committed" | "repeatable read" | "serializable"; writes: Write[] }
  | { drain: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      isolation: fc.constantFrom<"read committed" | "repeatable read" | "serializable">(
        "read committed",
        "repeatable read",
        "serializable",
        "serializable",
      ),
      writes: fc.array(write, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ drain: fc.constantFrom(1, 1, 1, 2) }) },
);

function textOf(one: Write): string {
  switch (one.what) {
    case "rename":
      return `UPDATE sheet SET owner = '${one.to}' WHERE owner = '${one.from}' AND id < 10`;
    case "add":
      return `INSERT INTO sheet (id, owner, day, title) VALUES (${one.id}, '${one.value}', date '2025-01-01' + ${one.id}, '') ON CONFLICT DO NOTHING`;
    case "remove":
      return `DELETE FROM sheet WHERE id = ${one.id}`;
    case "note":
    case "likes":
      return `UPDATE page SET ${one.what} = '${one.value}' WHERE id = ${one.id}`;
    default:
      return `UPDATE sheet SET ${one.what} = '${one.value}' WHERE id = ${one.id}`;
  }
}

function applyTo(model: Map<number, Row>, one: Write): void {
  if (one.what === "rename") {
    for (const row of model.values()) if (row.owner === one.from) row.owner = one.to;
  } else if (one.what === "add") {
    model.set(one.id, { owner: one.value, title: "", hits: 0, note: null, likes: 0 });
  } else if (one.what === "remove") {
    model.delete(one.id);
  } else {
    const value = one.what === "hits" || one.what === "likes" ? Number(one.value) : one.value;
    Object.assign(model.get(one.id) ?? {}, { [one.what]: value });
  }
}

const START = `
  INSERT INTO sheet (id, owner, day, title) SELECT n, 'ann', date '2025-01-01' + n::int, 't' FROM generate_series(1, 9) AS n;
  INSERT INTO sheet (id, owner, day, title) VALUES (13, 'zoe', '2025-01-01', 't')`;
const RESET = `
  SET session_replication_role = replica;
  DELETE FROM sheet; DELETE FROM mark; DELETE FROM page; DELETE FROM binder;
  DELETE FROM cutover.outbox; DELETE FROM cutover.images; DELETE FROM cutover.quarantine;
  DELETE FROM cutover.head; DELETE FROM cutover.conflicts;
  ${START};
  INSERT INTO binder (owner) SELECT DISTINCT owner FROM sheet;
  INSERT INTO page SELECT id, owner, day, title, note, hits, likes FROM sheet;
  RESET session_replication_role`;

// Counterexamples of earlier versions.
const FOUND: [Step[]][] = [
  // A slice makes bob of one sheet, and all come back: ann is to be made of the first images, bob of the second.
  [
    [
      { isolation: "repeatable read", writes: [{ what: "rename", from: "ann", to: "bob" }] },
      { drain: 1 },
      {
        isolation: "read committed",
        writes: [
          { what: "rename", from: "bob", to: "ann" },
          { what: "remove", id: 6, value: "ann" },
        ],
      },
      { isolation: "read committed", writes: [{ what: "likes", id: 1, value: "1" }] },
    ],
  ],
];

test("wherever chains are cut, and whoever writes in between, every cell ends as it was written last", async () => {
  const db = await createSmallCutover({ data: START, phase: "writes_switched" });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      await db.rows(RESET);
      const model = new Map<number, Row>();
      for (let n = 1; n <= 9; n += 1) {
        model.set(n, { owner: "ann", title: "t", hits: 0, note: null, likes: 0 });
      }
      for (const one of steps) {
        if ("drain" in one) {
          await slice(db, one.drain);
          expect(await db.verify()).toMatchObject({ drifted: 0 });
          continue;
        }
        const client = await db.connect();
        await withTransaction(client, { isolation: one.isolation }, async () => {
          for (const change of one.writes) {
            const { rowCount } = await client.query(textOf(change));
            if ((rowCount ?? 0) > 0) applyTo(model, change);
          }
        });
        await client.end();
      }
      await db.drain();
      const expected = [...model]
        .sort(([a], [b]) => a - b)
        .map(([number, row]) => ({ id: String(number), ...row }));
      for (const side of ["sheet", "page"]) {
        expect(
          await db.rows(`SELECT id, owner, title, hits, note, likes FROM ${side} WHERE id < 10 ORDER BY id`),
        ).toEqual(expected);
      }
      const owners = new Set(["zoe", ...expected.map((row) => row.owner)]);
      expect(await db.rows("SELECT owner FROM binder ORDER BY owner")).toEqual(
        [...owners].sort().map((one) => ({ owner: one })),
      );
      expect(await db.rows("SELECT direction, kind, unit, reason FROM cutover.quarantine")).toEqual([]);
      expect(await db.rows("SELECT table_name, key, base, won, lost FROM cutover.conflicts")).toEqual([]);
      expect(await db.rows("SELECT * FROM cutover.images")).toEqual([]);
      expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    }),
    { numRuns: 25, examples: FOUND },
  );
});
