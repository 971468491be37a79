import { expect, test } from "vitest";
import { advance } from "../../src/engine/advance.ts";
import { planBackfill } from "../../src/engine/backfill.ts";
import { status } from "../../src/engine/status.ts";
import { verify } from "../../src/engine/verify.ts";
import { jobs } from "../../src/jobs/list-jobs.ts";
import { runJob } from "../../src/jobs/schedule-job.ts";
import { cutoverWorker } from "../helpers/cli.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { createProxy } from "../helpers/proxy.ts";
import { untilTrue } from "../helpers/until.ts";

const MANY = 200;
const TAKE_OVER_SECONDS = 10;
/** What docs/jobs/README.md promises beyond the take-over bound. */
const SLACK_SECONDS = 10;

test("one worker is killed, one cut off, one slow: nothing is lost, done twice, or stuck longer than promised", async () => {
  const project = await createPlainProject(
    `INSERT INTO public.memo (title) SELECT 'memo ' || n FROM pg_catalog.generate_series(1, ${MANY}) AS n`,
  );
  const { db } = project;
  const query = async (text: string) => (await db.pool.query(text)).rows;
  const through = (url: string, ...flags: string[]) =>
    cutoverWorker(
      { ...project, env: { ...project.env, DATABASE_URL: url } },
      "--stop-timeout",
      "1",
      ...flags,
    );
  await advance(db.pool, PLAIN);
  const planned = await planBackfill(db.pool, PLAIN);
  // Nobody comes to an end while this is held, so that each of the two has work in hand when its turn comes.
  const blocker = await db.connect();
  await blocker.query("BEGIN; LOCK TABLE public.note IN ACCESS EXCLUSIVE MODE");
  await runJob(db.pool, "verify", { cutover: PLAIN });
  await runJob(db.pool, "repair", { cutover: PLAIN });

  const network = await createProxy(db.url);
  const killed = project.worker("--jobs", "backfill,drain-outbox,verify");
  const cutOff = through(network.url, "--jobs", "backfill,drain-outbox,repair");
  await killed.event("job_started", ({ job }) => job === "verify");
  await cutOff.event("job_started", ({ job }) => job === "repair");
  await cutOff.event("job_started", ({ job }) => job === "backfill");
  await killed.event("job_started", ({ job }) => job === "backfill");
  await killed.end("SIGKILL");
  network.cut();
  const [{ at: lostAt }] = await query("SELECT clock_timestamp() AS at");
  await blocker.query("ROLLBACK");

  // The slow one is alone now. Applications go on writing.
  const slow = through((await createProxy(db.url, 5)).url);
  const writer = await db.connect();
  for (let id = 1; id <= 20; id += 1) {
    await writer.query(
      `BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.memo SET title = 'later ${id}' WHERE id = ${id}; COMMIT`,
    );
  }
  await slow.event("backfill_ended", ({ state }) => state === "finished");
  await slow.event("verified");
  await slow.event("repaired");
  const ended = await untilTrue(async () => {
    const found = await query(
      "SELECT name, state, started_on, retry_count FROM cutover_jobs.job WHERE name IN ('verify', 'repair') ORDER BY name",
    );
    return found.every(({ state }) => state === "completed") && found;
  });
  expect(ended).toMatchObject([
    { name: "repair", retry_count: 1 },
    { name: "verify", retry_count: 1 },
  ]);
  const stuck = ended.map(({ started_on }) => (started_on.getTime() - lostAt.getTime()) / 1000);
  console.log(`taken over after ${stuck.map((seconds) => seconds.toFixed(1)).join(" and ")} s`);
  expect(Math.max(...stuck)).toBeLessThan(TAKE_OVER_SECONDS + SLACK_SECONDS);

  // The one that was away comes back to work that others have done.
  await cutOff.event("cut_off");
  network.restore();
  await cutOff.event("reconnected");
  const { rows: before } = await db.pool.query("SELECT max(xmin::text::bigint) AS newest FROM public.note");
  await untilTrue(async () => (await status(db.pool, PLAIN, { classes: false })).outbox.notes === 0);
  expect(await cutOff.end("SIGTERM")).toBe(0);
  expect(await slow.end("SIGTERM")).toBe(0);
  expect((await db.pool.query("SELECT max(xmin::text::bigint) AS newest FROM public.note")).rows).toEqual(
    before,
  );

  const after = await status(db.pool, PLAIN, { classes: false });
  expect(after.backfill).toMatchObject({ id: planned.id, state: "finished", done: MANY, total: MANY });
  expect(await verify(db.pool, PLAIN)).toMatchObject({
    drifted: 0,
    accounting: { forward: { note: { "in sync": MANY } } },
  });
  expect(await query("SELECT count(*)::int AS late FROM public.note WHERE heading LIKE 'later %'")).toEqual([
    { late: 20 },
  ]);
  const report = await jobs(db.pool);
  expect({ failed: report.failed, running: report.running }).toEqual({ failed: [], running: [] });
  expect(report.waiting.filter(({ job }) => job !== "sample-metrics")).toEqual([]);
  // The one that was killed could not take its row away; it counts as gone.
  expect(report.workers.map(({ alive }) => alive)).toEqual([false]);
}, 120_000);
