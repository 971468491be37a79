import { expect, test } from "vitest";
import { dumpSchema } from "../../scripts/dump-schema.ts";
import { withClient } from "../../src/db.ts";
import { createDatabase } from "../helpers/database.ts";

const SCHEMA = `
  CREATE SCHEMA shop;
  CREATE TYPE shop.mood AS ENUM ('good', 'bad');
  CREATE DOMAIN shop.amount AS integer CHECK (VALUE > 0);
  CREATE TABLE shop.customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL DEFAULT 'nobody' CHECK (name <> ''),
    mood shop.mood
  );
  CREATE INDEX customer_mood ON shop.customer (mood) WHERE mood IS NOT NULL;
  CREATE VIEW shop.happy AS SELECT id FROM shop.customer WHERE mood = 'good';
  GRANT SELECT ON shop.happy TO PUBLIC;
  CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
    AS 'BEGIN RETURN new; END';
  REVOKE ALL ON FUNCTION shop.touch FROM PUBLIC;
  CREATE TRIGGER touch BEFORE UPDATE ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.touch();
`;

test("a dump names tables, indexes, triggers, views and functions, and who may use them", async () => {
  const db = await createDatabase();
  const before = await withClient(db.url, (client) => dumpSchema(client, "shop"));
  expect(before).not.toContain("CREATE");
  await db.pool.query(SCHEMA);
  const text = await withClient(db.url, (client) => dumpSchema(client, "shop"));
  expect(text).toContain("CREATE TYPE shop.mood AS ENUM ('good', 'bad');");
  expect(text).toContain("CREATE DOMAIN shop.amount AS integer CHECK ((VALUE > 0));");
  expect(text).toContain("  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,\n");
  expect(text).toContain(`  name text COLLATE "C" DEFAULT 'nobody'::text NOT NULL,\n`);
  expect(text).toContain("  CONSTRAINT customer_pkey PRIMARY KEY (id),\n");
  expect(text).toContain(
    "CREATE INDEX customer_mood ON shop.customer USING btree (mood) WHERE (mood IS NOT NULL);",
  );
  expect(text).toContain("CREATE TRIGGER touch BEFORE UPDATE ON shop.customer");
  expect(text).toMatch(/CREATE VIEW shop\.happy AS\n[^;]+;\n-- SELECT for PUBLIC/);
  expect(text).toMatch(
    /FUNCTION shop\.touch\(\) RETURNS trigger\n.* SECURITY DEFINER SET search_path=pg_catalog;\n$/,
  );
});

test("the same content gives the same dump, whatever the order in which it was made", async () => {
  const tables = ["CREATE TABLE shop.a (id int)", "CREATE TABLE shop.b (id int)"];
  const dumps = [tables, tables.toReversed()].map(async (statements) => {
    const db = await createDatabase();
    await db.pool.query(["CREATE SCHEMA shop", ...statements].join(";"));
    return withClient(db.url, (client) => dumpSchema(client, "shop"));
  });
  const [first, second] = await Promise.all(dumps);
  expect(second).toBe(first);
});
