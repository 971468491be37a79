import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { ENVIRONMENT, malformed, type Parameters, parseConnectionString } from "./parameters.ts";
import { passwordFromFile } from "./password-file.ts";
import { readService } from "./service-file.ts";
import { sslParameters } from "./ssl-parameters.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Postgres puts its sockets: Debian and Red Hat, and everybody else. */
const SOCKET_FOLDERS = ["/var/run/postgresql", "/tmp"];
/** What is said in another way: in the URL itself, or to libpq alone. */
const NOT_PARAMETERS = [
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "service",
  "passfile",
  "servicefile",
  "hostaddr",
];

/**
 * The URL that psql would connect to, for node-postgres and graphile-migrate, which know only some of psql's ways: what the
 * connection string leaves open comes from the service, then from PG* variables, then from `.pgpass` and libpq's defaults.
 *
 * @param named a connection string, or undefined
 * @throws CutoverError CU442, CU443 when the description is wrong
 */
export function completeUrl(named: string | undefined, env: Environment): string {
  const said = named === undefined ? {} : parseConnectionString(named);
  const service = said.service ?? env[ENVIRONMENT.service ?? ""];
  const given: Parameters = {
    ...fromEnvironment(env),
    ...(service === undefined ? {} : readService(service, env)),
    ...said,
  };
  const port = given.port || "5432";
  const host = given.host || given.hostaddr || defaultHost(port);
  if (host.includes(",")) throw malformed("several hosts are not supported");
  const user = given.user || userInfo().username;
  const database = given.dbname || user;
  const password =
    given.password ?? passwordFromFile({ host, port, database, user }, given.passfile, env.HOME);
  return build(given, { host, port, user, database, password }, env);
}

function build(
  given: Parameters,
  parts: { host: string; port: string; user: string; database: string; password: string | undefined },
  env: Environment,
): string {
  const url = new URL("postgres://localhost");
  url.username = encodeURIComponent(parts.user);
  if (parts.password) url.password = encodeURIComponent(parts.password);
  // A path is the folder of a socket.
  if (parts.host.startsWith("/")) url.searchParams.set("host", parts.host);
  else url.hostname = parts.host.includes(":") ? `[${parts.host}]` : parts.host;
  if (parts.port !== "5432") url.port = parts.port;
  url.pathname = `/${encodeURIComponent(parts.database)}`;
  for (const [name, value] of Object.entries(given)) {
    if (!NOT_PARAMETERS.includes(name)) url.searchParams.set(name, value);
  }
  for (const [name, value] of Object.entries(sslParameters(given, env.HOME))) {
    if (value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

function fromEnvironment(env: Environment): Parameters {
  return Object.fromEntries(
    Object.entries(ENVIRONMENT).flatMap(([keyword, variable]) => {
      const value = env[variable];
      return value ? [[keyword, value]] : [];
    }),
  );
}

/** As psql: the socket of this machine where there is one. */
function defaultHost(port: string): string {
  return SOCKET_FOLDERS.find((folder) => existsSync(join(folder, `.s.PGSQL.${port}`))) ?? "localhost";
}
