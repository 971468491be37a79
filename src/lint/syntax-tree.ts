/** A node of the syntax tree, with the fields that libpg-query gives it. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Visits every node, parents first. `kind` is the node's type (`FuncCall`); where the tree leaves the type out, as it does
 * for the two arms of a UNION, it is the name of the field that holds the node (`larg`).
 */
export function walk(tree: unknown, visit: (kind: string, fields: Fields) => void): void {
  if (Array.isArray(tree)) {
    for (const element of tree) walk(element, visit);
    return;
  }
  if (typeof tree !== "object" || tree === null) return;
  for (const [name, value] of Object.entries(tree)) {
    if (isFields(value)) visit(name, value);
    walk(value, visit);
  }
}

/** The parts of a name: `[{String: {sval: "pg_catalog"}}, …]` → `["pg_catalog", …]`; `*` is left out. */
export function nameParts(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((element) => {
    const text = isFields(element) && isFields(element.String) ? element.String.sval : undefined;
    return typeof text === "string" ? [text] : [];
  });
}

/** A SELECT of the tree, be it the whole, in a FROM, in an expression or an arm of a UNION. */
export function isSelect(kind: string): boolean {
  return kind === "SelectStmt" || kind === "larg" || kind === "rarg";
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a node begins: an offset in bytes, which the tree leaves out when it is 0. */
export function locationOf(fields: Fields): number {
  return typeof fields.location === "number" ? fields.location : 0;
}
