import type { Catalog, CatalogTable, Column } from "../catalog/types.ts";
import { compiledSchema } from "../definition/identifiers.ts";
import { keyTellsUnit } from "../definition/key-tells-unit.ts";
import type { Definition, Direction, Feed, Rule, Side, Table, UnitKind } from "../definition/types.ts";
import { readSide, writtenSide } from "../definition/types.ts";

/** A table with everything the emitters need to know of it. */
export interface PlannedTable extends Table {
  readonly facts: CatalogTable;
  /** Columns the mapping yields, with the table's own types, in the mapping's order. */
  readonly yields: readonly Column[];
  /** Yielded columns that are kept true after the insert: all but insertOnly. */
  readonly compared: readonly string[];
  /** Key columns have a unique, non-deferrable index, so that ON CONFLICT can name them. */
  readonly keyIsUnique: boolean;
  /** The unit of a row is more than its key tells: under the same key it may come into another one. */
  readonly wanders: boolean;
  /**
   * What an insert does not bring back, where the mapping can be asked for a row by its key: columns that no mapping yields, and those
   * that are the application's once they are in.
   */
  readonly carried: readonly string[];
}

/** A table that is read, with the kind of units it is read for. */
export interface PlannedSource {
  readonly schema: string;
  readonly name: string;
  readonly key: readonly string[];
  readonly kept: boolean;
  readonly feed: Feed;
  /** Columns that this kind's mappings, rules and feeds read; undefined: all. */
  readonly relevant: readonly string[];
  readonly columns: readonly string[];
  /**
   * Columns that its look-ups take; undefined: all. A projection stays, and what it does not read may come and go: a function that
   * took a column would keep it from being dropped.
   */
  readonly taken: readonly string[] | undefined;
  /** Whether the look-up of its rows goes through another table, which may have changed since. */
  readonly throughOthers: boolean;
  /** A row's own columns say which units it feeds, now as ever. */
  readonly feedsByItself: boolean;
}

/** A kind of units with the tables it is written to and made of. */
export interface PlannedKind extends UnitKind {
  /** Parents before children. */
  readonly targets: readonly PlannedTable[];
  readonly sources: readonly PlannedSource[];
  readonly rules: readonly { readonly table: PlannedTable; readonly rule: Rule }[];
  /** Coarser kinds whose unit is a part of this one's. */
  readonly coarser: readonly UnitKind[];
}

/** Every decision of the compiler, as data. */
export interface Plan {
  readonly definition: Definition;
  readonly schema: string;
  readonly reversible: boolean;
  /** No phases, and the tables that are read are nobody's but the application's. */
  readonly projection: boolean;
  readonly kinds: Readonly<Record<Direction, readonly PlannedKind[]>>;
  readonly tables: readonly PlannedTable[];
  /** search_path under which mappings are bound. */
  readonly schemas: readonly string[];
  readonly frozen: readonly { readonly schema: string; readonly name: string }[];
}

