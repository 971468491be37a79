/** Types generated for queries found in "src/queries/end-reverse.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

/** 'EndReverseSync' parameters type */
export interface EndReverseSyncParams {
  name: string;
  reason?: string | null | void;
}

/** 'EndReverseSync' return type */
export interface EndReverseSyncResult {
  ended: undefined | null;
}

/** 'EndReverseSync' query type */
export interface EndReverseSyncQuery {
  params: EndReverseSyncParams;
  result: EndReverseSyncResult;
}

const endReverseSyncIR: any = {"usedParamSet":{"name":true,"reason":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":32,"b":37}]},{"name":"reason","required":false,"transform":{"type":"scalar"},"locs":[{"a":40,"b":46}]}],"statement":"SELECT cutover.end_reverse_sync(:name!, :reason) AS ended"};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.end_reverse_sync(:name!, :reason) AS ended
 * ```
 */
export const endReverseSync = new PreparedQuery<EndReverseSyncParams,EndReverseSyncResult>(endReverseSyncIR);


