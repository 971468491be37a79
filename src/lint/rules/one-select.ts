import type { Problem } from "../../definition/problem.ts";
import { type ParsedSql, problemIn } from "../parsed-sql.ts";
import type { LintRule } from "../rule.ts";
import { type Fields, isFields, isSelect, locationOf, walk } from "../syntax-tree.ts";

/** Every piece of SQL is one SELECT that only reads: the compiler puts it into sub-selects, views and functions. */
export const oneSelect: LintRule = {
  name: "one-select",
  check: ({ sql }) => sql.flatMap(findings),
};

function findings(sql: ParsedSql): Problem[] {
  if (sql.syntaxError !== undefined) {
    return [problemIn(sql, sql.syntaxError.location, sql.syntaxError.message, "Paste it into psql to try.")];
  }
  if (sql.statements.length !== 1) {
    return [
      problemIn(
        sql,
        undefined,
        `there are ${sql.statements.length} statements`,
        sql.role === "mapping" || sql.role === "rule"
          ? "Keep one SELECT in the file."
          : "Keep one expression per entry.",
      ),
    ];
  }
  const statement = sql.statements[0] ?? {};
  if (!("SelectStmt" in statement)) {
    const kind = (Object.keys(statement)[0] ?? "").replace(/Stmt$/, "").toUpperCase();
    return [problemIn(sql, 0, `${kind} is not a SELECT`, "Write what the rows are, as one SELECT.")];
  }
  const found: Problem[] = [];
  walk(statement, (kind, fields) => {
    if (isSelect(kind)) found.push(...ofSelect(sql, fields));
    if (kind === "RangeTableSample") {
      found.push(
        problemIn(
          sql,
          locationOf(fields),
          "TABLESAMPLE picks rows by chance",
          "Read the whole table; the compiler narrows it to the rows of a unit.",
        ),
      );
    }
    if (kind === "CommonTableExpr" && isFields(fields.ctequery) && !("SelectStmt" in fields.ctequery)) {
      found.push(
        problemIn(
          sql,
          locationOf(fields),
          `the CTE "${String(fields.ctename)}" writes`,
          "A mapping only reads: make it a SELECT.",
        ),
      );
    }
  });
  return found;
}

function ofSelect(sql: ParsedSql, select: Fields): Problem[] {
  const found: Problem[] = [];
  const at = (pattern: RegExp) => {
    const match = pattern.exec(sql.text);
    return match === null ? undefined : Buffer.byteLength(sql.text.slice(0, match.index));
  };
  if (select.intoClause !== undefined) {
    found.push(problemIn(sql, at(/\bINTO\b/i), "SELECT INTO makes a table", "Leave the INTO out."));
  }
  if (select.lockingClause !== undefined) {
    found.push(
      problemIn(
        sql,
        at(/\bFOR\s+(NO\s+KEY\s+UPDATE|UPDATE|KEY\s+SHARE|SHARE)\b/i),
        "a locking clause would be ignored once the tables are narrowed",
        "Leave it out: sync locks the units itself.",
      ),
    );
  }
  return found;
}
