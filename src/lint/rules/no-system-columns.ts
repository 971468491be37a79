import type { Problem } from "../../definition/problem.ts";
import { problemIn } from "../parsed-sql.ts";
import type { LintRule } from "../rule.ts";
import { locationOf, nameParts, walk } from "../syntax-tree.ts";

const SYSTEM_COLUMNS = new Set(["ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"]);

/** Where a row lies and who wrote it last is not data: it differs between two equal rows, and a narrowed table has none. */
export const noSystemColumns: LintRule = {
  name: "no-system-columns",
  check({ sql }) {
    const found: Problem[] = [];
    for (const piece of sql) {
      walk(piece.statements, (kind, fields) => {
        const name = kind === "ColumnRef" ? nameParts(fields.fields).at(-1) : undefined;
        if (name === undefined || !SYSTEM_COLUMNS.has(name)) return;
        found.push(
          problemIn(
            piece,
            locationOf(fields),
            `${name} is a system column: it says where a row lies, not what it holds`,
            "Order and match by columns of the table.",
          ),
        );
      });
    }
    return found;
  },
};
