import { readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";

/** forward: legacy tables are read, new tables are written. reverse: the other way round. */
export type Direction = "forward" | "reverse";

type Feed = string[] | { units: string; rows: string };

export interface MappedTable {
  name: string;
  schema: string;
  key: string[];
  /** The kind of unit that a row of this table belongs to, and the expressions over the row that name it. */
  kind: string;
  unit: string[];
  feeds: Record<string, Feed>;
  /** Columns that only an insert writes: later they may differ from what the mapping says. */
  insertOnly: string[];
}

export interface MappingCase {
  units: Record<Direction, Record<string, Record<string, string>>>;
  legacy: MappedTable[];
  new: MappedTable[];
  /** What a mapping reads and nobody moves. Frozen: without feeds, and read whole. */
  context: { name: string; schema: string; feeds: Record<string, Feed> }[];
  /** The SELECT of a mapping file by table name. */
  mappings: Record<Direction, Record<string, string>>;
  /** Rules of quarantine/ and exclude/: a SELECT of the key of a legacy table. */
  rules: { table: string; reason: string; select: string }[];
}

interface RawTable {
  schema?: string;
  key: string[];
  unit: Record<string, string[]>;
  feeds?: Record<string, Feed>;
  insertOnly?: string[];
}

/** Reads a cutover's folder as docs/definition.md describes it, for tests that need nothing but plain Postgres. */
export async function loadMappingCase(directory: string): Promise<MappingCase> {
  const raw = JSON.parse(await readFile(join(directory, "cutover.json"), "utf8"));
  const rules = [];
  for (const sort of ["quarantine", "exclude"]) {
    for (const table of await entries(join(directory, sort))) {
      for (const file of await entries(join(directory, sort, table))) {
        const select = await readSelect(join(directory, sort, table, file));
        rules.push({ table, reason: parse(file).name, select });
      }
    }
  }
  return {
    units: { forward: raw.units.forward, reverse: raw.units.reverse ?? {} },
    legacy: tables(raw.legacy),
    new: tables(raw.new),
    context: Object.entries<{ schema?: string; feeds?: Record<string, Feed> }>(raw.context ?? {}).map(
      ([name, { schema = "public", feeds = {} }]) => ({ name, schema, feeds }),
    ),
    mappings: {
      forward: await readMappings(join(directory, "forward")),
      reverse: await readMappings(join(directory, "reverse")),
    },
    rules,
  };
}

export function readTables(mappingCase: MappingCase, direction: Direction): MappedTable[] {
  return direction === "forward" ? mappingCase.legacy : mappingCase.new;
}

export function writtenTables(mappingCase: MappingCase, direction: Direction): MappedTable[] {
  return direction === "forward" ? mappingCase.new : mappingCase.legacy;
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function qualified(table: { schema: string; name: string }): string {
  return `${quote(table.schema)}.${quote(table.name)}`;
}

/** An SQL expression: the unit of a row in scope, as the text of a JSON array. */
export function unitText(table: MappedTable): string {
  return `pg_catalog.jsonb_build_array(${table.unit.join(", ")})::text`;
}

/** The rows that a mapping yields, from all rows of the read side or only (kind given) from what feeds the units $1. */
export function mappedRows(
  mappingCase: MappingCase,
  direction: Direction,
  table: MappedTable,
  kind?: string,
): string {
  const select = mappingCase.mappings[direction][table.name];
  if (select === undefined) throw new Error(`${direction}/${table.name}.sql is missing`);
  return shadowed(mappingCase, direction, select, kind);
}

/** A SELECT over plain table names, run over CTEs that bear these names. */
export function shadowed(
  mappingCase: MappingCase,
  direction: Direction,
  select: string,
  kind?: string,
): string {
  const frozen = ({ feeds }: { feeds: Record<string, Feed> }) => Object.keys(feeds).length === 0;
  const shadows = [...readTables(mappingCase, direction), ...mappingCase.context].map((table) => {
    const name = quote(table.name);
    const whole = kind === undefined || (mappingCase.context.includes(table) && frozen(table));
    const where = whole ? "" : ` WHERE ${fedCondition(mappingCase, direction, table, kind)}`;
    return `${name} AS (SELECT ${name}.* FROM ${qualified(table)} AS ${name}${where})`;
  });
  return `WITH ${shadows.join(",\n")}\nSELECT * FROM (\n${select}\n) AS mapped`;
}

/** A lateral SELECT of the units of a kind that the row in scope feeds. */
export function fedUnits(mappingCase: MappingCase, direction: Direction, table: MappedTable, kind: string) {
  const feed = table.feeds[kind];
  const columns = unitColumns(mappingCase, direction, kind).map(quote).join(", ");
  const units = Array.isArray(feed) ? `SELECT ${feed.join(", ")}` : feed?.units;
  // Not under the kind's name: a kind may be called like the table.
  return `(${units}) AS fed_unit (${columns})`;
}

export function unitColumns(mappingCase: MappingCase, direction: Direction, kind: string): string[] {
  const columns = mappingCase.units[direction][kind];
  if (columns === undefined) throw new Error(`units.${direction} has no kind "${kind}"`);
  return Object.keys(columns);
}

function fedCondition(
  mappingCase: MappingCase,
  direction: Direction,
  table: { feeds: Record<string, Feed> },
  kind: string,
): string {
  const feed = table.feeds[kind];
  // A table that does not feed the kind has no rows for it: a mapping that reads it all the same shows up as not local.
  if (feed === undefined) return "false";
  const columns = unitColumns(mappingCase, direction, kind);
  const types = mappingCase.units[direction][kind] ?? {};
  const fields = columns.map(
    (column, index) => `(unit -> ${index} #>> '{}')::${types[column]} AS ${quote(column)}`,
  );
  const units = `(SELECT ${fields.join(", ")} FROM pg_catalog.jsonb_array_elements($1::jsonb) AS unit) AS ${quote(kind)}`;
  if (Array.isArray(feed))
    return `(${feed.join(", ")}) IN (SELECT ${columns.map(quote).join(", ")} FROM ${units})`;
  return `EXISTS (SELECT FROM ${units} WHERE ${feed.rows})`;
}

function tables(raw: Record<string, RawTable>): MappedTable[] {
  return Object.entries(raw).map(([name, table]) => {
    const [kind, unit] = Object.entries(table.unit)[0] ?? [];
    if (kind === undefined || unit === undefined) throw new Error(`table "${name}" names no unit`);
    return {
      name,
      schema: table.schema ?? "public",
      key: table.key,
      kind,
      unit,
      feeds: table.feeds ?? {},
      insertOnly: table.insertOnly ?? [],
    };
  });
}

async function readMappings(directory: string): Promise<Record<string, string>> {
  const mappings: Record<string, string> = {};
  for (const file of await entries(directory)) {
    mappings[parse(file).name] = await readSelect(join(directory, file));
  }
  return mappings;
}

async function readSelect(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trim().replace(/;$/, "");
}

async function entries(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
