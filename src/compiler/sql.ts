/**
 * SQL text that was put together on purpose. A bare string cannot enter a template: a hole takes an identifier, a
 * literal or another piece of SQL, so that nothing is spliced in unquoted by mistake. (The idea of typed holes is
 * that of postgres.js and Kysely.)
 */
export class Sql {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * A template whose holes are `Sql`. A hole of several lines keeps the indentation of the line it stands on; a line
 * that holds nothing but an empty hole disappears.
 */
export function sql(strings: TemplateStringsArray, ...holes: readonly Sql[]): Sql {
  // Blanks at the end of a line are cut from the template only: in a hole they may stand inside somebody's string.
  const [first = "", ...rest] = strings.map((string) => string.replace(/[ \t]+(?=\n)/g, ""));
  let text = first.replace(/^\n/, "");
  holes.forEach((hole, index) => {
    const indent = /(?:^|\n)([ \t]*)[^\n]*$/.exec(text)?.[1] ?? "";
    const next = rest[index] ?? "";
    if (hole.text !== "") {
      text += hole.text.replaceAll("\n", `\n${indent}`) + next;
    } else if (/^[ \t]*\n/.test(next) || (index === holes.length - 1 && next.trim() === "")) {
      // Nothing comes behind it: the blanks in front of it go, and the line where it stood alone.
      text = text.replace(/[ \t]+$/, "").replace(/\n$/, "") + next.replace(/^[ \t]+/, "");
    } else {
      text += next;
    }
  });
  return new Sql(text.trimEnd());
}

/** An identifier, always quoted when it needs to be. A line break in it is escaped: a hole indents what follows one. */
export function identifier(name: string): Sql {
  if (name.includes("\n")) {
    return new Sql(`U&"${name.replaceAll("\\", "\\\\").replaceAll('"', '""').replaceAll("\n", "\\000A")}"`);
  }
  return new Sql(
    /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`,
  );
}

/** `schema.name`. */
export function qualified(schema: string, name: string): Sql {
  return new Sql(`${identifier(schema).text}.${identifier(name).text}`);
}

/** A string literal, on one line. */
export function literal(value: string): Sql {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  if (!/[\\\n]/.test(value)) return new Sql(quoted);
  return new Sql(` E${quoted.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`);
}

/** SQL that somebody else wrote and that has been checked: a mapping's text, an expression of the definition. */
export function trusted(text: string): Sql {
  return new Sql(text);
}

/** Pieces with a separator between them; a separator that ends in a line break starts new lines. */
export function join(pieces: readonly Sql[], separator = ", "): Sql {
  return new Sql(pieces.map((piece) => piece.text).join(separator));
}

/** `a.x = b.x AND a.y = b.y`, over the given columns. */
export function columnsEqual(columns: readonly string[], left: string, right: string): Sql {
  return join(
    columns.map(
      (column) => sql`${identifier(left)}.${identifier(column)} = ${identifier(right)}.${identifier(column)}`,
    ),
    " AND ",
  );
}

/** `alias.x, alias.y`. */
export function columnsOf(alias: string, columns: readonly string[]): Sql {
  return join(columns.map((column) => sql`${identifier(alias)}.${identifier(column)}`));
}

export const nothing = new Sql("");

/** A `$body$…$body$` text, with a tag that the body does not contain. */
export function dollarQuoted(body: Sql): Sql {
  let tag = "$body$";
  for (let n = 1; body.text.includes(tag); n += 1) tag = `$body${n}$`;
  return new Sql(`${tag}\n${body.text}\n${tag}`);
}

// Reserved and column-name-limited key words of PostgreSQL 18, by pg_get_keywords().
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
  character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do
  else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in
  initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists
  json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like
  limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset
  on only or order out outer overlaps overlay placing position precision primary real references returning right row select
  session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing
  treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
  xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);
