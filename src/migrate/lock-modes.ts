import type { Client } from "../db.ts";

/** A row of pg_locks. */
export interface SeenLock {
  /** The oid of the relation, as text. */
  readonly relation: string;
  /** `AccessExclusiveLock`. */
  readonly mode: string;
}

/** What this session has locked. */
export const LOCKS_OF = `
  SELECT held.relation::text AS relation, held.mode
    FROM pg_catalog.pg_locks AS held
   WHERE held.locktype = 'relation' AND held.pid = pg_catalog.pg_backend_pid()
   ORDER BY held.relation, held.mode`;

/** Names of all relations that may stand in somebody's way, by oid. One that is dropped later keeps its name here. */
export async function relationNames(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ oid: string; name: string }>(`
    SELECT class.oid::text AS oid, pg_catalog.format('%I.%I', namespace.nspname, class.relname) AS name
      FROM pg_catalog.pg_class AS class
      JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
     WHERE class.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
       AND namespace.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`);
  return new Map(rows.map((row) => [row.oid, row.name]));
}

export const lockKey = (lock: SeenLock) => `${lock.relation} ${lock.mode}`;

const BLOCKS: Readonly<Record<string, string>> = {
  ShareUpdateExclusiveLock: "other schema changes and VACUUM",
  ShareLock: "writes",
  ShareRowExclusiveLock: "writes",
  ExclusiveLock: "writes and row locks",
  AccessExclusiveLock: "reads and writes",
};

/** A mode in the words of Postgres' documentation, and what it keeps others from. */
export function blockedBy(mode: string): { readonly mode: string; readonly blocks: string | undefined } {
  const words = mode.replace(/Lock$/, "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
  return { mode: words.toUpperCase(), blocks: BLOCKS[mode] };
}
