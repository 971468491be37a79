import { once } from "node:events";
import { expect, test } from "vitest";
import { connect, withTransaction } from "../../src/db.ts";
import { jobs } from "../../src/jobs/list-jobs.ts";
import { runJob } from "../../src/jobs/schedule-job.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { createDatabase } from "../helpers/database.ts";
import { createProxy } from "../helpers/proxy.ts";
import { untilTrue } from "../helpers/until.ts";
import { named, startWorker } from "../helpers/worker.ts";

test("the server ends the transaction of a client that was cut off in it, and its locks are free", async () => {
  const db = await createDatabase();
  await db.pool.query("CREATE TABLE public.t AS SELECT 1 AS a");
  const network = await createProxy(db.url);
  const client = await connect(network.url);
  const written = Promise.withResolvers<void>();
  const done = withTransaction(client, { silenceSeconds: 1 }, async () => {
    await client.query("UPDATE public.t SET a = 2");
    network.cut();
    written.resolve();
    // Never answered while the network carries nothing.
    await client.query("SELECT");
  });
  const refused = expect(done).rejects.toThrow(/idle-in-transaction|terminated/);
  await written.promise;
  // Waits for the row, without a bound of its own.
  await db.pool.query("UPDATE public.t SET a = a + 10");
  expect((await db.pool.query("SELECT a FROM public.t")).rows).toEqual([{ a: 11 }]);
  network.restore();
  await refused;
});

test("the server ends the statement of a client that has gone", async () => {
  const db = await createDatabase();
  const client = await connect(db.url);
  const done = withTransaction(client, { silenceSeconds: 60 }, () =>
    client.query("SELECT pg_catalog.pg_sleep(600)"),
  );
  const refused = expect(done).rejects.toThrow();
  const sleeping = async () =>
    (
      await db.pool.query(
        "SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND query LIKE '%pg_sleep(600)%' AND pid <> pg_catalog.pg_backend_pid()",
        [db.name],
      )
    ).rowCount;
  await untilTrue(async () => (await sleeping()) === 1);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  await refused;
  await untilTrue(async () => (await sleeping()) === 0);
});

test("only the transaction that asked for it has such a bound", async () => {
  const db = await createDatabase();
  const client = await db.connect();
  const bound = async () => (await client.query("SHOW idle_in_transaction_session_timeout")).rows[0];
  await withTransaction(client, { silenceSeconds: 7 }, async () => {
    expect(await bound()).toEqual({ idle_in_transaction_session_timeout: "7s" });
  });
  expect(await bound()).toEqual({ idle_in_transaction_session_timeout: "0" });
});

test("a worker that stood still finds its job with another, and changes nothing there", async () => {
  const { db, worker: start } = await createPlainProject();
  const blocker = await db.connect();
  await blocker.query("BEGIN; LOCK TABLE public.note IN ACCESS EXCLUSIVE MODE");
  const still = start();
  await still.event("ready");
  await runJob(db.pool, "verify", { cutover: PLAIN });
  await still.event("job_started", ({ job }) => job === "verify");
  still.child.kill("SIGSTOP");
  await blocker.query("ROLLBACK");
  const { until } = await startWorker({ database: db.url });
  await until(named("verified"));
  const state = async () =>
    (
      await db.pool.query(
        "SELECT state, retry_count, completed_on FROM cutover_jobs.job WHERE name = 'verify'",
      )
    ).rows;
  const before = await untilTrue(async () => {
    const rows = await state();
    return rows[0]?.state === "completed" && rows;
  });
  expect(before).toMatchObject([{ retry_count: 1 }]);
  still.child.kill("SIGCONT");
  await Promise.race([
    still.event("error", ({ subject }) => subject === "verify"),
    still.event("job_ended", ({ job }) => job === "verify"),
  ]);
  still.child.kill("SIGTERM");
  await once(still.child, "close");
  expect(await state()).toEqual(before);
  expect((await jobs(db.pool)).failed).toEqual([]);
});

test("a view whose refresh was cut off is refreshed by another worker", async () => {
  const { db } = await createPlainProject();
  await db.pool.query(
    "CREATE MATERIALIZED VIEW public.titles AS SELECT memo.id, memo.title FROM public.memo; SELECT cutover.register_view('public.titles', '0 seconds')",
  );
  await db.pool.query("SELECT FROM cutover.refresh_view('public.titles')");
  await db.pool.query("UPDATE public.memo SET title = 'later' WHERE id = 1");
  const blocker = await db.connect();
  await blocker.query("BEGIN; LOCK TABLE public.memo IN ACCESS EXCLUSIVE MODE");
  const network = await createProxy(db.url);
  const first = await startWorker({ database: network.url, jobs: ["refresh-views"], stopTimeoutSeconds: 0 });
  const refreshing = async () =>
    (
      await db.pool.query(
        "SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND query LIKE '%refresh_view(%' AND application_name = 'pg-cutover worker' AND wait_event_type = 'Lock'",
        [db.name],
      )
    ).rowCount;
  await untilTrue(async () => (await refreshing()) === 1);
  network.cut();
  // The server comes to the end of it, with nobody there to say COMMIT.
  await blocker.query("ROLLBACK");
  const { until } = await startWorker({ database: db.url, jobs: ["refresh-views"] });
  await until(named("view_refreshed"));
  expect((await db.pool.query("SELECT title FROM public.titles WHERE id = 1")).rows).toEqual([
    { title: "later" },
  ]);
  network.restore();
  await first.worker.stop();
});
