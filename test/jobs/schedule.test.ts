import { expect, test } from "vitest";
import { cancelJob } from "../../src/jobs/control-job.ts";
import { jobs } from "../../src/jobs/list-jobs.ts";
import { enqueue } from "../../src/jobs/queue.ts";
import { repair } from "../../src/jobs/repair.ts";
import { runJob, scheduleJob, unscheduleJob } from "../../src/jobs/schedule-job.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { untilTrue } from "../helpers/until.ts";
import { named, startWorker } from "../helpers/worker.ts";

test("a daily job that nobody was there for runs once, however many workers come back", async () => {
  const { db } = await createPlainProject();
  // A minute in each day that is neither now nor soon.
  const minute = new Date(Date.now() - 6 * 3600_000).getUTCHours();
  await scheduleJob(db.pool, "verify", { cutover: PLAIN }, { cron: `0 ${minute} * * *` });
  await db.pool.query("DELETE FROM cutover_jobs.schedule WHERE name <> 'verify'");
  // As if it had been scheduled two weeks ago, and the last worker had stopped three days ago.
  await db.pool.query("UPDATE cutover_jobs.schedule SET created_on = now() - interval '14 days'");
  await db.pool.query("UPDATE cutover_jobs.version SET cron_on = now() - interval '3 days'");
  const started = await Promise.all([1, 2, 3].map(() => startWorker({ database: db.url })));
  await Promise.race(started.map(({ until }) => until(named("verified"))));
  const found = await untilTrue(async () => {
    const report = await jobs(db.pool);
    return report.scheduled[0]?.lastState === "completed" && report;
  });
  expect(found.scheduled).toMatchObject([
    { job: "verify", key: PLAIN, timeZone: "UTC", payload: { cutover: PLAIN } },
  ]);
  // Every worker has asked by now whether something is due: the answer stands in one row.
  await Promise.all(started.map(({ worker }) => worker.stop()));
  const { rows } = await db.pool.query("SELECT count(*)::int AS runs FROM cutover.drift_runs");
  expect(rows).toEqual([{ runs: 1 }]);
  const sent = await db.pool.query("SELECT state FROM cutover_jobs.job WHERE name = 'verify'");
  expect(sent.rows).toEqual([{ state: "completed" }]);
});

test("one verify of a cutover waits or runs, not two", async () => {
  const { db } = await createPlainProject();
  const queue = () => runJob(db.pool, "verify", { cutover: PLAIN });
  const queued = await Promise.all([queue(), queue(), queue()]);
  expect(queued.map((each) => each.queued).sort()).toEqual([false, false, true]);
  expect(await runJob(db.pool, "repair", { cutover: PLAIN })).toMatchObject({ queued: true });
});

test("what cannot be scheduled is refused by name", async () => {
  const { db } = await createPlainProject();
  const cron = "0 3 * * *";
  const schedule = (job: string, payload: object, times = cron, timeZone?: string) =>
    scheduleJob(db.pool, job, { ...payload }, { cron: times, timeZone });
  await expect(schedule("knit", {})).rejects.toMatchObject({ code: "CU303", exitCode: 2 });
  await expect(schedule("drain-outbox", {})).rejects.toMatchObject({ code: "CU316" });
  await expect(schedule("verify", {})).rejects.toMatchObject({
    code: "CU316",
    message: expect.stringContaining("cutover:"),
  });
  const verify = { cutover: PLAIN };
  await expect(schedule("verify", verify, "at night")).rejects.toMatchObject({ code: "CU317", exitCode: 2 });
  await expect(schedule("verify", verify, cron, "Middle/Earth")).rejects.toMatchObject({ code: "CU317" });
  await expect(unscheduleJob(db.pool, "verify", verify)).rejects.toMatchObject({ code: "CU318" });
});

test("cutover jobs: what is scheduled, waiting, running and failed; retry and cancel", async () => {
  const { db, cutover } = await createPlainProject();
  const json = async (...argv: string[]) => cutover("jobs", ...argv, "--json");
  const scheduled = await json(
    "schedule",
    "verify",
    PLAIN,
    "--cron",
    "0 3 * * *",
    "--time-zone",
    "Europe/Berlin",
  );
  expect(scheduled).toMatchObject({ code: 0, facts: { job: "verify", key: PLAIN, cron: "0 3 * * *" } });
  expect((await json("run", "verify", PLAIN)).facts).toMatchObject({ ok: true, queued: true });
  expect(await json("run", "repair", "no_such_cutover")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU011" } },
  });
  // One that is gone by the time.
  await enqueue(db.pool, repair, { cutover: "no_such_cutover" });
  const before = (await json()).facts;
  expect(before).toMatchObject({
    workers: [],
    running: [],
    failed: [],
    scheduled: [
      { job: "clean-idempotency-log" },
      { job: "sample-metrics" },
      { job: "verify", timeZone: "Europe/Berlin", lastAt: null },
    ],
  });
  expect(before.waiting.map((each: { job: string }) => each.job).sort()).toEqual(["repair", "verify"]);
  const verify = before.waiting.find((each: { job: string }) => each.job === "verify");
  expect(await json("retry", verify.id)).toMatchObject({ code: 4, facts: { error: { code: "CU315" } } });
  expect((await json("cancel", verify.id)).facts).toMatchObject({ id: verify.id, state: "cancelled" });
  expect(await json("cancel", verify.id)).toMatchObject({ code: 4 });

  const { until, worker } = await startWorker({ database: db.url });
  await until(named("error"));
  const failed = await untilTrue(async () => (await jobs(db.pool)).failed[0]);
  // Not tried again: no other try would change it.
  expect(failed).toMatchObject({
    job: "repair",
    retries: 0,
    error: expect.stringContaining("no_such_cutover"),
  });
  expect((await json("retry", verify.id)).facts).toMatchObject({ ok: true, job: "verify" });
  await until(named("verified"));
  await worker.stop();

  const text = (await cutover("jobs")).stdout;
  expect(text).toMatch(/^Scheduled\n {2}clean-idempotency-log/m);
  expect(text).toMatch(/Failed\n {2}\S+ {2}repair {2}\{"cutover":"no_such_cutover"\}/);
  expect(text).toMatch(/No worker is alive: start `cutover worker`/);
  expect((await json("unschedule", "verify", PLAIN)).facts).toMatchObject({ ok: true });
  const missing = "00000000-0000-0000-0000-000000000000";
  expect(await json("cancel", missing)).toMatchObject({ code: 2, facts: { error: { code: "CU314" } } });
  expect(await json("cancel", "nonsense")).toMatchObject({ code: 2, facts: { error: { code: "CU314" } } });
  expect(await json("forget", missing)).toMatchObject({ code: 2, facts: { error: { code: "CU400" } } });
});

test("a verify that is cancelled while it runs ends, in the worker and in the server", async () => {
  const { db } = await createPlainProject();
  const session = await db.connect();
  await session.query("BEGIN; LOCK TABLE public.note IN ACCESS EXCLUSIVE MODE");
  const { until, worker } = await startWorker({ database: db.url });
  await runJob(db.pool, "verify", { cutover: PLAIN });
  await until(named("job_started", "verify"));
  const running = await untilTrue(async () => (await jobs(db.pool)).running[0]);
  await cancelJob(db.pool, running.id);
  const told = await until(({ event, subject }) => event === "error" && subject === "verify");
  expect(told.message).toContain("cancelled");
  expect(worker.health().running).toEqual([]);
  await session.query("ROLLBACK");
  expect((await db.pool.query("SELECT FROM cutover.drift_runs")).rowCount).toBe(0);
});
