/** Types generated for queries found in "src/queries/workers.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type stringArray = (string)[];

/** 'BeatWorker' parameters type */
export interface BeatWorkerParams {
  concurrency: number;
  host: string;
  jobs: stringArray;
  name: string;
  pid: number;
  running: Json;
  takeOverSeconds: number;
}

/** 'BeatWorker' return type */
export type BeatWorkerResult = void;

/** 'BeatWorker' query type */
export interface BeatWorkerQuery {
  params: BeatWorkerParams;
  result: BeatWorkerResult;
}

const beatWorkerIR: any = {"usedParamSet":{"name":true,"host":true,"pid":true,"takeOverSeconds":true,"concurrency":true,"jobs":true,"running":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":106,"b":111}]},{"name":"host","required":true,"transform":{"type":"scalar"},"locs":[{"a":114,"b":119}]},{"name":"pid","required":true,"transform":{"type":"scalar"},"locs":[{"a":122,"b":126}]},{"name":"takeOverSeconds","required":true,"transform":{"type":"scalar"},"locs":[{"a":129,"b":145}]},{"name":"concurrency","required":true,"transform":{"type":"scalar"},"locs":[{"a":148,"b":160}]},{"name":"jobs","required":true,"transform":{"type":"scalar"},"locs":[{"a":163,"b":168}]},{"name":"running","required":true,"transform":{"type":"scalar"},"locs":[{"a":179,"b":187}]}],"statement":"INSERT INTO cutover.workers AS w (name, host, pid, take_over_seconds, concurrency, jobs, running)\nVALUES (:name!, :host!, :pid!, :takeOverSeconds!, :concurrency!, :jobs!::text[], :running!)\nON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp(), running = excluded.running                                                                               "};

/**
 * Query generated from SQL:
 * ```
 * INSERT INTO cutover.workers AS w (name, host, pid, take_over_seconds, concurrency, jobs, running)
 * VALUES (:name!, :host!, :pid!, :takeOverSeconds!, :concurrency!, :jobs!::text[], :running!)
 * ON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp(), running = excluded.running                                                                               
 * ```
 */
export const beatWorker = new PreparedQuery<BeatWorkerParams,BeatWorkerResult>(beatWorkerIR);


/** 'ForgetWorkers' parameters type */
export interface ForgetWorkersParams {
  name: string;
}

/** 'ForgetWorkers' return type */
export type ForgetWorkersResult = void;

/** 'ForgetWorkers' query type */
export interface ForgetWorkersQuery {
  params: ForgetWorkersParams;
  result: ForgetWorkersResult;
}

const forgetWorkersIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":49,"b":54}]}],"statement":"DELETE FROM cutover.workers AS w\n WHERE w.name = :name! OR w.seen_at < clock_timestamp() - interval '1 day'"};

/**
 * Query generated from SQL:
 * ```
 * DELETE FROM cutover.workers AS w
 *  WHERE w.name = :name! OR w.seen_at < clock_timestamp() - interval '1 day'
 * ```
 */
export const forgetWorkers = new PreparedQuery<ForgetWorkersParams,ForgetWorkersResult>(forgetWorkersIR);


/** 'ListWorkers' parameters type */
export type ListWorkersParams = void;

/** 'ListWorkers' return type */
export interface ListWorkersResult {
  alive: boolean;
  concurrency: number;
  host: string;
  jobs: stringArray;
  name: string;
  pid: number;
  running: Json;
  silent_seconds: number;
  started_at: Date;
  take_over_seconds: number;
}

/** 'ListWorkers' query type */
export interface ListWorkersQuery {
  params: ListWorkersParams;
  result: ListWorkersResult;
}

const listWorkersIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT w.name, w.host, w.pid, w.started_at, w.take_over_seconds, w.concurrency, w.jobs, w.running,\n       extract(epoch FROM clock_timestamp() - w.seen_at)::double precision AS \"silent_seconds!\",\n       w.seen_at > clock_timestamp() - make_interval(secs => w.take_over_seconds) AS \"alive!\"\n  FROM cutover.workers AS w\n ORDER BY w.started_at, w.name"};

/**
 * Query generated from SQL:
 * ```
 * SELECT w.name, w.host, w.pid, w.started_at, w.take_over_seconds, w.concurrency, w.jobs, w.running,
 *        extract(epoch FROM clock_timestamp() - w.seen_at)::double precision AS "silent_seconds!",
 *        w.seen_at > clock_timestamp() - make_interval(secs => w.take_over_seconds) AS "alive!"
 *   FROM cutover.workers AS w
 *  ORDER BY w.started_at, w.name
 * ```
 */
export const listWorkers = new PreparedQuery<ListWorkersParams,ListWorkersResult>(listWorkersIR);


