import { setTimeout as wait } from "node:timers/promises";
import { CutoverError, EXIT } from "../errors.ts";
import { redactUrl } from "../log.ts";
import type { Project } from "./find.ts";
import { graphileMigrate } from "./graphile-migrate.ts";

export interface MigrateResult {
  /** How many committed migrations were run. */
  readonly applied: number;
  /** Tries after another session was in the way. */
  readonly retries: number;
}

/** Another `migrate` runs, or a lock timeout of the migration itself: it was rolled back and may be run again. */
const IN_THE_WAY =
  /Failed to get exclusive lock|canceling statement due to lock timeout|deadlock detected|\b(55P03|40P01)\b/;
const NO_CONNECTION =
  /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|password authentication failed|database "[^"]*" does not exist|no pg_hba.conf entry/;
const PAUSE_MS = { first: 100, most: 2000 };

/**
 * Runs the committed migrations that the database does not hold yet. One that meets other sessions was rolled back and is tried
 * again, with growing pauses.
 *
 * @param waitSeconds how long to try again
 * @throws CutoverError CU410 when a migration fails, CU411 when other sessions were in the way for too long, CU901 without a
 *   connection
 */
export async function migrateProject(
  project: Project,
  url: string,
  options: { readonly waitSeconds: number; readonly onRetry?: (reason: string) => void },
): Promise<MigrateResult> {
  const until = performance.now() + options.waitSeconds * 1000;
  let applied = 0;
  for (let retries = 0; ; retries++) {
    const { code, output } = await graphileMigrate(project, { database: url }, "migrate");
    const begun = [...output.matchAll(/Running migration '/g)].length;
    // What ran before the one that failed stays.
    applied += code === 0 ? begun : Math.max(0, begun - 1);
    if (code === 0) return { applied, retries };
    const blocked = IN_THE_WAY.exec(output)?.[0];
    if (blocked === undefined) throw failure(output);
    const pause = Math.min(PAUSE_MS.most, PAUSE_MS.first * 1.5 ** retries) * (0.5 + Math.random());
    if (performance.now() + pause > until) {
      throw new CutoverError({
        code: "CU411",
        message: `other sessions were in the way of the migrations for ${options.waitSeconds} s: ${blocked}`,
        hint: "The migration was rolled back. Run it again at a quieter time, or with a longer --wait.",
        exitCode: EXIT.lockWait,
      });
    }
    options.onRetry?.(blocked);
    await wait(pause);
  }
}

function failure(output: string): CutoverError {
  const text = redactUrl(output.trim());
  const lost = NO_CONNECTION.test(output);
  return new CutoverError({
    code: lost ? "CU901" : "CU410",
    message: lost
      ? `graphile-migrate cannot connect:\n${text}`
      : `a migration failed and was rolled back:\n${text}`,
    hint: lost
      ? "Check the connection URL."
      : "Mend it and run `cutover migrate` again; what ran before it stays.",
    exitCode: lost ? EXIT.database : EXIT.migration,
  });
}
