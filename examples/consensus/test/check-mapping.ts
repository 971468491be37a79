import type { ClientBase } from "pg";
import {
  type Direction,
  fedUnits,
  type MappedTable,
  type MappingCase,
  mappedRows,
  qualified,
  quote,
  readTables,
  shadowed,
  unitColumns,
  unitText,
  writtenTables,
} from "./mapping-case.ts";

/** A row that should not be there, or is not there though it should. `row` is cut short for reading. */
export interface Difference {
  table: string;
  problem: "missing" | "unexpected";
  unit: string;
  row: string;
}

interface Row {
  unit: string;
  hash: string;
  row: string;
}

/** The forward units that a quarantine or exclude rule keeps back, and the reverse units that this keeps back. */
export interface KeptBack {
  forward: Set<string>;
  reverse: Set<string>;
  /** Legacy rows by reason. */
  rows: Record<string, number>;
}

/** Runs every rule and follows its rows to the units on both sides that nothing is written for. */
export async function keptBack(client: ClientBase, mappingCase: MappingCase): Promise<KeptBack> {
  const result: KeptBack = { forward: new Set(), reverse: new Set(), rows: {} };
  for (const rule of mappingCase.rules) {
    const table = mappingCase.legacy.find(({ name }) => name === rule.table);
    if (table === undefined) throw new Error(`a rule names "${rule.table}", which is not a legacy table`);
    const keys = shadowed(mappingCase, "forward", rule.select);
    const { rowCount } = await client.query(keys);
    result.rows[rule.reason] = (result.rows[rule.reason] ?? 0) + (rowCount ?? 0);
    const name = quote(table.name);
    const key = table.key.map(
      (column) => `${name}.${quote(column)} IS NOT DISTINCT FROM hit.${quote(column)}`,
    );
    for (const { kind, fed } of await fedBy(
      client,
      mappingCase,
      table,
      `WHERE EXISTS (SELECT FROM (${keys}) AS hit WHERE ${key.join(" AND ")})`,
    )) {
      result.forward.add(kind + fed);
    }
  }
  for (const table of mappingCase.legacy) {
    for (const { kind, fed, unit } of await fedBy(client, mappingCase, table, "")) {
      if (result.forward.has(kind + fed)) result.reverse.add(table.kind + unit);
    }
  }
  return result;
}

/** Fills the written side from nothing: what a backfill of all units would leave. */
export async function fillWrittenSide(client: ClientBase, mappingCase: MappingCase, direction: Direction) {
  const back = await keptBack(client, mappingCase);
  const tables = writtenTables(mappingCase, direction);
  for (const table of tables.toReversed()) await client.query(`DELETE FROM ${qualified(table)}`);
  for (const table of tables) {
    const rows = mappedRows(mappingCase, direction, table);
    const columns = (await yieldedColumns(client, rows)).map(quote).join(", ");
    await client.query(
      `INSERT INTO ${qualified(table)} (${columns})
       SELECT ${columns} FROM (${rows}) AS ${quote(table.name)}
       WHERE NOT ($1::text || ${unitText(table)} = ANY ($2::text[]))`,
      [table.kind, [...back[direction]]],
    );
  }
}

/** Compares what the mappings of a direction yield with what stands in the written tables, column by column as text. */
export async function differences(
  client: ClientBase,
  mappingCase: MappingCase,
  direction: Direction,
): Promise<Difference[]> {
  const back = await keptBack(client, mappingCase);
  const found: Difference[] = [];
  for (const table of writtenTables(mappingCase, direction)) {
    const mapped = mappedRows(mappingCase, direction, table);
    const yielded = await yieldedColumns(client, mapped);
    const columns = yielded.filter((column) => !table.insertOnly.includes(column));
    const wanted = (row: Row) => !back[direction].has(table.kind + row.unit);
    const expected = (await fetchRows(client, table, columns, mapped)).filter(wanted);
    const actual = (await fetchRows(client, table, columns, `SELECT * FROM ${qualified(table)}`)).filter(
      wanted,
    );
    found.push(...compare(table, expected, actual));
  }
  return found;
}

/**
 * Law 1: for sets of units, the mapping over only the rows that feed them yields exactly the rows of theirs that the
 * mapping over all rows yields. Also: no unit holds a NULL.
 *
 * @param group how many units are recomputed together
 * @param limit how many groups per table are tried, spread evenly over all units
 */
