import type { Catalog } from "../../catalog/types.ts";
import { names } from "../names.ts";
import type { Plan } from "../plan.ts";
import { identifier, join, literal, qualified, type Sql, sql, trusted } from "../sql.ts";
import { isFenced } from "./fences.ts";
import { OPERATIONS } from "./touched.ts";

/** The version of the core schema that compiled SQL needs. */
export const CORE_VERSION = 1;
/** And that of a projection. */
const PROJECTION_CORE_VERSION = 2;

/**
 * What the core may ask of compiled SQL, which may be older than the core. 2: recompute can 'check'. Compiled SQL without a number
 * is of the first kind.
 */
const COMPILER_VERSION = 2;

/** The sign-in row: what the core has to know of this cutover. */
export function emitRegister(plan: Plan): Sql {
  const { definition } = plan;
  const quoted = (table: { schema: string; name: string }) => qualified(table.schema, table.name).text;
  const described = {
    compiler: COMPILER_VERSION,
    units: {
      forward: plan.kinds.forward.map((kind) => [kind.name, ...kind.columns.map((column) => column.name)]),
      reverse: plan.kinds.reverse.map((kind) => [kind.name, ...kind.columns.map((column) => column.name)]),
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
    ...(plan.projection ? { kind: "projection", reads: readColumns(plan) } : {}),
    ...(definition.irreversible === undefined ? {} : { irreversible: definition.irreversible }),
    sync: definition.sync,
    gates: definition.gates,
    mappings: Object.fromEntries(
      definition.tables.flatMap((table) => [
        ...(table.mapping === undefined ? [] : [[table.mapping.path, table.mapping.text]]),
        ...table.rules.map((rule) => [rule.file.path, rule.file.text]),
      ]),
    ),
  };
  return sql`
-- What the core has to know of this ${trusted(definition.kind)}.
SELECT cutover.${trusted(`register_${definition.kind}`)}(
  ${literal(definition.name)},
  ${literal(plan.schema)},
  ${literal(JSON.stringify(described, null, 2))}::jsonb,
  ${literal(JSON.stringify({}))}::jsonb,
  ${trusted(String(plan.projection ? PROJECTION_CORE_VERSION : CORE_VERSION))}
);`;
}

/**
 * What the compiler relied on, written from its own catalog: `status`, every gate and verify compare it with the live one. It
 * stands behind the triggers, which belong to it.
 */
export function emitFingerprint(plan: Plan, catalog: Catalog): Sql {
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
UPDATE cutover.cutovers AS c
   SET fingerprint = cutover.live_fingerprint(c.compiled_schema, ARRAY[${join(
     tables.map((table) => literal(qualified(table.schema, table.name).text)),
   )}])
     , trigger_stamp = cutover.trigger_stamp(c.name)
 WHERE c.name = ${literal(plan.definition.name)};`;
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
