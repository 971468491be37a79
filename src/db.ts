import pg from "pg";
import { hangUp, settleEncryption } from "./connection/encryption.ts";
import { CutoverError, messageOf } from "./errors.ts";
import { redactUrl } from "./log.ts";

/** Anything that runs one statement: a client, a pool, or a wrapper of the user's own. */
export interface Queryable {
  // biome-ignore lint/suspicious/noExplicitAny: the row type is the caller's to say, as in pg itself
  query<Row extends pg.QueryResultRow = any>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

/** One session, on which a transaction can be held. */
export type Client = pg.ClientBase;

/** Where a session comes from: a pool of the user's, or a connection URL. */
export type Source = pg.Pool | string;

export interface TransactionOptions {
  /** Default "read committed". */
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  /** Default false. */
  readonly readOnly?: boolean;
  /**
   * The server ends the transaction when its client has said nothing for that many seconds between two statements, and soon
   * after the client has gone. For a process whose work others are to take over; default: as the session is set.
   */
  readonly silenceSeconds?: number | undefined;
}

/**
 * Runs `fn` on one session and gives the session back whatever happens.
 *
 * @throws CutoverError CU901 to CU904 when no connection could be made; what `fn` throws, otherwise
 */
export async function withClient<T>(source: Source, fn: (client: Client) => Promise<T>): Promise<T> {
  if (typeof source !== "string") {
    const client = await source.connect().catch((error: unknown) => {
      throw connectionError(error, describePool(source));
    });
    let broken: Error | undefined;
    const remember = (error: Error) => {
      broken = error;
    };
    // Without a listener, a session that the server ends would end this process too.
    client.on("error", remember);
    try {
      return await fn(client);
    } catch (error) {
      // The answer "FATAL" comes before the end of the connection does: the pool must not lend this session again.
      if (error instanceof pg.DatabaseError && error.severity !== "ERROR") broken = error;
      throw error;
    } finally {
      client.removeListener("error", remember);
      client.release(broken);
    }
  }
  const client = await connect(source);
  try {
    return await fn(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Opens a session of its own; the caller ends it.
 *
 * @throws CutoverError CU901 to CU904, which name the server and never the password
 */
export async function connect(url: string, config: pg.ClientConfig = {}): Promise<pg.Client> {
  let client: pg.Client | undefined;
  try {
    const connectionString = await settleEncryption(url);
    client = new pg.Client({ application_name: "pg-cutover", ...config, connectionString });
    // The query that is running rejects as well: that is where the error is dealt with.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    if (client !== undefined) hangUp(client);
    throw connectionError(error, url);
  }
}

/** Runs `fn` in a transaction of the given session: commits when it returns, rolls back when it throws. */
export async function withTransaction<C extends Queryable, T>(
  client: C,
  options: TransactionOptions,
  fn: (client: C) => Promise<T>,
): Promise<T> {
  const isolation = (options.isolation ?? "read committed").toUpperCase();
  const begin = `BEGIN ISOLATION LEVEL ${isolation} ${options.readOnly ? "READ ONLY" : "READ WRITE"}`;
  // In one message, so that it costs no round trip.
  await client.query(
    begin + (options.silenceSeconds === undefined ? "" : endWhenSilent(options.silenceSeconds)),
  );
  let result: T;
  try {
    result = await fn(client);
  } catch (error) {
    // A lost session has rolled back already; the first error is the one that explains.
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
  await client.query("COMMIT");
  return result;
}

/** Only for this transaction: behind a pooler the session is somebody else's next. */
function endWhenSilent(seconds: number): string {
  // Without the check, a server goes on with the statement of a client that was killed. Not every platform can do it.
  return `; SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', '${Math.ceil(seconds)}s', true);
    SELECT pg_catalog.set_config('client_connection_check_interval', '1s', true) WHERE pg_catalog.version() ~ 'linux'`;
}

/** SQLSTATEs after which the same transaction may well succeed: serialization failure, deadlock, lock timeout. */
const RETRYABLE = new Set(["40001", "40P01", "55P03"]);

/** Whether running the whole transaction again is the right answer to this error. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error) ?? "");
}

/** The SQLSTATE of an error from the server, the system's code (`ECONNREFUSED`) of one from the network. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof AggregateError && !("code" in error && error.code)) return sqlState(error.errors[0]);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Explains why no connection to `target` (a URL, or words) could be made. */
export function connectionError(error: unknown, target: string): CutoverError {
  if (error instanceof CutoverError) return error;
  const server = redactUrl(target);
  const reason = redactUrl(messageOf(error));
  const explain = (code: string, message: string, hint: string) =>
    new CutoverError({ code, message: `${message}: ${reason}`, hint, cause: error });
  switch (sqlState(error)) {
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ECONNRESET":
    case "ENOENT":
      return explain("CU901", `no Postgres answers at ${server}`, "Check host and port, and that it runs.");
    case "28P01":
    case "28000":
      return explain(
        "CU902",
        `Postgres refused the login at ${server}`,
        "Check user, password and pg_hba.conf.",
      );
    case "3D000":
      return explain("CU903", `the database of ${server} does not exist`, "Create it, or correct the URL.");
    default:
      return explain("CU904", `cannot connect to ${server}`, "Check the connection URL.");
  }
}

function describePool(pool: pg.Pool): string {
  const { connectionString, host, port, database } = pool.options;
  return connectionString ?? `${host ?? "localhost"}:${port ?? 5432}/${database ?? ""}`;
}
