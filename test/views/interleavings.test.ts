import fc from "fast-check";
import type pg from "pg";
import { expect, test } from "vitest";
import { createViewsDatabase } from "../helpers/views.ts";
import { outcome, pidOf, until, untilBlocked } from "../traps/sessions.ts";

const WRITE = "INSERT INTO public.entry (account, amount) VALUES ('a', 10)";
const REFRESH = "SELECT * FROM cutover.refresh_view('public.totals')";

test("a refresh from within the writers' statements loses a committed row", async () => {
  const db = await createViewsDatabase({
    register: null,
    schema: `CREATE FUNCTION public.refresh_now() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN REFRESH MATERIALIZED VIEW CONCURRENTLY public.totals; RETURN NULL; END $$;
      CREATE TRIGGER refresh_now AFTER INSERT ON public.entry FOR EACH STATEMENT EXECUTE FUNCTION public.refresh_now()`,
  });
  const first = await db.connect();
  const second = await db.connect();
  const pid = await pidOf(second);
  await first.query(`BEGIN; ${WRITE}`);
  const waiting = second.query(WRITE);
  await untilBlocked(db.pool, pid);
  await first.query("COMMIT");
  await waiting;
  expect(await db.differences()).toBeGreaterThan(0);
});

test("the same two writers do not wait for each other, and the refresh holds both", async () => {
  const db = await createViewsDatabase();
  const first = await db.connect();
  const second = await db.connect();
  await first.query(`BEGIN; ${WRITE}`);
  await second.query(WRITE);
  expect(await db.refresh()).toMatchObject({ outcome: "refreshed", refreshed_concurrently: true });
  await first.query("COMMIT");
  expect((await db.freshness()).state).toBe("stale");
  await db.refresh();
  expect(await db.differences()).toBe(0);
  expect((await db.freshness()).state).toBe("fresh");
});

test("a write that commits while a refresh waits, after the marks were read, is in the next one", async () => {
  const db = await createViewsDatabase();
  const holder = await db.connect();
  const writer = await db.connect();
  const refresher = await db.connect();
  const pid = await pidOf(refresher);
  await db.rows(WRITE);
  // Somebody refreshes by hand: ours has read the marks, and its snapshot is taken, when it waits for the view.
  await holder.query("BEGIN; REFRESH MATERIALIZED VIEW CONCURRENTLY public.totals");
  const refreshing = refresher.query(REFRESH);
  await untilBlocked(db.pool, pid);
  await writer.query(WRITE);
  await holder.query("COMMIT");
  expect((await refreshing).rows).toMatchObject([{ outcome: "refreshed" }]);
  expect(await db.differences()).toBeGreaterThan(0);
  expect((await db.freshness()).stale_since).not.toBeNull();
  await db.refresh();
  expect(await db.differences()).toBe(0);
  expect((await db.freshness()).state).toBe("fresh");
});

test("two refreshes never overlap: the second is told that it is busy, and takes nothing", async () => {
  const db = await createViewsDatabase();
  await db.rows(WRITE);
  const first = await db.connect();
  await first.query(`BEGIN; ${REFRESH}`);
  expect(await db.refresh()).toMatchObject({ outcome: "busy" });
  await db.rows(WRITE);
  expect(Number((await db.rows("SELECT cutover.gather_view_marks() AS n"))[0]?.n)).toBe(0);
  await first.query("COMMIT");
  expect(await db.differences()).toBe(2);
  expect(await db.refresh()).toMatchObject({ outcome: "refreshed" });
  expect(await db.differences()).toBe(0);
});

