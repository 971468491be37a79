import { expect, test } from "vitest";
import { createViewsDatabase } from "../helpers/views.ts";
import { outcome } from "../traps/sessions.ts";

const WRITE = "INSERT INTO public.entry (account, amount) VALUES ('a', 10)";
/** `freshness` of nothing: every write is due at once, save for the pause that a refresh has earned. */
const AT_ONCE = "SELECT cutover.register_view('public.totals', '0')";
/** The pause after a refresh is over, without waiting for it. */
const RESTED = "UPDATE cutover.views SET refreshed_at = refreshed_at - interval '1 hour'";

test("a thousand writes make one refresh, and a write during a refresh makes one more", async () => {
  const db = await createViewsDatabase({ register: AT_ONCE });
  const before = Number((await db.freshness()).refreshes);
  await db.rows(RESTED);
  for (let write = 0; write < 1000; write += 1) await db.rows(WRITE);
  const session = await db.connect();
  await session.query("BEGIN");
  const answer = await session.query("SELECT outcome FROM cutover.refresh_view('public.totals', true)");
  expect(answer.rows).toEqual([{ outcome: "refreshed" }]);
  await db.rows(WRITE);
  await session.query("COMMIT");
  await db.rows(RESTED);
  expect(await db.refresh("public.totals", true)).toMatchObject({ outcome: "refreshed" });
  await db.rows(RESTED);
  expect(await db.refresh("public.totals", true)).toMatchObject({ outcome: "not_due" });
  expect(Number((await db.freshness()).refreshes) - before).toBe(2);
  expect(await db.differences()).toBe(0);
});

test("a view is due so early that its refresh ends in time, and is refreshed for half of the time at most", async () => {
  const db = await createViewsDatabase({
    register: "SELECT cutover.register_view('public.totals', '1 hour')",
  });
  await db.rows(WRITE);
  expect(await db.refresh("public.totals", true)).toMatchObject({ outcome: "not_due" });
  const due = async (took: string) => {
    await db.rows("UPDATE cutover.views SET took = $1::interval", [took]);
    const [row] = await db.rows(`SELECT extract(epoch FROM f.due_at - f.stale_since)::integer AS since_write,
        extract(epoch FROM f.due_at - f.refreshed_at)::integer AS since_refresh
      FROM cutover.view_freshness('public.totals') AS f`);
    return row;
  };
  expect(await due("1 minute")).toMatchObject({ since_write: 3600 - 120 });
  expect(await due("50 minutes")).toMatchObject({ since_refresh: 3000 });
  expect(await due("3 hours")).toMatchObject({ since_refresh: 3 * 3600 });
});

test("marks are gathered into one time, which is that of the oldest write", async () => {
  const db = await createViewsDatabase();
  for (let write = 0; write < 5; write += 1) await db.rows(WRITE);
  const { stale_since } = await db.freshness();
  expect(await db.rows("SELECT cutover.gather_view_marks()::integer AS n")).toEqual([{ n: 5 }]);
  expect((await db.freshness()).stale_since).toEqual(stale_since);
  await db.rows(WRITE);
  await db.rows("SELECT cutover.gather_view_marks()");
  expect((await db.freshness()).stale_since).toEqual(stale_since);
  expect(await db.rows("SELECT FROM cutover.view_marks")).toEqual([]);
  await db.refresh();
  expect(await db.freshness()).toMatchObject({ state: "fresh", stale_since: null });
});

test.each([
  ["no unique index", "DROP INDEX public.totals_account", "it has no unique index"],
  [
    "one over an expression",
    "DROP INDEX public.totals_account; CREATE UNIQUE INDEX ON public.totals (lower(account))",
    "its unique index is over expressions, has a WHERE, or is invalid",
  ],
  [
    "one with a WHERE",
    "DROP INDEX public.totals_account; CREATE UNIQUE INDEX ON public.totals (account) WHERE total > 0",
    "its unique index is over expressions, has a WHERE, or is invalid",
  ],
  ["nothing in it", "REFRESH MATERIALIZED VIEW public.totals WITH NO DATA", "it holds nothing yet"],
  [
    "a registration that wants it so",
    "SELECT cutover.register_view('public.totals', '1 minute', blocks_readers => true)",
    "it is registered so",
  ],
])(
  "a view with %s is refreshed with readers locked out, and the reason is recorded",
  async (_, change, reason) => {
    const db = await createViewsDatabase();
    await db.rows(change);
    await db.rows(WRITE);
    const refreshed = {
      outcome: "refreshed",
      refreshed_concurrently: false,
      not_concurrently_because: reason,
    };
    expect(await db.refresh()).toMatchObject(refreshed);
    expect(await db.freshness()).toMatchObject({ not_concurrently_because: reason, row_count: "2" });
    expect(await db.differences()).toBe(0);
  },
);

