import type { Problem } from "../../definition/problem.ts";
import { problemIn } from "../parsed-sql.ts";
import type { LintRule } from "../rule.ts";
import { locationOf, walk } from "../syntax-tree.ts";

/** The compiler narrows a table by a CTE of its name; a CTE of the author's with that name would hide it again. */
export const noOwnNameShadow: LintRule = {
  name: "no-own-name-shadow",
  check({ definition, sql }) {
    const names = new Set([...definition.tables, ...definition.context].map((table) => table.name));
    const found: Problem[] = [];
    for (const piece of sql) {
      walk(piece.statements, (kind, fields) => {
        const name = String(fields.ctename);
        if (kind !== "CommonTableExpr" || !names.has(name)) return;
        found.push(
          problemIn(
            piece,
            locationOf(fields),
            `the CTE "${name}" has the name of a table`,
            `Give the CTE a name of its own: "${name}" is what the compiler narrows.`,
          ),
        );
      });
    }
    return found;
  },
};
