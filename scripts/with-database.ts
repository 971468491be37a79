import { withClient } from "../src/db.ts";
import { choosePostgres } from "../src/postgres/choose.ts";
import type { MigrateTarget } from "./graphile-migrate.ts";

/** Runs `fn` with a throw-away Postgres that holds one empty database, and stops it whatever happens. */
export async function withDatabase<T>(
  fn: (target: Required<Omit<MigrateTarget, "project">>) => Promise<T>,
): Promise<T> {
  const postgres = await choosePostgres().start();
  try {
    const name = `scripts_${process.pid}`;
    await withClient(postgres.url, (client) => client.query(`CREATE DATABASE ${name}`));
    const urlOf = (database: string) =>
      Object.assign(new URL(postgres.url), { pathname: `/${database}` }).href;
    try {
      return await fn({ database: urlOf(name), shadow: urlOf(`${name}_shadow`), root: postgres.url });
    } finally {
      await withClient(postgres.url, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await client.query(`DROP DATABASE IF EXISTS ${name}_shadow WITH (FORCE)`);
      });
    }
  } finally {
    await postgres.stop();
  }
}
