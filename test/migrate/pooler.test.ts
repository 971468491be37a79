import { expect, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { refuseTransactionPooling } from "../../src/migrate/pooler.ts";
import { createDatabase } from "../helpers/database.ts";
import { startPooler } from "./pooling-proxy.ts";
import { createMigrateProject } from "./project.ts";

const ask = (url: string) => withClient(url, (client) => refuseTransactionPooling(client, url));

test("a transaction pooler is refused with the way around it, and nothing is run", async () => {
  const project = await createMigrateProject(["CREATE TABLE public.one (id int);\n"]);
  const pooler = await startPooler(project.db.url, "transaction", 5);
  expect(await project.cutover("migrate", "--database-url", pooler.url, "--json")).toMatchObject({
    code: 13,
    facts: {
      ok: false,
      error: {
        code: "CU433",
        message: expect.stringContaining("a transaction pooler stands between"),
        hint: expect.stringContaining("direct URL"),
      },
    },
  });
  expect((await project.db.pool.query("SELECT pg_catalog.to_regclass('public.one') AS one")).rows).toEqual([
    { one: null },
  ]);
});

test("a transaction pooler is recognised with one backend and with many", async () => {
  const db = await createDatabase();
  for (const size of [1, 2, 10]) {
    const pooler = await startPooler(db.url, "transaction", size);
    // Others have left idle backends behind.
    await Promise.all(
      Array.from({ length: size }, () =>
        withClient(pooler.url, (client) => client.query("SELECT pg_catalog.pg_sleep(0)")),
      ),
    );
    await expect(ask(pooler.url)).rejects.toMatchObject({ code: "CU433", exitCode: 13 });
  }
});

test("a pool in session mode is as good as Postgres itself", async () => {
  const project = await createMigrateProject(["CREATE TABLE public.one (id int);\n"]);
  await expect(ask(project.db.url)).resolves.toBeUndefined();
  const pooler = await startPooler(project.db.url, "session", 10);
  await expect(ask(pooler.url)).resolves.toBeUndefined();
  expect(await project.cutover("migrate", "--database-url", pooler.url, "--json")).toMatchObject({
    code: 0,
    facts: { ran: project.files },
  });
});

test("a server that gives no second connection proves nothing", async () => {
  const db = await createDatabase();
  const role = `lonely_${db.name}`;
  await db.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' CONNECTION LIMIT 1`);
  await expect(ask(db.urlOf(role, "secret"))).resolves.toBeUndefined();
  await db.pool.query(`DROP ROLE ${role}`);
});
