import { type Client, connect } from "../db.ts";
import type { CommittedFile } from "./committed-files.ts";
import { lockKey, relationNames, type SeenLock } from "./lock-modes.ts";
import { describeLock, failureOf, type MeasuredFile, rounded } from "./measured.ts";
import type { Statement } from "./statements.ts";

const ALL_LOCKS_OF = `
  SELECT COALESCE(held.relation::text, '') AS relation, held.mode, held.granted
    FROM pg_catalog.pg_locks AS held
   WHERE held.pid = $1
   ORDER BY held.relation, held.mode`;

/**
 * Measures a statement that runs without a transaction: when it is over, its locks are gone. So it is made to wait, by a session
 * that reads every table and keeps its snapshot, and a third one reads pg_locks meanwhile.
 */
export async function watchAlone(
  url: string,
  client: Client,
  file: CommittedFile,
  sql: string,
  statement: Statement,
): Promise<MeasuredFile> {
  const names = await relationNames(client);
  const { rows } = await client.query<{ pid: number }>("SELECT pg_catalog.pg_backend_pid() AS pid");
  const [holder, watcher] = [await connect(url), await connect(url)];
  const seen = new Map<string, SeenLock>();
  // One query for both: what it waits for is seen together with what it holds.
  const look = async (): Promise<boolean> => {
    const locks = await watcher.query<SeenLock & { granted: boolean }>(ALL_LOCKS_OF, [rows[0]?.pid]);
    for (const lock of locks.rows) if (names.has(lock.relation)) seen.set(lockKey(lock), lock);
    return locks.rows.some((lock) => !lock.granted);
  };
  try {
    await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    for (const oid of names.keys()) {
      // Whatever has rows; a sequence cannot be locked so, and stands in nobody's way.
      await holder.query(`SAVEPOINT one`);
      await holder.query(`LOCK TABLE ${names.get(oid)} IN ACCESS SHARE MODE`).catch(async () => {
        await holder.query("ROLLBACK TO SAVEPOINT one");
      });
    }
    await holder.query("SELECT 1");
    let over = false;
    let error: unknown;
    const begun = performance.now();
    const running = client
      .query(statement.sql)
      .catch((thrown: unknown) => {
        error = thrown;
      })
      .finally(() => {
        over = true;
      });
    while (!over && !(await look())) {
      // Asked again at once: until it waits, or is over.
    }
    const released = performance.now();
    await holder.query("ROLLBACK");
    while (!over) await look();
    await running;
    const ended = performance.now();
    if (error !== undefined) {
      return {
        statements: [{ notMeasured: "it fails in the shadow database" }],
        failure: failureOf(error, file, sql, statement),
      };
    }
    if (seen.size === 0) {
      return {
        statements: [{ notMeasured: "it was over before anybody could look" }],
        failure: undefined,
      };
    }
    // Without the time for which it was made to wait.
    const ms = rounded(ended - Math.max(released, begun));
    const locks = [...seen.values()].map((lock) => describeLock(lock, names, ms));
    return { statements: [{ locks, ms }], failure: undefined };
  } finally {
    await Promise.all([holder.end(), watcher.end()].map((end) => end.catch(() => undefined)));
  }
}
