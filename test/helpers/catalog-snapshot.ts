import type { Client } from "../../src/db.ts";

/**
 * Columns of the system catalog that say nothing of what is there: statistics, file numbers, transaction horizons, and flags that Postgres
 * sets at once and takes back only by VACUUM.
 */
const VOLATILE: Readonly<Record<string, readonly string[]>> = {
  pg_class: [
    "relpages",
    "reltuples",
    "relallvisible",
    "relallfrozen",
    "relfilenode",
    "relfrozenxid",
    "relminmxid",
    "relhastriggers",
  ],
};

/** Planner statistics, written by ANALYZE whenever it likes. */
const STATISTICS = ["pg_statistic", "pg_statistic_ext_data"];

/**
 * Every row of every system catalog of this database, and of the shared ones what is about it, as sorted lines of text. An object that
 * stays keeps its number, so two snapshots are equal exactly when nothing was added, taken away or altered in between; who may use what
 * (ACLs) is compared without regard to the order of the grants.
 */
export async function catalogSnapshot(client: Client): Promise<string[]> {
  const { rows: catalogs } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_catalog.pg_class AS c
      WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND c.relkind = 'r' AND NOT c.relisshared
        AND c.relname <> ALL ($1) AND c.relname NOT LIKE 'pg_largeobject%'
      ORDER BY c.relname`,
    [STATISTICS],
  );
  const selects = catalogs.map(({ name }) => {
    const dropped = (VOLATILE[name] ?? []).map((column) => ` - '${column}'`).join("");
    return `SELECT '${name}' AS catalog, pg_catalog.to_jsonb(row)${dropped} AS found FROM pg_catalog.${name} AS row`;
  });
  selects.push(
    `SELECT 'pg_shdepend', pg_catalog.to_jsonb(row) FROM pg_catalog.pg_shdepend AS row
      WHERE row.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())`,
    `SELECT 'pg_db_role_setting', pg_catalog.to_jsonb(row) FROM pg_catalog.pg_db_role_setting AS row
      WHERE row.setdatabase = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())`,
  );
  const { rows } = await client.query<{ catalog: string; found: Record<string, unknown> }>(
    selects.join("\nUNION ALL\n"),
  );
  return rows.map(({ catalog, found }) => `${catalog} ${JSON.stringify(found, sortedAcl)}`).sort();
}

/** Lines that only one of two snapshots holds, `-` and `+` in front. */
export function catalogChanges(before: readonly string[], after: readonly string[]): string[] {
  const had = new Set(before);
  const has = new Set(after);
  return [
    ...before.filter((line) => !has.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !had.has(line)).map((line) => `+ ${line}`),
  ];
}

function sortedAcl(key: string, value: unknown): unknown {
  return /acl$/.test(key) && Array.isArray(value) ? [...value].sort() : value;
}
