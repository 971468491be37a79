import type { ClientBase } from "pg";
import type { CatalogTable } from "./types.ts";

const TABLE_FACTS = `
SELECT n.nspname AS schema, t.relname AS name, t.relkind AS kind, t.relpersistence AS persistence,
       pg_catalog.row_security_active(t.oid) AS hides_rows,
       EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE t.oid IN (i.inhparent, i.inhrelid)) AS has_children,
       CASE WHEN t.relforcerowsecurity THEN 'forced' WHEN t.relrowsecurity THEN 'on' ELSE 'off' END AS row_security,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                 'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
                 'generated', a.attgenerated <> '', 'virtual', a.attgenerated = 'v',
                 'nondeterministic', EXISTS (SELECT FROM pg_catalog.pg_collation AS co WHERE co.oid = a.attcollation AND NOT co.collisdeterministic),
                 'identity', nullif(a.attidentity, ''), 'hasDefault', a.atthasdef)
               ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       coalesce((SELECT pg_catalog.jsonb_agg((
                   SELECT pg_catalog.jsonb_agg(a.attname ORDER BY k.ordinality)
                     FROM pg_catalog.unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, ordinality)
                     JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.attnum
                    WHERE k.ordinality <= x.indnkeyatts) ORDER BY x.indisprimary DESC, x.indexrelid)
          FROM pg_catalog.pg_index AS x
         WHERE x.indrelid = t.oid AND x.indisunique AND x.indimmediate AND x.indisvalid
           AND x.indpred IS NULL AND x.indexprs IS NULL), '[]') AS unique_keys,
       coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                   'columns', (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY k.ordinality)
                                 FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (attnum, ordinality)
                                 JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum),
                   'references', fn.nspname || '.' || f.relname,
                   'onDelete', CASE WHEN c.confdeltype IN ('a', 'r') THEN 'refused' ELSE 'let through' END,
                   'onUpdate', CASE WHEN c.confupdtype IN ('a', 'r') THEN 'refused' ELSE 'let through' END,
                   'referencedColumns', (SELECT pg_catalog.jsonb_agg(a.attname ORDER BY k.ordinality)
                                 FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS k (attnum, ordinality)
                                 JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.attnum))
                 ORDER BY c.conname)
          FROM pg_catalog.pg_constraint AS c
          JOIN pg_catalog.pg_class AS f ON f.oid = c.confrelid JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
         WHERE c.conrelid = t.oid AND c.contype = 'f'), '[]') AS foreign_keys,
       coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', g.tgname, 'definition', pg_catalog.pg_get_triggerdef(g.oid),
                                                                                'before', g.tgtype & 2 = 2)
                                             ORDER BY g.tgname)
          FROM pg_catalog.pg_trigger AS g
          JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
         WHERE g.tgrelid = t.oid AND NOT g.tgisinternal AND pn.nspname NOT IN ($3, 'cutover')
           AND NOT (pg_catalog.starts_with(g.tgname, 'zzz_cutover_') AND pg_catalog.starts_with(pn.nspname, 'cutover_'))), '[]')
         AS application_triggers,
       coalesce((SELECT pg_catalog.jsonb_agg(r.rulename ORDER BY r.rulename)
          FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = t.oid AND r.rulename <> '_RETURN'), '[]') AS rewrite_rules
  FROM pg_catalog.pg_class AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
 WHERE n.nspname = $1 AND t.relname = $2`;

/**
 * Reads what the catalog knows of a table; writes nothing, takes no lock on it.
 *
 * @param compiledSchema triggers whose function lives there are ours and are left out, as are those of other cutovers
 *   and projections and those that mark views: these only note
 * @returns undefined when there is no such table
 */
export async function introspectTable(
  client: ClientBase,
  table: { readonly schema: string; readonly name: string },
  compiledSchema: string,
): Promise<CatalogTable | undefined> {
  const { rows } = await client.query(TABLE_FACTS, [table.schema, table.name, compiledSchema]);
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    schema: row.schema,
    name: row.name,
    kind: row.kind,
    persistence: row.persistence,
    hidesRows: row.hides_rows,
    hasChildren: row.has_children,
    rowSecurity: row.row_security,
    columns: row.columns.map((column: Record<string, unknown>) => ({
      ...column,
      identity: column.identity === "a" ? "always" : column.identity === "d" ? "by default" : undefined,
    })),
    uniqueKeys: row.unique_keys,
    foreignKeys: row.foreign_keys,
    applicationTriggers: row.application_triggers,
    rewriteRules: row.rewrite_rules,
  };
}
