import { beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { cleanIdempotencyLog } from "../../src/jobs/clean-idempotency-log.ts";
import type { JobEvent } from "../../src/jobs/job.ts";
import { runJob } from "../../src/jobs/schedule-job.ts";
import { createWorker } from "../../src/jobs/worker.ts";
import { cleanRequestLog, readRequestLog } from "../../src/requests/log.ts";
import { cutover } from "../helpers/cli.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { jobContext } from "../helpers/job-context.ts";
import { outcome } from "../traps/sessions.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await createCoreDatabase();
});

beforeEach(async () => {
  await db.pool.query("TRUNCATE cutover.idempotency_log");
});

/** Answered requests, expired or not. */
async function fill(rows: number, expires: string, status = "success", response: string | null = "1") {
  await db.pool.query(
    `INSERT INTO cutover.idempotency_log (key, operation, request_data, response_data, status, expires_at, scope, fingerprint)
     SELECT n || ' ' || $2::text, 'o', '{}', ($4::text)::jsonb, $3::text, pg_catalog.now() + ($2::text)::interval, $3::text || coalesce($4::text, ''), ''
       FROM pg_catalog.generate_series(1, $1::int) AS n`,
    [rows, expires, status, response],
  );
}

const left = async () => (await readRequestLog(db.pool)).total;
const cleanUp = async () =>
  (await db.pool.query("SELECT cutover.cleanup_idempotency_log() AS deleted")).rows[0].deleted as number;

test("the clean-up deletes what has expired and nothing else, and says how many", async () => {
  await fill(7, "-1 second");
  await fill(5, "1 minute");
  expect(await cleanUp()).toBe(7);
  expect(await cleanUp()).toBe(0);
  expect(await left()).toBe(5);
});

test("one call deletes 10,000 at most, the oldest first; the job goes on until nothing is left", async () => {
  await fill(10_000, "-2 days");
  await fill(10_001, "-1 day");
  expect(await cleanUp()).toBe(10_000);
  const { rows } = await db.pool.query(
    "SELECT count(*)::int AS n FROM cutover.idempotency_log WHERE key LIKE '%-2 days'",
  );
  expect(rows).toEqual([{ n: 0 }]);
  expect(await cleanRequestLog(db.pool)).toBe(10_001);
  expect(await left()).toBe(0);
});

test("the procedure deletes them all, committing in between", async () => {
  await fill(10_001, "-1 day");
  const client = await db.connect();
  const { rows } = await client.query("CALL cutover.cleanup_idempotency_log_all()");
  expect(rows).toEqual([{ deleted: 10_001 }]);
  // Two commits are two transactions: it cannot be called inside of one.
  await client.query("BEGIN");
  expect(await outcome(client.query("CALL cutover.cleanup_idempotency_log_all()"))).toBe("2D000");
});

test("the clean-up finds its rows by the index, and reads no other", async () => {
  await fill(20_000, "1 day");
  await fill(3, "-1 day");
  await db.pool.query("VACUUM (ANALYZE) cutover.idempotency_log");
  const client = await db.connect();
  const read = async () => {
    const { rows } = await client.query(
      `SELECT pg_catalog.pg_stat_get_xact_tuples_returned('cutover.idempotency_log'::regclass)::int AS seq,
              pg_catalog.pg_stat_get_xact_tuples_returned('cutover.idx_idempotency_expires'::regclass)::int AS index`,
    );
    return rows[0];
  };
  await client.query("BEGIN");
  await client.query("SELECT cutover.cleanup_idempotency_log()");
  expect(await read()).toEqual({ seq: 0, index: 3 });
  await client.query("ROLLBACK");
});

test("the clean-up waits for nobody: not for a run that takes an expired row's place, not for another clean-up", async () => {
  await fill(3, "-1 day");
  const [run, other] = [await db.connect(), await db.connect()];
  await run.query("BEGIN");
  await run.query("SELECT cutover.begin_request('success1', '1 -1 day', 'o', '{}')");
  await other.query("BEGIN");
  await other.query("SELECT FROM cutover.idempotency_log WHERE key = '2 -1 day' FOR UPDATE");
  expect(await cleanUp()).toBe(1);
  await Promise.all([run.query("ROLLBACK"), other.query("ROLLBACK")]);
  expect(await cleanUp()).toBe(2);
});

test("the view counts every ending once, and expired ones besides", async () => {
  await fill(4, "-1 day");
  await fill(3, "1 day", "failed");
  await fill(2, "1 day", "not_implemented");
  await fill(1, "1 day", "failed", null);
  expect(await readRequestLog(db.pool)).toEqual({
    total: 10,
    expired: 4,
    success: 4,
    failed: 3,
    notImplemented: 2,
    unfinished: 1,
    oldestExpiresAt: expect.any(Date),
  });
});

test("the job cleans up, run twice with the same result, and is one of the worker's", async () => {
  await fill(3, "-1 day");
  const events: JobEvent[] = [];
  const context = jobContext(db.pool, { emit: (event) => events.push(event) });
  await cleanIdempotencyLog.run(context, {});
  await cleanIdempotencyLog.run(context, {});
  expect(events).toEqual([{ event: "idempotency_log_cleaned", deleted: 3 }]);
  expect(cleanIdempotencyLog.schedule).toEqual({ cron: "0 3 * * *", missed: "once" });

  await fill(2, "-1 hour");
  await runJob(db.pool, "clean-idempotency-log", {});
  const cleaned = new Promise<JobEvent>((resolve) => {
    createWorker({
      database: db.url,
      jobs: ["clean-idempotency-log"],
      onEvent: (event) => event.event === "idempotency_log_cleaned" && resolve(event),
    }).then((worker) => onTestFinished(() => worker.stop()));
  });
  expect(await cleaned).toMatchObject({ deleted: 2 });
});

test("stopped in the middle, the job has kept what it did, and the next one goes on", async () => {
  await fill(20_001, "-1 day");
  const stopping = new AbortController();
  stopping.abort();
  const stopped = cleanIdempotencyLog.run(jobContext(db.pool, { signal: stopping.signal }), {});
  // Handed back: the queue gives it to the next.
  await expect(stopped).rejects.toMatchObject({ code: "CU311" });
  expect(await left()).toBe(10_001);
  await cleanIdempotencyLog.run(jobContext(db.pool), {});
  expect(await left()).toBe(0);
});

test("`cutover requests` counts, and cleans up when asked", async () => {
  await fill(3, "-1 day");
  await fill(2, "1 day");
  const place = { folder: ".", env: { DATABASE_URL: db.url } };
  const counted = await cutover(place, "requests", "--json");
  expect(counted.facts).toMatchObject({ ok: true, total: 5, expired: 3, success: 5, deleted: null });
  const cleaned = await cutover(place, "requests", "--clean", "--json");
  expect(cleaned.facts).toMatchObject({ ok: true, total: 2, expired: 0, deleted: 3 });
  expect((await cutover(place, "requests")).stdout).toMatch(/2 requests/);
});
