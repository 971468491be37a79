import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { completeUrl } from "../../src/connection/database-url.ts";
import { parseConnectionString } from "../../src/connection/parameters.ts";
import { passwordFromFile } from "../../src/connection/password-file.ts";

async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "pg-cutover-home-"));
  onTestFinished(() => rm(home, { recursive: true }));
  return home;
}

/** What a URL says, part by part. */
const parts = (url: string) => {
  const { username, password, hostname, port, pathname, searchParams } = new URL(url);
  return { ...Object.fromEntries(searchParams), username, password, hostname, port, pathname };
};

test("a connection string is a URL or a list of keywords", () => {
  expect(parseConnectionString("postgres://me%40home:p%3A@[::1]:5433/my%20shop?sslmode=require")).toEqual({
    host: "::1",
    port: "5433",
    user: "me@home",
    password: "p:",
    dbname: "my shop",
    sslmode: "require",
  });
  expect(
    parseConnectionString(String.raw`host=db user = me password='it\'s a \\ secret' dbname=shop`),
  ).toEqual({
    host: "db",
    user: "me",
    password: String.raw`it's a \ secret`,
    dbname: "shop",
  });
  for (const wrong of ["shop", "host=db password='open", "postgres://a,b:1,c/d"]) {
    expect(() => parseConnectionString(wrong)).toThrow(expect.objectContaining({ code: "CU442" }));
  }
  expect(() => parseConnectionString("hunter2 x")).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
  );
});

test("a service fills what the URL leaves open, and goes before PG* variables", async () => {
  const home = await temporaryHome();
  const file = join(home, "services.conf");
  await writeFile(
    file,
    "# ours\n[other]\nhost=wrong\n\n[shop]\nhost=db.example\nport=5433\nuser=deployer\nsslmode=disable\n[shop]\nhost=twice\n",
  );
  const env = { PGSERVICEFILE: file, PGHOST: "elsewhere", PGDATABASE: "shop", HOME: home };
  const wanted = { hostname: "db.example", port: "5433", username: "deployer", sslmode: "disable" };
  expect(parts(completeUrl(undefined, { ...env, PGSERVICE: "shop" }))).toMatchObject({
    ...wanted,
    pathname: "/shop",
  });
  expect(parts(completeUrl("postgres:///orders?service=shop", env))).toMatchObject({
    ...wanted,
    pathname: "/orders",
  });
  expect(() => completeUrl(undefined, { ...env, PGSERVICE: "nobody" })).toThrow(
    expect.objectContaining({ code: "CU443", exitCode: 2, message: expect.stringContaining(file) }),
  );
  await writeFile(join(home, ".pg_service.conf"), "[home]\nhost=at-home\nuser = spaces\n");
  expect(() => completeUrl(undefined, { HOME: home, PGSERVICE: "home" })).toThrow(
    expect.objectContaining({ code: "CU443", message: expect.stringContaining("line 3") }),
  );
  await mkdir(join(home, "etc"));
  await writeFile(join(home, "etc/pg_service.conf"), "[everywhere]\nhost=from-etc\n");
  const system = { HOME: home, PGSYSCONFDIR: join(home, "etc"), PGSERVICE: "everywhere" };
  expect(parts(completeUrl(undefined, system)).hostname).toBe("from-etc");
});

test("the first line of the password file that fits gives the password, if nobody else may read it", async () => {
  const home = await temporaryHome();
  const file = join(home, ".pgpass");
  await writeFile(
    file,
    [
      "# a comment",
      "db.example:5432:shop:other:wrong",
      "db.example:5432:*:me:with\\:colon\\\\and backslash",
      "db.example:*:*:*:too late",
      "localhost:5432:shop:me:by socket",
      "fe80\\:\\:1:5432:shop:me:six",
      "",
    ].join("\n"),
  );
  const ask = (host: string, database = "shop", user = "me", port = "5432") =>
    passwordFromFile({ host, port, database, user }, undefined, home);
  await chmod(file, 0o640);
  expect(ask("db.example")).toBeUndefined();
  await chmod(file, 0o600);
  expect(ask("db.example")).toBe("with:colon\\and backslash");
  expect(ask("db.example", "shop", "somebody")).toBe("too late");
  expect(ask("db.example", "shop", "me", "6000")).toBe("too late");
  expect(ask("/var/run/postgresql")).toBe("by socket");
  expect(ask("fe80::1")).toBe("six");
  expect(ask("elsewhere")).toBeUndefined();
  const url = completeUrl("postgres://me@db.example/shop", { HOME: home });
  expect(decodeURIComponent(new URL(url).password)).toBe("with:colon\\and backslash");
  const own = completeUrl("postgres://me@db.example/shop", { HOME: home, PGPASSWORD: "first" });
  expect(new URL(own).password).toBe("first");
});

test("an sslmode means what it means to psql", async () => {
  const home = await temporaryHome();
  const url = (query: string, env = {}) =>
    parts(completeUrl(`postgres://me@db/shop${query}`, { HOME: home, ...env }));
  expect(url("?sslmode=disable")).toMatchObject({ sslmode: "disable" });
  // Encrypted, and nobody asks by whom; node-postgres would ask.
  expect(url("?sslmode=require")).toMatchObject({ sslmode: "require", uselibpqcompat: "true" });
  expect(url("", { PGSSLMODE: "require" })).toMatchObject({ sslmode: "require", uselibpqcompat: "true" });
  expect(url("?sslmode=verify-full")).toMatchObject({ sslmode: "verify-full", uselibpqcompat: "true" });
  expect(url("?sslmode=verify-full&sslrootcert=system")).not.toHaveProperty("sslrootcert");
  for (const wrong of ["verify-ca", "sometimes", "require&sslrootcert=system"]) {
    expect(() => url(`?sslmode=${wrong}`)).toThrow(expect.objectContaining({ code: "CU442" }));
  }
  await mkdir(join(home, ".postgresql"));
  const root = join(home, ".postgresql/root.crt");
  await writeFile(root, "");
  expect(url("?sslmode=verify-ca")).toMatchObject({ sslmode: "verify-ca", sslrootcert: root });
  expect(url("?sslmode=require")).toMatchObject({ sslrootcert: root });
});
