import type { Problem } from "../../definition/problem.ts";
import { problemIn } from "../parsed-sql.ts";
import type { LintRule } from "../rule.ts";
import { locationOf, nameParts, walk } from "../syntax-tree.ts";

/** A name with a schema in front reaches the whole table beside the CTE that narrows it. */
export const noSchemaQualifiedTable: LintRule = {
  name: "no-schema-qualified-table",
  check({ definition, sql }) {
    const schemas = new Set([...definition.tables, ...definition.context].map((table) => table.schema));
    const found: Problem[] = [];
    // A feed may: it looks up parents among all rows, and says itself which.
    for (const piece of sql.filter(({ role }) => role !== "feed")) {
      walk(piece.statements, (kind, fields) => {
        if (kind === "RangeVar" && typeof fields.schemaname === "string") {
          found.push(
            problemIn(
              piece,
              locationOf(fields),
              `${fields.schemaname}.${String(fields.relname)} names a schema, so it cannot be narrowed to the rows of a unit`,
              `Write ${String(fields.relname)}; cutover.json says which schema that is.`,
            ),
          );
        }
        const parts = kind === "ColumnRef" ? nameParts(fields.fields) : [];
        if (parts.length >= 3 && schemas.has(parts[0] ?? "")) {
          found.push(
            problemIn(
              piece,
              locationOf(fields),
              `${parts.join(".")} names a schema, which a narrowed table does not have`,
              `Write ${parts.slice(1).join(".")}.`,
            ),
          );
        }
      });
    }
    return found;
  },
};
