import type { ClientBase } from "pg";
import type { Problem } from "../definition/problem.ts";
import { positionOf } from "../definition/problem.ts";
import { configFileOf } from "../definition/projection-words.ts";
import { withoutSemicolon } from "../definition/sql-file.ts";
import type { Definition, Feed, Table } from "../definition/types.ts";
import { messageOf } from "../errors.ts";
import { narrowsByKey } from "./narrows-by-key.ts";
import { columnsOf, quote } from "./temporary.ts";
import type { Described, Escape } from "./types.ts";
import { unassignable } from "./unassignable.ts";

/**
 * Lets the database itself say what every SELECT of a definition yields and reads.
 *
 * Each text becomes a temporary view over empty stand-ins of the tables, which hide the real ones; what the view then
 * depends on beside the stand-ins has escaped the narrowing to units. All of it happens in a transaction that is
 * rolled back: the database is left as it was.
 *
 * @returns what was described by key, and the problems that the database named
 */
export async function describeDefinition(
  client: ClientBase,
  definition: Definition,
): Promise<{ described: Map<string, Described>; problems: Problem[] }> {
  const described = new Map<string, Described>();
  const problems: Problem[] = [];
  const configFile = configFileOf(definition);
  await client.query("BEGIN");
  try {
    const tables = [...definition.tables, ...definition.context];
    for (const table of tables) {
      await client.query(
        `CREATE TEMP TABLE ${quote(table.name)} (LIKE ${quote(table.schema)}.${quote(table.name)} INCLUDING GENERATED)`,
      );
    }
    const schemas = [...new Set(tables.map((table) => table.schema))];
    await client.query(`SET LOCAL search_path = pg_temp, pg_catalog, ${schemas.map(quote).join(", ")}`);

    let serial = 0;
    const describe = async (key: string, file: string, prefix: string, body: string, suffix: string) => {
      serial += 1;
      const view = `cutover_describe_${serial}`;
      const start = `CREATE TEMP VIEW ${view} AS ${prefix}`;
      await client.query("SAVEPOINT describe");
      try {
        await client.query(`${start}${body}${suffix}`);
        const found = await readView(
          client,
          view,
          tables.map((table) => table.name),
        );
        const target = definition.tables.find((table) => table.mapping?.path === key);
        described.set(
          key,
          target === undefined
            ? found
            : { ...found, ...(await describeMapping(client, view, target, found)) },
        );
      } catch (error) {
        await client.query("ROLLBACK TO SAVEPOINT describe");
        problems.push(problemOf(error, key, file, start.length, body));
      }
    };

    for (const table of definition.tables) {
      const at = `${table.side}.${table.name}`;
      if (table.mapping !== undefined) {
        await describe(
          table.mapping.path,
          table.mapping.path,
          "SELECT * FROM (\n",
          withoutSemicolon(table.mapping.text),
          "\n) AS mapping",
        );
      }
      for (const rule of table.rules) {
        await describe(
          rule.file.path,
          rule.file.path,
          "SELECT * FROM (\n",
          withoutSemicolon(rule.file.text),
          "\n) AS rule",
        );
      }
      if (table.unit !== undefined) {
        const body = table.unit.expressions.join(", ");
        await describe(
          `${at}.unit`,
          configFile,
          `SELECT own.* FROM ${quote(table.name)} CROSS JOIN LATERAL (SELECT `,
          body,
          ") AS own",
        );
      }
      for (const feed of table.feeds)
        await describeFeed(at, table, feed, "new" === table.side ? "reverse" : "forward");
    }
    for (const table of definition.context) {
      for (const feed of table.feeds) await describeFeed(`context.${table.name}`, table, feed, "forward");
    }

    async function describeFeed(
      at: string,
      table: Pick<Table, "name">,
      feed: Feed,
      direction: "forward" | "reverse",
    ) {
      const select = feed.form === "query" ? feed.units : `SELECT ${feed.expressions.join(", ")}`;
      const kind = definition.units[direction].find((candidate) => candidate.name === feed.kind);
      const columns = kind?.columns ?? [];
      const casts = columns.map((column) => `fed.${quote(column.name)}::${column.type}`).join(", ");
      await describe(
        `${at}.feeds.${feed.kind}`,
        configFile,
        `SELECT ${casts} FROM ${quote(table.name)} CROSS JOIN LATERAL (`,
        select,
        `) AS fed (${columns.map((column) => quote(column.name)).join(", ")})`,
      );
      if (feed.form === "query") {
        const unit = columns.map((column) => `NULL::${column.type} AS ${quote(column.name)}`).join(", ");
        await describe(
          `${at}.feeds.${feed.kind}.rows`,
          configFile,
          `SELECT 1 FROM (SELECT ${unit}) AS ${quote(feed.kind)} JOIN ${quote(table.name)} ON (`,
          feed.rows,
          ")",
        );
      }
    }
  } finally {
    await client.query("ROLLBACK");
  }
  return { described, problems };
}

