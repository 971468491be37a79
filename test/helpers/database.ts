import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import pg from "pg";
import { expect, inject } from "vitest";
import { connect, withClient } from "../../src/db.ts";

export interface DatabaseOptions {
  /**
   * search_path of all sessions, default empty: a name that is not qualified fails at once. "public" for what is made
   * to be pasted into psql, such as a mapping's SELECT.
   */
  readonly searchPath?: string;
  /** Start as a copy of this database, which is built once per run. */
  readonly template?: Template;
}

/** What many databases begin with. */
export interface Template {
  /** Short and stable: `core`. The same name always means the same content. */
  readonly name: string;
  /** Fills the new, empty database at `url`, and leaves no session open. */
  prepare(url: string): Promise<void>;
}

/** A database of a test file's own. */
export interface TestDatabase {
  readonly name: string;
  /** Connection URL of its owner, a superuser. */
  readonly url: string;
  readonly pool: pg.Pool;
  /** Opens a session of its own, closed with the database unless the test closes it first. */
  connect(config?: pg.ClientConfig): Promise<pg.Client>;
  /** Connection URL of another role, which must be allowed to log in with this password. */
  urlOf(role: string, password: string): string;
  /** Closes all sessions and drops it now. Files that passed have theirs dropped at their end anyway. */
  drop(): Promise<void>;
}

const open = new Set<TestDatabase>();
/** Sessions of the maintenance database, kept for the file: every new one costs as much as a small test. */
let maintenance: pg.Pool | undefined;

function withMaintenance<T>(fn: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  if (maintenance === undefined) {
    maintenance = new pg.Pool({ connectionString: inject("postgresUrl"), max: 4 });
    maintenance.on("error", () => undefined);
  }
  return withClient(maintenance, fn);
}

/** Creates an empty database, or a copy of a template, in the Postgres that all test files share. */
export async function createDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const maintenanceUrl = inject("postgresUrl");
  const file = basename(expect.getState().testPath ?? "test").replace(/\.test\.ts$/, "");
  const name = `test_${file.replaceAll(/[^a-z0-9]+/gi, "_").toLowerCase()}_${randomBytes(4).toString("hex")}`;
  await withMaintenance(async (client) => {
    const template = options.template
      ? await buildTemplate(client, maintenanceUrl, options.template)
      : "template1";
    // file_copy: 10 ms where the default, which writes all of it to the WAL, takes 40. Postgres 14 knows only this way.
    const strategy = inject("postgresVersion") >= 150000 ? "STRATEGY file_copy" : "";
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} ${strategy}`);
    await client.query(`ALTER DATABASE ${name} SET search_path TO ${options.searchPath ?? "''"}`);
  });
  const database = testDatabase(name, maintenanceUrl);
  open.add(database);
  return database;
}

/** Ends every session of this file's databases, and drops the databases unless the file failed. */
export async function closeDatabases(failed: boolean): Promise<void> {
  for (const database of [...open]) {
    if (failed) {
      console.error(`kept for a look, as long as this Postgres runs: database ${database.name}`);
      if (!database.pool.ended) await database.pool.end();
    } else {
      await database.drop();
    }
  }
  open.clear();
  await maintenance?.end();
  maintenance = undefined;
}

function testDatabase(name: string, maintenanceUrl: string): TestDatabase {
  const url = databaseUrl(maintenanceUrl, name);
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  // Tests end sessions on purpose.
  pool.on("error", () => undefined);
  const clients: pg.Client[] = [];
  const database: TestDatabase = {
    name,
    url,
    pool,
    async connect(config) {
      const client = await connect(url, config);
      clients.push(client);
      return client;
    },
    urlOf: (role, password) => databaseUrl(maintenanceUrl, name, role, password),
    async drop() {
      if (!open.delete(database)) return;
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      if (!pool.ended) await pool.end();
      await withMaintenance((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
  return database;
}

/** One session builds it, all others wait for that: the lock is held in the maintenance database. */
async function buildTemplate(
  client: pg.ClientBase,
  maintenanceUrl: string,
  template: Template,
): Promise<string> {
  const name = `template_${template.name}_${inject("runId")}`;
  await client.query("SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtext($1))", [name]);
  try {
    const found = await client.query("SELECT FROM pg_catalog.pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 0) {
      // Under another name until it is whole: a failed build is built again.
      const draft = `${name}_draft`;
      await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${draft}`);
      await template.prepare(databaseUrl(maintenanceUrl, draft));
      await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`);
    }
  } finally {
    await client.query("SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtext($1))", [name]);
  }
  return name;
}

function databaseUrl(base: string, name: string, role?: string, password?: string): string {
  const url = new URL(base);
  url.pathname = `/${name}`;
  if (role !== undefined) url.username = encodeURIComponent(role);
  if (password !== undefined) url.password = encodeURIComponent(password);
  return url.href;
}
