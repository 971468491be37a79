/**
 * Makes the migrations of this project anew, as a user would: the legacy shape, the new one, the core, the compiled cutover,
 * each committed with graphile-migrate on a throw-away Postgres.
 *
 *   npm run build:chain
 *
 * In a project whose migrations have reached a database nobody does this: what is committed stays, and what is newer is added
 * by `cutover init --upgrade` and `cutover compile`. Here no database outlives a run.
 */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withDatabase } from "../../../scripts/with-database.ts";
import { withClient } from "../../../src/db.ts";
import { buildChain, createProject } from "./project.ts";

const EXAMPLE = join(import.meta.dirname, "..");

const project = await mkdtemp(join(tmpdir(), "pg-cutover-chain-"));
try {
  await withDatabase(async ({ database: url, shadow: shadowUrl, root: rootUrl }) => {
    const name = `${new URL(url).pathname.slice(1)}_development`;
    const developmentUrl = Object.assign(new URL(url), { pathname: `/${name}` }).href;
    const admin = (sql: string) => withClient(rootUrl, (client) => client.query(sql));
    await admin(`CREATE DATABASE ${name}`);
    try {
      await createProject(project);
      await buildChain({ project, url, developmentUrl, shadowUrl, rootUrl }, console.log);
    } finally {
      await admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
  const migrations = join(process.argv[2] ?? EXAMPLE, "migrations");
  await rm(migrations, { recursive: true, force: true });
  await cp(join(project, "migrations"), migrations, { recursive: true });
} finally {
  await rm(project, { recursive: true, force: true });
}
