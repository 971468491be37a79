import { expect, test } from "vitest";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";
import { outcome, pidOf, untilBlocked } from "./sessions.ts";

// The table of races: first the naive construct, then ours in the same interleaving. (Old row v1, a copy next to a writer.)

async function naive(triggerBody: string, lines = "old.v1"): Promise<SmallDatabase> {
  const db = await createSmallCutover();
  await db.rows(`CREATE TABLE old_side (id int PRIMARY KEY, v text); CREATE TABLE new_side (id int PRIMARY KEY, v text);
    INSERT INTO old_side SELECT 1, '${lines}';
    CREATE FUNCTION copy_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${triggerBody} RETURN NULL; END $$;
    CREATE TRIGGER copy_row AFTER INSERT OR UPDATE OR DELETE ON old_side FOR EACH ROW EXECUTE FUNCTION copy_row()`);
  return db;
}
const UPSERT_OR_DELETE = `IF TG_OP = 'DELETE' THEN DELETE FROM public.new_side WHERE id = OLD.id;
  ELSE INSERT INTO public.new_side VALUES (NEW.id, NEW.v) ON CONFLICT (id) DO UPDATE SET v = excluded.v; END IF;`;

test("the trap: a copy that updates from an unlocked read leaves a stale row for ever", async () => {
  const db = await naive(UPSERT_OR_DELETE);
  const copy = await db.connect();
  await copy.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  const [row] = (await copy.query("SELECT id, v FROM old_side")).rows;
  await copy.query("COMMIT");
  await db.rows("UPDATE old_side SET v = 'v2'");
  await db.rows("INSERT INTO new_side VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET v = excluded.v", [
    row.id,
    row.v,
  ]);
  expect(
    await db.rows("SELECT old_side.v AS old, new_side.v AS new FROM old_side JOIN new_side USING (id)"),
  ).toEqual([{ old: "v2", new: "old.v1" }]);
});

test("the trap: a copy that only inserts resurrects a row that was deleted meanwhile", async () => {
  const db = await naive(UPSERT_OR_DELETE);
  const [row] = await db.rows("SELECT id, v FROM old_side");
  await db.rows("DELETE FROM old_side");
  await db.rows("INSERT INTO new_side VALUES ($1, $2) ON CONFLICT DO NOTHING", [row?.id, row?.v]);
  expect(await db.rows("SELECT id FROM new_side")).toEqual([{ id: 1 }]);
});

const SHEET =
  "INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2026-01-05', 'v1'), (2, 'ann', '2026-01-05', 'v1')";

for (const [what, statement, expected] of [
  [
    "an update",
    "UPDATE sheet SET title = 'v2' WHERE id = 1",
    [
      { id: "1", title: "v2" },
      { id: "2", title: "v1" },
    ],
  ],
  ["a delete", "DELETE FROM sheet WHERE id = 1", [{ id: "2", title: "v1" }]],
  [
    "an insert",
    "INSERT INTO sheet (id, owner, day, title) VALUES (3, 'ann', '2026-01-05', 'v1')",
    [
      { id: "1", title: "v1" },
      { id: "2", title: "v1" },
      { id: "3", title: "v1" },
    ],
  ],
  [
    "a move to another unit",
    "UPDATE sheet SET day = '2026-02-02', title = 'v2' WHERE id = 1",
    [
      { id: "1", title: "v2" },
      { id: "2", title: "v1" },
    ],
  ],
] as const) {
  for (const level of ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]) {
    test(`${what} at ${level}, open while a backfill passes, and committed while the next one waits`, async () => {
      const db = await createSmallCutover({ data: SHEET });
      await db.advance("dual_write");
      const writer = await db.connect();
      await writer.query(`BEGIN ISOLATION LEVEL ${level}; SELECT FROM sheet; ${statement}`);
      await db.backfill();
      expect(await outcome(writer.query("COMMIT"))).toBe("ok");
      await db.drain();
      expect(await db.rows("SELECT id, title FROM page ORDER BY id")).toEqual(expected);
      expect(await db.verify()).toMatchObject({ drifted: 0, pending: 0, quarantined: 0 });
    });
  }
}

test("the trap: a fold recomputed in one UPDATE counts one of two writers; locking first does not help when the target is absent", async () => {
  const db = await createSmallCutover();
  await db.rows("CREATE TABLE part (team int, n int); CREATE TABLE fold (team int PRIMARY KEY, total int)");
  await db.rows("INSERT INTO fold VALUES (1, 0)");
  const [first, second] = [await db.connect(), await db.connect()];
  const recompute =
    "UPDATE fold SET total = (SELECT sum(n) FROM part WHERE part.team = fold.team) WHERE team = 1";
  await first.query(`BEGIN; INSERT INTO part VALUES (1, 10); ${recompute}`);
  await second.query("BEGIN; INSERT INTO part VALUES (1, 5)");
  const pid = await pidOf(second);
  const waiting = second.query(recompute);
  await untilBlocked(db.pool, pid);
  await first.query("COMMIT");
  await waiting;
  await second.query("COMMIT");
  expect(await db.rows("SELECT total FROM fold")).toEqual([{ total: 5 }]);
});

test("a fold of many writers, some first ones among them, counts every one", async () => {
  const db = await createSmallCutover({ data: "INSERT INTO score VALUES (1, 'ants', 1)" });
  await db.reach("backfilled", "peak");
  const sessions = await Promise.all(Array.from({ length: 6 }, () => db.connect()));
  const ended = await Promise.all(
    sessions.map(async (session, index) => {
      const all = new Set<string>();
      for (let turn = 0; turn < 10; turn += 1) {
        const id = 100 + index * 100 + turn;
        all.add(await outcome(session.query(`INSERT INTO score VALUES (${id}, 'team ${turn % 3}', ${id})`)));
      }
      return [...all];
    }),
  );
  expect(new Set(ended.flat())).toEqual(new Set(["ok"]));
  await db.drain();
  expect(
    await db.rows(`SELECT team, top, total::int FROM peak
      EXCEPT SELECT team, max(points), sum(points)::int FROM score GROUP BY team`),
  ).toEqual([]);
  expect(await db.verify("peak")).toMatchObject({ drifted: 0, pending: 0 });
});
