/** Types generated for queries found in "src/queries/outbox.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type stringArray = (string)[];

/** 'CountOutbox' parameters type */
export interface CountOutboxParams {
  name: string;
}

/** 'CountOutbox' return type */
export interface CountOutboxResult {
  notes: string;
  oldest_age: number | null;
  units: string;
}

/** 'CountOutbox' query type */
export interface CountOutboxQuery {
  params: CountOutboxParams;
  result: CountOutboxResult;
}

const countOutboxIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":176,"b":181}]}],"statement":"SELECT count(*) AS \"notes!\", count(DISTINCT (o.direction, o.kind, o.unit)) AS \"units!\",\n       max(age(o.xid::xid)) AS oldest_age\n  FROM cutover.outbox AS o\n WHERE o.cutover = :name!                                                                               "};

/**
 * Query generated from SQL:
 * ```
 * SELECT count(*) AS "notes!", count(DISTINCT (o.direction, o.kind, o.unit)) AS "units!",
 *        max(age(o.xid::xid)) AS oldest_age
 *   FROM cutover.outbox AS o
 *  WHERE o.cutover = :name!                                                                               
 * ```
 */
export const countOutbox = new PreparedQuery<CountOutboxParams,CountOutboxResult>(countOutboxIR);


/** 'DrainBatch' parameters type */
export interface DrainBatchParams {
  batch: number;
  name: string;
}

/** 'DrainBatch' return type */
export interface DrainBatchResult {
  done: number;
}

/** 'DrainBatch' query type */
export interface DrainBatchQuery {
  params: DrainBatchParams;
  result: DrainBatchResult;
}

const drainBatchIR: any = {"usedParamSet":{"name":true,"batch":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":21,"b":26}]},{"name":"batch","required":true,"transform":{"type":"scalar"},"locs":[{"a":29,"b":35}]}],"statement":"SELECT cutover.drain(:name!, :batch!) AS \"done!\"                                                                              "};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.drain(:name!, :batch!) AS "done!"                                                                              
 * ```
 */
export const drainBatch = new PreparedQuery<DrainBatchParams,DrainBatchResult>(drainBatchIR);


/** 'DrainHorizon' parameters type */
export type DrainHorizonParams = void;

/** 'DrainHorizon' return type */
export interface DrainHorizonResult {
  horizon: string;
}

/** 'DrainHorizon' query type */
export interface DrainHorizonQuery {
  params: DrainHorizonParams;
  result: DrainHorizonResult;
}

const drainHorizonIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS \"horizon!\"                                                                                                                        "};

/**
 * Query generated from SQL:
 * ```
 * SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS "horizon!"                                                                                                                        
 * ```
 */
export const drainHorizon = new PreparedQuery<DrainHorizonParams,DrainHorizonResult>(drainHorizonIR);


/** 'OthersAtWork' parameters type */
export interface OthersAtWorkParams {
  horizon: string;
  name: string;
}

/** 'OthersAtWork' return type */
export interface OthersAtWorkResult {
  others: stringArray;
  waiting: boolean;
}

/** 'OthersAtWork' query type */
export interface OthersAtWorkQuery {
  params: OthersAtWorkParams;
  result: OthersAtWorkResult;
}

const othersAtWorkIR: any = {"usedParamSet":{"name":true,"horizon":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":104,"b":109}]},{"name":"horizon","required":true,"transform":{"type":"scalar"},"locs":[{"a":123,"b":131}]}],"statement":"SELECT cutover.at_work() AS \"others!\",\n       EXISTS (SELECT FROM cutover.outbox AS o WHERE o.cutover = :name! AND o.xid < :horizon!::text::xid8) AS \"waiting!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.at_work() AS "others!",
 *        EXISTS (SELECT FROM cutover.outbox AS o WHERE o.cutover = :name! AND o.xid < :horizon!::text::xid8) AS "waiting!"
 * ```
 */
export const othersAtWork = new PreparedQuery<OthersAtWorkParams,OthersAtWorkResult>(othersAtWorkIR);


