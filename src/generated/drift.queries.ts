/** Types generated for queries found in "src/queries/drift.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type NumberOrString = number | string;

export type stringArray = (string)[];

/** 'VerifyCutover' parameters type */
export interface VerifyCutoverParams {
  directions?: stringArray | null | void;
  name: string;
}

/** 'VerifyCutover' return type */
export interface VerifyCutoverResult {
  run: string;
}

/** 'VerifyCutover' query type */
export interface VerifyCutoverQuery {
  params: VerifyCutoverParams;
  result: VerifyCutoverResult;
}

const verifyCutoverIR: any = {"usedParamSet":{"name":true,"directions":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":22,"b":27}]},{"name":"directions","required":false,"transform":{"type":"scalar"},"locs":[{"a":30,"b":40}]}],"statement":"SELECT cutover.verify(:name!, :directions::text[]) AS \"run!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.verify(:name!, :directions::text[]) AS "run!"
 * ```
 */
export const verifyCutover = new PreparedQuery<VerifyCutoverParams,VerifyCutoverResult>(verifyCutoverIR);


/** 'FindDriftRun' parameters type */
export interface FindDriftRunParams {
  run: NumberOrString;
}

/** 'FindDriftRun' return type */
export interface FindDriftRunResult {
  accounting: Json;
  current: boolean;
  cutover: string;
  directions: stringArray;
  drifted_units: string;
  fingerprint_problems: Json;
  finished_at: Date;
  id: string;
  kind: string;
  phase: string;
  started_at: Date;
}

/** 'FindDriftRun' query type */
export interface FindDriftRunQuery {
  params: FindDriftRunParams;
  result: FindDriftRunResult;
}

const findDriftRunIR: any = {"usedParamSet":{"run":true},"params":[{"name":"run","required":true,"transform":{"type":"scalar"},"locs":[{"a":307,"b":311}]}],"statement":"SELECT r.id, r.cutover, c.kind, r.phase, r.started_at, r.finished_at, r.directions, r.accounting, r.drifted_units, r.fingerprint_problems,\n       r.epoch = c.epoch AND r.started_at > c.phase_since AS \"current!\"\n  FROM cutover.drift_runs AS r\n  JOIN cutover.cutovers AS c ON c.name = r.cutover\n WHERE r.id = :run!"};

/**
 * Query generated from SQL:
 * ```
 * SELECT r.id, r.cutover, c.kind, r.phase, r.started_at, r.finished_at, r.directions, r.accounting, r.drifted_units, r.fingerprint_problems,
 *        r.epoch = c.epoch AND r.started_at > c.phase_since AS "current!"
 *   FROM cutover.drift_runs AS r
 *   JOIN cutover.cutovers AS c ON c.name = r.cutover
 *  WHERE r.id = :run!
 * ```
 */
export const findDriftRun = new PreparedQuery<FindDriftRunParams,FindDriftRunResult>(findDriftRunIR);


/** 'LastDriftRun' parameters type */
export interface LastDriftRunParams {
  name: string;
}

/** 'LastDriftRun' return type */
export interface LastDriftRunResult {
  id: string;
}

/** 'LastDriftRun' query type */
export interface LastDriftRunQuery {
  params: LastDriftRunParams;
  result: LastDriftRunResult;
}

const lastDriftRunIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":62,"b":67}]}],"statement":"SELECT r.id\n  FROM cutover.drift_runs AS r\n WHERE r.cutover = :name!\n ORDER BY r.id DESC\n LIMIT 1"};

/**
 * Query generated from SQL:
 * ```
 * SELECT r.id
 *   FROM cutover.drift_runs AS r
 *  WHERE r.cutover = :name!
 *  ORDER BY r.id DESC
 *  LIMIT 1
 * ```
 */
export const lastDriftRun = new PreparedQuery<LastDriftRunParams,LastDriftRunResult>(lastDriftRunIR);


/** 'ListDriftUnits' parameters type */
export interface ListDriftUnitsParams {
  most: NumberOrString;
  run: NumberOrString;
}

/** 'ListDriftUnits' return type */
export interface ListDriftUnitsResult {
  actual: Json | null;
  direction: string;
  expected: Json | null;
  finding: string;
  key: Json;
  kind: string;
  table_name: string;
  unit: string;
}

/** 'ListDriftUnits' query type */
export interface ListDriftUnitsQuery {
  params: ListDriftUnitsParams;
  result: ListDriftUnitsResult;
}

const listDriftUnitsIR: any = {"usedParamSet":{"run":true,"most":true},"params":[{"name":"run","required":true,"transform":{"type":"scalar"},"locs":[{"a":136,"b":140}]},{"name":"most","required":true,"transform":{"type":"scalar"},"locs":[{"a":169,"b":174}]}],"statement":"SELECT d.direction, d.kind, d.unit, d.table_name, d.key, d.finding, d.expected, d.actual\n  FROM cutover.drift_units AS d\n WHERE d.run = :run!\n ORDER BY d.ordinal\n LIMIT :most!                                                                                        "};

/**
 * Query generated from SQL:
 * ```
 * SELECT d.direction, d.kind, d.unit, d.table_name, d.key, d.finding, d.expected, d.actual
 *   FROM cutover.drift_units AS d
 *  WHERE d.run = :run!
 *  ORDER BY d.ordinal
 *  LIMIT :most!                                                                                        
 * ```
 */
export const listDriftUnits = new PreparedQuery<ListDriftUnitsParams,ListDriftUnitsResult>(listDriftUnitsIR);


/** 'RepairBatch' parameters type */
export interface RepairBatchParams {
  afterOrdinal: number;
  batch: number;
  run: NumberOrString;
}

/** 'RepairBatch' return type */
export interface RepairBatchResult {
  last_ordinal: number;
  units: number;
}

/** 'RepairBatch' query type */
export interface RepairBatchQuery {
  params: RepairBatchParams;
  result: RepairBatchResult;
}

const repairBatchIR: any = {"usedParamSet":{"run":true,"batch":true,"afterOrdinal":true},"params":[{"name":"run","required":true,"transform":{"type":"scalar"},"locs":[{"a":84,"b":88}]},{"name":"batch","required":true,"transform":{"type":"scalar"},"locs":[{"a":91,"b":97}]},{"name":"afterOrdinal","required":true,"transform":{"type":"scalar"},"locs":[{"a":100,"b":113}]}],"statement":"SELECT r.units AS \"units!\", r.last_ordinal AS \"last_ordinal!\"\n  FROM cutover.repair(:run!, :batch!, :afterOrdinal!) AS r"};

/**
 * Query generated from SQL:
 * ```
 * SELECT r.units AS "units!", r.last_ordinal AS "last_ordinal!"
 *   FROM cutover.repair(:run!, :batch!, :afterOrdinal!) AS r
 * ```
 */
export const repairBatch = new PreparedQuery<RepairBatchParams,RepairBatchResult>(repairBatchIR);


