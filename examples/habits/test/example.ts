import { readFileSync } from "node:fs";
import type { Client } from "../../../src/db.ts";
import { withClient } from "../../../src/db.ts";
import { createDatabase, type TestDatabase } from "../../../test/helpers/database.ts";

const EXAMPLE = new URL("../", import.meta.url);

/** Text of a file of the example. */
export function read(path: string): string {
  return readFileSync(new URL(path, EXAMPLE), "utf8");
}

interface Feed {
  readonly units: string;
  readonly rows: string;
}

export interface Table {
  readonly key: readonly string[];
  readonly unit: Record<string, readonly string[]>;
  readonly feeds: Record<string, readonly string[] | Feed>;
  readonly insertOnly?: readonly string[];
}

type Kinds = Record<string, Record<string, string>>;

export const definition = JSON.parse(read("cutovers/habits/cutover.json")) as {
  units: { forward: Kinds; reverse: Kinds };
  legacy: Record<string, Table>;
  new: Record<string, Table>;
};

/** A mapping of the cutover: the SELECT that yields one table's rows. */
export interface Mapping {
  readonly direction: "forward" | "reverse";
  readonly table: string;
  readonly sql: string;
}

function mappings(direction: Mapping["direction"], tables: readonly string[]): Mapping[] {
  return tables.map((table) => ({
    direction,
    table,
    sql: read(`cutovers/habits/${direction}/${table}.sql`),
  }));
}

/** Parents first. */
export const forward = mappings("forward", ["children", "weeks", "kept_sheets", "habits", "habit_records"]);
export const reverse = mappings("reverse", ["habit_tracker", "kept_children", "kept_habits", "kept_cells"]);

/** The quarantine rules by reason. */
export const rules: Record<string, string> = Object.fromEntries(
  [
    "unknown-owner",
    "unusable-child-name",
    "unknown-date",
    "malformed-habits",
    "malformed-times",
    "duplicate-habit-id",
  ].map((reason) => [reason, read(`cutovers/habits/quarantine/habit_tracker/${reason}.sql`)]),
);

/** A database with both shapes in it, and nothing of the toolkit. */
export function createExampleDatabase(): Promise<TestDatabase> {
  return createDatabase({
    searchPath: "public",
    template: {
      name: "habits_shapes",
      prepare: (url) =>
        withClient(url, async (client) => {
          await client.query(read("schema/legacy.sql"));
          await client.query(read("schema/new.sql"));
          await client.query(read("writers/journal.sql"));
        }),
    },
  });
}

/** Runs `fn` in a transaction that leaves nothing behind. */
export async function inVain<T>(client: Client, fn: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    return await fn();
  } finally {
    await client.query("ROLLBACK");
  }
}

/** The columns that a mapping yields. */
export async function columnsOf(client: Client, { sql }: Mapping): Promise<string[]> {
  const { fields } = await client.query(`SELECT * FROM (${sql}) AS mapped LIMIT 0`);
  return fields.map(({ name }) => name);
}

/** Fills the tables of one side, empty before, with what their mappings say. */
export async function load(client: Client, of: readonly Mapping[]): Promise<void> {
  for (const mapping of of) {
    const columns = (await columnsOf(client, mapping)).join(", ");
    await client.query(
      `INSERT INTO public.${mapping.table} (${columns}) SELECT ${columns} FROM (${mapping.sql}) AS mapped`,
    );
  }
}

/** Empties one side and fills it again from copies of what its mappings say now. */
export async function reload(client: Client, of: readonly Mapping[]): Promise<void> {
  for (const { table, sql } of of)
    await client.query(`CREATE TEMP TABLE said_${table} ON COMMIT DROP AS ${sql}`);
  await client.query(`TRUNCATE ${of.map(({ table }) => `public.${table}`).join(", ")}`);
  await load(
    client,
    of.map((mapping) => ({ ...mapping, sql: `SELECT * FROM said_${mapping.table}` })),
  );
  for (const { table } of of) await client.query(`DROP TABLE said_${table}`);
}

/** Rows in which a table and its mapping differ, both ways; in mapped columns that are kept true after an insert. */
export async function differences(client: Client, mapping: Mapping, where = "true"): Promise<unknown[]> {
  const once =
    definition[mapping.direction === "forward" ? "new" : "legacy"][mapping.table]?.insertOnly ?? [];
  const columns = (await columnsOf(client, mapping)).filter((column) => !once.includes(column)).join(", ");
  const actual = `SELECT ${columns} FROM public.${mapping.table} WHERE ${where}`;
  const expected = `SELECT ${columns} FROM (${mapping.sql}) AS mapped WHERE ${where}`;
  const { rows } = await client.query(`
    (SELECT 'only in the table' AS what, * FROM (${actual} EXCEPT ALL ${expected}) AS more)
    UNION ALL
    (SELECT 'only in the mapping' AS what, * FROM (${expected} EXCEPT ALL ${actual}) AS fewer)
    LIMIT 10`);
  return rows;
}
