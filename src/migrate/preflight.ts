import { type Client, withTransaction } from "../db.ts";
import { run } from "../engine/session.ts";
import { readAppliedMigrations } from "../generated/migrate.queries.ts";
import { type CommittedFile, readCommittedFiles } from "./committed-files.ts";
import { checkCoreVersion } from "./core-version.ts";
import type { GraphileSettings } from "./graphile-settings.ts";
import { findInvalidIndexes, type InvalidIndex, refuseInvalidBefore } from "./invalid-indexes.ts";
import { ownPlaceholders, prepareMigration } from "./placeholders.ts";
import { checkRights, mustReadApplied, readRights } from "./rights.ts";
import { type Statement, statementsOf } from "./statements.ts";
import { pendingFiles } from "./unaltered.ts";

/** What a run has to do, once it is known that it may. */
export interface Plan {
  readonly files: readonly CommittedFile[];
  readonly pending: readonly CommittedFile[];
  /** Of all pending files; those of a file that our parser cannot read are missing. */
  readonly statements: readonly Statement[];
  readonly placeholders: Readonly<Record<string, string>>;
  readonly invalidIndexes: readonly InvalidIndex[];
  /** SQL files of the folder that graphile-migrate passes over. */
  readonly passedOver: readonly string[];
}

/**
 * Looks at folder and database before anything is run, and changes neither.
 *
 * @param coreParts what this package's own chain consists of
 * @throws CutoverError CU430, CU431 for files that are not what they were, CU434, CU435 for a core of another version, CU432 for
 *   a right that is missing, CU438 for an invalid index in the way
 */
export async function preflight(
  client: Client,
  url: string,
  settings: GraphileSettings,
  coreParts: readonly string[],
): Promise<Plan> {
  const { files, passedOver } = await readCommittedFiles(settings.migrationsFolder);
  const placeholders = { ...settings.placeholders, ...ownPlaceholders(url, settings.databaseOwner) };
  return withTransaction(client, { readOnly: true }, async () => {
    // The role among them, as whom the migrations run.
    for (const [name, value] of Object.entries(settings.pgSettings)) {
      await client.query("SELECT pg_catalog.set_config($1, $2, true)", [name, value]);
    }
    const rights = await readRights(client);
    mustReadApplied(rights);
    const applied = rights.table_there ? await run(readAppliedMigrations, undefined, client) : [];
    const pending = pendingFiles(files, applied);
    checkCoreVersion(files, coreParts);
    const statements = (
      await Promise.all(
        pending.map((file) => statementsOf(prepareMigration(file, placeholders).sql).catch(() => [])),
      )
    ).flat();
    const invalidIndexes = await findInvalidIndexes(client);
    if (pending.length > 0) {
      await checkRights(client, rights, settings.managesSchema, statements);
      refuseInvalidBefore(invalidIndexes, statements);
    }
    return { files, pending, statements, placeholders, invalidIndexes, passedOver };
  });
}