test("readers go on while a view is refreshed that has a usable index", async () => {
  const db = await createViewsDatabase();
  await db.rows(WRITE);
  const refresher = await db.connect();
  await refresher.query("BEGIN; SELECT cutover.refresh_view('public.totals')");
  const reader = await db.connect();
  await reader.query("SET lock_timeout = '1ms'");
  expect((await reader.query("SELECT account, entries FROM public.totals ORDER BY 1")).rows).toEqual([
    { account: "a", entries: "1" },
    { account: "b", entries: "1" },
  ]);
  await refresher.query("COMMIT");
  expect((await reader.query("SELECT account, entries FROM public.totals ORDER BY 1")).rows).toEqual([
    { account: "a", entries: "2" },
    { account: "b", entries: "1" },
  ]);
});

test("a failure is shown with its error, keeps the marks, is tried again with growing pauses, and heals", async () => {
  const db = await createViewsDatabase({
    register: AT_ONCE,
    schema: `CREATE MATERIALIZED VIEW public.shares AS SELECT account, 100 / amount AS share FROM public.entry`,
  });
  await db.rows("SELECT cutover.register_view('public.shares', '0')");
  await db.refresh("public.shares");
  await db.rows("INSERT INTO public.entry (account, amount) VALUES ('nobody', 0)");
  const pauses: number[] = [];
  for (const failures of [1, 2, 3, 4]) {
    expect(await db.refresh("public.shares")).toMatchObject({ outcome: "failed", error_code: "22012" });
    const { due_at, failed_at, ...freshness } = await db.freshness("public.shares");
    expect(freshness).toMatchObject({ state: "failing", failures, error: "22012: division by zero" });
    expect(freshness.stale_since).not.toBeNull();
    pauses.push(Math.round((due_at.getTime() - failed_at.getTime()) / 1000));
    expect(await db.refresh("public.shares", true)).toMatchObject({ outcome: "not_due" });
  }
  expect(pauses).toEqual([1, 2, 4, 8]);
  await db.rows("UPDATE cutover.views SET failures = 300");
  await db.refresh("public.shares");
  expect(
    await db.rows(
      "SELECT next_try_at - failed_at <= interval '5 minutes' AS bounded FROM cutover.views WHERE name = 'public.shares'",
    ),
  ).toEqual([{ bounded: true }]);
  await db.rows("DELETE FROM public.entry WHERE amount = 0");
  expect(await db.refresh("public.shares")).toMatchObject({ outcome: "refreshed" });
  expect(await db.freshness("public.shares")).toMatchObject({ state: "fresh", failures: 0, error: null });
  expect(
    await db.rows("SELECT event FROM cutover.events WHERE event LIKE 'view_refresh%' ORDER BY id"),
  ).toEqual([{ event: "view_refresh_failed" }, { event: "view_refreshed_again" }]);
});

test("a lock that is not given, a cancelled statement, a dropped view: each is a failure that says so", async () => {
  const db = await createViewsDatabase();
  const holder = await db.connect();
  await db.rows(WRITE);
  await holder.query("BEGIN; LOCK TABLE public.entry IN ACCESS EXCLUSIVE MODE");
  expect(await db.refresh()).toMatchObject({ outcome: "failed", error_code: "55P03" });
  const hurried = await db.connect();
  await hurried.query("SET statement_timeout = '50ms'");
  expect((await hurried.query("SELECT * FROM cutover.refresh_view('public.totals')")).rows).toMatchObject([
    { outcome: "failed", error_code: "57014" },
  ]);
  await holder.query("COMMIT");
  await db.rows("DROP MATERIALIZED VIEW public.totals");
  expect(await db.refresh()).toMatchObject({ outcome: "failed", error_code: "42P01" });
  expect(await db.freshness()).toMatchObject({ state: "missing", due_at: null, failures: 3 });
  // Writers are none the wiser, and the view may come back.
  await db.rows(WRITE);
  await db.rows("CREATE MATERIALIZED VIEW public.totals AS SELECT count(*) AS n FROM public.entry");
  expect(await db.refresh()).toMatchObject({ outcome: "refreshed" });
  expect(await db.freshness()).toMatchObject({ state: "fresh" });
  await db.rows("SELECT cutover.unregister_view('public.totals')");
  expect(
    await db.rows(
      "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'public.entry'::regclass",
    ),
  ).toEqual([]);
  expect(await outcome(db.refresh())).toBe("CU041");
  await db.rows(WRITE);
});

