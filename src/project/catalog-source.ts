import { CutoverError, EXIT } from "../errors.ts";
import { redactUrl } from "../log.ts";
import type { Project } from "./find.ts";
import { graphileMigrate, requireGraphile } from "./graphile-migrate.ts";
import { databaseUrl, shadowUrls } from "./settings.ts";

/**
 * The database whose catalog a definition is held against: the one that is named, or, with `shadow`, the shadow database after
 * the project's committed migrations, which are replayed there from zero.
 *
 * @throws CutoverError CU405 when the migrations do not replay, CU463 for a plain project
 */
export async function catalogSource(
  project: Project,
  options: { readonly databaseUrl?: string | undefined; readonly shadow?: boolean | undefined },
): Promise<string> {
  if (!options.shadow) return databaseUrl(options.databaseUrl);
  requireGraphile(project);
  const { shadow, root } = shadowUrls();
  // graphile-migrate insists on a database that is not the shadow, and touches the shadow only.
  const named = options.databaseUrl ?? process.env.DATABASE_URL;
  const database = named === undefined ? beside(shadow) : databaseUrl(named);
  const { code, output } = await graphileMigrate(
    project,
    { database, shadow, root },
    "reset",
    "--shadow",
    "--erase",
  );
  if (code === 0) return shadow;
  throw new CutoverError({
    code: "CU405",
    message: `the committed migrations do not replay in the shadow database:\n${redactUrl(output.trim())}`,
    hint: "Mend it with `graphile-migrate reset --shadow --erase`, then compile again.",
    exitCode: EXIT.migration,
  });
}

/** A database on the same server that need not exist. */
function beside(url: string): string {
  const other = new URL(url);
  other.pathname = `${other.pathname}_unused`;
  return other.href;
}
