import { randomBytes } from "node:crypto";
import type { TestProject } from "vitest/node";
import { type Client, withClient } from "../../src/db.ts";
import { choosePostgres } from "../../src/postgres/choose.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The maintenance database of the Postgres that all test files of this run share. */
    postgresUrl: string;
    /** Its `server_version_num`. */
    postgresVersion: number;
    /** Tells this run's template databases from another's in the same external Postgres. */
    runId: string;
  }
}

/** Vitest's global set-up: one Postgres for the whole run; PG_CUTOVER_POSTGRES says which kind. */
export default async function startPostgres(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await choosePostgres({
    inMemory: true,
    // Two-phase commits are one of the ways in which a writer may end.
    settings: { max_prepared_transactions: "20", track_functions: "all" },
  }).start();
  project.provide("postgresUrl", postgres.url);
  project.provide("postgresVersion", postgres.version);
  const runId = randomBytes(4).toString("hex");
  project.provide("runId", runId);
  return async () => {
    await withClient(postgres.url, (client) => dropTemplates(client, runId));
    await postgres.stop();
  };
}

async function dropTemplates(client: Client, runId: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT datname AS name FROM pg_catalog.pg_database WHERE datname LIKE 'template\\_%' || $1 || '%'",
    [runId],
  );
  for (const { name } of rows) await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
}
