/** Types generated for queries found in "queries/model.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type DateOrString = Date | string;

export type NumberOrString = number | string;

/** 'LegacyPage' parameters type */
export interface LegacyPageParams {
  after: NumberOrString;
  most: NumberOrString;
}

/** 'LegacyPage' return type */
export interface LegacyPageResult {
  child_name: string;
  habits: string | null;
  id: string;
  reflection: string | null;
  reward: string | null;
  theme: string | null;
  user_id: string | null;
  week_start_date: string | null;
}

/** 'LegacyPage' query type */
export interface LegacyPageQuery {
  params: LegacyPageParams;
  result: LegacyPageResult;
}

const legacyPageIR: any = {"usedParamSet":{"after":true,"most":true},"params":[{"name":"after","required":true,"transform":{"type":"scalar"},"locs":[{"a":246,"b":252}]},{"name":"most","required":true,"transform":{"type":"scalar"},"locs":[{"a":276,"b":281}]}],"statement":"SELECT t.id::text AS \"id!\", t.user_id::text AS user_id, t.child_name, t.week_start_date::text AS week_start_date,\n       t.theme, t.reward, t.reflection::text AS reflection, t.habits::text AS habits\n  FROM public.habit_tracker AS t\n WHERE t.id > :after!\n ORDER BY t.id\n LIMIT :most!"};

/**
 * Query generated from SQL:
 * ```
 * SELECT t.id::text AS "id!", t.user_id::text AS user_id, t.child_name, t.week_start_date::text AS week_start_date,
 *        t.theme, t.reward, t.reflection::text AS reflection, t.habits::text AS habits
 *   FROM public.habit_tracker AS t
 *  WHERE t.id > :after!
 *  ORDER BY t.id
 *  LIMIT :most!
 * ```
 */
export const legacyPage = new PreparedQuery<LegacyPageParams,LegacyPageResult>(legacyPageIR);


/** 'ListSheets' parameters type */
export type ListSheetsParams = void;

/** 'ListSheets' return type */
export interface ListSheetsResult {
  child_name: string;
  monday: string;
  reflection: string | null;
  reward: string | null;
  sheet_id: string;
  start_offset: number;
  theme: string | null;
  user_id: string;
}

/** 'ListSheets' query type */
export interface ListSheetsQuery {
  params: ListSheetsParams;
  result: ListSheetsResult;
}

const listSheetsIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT w.sheet_id::text AS \"sheet_id!\", w.user_id::text AS \"user_id!\", w.child_name AS \"child_name!\",\n       w.week_start_date::text AS \"monday!\", w.start_offset AS \"start_offset!\", w.theme, w.reflection::text AS reflection,\n       w.reward\n  FROM public.weeks AS w\n WHERE w.sheet_id IS NOT NULL\n UNION ALL\nSELECT k.sheet_id::text, k.user_id::text, k.child_name, k.week_start_date::text, k.start_offset, k.theme,\n       k.reflection::text, k.reward\n  FROM public.kept_sheets AS k"};

/**
 * Query generated from SQL:
 * ```
 * SELECT w.sheet_id::text AS "sheet_id!", w.user_id::text AS "user_id!", w.child_name AS "child_name!",
 *        w.week_start_date::text AS "monday!", w.start_offset AS "start_offset!", w.theme, w.reflection::text AS reflection,
 *        w.reward
 *   FROM public.weeks AS w
 *  WHERE w.sheet_id IS NOT NULL
 *  UNION ALL
 * SELECT k.sheet_id::text, k.user_id::text, k.child_name, k.week_start_date::text, k.start_offset, k.theme,
 *        k.reflection::text, k.reward
 *   FROM public.kept_sheets AS k
 * ```
 */
export const listSheets = new PreparedQuery<ListSheetsParams,ListSheetsResult>(listSheetsIR);


/** 'HabitsPage' parameters type */
export interface HabitsPageParams {
  habit: NumberOrString;
  last: DateOrString;
  most: NumberOrString;
  sheet: NumberOrString;
}

/** 'HabitsPage' return type */
export interface HabitsPageResult {
  child_name: string;
  habit_id: string;
  last: string;
  monday: string;
  name: string;
  sheet_id: string;
  user_id: string;
}

/** 'HabitsPage' query type */
export interface HabitsPageQuery {
  params: HabitsPageParams;
  result: HabitsPageResult;
}

