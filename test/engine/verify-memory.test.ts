import { expect, test } from "vitest";
import type { Client } from "../../src/db.ts";
import { createSmallCutover, type SmallDatabase } from "../helpers/small-cutover.ts";

async function backfilled(): Promise<SmallDatabase> {
  const small = await createSmallCutover({
    data: `INSERT INTO sheet (id, owner, day, title, marks)
             SELECT n, 'owner ' || n % 50, date '2026-01-01' + (n % 70)::integer, repeat('title ', 100), '{"a": 1, "b": 2}'
               FROM generate_series(1, 4000) AS n`,
    phase: "dual_write",
  });
  await small.pool.query("ANALYZE");
  return small;
}

/** Temporary files that a verify on this session writes. */
async function temporaryFiles(session: Client): Promise<number> {
  const count = async () => {
    await session.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await session.query(
      "SELECT temp_files AS files FROM pg_stat_database WHERE datname = current_database()",
    );
    return Number(rows[0].files);
  };
  const before = await count();
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await session.query("SELECT cutover.verify('small')");
  await session.query("COMMIT");
  return (await count()) - before;
}

test("verify takes the memory of a maintenance command, and writes no temporary files where that is enough", async () => {
  const small = await backfilled();
  const session = await small.connect();
  await session.query("SET work_mem = '64kB'");
  expect(await temporaryFiles(session)).toBe(0);

  await session.query("SET maintenance_work_mem = '1MB'");
  expect(await temporaryFiles(session)).toBeGreaterThan(0);
  // What the session has already is not taken away.
  await session.query("SET work_mem = '32MB'");
  expect(await temporaryFiles(session)).toBe(0);
});

test("after a verify the session has the memory that it had", async () => {
  const small = await backfilled();
  const session = await small.connect();
  for (const memory of ["64kB", "1GB"]) {
    await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await session.query(`SET LOCAL work_mem = '${memory}'`);
    await session.query("SELECT cutover.verify('small')");
    expect((await session.query("SHOW work_mem")).rows).toEqual([{ work_mem: memory }]);
    await session.query("COMMIT");
  }
});