test("a refresh that fails in the middle of a caller's transaction does not end it", async () => {
  const db = await createViewsDatabase({
    schema:
      "CREATE MATERIALIZED VIEW public.shares AS SELECT account, 100 / amount AS share FROM public.entry",
  });
  await db.rows("SELECT cutover.register_view('public.shares', '1 minute')");
  const session = await db.connect();
  await session.query("BEGIN; INSERT INTO public.entry (account, amount) VALUES ('nobody', 0)");
  await session.query("SELECT cutover.refresh_view('public.shares')");
  await session.query("COMMIT");
  expect(await db.freshness("public.shares")).toMatchObject({ state: "failing", failures: 1 });
  expect(await db.rows("SELECT FROM public.entry WHERE amount = 0")).toHaveLength(1);
});

test("the query runs in the view's time zone and with pinned settings, whoever refreshes", async () => {
  const db = await createViewsDatabase({
    schema: `CREATE TABLE public.visit (at timestamptz);
      INSERT INTO public.visit VALUES ('2026-01-05 17:30Z');
      CREATE MATERIALIZED VIEW public.days AS SELECT at::date::text AS day FROM public.visit`,
  });
  const session = await db.connect();
  await session.query(`SET TimeZone = 'America/New_York'; SET DateStyle = 'SQL, DMY'`);
  for (const [zone, day] of [
    ["Asia/Jakarta", "2026-01-06"],
    ["UTC", "2026-01-05"],
  ]) {
    await session.query("SELECT cutover.register_view('public.days', '1 day', time_zone => $1)", [zone]);
    await session.query("SELECT cutover.refresh_view('public.days')");
    expect(await db.rows("TABLE public.days")).toEqual([{ day }]);
  }
  expect((await session.query("SHOW TimeZone")).rows).toEqual([{ TimeZone: "America/New_York" }]);
});

test("what cannot be registered is refused with the reason", async () => {
  const db = await createViewsDatabase({ schema: "CREATE VIEW public.plain AS SELECT 1 AS one" });
  const register = (call: string) => outcome(db.rows(`SELECT cutover.register_view(${call})`));
  expect(await register("'public.absent', '1 minute'")).toBe("CU042");
  expect(await register("'public.entry', '1 minute'")).toBe("CU042");
  expect(await register("'public.plain', '1 minute'")).toBe("CU042");
  expect(await register("'public.totals', '-1 minute'")).toBe("CU043");
  expect(await register("'public.totals', '0', 'schedule'")).toBe("CU043");
  expect(await register("'public.totals', '1 minute', 'hope'")).toBe("CU043");
  expect(await register("'public.totals', '1 minute', time_zone => 'Nowhere'")).toBe("CU043");
  expect(await outcome(db.refresh("public.absent"))).toBe("CU041");
  expect(await outcome(db.rows("SELECT cutover.mark_view_stale('public.absent')"))).toBe("CU041");
  expect(await outcome(db.rows("SELECT cutover.unregister_view('public.absent')"))).toBe("CU041");
});

test("registering waits for nobody for long", async () => {
  const db = await createViewsDatabase({ register: null });
  const writer = await db.connect();
  await writer.query(`BEGIN; ${WRITE}`);
  expect(await outcome(db.rows("SELECT cutover.register_view('public.totals', '1 minute')"))).toBe("55P03");
  await writer.query("COMMIT");
  await db.rows("SELECT cutover.register_view('public.totals', '1 minute')");
  expect(await db.freshness()).toMatchObject({ state: "stale" });
});

test("by schedule a view is due by its age alone, by call when somebody says so", async () => {
  const db = await createViewsDatabase({
    register: "SELECT cutover.register_view('public.totals', '1 hour', 'schedule')",
  });
  expect(await db.rows("SELECT FROM pg_trigger WHERE tgname LIKE 'cutover_view_%'")).toEqual([]);
  expect(await db.refresh("public.totals", true)).toMatchObject({ outcome: "not_due" });
  await db.rows(`UPDATE cutover.views SET data_as_of = data_as_of - interval '61 minutes',
    refreshed_at = refreshed_at - interval '61 minutes'`);
  expect(await db.freshness()).toMatchObject({ state: "overdue" });
  expect(await db.refresh("public.totals", true)).toMatchObject({ outcome: "refreshed" });

  await db.rows("SELECT cutover.register_view('public.totals', '1 hour', 'call')");
  await db.refresh();
  await db.rows(WRITE);
  expect(await db.freshness()).toMatchObject({ state: "fresh" });
  await db.rows("SELECT cutover.mark_view_stale('public.totals')");
  expect(await db.freshness()).toMatchObject({ state: "stale" });
});
