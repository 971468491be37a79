import { expect, test } from "vitest";
import { advance } from "../../src/engine/advance.ts";
import { planBackfill } from "../../src/engine/backfill.ts";
import { verify } from "../../src/engine/verify.ts";
import { jobs } from "../../src/jobs/list-jobs.ts";
import { runJob } from "../../src/jobs/schedule-job.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { untilTrue } from "../helpers/until.ts";
import { named, startWorker } from "../helpers/worker.ts";

/** A verify cannot come to its end while this is held. */
async function holdUp(db: TestDatabase): Promise<() => Promise<unknown>> {
  const session = await db.connect();
  await session.query("BEGIN; LOCK TABLE public.note IN ACCESS EXCLUSIVE MODE");
  return () => session.query("ROLLBACK");
}

const failed = async (db: TestDatabase) => (await jobs(db.pool)).failed;

test.for(["verify", "repair"])(
  "a %s that a stopping worker has in hand is handed back within the bound, and done by another",
  async (job) => {
    const { db } = await createPlainProject();
    const release = await holdUp(db);
    const first = await startWorker({ database: db.url, stopTimeoutSeconds: 0.2 });
    await runJob(db.pool, job, { cutover: PLAIN });
    await first.until(named("job_started", job));
    await first.worker.stop();
    expect(first.events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["stopping", "handing_back", "job_handed_back", "stopped"]),
    );
    expect((await db.pool.query("SELECT FROM cutover.workers")).rowCount).toBe(0);
    // Nothing of it goes on in the server.
    await untilTrue(async () => {
      const { rowCount } = await db.pool.query(
        "SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND application_name = 'pg-cutover worker'",
        [db.name],
      );
      return rowCount === 0;
    });
    const second = await startWorker({ database: db.url });
    await second.until(named("job_started", job));
    await release();
    await second.until(named("job_ended", job));
    expect(await failed(db)).toEqual([]);
    expect((await jobs(db.pool)).waiting).toEqual([]);
    const { rows } = await db.pool.query("SELECT count(*)::int AS runs FROM cutover.drift_runs");
    expect(rows).toEqual([{ runs: 1 }]);
  },
);

test("a worker on a pool of the application's own hands back as well, and leaves the pool as it was", async () => {
  const { db } = await createPlainProject();
  const release = await holdUp(db);
  const first = await startWorker({ database: db.pool, stopTimeoutSeconds: 0 });
  await runJob(db.pool, "verify", { cutover: PLAIN });
  await first.until(named("job_started", "verify"));
  await first.worker.stop();
  expect((await jobs(db.pool)).waiting).toMatchObject([{ job: "verify" }]);
  await release();
  const second = await startWorker({ database: db.pool });
  await second.until(named("verified"));
});

test("a backfill that a stopping worker has in hand ends after its batch, and another goes on with it", async () => {
  const { db } = await createPlainProject(
    "INSERT INTO public.memo (title) SELECT 'memo ' || n FROM pg_catalog.generate_series(1, 3000) AS n",
  );
  await advance(db.pool, PLAIN);
  const blocker = await db.connect();
  await blocker.query("BEGIN");
  await blocker.query(
    "INSERT INTO cutover.units (cutover, direction, kind, unit) VALUES ($1, 'forward', 'note', '(1500)')",
    [PLAIN],
  );
  const planned = await planBackfill(db.pool, PLAIN);
  const first = await startWorker({ database: db.url });
  await first.until(named("backfill_progress"));
  await first.worker.stop();
  expect(first.events.find(named("backfill_ended"))).toMatchObject({ state: "aborted" });
  await blocker.query("ROLLBACK");
  const second = await startWorker({ database: db.url });
  expect(await second.until((event) => event.state === "finished")).toMatchObject({ backfill: planned.id });
  expect(await verify(db.pool, PLAIN)).toMatchObject({ drifted: 0 });
});

test("a job that is taken at the moment of stopping is not lost", async () => {
  const { db } = await createPlainProject();
  const { worker } = await startWorker({ database: db.url });
  // Whichever comes first: taken and done, taken and handed back, or not taken.
  const [queued] = await Promise.all([runJob(db.pool, "verify", { cutover: PLAIN }), worker.stop()]);
  expect(queued.queued).toBe(true);
  const { until } = await startWorker({ database: db.url });
  const { waiting, running } = await jobs(db.pool);
  if (waiting.length + running.length > 0) await until(named("verified"));
  await untilTrue(async () => {
    const { rows } = await db.pool.query("SELECT state FROM cutover_jobs.job WHERE name = 'verify'");
    expect(rows).toHaveLength(1);
    return rows[0].state === "completed";
  });
});

test("a worker ends with its process: SIGTERM, exit code 0, within the bound even with work in hand", async () => {
  const { db, worker } = await createPlainProject();
  const release = await holdUp(db);
  const running = worker("--stop-timeout", "0.5");
  await running.event("ready");
  await runJob(db.pool, "verify", { cutover: PLAIN });
  await running.event("job_started");
  expect(await running.end("SIGTERM")).toBe(0);
  await release();
  const { waiting, failed: lost } = await jobs(db.pool);
  expect({ waiting: waiting.map(({ job }) => job), lost }).toEqual({ waiting: ["verify"], lost: [] });
  expect(waiting[0]?.error).toContain("handed back");
});
