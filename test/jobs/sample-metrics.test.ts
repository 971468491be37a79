import { expect, test } from "vitest";
import { metrics, sampleMetrics } from "../../src/engine/metrics.ts";
import { verify } from "../../src/engine/verify.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { runJob } from "../../src/jobs/schedule-job.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { createSmallCutover } from "../helpers/small-cutover.ts";
import { untilTrue } from "../helpers/until.ts";
import { named, startWorker } from "../helpers/worker.ts";

/** The figures of a cutover as an object: `outbox_notes` → 3. */
async function figuresOf(
  db: Parameters<typeof metrics>[0],
  cutover: string,
): Promise<Record<string, number>> {
  const found = (await metrics(db)).filter((each) => each.cutover === cutover);
  return Object.fromEntries(found.map(({ metric, value }) => [metric, value]));
}

test("the figures are those that status and verify tell", async () => {
  const small = await createSmallCutover({
    data: "INSERT INTO public.sheet (id, owner, day, marks) VALUES (1, 'ann', '2026-01-01', '{\"a\": 1}'), (2, 'bob', '2026-01-02', '{}')",
  });
  expect(await figuresOf(small.pool, "small")).toMatchObject({
    phase_rank: 0,
    outbox_notes: 0,
    outbox_oldest_seconds: 0,
  });
  await small.advance("dual_write");
  await backfill(small.pool, "small", { localHelpers: 1 });
  await verify(small.pool, "small");
  // A unit that cannot be written: the mark is no number.
  await small.pool.query(`UPDATE public.sheet SET marks = '{"a": "none"}' WHERE id = 1`);
  await small.drain();
  const writer = await small.connect();
  await writer.query(
    "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.sheet SET title = 'later' WHERE id = 2; COMMIT",
  );
  const found = await metrics(small.pool);
  const of = (metric: string) => found.filter((each) => each.metric === metric && each.cutover === "small");
  const { rows } = await small.pool.query(
    "SELECT count(*)::int AS notes FROM cutover.outbox WHERE cutover = 'small'",
  );
  expect(rows[0].notes).toBeGreaterThan(0);
  expect(of("phase_rank")).toMatchObject([{ value: 1, labels: { phase: "dual_write" } }]);
  expect(of("outbox_notes")).toMatchObject([{ value: rows[0].notes }]);
  expect(of("quarantine_units")).toMatchObject([
    { value: 1, labels: { class: "quarantined", accepted: false } },
  ]);
  expect(of("backfill_finished")).toMatchObject([{ value: 1, labels: { direction: "forward" } }]);
  expect(of("backfill_units_done")).toMatchObject([{ value: of("backfill_units")[0]?.value }]);
  expect(of("verify_drifted_units")).toMatchObject([{ value: 0 }]);
  expect(of("verify_age_seconds")[0]?.value).toBeGreaterThan(0);
  await small.pool.query(
    "CREATE MATERIALIZED VIEW public.titles AS SELECT sheet.id, sheet.title FROM public.sheet; SELECT cutover.register_view('public.titles', '1 minute'); SELECT cutover.refresh_view('public.titles')",
  );
  expect((await metrics(small.pool)).filter(({ labels }) => labels.view === "public.titles")).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ metric: "view_staleness_seconds", value: 0 }),
      expect.objectContaining({ metric: "view_rows", value: 2 }),
      expect.objectContaining({ metric: "view_refresh_failures", value: 0 }),
    ]),
  );
  // Names that a metrics page can print as they are.
  expect(found.filter(({ metric }) => !/^[a-z][a-z0-9_]*$/.test(metric))).toEqual([]);
});

test("the oldest note is as old as the first sample after it", async () => {
  const { db } = await createPlainProject();
  await db.pool.query("SELECT cutover.advance($1, 'dual_write')", [PLAIN]);
  const writer = await db.connect();
  await writer.query(
    "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.memo SET title = 'later' WHERE id = 1; COMMIT",
  );
  await sampleMetrics(db.pool);
  await db.pool.query("UPDATE cutover.metrics SET sampled_at = now() - interval '10 minutes'");
  // Before that there was no such transaction; and a sample since then changes nothing.
  await db.pool.query(
    "INSERT INTO cutover.metrics (metric, sampled_at, value) VALUES ('transactions', now() - interval '1 hour', 3), ('transactions', now() - interval '1 minute', 1e15)",
  );
  const { outbox_oldest_seconds: age } = await figuresOf(db.pool, PLAIN);
  expect(age).toBeGreaterThanOrEqual(600);
  expect(age).toBeLessThan(3600);
  await db.pool.query("CALL cutover.drain_all($1)", [PLAIN]);
  expect(await figuresOf(db.pool, PLAIN)).toMatchObject({ outbox_notes: 0, outbox_oldest_seconds: 0 });
});

test("sampled twice in a minute, by two workers at once, there is one sample; what is too old goes", async () => {
  const { db } = await createPlainProject();
  await db.pool.query(
    "INSERT INTO cutover.metrics (metric, sampled_at, value) SELECT 'old', now() - n * interval '1 day' + interval '1 hour', n FROM pg_catalog.generate_series(1, 60) AS n",
  );
  const figures = (await metrics(db.pool)).length;
  const minutes = async () =>
    (
      await db.pool.query(
        "SELECT sampled_at, count(*)::int AS figures FROM cutover.metrics WHERE metric <> 'old' GROUP BY 1",
      )
    ).rows;
  // The minute may turn between the two: then there is one sample for each.
  await Promise.all([1, 2, 3].map(() => sampleMetrics(db.pool)));
  for (const minute of await minutes()) expect(minute.figures).toBe(figures);
  expect((await minutes()).length).toBeLessThanOrEqual(2);
  const old = await db.pool.query("SELECT count(*)::int AS days FROM cutover.metrics WHERE metric = 'old'");
  expect(old.rows[0].days).toBe(30);
});

test("the job keeps as long as it is told, and resumes after a worker that was killed in it", async () => {
  const { db, worker: start } = await createPlainProject();
  await db.pool.query("DELETE FROM cutover_jobs.schedule");
  await db.pool.query(
    "INSERT INTO cutover.metrics (metric, sampled_at, value) VALUES ('old', now() - interval '3 days', 0)",
  );
  const blocker = await db.connect();
  await blocker.query("BEGIN; LOCK TABLE cutover.metrics IN ACCESS EXCLUSIVE MODE");
  const first = start();
  await first.event("ready");
  await runJob(db.pool, "sample-metrics", { keepDays: 2 });
  await first.event("job_started");
  await first.end("SIGKILL");
  await blocker.query("ROLLBACK");
  const { until } = await startWorker({ database: db.url });
  expect(await until(named("metrics_sampled"))).toMatchObject({ figures: expect.any(Number) });
  await untilTrue(
    async () => (await db.pool.query("SELECT FROM cutover.metrics WHERE metric = 'old'")).rowCount === 0,
  );
});

test("cutover metrics shows the figures of one cutover, and writes them down when asked", async () => {
  const { db, cutover } = await createPlainProject();
  const shown = await cutover("metrics", PLAIN, "--sample", "--json");
  expect(shown.facts.metrics).toEqual(
    expect.arrayContaining([
      { metric: "phase_rank", cutover: PLAIN, labels: { phase: "expanded" }, value: 0 },
      { metric: "outbox_notes", cutover: PLAIN, labels: {}, value: 0 },
    ]),
  );
  expect((await cutover("metrics")).stdout).toMatch(/^workers +0$/m);
  expect((await db.pool.query("SELECT FROM cutover.metrics")).rowCount).toBeGreaterThan(0);
});
