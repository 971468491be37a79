/** Types generated for queries found in "src/queries/views.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type stringArray = (string)[];

/** 'ListViews' parameters type */
export interface ListViewsParams {
  name?: string | null | void;
}

/** 'ListViews' return type */
export interface ListViewsResult {
  blind_spots: stringArray;
  data_as_of: Date | null;
  due_at: Date | null;
  error: string | null;
  failed_at: Date | null;
  failures: number;
  freshness_seconds: number;
  leaks: stringArray;
  marked_by: string;
  name: string;
  not_concurrently_because: string | null;
  refreshed_at: Date | null;
  refreshed_concurrently: boolean | null;
  refreshes: string;
  row_count: string | null;
  stale_since: Date | null;
  staleness_seconds: number;
  state: string;
  took_seconds: number | null;
}

/** 'ListViews' query type */
export interface ListViewsQuery {
  params: ListViewsParams;
  result: ListViewsResult;
}

const listViewsIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":false,"transform":{"type":"scalar"},"locs":[{"a":569,"b":573}]}],"statement":"SELECT f.name AS \"name!\", f.state AS \"state!\", extract(epoch FROM f.freshness)::float8 AS \"freshness_seconds!\",\n       f.marked_by AS \"marked_by!\", f.stale_since, extract(epoch FROM f.staleness)::float8 AS \"staleness_seconds!\", f.due_at,\n       f.data_as_of, f.refreshed_at, extract(epoch FROM f.took)::float8 AS took_seconds, f.row_count, f.refreshed_concurrently,\n       f.not_concurrently_because, f.refreshes AS \"refreshes!\", f.failures AS \"failures!\", f.error, f.failed_at,\n       f.blind_spots AS \"blind_spots!\", f.leaks AS \"leaks!\"\n  FROM cutover.view_freshness(:name) AS f                                                                             "};

/**
 * Query generated from SQL:
 * ```
 * SELECT f.name AS "name!", f.state AS "state!", extract(epoch FROM f.freshness)::float8 AS "freshness_seconds!",
 *        f.marked_by AS "marked_by!", f.stale_since, extract(epoch FROM f.staleness)::float8 AS "staleness_seconds!", f.due_at,
 *        f.data_as_of, f.refreshed_at, extract(epoch FROM f.took)::float8 AS took_seconds, f.row_count, f.refreshed_concurrently,
 *        f.not_concurrently_because, f.refreshes AS "refreshes!", f.failures AS "failures!", f.error, f.failed_at,
 *        f.blind_spots AS "blind_spots!", f.leaks AS "leaks!"
 *   FROM cutover.view_freshness(:name) AS f                                                                             
 * ```
 */
export const listViews = new PreparedQuery<ListViewsParams,ListViewsResult>(listViewsIR);


/** 'RequireView' parameters type */
export interface RequireViewParams {
  name: string;
}

/** 'RequireView' return type */
export interface RequireViewResult {
  name: string;
}

/** 'RequireView' query type */
export interface RequireViewQuery {
  params: RequireViewParams;
  result: RequireViewResult;
}

const requireViewIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":54,"b":59}]}],"statement":"SELECT (known).name AS \"name!\"\n  FROM cutover.view_of(:name!) AS known                                                                                    "};

/**
 * Query generated from SQL:
 * ```
 * SELECT (known).name AS "name!"
 *   FROM cutover.view_of(:name!) AS known                                                                                    
 * ```
 */
export const requireView = new PreparedQuery<RequireViewParams,RequireViewResult>(requireViewIR);


/** 'ListDueViews' parameters type */
export type ListDueViewsParams = void;

/** 'ListDueViews' return type */
export interface ListDueViewsResult {
  name: string;
}

/** 'ListDueViews' query type */
export interface ListDueViewsQuery {
  params: ListDueViewsParams;
  result: ListDueViewsResult;
}

const listDueViewsIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT f.name AS \"name!\"\n  FROM cutover.view_freshness() AS f\n WHERE f.due_at <= clock_timestamp()\n ORDER BY f.due_at                                                        "};

