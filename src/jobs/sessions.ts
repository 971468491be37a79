import pg from "pg";
import type { Client } from "../db.ts";
import { withClient } from "../db.ts";

/** A pool of the worker's own, whose sessions can all be given up at once. */
export class Sessions {
  readonly pool: pg.Pool;
  readonly #open = new Set<pg.PoolClient>();

  /** @param onError told of a session that the server ended while it was idle */
  constructor(url: string, max: number, onError: (error: Error) => void) {
    this.pool = new pg.Pool({
      connectionString: url,
      max,
      application_name: "pg-cutover worker",
      connectionTimeoutMillis: 5000,
      // A session that something on the way has forgotten is noticed by the system, though it waits for an answer for hours.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    this.pool.on("connect", (client) => this.#open.add(client));
    this.pool.on("remove", (client) => this.#open.delete(client));
    this.pool.on("error", onError);
  }

  /** Every statement that is waited for fails at once, and the next one opens a new session. */
  giveUp(): void {
    for (const client of this.#open) dropConnection(client);
  }
}

/**
 * Runs `fn` on one session. When the signal is raised the connection is dropped, the statement in hand fails, and the server
 * rolls back.
 */
export function withSessionUntil<T>(
  pool: pg.Pool,
  signal: AbortSignal,
  fn: (client: Client) => Promise<T>,
): Promise<T> {
  return withClient(pool, async (client) => {
    const drop = () => dropConnection(client);
    signal.addEventListener("abort", drop, { once: true });
    try {
      signal.throwIfAborted();
      return await fn(client);
    } finally {
      signal.removeEventListener("abort", drop);
    }
  });
}

/** pg has no word for it: its `end` waits for the statement in hand. */
function dropConnection(client: Client): void {
  (client as Client & { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
