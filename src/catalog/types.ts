/** A column as the catalog has it. */
export interface Column {
  readonly name: string;
  /** As `format_type` spells it: `numeric(10,2)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** The database computes it (generated column). */
  readonly generated: boolean;
  /** … whenever it is read, and stores nothing: a trigger sees NULL (PostgreSQL 18). */
  readonly virtual: boolean;
  /** Its collation calls strings equal that are spelled differently. */
  readonly nondeterministic: boolean;
  readonly identity: "always" | "by default" | undefined;
  readonly hasDefault: boolean;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  /** Schema-qualified, unquoted: `public.weeks`. */
  readonly references: string;
  readonly referencedColumns: readonly string[];
  /** What becomes of a delete of the row that it points to: refused, or let through (a cascade, or a value in its place). */
  readonly onDelete: "refused" | "let through";
  readonly onUpdate: "refused" | "let through";
}

/** What the compiler needs to know of a table. */
export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  /** `r` ordinary, `p` partitioned, `v` view, … as in pg_class.relkind. */
  readonly kind: string;
  readonly hasChildren: boolean;
  readonly rowSecurity: "off" | "on" | "forced";
  readonly columns: readonly Column[];
  /** Column lists of unique, non-partial, non-deferrable indexes over plain columns. */
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Triggers of the application, by name; those before the write may change the row that is written. */
  readonly applicationTriggers: readonly {
    readonly name: string;
    readonly definition: string;
    readonly before: boolean;
  }[];
  /** Rewrite rules, by name. */
  readonly rewriteRules: readonly string[];
  /** `p` permanent, `u` unlogged, `t` temporary, as in pg_class.relpersistence. */
  readonly persistence: string;
  /** Policies hide rows of it from the role that read this catalog. */
  readonly hidesRows: boolean;
}

/** What a mapping, a rule or a feed reads and yields, as the database's own parser sees it. */
export interface Described {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Plain table name → the columns read of it. */
  readonly reads: ReadonlyMap<string, ReadonlySet<string>>;
  /** Plain table name → how often it is read from: twice is other rows of it as well. */
  readonly times: ReadonlyMap<string, number>;
  /** Relations and functions reached beside the tables. */
  readonly escapes: readonly Escape[];
  /** Columns of a mapping that the database would not assign to the column of that name. */
  readonly unassignable: readonly {
    readonly column: string;
    readonly type: string;
    readonly wanted: string;
  }[];
  /** A row of a mapping is found by its key without reading whole tables. */
  readonly narrowsByKey: boolean;
}

/** Something that a SELECT reaches beside the tables that it is narrowed to. */
export interface Escape {
  readonly kind: "relation" | "function";
  /** "schema.name" */
  readonly name: string;
  /** Why a function is one: it is not immutable, or its body names a table of the cutover. */
  readonly reason?: "not immutable" | "names a table";
}

/** The catalog facts of one cutover. */
export interface Catalog {
  /** By plain name: unique within a cutover. */
  readonly tables: ReadonlyMap<string, CatalogTable>;
  /** By the path of the file, or by `<table>.unit`, `<table>.feeds.<kind>`. */
  readonly described: ReadonlyMap<string, Described>;
  /** Functions of pg_catalog that are not (or not in every form) immutable, by name. */
  readonly builtins: ReadonlyMap<string, "stable" | "volatile">;
  /** `server_version_num`. */
  readonly serverVersion: number;
}
