import type { ClientBase } from "pg";

/** An identifier, always quoted. */
export const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The columns of a temporary table or view of this session, with their types as `format_type` spells them. */
export async function columnsOf(
  client: ClientBase,
  name: string,
): Promise<{ readonly name: string; readonly type: string }[]> {
  const { rows } = await client.query(
    `SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
       FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [`pg_temp.${quote(name)}`],
  );
  return rows;
}
