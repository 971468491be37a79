import { createRequire } from "node:module";
import type { MigrationTimeouts } from "./child-messages.ts";

/** Which migration runs, and how far it is. */
export interface StatementWatch {
  /** undefined between migrations, and while the project's own actions run. */
  migration: string | undefined;
  noTransaction: boolean;
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
 * Sets the timeouts in front of each migration, says in which session it runs, counts its statements as they are done, and says when it is done. graphile-migrate sends a migration as
 * one query of many statements and has no place for either, so its client's `query` is wrapped, in this process only.
 */
export function reportStatements(
  watch: StatementWatch,
  timeouts: MigrationTimeouts,
  on: { readonly session: (pid: number) => void; readonly ran: (file: string) => void },
): void {
  const own = createRequire(createRequire(import.meta.url).resolve("graphile-migrate"));
  const { Client } = own("pg") as { Client: { prototype: PgClient } };
  const { query } = Client.prototype;
  Client.prototype.query = async function (this: PgClient, ...given) {
    if (watch.migration === undefined) return query.apply(this, given);
    if (!isMigration(given)) {
      const answer = await query.apply(this, given);
      if (isLastStep(given, watch)) {
        on.ran(watch.migration);
        watch.migration = undefined;
      }
      return answer;
    }
    const { rows } = await query.call(this, "SELECT pg_catalog.pg_backend_pid() AS pid");
    on.session(rows[0].pid);
    watch.noTransaction = NO_TRANSACTION.test(given[0].text);
    await query.call(this, settings(watch.noTransaction, timeouts));
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

const NO_TRANSACTION = /^--!\s*no-transaction\b/;

/** A migration is done when it is written down and that is committed. */
function isLastStep([config]: readonly unknown[], watch: StatementWatch): boolean {
  if (!watch.noTransaction) return config === "commit";
  return (
    typeof config === "object" && config !== null && "name" in config && config.name === "migration-insert"
  );
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

function settings(alone: boolean, timeouts: MigrationTimeouts): string {
  const values = {
    lock_timeout: alone ? timeouts.lockTimeoutWithoutTransaction : timeouts.lockTimeout,
    statement_timeout: timeouts.statementTimeout,
  };
  return Object.entries(values)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `SET ${name} TO '${value.replaceAll("'", "''")}'`)
    .join("; ");
}
