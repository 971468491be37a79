import { expect, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { cutoverWorker } from "../helpers/cli.ts";
import { createViewsDatabase, type ViewsDatabase } from "../helpers/views.ts";
import { until } from "../traps/sessions.ts";

const WRITE = "INSERT INTO public.entry (account, amount) VALUES ('a', 10)";
const AT_ONCE = "SELECT cutover.register_view('public.totals', '0')";

function startWorker(db: ViewsDatabase) {
  return cutoverWorker({ folder: ROOT, env: { DATABASE_URL: db.url } }, "--jobs", "refresh-views");
}
const untilFresh = (db: ViewsDatabase) =>
  until(async () => (await db.freshness()).state === "fresh", "the view is fresh");

test("three workers keep a view fresh under writers, with far fewer refreshes than writes", async () => {
  const db = await createViewsDatabase({ register: AT_ONCE });
  const workers = [startWorker(db), startWorker(db), startWorker(db)];
  for (const worker of workers) await worker.event("ready");
  const writes = 600;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let write = 0; write < writes / 4; write += 1) await db.rows(WRITE);
    }),
  );
  await untilFresh(db);
  expect(await db.differences()).toBe(0);
  expect(await db.rows("SELECT entries::integer FROM public.totals WHERE account = 'a'")).toEqual([
    { entries: writes + 1 },
  ]);
  expect(Number((await db.freshness()).refreshes)).toBeLessThan(writes / 10);
  expect(await Promise.all(workers.map((worker) => worker.end("SIGTERM")))).toEqual([0, 0, 0]);
});

test("a worker that is killed in the middle of a refresh leaves it to another", async () => {
  const db = await createViewsDatabase({ register: AT_ONCE });
  const first = startWorker(db);
  await first.event("ready");
  // Who refreshes now stands at our lock, marks read, view not yet written.
  const holder = await db.connect();
  await holder.query("BEGIN; REFRESH MATERIALIZED VIEW CONCURRENTLY public.totals");
  await db.rows(WRITE);
  const blocked = async () =>
    (await db.rows("SELECT FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0")).length > 0;
  await until(blocked, "the worker waits for the view");
  expect(await first.end("SIGKILL")).toBe(null);
  await holder.query("ROLLBACK");
  expect(await db.differences()).toBeGreaterThan(0);
  const second = startWorker(db);
  expect(await second.event("view_refreshed")).toMatchObject({
    view: "public.totals",
    rows: 2,
    concurrently: true,
  });
  await untilFresh(db);
  expect(await db.differences()).toBe(0);
  expect(await second.end("SIGTERM")).toBe(0);
});

test("a failing view is reported, does not hold up the others, and heals by itself", async () => {
  const db = await createViewsDatabase({
    register: AT_ONCE,
    schema:
      "CREATE MATERIALIZED VIEW public.shares AS SELECT account, 100 / amount AS share FROM public.entry",
  });
  await db.rows("SELECT cutover.register_view('public.shares', '0')");
  await db.rows("INSERT INTO public.entry (account, amount) VALUES ('nobody', 0)");
  const worker = startWorker(db);
  expect(await worker.event("view_refresh_failed")).toMatchObject({
    view: "public.shares",
    error: "division by zero",
    errorCode: "22012",
  });
  await untilFresh(db);
  await db.rows("DELETE FROM public.entry WHERE amount = 0");
  await until(
    async () => (await db.freshness("public.shares")).state === "fresh",
    "the other view has healed",
  );
  expect(await db.rows("SELECT FROM public.shares")).toHaveLength(2);
});
