import type { Catalog } from "../../catalog/types.ts";
import type { Definition, Direction } from "../../definition/types.ts";
import { names } from "../names.ts";
import type { Plan } from "../plan.ts";
import { identifier, join, literal, qualified, type Sql, sql, trusted } from "../sql.ts";
import { isFenced } from "./fences.ts";
import { leavesImages } from "./mappings.ts";
import { OPERATIONS } from "./touched.ts";

/** The version of the core schema that compiled SQL needs. */
export const CORE_VERSION = 2;

/**
 * What the core may ask of compiled SQL, which may be older than the core. 2: recompute can 'check', patch can 'look'. Compiled SQL
 * without a number is of the first kind.
 */
const COMPILER_VERSION = 2;

/** What the core has to know of a cutover: kinds, tables, options, and what decides what it writes. */
export function registeredForm(plan: Plan): object {
  const { definition } = plan;
  const quoted = (table: { schema: string; name: string }) => qualified(table.schema, table.name).text;
  const kinds = (direction: Direction) =>
    definition.units[direction].map((kind) => [kind.name, ...kind.columns.map((column) => column.name)]);
  return {
    compiler: COMPILER_VERSION,
    units: {
      forward: kinds("forward"),
      reverse: kinds("reverse"),
    },
    tables: {
      legacy: definition.tables.filter((table) => table.side === "legacy").map(quoted),
      new: definition.tables.filter((table) => table.side === "new").map(quoted),
      context: definition.context.map(quoted),
      kept: definition.tables.filter((table) => table.kept).map((table) => table.name),
    },
    keep: Object.fromEntries(
      definition.tables.filter((table) => table.keep.length > 0).map((table) => [table.name, table.keep]),
    ),
    lost: Object.fromEntries(
      definition.tables
        .filter((table) => Object.keys(table.lost).length > 0)
        .map((table) => [table.name, table.lost]),
    ),
    ...(cutsIntoSlices(plan) ? { slices: true } : {}),
    ...(plan.projection ? { kind: "projection", reads: readColumns(plan) } : {}),
    ...(definition.irreversible === undefined ? {} : { irreversible: definition.irreversible }),
    sync: definition.sync,
    gates: definition.gates,
    shape: shapeOf(definition),
    mappings: Object.fromEntries(
      definition.tables.flatMap((table) => [
        ...(table.mapping === undefined ? [] : [[table.mapping.path, table.mapping.text]]),
        ...table.rules.map((rule) => [rule.file.path, rule.file.text]),
      ]),
    ),
  };
}

/**
 * May what only coarser units tie together be worked off in parts, while both sides are written? An image that has served some of its units
 * is no base for them any more, but still is for the others. That can be told where a row's own columns say what it feeds. And rows
 * of coarser units may have nothing but a key, which tells their unit: whether they are there is true whatever has come over so far,
 * a total is not.
 */
function cutsIntoSlices(plan: Plan): boolean {
  const coarser = plan.kinds.forward.slice(0, -1);
  return (
    plan.reversible &&
    coarser.length > 0 &&
    coarser.every((kind) =>
      kind.targets.every(
        (table) => !table.wanders && table.compared.every((column) => table.key.includes(column)),
      ),
    ) &&
    plan.kinds.forward.every((kind) =>
      kind.sources.every((source) => source.feedsByItself || !leavesImages(plan, source)),
    )
  );
}

/** The sign-in row. */
export function emitRegister(plan: Plan): Sql {
  const { definition } = plan;
  return sql`
-- What the core has to know of this ${trusted(definition.kind)}.
SELECT cutover.${trusted(`register_${definition.kind}`)}(
  ${literal(definition.name)},
  ${literal(plan.schema)},
  ${literal(JSON.stringify(registeredForm(plan), null, 2))}::jsonb,
  ${literal(JSON.stringify({}))}::jsonb,
  ${trusted(String(CORE_VERSION))}
);`;
}

/**
 * What decides, beside the text of the mappings, what is written where and how a unit is spelled. The core compares it with that of the
 * SQL that stood before.
 */
function shapeOf(definition: Definition): object {
  const units = (direction: Direction) =>
    definition.units[direction].map((kind) => ({ kind: kind.name, columns: kind.columns }));
  return {
    units: { forward: units("forward"), reverse: units("reverse") },
    tables: definition.tables.map(
      ({ side, schema, name, key, unit, feeds, keep, insertOnly, kept, ...rest }) => ({
        side,
        table: [schema, name],
        key,
        unit: unit ?? null,
        feeds,
        keep,
        insertOnly,
        kept,
        lost: Object.keys(rest.lost),
        rules: rest.rules.map((rule) => [rule.file.path, rule.kinds]),
      }),
    ),
    context: definition.context.map(({ schema, name, key, frozen, feeds }) => ({
      table: [schema, name],
      key,
      frozen,
      feeds,
    })),
  };
}

/**
 * What the compiler relied on, written from its own catalog: `status`, every gate and verify compare it with the live one. It
 * stands behind the triggers, which belong to it.
 */
export function emitSeal(plan: Plan, catalog: Catalog): Sql {
  const tables = [...plan.definition.tables, ...plan.definition.context];
  const triggers = (table: { name: string }) =>
    plan.frozen.some((frozen) => frozen.name === table.name)
      ? [names.trigger(plan.definition.name, "frozen")]
      : [...(isFenced(plan, table) ? ["fence"] : []), ...OPERATIONS].map((operation) =>
          names.trigger(plan.definition.name, operation),
        );
  const expected = tables.map((table) => {
    const facts = catalog.tables.get(table.name);
    const read = plan.projection ? readColumns(plan)[qualified(table.schema, table.name).text] : undefined;
    const columns = (facts?.columns ?? [])
      .filter((column) => read?.includes(column.name) ?? true)
      .map((column) => `${column.name} ${column.type}`)
      .join(", ");
    return sql`-- ${trusted(qualified(table.schema, table.name).text)}: ${trusted(columns.replaceAll("\n", " "))}; ${join(triggers(table).map(identifier))}`;
  });
  return sql`
-- The catalog that all this was compiled for, as it stands at the end of this file. Compiled from:
${join(expected, "\n")}
SELECT cutover.seal_compiled(${literal(plan.definition.name)}, ARRAY[${join(
    tables.map((table) => literal(qualified(table.schema, table.name).text)),
  )}]);`;
}

/** The last statement of a projection: where there is not a row to be made true, as in a chain replayed from zero, it lives at once. */
export function emitSettle(plan: Plan): Sql {
  return sql`
-- Where nothing is there yet, there is nothing to build. The triggers' locks, still held, keep it so.
SELECT cutover.settle_projection(${literal(plan.definition.name)});`;
}

/** Of every table that is only read: the columns that are, which are those that the fingerprint of a projection is about. */
function readColumns(plan: Plan): Record<string, string[]> {
  const sources = plan.kinds.forward.flatMap((kind) => kind.sources);
  return Object.fromEntries(
    plan.tables
      .filter(({ side }) => side === "legacy")
      .map((table) => [
        qualified(table.schema, table.name).text,
        table.facts.columns
          .map((column) => column.name)
          .filter((name) =>
            sources.some((source) => source.name === table.name && source.relevant.includes(name)),
          ),
      ]),
  );
}
