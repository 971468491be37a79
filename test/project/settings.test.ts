import { expect, test } from "vitest";
import { databaseUrl, shadowUrls } from "../../src/project/settings.ts";

test("the option goes before DATABASE_URL, and DATABASE_URL before PG*", () => {
  const env = { DATABASE_URL: "postgres://a/one", PGHOST: "b", PGDATABASE: "two" };
  expect(databaseUrl("postgres://me@c/three", env)).toBe("postgres://me@c/three");
  expect(databaseUrl(undefined, { ...env, PGUSER: "me" })).toBe("postgres://me@a/one");
});

test("PG* variables make a URL, whatever the password holds and wherever the socket lies", () => {
  const env = {
    PGHOST: "db.example",
    PGPORT: "5433",
    PGUSER: "me@home",
    PGPASSWORD: "p:/@ß",
    PGDATABASE: "my shop",
    PGSSLMODE: "require",
  };
  const url = new URL(databaseUrl(undefined, env));
  expect([
    url.hostname,
    url.port,
    decodeURIComponent(url.username),
    decodeURIComponent(url.password),
  ]).toEqual(["db.example", "5433", "me@home", "p:/@ß"]);
  expect([decodeURIComponent(url.pathname), url.searchParams.get("sslmode")]).toEqual([
    "/my shop",
    "require",
  ]);
  expect(
    new URL(databaseUrl(undefined, { PGHOST: "/run/postgresql", PGUSER: "me" })).searchParams.get("host"),
  ).toBe("/run/postgresql");
});

test("no database and no shadow are refused with the variables to set", () => {
  expect(() => databaseUrl(undefined, {})).toThrow(expect.objectContaining({ code: "CU402", exitCode: 2 }));
  expect(() => shadowUrls({})).toThrow(
    expect.objectContaining({ code: "CU403", hint: expect.stringContaining("SHADOW_DATABASE_URL") }),
  );
});
