/** Types generated for queries found in "src/queries/outbox.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

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

const drainBatchIR: any = {"usedParamSet":{"name":true,"batch":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":21,"b":26}]},{"name":"batch","required":true,"transform":{"type":"scalar"},"locs":[{"a":29,"b":35}]}],"statement":"SELECT cutover.drain(:name!, :batch!) AS \"done!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.drain(:name!, :batch!) AS "done!"
 * ```
 */
export const drainBatch = new PreparedQuery<DrainBatchParams,DrainBatchResult>(drainBatchIR);


