import { type Client, connect } from "../db.ts";
import type { DatabaseFailure } from "./child-messages.ts";
import type { CommittedFile } from "./committed-files.ts";
import { LOCKS_OF, lockKey, relationNames, type SeenLock } from "./lock-modes.ts";
import { describeLock, failureOf, type MeasuredFile, rounded } from "./measured.ts";
import type { Statement } from "./statements.ts";
import { watchAlone } from "./watch-alone.ts";

/**
 * Runs a pending migration in the shadow database, statement by statement, and reads from pg_locks what each has taken. It stays
 * there for those that follow.
 *
 * @param sql the file as it is sent, which `statements` are of
 */
export async function measureLocks(
  url: string,
  pgSettings: Readonly<Record<string, string>>,
  file: CommittedFile,
  sql: string,
  statements: readonly Statement[],
): Promise<MeasuredFile> {
  const own = statements.find(({ kind }) => kind === "TransactionStmt");
  if (own !== undefined) return unmeasured(statements, `the file says ${own.sql} itself`);
  const client = await connect(url);
  try {
    for (const [name, value] of Object.entries(pgSettings)) {
      await client.query("SELECT pg_catalog.set_config($1, $2, false)", [name, value]);
    }
    if (!file.noTransaction) return await measureTransaction(client, file, sql, statements);
    const [only] = statements;
    if (only === undefined || statements.length > 1)
      return unmeasured(statements, "a migration without a transaction holds one statement");
    return await watchAlone(url, client, file, sql, only);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function measureTransaction(
  client: Client,
  file: CommittedFile,
  sql: string,
  statements: readonly Statement[],
): Promise<MeasuredFile> {
  await client.query("BEGIN");
  const names = await relationNames(client);
  const seen = new Set<string>();
  const taken: { readonly begun: number; readonly ended: number; readonly locks: SeenLock[] }[] = [];
  let failure: DatabaseFailure | undefined;
  for (const statement of statements) {
    const begun = performance.now();
    try {
      await client.query(statement.sql);
    } catch (error) {
      failure = failureOf(error, file, sql, statement);
      break;
    }
    const ended = performance.now();
    const { rows } = await client.query<SeenLock>(LOCKS_OF);
    // A table that the file has made itself is nobody else's yet.
    const fresh = rows.filter((lock) => names.has(lock.relation) && !seen.has(lockKey(lock)));
    for (const lock of fresh) seen.add(lockKey(lock));
    taken.push({ begun, ended, locks: fresh });
  }
  await client.query(failure === undefined ? "COMMIT" : "ROLLBACK").catch((error: unknown) => {
    // A deferred constraint speaks at the end.
    failure ??= failureOf(error, file, sql, undefined);
  });
  const end = performance.now();
  const measured = taken.map(({ begun, ended, locks }) => ({
    ms: rounded(ended - begun),
    locks: locks.map((lock) => describeLock(lock, names, end - begun)),
  }));
  const rest = statements.slice(taken.length).map((_, at) => ({
    notMeasured: at === 0 ? "it fails in the shadow database" : "a statement before it fails",
  }));
  return { statements: [...measured, ...rest], failure };
}

/** Why none of these was measured. */
export function unmeasured(statements: readonly Statement[], reason: string): MeasuredFile {
  return { statements: statements.map(() => ({ notMeasured: reason })), failure: undefined };
}
