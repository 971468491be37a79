import type { Queryable } from "../../src/db.ts";

/** Rows and index entries that a piece of work read, by table or index; those alone of which it read any. */
export type Reads = Readonly<Record<string, number>>;

/**
 * What `work` reads inside the session's open transaction, counted by the server: rows of sequential scans, rows fetched by way of
 * an index, and the index entries themselves. System catalogs are left out.
 */
export async function readsOf(session: Queryable, work: () => Promise<unknown>): Promise<Reads> {
  const before = await counters(session);
  await work();
  const after = await counters(session);
  const reads: Record<string, number> = {};
  for (const [name, count] of after) {
    const read = count - (before.get(name) ?? 0);
    if (read > 0) reads[name] = read;
  }
  return reads;
}

async function counters(session: Queryable): Promise<Map<string, number>> {
  const { rows } = await session.query<{ name: string; read: string }>(
    `SELECT c.oid::regclass::text AS name,
            pg_stat_get_xact_tuples_returned(c.oid)
              + CASE WHEN c.relkind = 'i' THEN 0 ELSE pg_stat_get_xact_tuples_fetched(c.oid) END AS read
       FROM pg_class AS c
      WHERE c.relkind IN ('r', 'i') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)`,
  );
  return new Map(rows.map(({ name, read }) => [name, Number(read)]));
}
