import { expect, test } from "vitest";
import { advance } from "../../src/engine/advance.ts";
import { planBackfill } from "../../src/engine/backfill.ts";
import { status } from "../../src/engine/status.ts";
import { verify } from "../../src/engine/verify.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { createWorker } from "../../src/jobs/worker.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { startWorker } from "../helpers/worker.ts";

const MANY = 4000;
const manyRows = `INSERT INTO public.memo (title) SELECT 'memo ' || n FROM pg_catalog.generate_series(1, ${MANY}) AS n`;

test("the range of a worker that is killed in the middle is taken over, and nothing is done twice or left out", async () => {
  const project = await createPlainProject(manyRows);
  const { db, cutover } = project;
  await advance(db.pool, PLAIN);
  // Held by us, this unit stops whoever comes to it, so that the kill falls strictly inside.
  const blocker = await db.connect();
  await blocker.query("BEGIN");
  await blocker.query(
    "INSERT INTO cutover.units (cutover, direction, kind, unit) VALUES ($1, 'forward', 'note', '(2000)')",
    [PLAIN],
  );

  const first = project.worker();
  await first.event("ready");
  const running = cutover("backfill", PLAIN, "--json");
  const seen = await first.event("backfill_progress");
  expect(seen).toMatchObject({ total: MANY, done: expect.toSatisfy((done: number) => done > 0) });
  expect(await first.end("SIGKILL")).toBe(null);
  const atKill = (await status(db.pool, PLAIN, { classes: false })).backfill;
  expect(atKill).toMatchObject({ state: "open", total: MANY });
  expect(atKill?.done).toBeLessThan(MANY);

  await blocker.query("ROLLBACK");
  const second = project.worker();
  await second.event("backfill_ended");
  expect((await running).facts).toMatchObject({ ok: true, state: "finished", done: MANY, total: MANY });
  expect(await verify(db.pool, PLAIN)).toMatchObject({
    drifted: 0,
    accounting: { forward: { note: { "in sync": MANY } } },
  });
  expect(await second.end("SIGTERM")).toBe(0);
});

test("a worker helps with an unfinished backfill of which the queue knows nothing", async () => {
  const { db } = await createPlainProject();
  await advance(db.pool, PLAIN);
  const planned = await planBackfill(db.pool, PLAIN);
  const { until } = await startWorker({ database: db.url });
  const ended = await until(({ event }) => event === "backfill_ended");
  expect(ended).toMatchObject({ backfill: planned.id, state: "finished", units: 9 });
});

test("several helpers share a backfill, and running it again does nothing", async () => {
  const { db } = await createPlainProject(manyRows);
  await advance(db.pool, PLAIN);
  expect(await backfill(db.pool, PLAIN, { localHelpers: 4 })).toMatchObject({
    state: "finished",
    done: MANY,
  });
  const { rows } = await db.pool.query("SELECT max(xmin::text::bigint) AS newest FROM public.note");
  expect(await backfill(db.url, PLAIN, { localHelpers: 2 })).toMatchObject({ state: "finished", done: MANY });
  expect((await db.pool.query("SELECT max(xmin::text::bigint) AS newest FROM public.note")).rows).toEqual(
    rows,
  );
});

test("what a commit left pending is drained while a worker runs", async () => {
  const { db } = await createPlainProject();
  await advance(db.pool, PLAIN);
  const { until } = await startWorker({ database: db.pool, jobs: ["drain-outbox"] });
  const writer = await db.connect();
  await writer.query(
    "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.memo SET title = 'later' WHERE id = 1; COMMIT",
  );
  expect(await until(({ event }) => event === "drained")).toMatchObject({ cutover: PLAIN, units: 1 });
  expect((await db.pool.query("SELECT heading FROM public.note WHERE note_id = 1")).rows).toEqual([
    { heading: "later" },
  ]);
});

test("a paused backfill rests until it is resumed; one that is cancelled stays where it is", async () => {
  const { db, cutover } = await createPlainProject();
  await advance(db.pool, PLAIN);
  const planned = await planBackfill(db.pool, PLAIN);
  expect((await cutover("backfill", PLAIN, "--pause", "--json")).facts).toMatchObject({
    id: planned.id,
    state: "paused",
  });
  expect(await cutover("backfill", PLAIN, "--local", "--json")).toMatchObject({
    code: 4,
    facts: { ok: false, state: "paused", done: 0, error: { code: "CU306" } },
  });
  expect((await cutover("backfill", PLAIN, "--resume", "--json")).facts).toMatchObject({ state: "open" });
  expect((await cutover("backfill", PLAIN, "--cancel", "--json")).facts).toMatchObject({ state: "stopped" });
  expect((await status(db.pool, PLAIN)).backfill).toBe(null);
  const { rows } = await db.pool.query(
    "SELECT event FROM cutover.events WHERE event LIKE 'backfill%' ORDER BY id",
  );
  expect(rows.map(({ event }) => event)).toEqual([
    "backfill_paused",
    "backfill_resumed",
    "backfill_cancelled",
  ]);
});

test("workers that start at the same moment in a new database make one queue", async () => {
  const { db } = await createPlainProject();
  const started = await Promise.all([1, 2, 3].map(() => startWorker({ database: db.url })));
  expect(new Set(started.map(({ worker }) => worker.name)).size).toBe(3);
  await Promise.all(started.map(({ worker }) => worker.stop()));
  // A server process ends a moment after its session.
  for (let left = 1; left > 0; ) {
    const { rows } = await db.pool.query(
      "SELECT count(*)::int AS sessions FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND application_name = 'pg-cutover worker'",
      [db.name],
    );
    left = rows[0].sessions;
  }
});

test("a worker says what is missing: the core schema, a job, a database", async () => {
  const { createDatabase } = await import("../helpers/database.ts");
  const empty = await createDatabase();
  await expect(createWorker({ database: empty.url })).rejects.toMatchObject({ code: "CU905", exitCode: 7 });
  await expect(createWorker({ database: empty.url, jobs: ["knit"] })).rejects.toMatchObject({
    code: "CU303",
    exitCode: 2,
  });
  await expect(createWorker({ database: "postgres://nobody@127.0.0.1:1/x" })).rejects.toMatchObject({
    code: "CU901",
    exitCode: 7,
  });
});
