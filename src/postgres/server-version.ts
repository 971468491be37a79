import type { Queryable } from "../db.ts";

/** `server_version_num` of the server that this session is on: 180004 is 18.4. */
export async function serverVersion(client: Queryable): Promise<number> {
  const result = await client.query<{ version: number }>(
    "SELECT pg_catalog.current_setting('server_version_num')::int AS version",
  );
  return result.rows[0]?.version ?? 0;
}
