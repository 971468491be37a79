import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { getRollbackPlans, PgBoss } from "pg-boss";
import { expect, onTestFinished, test } from "vitest";
import { queueFiles, schemaFile } from "../../scripts/queue-schema.ts";
import { ROOT, runNode } from "../../scripts/run-node.ts";
import { JOBS } from "../../src/jobs/index.ts";
import { QUEUE_SCHEMA } from "../../src/jobs/queue-settings.ts";
import { runJob } from "../../src/jobs/schedule-job.ts";
import { createWorker } from "../../src/jobs/worker.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { startWorker } from "../helpers/worker.ts";

const queued = JOBS.filter(({ everyMs }) => everyMs === undefined).map(({ name }) => name);

/** What `npx pg-boss doctor` says. */
async function expectHealthy(db: TestDatabase): Promise<void> {
  const pgBoss = dirname(createRequire(import.meta.url).resolve("pg-boss/package.json"));
  const doctor = await runNode(ROOT, join(pgBoss, "dist/cli.js"), ["doctor", "--schema", QUEUE_SCHEMA], {
    PGBOSS_DATABASE_URL: db.url,
  });
  expect(doctor).toMatchObject({ code: 0 });
}

test("the SQL of the queue is what the installed pg-boss and our jobs say", async () => {
  const files = queueFiles();
  const written = await Promise.all(
    Object.keys(files).map(async (path) => [path, await readFile(join(ROOT, path), "utf8")]),
  );
  expect(Object.fromEntries(written), "run: node scripts/queue-schema.ts").toEqual(files);
});

test("pg-boss's own doctor finds nothing wrong, and its API shows our queues and schedules", async () => {
  const db = await createCoreDatabase();
  await expectHealthy(db);
  const boss = new PgBoss({ connectionString: db.url, schema: QUEUE_SCHEMA, migrate: false });
  boss.on("error", () => undefined);
  await boss.start();
  onTestFinished(() => boss.stop({ graceful: false }));
  const queues = (await boss.getQueues()).map(({ name }) => name);
  expect(queues).toEqual(expect.arrayContaining(queued));
  const schedules = (await boss.getSchedules()).map(({ name }) => name);
  expect(schedules).toEqual(
    JOBS.filter(({ schedule }) => schedule !== undefined)
      .map(({ name }) => name)
      .sort(),
  );
});

test("a queue of an older pg-boss is brought up to date by the migration, with what waits in it", async () => {
  const { db } = await createPlainProject();
  await runJob(db.pool, "verify", { cutover: PLAIN });
  const { rows } = await db.pool.query("SELECT version FROM cutover_jobs.version");
  const { version } = rows[0];
  await db.pool.query(getRollbackPlans(QUEUE_SCHEMA, version));
  await expect(createWorker({ database: db.url })).rejects.toMatchObject({ code: "CU310" });
  await db.pool.query(schemaFile([version - 2, version - 1]));
  await expectHealthy(db);
  const { until } = await startWorker({ database: db.url });
  await until(({ event }) => event === "verified");
});

test("a queue that 0.1.0 created at run time is taken over with the jobs that wait in it", async () => {
  const { db } = await createPlainProject();
  await db.pool.query("DROP SCHEMA cutover_jobs CASCADE");
  const old = new PgBoss({ connectionString: db.url, schema: QUEUE_SCHEMA });
  old.on("error", () => undefined);
  await old.start();
  for (const name of ["backfill-units", "verify-units", "repair-units"]) await old.createQueue(name);
  await old.send("verify-units", { cutover: PLAIN });
  const inHand = await old.send("repair-units", { cutover: PLAIN }, { heartbeatSeconds: 10 });
  await old.fetch("repair-units");
  await old.stop({ graceful: false });

  const folder = join(ROOT, "migrations/fixtures/queue");
  for (const file of [
    ...Object.keys(queueFiles()).map((path) => join(ROOT, path)),
    join(folder, "renamed-queues.sql"),
  ]) {
    await db.pool.query(await readFile(file, "utf8"));
  }
  const { rows } = await db.pool.query("SELECT name FROM cutover_jobs.queue WHERE name LIKE '%-units'");
  expect(rows).toEqual([]);
  const { until } = await startWorker({ database: db.url });
  expect(await until(({ event }) => event === "verified")).toMatchObject({ cutover: PLAIN });
  // Its worker is gone, and nobody touches it: others take it over.
  expect(await until(({ event }) => event === "repaired")).toMatchObject({ cutover: PLAIN });
  expect(inHand).not.toBe(null);
});

test("a worker says when the queue is missing, or is another version's, and creates nothing", async () => {
  const db = await createCoreDatabase();
  await db.pool.query("UPDATE cutover_jobs.version SET version = version - 1");
  const refused = { code: "CU310", exitCode: 7, hint: expect.stringContaining("init --upgrade") };
  await expect(createWorker({ database: db.url })).rejects.toMatchObject(refused);
  await db.pool.query("UPDATE cutover_jobs.version SET version = version + 1");
  await db.pool.query("DELETE FROM cutover_jobs.queue WHERE name = 'verify'");
  await expect(createWorker({ database: db.url })).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining("no queue verify"),
  });
  await db.pool.query("DROP SCHEMA cutover_jobs CASCADE");
  await expect(createWorker({ database: db.url })).rejects.toMatchObject(refused);
  const { rows } = await db.pool.query("SELECT pg_catalog.to_regnamespace('cutover_jobs') AS schema");
  expect(rows).toEqual([{ schema: null }]);
});
