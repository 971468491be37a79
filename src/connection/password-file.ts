import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Whom a password is looked for. */
export interface PasswordQuestion {
  /** A folder of sockets is asked for as `localhost`. */
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
}

/**
 * The password of libpq's password file, `host:port:database:user:password` with `*` for any; the first line that fits. Like libpq
 * it does not look at a file that others may read.
 *
 * @param file PGPASSFILE; default `.pgpass` in `home`
 */
export function passwordFromFile(
  question: PasswordQuestion,
  file: string | undefined,
  home: string | undefined,
): string | undefined {
  const path = file ?? (home === undefined ? undefined : join(home, ".pgpass"));
  const text = path === undefined ? undefined : readPrivate(path);
  const host = question.host.startsWith("/") ? "localhost" : question.host;
  const wanted = [host, question.port, question.database, question.user];
  for (const line of (text ?? "").split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    const fits = wanted.every((value, at) => fields[at] === "*" || unescaped(fields[at]) === value);
    if (fields.length >= 5 && fits) return unescaped(fields.slice(4).join(":"));
  }
  return undefined;
}

function readPrivate(path: string): string | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile() || (process.platform !== "win32" && (found.mode & 0o077) !== 0)) return undefined;
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Split at colons that no backslash stands in front of. */
function fieldsOf(line: string): string[] {
  const fields = [""];
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? "";
    if (letter === "\\") fields[fields.length - 1] += letter + (line[++at] ?? "");
    else if (letter === ":") fields.push("");
    else fields[fields.length - 1] += letter;
  }
  return fields;
}

const unescaped = (text: string | undefined) => text?.replaceAll(/\\(.)/g, "$1");
