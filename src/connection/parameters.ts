import { CutoverError, EXIT } from "../errors.ts";

/** What a connection is made of, by libpq's keywords: `host`, `port`, `user`, `dbname`, `password`, `sslmode`, … */
export type Parameters = Readonly<Record<string, string>>;

/** libpq's keywords that an environment variable stands for. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  host: "PGHOST",
  port: "PGPORT",
  dbname: "PGDATABASE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  service: "PGSERVICE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
};

/**
 * Reads a connection string in either of libpq's two forms: `postgres://me@db/shop?sslmode=require`, or `host=db dbname=shop`.
 *
 * @throws CutoverError CU442 when it is neither
 */
export function parseConnectionString(text: string): Parameters {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return parseKeywords(text);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw malformed("it is no URL; several hosts in one URL are not supported");
  }
  const parts = {
    host: decode(url.hostname.replace(/^\[(.+)\]$/, "$1")),
    port: url.port,
    user: decode(url.username),
    password: decode(url.password),
    dbname: decode(url.pathname.slice(1)),
  };
  const named = Object.entries(parts).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(named), ...Object.fromEntries(url.searchParams) };
}

/** `host=db.example dbname='my shop'`; a quoted value holds `\'` and `\\`. */
function parseKeywords(text: string): Parameters {
  const found: Record<string, string> = {};
  let rest = text.trim();
  while (rest !== "") {
    const match = /^([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?:\s+|$)/.exec(rest);
    if (match === null) throw malformed("it is neither a URL nor a list of keyword=value");
    const [whole, keyword = "", quoted, plain = ""] = match;
    found[keyword] = (quoted ?? plain).replaceAll(/\\(.)/g, "$1");
    rest = rest.slice(whole.length);
  }
  return found;
}

/** The text itself is left out: it may hold a password. */
export function malformed(reason: string): CutoverError {
  return new CutoverError({
    code: "CU442",
    message: `the connection cannot be made as it is described: ${reason}`,
    hint: "Write postgres://user@host:port/name, or host=… dbname=… user=…; docs/deploying.md has the variables and files.",
    exitCode: EXIT.usage,
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
