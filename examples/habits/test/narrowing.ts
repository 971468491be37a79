import type { Client } from "../../../src/db.ts";
import { definition, forward, type Mapping, reverse } from "./example.ts";

/** A kind of units of one direction, with the tables around it. */
export interface Kind {
  readonly name: string;
  readonly columns: readonly string[];
  /** Mappings whose rows belong to units of this kind. */
  readonly written: readonly { mapping: Mapping; unit: readonly string[] }[];
  /** Tables whose rows feed units of this kind. */
  readonly read: readonly { table: string; key: readonly string[]; units: string; rows: string }[];
}

/** What the definition says about the units of one direction. */
export function kindsOf(direction: "forward" | "reverse"): Kind[] {
  const [readTables, writtenTables] =
    direction === "forward" ? [definition.legacy, definition.new] : [definition.new, definition.legacy];
  return Object.entries(definition.units[direction]).map(([name, types]) => {
    const columns = Object.keys(types);
    const written = (direction === "forward" ? forward : reverse).flatMap((mapping) => {
      const unit = writtenTables[mapping.table]?.unit[name];
      return unit ? [{ mapping, unit }] : [];
    });
    const read = Object.entries(readTables).flatMap(([table, { key, feeds }]) => {
      const feed = feeds[name];
      if (feed === undefined) return [];
      if ("units" in feed) return [{ table, key, units: feed.units, rows: feed.rows }];
      const units = `SELECT ${feed.map((column) => `${table}.${column}`).join(", ")}`;
      const rows = columns.map((column, i) => `${table}.${feed[i]} = ${name}.${column}`).join(" AND ");
      return [{ table, key, units, rows }];
    });
    return { name, columns, written, read };
  });
}

/** A query for all units of a kind, from the rows that feed it. */
export function allUnits({ columns, read }: Kind): string {
  return read
    .map(
      ({ table, units }) =>
        `SELECT fed.* FROM public.${table} CROSS JOIN LATERAL (${units}) AS fed (${columns.join(", ")})`,
    )
    .join(" UNION ");
}

/** A query for a mapping's rows of some units, from only the rows that feed those units. */
export function narrowed(kind: Kind, mapping: Mapping, unit: readonly string[], units: string): string {
  const shadows = kind.read.map(({ table, key, rows }) => {
    const keys = key.map((column) => `${table}.${column}`).join(", ");
    // A row may feed several of the units: it is read once.
    return `${table} AS (
      SELECT DISTINCT ON (${keys}) ${table}.* FROM ${kind.name} JOIN public.${table} ON ${rows}
    )`;
  });
  return `
    WITH ${kind.name} (${kind.columns.join(", ")}) AS MATERIALIZED (${units}), ${shadows.join(", ")}
    SELECT mapped.* FROM (${mapping.sql}) AS mapped
    JOIN ${kind.name} ON ${unit.map((column, i) => `mapped.${column} = ${kind.name}.${kind.columns[i]}`).join(" AND ")}`;
}

/** Rows that the narrowed mapping yields and the whole one does not for the same units, or the other way round. */
export async function localityBreaks(
  client: Client,
  kind: Kind,
  mapping: Mapping,
  unit: readonly string[],
  units: string,
): Promise<number> {
  const belongs = unit.map((column) => `whole.${column}`).join(", ");
  const whole = `SELECT whole.* FROM (${mapping.sql}) AS whole WHERE (${belongs}) IN (${units})`;
  const part = narrowed(kind, mapping, unit, units);
  const { rows } = await client.query(`
    SELECT count(*)::integer AS breaks
    FROM (((${whole}) EXCEPT ALL (${part})) UNION ALL ((${part}) EXCEPT ALL (${whole}))) AS breaks`);
  return rows[0].breaks;
}
