import { withClient } from "../../../src/db.ts";
import type { TestDatabase } from "../../../test/helpers/database.ts";
import { REQUEST_PARTS } from "../start/project.ts";
import { read } from "./example.ts";

/** What a call answers. */
export interface Called {
  readonly status: "success" | "failed" | "not_implemented";
  readonly replayed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asserts
  readonly response: any;
}

/** The application: a role with no right but those that README.md grants it, and a user who has logged in. */
export interface Application {
  readonly role: string;
  /** Calls one of the four functions as a user; "" is nobody. */
  call(user: string, operation: string, key: string, request: unknown): Promise<Called>;
  /** Runs a statement with the application's rights. */
  // biome-ignore lint/suspicious/noExplicitAny: rows of whatever was asked
  query(user: string, statement: string, values?: unknown[]): Promise<any[]>;
}

/** Puts the four functions and the role of an application into a database that holds both shapes, the core and the cutover. */
export async function installApplication(db: TestDatabase): Promise<Application> {
  for (const part of REQUEST_PARTS) await db.pool.query(read(`schema/${part}.sql`));
  const role = `app_${db.name}`;
  await db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'`);
  const grants = /```sql\n-- The role of an application\n([\s\S]*?)```/.exec(read("README.md"))?.[1];
  if (grants === undefined)
    throw new Error("README.md does not grant anything to the role of an application");
  await db.pool.query(grants.replaceAll("habits_app", role));
  const query: Application["query"] = (user, statement, values = []) =>
    withClient(db.urlOf(role, "app"), async (client) => {
      await client.query("SELECT pg_catalog.set_config('request.jwt.claim.sub', $1, false)", [user]);
      return (await client.query(statement, values)).rows;
    });
  return {
    role,
    query,
    async call(user, operation, key, request) {
      const [row] = await query(user, `SELECT public.${operation}($1, $2) AS called`, [
        key,
        JSON.stringify(request),
      ]);
      return row.called;
    },
  };
}
