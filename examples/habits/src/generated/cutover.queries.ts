/** Types generated for queries found in "queries/cutover.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

/** 'ObservedWrites' parameters type */
export interface ObservedWritesParams {
  transaction: string;
}

/** 'ObservedWrites' return type */
export interface ObservedWritesResult {
  rows: number;
  units: number;
}

/** 'ObservedWrites' query type */
export interface ObservedWritesQuery {
  params: ObservedWritesParams;
  result: ObservedWritesResult;
}

const observedWritesIR: any = {"usedParamSet":{"transaction":true},"params":[{"name":"transaction","required":true,"transform":{"type":"scalar"},"locs":[{"a":96,"b":108}]}],"statement":"SELECT o.units, o.rows\n  FROM cutover.observations AS o\n WHERE o.cutover = 'habits' AND o.xid = :transaction!                                                                                                                "};

/**
 * Query generated from SQL:
 * ```
 * SELECT o.units, o.rows
 *   FROM cutover.observations AS o
 *  WHERE o.cutover = 'habits' AND o.xid = :transaction!                                                                                                                
 * ```
 */
export const observedWrites = new PreparedQuery<ObservedWritesParams,ObservedWritesResult>(observedWritesIR);


/** 'CountWeeks' parameters type */
export type CountWeeksParams = void;

/** 'CountWeeks' return type */
export interface CountWeeksResult {
  class: string;
  reason: string | null;
  total: number;
  units: number;
}

/** 'CountWeeks' query type */
export interface CountWeeksQuery {
  params: CountWeeksParams;
  result: CountWeeksResult;
}

const countWeeksIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT c.class AS \"class!\", c.reason, count(*)::integer AS \"units!\",\n       (SELECT count(*)::integer FROM cutover.compiled_units('habits', 'forward', 'week')) AS \"total!\"\n  FROM cutover.classes('habits', 'forward', 'week') AS c\n GROUP BY c.class, c.reason"};

/**
 * Query generated from SQL:
 * ```
 * SELECT c.class AS "class!", c.reason, count(*)::integer AS "units!",
 *        (SELECT count(*)::integer FROM cutover.compiled_units('habits', 'forward', 'week')) AS "total!"
 *   FROM cutover.classes('habits', 'forward', 'week') AS c
 *  GROUP BY c.class, c.reason
 * ```
 */
export const countWeeks = new PreparedQuery<CountWeeksParams,CountWeeksResult>(countWeeksIR);


