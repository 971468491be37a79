import { createRequire } from "node:module";
import type { MigrationTimeouts } from "./child-messages.ts";

/** Which migration runs, and how far it is. */
export interface StatementWatch {
  migration: string | undefined;
  /** Statements that are done. */
  statements: number;
}

/** As much of pg's client as is touched here. */
interface PgClient {
  // biome-ignore lint/suspicious/noExplicitAny: whatever pg takes and gives
  query(...given: any[]): Promise<any>;
  readonly connection: {
    on(event: "commandComplete", listener: () => void): void;
    removeListener(event: "commandComplete", listener: () => void): void;
  };
}

/**
 * Sets the timeouts in front of each migration, says in which session it runs, and counts its statements as they are done. graphile-migrate sends a migration as
 * one query of many statements and has no place for either, so its client's `query` is wrapped, in this process only.
 */
export function reportStatements(
  watch: StatementWatch,
  timeouts: MigrationTimeouts,
  onSession: (pid: number) => void,
): void {
  const own = createRequire(createRequire(import.meta.url).resolve("graphile-migrate"));
  const { Client } = own("pg") as { Client: { prototype: PgClient } };
  const { query } = Client.prototype;
  Client.prototype.query = async function (this: PgClient, ...given) {
    if (watch.migration === undefined || !isMigration(given)) return query.apply(this, given);
    const { rows } = await query.call(this, "SELECT pg_catalog.pg_backend_pid() AS pid");
    onSession(rows[0].pid);
    await query.call(this, settings(given[0].text, timeouts));
    watch.statements = 0;
    const count = () => {
      watch.statements += 1;
    };
    this.connection.on("commandComplete", count);
    try {
      return await query.apply(this, given);
    } finally {
      this.connection.removeListener("commandComplete", count);
    }
  };
}

/** Only the text of a migration is sent as an object with a text and nothing else. */
function isMigration(given: readonly unknown[]): given is [{ text: string }] {
  const [config] = given;
  return (
    given.length === 1 &&
    typeof config === "object" &&
    config !== null &&
    Object.keys(config).join() === "text"
  );
}

function settings(migration: string, timeouts: MigrationTimeouts): string {
  const alone = /^--!\s*no-transaction\b/.test(migration);
  const values = {
    lock_timeout: alone ? timeouts.lockTimeoutWithoutTransaction : timeouts.lockTimeout,
    statement_timeout: timeouts.statementTimeout,
  };
  return Object.entries(values)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `SET ${name} TO '${value.replaceAll("'", "''")}'`)
    .join("; ");
}
