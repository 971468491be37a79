import { expect, test } from "vitest";
import { createLogger, type LogOptions, redactUrl } from "../src/log.ts";

test.each([
  ["postgres://me:secret@db.example/shop", "postgres://me:***@db.example/shop"],
  [
    "postgresql://me:se%40cr:et@db.example:6432/shop?sslmode=require",
    "postgresql://me:***@db.example:6432/shop?sslmode=require",
  ],
  [
    "two: postgres://a:secret@h/d, postgres://b:secret@h/d",
    "two: postgres://a:***@h/d, postgres://b:***@h/d",
  ],
  ["a raw sign: postgres://me:se@cr/et@db.example/shop", "a raw sign: postgres://me:***@db.example/shop"],
  ["host=db user=me password=secret dbname=shop", "host=db user=me password=*** dbname=shop"],
  ["host=db password='se cret' dbname=shop", "host=db password=*** dbname=shop"],
  [
    "postgres://db.example/shop?user=me&password=secret&x=1",
    "postgres://db.example/shop?user=me&password=***&x=1",
  ],
  ['{"user":"me","password":"se\\"cret"}', '{"user":"me","password":"***"}'],
])("no password is left in %s", (text, redacted) => {
  expect(redactUrl(text)).toBe(redacted);
});

test.each([
  "postgres://me@db.example/shop",
  "postgres://db.example:5432/shop",
  "mail me@example.org",
  "12:30 on a@b",
])("%s stays as it is", (text) => expect(redactUrl(text)).toBe(text));

function logged(
  options: LogOptions,
  use: (log: ReturnType<typeof createLogger>) => void,
): Record<string, unknown>[] {
  const lines: string[] = [];
  use(createLogger({ ...options, write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

test("a log line is one JSON object with its facts and those of its scope", () => {
  const lines = logged({}, (log) => log.child({ cutover: "notes" }).info({ units: 3 }, "drained"));
  expect(lines).toEqual([
    { level: "info", time: expect.any(String), cutover: "notes", units: 3, msg: "drained" },
  ]);
});

test("no password leaves through the log, wherever it hides", () => {
  const url = "postgres://me:secret@db.example/shop";
  const lines = logged({}, (log) => {
    log.error(
      { err: new Error(`no answer from ${url}`), config: { url, password: "secret" } },
      `tried ${url}`,
    );
  });
  expect(JSON.stringify(lines)).not.toContain("secret");
  expect(JSON.stringify(lines)).toContain("db.example");
});

test("lines below the level are not written", () => {
  expect(logged({ level: "warn" }, (log) => log.info({}, "quiet"))).toEqual([]);
});
