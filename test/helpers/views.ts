import type pg from "pg";
import { createCoreDatabase } from "./core.ts";
import type { TestDatabase } from "./database.ts";

/** A table of entries and `totals`, the materialized view upon it, which can be refreshed CONCURRENTLY. */
const SCHEMA = `
CREATE TABLE public.entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL, amount integer NOT NULL);
INSERT INTO public.entry (account, amount) VALUES ('a', 1), ('b', 2);
CREATE MATERIALIZED VIEW public.totals AS
  SELECT entry.account, sum(entry.amount) AS total, count(*) AS entries FROM public.entry GROUP BY entry.account;
CREATE UNIQUE INDEX totals_account ON public.totals (account);`;

export interface Refreshed {
  readonly outcome: "refreshed" | "failed" | "busy" | "not_due";
  readonly refreshed_concurrently: boolean | null;
  readonly not_concurrently_because: string | null;
  readonly row_count: string | null;
  readonly error_code: string | null;
  readonly error: string | null;
}

export interface ViewsDatabase extends TestDatabase {
  rows<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** `cutover.refresh_view()` of `public.totals`, or of another. */
  refresh(view?: string, onlyIfDue?: boolean): Promise<Refreshed>;
  /** What `cutover.view_freshness()` says of one view. */
  freshness(view?: string): Promise<pg.QueryResultRow>;
  /** Rows in which a view and its own query differ, both read from one snapshot. */
  differences(view?: string): Promise<number>;
}

/** A database with the core, `entry` and `totals`; registered and refreshed unless `register` says otherwise. */
export async function createViewsDatabase(
  options: { readonly register?: string | null; readonly schema?: string } = {},
): Promise<ViewsDatabase> {
  const database = await createCoreDatabase();
  const rows: ViewsDatabase["rows"] = async (text, values) => (await database.pool.query(text, values)).rows;
  await rows(SCHEMA);
  if (options.schema !== undefined) await rows(options.schema);
  const views: ViewsDatabase = {
    ...database,
    rows,
    refresh: async (view = "public.totals", onlyIfDue = false) => {
      const [refreshed] = await rows("SELECT * FROM cutover.refresh_view($1, $2)", [view, onlyIfDue]);
      return refreshed as Refreshed;
    },
    freshness: async (view = "public.totals") => {
      const [freshness] = await rows("SELECT * FROM cutover.view_freshness($1)", [view]);
      return freshness as pg.QueryResultRow;
    },
    differences: async (view = "public.totals") => {
      const [query] = await rows("SELECT pg_get_viewdef($1::regclass) AS text", [view]);
      const wanted = query?.text.replace(/;\s*$/, "");
      const [found] = await rows(`SELECT count(*)::integer AS n FROM (
        (TABLE ${view} EXCEPT ALL (${wanted})) UNION ALL ((${wanted}) EXCEPT ALL TABLE ${view})) AS different`);
      return found?.n;
    },
  };
  const register =
    options.register === undefined
      ? "SELECT cutover.register_view('public.totals', '1 minute')"
      : options.register;
  if (register !== null) {
    await rows(register);
    await views.refresh();
  }
  return views;
}
