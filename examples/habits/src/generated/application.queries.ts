/** Types generated for queries found in "queries/application.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type DateOrString = Date | string;

export type NumberOrString = number | string;

/** 'ListWeeks' parameters type */
export interface ListWeeksParams {
  child: string;
  first: DateOrString;
  last: DateOrString;
  owner: string;
}

/** 'ListWeeks' return type */
export interface ListWeeksResult {
  day: string | null;
  habit: string | null;
  habit_id: string | null;
  monday: string;
  note: string | null;
  reward: string | null;
  sheet_id: string | null;
  status: string | null;
  theme: string | null;
}

/** 'ListWeeks' query type */
export interface ListWeeksQuery {
  params: ListWeeksParams;
  result: ListWeeksResult;
}

const listWeeksIR: any = {"usedParamSet":{"owner":true,"child":true,"first":true,"last":true},"params":[{"name":"owner","required":true,"transform":{"type":"scalar"},"locs":[{"a":587,"b":593}]},{"name":"child","required":true,"transform":{"type":"scalar"},"locs":[{"a":614,"b":620}]},{"name":"first","required":true,"transform":{"type":"scalar"},"locs":[{"a":652,"b":658}]},{"name":"last","required":true,"transform":{"type":"scalar"},"locs":[{"a":664,"b":669}]}],"statement":"SELECT w.week_start_date::text AS \"monday!\", w.theme, w.reward, h.sheet_id AS \"sheet_id?\", h.habit_id AS \"habit_id?\",\n       h.name AS \"habit?\", r.record_date::text AS \"day?\", r.status AS \"status?\", r.note AS \"note?\"\n  FROM public.weeks AS w\n  LEFT JOIN public.habits AS h\n    ON (h.user_id, h.child_name, h.week_start_date) = (w.user_id, w.child_name, w.week_start_date)\n  LEFT JOIN public.habit_records AS r\n    ON (r.sheet_id, r.habit_id) = (h.sheet_id, h.habit_id)\n   AND (r.user_id, r.child_name, r.week_start_date) = (h.user_id, h.child_name, h.week_start_date)\n WHERE w.user_id = :owner! AND w.child_name = :child! AND w.week_start_date BETWEEN :first! AND :last!\n ORDER BY w.week_start_date, h.display_order, h.sheet_id, h.habit_id, r.record_date                                                                                                              "};

/**
 * Query generated from SQL:
 * ```
 * SELECT w.week_start_date::text AS "monday!", w.theme, w.reward, h.sheet_id AS "sheet_id?", h.habit_id AS "habit_id?",
 *        h.name AS "habit?", r.record_date::text AS "day?", r.status AS "status?", r.note AS "note?"
 *   FROM public.weeks AS w
 *   LEFT JOIN public.habits AS h
 *     ON (h.user_id, h.child_name, h.week_start_date) = (w.user_id, w.child_name, w.week_start_date)
 *   LEFT JOIN public.habit_records AS r
 *     ON (r.sheet_id, r.habit_id) = (h.sheet_id, h.habit_id)
 *    AND (r.user_id, r.child_name, r.week_start_date) = (h.user_id, h.child_name, h.week_start_date)
 *  WHERE w.user_id = :owner! AND w.child_name = :child! AND w.week_start_date BETWEEN :first! AND :last!
 *  ORDER BY w.week_start_date, h.display_order, h.sheet_id, h.habit_id, r.record_date                                                                                                              
 * ```
 */
export const listWeeks = new PreparedQuery<ListWeeksParams,ListWeeksResult>(listWeeksIR);


/** 'SetMark' parameters type */
export interface SetMarkParams {
  day: DateOrString;
  habit: NumberOrString;
  sheet: NumberOrString;
  status: string;
}

/** 'SetMark' return type */
export interface SetMarkResult {
  day: string;
  status: string;
}

/** 'SetMark' query type */
export interface SetMarkQuery {
  params: SetMarkParams;
  result: SetMarkResult;
}

const setMarkIR: any = {"usedParamSet":{"day":true,"status":true,"sheet":true,"habit":true},"params":[{"name":"day","required":true,"transform":{"type":"scalar"},"locs":[{"a":195,"b":199},{"a":294,"b":298}]},{"name":"status","required":true,"transform":{"type":"scalar"},"locs":[{"a":202,"b":209}]},{"name":"sheet","required":true,"transform":{"type":"scalar"},"locs":[{"a":257,"b":263}]},{"name":"habit","required":true,"transform":{"type":"scalar"},"locs":[{"a":282,"b":288}]}],"statement":"INSERT INTO public.habit_records\n       (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)\nSELECT h.user_id, h.child_name, h.week_start_date, h.sheet_id, h.habit_id, :day!, :status!\n  FROM public.habits AS h\n WHERE h.sheet_id = :sheet! AND h.habit_id = :habit! AND :day! BETWEEN h.week_start_date AND h.week_start_date + 6\n    ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET status = excluded.status\nRETURNING record_date::text AS \"day!\", status"};

/**
 * Query generated from SQL:
 * ```
 * INSERT INTO public.habit_records
 *        (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
 * SELECT h.user_id, h.child_name, h.week_start_date, h.sheet_id, h.habit_id, :day!, :status!
 *   FROM public.habits AS h
 *  WHERE h.sheet_id = :sheet! AND h.habit_id = :habit! AND :day! BETWEEN h.week_start_date AND h.week_start_date + 6
 *     ON CONFLICT (sheet_id, habit_id, record_date) DO UPDATE SET status = excluded.status
 * RETURNING record_date::text AS "day!", status
 * ```
 */
export const setMark = new PreparedQuery<SetMarkParams,SetMarkResult>(setMarkIR);


