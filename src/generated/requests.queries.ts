/** Types generated for queries found in "src/queries/requests.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** 'BeginRequest' parameters type */
export interface BeginRequestParams {
  keepSeconds: number;
  key: string;
  operation: string;
  request: Json;
  scope: string;
  waitSeconds: number;
}

/** 'BeginRequest' return type */
export interface BeginRequestResult {
  id: string | null;
  replayed: boolean;
  response: string | null;
  status: string | null;
}

/** 'BeginRequest' query type */
export interface BeginRequestQuery {
  params: BeginRequestParams;
  result: BeginRequestResult;
}

const beginRequestIR: any = {"usedParamSet":{"scope":true,"key":true,"operation":true,"request":true,"keepSeconds":true,"waitSeconds":true},"params":[{"name":"scope","required":true,"transform":{"type":"scalar"},"locs":[{"a":130,"b":136}]},{"name":"key","required":true,"transform":{"type":"scalar"},"locs":[{"a":139,"b":143}]},{"name":"operation","required":true,"transform":{"type":"scalar"},"locs":[{"a":146,"b":156}]},{"name":"request","required":true,"transform":{"type":"scalar"},"locs":[{"a":159,"b":167}]},{"name":"keepSeconds","required":true,"transform":{"type":"scalar"},"locs":[{"a":221,"b":233}]},{"name":"waitSeconds","required":true,"transform":{"type":"scalar"},"locs":[{"a":259,"b":271}]}],"statement":"SELECT begun.id AS id, begun.replayed AS \"replayed!\", begun.status, begun.response::text AS response\n  FROM cutover.begin_request(:scope!, :key!, :operation!, :request!,\n                             make_interval(secs => :keepSeconds!), make_interval(secs => :waitSeconds!)) AS begun                                                                "};

/**
 * Query generated from SQL:
 * ```
 * SELECT begun.id AS id, begun.replayed AS "replayed!", begun.status, begun.response::text AS response
 *   FROM cutover.begin_request(:scope!, :key!, :operation!, :request!,
 *                              make_interval(secs => :keepSeconds!), make_interval(secs => :waitSeconds!)) AS begun                                                                
 * ```
 */
export const beginRequest = new PreparedQuery<BeginRequestParams,BeginRequestResult>(beginRequestIR);


/** 'FinishRequest' parameters type */
export interface FinishRequestParams {
  id: string;
  response: Json;
  status: string;
}

/** 'FinishRequest' return type */
export interface FinishRequestResult {
  response: string;
}

/** 'FinishRequest' query type */
export interface FinishRequestQuery {
  params: FinishRequestParams;
  result: FinishRequestResult;
}

const finishRequestIR: any = {"usedParamSet":{"id":true,"response":true,"status":true},"params":[{"name":"id","required":true,"transform":{"type":"scalar"},"locs":[{"a":30,"b":33}]},{"name":"response","required":true,"transform":{"type":"scalar"},"locs":[{"a":36,"b":45}]},{"name":"status","required":true,"transform":{"type":"scalar"},"locs":[{"a":48,"b":55}]}],"statement":"SELECT cutover.finish_request(:id!, :response!, :status!)::text AS \"response!\"                         "};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.finish_request(:id!, :response!, :status!)::text AS "response!"                         
 * ```
 */
export const finishRequest = new PreparedQuery<FinishRequestParams,FinishRequestResult>(finishRequestIR);


/** 'ReadIdempotencyStatus' parameters type */
export type ReadIdempotencyStatusParams = void;

/** 'ReadIdempotencyStatus' return type */
export interface ReadIdempotencyStatusResult {
  expired: number;
  failed: number;
  not_implemented: number;
  oldest_expires_at: Date | null;
  success: number;
  total: number;
  unfinished: number;
}

/** 'ReadIdempotencyStatus' query type */
export interface ReadIdempotencyStatusQuery {
  params: ReadIdempotencyStatusParams;
  result: ReadIdempotencyStatusResult;
}

const readIdempotencyStatusIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT s.total::integer AS \"total!\", s.expired::integer AS \"expired!\", s.success::integer AS \"success!\", s.failed::integer AS \"failed!\",\n       s.not_implemented::integer AS \"not_implemented!\", s.unfinished::integer AS \"unfinished!\", s.oldest_expires_at\n  FROM cutover.idempotency_status AS s                                                                                          "};

/**
 * Query generated from SQL:
 * ```
 * SELECT s.total::integer AS "total!", s.expired::integer AS "expired!", s.success::integer AS "success!", s.failed::integer AS "failed!",
 *        s.not_implemented::integer AS "not_implemented!", s.unfinished::integer AS "unfinished!", s.oldest_expires_at
 *   FROM cutover.idempotency_status AS s                                                                                          
 * ```
 */
export const readIdempotencyStatus = new PreparedQuery<ReadIdempotencyStatusParams,ReadIdempotencyStatusResult>(readIdempotencyStatusIR);


/** 'CleanupIdempotencyLog' parameters type */
export type CleanupIdempotencyLogParams = void;

/** 'CleanupIdempotencyLog' return type */
export interface CleanupIdempotencyLogResult {
  deleted: number;
}

/** 'CleanupIdempotencyLog' query type */
export interface CleanupIdempotencyLogQuery {
  params: CleanupIdempotencyLogParams;
  result: CleanupIdempotencyLogResult;
}

const cleanupIdempotencyLogIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT cutover.cleanup_idempotency_log() AS \"deleted!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.cleanup_idempotency_log() AS "deleted!"
 * ```
 */
export const cleanupIdempotencyLog = new PreparedQuery<CleanupIdempotencyLogParams,CleanupIdempotencyLogResult>(cleanupIdempotencyLogIR);


