import { type Fields, isFields, nameParts, walk } from "../lint/syntax-tree.ts";
import type { Statement } from "./statements.ts";

/** What statements ask of a role, as far as they say so by themselves. */
export interface NeededRights {
  /** CREATE on the database. */
  readonly createsSchema: boolean;
  /** Schemas that were not made by these statements and get something new. */
  readonly schemas: ReadonlySet<string>;
  /** Relations that were not made by these statements and are changed as only their owner may. */
  readonly owned: ReadonlySet<string>;
  /** A SET ROLE among them: whose rights count is no longer known. */
  readonly changesRole: boolean;
}

/** Statements that make something in a schema, and the field that holds its name. */
const MAKES: Readonly<Record<string, string>> = {
  CreateStmt: "relation",
  CreateSeqStmt: "sequence",
  ViewStmt: "view",
  CreateFunctionStmt: "funcname",
  CreateEnumStmt: "typeName",
  CreateRangeStmt: "typeName",
  CompositeTypeStmt: "typevar",
  CreateDomainStmt: "domainname",
};

/** Statements that only the owner of a relation may run. */
const CHANGES: Readonly<Record<string, string>> = { AlterTableStmt: "relation", RenameStmt: "relation" };

export function neededBy(statements: readonly Statement[]): NeededRights {
  const made = new Set<string>();
  const schemas = new Set<string>();
  const owned = new Set<string>();
  let createsSchema = false;
  let changesRole = false;
  const makes = (schema: string | undefined) => {
    if (schema !== undefined && !made.has(schema)) schemas.add(schema);
  };
  for (const { kind, tree } of statements) {
    if (kind === "CreateSchemaStmt") {
      createsSchema = true;
      if (typeof tree.schemaname === "string") made.add(tree.schemaname);
    } else if (kind === "VariableSetStmt") {
      changesRole ||= /^(role|session_authorization)$/.test(String(tree.name));
    } else if (kind === "IndexStmt" || CHANGES[kind] !== undefined) {
      if (kind === "IndexStmt") makes(schemaOf(tree.relation));
      const name = relationName(tree[CHANGES[kind] ?? "relation"]);
      // A column or constraint of it; a database or role is renamed by the same statement, and has no relation.
      if (name !== undefined && tree.missing_ok !== true && !made.has(name)) owned.add(name);
    } else if (kind === "CreateTableAsStmt") {
      makes(schemaOf(isFields(tree.into) ? tree.into.rel : undefined));
      remember(isFields(tree.into) ? tree.into.rel : undefined);
    } else {
      const field = MAKES[kind];
      if (field === undefined) continue;
      makes(schemaOf(tree[field]));
      remember(tree[field]);
    }
  }
  return { createsSchema, schemas, owned, changesRole };

  function remember(relation: unknown): void {
    const name = relationName(relation);
    if (name !== undefined) made.add(name);
  }
}

function schemaOf(name: unknown): string | undefined {
  if (Array.isArray(name)) {
    const parts = nameParts(name);
    return parts.length > 1 ? parts[0] : undefined;
  }
  return isFields(name) && typeof name.schemaname === "string" ? name.schemaname : undefined;
}

/** Quoted as it is to be resolved; nothing for a temporary one. */
function relationName(relation: unknown): string | undefined {
  if (!isFields(relation) || typeof relation.relname !== "string") return undefined;
  const { schemaname, relname } = relation;
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  return typeof schemaname === "string" ? `${quoted(schemaname)}.${quoted(relname)}` : quoted(relname);
}

/** The indexes that statements make or drop CONCURRENTLY. */
export function concurrentIndexes(
  statements: readonly Statement[],
): { readonly name: string; readonly schema: string | undefined; readonly ifNotExists: boolean }[] {
  return statements.flatMap(({ kind, tree }) => {
    if (kind !== "IndexStmt" || tree.concurrent !== true || typeof tree.idxname !== "string") return [];
    return [
      { name: tree.idxname, schema: schemaOf(tree.relation), ifNotExists: tree.if_not_exists === true },
    ];
  });
}

/** Whether a statement says CONCURRENTLY, which no transaction allows. */
export function isConcurrent(tree: Fields): boolean {
  let found = tree.concurrent === true;
  walk(tree, (kind, fields) => {
    found ||= kind === "DefElem" && fields.defname === "concurrently";
    found ||= kind === "PartitionCmd" && fields.concurrent === true;
  });
  return found;
}
