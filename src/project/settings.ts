import { userInfo } from "node:os";
import { CutoverError, EXIT } from "../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The URL of the database that a command works on: `--database-url`, else DATABASE_URL, else what PGHOST, PGPORT, PGUSER,
 * PGPASSWORD, PGDATABASE and PGSSLMODE say.
 *
 * @throws CutoverError CU402 when none of them names one
 */
export function databaseUrl(option: string | undefined, env: Environment = process.env): string {
  const named = option ?? env.DATABASE_URL;
  if (named) return named;
  if (!env.PGHOST && !env.PGDATABASE && !env.PGUSER) {
    throw new CutoverError({
      code: "CU402",
      message: "no database is named",
      hint: "Set DATABASE_URL (postgres://user@host:port/name), or PGHOST, PGUSER and PGDATABASE, or give --database-url.",
      exitCode: EXIT.usage,
    });
  }
  return urlOfEnvironment(env);
}

/** The shadow database, which graphile-migrate drops and creates anew, and the one from which it does that. */
export function shadowUrls(env: Environment = process.env): { shadow: string; root: string | undefined } {
  if (env.SHADOW_DATABASE_URL) return { shadow: env.SHADOW_DATABASE_URL, root: env.ROOT_DATABASE_URL };
  throw new CutoverError({
    code: "CU403",
    message: "no shadow database is named",
    hint: "Set SHADOW_DATABASE_URL to a database that may be dropped and created anew, and ROOT_DATABASE_URL to one beside it.",
    exitCode: EXIT.usage,
  });
}

function urlOfEnvironment(env: Environment): string {
  const user = env.PGUSER ?? userInfo().username;
  const url = new URL("postgres://localhost");
  url.username = encodeURIComponent(user);
  if (env.PGPASSWORD) url.password = encodeURIComponent(env.PGPASSWORD);
  // A path is the folder of a socket.
  if (env.PGHOST?.startsWith("/")) url.searchParams.set("host", env.PGHOST);
  else if (env.PGHOST) url.hostname = env.PGHOST;
  if (env.PGPORT) url.port = env.PGPORT;
  if (env.PGSSLMODE) url.searchParams.set("sslmode", env.PGSSLMODE);
  url.pathname = `/${encodeURIComponent(env.PGDATABASE ?? user)}`;
  return url.href;
}
