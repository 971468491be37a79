import fc from "fast-check";
import { names } from "../../src/compiler/names.ts";
import { withClient } from "../../src/db.ts";
import type { Direction, Side, Table } from "../../src/definition/types.ts";
import { type InstalledCase, mappedRows, quote, rowsOf } from "../helpers/cutover-case.ts";
import type { TestDatabase } from "../helpers/database.ts";

export type Row = Readonly<Record<string, unknown>>;
/** Rows by table; parents before children. */
export type Rows = Readonly<Record<string, readonly Row[]>>;

const text = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 8 }),
    fc.constantFrom("", " ", "it's", '"', "\\", "$$", "null", "{}", "a,b"),
  )
  .map((value) => value.replaceAll("\0", ""));
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 3 });
const decimal = fc
  .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.nat({ max: 3 }))
  .map(([digits, scale]) => `${digits}${scale === 0 ? "" : `.${"5".padEnd(scale, "0")}`}`);
const numeric = fc.oneof(decimal, fc.constantFrom("NaN", "0", "-0.00", "1.50", "1.5"));
const moment = fc
  .integer({ min: 0, max: 2_000_000_000 })
  .map((seconds) => new Date(seconds * 1000).toISOString().replace(/Z$/, ""));
const bytes = fc.uint8Array({ maxLength: 4 }).map((value) => `\\x${Buffer.from(value).toString("hex")}`);
const cents = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);

const memos = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: -5, max: 5 }),
    title: text,
    body: orNull(text),
    price_cents: orNull(cents),
    weight: orNull(numeric),
    done: orNull(fc.boolean()),
    priority: fc.constantFrom("low", "normal", "high"),
    written_at: orNull(moment.map((value) => `${value}+00`)),
    remind_at: orNull(moment),
    attachment: orNull(bytes),
    color: orNull(text),
    seen_at: orNull(moment.map((value) => `${value}+00`)),
  }),
  { selector: (row) => row.id, maxLength: 8 },
);

const settings = fc.uniqueArray(
  fc.record({
    account_id: fc.integer({ min: 1, max: 4 }),
    name: text,
    value: orNull(text),
    weight: orNull(numeric),
    sort_order: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  }),
  { selector: (row) => JSON.stringify([row.account_id, row.name]), maxLength: 10 },
);

const orders = fc.uniqueArray(
  fc.record({
    user: fc.constantFrom("o'brien", '"', "", "\\", "User", "user"),
    No: fc.integer({ min: 0, max: 2 }),
    select: orNull(text),
    "100 %": orNull(fc.integer({ min: -99_999, max: 99_999 }).map((value) => (value / 100).toFixed(2))),
    "price in $$": orNull(fc.integer().map((value) => (value / 100).toFixed(2))),
    "Ähnlich wie": orNull(text),
    when: orNull(moment.map((value) => `${value}+00`)),
    lines: fc.uniqueArray(
      fc.record({
        Position: fc.integer({ min: 0, max: 3 }),
        group: orNull(text),
        'say "$body$"': orNull(text),
      }),
      { selector: (row) => row.Position, maxLength: 3 },
    ),
  }),
  { selector: (row) => JSON.stringify([row.user, row.No]), maxLength: 6 },
);

const diaries = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 5 }),
    author: fc.constantFrom("ann", "bob", "o'brien", "a,b", '"'),
    first_day: fc.constantFrom("2025-01-01", "2024-02-29", "2025-12-31"),
    color: orNull(text),
    entries: fc
      .uniqueArray(
        fc.record({
          offset: fc.integer({ min: -1, max: 3 }),
          text: orNull(text),
          mood: orNull(fc.constantFrom("g", "b", "?")),
        }),
        {
          selector: (entry) => entry.offset,
          maxLength: 3,
        },
      )
      .map((entries) => JSON.stringify(entries.sort((a, b) => a.offset - b.offset))),
  }),
  { selector: (row) => row.id, maxLength: 5 },
);

