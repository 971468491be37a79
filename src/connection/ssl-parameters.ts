import { existsSync } from "node:fs";
import { join } from "node:path";
import { malformed, type Parameters } from "./parameters.ts";

const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"];

/**
 * What node-postgres has to be told so that an sslmode means what it means to psql: without `uselibpqcompat` it takes `require` for
 * `verify-full`. `no-verify` is its own word and stays.
 *
 * @param home where libpq looks for `.postgresql/root.crt`, `postgresql.crt` and `postgresql.key`
 * @returns parameters to replace; none when no mode is named
 * @throws CutoverError CU442 for a mode that does not exist, or one that needs a root certificate that is missing
 */
export function sslParameters(given: Parameters, home: string | undefined): Parameters {
  const { sslmode } = given;
  if (sslmode === undefined || given.uselibpqcompat !== undefined) return {};
  if (!MODES.includes(sslmode)) throw malformed(`there is no sslmode ${sslmode}, only ${MODES.join(", ")}`);
  if (sslmode === "disable" || sslmode === "no-verify") return {};
  const own = (name: string) => {
    const file = home === undefined ? undefined : join(home, ".postgresql", name);
    return file !== undefined && existsSync(file) ? file : undefined;
  };
  const cert = given.sslcert ?? own("postgresql.crt");
  const key = given.sslkey ?? own("postgresql.key");
  const client = cert !== undefined && key !== undefined ? { sslcert: cert, sslkey: key } : {};
  const common = { ...client, sslmode, uselibpqcompat: "true" };
  // Neither asks who the server is.
  if (sslmode === "allow" || sslmode === "prefer") return { ...client, sslmode };
  if (given.sslrootcert === "system") {
    if (sslmode !== "verify-full") throw malformed("sslrootcert=system wants sslmode=verify-full");
    // What the system trusts is what Node trusts where it is told no other.
    return { ...common, sslrootcert: "" };
  }
  const root = given.sslrootcert ?? own("root.crt");
  if (root !== undefined) return { ...common, sslrootcert: root };
  if (sslmode === "verify-ca")
    throw malformed("sslmode verify-ca needs sslrootcert, or ~/.postgresql/root.crt");
  return common;
}
