import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CutoverError, EXIT } from "../errors.ts";
import type { Parameters } from "./parameters.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The parameters of a service, from the first of libpq's files that has it: PGSERVICEFILE, else `.pg_service.conf` in the home
 * folder; then `pg_service.conf` in PGSYSCONFDIR.
 *
 * @throws CutoverError CU443 when none has it, or a line of the section cannot be read
 */
export function readService(name: string, env: Environment): Parameters {
  const files = [
    env.PGSERVICEFILE ?? (env.HOME === undefined ? undefined : join(env.HOME, ".pg_service.conf")),
    env.PGSYSCONFDIR === undefined ? undefined : join(env.PGSYSCONFDIR, "pg_service.conf"),
  ].filter((file) => file !== undefined);
  for (const file of files) {
    if (!existsSync(file)) continue;
    const found = sectionOf(readFileSync(file, "utf8"), name, file);
    if (found !== undefined) return found;
  }
  throw new CutoverError({
    code: "CU443",
    message: `there is no service "${name}" in ${files.join(" or ") || "any service file"}`,
    hint: `Write a section [${name}] with host=, port=, dbname= and user= into it, or set PGSERVICEFILE.`,
    exitCode: EXIT.usage,
  });
}

function sectionOf(text: string, name: string, file: string): Parameters | undefined {
  const found: Record<string, string> = {};
  let inside = false;
  let seen = false;
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const section = /^\[(.*)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      // The first section of a name counts, and ends with the next.
      if (seen) return found;
      inside = section === name;
      seen = inside;
    } else if (inside) {
      const [, keyword, value] = /^([a-z_]+)=(.*)$/.exec(line) ?? [];
      if (keyword === undefined || value === undefined) {
        throw new CutoverError({
          code: "CU443",
          message: `line ${at + 1} of the service file ${file} is no keyword=value`,
          hint: "Spaces around = are not allowed there, as for psql.",
          exitCode: EXIT.usage,
        });
      }
      found[keyword] ??= value;
    }
  }
  return seen ? found : undefined;
}
