import { hasSqlDetails, parseSync } from "libpg-query";
import { type Problem, positionOf } from "../definition/problem.ts";
import { configFileOf } from "../definition/projection-words.ts";
import type { Definition, Direction, Table } from "../definition/types.ts";
import { messageOf } from "../errors.ts";
import { type Fields, isFields } from "./syntax-tree.ts";

/** One piece of SQL of a definition, parsed. */
export interface ParsedSql {
  /** The key of `Catalog.described`: a file's path, or `legacy.memo.unit`. */
  readonly key: string;
  readonly role: "mapping" | "rule" | "unit" | "feed";
  /** The direction that it serves. */
  readonly direction: Direction;
  /** The table that it is written for. */
  readonly table: string;
  readonly file: string;
  readonly text: string;
  readonly statements: readonly Fields[];
  /** What the parser says where it cannot read the text. */
  readonly syntaxError: { readonly message: string; readonly location: number } | undefined;
  /** How much of `text` stands in front of what the definition says. */
  readonly added: number;
}

/** Everything of a definition that is SQL. The module of libpg-query has to be loaded. */
export function parseDefinition(definition: Definition): ParsedSql[] {
  const configFile = configFileOf(definition);
  const found: ParsedSql[] = [];
  for (const table of definition.tables) {
    const own: Direction = table.side === "new" ? "forward" : "reverse";
    const other: Direction = table.side === "new" ? "reverse" : "forward";
    const at = `${table.side}.${table.name}`;
    const common = { table: table.name, file: configFile };
    if (table.mapping !== undefined) {
      const { path, text } = table.mapping;
      found.push(parse({ ...common, key: path, role: "mapping", direction: own, file: path }, text));
    }
    for (const { file } of table.rules) {
      found.push(
        parse({ ...common, key: file.path, role: "rule", direction: other, file: file.path }, file.text),
      );
    }
    if (table.unit !== undefined) {
      const text = table.unit.expressions.join(", ");
      found.push(parse({ ...common, key: `${at}.unit`, role: "unit", direction: own }, text, "SELECT "));
    }
    found.push(...parseFeeds(table, at, other, configFile));
  }
  for (const table of definition.context) {
    found.push(...parseFeeds(table, `context.${table.name}`, "forward", configFile));
  }
  return found;
}

/** A problem at a byte offset of the SQL; in cutover.json, whose lines are not known here, it names the entry. */
export function problemIn(
  sql: ParsedSql,
  location: number | undefined,
  message: string,
  help: string,
): Problem {
  if (sql.key !== sql.file) return { file: sql.file, message: `${sql.key}: ${message}`, help };
  if (location === undefined) return { file: sql.file, message, help };
  const before = Buffer.from(sql.text).subarray(0, location).toString().length;
  return { file: sql.file, ...positionOf(sql.text, before), message, help };
}

function parseFeeds(
  table: Pick<Table, "name" | "feeds">,
  at: string,
  direction: Direction,
  configFile: string,
): ParsedSql[] {
  return table.feeds.flatMap((feed) => {
    const common = { role: "feed", direction, table: table.name, file: configFile } as const;
    const key = `${at}.feeds.${feed.kind}`;
    return feed.form === "expressions"
      ? [parse({ ...common, key }, feed.expressions.join(", "), "SELECT ")]
      : [
          parse({ ...common, key }, feed.units),
          parse({ ...common, key: `${key}.rows` }, feed.rows, "SELECT WHERE "),
        ];
  });
}

function parse(
  from: Pick<ParsedSql, "key" | "role" | "direction" | "table" | "file">,
  said: string,
  prefix = "",
): ParsedSql {
  const text = `${prefix}${said}`;
  const common = { ...from, text, added: prefix.length };
  try {
    const statements = (parseSync(text).stmts ?? []).map((found): unknown => found.stmt).filter(isFields);
    return { ...common, statements, syntaxError: undefined };
  } catch (error) {
    const position = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    // The parser counts characters here, and bytes everywhere else.
    const location = Buffer.byteLength([...text].slice(0, position).join(""));
    return { ...common, statements: [], syntaxError: { message: messageOf(error), location } };
  }
}
