import { loadModule, parseSync } from "libpg-query";
import { type Fields, isFields } from "../lint/syntax-tree.ts";

/** One statement of a migration. */
export interface Statement {
  /** Its text, without comments in front of it and without the semicolon. */
  readonly sql: string;
  /** Where it begins in the migration, in UTF-16 units. */
  readonly start: number;
  /** `IndexStmt` and the like, with its fields. */
  readonly kind: string;
  readonly tree: Fields;
}

/**
 * The statements of a migration, by Postgres' own parser.
 *
 * @throws Error of the parser where it cannot read it: syntax of another version, or a mistake
 */
export async function statementsOf(sql: string): Promise<Statement[]> {
  await loadModule();
  const bytes = Buffer.from(sql);
  const found: unknown = parseSync(sql).stmts ?? [];
  return (Array.isArray(found) ? found : []).filter(isFields).flatMap((found) => {
    if (!isFields(found.stmt)) return [];
    const [kind = "", tree] = Object.entries(found.stmt)[0] ?? [];
    const from = typeof found.stmt_location === "number" ? found.stmt_location : 0;
    const length = typeof found.stmt_len === "number" ? found.stmt_len : bytes.length - from;
    const raw = bytes.subarray(from, from + length).toString();
    const leading = raw.length - withoutLeadingComments(raw).length;
    return [
      {
        sql: raw.slice(leading).trimEnd(),
        start: bytes.subarray(0, from).toString().length + leading,
        kind,
        tree: isFields(tree) ? tree : {},
      },
    ];
  });
}

/** The first words of a statement, on one line. */
export function summaryOf(sql: string, most = 70): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

function withoutLeadingComments(text: string): string {
  let rest = text.trimStart();
  for (;;) {
    if (rest.startsWith("--")) {
      const end = rest.indexOf("\n");
      rest = end < 0 ? "" : rest.slice(end).trimStart();
    } else if (rest.startsWith("/*")) rest = rest.slice(blockCommentEnd(rest)).trimStart();
    else return rest;
  }
}

/** Block comments of Postgres hold others. */
function blockCommentEnd(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length - 1; at++) {
    const two = text.slice(at, at + 2);
    if (two === "/*") depth++;
    if (two === "*/") depth--;
    if (two !== "/*" && two !== "*/") continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
