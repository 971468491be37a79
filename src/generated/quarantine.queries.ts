/** Types generated for queries found in "src/queries/quarantine.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type NumberOrString = number | string;

/** 'ListQuarantine' parameters type */
export interface ListQuarantineParams {
  most: NumberOrString;
  name: string;
  unit?: string | null | void;
}

/** 'ListQuarantine' return type */
export interface ListQuarantineResult {
  accepted_at: Date | null;
  accepted_by: string | null;
  class: string;
  direction: string;
  error: string | null;
  kind: string;
  quarantined_at: Date;
  reason: string;
  rows: Json;
  unit: string;
}

/** 'ListQuarantine' query type */
export interface ListQuarantineQuery {
  params: ListQuarantineParams;
  result: ListQuarantineResult;
}

const listQuarantineIR: any = {"usedParamSet":{"name":true,"unit":true,"most":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":169,"b":174}]},{"name":"unit","required":false,"transform":{"type":"scalar"},"locs":[{"a":190,"b":194},{"a":199,"b":203}]},{"name":"most","required":true,"transform":{"type":"scalar"},"locs":[{"a":259,"b":264}]}],"statement":"SELECT q.direction, q.kind, q.unit, q.class, q.reason, q.error, q.rows, q.quarantined_at, q.accepted_by, q.accepted_at\n  FROM cutover.quarantine AS q\n WHERE q.cutover = :name! AND (q.unit = :unit OR :unit IS NULL)\n ORDER BY q.direction, q.kind, q.unit\n LIMIT :most!"};

/**
 * Query generated from SQL:
 * ```
 * SELECT q.direction, q.kind, q.unit, q.class, q.reason, q.error, q.rows, q.quarantined_at, q.accepted_by, q.accepted_at
 *   FROM cutover.quarantine AS q
 *  WHERE q.cutover = :name! AND (q.unit = :unit OR :unit IS NULL)
 *  ORDER BY q.direction, q.kind, q.unit
 *  LIMIT :most!
 * ```
 */
export const listQuarantine = new PreparedQuery<ListQuarantineParams,ListQuarantineResult>(listQuarantineIR);


/** 'CountQuarantine' parameters type */
export interface CountQuarantineParams {
  name: string;
}

/** 'CountQuarantine' return type */
export interface CountQuarantineResult {
  accepted: string;
  class: string;
  reason: string;
  units: string;
}

/** 'CountQuarantine' query type */
export interface CountQuarantineQuery {
  params: CountQuarantineParams;
  result: CountQuarantineResult;
}

const countQuarantineIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":134,"b":139}]}],"statement":"SELECT q.class, q.reason, count(*) AS \"units!\", count(q.accepted_at) AS \"accepted!\"\n  FROM cutover.quarantine AS q\n WHERE q.cutover = :name!\n GROUP BY q.class, q.reason\n ORDER BY q.class, q.reason                                                                                                              "};

/**
 * Query generated from SQL:
 * ```
 * SELECT q.class, q.reason, count(*) AS "units!", count(q.accepted_at) AS "accepted!"
 *   FROM cutover.quarantine AS q
 *  WHERE q.cutover = :name!
 *  GROUP BY q.class, q.reason
 *  ORDER BY q.class, q.reason                                                                                                              
 * ```
 */
export const countQuarantine = new PreparedQuery<CountQuarantineParams,CountQuarantineResult>(countQuarantineIR);


/** 'AcceptQuarantine' parameters type */
export interface AcceptQuarantineParams {
  name: string;
  note?: string | null | void;
  reason?: string | null | void;
  unit?: string | null | void;
}

/** 'AcceptQuarantine' return type */
export interface AcceptQuarantineResult {
  direction: string;
  kind: string;
  reason: string;
  unit: string;
}

/** 'AcceptQuarantine' query type */
export interface AcceptQuarantineQuery {
  params: AcceptQuarantineParams;
  result: AcceptQuarantineResult;
}

const acceptQuarantineIR: any = {"usedParamSet":{"name":true,"reason":true,"unit":true,"note":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":142,"b":147},{"a":392,"b":397}]},{"name":"reason","required":false,"transform":{"type":"scalar"},"locs":[{"a":196,"b":202},{"a":207,"b":213}]},{"name":"unit","required":false,"transform":{"type":"scalar"},"locs":[{"a":238,"b":242},{"a":247,"b":251}]},{"name":"note","required":false,"transform":{"type":"scalar"},"locs":[{"a":471,"b":475}]}],"statement":"WITH accepted AS (\n  UPDATE cutover.quarantine AS q\n     SET accepted_by = session_user, accepted_at = clock_timestamp()\n   WHERE q.cutover = :name! AND q.accepted_at IS NULL\n     AND (q.reason = :reason OR :reason IS NULL) AND (q.unit = :unit OR :unit IS NULL)\n  RETURNING q.direction, q.kind, q.unit, q.reason\n), recorded AS (\n  INSERT INTO cutover.events (cutover, event, detail)\n  SELECT :name!, 'quarantine_accepted', jsonb_build_object('units', count(*), 'reason', :note::text)\n    FROM accepted\n  HAVING count(*) > 0\n)\nSELECT accepted.direction, accepted.kind, accepted.unit, accepted.reason\n  FROM accepted\n ORDER BY accepted.direction, accepted.kind, accepted.unit"};

/**
 * Query generated from SQL:
 * ```
 * WITH accepted AS (
 *   UPDATE cutover.quarantine AS q
 *      SET accepted_by = session_user, accepted_at = clock_timestamp()
 *    WHERE q.cutover = :name! AND q.accepted_at IS NULL
 *      AND (q.reason = :reason OR :reason IS NULL) AND (q.unit = :unit OR :unit IS NULL)
 *   RETURNING q.direction, q.kind, q.unit, q.reason
 * ), recorded AS (
 *   INSERT INTO cutover.events (cutover, event, detail)
 *   SELECT :name!, 'quarantine_accepted', jsonb_build_object('units', count(*), 'reason', :note::text)
 *     FROM accepted
 *   HAVING count(*) > 0
 * )
 * SELECT accepted.direction, accepted.kind, accepted.unit, accepted.reason
 *   FROM accepted
 *  ORDER BY accepted.direction, accepted.kind, accepted.unit
 * ```
 */
export const acceptQuarantine = new PreparedQuery<AcceptQuarantineParams,AcceptQuarantineResult>(acceptQuarantineIR);