/** Legacy rows of a golden case that can go forward and come back. */
export const legacyRows: Readonly<Record<string, fc.Arbitrary<Rows>>> = {
  "fold-n-to-1": settings.map((setting) => ({ setting })),
  "odd-names": orders.map((found) => ({
    Order: found.map(({ lines, ...order }) => order),
    "Order lines of the old shop, one row for each article bought": found.flatMap(({ lines, user, No }) =>
      lines.map((line) => ({ user, No, ...line })),
    ),
  })),
  "plain-1to1": memos.map((memo) => ({ memo })),
  "split-1-to-n": diaries.map((diary) => ({ diary })),
};

/** Rows of context tables, which stay as they are. */
export const contextRows: Readonly<Record<string, string>> = {
  "split-1-to-n": "INSERT INTO public.mood (code, name) VALUES ('g', 'good'), ('b', 'bad')",
};

/** Takes all rows out of the tables of one side and puts others in, as an application with one transaction does; kept tables are sync's. */
export async function replaceRows(
  { db, definition }: { readonly db: TestDatabase; readonly definition: InstalledCase["definition"] },
  side: Side,
  rows: Rows,
  settings = "",
): Promise<void> {
  const tables = definition.tables.filter((table) => table.side === side && !table.kept);
  await withClient(db.url, async (client) => {
    await client.query(`BEGIN; ${settings}`);
    for (const table of [...tables].reverse()) await client.query(`DELETE FROM ${qualified(table)}`);
    for (const table of tables) {
      for (const row of rows[table.name] ?? []) {
        const columns = Object.keys(row);
        await client.query(
          `INSERT INTO ${qualified(table)} (${columns.map(quote).join(", ")}) OVERRIDING SYSTEM VALUE
           VALUES (${columns.map((_, index) => `$${index + 1}`).join(", ")})`,
          Object.values(row),
        );
      }
    }
    await client.query("COMMIT");
  });
}

/** A session setting under which no trigger fires: a write behind the back of the sync. */
export const BEHIND_THE_BACK = "SET LOCAL session_replication_role = replica;";

/** Fills the new tables with what the forward mappings, simply run, make of the legacy tables. */
export async function fillNewSide(found: Pick<InstalledCase, "db" | "definition">): Promise<void> {
  await replaceRows(found, "new", await mappedRows(found, "new"), BEHIND_THE_BACK);
}

/** The units of a direction, by kind, as text. */
export async function unitsOf(found: InstalledCase, direction: Direction): Promise<Record<string, string[]>> {
  const units: Record<string, string[]> = {};
  for (const kind of found.definition.units[direction]) {
    const rows = await rowsOf(
      found.db,
      `SELECT unit::text FROM ${compiled(found, names.units(direction, kind.name))}`,
    );
    units[kind.name] = rows.map((row) => row.unit ?? "");
  }
  return units;
}

/** `ARRAY[…]::cutover_x.forward_note[]`. */
export function unitArray(
  found: InstalledCase,
  direction: Direction,
  kind: string,
  units: readonly string[],
): string {
  const literals = units.map((unit) => `E'${unit.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`);
  return `ARRAY[${literals.join(", ")}]::text[]::${compiled(found, names.unitType(direction, kind))}[]`;
}

/** The unit of the own side of a row, under the table's name, as text. */
export function unitOfRow(found: InstalledCase, table: Table): string {
  const direction = table.side === "new" ? "forward" : "reverse";
  return `ROW(${table.unit?.expressions.join(", ")})::${compiled(found, names.unitType(direction, table.unit?.kind ?? ""))}::text`;
}

/** An object that was compiled for the case. */
export function compiled(found: InstalledCase, name: string): string {
  return `${quote(`cutover_${found.definition.name}`)}.${quote(name)}`;
}

export function qualified(table: Pick<Table, "schema" | "name">): string {
  return `${quote(table.schema)}.${quote(table.name)}`;
}
