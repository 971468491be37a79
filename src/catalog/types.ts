/** A column as the catalog has it. */
export interface Column {
  readonly name: string;
  /** As `format_type` spells it: `numeric(10,2)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** The database computes it (generated column). */
  readonly generated: boolean;
  readonly identity: "always" | "by default" | undefined;
  readonly hasDefault: boolean;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  /** Schema-qualified, unquoted: `public.weeks`. */
  readonly references: string;
  readonly referencedColumns: readonly string[];
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
  /** Names of deferrable constraints: they are made immediate while sync writes. */
  readonly deferrableConstraints: readonly string[];
  /** Row triggers of the application, by name. */
  readonly applicationTriggers: readonly { readonly name: string; readonly definition: string }[];
}

/** What a mapping, a rule or a feed reads and yields, as the database's own parser sees it. */
export interface Described {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Plain table name → the columns read of it. */
  readonly reads: ReadonlyMap<string, ReadonlySet<string>>;
  /** Relations and functions reached beside the tables: "schema.name". */
  readonly escapes: readonly string[];
}

/** The catalog facts of one cutover. */
export interface Catalog {
  /** By plain name: unique within a cutover. */
  readonly tables: ReadonlyMap<string, CatalogTable>;
  /** By the path of the file, or by `<table>.unit`, `<table>.feeds.<kind>`. */
  readonly described: ReadonlyMap<string, Described>;
  /** `server_version_num`. */
  readonly serverVersion: number;
}