const VIEW_DEPENDENCIES = `
SELECT d.refclassid = 'pg_catalog.pg_class'::regclass AS is_relation,
       pg_catalog.pg_my_temp_schema() = c.relnamespace AS is_stand_in,
       coalesce(c.relname, p.proname) AS name,
       coalesce(cn.nspname || '.' || c.relname, pn.nspname || '.' || p.proname) AS qualified_name,
       a.attname AS column_name,
       p.provolatile = 'i' AS is_immutable,
       EXISTS (SELECT FROM pg_catalog.unnest($2::text[]) AS t (name)
                WHERE l.lanname NOT IN ('c', 'internal')
                  AND pg_catalog.strpos(CASE p.prokind WHEN 'a' THEN '' ELSE pg_catalog.pg_get_functiondef(p.oid) END, t.name) > 0)
         AS names_table
  FROM pg_catalog.pg_rewrite AS r
  JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
  LEFT JOIN pg_catalog.pg_class AS c ON d.refclassid = 'pg_catalog.pg_class'::regclass AND c.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_namespace AS cn ON cn.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
  LEFT JOIN pg_catalog.pg_proc AS p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
  LEFT JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
 WHERE r.ev_class = $1::regclass AND d.refobjid <> r.ev_class AND (c.oid IS NOT NULL OR p.oid IS NOT NULL)`;

/** A row as a whole (`to_jsonb(memo)`) is an attribute number 0, of which pg_depend says nothing. */
const VIEW_READS_WHOLE_ROWS = `
SELECT pg_catalog.strpos(r.ev_action::text, ':varattno 0 ') > 0 AS yes
  FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = $1::regclass`;

/** How often a view's query has each stand-in in a FROM. */
const VIEW_NAMES_TABLES = `
SELECT c.relname AS name,
       (SELECT pg_catalog.count(*) FROM pg_catalog.regexp_matches(r.ev_action::text, ':rtekind 0 :relid ' || c.oid || ' ', 'g')) AS times
  FROM pg_catalog.pg_rewrite AS r
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relname = ANY ($2::text[])
 WHERE r.ev_class = $1::regclass`;

async function readView(client: ClientBase, view: string, standIns: readonly string[]): Promise<Described> {
  const columns = await columnsOf(client, view);
  const reads = new Map<string, Set<string>>();
  const escapes = new Map<string, Escape>();
  for (const row of (await client.query(VIEW_DEPENDENCIES, [`pg_temp.${view}`, standIns])).rows) {
    const name: string = row.qualified_name;
    if (row.is_stand_in && standIns.includes(row.name)) {
      const read = reads.get(row.name) ?? new Set<string>();
      if (row.column_name !== null) read.add(row.column_name);
      reads.set(row.name, read);
    } else if (row.is_relation) {
      escapes.set(name, { kind: "relation", name });
    } else if (!row.is_immutable) {
      escapes.set(name, { kind: "function", name, reason: "not immutable" });
    } else if (row.names_table && name !== "cutover.id") {
      escapes.set(name, { kind: "function", name, reason: "names a table" });
    }
  }
  if ((await client.query(VIEW_READS_WHOLE_ROWS, [`pg_temp.${view}`])).rows[0].yes) {
    for (const [name, read] of reads) {
      const all = await columnsOf(client, name);
      for (const column of all) read.add(column.name);
    }
  }
  const named = await client.query(VIEW_NAMES_TABLES, [`pg_temp.${view}`, standIns]);
  const times = new Map<string, number>(named.rows.map(({ name, times }) => [name, Number(times)]));
  return { columns, reads, times, escapes: [...escapes.values()], unassignable: [], narrowsByKey: false };
}

/** What is asked of a mapping only, and not of a rule or a feed. */
async function describeMapping(
  client: ClientBase,
  view: string,
  target: Table,
  { columns }: Described,
): Promise<Pick<Described, "unassignable" | "narrowsByKey">> {
  const key = columns.filter((column) => target.key.includes(column.name));
  return {
    unassignable: await unassignable(client, view, target.name),
    narrowsByKey: key.length === target.key.length && (await narrowsByKey(client, view, key)),
  };
}

function problemOf(error: unknown, key: string, file: string, prefixLength: number, body: string): Problem {
  const { position, code, hint } = error as { position?: string; code?: string; hint?: string };
  const offset = position === undefined ? -1 : Number(position) - 1 - prefixLength;
  const inside = key === file && offset >= 0 && offset <= body.length;
  const help =
    code === "42803"
      ? "It must be valid without the primary key being known: list every column in GROUP BY."
      : (hint ?? "The database's own parser refused it; paste the file into psql to try.");
  return {
    file,
    ...(inside ? positionOf(body, offset) : {}),
    message: key === file ? messageOf(error) : `${key}: ${messageOf(error)}`,
    help,
  };
}
