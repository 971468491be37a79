import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { ROOT } from "../../scripts/run-node.ts";
import { withClient } from "../../src/db.ts";
import { advance } from "../../src/engine/advance.ts";
import { planBackfill } from "../../src/engine/backfill.ts";
import { JOBS } from "../../src/jobs/index.ts";
import { jobs } from "../../src/jobs/list-jobs.ts";
import { runJob, scheduleJob } from "../../src/jobs/schedule-job.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";
import { named, startWorker } from "../helpers/worker.ts";

/** The rights that docs/jobs/README.md says a worker needs, for a role of this test's own. */
async function grantsFor(role: string): Promise<string> {
  const page = await readFile(join(ROOT, "docs/jobs/README.md"), "utf8");
  const sql = /```sql\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  return sql.replaceAll("cutover_worker", role);
}

test("a worker does every job as a role that has nothing but the documented rights", async () => {
  const { db } = await createPlainProject();
  const role = `worker_${randomBytes(4).toString("hex")}`;
  await db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  onTestFinished(async () => {
    await db.drop();
    await withClient(inject("postgresUrl"), (client) => client.query(`DROP ROLE ${role}`));
  });
  await db.pool.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC; ${await grantsFor(role)}`);
  // A refresh gives a view new storage for long values; nothing else is new.
  const objects = async () =>
    (
      await db.pool.query(
        "SELECT oid FROM pg_catalog.pg_class WHERE relnamespace <> 'pg_toast'::regnamespace UNION ALL SELECT oid FROM pg_catalog.pg_proc UNION ALL SELECT oid FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(toast_)?temp' ORDER BY oid",
      )
    ).rows;
  await advance(db.pool, PLAIN);
  await db.pool.query(
    "CREATE MATERIALIZED VIEW public.titles AS SELECT memo.id, memo.title FROM public.memo; SELECT cutover.register_view('public.titles', '0 seconds')",
  );
  const before = await objects();
  const url = db.urlOf(role, "secret");
  const started = await startWorker({ database: url, takeOverSeconds: 12 });
  const { worker, events } = started;
  const refused = started.until(named("error")).then((event) => {
    throw new Error(JSON.stringify(event));
  });
  const until: typeof started.until = (wanted) => Promise.race([started.until(wanted), refused]);

  await planBackfill(db.pool, PLAIN);
  await until((event) => event.event === "backfill_ended" && event.state === "finished");
  const writer = await db.connect();
  await writer.query(
    "BEGIN ISOLATION LEVEL SERIALIZABLE; UPDATE public.memo SET title = 'later' WHERE id = 1; COMMIT",
  );
  await until(named("drained"));
  await until(named("view_refreshed"));
  // Drift for the repair: a row that went past the sync.
  await db.pool.query(
    "SET session_replication_role = replica; UPDATE public.note SET heading = 'wrong' WHERE note_id = 2; RESET session_replication_role",
  );
  await runJob(url, "verify", { cutover: PLAIN });
  expect(await until(named("verified"))).toMatchObject({
    // Seen from either side.
    drifted: 2,
  });
  await runJob(url, "repair", { cutover: PLAIN });
  expect(await until(named("repaired"))).toMatchObject({
    repaired: expect.toSatisfy((units: number) => units > 0),
    drifted: 0,
  });
  await runJob(url, "sample-metrics", {});
  await until(named("metrics_sampled"));
  await db.pool.query(
    "INSERT INTO cutover.idempotency_log (key, operation, status, expires_at, scope, fingerprint) VALUES ('k', 'o', 'success', now() - interval '1 hour', 's', '')",
  );
  await runJob(url, "clean-idempotency-log", {});
  expect(await until(named("idempotency_log_cleaned"))).toMatchObject({ deleted: 1 });
  await scheduleJob(url, "verify", { cutover: PLAIN }, { cron: "0 3 * * *" });
  expect(await jobs(url)).toMatchObject({ workers: [{ name: worker.name }], failed: [] });
  await worker.stop();
  expect(events.filter(({ event }) => event === "error")).toEqual([]);
  // Every job has been here.
  expect(JOBS.map(({ name }) => name).sort()).toEqual([
    "backfill",
    "clean-idempotency-log",
    "compact-units",
    "drain-outbox",
    "refresh-views",
    "repair",
    "sample-metrics",
    "verify",
  ]);
  expect(await objects()).toEqual(before);
  // There is no projection here; what is asked for one may be asked.
  await withClient(url, async (client) => {
    const { rows } = await client.query(
      "SELECT cutover.forget_units(ARRAY(SELECT d FROM cutover.dead_units($1, 10) AS d)) AS forgotten, cutover.open_transactions() IS NULL AS unseen",
      [PLAIN],
    );
    expect(rows).toEqual([{ forgotten: 0, unseen: false }]);
    await expect(client.query(`CALL cutover.compact_units('${PLAIN}')`)).rejects.toMatchObject({
      code: "CU010",
    });
  });
  // It may do no more: neither the tables of the application nor a move.
  await withClient(url, async (client) => {
    for (const statement of [
      "SELECT FROM public.memo",
      `SELECT cutover.advance('${PLAIN}', 'backfilled')`,
      "CREATE TABLE cutover_jobs.x ()",
      "UPDATE cutover.cutovers SET phase = 'dropped'",
    ]) {
      await expect(client.query(statement)).rejects.toMatchObject({ code: "42501" });
    }
  });
});
