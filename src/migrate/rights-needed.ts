import { type Fields, isFields, nameParts, walk } from "../lint/syntax-tree.ts";
import type { Statement } from "./statements.ts";

interface Relation {
  /** undefined where the search_path decides. */
  readonly schema: string | undefined;
  readonly name: string;
}

/** What statements ask of a role, as far as they say so by themselves. */
export interface NeededRights {
  /** CREATE on the database. */
  readonly createsSchema: boolean;
  /** Schemas that were not made by these statements and get something new. */
  readonly schemas: ReadonlySet<string>;
  /** Relations that were not made by these statements and are changed as only their owner may. */
  readonly owned: readonly Relation[];
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

export function neededBy(statements: readonly Statement[]): NeededRights {
  const made = new Set<string>();
  const schemas = new Set<string>();
  const owned: Relation[] = [];
  let createsSchema = false;
  let changesRole = false;
  const makes = (schema: string | undefined, relation: Relation | undefined) => {
    if (schema !== undefined && !made.has(schema)) schemas.add(schema);
    if (relation !== undefined) made.add(keyOf(relation));
  };
  for (const { kind, tree } of statements) {
    if (kind === "CreateSchemaStmt") {
      createsSchema = true;
      if (typeof tree.schemaname === "string") made.add(tree.schemaname);
    } else if (kind === "VariableSetStmt") {
      changesRole ||= /^(role|session_authorization)$/.test(String(tree.name));
    } else if (/^(IndexStmt|AlterTableStmt|RenameStmt)$/.test(kind)) {
      if (kind === "IndexStmt") makes(schemaOf(tree.relation), undefined);
      // A role or database is renamed by the same statement, and is no relation.
      const relation = relationOf(tree.relation);
      if (relation !== undefined && tree.missing_ok !== true && !made.has(keyOf(relation)))
        owned.push(relation);
    } else {
      const name =
        kind === "CreateTableAsStmt" && isFields(tree.into) ? tree.into.rel : tree[MAKES[kind] ?? ""];
      makes(schemaOf(name), relationOf(name));
    }
  }
  return { createsSchema, schemas, owned, changesRole };
}

const keyOf = ({ schema, name }: Relation) => JSON.stringify([schema, name]);

function schemaOf(name: unknown): string | undefined {
  if (Array.isArray(name)) {
    const parts = nameParts(name);
    return parts.length > 1 ? parts[0] : undefined;
  }
  return isFields(name) && typeof name.schemaname === "string" ? name.schemaname : undefined;
}

function relationOf(relation: unknown): Relation | undefined {
  if (!isFields(relation) || typeof relation.relname !== "string") return undefined;
  return { schema: schemaOf(relation), name: relation.relname };
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
