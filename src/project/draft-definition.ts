import type { CatalogTable, Column } from "../catalog/types.ts";

/** JSON as a person would lay it out: lists of plain values on one line. */
export function layOut(json: object): string {
  const oneLine = (_: string, inner: string) => `[${inner.replaceAll(/\s*\n\s*/g, " ")}]`;
  return `${JSON.stringify(json, null, 2).replaceAll(/\[\s+([^[\]{}]*?)\s+\]/g, oneLine)}\n`;
}

export const quoted = (name: string) =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

/**
 * cutover.json as far as the catalog knows it: one unit is one row of the first new table, a row belongs to and feeds the unit
 * that its own key names. Larger units, and how tables hang together, are decisions.
 */
export function draftConfig(
  name: string,
  legacy: readonly CatalogTable[],
  fresh: readonly CatalogTable[],
): object {
  const kind = kindName(fresh[0]?.name ?? "unit");
  const unitKey = keyOf(fresh[0]);
  const columns = Object.fromEntries(unitKey.map((column) => [column, typeOf(fresh[0], column)]));
  const expressions = (table: CatalogTable) => {
    const own = table.columns.map((column) => column.name);
    const key = keyOf(table);
    if (unitKey.every((column) => own.includes(column))) return unitKey.map(quoted);
    return key.length === unitKey.length
      ? key.map(quoted)
      : unitKey.map((_, at) => quoted(key[at] ?? key[0] ?? own[0] ?? ""));
  };
  const entry = (table: CatalogTable, others: readonly CatalogTable[]) => {
    const keep = table.columns
      .filter((column) => !isMapped(table, column, others))
      .map((column) => column.name);
    return {
      ...(table.schema === "public" ? {} : { schema: table.schema }),
      key: keyOf(table),
      unit: { [kind]: expressions(table) },
      feeds: { [kind]: expressions(table) },
      ...(keep.length === 0 ? {} : { keep }),
    };
  };
  return {
    $schema: "../../node_modules/pg-cutover/cutover.schema.json",
    name,
    draft: "units, keys and mappings are guessed from names; look at each of them, then delete this line",
    units: { forward: { [kind]: columns }, reverse: { [kind]: columns } },
    legacy: Object.fromEntries(legacy.map((table) => [table.name, entry(table, fresh)])),
    new: Object.fromEntries(fresh.map((table) => [table.name, entry(table, legacy)])),
  };
}

/** The SELECT of a table over the tables of the other side: columns of one name filled in, the others asked for. */
export function draftMapping(table: CatalogTable, others: readonly CatalogTable[]): string {
  const lines = table.columns
    .filter((column) => isMapped(table, column, others))
    .map((column) => {
      const source = sourceOf(column, others);
      const key = keySourceOf(table, column, others);
      if (source === undefined && key !== undefined)
        return { sql: `${key} AS ${quoted(column.name)}`, ask: "" };
      return source === undefined
        ? { sql: `NULL::${column.type} AS ${quoted(column.name)}`, ask: " -- what is it made of?" }
        : { sql: `${quoted(source.name)}.${quoted(column.name)}`, ask: "" };
    });
  const select = lines
    .map(({ sql, ask }, at) => `  ${sql}${at < lines.length - 1 ? "," : ""}${ask}`)
    .join("\n");
  const from = others.map((other) => quoted(other.name));
  const joins =
    from.length > 1
      ? `${from[0]} -- how do they hang together?\n CROSS JOIN ${from.slice(1).join("\n CROSS JOIN ")}`
      : from[0];
  return `-- The rows of ${table.schema}.${table.name}. Paste it into psql to see them.\nSELECT\n${select}\n  FROM ${joins}\n`;
}

/** A column has a mapping when the other side has one of its name, or when a row cannot do without it. */
export function isMapped(table: CatalogTable, column: Column, others: readonly CatalogTable[]): boolean {
  if (column.generated) return false;
  if (sourceOf(column, others) !== undefined || keyOf(table).includes(column.name)) return true;
  return column.notNull && !column.hasDefault && column.identity === undefined;
}

function sourceOf(column: Column, others: readonly CatalogTable[]): CatalogTable | undefined {
  return others.find((other) => other.columns.some((each) => each.name === column.name));
}

/** One table made of one table: their keys are each other's, part by part. */
function keySourceOf(
  table: CatalogTable,
  column: Column,
  others: readonly CatalogTable[],
): string | undefined {
  const [only, ...more] = others;
  const at = keyOf(table).indexOf(column.name);
  const part = keyOf(only)[at];
  if (
    only === undefined ||
    more.length > 0 ||
    part === undefined ||
    keyOf(only).length !== keyOf(table).length
  )
    return undefined;
  return typeOf(only, part) === column.type ? `${quoted(only.name)}.${quoted(part)}` : undefined;
}

export function keyOf(table: CatalogTable | undefined): string[] {
  const [key] = table?.uniqueKeys ?? [];
  return [...(key ?? table?.columns.slice(0, 1).map((column) => column.name) ?? [])];
}

export function typeOf(table: CatalogTable | undefined, column: string): string {
  return table?.columns.find((each) => each.name === column)?.type ?? "text";
}

export function kindName(table: string): string {
  const plain = table
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, 31);
  return plain === "" ? "unit" : plain;
}
