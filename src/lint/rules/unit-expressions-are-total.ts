import type { Problem } from "../../definition/problem.ts";
import { problemIn } from "../parsed-sql.ts";
import type { LintRule } from "../rule.ts";
import { type Fields, isFields } from "../syntax-tree.ts";

/** Types whose text may be anything: casting it to another type fails on the first odd row. */
const ANYTHING = /^(text|character varying.*|character\(.*|"?char"?|citext|json|jsonb|name)$/;

/**
 * Unit and feed expressions are evaluated in the application's own statements: one that fails on a dirty row fails the
 * application's write.
 */
export const unitExpressionsAreTotal: LintRule = {
  name: "unit-expressions-are-total",
  check({ sql, catalog }) {
    const found: Problem[] = [];
    for (const piece of sql) {
      if ((piece.role !== "unit" && piece.role !== "feed") || piece.key.endsWith(".rows")) continue;
      const columns = catalog.tables.get(piece.table)?.columns ?? [];
      for (const cast of castsOutsideCase(piece.statements)) {
        const column = columnName(cast.arg);
        const type = columns.find((candidate) => candidate.name === column)?.type;
        if (isConstant(cast.arg) || (type !== undefined && !ANYTHING.test(type)) || castsToText(cast))
          continue;
        found.push(
          problemIn(
            piece,
            typeof cast.location === "number" ? cast.location : undefined,
            `a cast of ${column ?? "an expression"} may fail, and then the application's write fails`,
            "A unit is found for every row, whatever it holds: test the value first, CASE WHEN … THEN … ELSE … END.",
          ),
        );
      }
    }
    return found;
  },
};

/** Every cast that no CASE stands around. */
function castsOutsideCase(node: unknown): Fields[] {
  if (Array.isArray(node)) return node.flatMap(castsOutsideCase);
  if (!isFields(node)) return [];
  return Object.entries(node).flatMap(([name, value]) => {
    if (name === "CaseExpr") return [];
    const inside = castsOutsideCase(value);
    return name === "TypeCast" && isFields(value) ? [value, ...inside] : inside;
  });
}

function isConstant(node: unknown): boolean {
  return isFields(node) && ("A_Const" in node || (isFields(node.TypeCast) && isConstant(node.TypeCast.arg)));
}

function columnName(node: unknown): string | undefined {
  if (!isFields(node) || !isFields(node.ColumnRef) || !Array.isArray(node.ColumnRef.fields)) return undefined;
  const last: unknown = node.ColumnRef.fields.at(-1);
  return isFields(last) && isFields(last.String) && typeof last.String.sval === "string"
    ? last.String.sval
    : undefined;
}

function castsToText(cast: Fields): boolean {
  return JSON.stringify(cast.typeName ?? "").includes('"sval":"text"');
}
