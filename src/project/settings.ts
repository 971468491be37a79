import { completeUrl } from "../connection/database-url.ts";
import { CutoverError, EXIT } from "../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The URL of the database that a command works on: `--database-url`, else DATABASE_URL, else what PGSERVICE, PGHOST, PGPORT,
 * PGUSER, PGPASSWORD, PGDATABASE and PGSSLMODE say; completed as psql would.
 *
 * @throws CutoverError CU402 when none of them names one, CU442 and CU443 when what they say is wrong
 */
export function databaseUrl(option: string | undefined, env: Environment = process.env): string {
  const named = option ?? env.DATABASE_URL;
  if (named) return completeUrl(named, env);
  if (!env.PGHOST && !env.PGDATABASE && !env.PGUSER && !env.PGSERVICE) {
    throw new CutoverError({
      code: "CU402",
      message: "no database is named",
      hint: "Set DATABASE_URL (postgres://user@host:port/name), or PGSERVICE, or PGHOST, PGUSER and PGDATABASE, or give --database-url.",
      exitCode: EXIT.usage,
    });
  }
  return completeUrl(undefined, env);
}

/** The shadow database, which graphile-migrate drops and creates anew, and the one from which it does that. */
export function shadowUrls(env: Environment = process.env): { shadow: string; root: string | undefined } {
  // Never filled from PGDATABASE or a service: the shadow is dropped.
  const { PGDATABASE: _, PGSERVICE: __, ...rest } = env;
  if (env.SHADOW_DATABASE_URL) {
    const root = env.ROOT_DATABASE_URL;
    return {
      shadow: completeUrl(env.SHADOW_DATABASE_URL, rest),
      root: root ? completeUrl(root, rest) : undefined,
    };
  }
  throw new CutoverError({
    code: "CU403",
    message: "no shadow database is named",
    hint: "Set SHADOW_DATABASE_URL to a database that may be dropped and created anew, and ROOT_DATABASE_URL to one beside it.",
    exitCode: EXIT.usage,
  });
}
