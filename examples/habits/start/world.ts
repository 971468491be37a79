import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { connect } from "../../../src/db.ts";
import type { RunningPostgres } from "../../../src/postgres/provider.ts";
import { type Loaded, loadGenerated } from "../data/load.ts";
import { leftOut, readLegacy, type State } from "../model/index.ts";
import { chooseHotSheets } from "../writers/hot-sheets.ts";
import { createJournal } from "../writers/journal.ts";
import type { Workplace } from "./command-line.ts";
import { Crew } from "./crew.ts";
import type { StoryOptions } from "./options.ts";
import { createProject } from "./project.ts";
import { count, type Timeline } from "./timeline.ts";
import { Workers } from "./workers.ts";

/** Everything a cutover takes place in: a database with live data, an application that writes, a project, workers. */
export interface World {
  readonly place: Workplace;
  readonly client: pg.Client;
  readonly crew: Crew;
  readonly workers: Workers;
  readonly loaded: Loaded;
  /** What the legacy side held before the first write. */
  readonly initial: State;
  readonly postgres: string;
  readonly databaseName: string;
  readonly databases: readonly string[];
  close(): Promise<void>;
}

const EXAMPLE = join(import.meta.dirname, "..");

export async function createWorld(
  postgres: RunningPostgres,
  folder: string,
  options: StoryOptions,
  timeline: Timeline,
): Promise<World> {
  const suffix = randomBytes(3).toString("hex");
  const name = `habits_${suffix}`;
  const role = `habits_app_${suffix}`;
  const password = randomBytes(12).toString("hex");
  const admin = await connect(postgres.url);
  const version = (await admin.query("SHOW server_version")).rows[0].server_version as string;
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.query(`CREATE DATABASE ${name}_development`);
  // The application's role: it may read and write rows, and nothing else. It passes row security, as a service role does.
  await admin.query(`CREATE ROLE ${role} LOGIN BYPASSRLS PASSWORD '${password}'`);
  await admin.end();
  const urlOf = (database: string, user?: string) => {
    const url = new URL(postgres.url);
    url.pathname = `/${database}`;
    if (user !== undefined) {
      url.username = user;
      url.password = password;
    }
    return url.href;
  };
  timeline.say(`PostgreSQL ${version}`);

  const client = await connect(urlOf(name));
  await client.query(await readFile(join(EXAMPLE, "schema", "legacy.sql"), "utf8"));
  await createJournal(client);
  await client.query(`
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${role};
    GRANT USAGE ON SCHEMA public, auth, journal TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role};
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA auth TO ${role};
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA journal TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public, journal TO ${role};`);
  const loaded = await loadGenerated(client, { seed: options.seed, weeks: options.weeks });
  await client.query("ANALYZE");
  const initial = await readLegacy(client);
  timeline.say(`${count(loaded.rows)} weeks in public.habit_tracker, ${count(loaded.cells)} marks`);

  const avoid = leftOut(initial);
  const hotSheets = await chooseHotSheets(client, 12, avoid);
  await createProject(folder);
  const place: Workplace = {
    project: folder,
    url: urlOf(name),
    developmentUrl: urlOf(`${name}_development`),
    shadowUrl: urlOf(`${name}_shadow`),
    rootUrl: postgres.url,
  };
  return {
    place,
    client,
    crew: new Crew({
      url: urlOf(name, role),
      directory: postgres.directory,
      seed: options.seed,
      avoid: [...avoid],
      hotSheets,
    }),
    workers: new Workers(place),
    loaded,
    initial,
    postgres: version,
    databaseName: name,
    databases: [name, `${name}_shadow`, `${name}_development`],
    close: async () => {
      await client.end().catch(() => undefined);
      if (options.keep) return;
      const again = await connect(postgres.url);
      await again.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await again.query(`DROP ROLE IF EXISTS ${role}`);
      await again.end();
    },
  };
}
