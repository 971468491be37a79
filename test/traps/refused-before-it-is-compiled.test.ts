import { expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read.ts";
import { withClient } from "../../src/db.ts";
import { loadDefinition } from "../../src/definition/load.ts";
import { lintDefinition } from "../../src/lint/lint.ts";
import { createProject, writeProjectFile } from "../helpers/project.ts";
import {
  createSmallCutover,
  type DefinitionFiles,
  SMALL,
  type SmallDatabase,
} from "../helpers/small-cutover.ts";

// What no trigger can keep true is refused by name before anything is compiled.

async function refusals(db: SmallDatabase, changed: DefinitionFiles = {}): Promise<string[]> {
  const root = await createProject([]);
  for (const [path, content] of Object.entries({ ...SMALL, ...changed })) {
    await writeProjectFile(
      root,
      `cutovers/small/${path}`,
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }
  const definition = await loadDefinition(`${root}/cutovers/small`, root);
  return withClient(db.pool, async (client) => {
    const { catalog, problems } = await readCatalog(client, definition);
    const findings = problems.length > 0 ? [] : await lintDefinition(definition, catalog);
    return [
      ...problems.map(({ message }) => message),
      ...findings.map(({ rule, message }) => `${rule}: ${message}`),
    ];
  });
}

test("the small cutover itself is not refused", async () => {
  expect(await refusals(await createSmallCutover())).toEqual([]);
});

const SCHEMAS: Record<string, readonly [string, RegExp]> = {
  "a partitioned table": [
    "DROP TABLE sheet CASCADE; CREATE TABLE sheet (id bigint, owner text NOT NULL, day date NOT NULL, title text NOT NULL, note text, hits int NOT NULL, likes int NOT NULL, marks jsonb NOT NULL, seen_at timestamptz, PRIMARY KEY (id)) PARTITION BY HASH (id)",
    /partition/i,
  ],
  "an inheritance child": ["CREATE TABLE sheet_child () INHERITS (sheet)", /inherit/i],
  "an inheritance parent": [
    "CREATE TABLE ancestor (id bigint NOT NULL); ALTER TABLE sheet INHERIT ancestor",
    /inherit/i,
  ],
  "a view": [
    "ALTER TABLE sheet RENAME TO sheet_table; CREATE VIEW sheet AS SELECT * FROM sheet_table",
    /view/i,
  ],
  "a key that may be NULL": [
    "ALTER TABLE sheet DROP CONSTRAINT sheet_pkey; ALTER TABLE sheet ADD UNIQUE (id); ALTER TABLE sheet ALTER id DROP NOT NULL",
    /NULL/,
  ],
  "a key that is not unique": ["ALTER TABLE sheet DROP CONSTRAINT sheet_pkey", /unique/i],
  "a trigger that stamps a mapped column of the new side": [
    "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.title := NEW.title || now(); RETURN NEW; END'; CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON page FOR EACH ROW EXECUTE FUNCTION stamp()",
    /stamp/,
  ],
  "a trigger that writes another row of the new side": [
    "CREATE FUNCTION spread() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE public.page SET hits = hits + 1 WHERE id <> NEW.id AND pg_trigger_depth() = 1; RETURN NULL; END'; CREATE TRIGGER spread AFTER UPDATE ON page FOR EACH ROW EXECUTE FUNCTION spread()",
    /spread/,
  ],
  "a statement trigger on the new side": [
    "CREATE FUNCTION spread() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER each_statement AFTER UPDATE ON page FOR EACH STATEMENT EXECUTE FUNCTION spread()",
    /each_statement/,
  ],
  "a rewrite rule on the new side": [
    "CREATE RULE hush AS ON INSERT TO page DO INSTEAD NOTHING",
    /rule|hush/i,
  ],
};

for (const [name, [schema, expected]] of Object.entries(SCHEMAS)) {
  test(`${name} is refused`, async () => {
    const db = await createSmallCutover();
    await db.rows(schema);
    expect((await refusals(db)).join("\n")).toMatch(expected);
  });
}

const MAPPINGS: Record<string, readonly [string, RegExp]> = {
  "a clock": [
    "SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits, sheet.likes + extract(epoch FROM now())::int AS likes FROM sheet",
    /now/,
  ],
  "a random value": [
    "SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits, (random() * 10)::int AS likes FROM sheet",
    /random/,
  ],
  CURRENT_DATE: [
    "SELECT sheet.id, sheet.owner, CURRENT_DATE AS day, sheet.title, sheet.note, sheet.hits, sheet.likes FROM sheet",
    /current_date/i,
  ],
  "a row lock": [
    "SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits, sheet.likes FROM sheet FOR UPDATE",
    /lock/i,
  ],
  TABLESAMPLE: [
    "SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits, sheet.likes FROM sheet TABLESAMPLE SYSTEM (50)",
    /TABLESAMPLE/i,
  ],
  "a query in a text": [
    "SELECT sheet.id, sheet.owner, sheet.day, query_to_xml('SELECT 1 FROM public.sheet', true, true, '')::text AS title, sheet.note, sheet.hits, sheet.likes FROM sheet",
    /query_to_xml/,
  ],
  "a table in a text": [
    "SELECT sheet.id, sheet.owner, sheet.day, table_to_xml('public.sheet', true, true, '')::text AS title, sheet.note, sheet.hits, sheet.likes FROM sheet",
    /table_to_xml/,
  ],
  "a CTE named like a table": [
    "WITH sheet AS (SELECT * FROM sheet) SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits, sheet.likes FROM sheet",
    /sheet/,
  ],
  "a recursive CTE named like a table": [
    "WITH RECURSIVE sheet AS (SELECT * FROM sheet) SELECT sheet.id, sheet.owner, sheet.day, sheet.title, sheet.note, sheet.hits, sheet.likes FROM sheet",
    /sheet/,
  ],
  "a setting": [
    "SELECT sheet.id, sheet.owner, sheet.day, current_setting('TimeZone') AS title, sheet.note, sheet.hits, sheet.likes FROM sheet",
    /current_setting/,
  ],
  "a second statement": ["SELECT sheet.id FROM sheet; DELETE FROM sheet", /SELECT|statement|";"/i],
};

test("a mapping that is not a plain function of the unit's rows is refused", async () => {
  const db = await createSmallCutover();
  for (const [name, [mapping, expected]] of Object.entries(MAPPINGS)) {
    expect(`${name}: ${(await refusals(db, { "forward/page.sql": mapping })).join("\n")}`).toMatch(
      new RegExp(`^[^:]*: [^]*(?:${expected.source})`, expected.flags),
    );
  }
});

test("a unit expression that may fail or be NULL is refused", async () => {
  const db = await createSmallCutover();
  const config = SMALL["cutover.json"] as { legacy: { sheet: object } };
  const withUnit = (day: string) => ({
    "cutover.json": {
      ...config,
      legacy: { sheet: { ...config.legacy.sheet, feeds: { owner: ["owner"], day: ["owner", day] } } },
    },
  });
  expect((await refusals(db, withUnit("title::date"))).join("\n")).toMatch(/title::date|total|fail|cast/i);
});
