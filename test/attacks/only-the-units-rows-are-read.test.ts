import { expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read.ts";
import { withClient } from "../../src/db.ts";
import { loadDefinition } from "../../src/definition/load.ts";
import { createProject, writeProjectFile } from "../helpers/project.ts";
import { createSmallCutover, installCutover, PEAK, type SmallDatabase } from "../helpers/small-cutover.ts";

// A mapping's text is narrowed to some units by CTEs of the tables' names. Each mapping here counts what it sees of the table,
// which no honest mapping may do: a count of all rows shows that the narrowing was escaped.

/** peak.sql whose `total` is the number of rows that some expression over `score` sees. */
const counting = (expression: string, before = "") => ({
  ...PEAK,
  "forward/peak.sql": `${before} SELECT score.team, max(score.points) AS top, (${expression})::bigint AS total FROM score GROUP BY score.team`,
});

const DATA = "INSERT INTO score SELECT n, 't' || n % 10, n FROM generate_series(1, 100) AS n";
const HELPERS = `CREATE VIEW score_view AS SELECT * FROM public.score;
  CREATE FUNCTION score_count() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM public.score';
  CREATE FUNCTION score_count_lying() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT count(*) FROM public.score';
  CREATE FUNCTION team_of(public.score) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.team'`;

async function seenOfOneUnit(db: SmallDatabase): Promise<number> {
  const rows = await db.rows(
    "SELECT total::int AS n FROM cutover_peak.map_peak(ARRAY[ROW('t1')::cutover_peak.forward_team])",
  );
  return rows[0]?.n;
}

const SHADOWED: Record<string, readonly [string, string?]> = {
  "a plain name": ["SELECT count(*) FROM score"],
  "TABLE t": ["SELECT count(*) FROM (TABLE score) AS s"],
  "ONLY t": ["SELECT count(*) FROM ONLY score AS s"],
  "an alias, and a join with itself": ["SELECT count(*) FROM score AS a JOIN score AS b USING (id)"],
  LATERAL: ["SELECT count(*) FROM (VALUES (1)) AS v CROSS JOIN LATERAL (SELECT FROM score) AS s"],
  "a sub-select in a sub-select": ["SELECT count(*) FROM (SELECT * FROM (SELECT * FROM score) AS a) AS b"],
  "an inner CTE": ["WITH s AS (SELECT * FROM score) SELECT count(*) FROM s"],
  "a CTE of the mapping's own": ["SELECT count(*) FROM s", "WITH s AS (SELECT * FROM score)"],
  "RECURSIVE over another name": [
    "WITH RECURSIVE s AS (SELECT 1 AS n, id FROM score UNION ALL SELECT n + 1, id FROM s WHERE n < 1) SELECT count(*) FROM s",
  ],
  "EXISTS and IN": ["SELECT count(*) FROM generate_series(1, 100) AS n WHERE n IN (SELECT id FROM score)"],
};

test("every way to name a table plainly sees only the rows of the unit", async () => {
  const db = await createSmallCutover({ data: DATA });
  for (const [name, [expression, before]] of Object.entries(SHADOWED)) {
    await withClient(db.pool, (client) => installCutover(client, counting(expression, before)));
    expect({ name, seen: await seenOfOneUnit(db) }).toEqual({ name, seen: 10 });
  }
});

test("a temporary table of the same name, at compile time or later, is not read in its place", async () => {
  const db = await createSmallCutover({ data: DATA });
  const session = await db.connect();
  await session.query(
    "CREATE TEMP TABLE score (id bigint, team text, points int); INSERT INTO pg_temp.score VALUES (1, 't1', 999)",
  );
  await session.query("SET search_path = pg_temp, public");
  const { rows } = await session.query(
    "SELECT top FROM cutover_peak.map_peak(ARRAY[ROW('t1')::cutover_peak.forward_team])",
  );
  expect(rows).toEqual([{ top: 91 }]);
});

/** What a definition reaches beside the tables that it names. */
async function escapesOf(db: SmallDatabase, expression: string): Promise<readonly string[]> {
  const root = await createProject([]);
  for (const [path, content] of Object.entries(counting(expression))) {
    await writeProjectFile(
      root,
      `cutovers/peak/${path}`,
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }
  const definition = await loadDefinition(`${root}/cutovers/peak`, root);
  return withClient(db.pool, async (client) => {
    const { catalog, problems } = await readCatalog(client, definition);
    if (problems.length > 0) return problems.map(({ message }) => message);
    return (catalog.described.get("cutovers/peak/forward/peak.sql")?.escapes ?? []).map((found) =>
      JSON.stringify(found),
    );
  });
}

const ESCAPES: Record<string, readonly [string, RegExp]> = {
  "a qualified name": ["SELECT count(*) FROM public.score", /public\.score/],
  "a view over the table": ["SELECT count(*) FROM score_view", /score_view/],
  "a function over the table": ["SELECT score_count()", /score_count/],
  "a function that says it is IMMUTABLE": ["SELECT score_count_lying()", /score_count_lying/],
  ctid: ["SELECT count(ctid) FROM score", /ctid/],
  "FOR UPDATE of a table that is only stood in for": [
    "SELECT count(*) FROM (SELECT * FROM pg_catalog.pg_class FOR UPDATE) AS s",
    /pg_class|FOR UPDATE/,
  ],
  "a table that the definition does not name": ["SELECT count(*) FROM sheet", /sheet/],
};

test("what is not narrowed is found before it is compiled, by name", async () => {
  const db = await createSmallCutover({ data: `${HELPERS}; ${DATA}` });
  for (const [name, [expression, expected]] of Object.entries(ESCAPES)) {
    const found = (await escapesOf(db, expression)).join(" ");
    // ctid is a column that the narrowed table does not have: the compiled SQL itself is refused.
    if (name === "ctid" && found === "") {
      await expect(
        withClient(db.pool, (client) =>
          installCutover(client, counting(expression)).finally(() => client.query("ROLLBACK")),
        ),
      ).rejects.toThrow(/ctid/);
    } else expect(`${name}: ${found}`).toMatch(expected);
  }
});

test("a GROUP BY that leans on the primary key is a message of the compiler, not a surprise of the narrowed text", async () => {
  const db = await createSmallCutover({ data: DATA });
  const found = await escapesOf(
    db,
    "SELECT count(*) FROM (SELECT score.team FROM score GROUP BY score.id) AS s",
  );
  expect(found.join(" ")).toMatch(/GROUP BY/);
});

test("a renamed legacy table is followed: names are bound when the functions are made", async () => {
  const db = await createSmallCutover({ data: DATA });
  await db.reach("backfilled", "peak");
  await db.rows(
    "ALTER TABLE score RENAME TO score_old; CREATE TABLE score (id bigint, team text, points int)",
  );
  await db.rows("UPDATE score_old SET points = 1000 WHERE id = 1");
  await db.drain();
  expect(await db.rows("SELECT top FROM peak WHERE team = 't1'")).toEqual([{ top: 1000 }]);
});
