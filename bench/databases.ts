import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadGenerated } from "../examples/habits/data/load.ts";
import { applyChain } from "../scripts/graphile-migrate.ts";
import { readCatalog } from "../src/catalog/read.ts";
import { compile } from "../src/compiler/compile.ts";
import { type Client, withClient, withTransaction } from "../src/db.ts";
import { loadDefinition } from "../src/definition/load.ts";
import { DefinitionError } from "../src/definition/problem.ts";
import { advance } from "../src/engine/advance.ts";
import { planBackfill } from "../src/engine/backfill.ts";
import { helpBackfill } from "../src/engine/help-backfill.ts";

const EXAMPLE = join(import.meta.dirname, "..", "examples", "habits");
const BASELINES = join(import.meta.dirname, "baselines");

/**
 * How a database begins.
 *
 * - `expanded`: legacy rows, empty new tables, the cutover compiled and observing
 * - `dual_write`: the same, sync on, nothing backfilled
 * - `synced`: the same, backfilled by the engine
 * - `plain`: legacy rows, empty new tables, none of our triggers
 * - `filled`: the same, the new tables filled by plain SQL
 */
export type Kind = "expanded" | "dual_write" | "synced" | "plain" | "filled";

export interface Database {
  readonly url: string;
  drop(): Promise<void>;
}

/** Databases to measure in: each kind is built once, and copied for every use. */
export class Databases {
  readonly #serverUrl: string;
  readonly #say: (text: string) => void;
  readonly #built = new Map<string, Promise<string>>();
  #count = 0;

  constructor(serverUrl: string, say: (text: string) => void) {
    this.#serverUrl = serverUrl;
    this.#say = say;
  }

  /** A database of one's own. */
  async create(kind: Kind, weeks: number): Promise<Database> {
    const template = await this.#template(kind, weeks);
    return this.#copy(template);
  }

  /** An empty database of one's own. */
  blank(): Promise<Database> {
    return this.#copy("template0");
  }

  /** As `create`, gone when `fn` has ended. */
  async with<T>(kind: Kind, weeks: number, fn: (database: Database) => Promise<T>): Promise<T> {
    const database = await this.create(kind, weeks);
    try {
      return await fn(database);
    } finally {
      await database.drop();
    }
  }

  #template(kind: Kind, weeks: number): Promise<string> {
    const key = `bench_${kind}_${weeks}`;
    const known = this.#built.get(key);
    if (known !== undefined) return known;
    const built = this.#build(kind, weeks, key);
    this.#built.set(key, built);
    return built;
  }

  async #build(kind: Kind, weeks: number, name: string): Promise<string> {
    const from = {
      expanded: undefined,
      dual_write: "expanded",
      synced: "dual_write",
      plain: "expanded",
      filled: "plain",
    } as const;
    const base = from[kind];
    const template = base === undefined ? undefined : await this.#template(base, weeks);
    this.#say(`building: ${kind}, ${weeks} weeks`);
    await withClient(this.#serverUrl, (client) =>
      client.query(
        `CREATE DATABASE ${name}${template === undefined ? "" : ` TEMPLATE ${template} STRATEGY file_copy`}`,
      ),
    );
    await prepare(kind, this.#urlOf(name), weeks);
    return name;
  }

  async #copy(template: string): Promise<Database> {
    this.#count += 1;
    const name = `bench_run_${this.#count}`;
    await withClient(this.#serverUrl, (client) =>
      client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`),
    );
    return {
      url: this.#urlOf(name),
      drop: () =>
        withClient(this.#serverUrl, async (client) => {
          await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        }),
    };
  }

  #urlOf(name: string): string {
    return Object.assign(new URL(this.#serverUrl), { pathname: `/${name}` }).href;
  }
}

/** Text of a file in bench/baselines/. */
export function baseline(name: string): Promise<string> {
  return readFile(join(BASELINES, name), "utf8");
}

/** The engine's backfill with one worker on one session, planning included. */
export async function backfillByEngine(url: string): Promise<void> {
  const { id } = await planBackfill(url, "habits");
  const { state } = await helpBackfill(url, id, { worker: "bench" });
  if (state !== "finished") throw new Error(`the backfill is ${state}`);
}

async function prepare(kind: Kind, url: string, weeks: number): Promise<void> {
  switch (kind) {
    case "expanded":
      await applyChain({ database: url });
      await withClient(url, (client) => install(client, weeks));
      break;
    case "dual_write":
      await advance(url, "habits", { to: "dual_write" });
      break;
    case "synced":
      await backfillByEngine(url);
      break;
    case "plain":
      await run(url, await baseline("without-triggers.sql"));
      break;
    case "filled":
      await run(url, await baseline("backfill.sql"));
      break;
  }
  // Plans and pages as in a table that has been there for a while; not in the middle of a measurement.
  await run(url, "VACUUM (ANALYZE)");
}

async function run(url: string, text: string): Promise<void> {
  await withClient(url, (client) => client.query(text));
}

async function install(client: Client, weeks: number): Promise<void> {
  for (const shape of ["legacy.sql", "new.sql"]) {
    await client.query(await readFile(join(EXAMPLE, "schema", shape), "utf8"));
  }
  await withTransaction(client, {}, () => loadGenerated(client, { seed: "bench", weeks }));
  await client.query("ANALYZE");
  const definition = await loadDefinition(join(EXAMPLE, "cutovers", "habits"), EXAMPLE);
  const { catalog, problems } = await readCatalog(client, definition);
  if (problems.length > 0) throw new DefinitionError(definition.name, problems);
  await withTransaction(client, {}, () => client.query(compile(definition, catalog)));
}
