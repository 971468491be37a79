import { expect, test } from "vitest";
import { describeDefinition } from "../../src/catalog/describe.ts";
import { readCatalog } from "../../src/catalog/read.ts";
import { withClient } from "../../src/db.ts";
import type { Definition, Table } from "../../src/definition/types.ts";
import { createDatabase } from "../helpers/database.ts";

const db = await createDatabase();
await db.pool.query(`
  CREATE TABLE public.memo (id bigint PRIMARY KEY, title text NOT NULL, body text, size integer GENERATED ALWAYS AS (1) STORED);
  CREATE TABLE public.note (note_id bigint PRIMARY KEY, heading text, doc jsonb, created_at timestamptz);
  CREATE TABLE public.secret (code text);
  CREATE FUNCTION public.shout(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN pg_catalog.upper($1);
  CREATE AGGREGATE public.longest(text) (SFUNC = pg_catalog.text_larger, STYPE = text);`);

const PATH = "cutovers/notes/forward/note.sql";

/** Memos that become notes by the given SELECT. */
function definitionOf(text: string, memo: Partial<Table> = {}): Definition {
  const common = {
    schema: "public",
    keep: [],
    insertOnly: [],
    lost: {},
    kept: false,
    triggers: {},
    rules: [],
    unit: undefined,
    feeds: [],
  };
  return {
    kind: "cutover",
    name: "notes",
    irreversible: "for the test",
    units: {
      forward: [{ direction: "forward", name: "note", columns: [{ name: "id", type: "bigint" }] }],
      reverse: [],
    },
    tables: [
      { ...common, side: "legacy", name: "memo", key: ["id"], mapping: undefined, ...memo },
      { ...common, side: "new", name: "note", key: ["note_id"], mapping: { path: PATH, text } },
    ],
    context: [],
    sync: { mode: "commit", maxUnits: 1, budgetMs: 1 },
    gates: { drift: 0, verifyMaxAgeHours: 1 },
  };
}

const describeText = (text: string, memo?: Partial<Table>) =>
  withClient(db.url, (client) => describeDefinition(client, definitionOf(text, memo)));

async function mappingOf(text: string) {
  const { described, problems } = await describeText(text);
  expect(problems).toEqual([]);
  const found = described.get(PATH);
  if (found === undefined) throw new Error("the mapping was not described");
  return {
    ...found,
    reads: Object.fromEntries([...found.reads].map(([name, columns]) => [name, [...columns].sort()])),
    times: Object.fromEntries(found.times),
  };
}

test("what a mapping yields and reads is what the database's parser makes of it", async () => {
  expect(
    await mappingOf(
      "WITH x AS (SELECT id, title FROM memo) SELECT x.id AS note_id, x.title AS heading FROM x;",
    ),
  ).toEqual({
    columns: [
      { name: "note_id", type: "bigint" },
      { name: "heading", type: "text" },
    ],
    reads: { memo: ["id", "title"] },
    times: { memo: 1, note: 0 },
    escapes: [],
    unassignable: [],
    narrowsByKey: true,
  });
});

test.each([
  [true, "SELECT memo.id AS note_id, memo.title AS heading FROM memo"],
  [true, "SELECT memo.id AS note_id, max(memo.title) AS heading FROM memo GROUP BY memo.id"],
  [
    true,
    "SELECT memo.id AS note_id, lag(memo.title) OVER (PARTITION BY memo.id ORDER BY memo.size) AS heading FROM memo",
  ],
  [
    true,
    "SELECT memo.id AS note_id, memo.title AS heading FROM memo UNION ALL SELECT memo.id, 'again' FROM memo WHERE memo.size > 1",
  ],
  [false, "SELECT min(memo.id) AS note_id, memo.title AS heading FROM memo GROUP BY memo.title"],
  [false, "SELECT memo.id AS note_id, lag(memo.title) OVER (ORDER BY memo.size) AS heading FROM memo"],
  [false, "SELECT memo.id + 1 AS note_id, memo.title AS heading FROM memo"],
  [false, "SELECT memo.id AS note_id, memo.title AS heading FROM memo ORDER BY memo.size LIMIT 10"],
])("a row is found by its key: %s of %s", async (expected, mapping) => {
  expect((await mappingOf(mapping)).narrowsByKey).toBe(expected);
});

test("a table that is read twice is more than one row of it", async () => {
  const { times } = await mappingOf(
    "SELECT memo.id AS note_id, (SELECT other.title FROM memo AS other WHERE other.id = memo.size) AS heading FROM memo",
  );
  expect(times).toMatchObject({ memo: 2 });
});

test("a row that is used as a whole is read in all of its columns", async () => {
  const { reads } = await mappingOf("SELECT memo.id AS note_id, to_jsonb(memo) AS doc FROM memo");
  expect(reads).toEqual({ memo: ["body", "id", "size", "title"] });
});

test("tables and functions beside the definition are escapes, immutable functions are none", async () => {
  const { escapes } = await mappingOf(
    `SELECT memo.id AS note_id, shout(longest(secret.code)) AS heading
       FROM memo, public.secret, public.memo AS whole GROUP BY memo.id`,
  );
  expect([...escapes].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    { kind: "relation", name: "public.memo" },
    { kind: "relation", name: "public.secret" },
  ]);
});

test("columns that would need a cast which nobody wrote are named, the others are not", async () => {
  const { unassignable } = await mappingOf(
    "SELECT id::integer AS note_id, title::varchar AS heading, body AS doc, title AS created_at FROM memo",
  );
  expect(unassignable).toEqual([
    { column: "doc", type: "text", wanted: "jsonb" },
    { column: "created_at", type: "text", wanted: "timestamp with time zone" },
  ]);
});

test("what the parser refuses is a problem at its place in the file", async () => {
  const { problems } = await describeText("SELECT id AS note_id,\n  titel AS heading\nFROM memo");
  expect(problems).toMatchObject([
    { file: PATH, line: 2, column: 3, message: 'column "titel" does not exist' },
  ]);
});

test("a mapping that relies on the primary key in GROUP BY is refused with the reason", async () => {
  const { problems } = await describeText("SELECT id AS note_id, title AS heading FROM memo GROUP BY id");
  expect(problems[0]?.help).toMatch(/list every column in GROUP BY/);
});

test("a feed may look up a parent by its full name, and is described with its kind's types", async () => {
  const { described, problems } = await describeText("SELECT id AS note_id FROM memo", {
    feeds: [
      {
        form: "expressions",
        kind: "note",
        expressions: ["(SELECT max(other.id) FROM public.memo AS other)"],
      },
    ],
  });
  expect(problems).toEqual([]);
  expect(described.get("legacy.memo.feeds.note")).toMatchObject({
    columns: [{ name: "id", type: "bigint" }],
    escapes: [{ kind: "relation", name: "public.memo" }],
  });
});

test("the database is left as it was, and a table that is missing is named", async () => {
  const objects = () => db.pool.query("SELECT pg_catalog.count(*)::int AS n FROM pg_catalog.pg_class");
  const before = (await objects()).rows;
  await describeText("SELECT id AS note_id FROM memo");
  expect((await objects()).rows).toEqual(before);
  const { problems } = await withClient(db.url, (client) =>
    readCatalog(client, definitionOf("SELECT id AS note_id FROM memo", { name: "memos" })),
  );
  expect(problems.map((problem) => problem.message)).toEqual(["the database has no table public.memos"]);
});