/** Turns a definition that lint has passed into decisions. Pure: no clock, disk or database. */
export function plan(definition: Definition, catalog: Catalog): Plan {
  const tables = definition.tables.map((table): PlannedTable => {
    const facts = factsOf(catalog, table.name);
    const yielded =
      table.mapping === undefined ? [] : (catalog.described.get(table.mapping.path)?.columns ?? []);
    const yields = yielded.map((column) => {
      const found = facts.columns.find((candidate) => candidate.name === column.name);
      if (found === undefined)
        throw new Error(`${table.name} has no column ${column.name}: lint has to refuse this`);
      return found;
    });
    return {
      ...table,
      facts,
      yields,
      compared: yields.map((column) => column.name).filter((name) => !table.insertOnly.includes(name)),
      keyIsUnique: facts.uniqueKeys.some(
        (key) => key.length === table.key.length && key.every((column) => table.key.includes(column)),
      ),
      wanders: !keyTellsUnit(table),
      carried: catalog.described.get(table.mapping?.path ?? "")?.narrowsByKey
        ? [...table.keep, ...table.insertOnly].filter(
            (name) => !facts.columns.some((column) => column.name === name && column.generated),
          )
        : [],
    };
  });

  const planKind = (kind: UnitKind, earlier: readonly UnitKind[]): PlannedKind => {
    const targets = parentsFirst(
      tables.filter((table) => table.side === writtenSide(kind.direction) && table.unit?.kind === kind.name),
    );
    const read = tables.filter((table) => table.side === readSide(kind.direction));
    const context = kind.direction === "forward" ? definition.context.filter((table) => !table.frozen) : [];
    const describedKeys = (table: { side?: Side; name: string }) => [
      ...targets.map((target) => target.mapping?.path ?? ""),
      ...read.flatMap((source) =>
        source.rules.filter((rule) => rule.kinds.includes(kind.name)).map((rule) => rule.file.path),
      ),
      `${table.side ?? "context"}.${table.name}.feeds.${kind.name}`,
    ];
    const sources = [...read, ...context].flatMap((table): PlannedSource[] => {
      const feed = table.feeds.find((candidate) => candidate.kind === kind.name);
      if (feed === undefined) return [];
      const relevant = new Set(table.key);
      for (const key of describedKeys(table)) {
        for (const column of catalog.described.get(key)?.reads.get(table.name) ?? []) relevant.add(column);
      }
      const columns = factsOf(catalog, table.name).columns.map((column) => column.name);
      const feedKey = `${"side" in table ? table.side : "context"}.${table.name}.feeds.${kind.name}`;
      const units = catalog.described.get(feedKey);
      return [
        {
          schema: table.schema,
          name: table.name,
          key: table.key,
          kept: "kept" in table && table.kept,
          feed,
          relevant: columns.filter((column) => relevant.has(column)),
          columns,
          taken:
            definition.kind === "projection" ? columns.filter((column) => relevant.has(column)) : undefined,
          throughOthers: (catalog.described.get(`${feedKey}.rows`)?.escapes.length ?? 0) > 0,
          feedsByItself:
            units !== undefined &&
            units.escapes.length === 0 &&
            [...units.reads.keys()].every((name) => name === table.name) &&
            units.times.get(table.name) === 1,
        },
      ];
    });
    const columnNames = kind.columns.map((column) => column.name);
    return {
      ...kind,
      targets,
      sources,
      rules: read.flatMap((table) =>
        table.rules.filter((rule) => rule.kinds.includes(kind.name)).map((rule) => ({ table, rule })),
      ),
      coarser: earlier.filter((candidate) =>
        candidate.columns.every((column) => columnNames.includes(column.name)),
      ),
    };
  };

  const kinds = (direction: Direction) =>
    definition.units[direction].map((kind, index, all) => planKind(kind, all.slice(0, index)));
  return {
    definition,
    schema: compiledSchema(definition.name),
    reversible: definition.irreversible === undefined,
    projection: definition.kind === "projection",
    kinds: { forward: kinds("forward"), reverse: kinds("reverse") },
    tables,
    schemas: [...new Set([...definition.tables, ...definition.context].map((table) => table.schema))].sort(),
    frozen: definition.context.filter((table) => table.frozen),
  };
}

function factsOf(catalog: Catalog, name: string): CatalogTable {
  const facts = catalog.tables.get(name);
  if (facts === undefined) throw new Error(`no catalog facts of ${name}: lint has to refuse this`);
  return facts;
}

/** Tables so that every foreign key points to an earlier one; a circle keeps the definition's order. */
function parentsFirst(tables: readonly PlannedTable[]): PlannedTable[] {
  const sorted: PlannedTable[] = [];
  const waiting = [...tables];
  while (waiting.length > 0) {
    const names = waiting.map((table) => `${table.schema}.${table.name}`);
    const next = waiting.findIndex((table) =>
      table.facts.foreignKeys.every(
        (key) => key.references === `${table.schema}.${table.name}` || !names.includes(key.references),
      ),
    );
    sorted.push(...waiting.splice(Math.max(next, 0), 1));
  }
  return sorted;
}
