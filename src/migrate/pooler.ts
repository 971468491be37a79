import { type Client, connect, sqlState } from "../db.ts";
import { CutoverError, EXIT, messageOf } from "../errors.ts";

/** How often the second session gets the chance to be given the first one's. */
const ROUNDS = 3;
/** A pool that is used up lets nobody in; that is no answer, and not waited for. */
const PATIENCE_MS = 3000;

/**
 * Refuses a transaction pooler: under it the locks and settings of a session are nobody's, and graphile-migrate's prepared
 * statement exists already. Neither port nor banner proves one; that two open connections share one backend, or that one
 * connection moves between two, does, and a server itself never does either.
 *
 * @param client a session of its own, outside of a transaction
 * @throws CutoverError CU433
 */
export async function refuseTransactionPooling(client: Client, url: string): Promise<void> {
  const mine = new Set([await backend(client)]);
  let other: Awaited<ReturnType<typeof connect>> | undefined;
  try {
    other = await connect(url, { connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS });
    for (let round = 0; round < ROUNDS && mine.size === 1; round++) {
      // An open transaction keeps the backend that it got: ours, if ours is not really ours.
      await other.query("BEGIN");
      const theirs = await backend(other);
      if (!mine.has(theirs)) mine.add(await backend(client));
      else throw pooled(`two connections share backend ${theirs}`);
      await other.query("ROLLBACK");
    }
  } catch (error) {
    if (error instanceof CutoverError && error.code === "CU433") throw error;
    // What pgbouncer says in statement mode.
    if (/transaction blocks not allowed/i.test(messageOf(error))) throw pooled(messageOf(error));
    // A second connection is not given (53300, or a pool that is used up): nothing is known against this one.
    if (!(error instanceof CutoverError) && sqlState(error) !== undefined && sqlState(error) !== "53300")
      throw error;
  } finally {
    // A pool that lets nobody in does not let this one say goodbye, either.
    await other?.end().catch(() => undefined);
  }
  if (mine.size > 1) throw pooled(`one connection has used backends ${[...mine].join(" and ")}`);
}

async function backend(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_catalog.pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
}

function pooled(how: string): CutoverError {
  return new CutoverError({
    code: "CU433",
    message: `a transaction pooler stands between here and Postgres: ${how}`,
    hint: "Give migrations a direct URL: the server's own port, or a pool in session mode, as DATABASE_URL of this step alone.",
    exitCode: EXIT.pooler,
  });
}