/**
 * Query generated from SQL:
 * ```
 * SELECT f.name AS "name!"
 *   FROM cutover.view_freshness() AS f
 *  WHERE f.due_at <= clock_timestamp()
 *  ORDER BY f.due_at                                                        
 * ```
 */
export const listDueViews = new PreparedQuery<ListDueViewsParams,ListDueViewsResult>(listDueViewsIR);


/** 'GatherViewMarks' parameters type */
export type GatherViewMarksParams = void;

/** 'GatherViewMarks' return type */
export interface GatherViewMarksResult {
  gathered: string;
}

/** 'GatherViewMarks' query type */
export interface GatherViewMarksQuery {
  params: GatherViewMarksParams;
  result: GatherViewMarksResult;
}

const gatherViewMarksIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT cutover.gather_view_marks() AS \"gathered!\"                                                                                   "};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.gather_view_marks() AS "gathered!"                                                                                   
 * ```
 */
export const gatherViewMarks = new PreparedQuery<GatherViewMarksParams,GatherViewMarksResult>(gatherViewMarksIR);


/** 'RefreshView' parameters type */
export interface RefreshViewParams {
  name: string;
  onlyIfDue: boolean;
}

/** 'RefreshView' return type */
export interface RefreshViewResult {
  error: string | null;
  error_code: string | null;
  not_concurrently_because: string | null;
  outcome: string;
  refreshed_concurrently: boolean | null;
  row_count: string | null;
  took_seconds: number | null;
}

/** 'RefreshView' query type */
export interface RefreshViewQuery {
  params: RefreshViewParams;
  result: RefreshViewResult;
}

const refreshViewIR: any = {"usedParamSet":{"name":true,"onlyIfDue":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":208,"b":213}]},{"name":"onlyIfDue","required":true,"transform":{"type":"scalar"},"locs":[{"a":216,"b":226}]}],"statement":"SELECT r.outcome AS \"outcome!\", extract(epoch FROM r.took)::float8 AS took_seconds, r.row_count, r.refreshed_concurrently,\n       r.not_concurrently_because, r.error_code, r.error\n  FROM cutover.refresh_view(:name!, :onlyIfDue!) AS r                                                                                                                                     "};

/**
 * Query generated from SQL:
 * ```
 * SELECT r.outcome AS "outcome!", extract(epoch FROM r.took)::float8 AS took_seconds, r.row_count, r.refreshed_concurrently,
 *        r.not_concurrently_because, r.error_code, r.error
 *   FROM cutover.refresh_view(:name!, :onlyIfDue!) AS r                                                                                                                                     
 * ```
 */
export const refreshView = new PreparedQuery<RefreshViewParams,RefreshViewResult>(refreshViewIR);


/** 'FindViewRegistry' parameters type */
export type FindViewRegistryParams = void;

/** 'FindViewRegistry' return type */
export interface FindViewRegistryResult {
  exists: boolean;
  readable: boolean;
}

/** 'FindViewRegistry' query type */
export interface FindViewRegistryQuery {
  params: FindViewRegistryParams;
  result: FindViewRegistryResult;
}

const findViewRegistryIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT count(*) > 0 AS \"exists!\",\n       coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')), false) AS \"readable!\"\n  FROM pg_proc AS p\n  JOIN pg_namespace AS n ON n.oid = p.pronamespace\n WHERE n.nspname = 'cutover' AND p.proname = 'view_freshness'"};

/**
 * Query generated from SQL:
 * ```
 * SELECT count(*) > 0 AS "exists!",
 *        coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')), false) AS "readable!"
 *   FROM pg_proc AS p
 *   JOIN pg_namespace AS n ON n.oid = p.pronamespace
 *  WHERE n.nspname = 'cutover' AND p.proname = 'view_freshness'
 * ```
 */
export const findViewRegistry = new PreparedQuery<FindViewRegistryParams,FindViewRegistryResult>(findViewRegistryIR);


