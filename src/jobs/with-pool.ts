import pg from "pg";
import { settleEncryption } from "../connection/encryption.ts";
import { connectionError } from "../db.ts";
import { explainDatabaseError } from "../errors.ts";

/** Runs `fn` on the caller's pool, or on one of our own for a connection URL, which ends with it. */
export async function withPool<T>(
  database: pg.Pool | string,
  max: number,
  fn: (pool: pg.Pool) => Promise<T>,
): Promise<T> {
  const own = typeof database === "string";
  const pool = own
    ? new pg.Pool({
        connectionString: await settleEncryption(database),
        max,
        application_name: "pg-cutover",
      })
    : database;
  if (own) pool.on("error", () => undefined);
  try {
    if (own) {
      await pool.query("SELECT").catch((error: unknown) => {
        throw connectionError(error, database);
      });
    }
    return await fn(pool);
  } catch (error) {
    throw explainDatabaseError(error);
  } finally {
    if (own) await pool.end();
  }
}
