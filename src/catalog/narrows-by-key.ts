import type { ClientBase } from "pg";
import { quote } from "./temporary.ts";

/**
 * Whether one row of a mapping, asked for by its key, is found without reading all of its tables. The database's own planner is asked:
 * does the condition reach a column in the scan of a table, or does it stay above an aggregate or a window that has to see everything?
 *
 * @param view the mapping, as a temporary view
 * @param key columns of it; a transaction has to be open
 */
export async function narrowsByKey(
  client: ClientBase,
  view: string,
  key: readonly { readonly name: string; readonly type: string }[],
): Promise<boolean> {
  // A sub-select is no constant, which could be folded away, and the plan names it wherever it is compared with.
  const condition = key
    .map((column) => `mapped.${quote(column.name)} = (SELECT NULL::${column.type})`)
    .join(" AND ");
  const { rows } = await client.query(
    `EXPLAIN (FORMAT JSON, COSTS OFF) SELECT FROM pg_temp.${quote(view)} AS mapped WHERE ${condition}`,
  );
  return reachesScan(rows[0]["QUERY PLAN"][0].Plan);
}

interface PlanNode {
  readonly "Relation Name"?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * A column compared with the sub-select, as an index could serve it, and no expression over a column. The sub-select is `$0` up to
 * PostgreSQL 16, and `(InitPlan 1).col1` from then on.
 */
const COMPARED = /\((?:\w+|"(?:[^"]|"")+") = (?:\$\d+|\(InitPlan \d+\)\.col\d+)\)/;

function reachesScan(node: PlanNode): boolean {
  return (
    (node["Relation Name"] !== undefined && COMPARED.test(node.Filter ?? "")) ||
    (node.Plans ?? []).some(reachesScan)
  );
}
