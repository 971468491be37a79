import { withClient } from "../db.ts";
import { CutoverError } from "../errors.ts";
import type { PostgresProvider } from "./provider.ts";
import { serverVersion } from "./server-version.ts";

export interface ExternalOptions {
  /** Connection URL of a role that may create databases. Default: DATABASE_URL. */
  readonly url?: string | undefined;
}

/** A server that somebody else runs: connected to, never started or stopped. */
export function externalPostgres(options: ExternalOptions = {}): PostgresProvider {
  return {
    name: "external",
    async start() {
      const url = options.url ?? process.env.DATABASE_URL;
      if (!url) {
        throw new CutoverError({
          code: "CU910",
          message: "an external Postgres was asked for, but no connection URL is known",
          hint: "Set DATABASE_URL to postgres://user:password@host:port/database.",
        });
      }
      const version = await withClient(url, serverVersion);
      return { url, version, stop: async () => undefined };
    },
  };
}