const habitsPageIR: any = {"usedParamSet":{"sheet":true,"habit":true,"last":true,"most":true},"params":[{"name":"sheet","required":true,"transform":{"type":"scalar"},"locs":[{"a":286,"b":292}]},{"name":"habit","required":true,"transform":{"type":"scalar"},"locs":[{"a":295,"b":301}]},{"name":"last","required":true,"transform":{"type":"scalar"},"locs":[{"a":304,"b":309}]},{"name":"most","required":true,"transform":{"type":"scalar"},"locs":[{"a":371,"b":376}]}],"statement":"SELECT h.sheet_id::text AS \"sheet_id!\", h.habit_id::text AS \"habit_id!\", h.user_id::text AS \"user_id!\", h.child_name,\n       h.week_start_date::text AS \"monday!\", h.name, h.week_start_date::text AS \"last!\"\n  FROM public.habits AS h\n WHERE (h.sheet_id, h.habit_id, h.week_start_date) > (:sheet!, :habit!, :last!)\n ORDER BY h.sheet_id, h.habit_id, h.week_start_date\n LIMIT :most!"};

/**
 * Query generated from SQL:
 * ```
 * SELECT h.sheet_id::text AS "sheet_id!", h.habit_id::text AS "habit_id!", h.user_id::text AS "user_id!", h.child_name,
 *        h.week_start_date::text AS "monday!", h.name, h.week_start_date::text AS "last!"
 *   FROM public.habits AS h
 *  WHERE (h.sheet_id, h.habit_id, h.week_start_date) > (:sheet!, :habit!, :last!)
 *  ORDER BY h.sheet_id, h.habit_id, h.week_start_date
 *  LIMIT :most!
 * ```
 */
export const habitsPage = new PreparedQuery<HabitsPageParams,HabitsPageResult>(habitsPageIR);


/** 'RecordsPage' parameters type */
export interface RecordsPageParams {
  habit: NumberOrString;
  last: DateOrString;
  most: NumberOrString;
  sheet: NumberOrString;
}

/** 'RecordsPage' return type */
export interface RecordsPageResult {
  child_name: string;
  habit_id: string;
  last: string;
  monday: string;
  note: string | null;
  record_date: string;
  sheet_id: string;
  status: string;
  user_id: string;
}

/** 'RecordsPage' query type */
export interface RecordsPageQuery {
  params: RecordsPageParams;
  result: RecordsPageResult;
}

const recordsPageIR: any = {"usedParamSet":{"sheet":true,"habit":true,"last":true,"most":true},"params":[{"name":"sheet","required":true,"transform":{"type":"scalar"},"locs":[{"a":341,"b":347}]},{"name":"habit","required":true,"transform":{"type":"scalar"},"locs":[{"a":350,"b":356}]},{"name":"last","required":true,"transform":{"type":"scalar"},"locs":[{"a":359,"b":364}]},{"name":"most","required":true,"transform":{"type":"scalar"},"locs":[{"a":422,"b":427}]}],"statement":"SELECT r.sheet_id::text AS \"sheet_id!\", r.habit_id::text AS \"habit_id!\", r.user_id::text AS \"user_id!\", r.child_name,\n       r.week_start_date::text AS \"monday!\", r.record_date::text AS \"record_date!\", r.status, r.note,\n       r.record_date::text AS \"last!\"\n  FROM public.habit_records AS r\n WHERE (r.sheet_id, r.habit_id, r.record_date) > (:sheet!, :habit!, :last!)\n ORDER BY r.sheet_id, r.habit_id, r.record_date\n LIMIT :most!"};

/**
 * Query generated from SQL:
 * ```
 * SELECT r.sheet_id::text AS "sheet_id!", r.habit_id::text AS "habit_id!", r.user_id::text AS "user_id!", r.child_name,
 *        r.week_start_date::text AS "monday!", r.record_date::text AS "record_date!", r.status, r.note,
 *        r.record_date::text AS "last!"
 *   FROM public.habit_records AS r
 *  WHERE (r.sheet_id, r.habit_id, r.record_date) > (:sheet!, :habit!, :last!)
 *  ORDER BY r.sheet_id, r.habit_id, r.record_date
 *  LIMIT :most!
 * ```
 */
export const recordsPage = new PreparedQuery<RecordsPageParams,RecordsPageResult>(recordsPageIR);


