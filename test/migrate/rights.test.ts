import { randomBytes } from "node:crypto";
import { expect, inject, onTestFinished, test } from "vitest";
import { withClient } from "../../src/db.ts";
import { writeProjectFile } from "../helpers/project.ts";
import { createMigrateProject, type MigrateProject } from "./project.ts";

/** A role that may log in and nothing else; it goes with the test. */
async function createRole(project: MigrateProject): Promise<{ role: string; url: string }> {
  const role = `deployer_${randomBytes(4).toString("hex")}`;
  const { pool } = project.db;
  await pool.query(
    `CREATE ROLE ${role} LOGIN PASSWORD 'secret' NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS`,
  );
  onTestFinished(async () => {
    await withClient(project.db.url, (client) => client.query(`DROP OWNED BY ${role} CASCADE`)).catch(
      () => undefined,
    );
    await withClient(inject("postgresUrl"), (client) => client.query(`DROP ROLE IF EXISTS ${role}`)).catch(
      () => undefined,
    );
  });
  return { role, url: project.db.urlOf(role, "secret") };
}

const grantLines = (hint: string) => hint.match(/GRANT .*;/g) ?? [];

test("rights that are missing are listed as GRANT lines, which suffice", async () => {
  const project = await createMigrateProject(
    [
      "CREATE TABLE public.one (id int);\n",
      "CREATE TABLE public.two (id int); ALTER TABLE public.one ADD COLUMN words text;\n",
    ],
    { applied: 1 },
  );
  const { role, url } = await createRole(project);
  await project.db.pool.query("REVOKE ALL ON SCHEMA public FROM PUBLIC");

  const first = await project.cutover("migrate", "--database-url", url, "--json");
  expect(first).toMatchObject({ code: 12, facts: { error: { code: "CU432" } } });
  expect(grantLines(first.facts.error.hint)).toEqual([
    `GRANT USAGE ON SCHEMA graphile_migrate TO ${role};`,
    `GRANT SELECT, INSERT ON TABLE graphile_migrate.migrations TO ${role};`,
  ]);
  await project.db.pool.query(grantLines(first.facts.error.hint).join("\n"));

  const second = await project.cutover("migrate", "--database-url", url, "--json");
  expect(second.code).toBe(12);
  const { rows } = await project.db.pool.query(
    "SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relowner)) AS owner FROM pg_catalog.pg_class WHERE oid = 'public.one'::regclass",
  );
  expect(grantLines(second.facts.error.hint)).toEqual([
    `GRANT CREATE ON DATABASE ${project.db.name} TO ${role};`,
    `GRANT CREATE ON SCHEMA graphile_migrate TO ${role};`,
    `GRANT USAGE, CREATE ON SCHEMA public TO ${role};`,
    `GRANT ${rows[0].owner} TO ${role};`,
  ]);
  expect(await project.applied()).toEqual(["000001.sql"]);

  const owner = grantLines(second.facts.error.hint).pop();
  await project.db.pool.query(grantLines(second.facts.error.hint).slice(0, -1).join("\n"));
  // The owner here is a superuser, whom we rather do not hand out: the table changes hands instead.
  expect(owner).toMatch(/^GRANT /);
  await project.db.pool.query(`ALTER TABLE public.one OWNER TO ${role}`);
  expect(await project.cutover("migrate", "--database-url", url, "--json")).toMatchObject({
    code: 0,
    facts: { ran: [project.files[1]] },
  });
});

test("an owner without SUPERUSER, CREATEROLE, BYPASSRLS and CREATEDB migrates an empty database", async () => {
  const project = await createMigrateProject([
    "CREATE SCHEMA app; CREATE TABLE app.one (id int);\n",
    "CREATE TABLE app.two (id int); ALTER TABLE app.one ADD COLUMN words text; CREATE INDEX ON app.one (words);\n",
    "--! no-transaction\nCREATE INDEX CONCURRENTLY one_id ON app.one (id);\n",
  ]);
  const { role, url } = await createRole(project);
  await project.db.pool.query(`ALTER DATABASE ${project.db.name} OWNER TO ${role}`);
  expect(await project.cutover("migrate", "--database-url", url, "--json")).toMatchObject({
    code: 0,
    facts: { ran: project.files },
  });
});

test("where graphile-migrate's schema is managed by others, CREATE on the database is not asked for", async () => {
  const project = await createMigrateProject(["SELECT 1;\n", "CREATE TABLE public.two (id int);\n"], {
    applied: 1,
  });
  await writeProjectFile(project.folder, ".gmrc", "{ manageGraphileMigrateSchema: false }\n");
  const { role, url } = await createRole(project);
  await project.db.pool.query(
    `REVOKE ALL ON SCHEMA public FROM PUBLIC;
     GRANT CREATE, USAGE ON SCHEMA public TO ${role};
     GRANT USAGE ON SCHEMA graphile_migrate TO ${role};
     GRANT SELECT, INSERT ON graphile_migrate.migrations TO ${role}`,
  );
  expect(await project.cutover("migrate", "--database-url", url, "--json")).toMatchObject({
    code: 0,
    facts: { ran: [project.files[1]] },
  });
});

test("with nothing pending it is enough to read what is there", async () => {
  const project = await createMigrateProject(["SELECT 1;\n"], { applied: 1 });
  const { role, url } = await createRole(project);
  await project.db.pool.query(
    `REVOKE ALL ON SCHEMA public FROM PUBLIC;
     GRANT USAGE ON SCHEMA graphile_migrate TO ${role};
     GRANT SELECT ON graphile_migrate.migrations TO ${role}`,
  );
  expect(await project.cutover("migrate", "--database-url", url, "--json")).toMatchObject({
    code: 0,
    facts: { upToDate: true },
  });
});

test("the rights that count are those of the role that the settings switch to", async () => {
  const project = await createMigrateProject(["CREATE TABLE public.one (id int);\n"]);
  const owner = await createRole(project);
  const deployer = await createRole(project);
  await project.db.pool.query(
    `ALTER DATABASE ${project.db.name} OWNER TO ${owner.role}; GRANT ${owner.role} TO ${deployer.role}; GRANT CREATE ON SCHEMA public TO ${owner.role}`,
  );
  await writeProjectFile(project.folder, ".gmrc", `{ pgSettings: { role: "${owner.role}" } }\n`);
  expect(await project.cutover("migrate", "--database-url", deployer.url, "--json")).toMatchObject({
    code: 0,
  });
  const { rows } = await project.db.pool.query(
    "SELECT tableowner FROM pg_catalog.pg_tables WHERE tablename = 'one'",
  );
  expect(rows).toEqual([{ tableowner: owner.role }]);
});