test("a refresh that is rolled back, or whose session dies, leaves its marks for the next", async () => {
  const db = await createViewsDatabase();
  await db.rows(WRITE);
  const before = await db.freshness();
  const first = await db.connect();
  await first.query(`BEGIN; ${REFRESH}`);
  await first.query("ROLLBACK");
  expect(await db.freshness()).toMatchObject({
    stale_since: before.stale_since,
    refreshes: before.refreshes,
  });
  const dying = await db.connect();
  const pid = await pidOf(dying);
  await dying.query(`BEGIN; ${REFRESH}`);
  const gone = new Promise((resolve) => dying.once("end", resolve));
  await db.rows("SELECT pg_terminate_backend($1)", [pid]);
  await gone;
  expect(await db.freshness()).toMatchObject({ state: "stale", stale_since: before.stale_since });
  expect(await db.refresh()).toMatchObject({ outcome: "refreshed" });
  expect(await db.differences()).toBe(0);
});

test("a caller with one snapshot for all its statements is refused", async () => {
  const db = await createViewsDatabase();
  for (const isolation of ["REPEATABLE READ", "SERIALIZABLE"]) {
    const old = await db.connect();
    await old.query(`BEGIN ISOLATION LEVEL ${isolation}; SELECT FROM public.entry`);
    await db.rows(WRITE);
    expect(await outcome(old.query(REFRESH))).toBe("CU040");
    await old.query("ROLLBACK");
    expect(await outcome(old.query(`BEGIN ISOLATION LEVEL ${isolation}; ${REFRESH}`))).toBe("CU040");
    await old.query("ROLLBACK");
  }
  expect((await db.freshness()).state).toBe("stale");
});

test("writers at every isolation level mark the view, and fail nobody", async () => {
  const db = await createViewsDatabase();
  const writers = await Promise.all(
    ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "SERIALIZABLE"].map(async (isolation) => {
      const writer = await db.connect();
      await writer.query(`BEGIN ISOLATION LEVEL ${isolation}; ${WRITE}; ${WRITE}`);
      return writer;
    }),
  );
  await db.refresh();
  for (const writer of writers) {
    await writer.query("COMMIT");
    expect((await db.freshness()).state).toBe("stale");
    await db.refresh();
    expect(await db.differences()).toBe(0);
  }
});

test("a table rewritten by DDL while the refresh waits does not leave an empty view", async () => {
  const rewrite = "ALTER TABLE public.entry ADD COLUMN extra uuid DEFAULT gen_random_uuid()";
  const db = await createViewsDatabase();
  const ddl = await db.connect();
  const refresher = await db.connect();
  const pid = await pidOf(refresher);
  const meanwhile = async (refresh: string, column: string) => {
    await ddl.query(`BEGIN; ${rewrite.replace("extra", column)}`);
    const refreshing = refresher.query(refresh);
    await untilBlocked(db.pool, pid);
    await ddl.query("COMMIT");
    await refreshing;
    return db.rows("SELECT account FROM public.totals");
  };
  // What a plain REFRESH makes of it: its snapshot is older than the rewritten rows.
  expect(await meanwhile("REFRESH MATERIALIZED VIEW public.totals", "one")).toEqual([]);
  expect(await meanwhile(REFRESH, "two")).toHaveLength(2);
  expect(await db.differences()).toBe(0);
});

test("a truncated table empties the view", async () => {
  const db = await createViewsDatabase();
  await db.rows("TRUNCATE public.entry");
  expect((await db.freshness()).state).toBe("stale");
  await db.refresh();
  expect(await db.rows("SELECT FROM public.totals")).toEqual([]);
});

test("a mark lives and dies with the transaction and the savepoint that wrote", async () => {
  const db = await createViewsDatabase();
  const writer = await db.connect();
  await writer.query(`BEGIN; SAVEPOINT s; ${WRITE}; ROLLBACK TO s; COMMIT`);
  expect((await db.freshness()).state).toBe("fresh");
  await writer.query(`BEGIN; SAVEPOINT s; ${WRITE}; ROLLBACK TO s; ${WRITE}; RELEASE s; ${WRITE}`);
  expect((await db.freshness()).state).toBe("fresh");
  await writer.query("COMMIT");
  expect((await db.freshness()).state).toBe("stale");
  // In its own transaction a refresh takes what was written so far, and not what comes.
  await writer.query(`BEGIN; ${WRITE}; ${REFRESH}; ${WRITE}; COMMIT`);
  expect((await db.freshness()).state).toBe("stale");
  await db.refresh();
  expect(await db.differences()).toBe(0);
});

