import type { Problem } from "../../definition/problem.ts";
import type { ParsedSql } from "../parsed-sql.ts";
import { problemIn } from "../parsed-sql.ts";
import type { Linted, LintRule } from "../rule.ts";
import { locationOf, nameParts, walk } from "../syntax-tree.ts";

/** What is read is either narrowed to the rows of a unit, or declared never to change. */
export const onlyKnownTables: LintRule = {
  name: "only-known-tables",
  check: (linted) => linted.sql.flatMap((piece) => [...escapes(linted, piece), ...wrongSide(linted, piece)]),
};

function escapes({ definition, catalog }: Linted, piece: ParsedSql): Problem[] {
  const known = new Set(
    [...definition.tables, ...definition.context].map((table) => `${table.schema}.${table.name}`),
  );
  return (catalog.described.get(piece.key)?.escapes ?? []).flatMap((found): Problem[] => {
    const plain = found.name.slice(found.name.indexOf(".") + 1);
    if (found.kind === "relation") {
      // Known tables by a qualified name: a feed looks up parents so, for anything else no-schema-qualified-table has named it.
      if (known.has(found.name)) return [];
      return [
        problemIn(
          piece,
          placeOf(piece, "RangeVar", plain),
          `${found.name} is not a table of this cutover: what it holds cannot be narrowed to the rows of a unit, nor its changes noticed`,
          `Name the table in cutover.json (a view: the tables below it), under "context" when it is not moved.`,
        ),
      ];
    }
    return [
      problemIn(
        piece,
        placeOf(piece, "FuncCall", plain),
        found.reason === "names a table"
          ? `the function ${found.name} names a table of this cutover in its body, which would be read beside the narrowed one`
          : `the function ${found.name} is not immutable: it may read tables, settings or the clock`,
        found.reason === "names a table"
          ? "Write what it does into the mapping."
          : "Declare it IMMUTABLE if that is what it is, or write what it does into the mapping.",
      ),
    ];
  });
}

function wrongSide({ definition, catalog }: Linted, piece: ParsedSql): Problem[] {
  if (piece.role !== "mapping" && piece.role !== "rule") return [];
  const written = piece.direction === "forward" ? "new" : "legacy";
  return [...(catalog.described.get(piece.key)?.reads.keys() ?? [])]
    .filter((name) => definition.tables.some((table) => table.name === name && table.side === written))
    .map((name) =>
      problemIn(
        piece,
        placeOf(piece, "RangeVar", name),
        `${name} is a table of the side that this mapping writes`,
        `A ${piece.direction} mapping reads the ${written === "new" ? "legacy" : "new"} tables and context tables only.`,
      ),
    );
}

function placeOf(piece: ParsedSql, wanted: "RangeVar" | "FuncCall", name: string): number | undefined {
  let place: number | undefined;
  walk(piece.statements, (kind, fields) => {
    const found = kind === "RangeVar" ? fields.relname : nameParts(fields.funcname).at(-1);
    if (kind === wanted && found === name) place ??= locationOf(fields);
  });
  return place;
}
