import type pg from "pg";
import { sqlState } from "../../src/db.ts";

/** Waits until a fact is true. */
export async function until(fact: () => Promise<boolean>, what: string): Promise<void> {
  const patience = Date.now() + 20_000;
  while (!(await fact())) {
    if (Date.now() > patience) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The process of a session on the server. */
export async function pidOf(session: pg.ClientBase): Promise<number> {
  return (await session.query("SELECT pg_catalog.pg_backend_pid() AS pid")).rows[0].pid;
}

/** Waits until a session waits for a lock. */
export async function untilBlocked(pool: pg.Pool, pid: number): Promise<void> {
  await until(async () => {
    const { rows } = await pool.query("SELECT pg_catalog.cardinality(pg_catalog.pg_blocking_pids($1)) AS n", [
      pid,
    ]);
    return rows[0].n > 0;
  }, `session ${pid} waits for a lock`);
}

/** The SQLSTATE with which something fails, or "ok". */
export async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "ok",
    (error: unknown) => sqlState(error) ?? String(error),
  );
}
