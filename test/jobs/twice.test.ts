import { expect, test } from "vitest";
import { advance } from "../../src/engine/advance.ts";
import { verify } from "../../src/engine/verify.ts";
import { JOBS } from "../../src/jobs/index.ts";
import type { JobEvent } from "../../src/jobs/job.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { jobContext } from "../helpers/job-context.ts";
import { named, startWorker } from "../helpers/worker.ts";

/** Does a job here and now, as a worker would; the events that it told. */
async function doJob(db: TestDatabase, name: string, payload: object = {}): Promise<JobEvent[]> {
  const job = JOBS.find((each) => each.name === name);
  if (job === undefined) throw new Error(`no job ${name}`);
  const events: JobEvent[] = [];
  const context = jobContext(db.pool, { emit: (event) => events.push(event) });
  await job.run(context, job.payload.parse(payload));
  return events;
}

/** Both sides, and when each row of the new one was last written. */
const rowsOf = async (db: TestDatabase) =>
  (await db.pool.query("SELECT xmin::text, note.* FROM public.note AS note ORDER BY note_id")).rows;

/** Nine units in sync, then one pending, one drifted. */
async function inTrouble(): Promise<TestDatabase> {
  const { db } = await createPlainProject();
  await advance(db.pool, PLAIN);
  await backfill(db.pool, PLAIN, { localHelpers: 1 });
  await db.pool.query(
    "SET session_replication_role = replica; UPDATE public.note SET heading = 'wrong' WHERE note_id = 2; RESET session_replication_role",
  );
  return db;
}

test("drain-outbox twice is drain-outbox once", async () => {
  const db = await inTrouble();
  const writer = await db.connect();
  await writer.query(
    "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.memo SET title = 'later' WHERE id = 1; COMMIT",
  );
  expect(await doJob(db, "drain-outbox")).toMatchObject([{ event: "drained", units: 1 }]);
  const rows = await rowsOf(db);
  expect(await doJob(db, "drain-outbox")).toEqual([]);
  expect(await rowsOf(db)).toEqual(rows);
});

test("verify twice finds the same twice, and writes nothing on either side", async () => {
  const db = await inTrouble();
  const rows = await rowsOf(db);
  const [first] = await doJob(db, "verify", { cutover: PLAIN });
  const [second] = await doJob(db, "verify", { cutover: PLAIN });
  expect(first?.drifted).toBe(2);
  expect({ ...second, run: first?.run }).toEqual(first);
  expect(await rowsOf(db)).toEqual(rows);
});

test("repair twice, or by two at once, is repair once", async () => {
  const db = await inTrouble();
  await Promise.all([doJob(db, "repair", { cutover: PLAIN }), doJob(db, "repair", { cutover: PLAIN })]);
  const rows = await rowsOf(db);
  expect(await doJob(db, "repair", { cutover: PLAIN })).toMatchObject([{ repaired: 0, drifted: 0 }]);
  expect(await rowsOf(db)).toEqual(rows);
  expect(await verify(db.pool, PLAIN)).toMatchObject({ drifted: 0 });
});

test("what a worker had begun to drain when it was killed is drained by the next", async () => {
  const { db, worker: start } = await createPlainProject(
    "INSERT INTO public.memo (title) SELECT 'memo ' || n FROM pg_catalog.generate_series(1, 300) AS n",
  );
  await advance(db.pool, PLAIN);
  await backfill(db.pool, PLAIN, { localHelpers: 1 });
  const blocker = await db.connect();
  const writer = await db.connect();
  await blocker.query("BEGIN");
  await blocker.query("SELECT FROM cutover.units WHERE unit = '(150)' FOR UPDATE");
  await writer.query(
    "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.memo SET title = 'later ' || id; COMMIT",
  );
  const first = start("--jobs", "drain-outbox");
  await first.event("ready");
  await first.end("SIGKILL");
  await blocker.query("ROLLBACK");
  const { until } = await startWorker({ database: db.url });
  await until(named("drained"));
  const { rows } = await db.pool.query(
    "SELECT count(*)::int AS done FROM public.note WHERE heading LIKE 'later %'",
  );
  expect(rows).toEqual([{ done: 300 }]);
  expect(await verify(db.pool, PLAIN)).toMatchObject({ drifted: 0 });
});