export async function localityBreaks(
  client: ClientBase,
  mappingCase: MappingCase,
  direction: Direction,
  { group = 1, limit = 40 } = {},
): Promise<Difference[]> {
  const found: Difference[] = [];
  for (const table of writtenTables(mappingCase, direction)) {
    const mapped = mappedRows(mappingCase, direction, table);
    const columns = await yieldedColumns(client, mapped);
    const all = await fetchRows(client, table, columns, mapped);
    const units = new Set(all.map(({ unit }) => unit));
    for (const source of readTables(mappingCase, direction)) {
      for (const { kind, fed } of await fedBy(client, mappingCase, source, "", direction)) {
        if (kind === table.kind) units.add(fed);
      }
    }
    for (const unit of units) {
      if (JSON.parse(unit).includes(null))
        found.push({ table: table.name, problem: "unexpected", unit, row: "NULL in a unit" });
    }
    for (const some of spread([...units].sort(), group, limit)) {
      const chosen = new Set(some);
      const narrowed = mappedRows(mappingCase, direction, table, table.kind);
      const rows = await fetchRows(client, table, columns, narrowed, [`[${some.join(",")}]`]);
      const mine = ({ unit }: Row) => chosen.has(unit);
      found.push(...compare(table, all.filter(mine), rows.filter(mine)));
    }
  }
  return found;
}

function compare(table: MappedTable, expected: Row[], actual: Row[]): Difference[] {
  const counts = new Map<string, number>();
  for (const { hash } of actual) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  const found: Difference[] = [];
  for (const { unit, hash, row } of expected) {
    const count = counts.get(hash) ?? 0;
    if (count === 0) found.push({ table: table.name, problem: "missing", unit, row });
    else counts.set(hash, count - 1);
  }
  for (const { unit, hash, row } of actual) {
    const count = counts.get(hash) ?? 0;
    if (count > 0) found.push({ table: table.name, problem: "unexpected", unit, row });
    counts.set(hash, count - 1);
  }
  return found;
}

async function fetchRows(
  client: ClientBase,
  table: MappedTable,
  columns: string[],
  rows: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  // As the table would hold it: 0 and 0.00 are the same numeric(10, 2).
  const types = await columnTypes(client, table);
  const fields = columns.map((column) => `${quote(table.name)}.${quote(column)}::${types.get(column)}`);
  const row = `ROW(${fields.join(", ")})::text`;
  const query = `SELECT ${unitText(table)} AS unit, pg_catalog.md5(${row}) AS hash, pg_catalog.left(${row}, 400) AS row
    FROM (${rows}) AS ${quote(table.name)}`;
  return (await client.query(query, parameters)).rows;
}

/** The units that rows of a table feed, with the own unit of the row. */
async function fedBy(
  client: ClientBase,
  mappingCase: MappingCase,
  table: MappedTable,
  where: string,
  direction: Direction = "forward",
): Promise<{ kind: string; fed: string; unit: string }[]> {
  const found = [];
  for (const kind of Object.keys(table.feeds)) {
    const columns = unitColumns(mappingCase, direction, kind).map((column) => `fed_unit.${quote(column)}`);
    const { rows } = await client.query(
      `SELECT DISTINCT pg_catalog.jsonb_build_array(${columns.join(", ")})::text AS fed, own.unit
       FROM ${qualified(table)} AS ${quote(table.name)}
       CROSS JOIN LATERAL ${fedUnits(mappingCase, direction, table, kind)}
       CROSS JOIN LATERAL (SELECT ${unitText(table)} FROM (SELECT ${quote(table.name)}.*) AS ${quote(table.name)}) AS own (unit)
       ${where}`,
    );
    for (const { fed, unit } of rows) found.push({ kind, fed, unit });
  }
  return found;
}

async function yieldedColumns(client: ClientBase, rows: string): Promise<string[]> {
  return (await client.query(`SELECT * FROM (${rows}) AS mapped LIMIT 0`)).fields.map(({ name }) => name);
}

async function columnTypes(client: ClientBase, table: MappedTable): Promise<Map<string, string>> {
  const { rows } = await client.query(
    `SELECT attname, pg_catalog.format_type(atttypid, atttypmod) AS type FROM pg_catalog.pg_attribute
     WHERE attrelid = $1::pg_catalog.regclass AND attnum > 0 AND NOT attisdropped`,
    [qualified(table)],
  );
  return new Map(rows.map(({ attname, type }) => [attname, type]));
}

function spread<T>(items: T[], group: number, limit: number): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < items.length; at += group) groups.push(items.slice(at, at + group));
  const step = Math.max(1, groups.length / limit);
  return Array.from(
    { length: Math.min(limit, groups.length) },
    (_, index) => groups[Math.floor(index * step)] ?? [],
  );
}
