/** Types generated for queries found in "src/queries/backfill.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type NumberOrString = number | string;

/** 'StartBackfill' parameters type */
export interface StartBackfillParams {
  direction: string;
  name: string;
}

/** 'StartBackfill' return type */
export interface StartBackfillResult {
  id: string;
}

/** 'StartBackfill' query type */
export interface StartBackfillQuery {
  params: StartBackfillParams;
  result: StartBackfillResult;
}

const startBackfillIR: any = {"usedParamSet":{"name":true,"direction":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":30,"b":35}]},{"name":"direction","required":true,"transform":{"type":"scalar"},"locs":[{"a":38,"b":48}]}],"statement":"SELECT cutover.start_backfill(:name!, :direction!) AS \"id!\"                                                 "};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.start_backfill(:name!, :direction!) AS "id!"                                                 
 * ```
 */
export const startBackfill = new PreparedQuery<StartBackfillParams,StartBackfillResult>(startBackfillIR);


/** 'BackfillStep' parameters type */
export interface BackfillStepParams {
  id: NumberOrString;
  maxUnits: number;
  worker: string;
}

/** 'BackfillStep' return type */
export interface BackfillStepResult {
  state: string;
  units: number;
  written: number;
}

/** 'BackfillStep' query type */
export interface BackfillStepQuery {
  params: BackfillStepParams;
  result: BackfillStepResult;
}

const backfillStepIR: any = {"usedParamSet":{"id":true,"worker":true,"maxUnits":true},"params":[{"name":"id","required":true,"transform":{"type":"scalar"},"locs":[{"a":102,"b":105}]},{"name":"worker","required":true,"transform":{"type":"scalar"},"locs":[{"a":108,"b":115}]},{"name":"maxUnits","required":true,"transform":{"type":"scalar"},"locs":[{"a":118,"b":127}]}],"statement":"SELECT s.state AS \"state!\", s.units AS \"units!\", s.written AS \"written!\"\n  FROM cutover.backfill_step(:id!, :worker!, :maxUnits!) AS s                            "};

/**
 * Query generated from SQL:
 * ```
 * SELECT s.state AS "state!", s.units AS "units!", s.written AS "written!"
 *   FROM cutover.backfill_step(:id!, :worker!, :maxUnits!) AS s                            
 * ```
 */
export const backfillStep = new PreparedQuery<BackfillStepParams,BackfillStepResult>(backfillStepIR);


/** 'BackfillProgress' parameters type */
export interface BackfillProgressParams {
  id: NumberOrString;
}

/** 'BackfillProgress' return type */
export interface BackfillProgressResult {
  current: boolean;
  cutover: string;
  direction: string;
  finished_at: Date | null;
  id: string;
  paused: boolean;
  put_aside: string;
  started_at: Date;
  units_done: string;
  units_total: string;
  workers: string;
}

/** 'BackfillProgress' query type */
export interface BackfillProgressQuery {
  params: BackfillProgressParams;
  result: BackfillProgressResult;
}

const backfillProgressIR: any = {"usedParamSet":{"id":true},"params":[{"name":"id","required":true,"transform":{"type":"scalar"},"locs":[{"a":656,"b":659}]}],"statement":"SELECT b.id, b.cutover, b.direction, b.started_at, b.finished_at, b.paused, b.units_total,\n       b.units_total - coalesce((SELECT sum(r.last_ordinal - r.position) FROM cutover.backfill_ranges AS r\n                                  WHERE r.backfill = b.id), 0) AS \"units_done!\",\n       b.epoch = c.epoch AS \"current!\",\n       (SELECT count(DISTINCT r.worker) FROM cutover.backfill_ranges AS r WHERE r.backfill = b.id) AS \"workers!\",\n       (SELECT count(*) FROM cutover.quarantine AS q WHERE q.cutover = b.cutover AND q.direction = b.direction) AS \"put_aside!\"\n  FROM cutover.backfills AS b\n  JOIN cutover.cutovers AS c ON c.name = b.cutover\n WHERE b.id = :id!                                       "};

/**
 * Query generated from SQL:
 * ```
 * SELECT b.id, b.cutover, b.direction, b.started_at, b.finished_at, b.paused, b.units_total,
 *        b.units_total - coalesce((SELECT sum(r.last_ordinal - r.position) FROM cutover.backfill_ranges AS r
 *                                   WHERE r.backfill = b.id), 0) AS "units_done!",
 *        b.epoch = c.epoch AS "current!",
 *        (SELECT count(DISTINCT r.worker) FROM cutover.backfill_ranges AS r WHERE r.backfill = b.id) AS "workers!",
 *        (SELECT count(*) FROM cutover.quarantine AS q WHERE q.cutover = b.cutover AND q.direction = b.direction) AS "put_aside!"
 *   FROM cutover.backfills AS b
 *   JOIN cutover.cutovers AS c ON c.name = b.cutover
 *  WHERE b.id = :id!                                       
 * ```
 */
export const backfillProgress = new PreparedQuery<BackfillProgressParams,BackfillProgressResult>(backfillProgressIR);


/** 'LastBackfill' parameters type */
export interface LastBackfillParams {
  name: string;
}

/** 'LastBackfill' return type */
export interface LastBackfillResult {
  direction: string;
  id: string;
}

/** 'LastBackfill' query type */
export interface LastBackfillQuery {
  params: LastBackfillParams;
  result: LastBackfillResult;
}

const lastBackfillIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":74,"b":79}]}],"statement":"SELECT b.id, b.direction\n  FROM cutover.backfills AS b\n WHERE b.cutover = :name!\n ORDER BY b.id DESC\n LIMIT 1                                                                                                                  "};

/**
 * Query generated from SQL:
 * ```
 * SELECT b.id, b.direction
 *   FROM cutover.backfills AS b
 *  WHERE b.cutover = :name!
 *  ORDER BY b.id DESC
 *  LIMIT 1                                                                                                                  
 * ```
 */
export const lastBackfill = new PreparedQuery<LastBackfillParams,LastBackfillResult>(lastBackfillIR);


/** 'ListOpenBackfills' parameters type */
export type ListOpenBackfillsParams = void;

/** 'ListOpenBackfills' return type */
export interface ListOpenBackfillsResult {
  cutover: string;
  direction: string;
  id: string;
}

/** 'ListOpenBackfills' query type */
export interface ListOpenBackfillsQuery {
  params: ListOpenBackfillsParams;
  result: ListOpenBackfillsResult;
}

const listOpenBackfillsIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT b.id, b.cutover, b.direction\n  FROM cutover.backfills AS b\n  JOIN cutover.cutovers AS c ON c.name = b.cutover\n WHERE b.finished_at IS NULL AND NOT b.paused AND b.epoch = c.epoch\n   AND CASE b.direction\n         WHEN 'forward' THEN c.phase IN ('dual_write', 'backfilled', 'reads_switched')\n         ELSE c.phase IN ('writes_switched', 'legacy_locked')\n       END\n ORDER BY b.id                                         "};

/**
 * Query generated from SQL:
 * ```
 * SELECT b.id, b.cutover, b.direction
 *   FROM cutover.backfills AS b
 *   JOIN cutover.cutovers AS c ON c.name = b.cutover
 *  WHERE b.finished_at IS NULL AND NOT b.paused AND b.epoch = c.epoch
 *    AND CASE b.direction
 *          WHEN 'forward' THEN c.phase IN ('dual_write', 'backfilled', 'reads_switched')
 *          ELSE c.phase IN ('writes_switched', 'legacy_locked')
 *        END
 *  ORDER BY b.id                                         
 * ```
 */
export const listOpenBackfills = new PreparedQuery<ListOpenBackfillsParams,ListOpenBackfillsResult>(listOpenBackfillsIR);


/** 'SetBackfillPaused' parameters type */
export interface SetBackfillPausedParams {
  event: string;
  id: NumberOrString;
  paused: boolean;
}

/** 'SetBackfillPaused' return type */
export interface SetBackfillPausedResult {
  id: string;
}

/** 'SetBackfillPaused' query type */
export interface SetBackfillPausedQuery {
  params: SetBackfillPausedParams;
  result: SetBackfillPausedResult;
}

const setBackfillPausedIR: any = {"usedParamSet":{"paused":true,"id":true,"event":true},"params":[{"name":"paused","required":true,"transform":{"type":"scalar"},"locs":[{"a":63,"b":70},{"a":135,"b":142}]},{"name":"id","required":true,"transform":{"type":"scalar"},"locs":[{"a":88,"b":91}]},{"name":"event","required":true,"transform":{"type":"scalar"},"locs":[{"a":250,"b":256}]}],"statement":"WITH changed AS (\n  UPDATE cutover.backfills AS b SET paused = :paused!\n   WHERE b.id = :id! AND b.finished_at IS NULL AND b.paused <> :paused!\n  RETURNING b.id, b.cutover\n)\nINSERT INTO cutover.events (cutover, event, detail)\nSELECT changed.cutover, :event!, jsonb_build_object('backfill', changed.id)\n  FROM changed\nRETURNING id                                                                                                                             "};

/**
 * Query generated from SQL:
 * ```
 * WITH changed AS (
 *   UPDATE cutover.backfills AS b SET paused = :paused!
 *    WHERE b.id = :id! AND b.finished_at IS NULL AND b.paused <> :paused!
 *   RETURNING b.id, b.cutover
 * )
 * INSERT INTO cutover.events (cutover, event, detail)
 * SELECT changed.cutover, :event!, jsonb_build_object('backfill', changed.id)
 *   FROM changed
 * RETURNING id                                                                                                                             
 * ```
 */
export const setBackfillPaused = new PreparedQuery<SetBackfillPausedParams,SetBackfillPausedResult>(setBackfillPausedIR);


/** 'CancelBackfill' parameters type */
export interface CancelBackfillParams {
  id: NumberOrString;
}

/** 'CancelBackfill' return type */
export interface CancelBackfillResult {
  id: string;
}

/** 'CancelBackfill' query type */
export interface CancelBackfillQuery {
  params: CancelBackfillParams;
  result: CancelBackfillResult;
}

const cancelBackfillIR: any = {"usedParamSet":{"id":true},"params":[{"name":"id","required":true,"transform":{"type":"scalar"},"locs":[{"a":65,"b":68}]}],"statement":"WITH gone AS (\n  DELETE FROM cutover.backfills AS b WHERE b.id = :id! AND b.finished_at IS NULL RETURNING b.id, b.cutover\n)\nINSERT INTO cutover.events (cutover, event, detail)\nSELECT gone.cutover, 'backfill_cancelled', jsonb_build_object('backfill', gone.id)\n  FROM gone\nRETURNING id"};

/**
 * Query generated from SQL:
 * ```
 * WITH gone AS (
 *   DELETE FROM cutover.backfills AS b WHERE b.id = :id! AND b.finished_at IS NULL RETURNING b.id, b.cutover
 * )
 * INSERT INTO cutover.events (cutover, event, detail)
 * SELECT gone.cutover, 'backfill_cancelled', jsonb_build_object('backfill', gone.id)
 *   FROM gone
 * RETURNING id
 * ```
 */
export const cancelBackfill = new PreparedQuery<CancelBackfillParams,CancelBackfillResult>(cancelBackfillIR);


