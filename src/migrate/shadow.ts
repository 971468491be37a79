import { randomInt } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settleEncryption } from "../connection/encryption.ts";
import { type Client, withClient } from "../db.ts";
import { CutoverError, EXIT } from "../errors.ts";
import type { Project } from "../project/find.ts";
import { shadowUrls } from "../project/settings.ts";
import type { GraphileSettings } from "./graphile-settings.ts";
import { withoutPassword } from "./migration-failed.ts";
import type { Plan } from "./preflight.ts";
import { runChild } from "./run-child.ts";

/** The shadow database as the pending migrations will find it, or why it is not to be had. */
export type Shadow = { readonly url: string } | { readonly reason: string };

/**
 * Drops the shadow database and makes it anew from the migrations that the target holds: the committed ones without those that
 * are pending.
 *
 * @param target a session on the target, which proves that the shadow is another database
 * @throws CutoverError CU441 when the shadow is the target itself
 */
export async function prepareShadow(
  target: Client,
  project: Project,
  url: string,
  settings: GraphileSettings,
  plan: Plan,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Shadow> {
  const named = env.SHADOW_DATABASE_URL ?? settings.shadowUrl;
  if (named === undefined) return { reason: "SHADOW_DATABASE_URL is not set" };
  const urls = shadowUrls({
    ...env,
    SHADOW_DATABASE_URL: named,
    ROOT_DATABASE_URL: env.ROOT_DATABASE_URL ?? settings.rootUrl,
  });
  const shadowUrl = await settleEncryption(urls.shadow);
  const rootUrl = urls.root === undefined ? undefined : await settleEncryption(urls.root);
  await mustDiffer(target, shadowUrl);
  const folder = await mkdtemp(join(tmpdir(), "cutover-migrations-"));
  try {
    const pending = new Set(
      plan.pending.map((file) => join(settings.migrationsFolder, "committed", file.file)),
    );
    await cp(settings.migrationsFolder, folder, { recursive: true, filter: (path) => !pending.has(path) });
    const { failure } = await runChild(project.root, {
      command: "reset",
      settingsFile: settings.file,
      url,
      shadowUrl,
      rootUrl,
      migrationsFolder: folder,
      timeouts: {
        lockTimeout: undefined,
        lockTimeoutWithoutTransaction: undefined,
        statementTimeout: undefined,
      },
    });
    if (failure === undefined) return { url: shadowUrl };
    const at = failure.migration === undefined ? "" : ` in ${failure.migration}`;
    const reason = `the shadow database cannot be made${at}: ${failure.message}`;
    return { reason: withoutPassword(withoutPassword(reason, shadowUrl), url) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Two URLs may name one database in many ways; a lock that is held in one is seen in the other only if it is the same. */
async function mustDiffer(target: Client, shadowUrl: string): Promise<void> {
  const key = randomInt(2 ** 31 - 1);
  await target.query("SELECT pg_catalog.pg_advisory_lock_shared($1, $2)", [EXIT.usage, key]);
  try {
    const { rows } = await withClient(shadowUrl, (client) =>
      client.query(
        `SELECT FROM pg_catalog.pg_locks
          WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND database =
                (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())`,
        [EXIT.usage, key],
      ),
    ).catch(() => ({ rows: [] }));
    // One that does not exist yet is not the target.
    if (rows.length === 0) return;
  } finally {
    await target.query("SELECT pg_catalog.pg_advisory_unlock_shared($1, $2)", [EXIT.usage, key]);
  }
  throw new CutoverError({
    code: "CU441",
    message: "SHADOW_DATABASE_URL names the database that is to be migrated, and the shadow is dropped",
    hint: "Give the shadow a database of its own, best on another server.",
    exitCode: EXIT.usage,
  });
}
