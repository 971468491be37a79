import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { loadModule, parseSync } from "libpg-query";
import type pg from "pg";
import { withClient } from "../../src/db.ts";

/** Runs a file of SQL in a database, the way one tool does. */
export interface SqlRunner {
  readonly name: string;
  run(url: string, text: string, file: string): Promise<void>;
}

/** What pg needs of an object that speaks the protocol by itself. */
interface Connection {
  parse(message: { text: string; name: string }): void;
  bind(message: object): void;
  execute(message: { portal: string; rows: string }): void;
  sync(): void;
}

/** The ways in which a file without directives reaches a database. */
export function sqlRunners(): SqlRunner[] {
  const runners: SqlRunner[] = [
    {
      name: "a SQL editor: one string, an implicit transaction",
      run: (url, text) => withClient(url, async (client) => void (await client.query(text))),
    },
    {
      name: "a tool that puts BEGIN and COMMIT around it",
      run: (url, text) =>
        withClient(url, async (client) => void (await client.query(`BEGIN;\n${text}\nCOMMIT;`))),
    },
    {
      // One transaction for all migrations, each file one string unless it is cut up by `--> statement-breakpoint`.
      name: "a runner like Drizzle's",
      run: (url, text) =>
        withClient(url, async (client) => {
          await client.query("BEGIN");
          for (const piece of text.split("--> statement-breakpoint")) await client.query(piece);
          await client.query("SELECT 'the record of the migration'");
          await client.query("COMMIT");
        }),
    },
    {
      // A batch: the statements of a file, each on its own, with one Sync behind them.
      name: "a runner like Supabase's",
      run: async (url, text) => {
        await loadModule();
        await withClient(url, (client) => runBatch(client as pg.Client, statementsOf(text)));
      },
    },
  ];
  const psql = onPath("psql");
  if (psql !== undefined) {
    runners.push({ name: "psql -1 -f", run: (url, _, file) => runPsql(psql, ["-1", "-f", file], url) });
  }
  return runners;
}

/** psql, where there is one. */
export function onPath(program: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export async function runPsql(psql: string, args: readonly string[], url: string): Promise<void> {
  const child = spawn(psql, ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString("utf8");
  });
  const [code] = await once(child, "close");
  if (code !== 0 || /WARNING/.test(errors)) throw new Error(`psql exited with ${code}: ${errors}`);
}

/** The statements of a text, as Postgres' own parser sees them. */
export function statementsOf(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  return (parseSync(text).stmts ?? []).map(
    ({ stmt_location: from = 0, stmt_len: length }: { stmt_location?: number; stmt_len?: number }) =>
      bytes
        .subarray(from, length === undefined ? undefined : from + length)
        .toString("utf8")
        .trim(),
  );
}

/** Sends statements by the extended protocol without waiting in between, and one Sync: they are one implicit transaction. */
function runBatch(client: pg.Client, statements: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: Error | undefined;
    const ignore = () => undefined;
    const batch = {
      submit(connection: Connection) {
        for (const text of statements) {
          connection.parse({ text, name: "" });
          connection.bind({ portal: "", statement: "", values: [], binary: false });
          connection.execute({ portal: "", rows: "" });
        }
        connection.sync();
      },
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handlePortalSuspended: ignore,
      handleEmptyQuery: ignore,
      handleCommandComplete: ignore,
      handleError(error: Error) {
        failed ??= error;
      },
      handleReadyForQuery() {
        if (failed === undefined) resolve();
        else reject(failed);
      },
    };
    client.query(batch as unknown as pg.Submittable);
  });
}
