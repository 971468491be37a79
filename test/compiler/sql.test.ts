import { expect, test } from "vitest";
import {
  dollarQuoted,
  identifier,
  join,
  literal,
  nothing,
  qualified,
  sql,
  trusted,
} from "../../src/compiler/sql.ts";
import { createDatabase } from "../helpers/database.ts";

const db = await createDatabase();

const HOSTILE = [
  "plain",
  "MixedCase",
  "select",
  'say "x"',
  "it's",
  "a b",
  "ä€😀",
  "$$",
  "%I",
  "\\",
  "E'\\n'",
  "a;--",
  "x.y",
];

test.each(HOSTILE)("%j survives as an identifier and as a literal", async (name) => {
  const statement = sql`SELECT ${literal(name)} AS ${identifier(name)}`;
  expect((await db.pool.query(statement.text)).rows).toEqual([{ [name]: name }]);
});

test("every key word of this Postgres is quoted where it has to be", async () => {
  const { rows } = await db.pool.query(
    "SELECT word, catcode FROM pg_catalog.pg_get_keywords() WHERE catcode <> 'U' ORDER BY word",
  );
  const statement = sql`CREATE TABLE public.words (${join(rows.map(({ word }) => sql`${identifier(word)} integer`))})`;
  await db.pool.query(statement.text);
  // In an expression, where fewer key words may stand bare than as a column's name.
  const reading = sql`SELECT ${join(rows.map(({ word }) => identifier(word)))} FROM public.words`;
  expect((await db.pool.query(reading.text)).fields.map((field) => field.name)).toEqual(
    rows.map(({ word }) => word),
  );
});

test("a name that is in need of no quotes has none", () => {
  expect(qualified("public", "memo_2").text).toBe("public.memo_2");
  expect(qualified("Public", "memo 2").text).toBe('"Public"."memo 2"');
});

test("a hole of several lines keeps the indentation of its line", () => {
  const inner = trusted("a,\nb");
  expect(
    sql`
SELECT
  ${inner}
  FROM t`.text,
  ).toBe("SELECT\n  a,\n  b\n  FROM t");
});

test("a line that holds nothing but an empty hole disappears", () => {
  expect(
    sql`
BEGIN
  ${nothing}
  RETURN;
END`.text,
  ).toBe("BEGIN\n  RETURN;\nEND");
});

test("a body is quoted with a tag that it does not contain", async () => {
  const body = sql`BEGIN RAISE EXCEPTION '%', ${literal("$body$ $body1$")}; END`;
  await expect(db.pool.query(sql`DO ${dollarQuoted(body)}`.text)).rejects.toThrow("$body$ $body1$");
});

test("what stands in a hole stays as it is, blanks at the end of a line and line breaks included", async () => {
  const name = "column \n of two lines ";
  const statement = sql`
SELECT
  ${join([sql`${literal("blanks  \n and more")} AS a`, sql`2 AS ${identifier(name)}`], ",\n")},
  ${trusted("$q$text  \n$q$")} AS b   `;
  expect((await db.pool.query(statement.text)).rows).toEqual([
    { a: "blanks  \n and more", [name]: 2, b: "text  \n  " },
  ]);
});
