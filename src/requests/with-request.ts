import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { type Client, type TransactionOptions, withClient, withTransaction } from "../db.ts";
import { CutoverError, EXIT, explainDatabaseError } from "../errors.ts";
import { beginRequest, finishRequest } from "../generated/requests.queries.ts";
import { type IdempotentRequest, type RequestAnswer, RequestRefused } from "./answer.ts";
import { isLostSession, isWorthRetrying } from "./retryable.ts";
import { runOne } from "./run-one.ts";

export interface WithRequestOptions {
  /** Of the transaction, default "read committed". */
  readonly isolation?: NonNullable<TransactionOptions["isolation"]>;
  /** Milliseconds for which the answer is kept, default 24 hours. */
  readonly keepMs?: number;
  /** Milliseconds to wait for the same request in flight elsewhere, default 5000; 0 does not wait. */
  readonly waitMs?: number;
  /**
   * Milliseconds after which serialization failures, deadlocks and, with a pool, lost sessions are no longer tried again,
   * default 10000; 0 tries once.
   */
  readonly retryMs?: number;
}

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/**
 * Does something once, however often it is asked for with the same key: runs `fn` and stores what it returns, in one transaction,
 * or gives back what was stored before.
 *
 * `fn` works on the client that it is given and on nothing else: it may run more than once (after a serialization failure, or when a
 * session was lost), and all but the last run are rolled back. What it returns has to be JSON.
 *
 * A lost answer to COMMIT is no riddle: the transaction that did the work has written the key. With a pool the next try finds that
 * out by itself; with a client, which is gone then, the caller calls again with another one and the same key.
 *
 * @param database a pool, of which it takes one session for each try; or a client without a transaction of its own
 * @throws CutoverError CU030 the key was used for another request, CU031 the same one is still in flight elsewhere, CU032 it was begun
 *   by hand and never finished, CU033 a scope, key, operation or time that cannot be, CU034 `fn` ended the transaction itself, CU480 the
 *   client is in a transaction, CU481 the session was lost and nobody knows yet whether the work was committed
 * @throws what `fn` throws, as it is, except RequestRefused: that is an answer
 */
export async function withRequest<T>(
  database: pg.Pool | Client,
  request: IdempotentRequest,
  fn: (client: Client) => Promise<T>,
  options: WithRequestOptions = {},
): Promise<RequestAnswer<T>> {
  const until = performance.now() + (options.retryMs ?? 10_000);
  for (let attempt = 1; ; attempt++) {
    let lost = true;
    try {
      return await withSessionOf(database, async (client) => {
        lost = false;
        try {
          return await answer(client, request, fn, options);
        } catch (error) {
          // `fn` may have lost another connection than this one.
          lost = isLostSession(error) && !(await isAlive(client));
          throw error;
        }
      });
    } catch (error) {
      lost &&= isLostSession(error);
      const wait = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random());
      const again = isWorthRetrying(error) || (lost && isPool(database));
      if (!again || performance.now() + wait > until) throw lost ? inDoubt(request, error) : error;
      await pause(wait);
    }
  }
}

/** One try. */
async function answer<T>(
  client: Client,
  request: IdempotentRequest,
  fn: (client: Client) => Promise<T>,
  options: WithRequestOptions,
): Promise<RequestAnswer<T>> {
  try {
    return await inTransaction(client, request, options, async () => ({
      status: "success" as const,
      response: await fn(client),
    }));
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    // The work is rolled back. Should another try have slipped in between, its answer is the one that counts.
    const { status, response } = error;
    return inTransaction(client, request, options, async () => ({ status, response }));
  }
}

async function inTransaction<T>(
  client: Client,
  { scope, key, operation, request }: IdempotentRequest,
  { isolation = "read committed", keepMs = 24 * 3600_000, waitMs = 5000 }: WithRequestOptions,
  work: () => Promise<{ readonly status: string; readonly response: unknown }>,
): Promise<RequestAnswer<T>> {
  return withTransaction(client, { isolation }, async () => {
    const wanted = {
      scope,
      key,
      operation,
      request: JSON.stringify(request ?? null),
      keepSeconds: keepMs / 1000,
      waitSeconds: waitMs / 1000,
    };
    const begun = await runOne(beginRequest, wanted, client);
    if (begun.id === null || begun.replayed) return fromLog(begun.status, begun.response, true);
    const { status, response } = await work();
    // Read back as every replay will read it: keys in the order of jsonb, dates as text.
    const finished = await runOne(
      finishRequest,
      { id: begun.id, status, response: JSON.stringify(response ?? null) },
      client,
    );
    return fromLog(status, finished.response, false);
  });
}

function fromLog<T>(status: string | null, response: string | null, replayed: boolean): RequestAnswer<T> {
  return { replayed, status, response: JSON.parse(response ?? "null") } as RequestAnswer<T>;
}

async function withSessionOf<T>(database: pg.Pool | Client, fn: (client: Client) => Promise<T>): Promise<T> {
  if (isPool(database)) return withClient(database, fn);
  // Its COMMIT would be the caller's. Clients of other versions of pg do not know where they are.
  const status = (database as Partial<Pick<pg.Client, "getTransactionStatus">>).getTransactionStatus?.();
  if (status === "T" || status === "E") {
    throw new CutoverError({
      code: "CU480",
      message: "withRequest: this client is in a transaction already",
      hint: "Give it a pool or a client of its own; within a transaction of yours, call cutover.begin_request() and finish_request().",
      exitCode: EXIT.usage,
    });
  }
  return fn(database);
}

async function isAlive(client: Client): Promise<boolean> {
  return client.query("SELECT").then(
    () => true,
    () => false,
  );
}

/** Not by class: the application may hold another copy of pg. */
function isPool(database: pg.Pool | Client): database is pg.Pool {
  return "totalCount" in database;
}

function inDoubt({ key, operation }: IdempotentRequest, cause: unknown): CutoverError {
  const explained = explainDatabaseError(cause);
  return new CutoverError({
    code: "CU481",
    message: `request "${key}" (${operation}): the session was lost before the answer came: ${(explained as Error).message}`,
    hint: "Call again with the same key, on another session: it says what was committed, or does it.",
    exitCode: EXIT.database,
    cause,
  });
}