test("in every interleaving the view is its query once no mark is left, and a fresh view is never wrong", async () => {
  const db = await createViewsDatabase();
  const sessions = await Promise.all([db.connect(), db.connect(), db.connect()]);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), at: fc.nat(2) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("commit" as const), at: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("rollback" as const), at: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("refresh" as const), at: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("gather" as const), at: fc.nat(2) }) },
  );
  const isolations = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"];
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
      const open = new Set<number>();
      for (const session of sessions) await session.query("ROLLBACK");
      for (const { kind, at } of steps) {
        const session = sessions[at] as pg.Client;
        if (kind === "write" || (kind === "refresh" && at === 0)) {
          if (!open.has(at)) await session.query(`BEGIN ISOLATION LEVEL ${isolations[at]}`);
          open.add(at);
        }
        if (kind === "write") await session.query(WRITE);
        if (kind === "refresh") {
          // The first session refreshes in its own transaction, which stays open; the others ask for it by themselves.
          const { rows } = await (at === 0 ? session : db.pool).query(REFRESH);
          outcomes.add(rows[0].outcome);
        }
        if (kind === "gather") await db.rows("SELECT cutover.gather_view_marks()");
        if (kind === "commit" || kind === "rollback") {
          await session.query(kind);
          open.delete(at);
        }
        if ((await db.freshness()).state === "fresh") expect(await db.differences()).toBe(0);
      }
      for (const session of sessions) await session.query("COMMIT");
      if ((await db.freshness()).state === "fresh") expect(await db.differences()).toBe(0);
      await db.refresh();
      expect((await db.freshness()).state).toBe("fresh");
      expect(await db.differences()).toBe(0);
    }),
    { numRuns: 25 },
  );
  // Both have happened, or the steps prove nothing.
  expect([...outcomes].sort()).toEqual(["busy", "refreshed"]);
});

test("with writers, refreshers and gatherers all at once, the view is right each time it says that it is fresh", async () => {
  const db = await createViewsDatabase({ register: "SELECT cutover.register_view('public.totals', '0')" });
  const writers = await Promise.all(Array.from({ length: 4 }, () => db.connect()));
  let over = false;
  const refresh = async () => {
    const session = await db.connect();
    // Only what is due: a refresh that nobody asked for would cure what another one has lost.
    while (!over)
      await session.query("SELECT FROM cutover.refresh_view('public.totals', only_if_due => true)");
  };
  const gather = async () => {
    while (!over) await db.rows("SELECT cutover.gather_view_marks()");
  };
  const helpers = [refresh(), refresh(), gather()];
  const before = Number((await db.freshness()).refreshes);
  for (let round = 0; round < 20; round += 1) {
    const write = async (session: pg.Client, writer: number) => {
      for (let each = 0; each < 12; each += 1) {
        const isolation = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"][(writer + each) % 3];
        await session.query(`BEGIN ISOLATION LEVEL ${isolation}; ${WRITE}; ${WRITE}`);
        await session.query(each % 5 === 0 ? "ROLLBACK" : "COMMIT");
      }
    };
    await Promise.all(writers.map(write));
    await until(async () => (await db.freshness()).state === "fresh", "the view is fresh");
    expect({ round, differences: await db.differences() }).toEqual({ round, differences: 0 });
  }
  over = true;
  await Promise.all(helpers);
  // Refreshes did fall between writes, and many writes into one refresh.
  const refreshes = Number((await db.freshness()).refreshes) - before;
  expect(refreshes).toBeGreaterThanOrEqual(20);
  expect(refreshes).toBeLessThan((20 * 4 * 12) / 2);
});
