import { expect, onTestFinished, test } from "vitest";
import { planBackfill } from "../../src/engine/backfill.ts";
import { phase } from "../../src/engine/status.ts";
import type { JobEvent } from "../../src/jobs/job.ts";
import { backfillByWorkers } from "../../src/jobs/run-backfill.ts";
import { createWorker, type WorkerOptions } from "../../src/jobs/worker.ts";
import { installBalances } from "../helpers/projection-case.ts";
import { until } from "../traps/sessions.ts";

const EVENTS = `INSERT INTO account SELECT n, 'owner ' || n FROM generate_series(1, 4) AS n;
  INSERT INTO event SELECT n, 1 + n % 4, timestamptz '2026-01-01Z' + n * interval '1 hour', n FROM generate_series(1, 40) AS n;`;

/** A worker in this process; resolves with its first event of a name. It stops with the test. */
async function startWorker(options: WorkerOptions) {
  const seen = new Map<string, JobEvent>();
  const waiting = new Map<string, (event: JobEvent) => void>();
  const worker = await createWorker({
    ...options,
    onEvent: (event) => {
      seen.set(event.event, event);
      waiting.get(event.event)?.(event);
    },
  });
  onTestFinished(() => worker.stop());
  return async (name: string) => seen.get(name) ?? new Promise<JobEvent>((found) => waiting.set(name, found));
}

test("workers build a projection and let it be live, with nobody waiting", async () => {
  const { db } = await installBalances({ data: EVENTS });
  const event = await startWorker({ database: db.url, concurrency: 2 });
  const planned = await planBackfill(db.pool, "balances");
  await backfillByWorkers(db.pool, planned, { jobs: 2, wait: false });
  expect(await event("live")).toEqual({ event: "live", cutover: "balances" });
  expect(await phase(db.pool, "balances")).toBe("live");
  // What a commit has left pending is drained, as for a cutover.
  await db.rows(
    "BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO event VALUES (100, 1, '2026-01-01Z', 1); COMMIT",
  );
  await until(
    async () =>
      (await db.rows("SELECT FROM running_balance WHERE event_id = 100 AND balance = 1")).length === 1,
    "the worker has drained it",
  );
});

test("a worker forgets units that no row feeds any more", async () => {
  const { db } = await installBalances();
  await db.rows(EVENTS);
  await db.rows("DELETE FROM event WHERE account_id < 3");
  const event = await startWorker({ database: db.pool, jobs: ["compact-units"] });
  expect(await event("compacted")).toEqual({ event: "compacted", cutover: "balances", units: 2 });
  expect(await db.rows("SELECT unit FROM cutover.units ORDER BY unit")).toEqual([
    { unit: "(3)" },
    { unit: "(4)" },
  ]);
});
