import type { Problem } from "../../definition/problem.ts";
import type { Table } from "../../definition/types.ts";
import type { Linted, LintRule } from "../rule.ts";
import { yieldsOf } from "../yields.ts";

/** A mapping yields columns that its table has, each once, the key among them. */
export const yieldsKnownColumns: LintRule = {
  name: "yields-known-columns",
  check: (linted) => linted.definition.tables.flatMap((table) => ofTable(linted, table)),
};

function ofTable({ catalog }: Linted, table: Table): Problem[] {
  const yields = yieldsOf(catalog, table);
  const facts = catalog.tables.get(table.name);
  if (yields === undefined || facts === undefined || table.mapping === undefined) return [];
  const file = table.mapping.path;
  const has = new Set(facts.columns.map((column) => column.name));
  const found: Problem[] = [];
  for (const name of yields.filter((column) => !has.has(column))) {
    found.push({
      file,
      message: `"${name}" is yielded, but ${table.schema}.${table.name} has no such column`,
      help: `Correct the name with AS; the table has ${[...has].join(", ")}.`,
    });
  }
  for (const name of table.key.filter((column) => !yields.includes(column))) {
    found.push({
      file,
      message: `the key column "${name}" of ${table.schema}.${table.name} is not yielded`,
      help: "Yield every key column: rows are matched by them.",
    });
  }
  for (const name of table.insertOnly.filter(
    (column) => !yields.includes(column) || table.key.includes(column),
  )) {
    found.push({
      file,
      message: `"${name}" is in insertOnly, but ${table.key.includes(name) ? "it is a part of the key" : "the mapping does not yield it"}`,
      help: table.key.includes(name) ? "Take it out of insertOnly." : "Yield it, or name it in keep instead.",
    });
  }
  return found;
}
