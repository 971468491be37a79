import { expect, inject, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { createDatabase } from "./database.ts";

const db = await createDatabase();

test("every session has an empty search_path, so that a name without its schema fails", async () => {
  await db.pool.query("CREATE TABLE public.thing (id int)");
  const client = await db.connect();
  await expect(client.query("SELECT FROM thing")).rejects.toMatchObject({ code: "42P01" });
  await expect(db.pool.query("SELECT FROM thing")).rejects.toMatchObject({ code: "42P01" });
  await withClient(db.url, (other) => other.query("SELECT FROM public.thing"));
});

test("a search_path can be asked for", async () => {
  const other = await createDatabase({ searchPath: "public" });
  await other.pool.query("CREATE TABLE thing (id int); SELECT FROM public.thing");
});

test("a template is built once and copied", async () => {
  let builds = 0;
  const template = {
    name: "counted",
    prepare: async (url: string) => {
      builds++;
      await withClient(url, (client) => client.query("CREATE TABLE public.ready AS SELECT 1 AS yes"));
    },
  };
  const copies = await Promise.all([1, 2, 3].map(() => createDatabase({ template })));
  for (const copy of copies) {
    expect((await copy.pool.query("SELECT yes FROM public.ready")).rows).toEqual([{ yes: 1 }]);
  }
  expect(builds).toBe(1);
});

test("another role logs in by its own URL", async () => {
  const role = `clerk_${db.name}`;
  await db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pass word'`);
  const { rows } = await withClient(db.urlOf(role, "pass word"), (client) =>
    client.query("SELECT current_user"),
  );
  expect(rows).toEqual([{ current_user: role }]);
  await db.pool.query(`DROP ROLE ${role}`);
});

test("a dropped database is gone, with the sessions that were open in it", async () => {
  const other = await createDatabase();
  await other.connect();
  await other.drop();
  const { rowCount } = await withClient(inject("postgresUrl"), (client) =>
    client.query("SELECT FROM pg_catalog.pg_database WHERE datname = $1", [other.name]),
  );
  expect(rowCount).toBe(0);
});
