/** Types generated for queries found in "src/queries/jobs.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type NumberOrString = number | string;

export type stringArray = (string)[];

/** 'ListJobs' parameters type */
export interface ListJobsParams {
  most: NumberOrString;
  states: stringArray;
}

/** 'ListJobs' return type */
export interface ListJobsResult {
  completed_on: Date | null;
  created_on: Date;
  data: Json | null;
  id: string;
  name: string;
  output: Json | null;
  retry_count: number;
  retry_limit: number;
  start_after: Date;
  started_on: Date | null;
  state: string;
}

/** 'ListJobs' query type */
export interface ListJobsQuery {
  params: ListJobsParams;
  result: ListJobsResult;
}

const listJobsIR: any = {"usedParamSet":{"states":true,"most":true},"params":[{"name":"states","required":true,"transform":{"type":"scalar"},"locs":[{"a":217,"b":224}]},{"name":"most","required":true,"transform":{"type":"scalar"},"locs":[{"a":354,"b":359}]}],"statement":"SELECT j.id, j.name, j.data, j.state::text AS \"state!\", j.retry_count, j.retry_limit, j.created_on, j.start_after, j.started_on,\n       j.completed_on, j.output\n  FROM cutover_jobs.job AS j\n WHERE j.state::text = ANY(:states!::text[]) AND j.name NOT LIKE '\\_\\_pgboss\\_\\_%'\n ORDER BY coalesce(j.completed_on, j.started_on, j.created_on) DESC, j.id\n LIMIT :most!"};

/**
 * Query generated from SQL:
 * ```
 * SELECT j.id, j.name, j.data, j.state::text AS "state!", j.retry_count, j.retry_limit, j.created_on, j.start_after, j.started_on,
 *        j.completed_on, j.output
 *   FROM cutover_jobs.job AS j
 *  WHERE j.state::text = ANY(:states!::text[]) AND j.name NOT LIKE '\_\_pgboss\_\_%'
 *  ORDER BY coalesce(j.completed_on, j.started_on, j.created_on) DESC, j.id
 *  LIMIT :most!
 * ```
 */
export const listJobs = new PreparedQuery<ListJobsParams,ListJobsResult>(listJobsIR);


/** 'FindJob' parameters type */
export interface FindJobParams {
  id: string;
}

/** 'FindJob' return type */
export interface FindJobResult {
  data: Json | null;
  id: string;
  name: string;
  state: string;
}

/** 'FindJob' query type */
export interface FindJobQuery {
  params: FindJobParams;
  result: FindJobResult;
}

const findJobIR: any = {"usedParamSet":{"id":true},"params":[{"name":"id","required":true,"transform":{"type":"scalar"},"locs":[{"a":98,"b":101}]}],"statement":"SELECT j.id, j.name, j.data, j.state::text AS \"state!\"\n  FROM cutover_jobs.job AS j\n WHERE j.id = :id!::uuid                                                                             "};

/**
 * Query generated from SQL:
 * ```
 * SELECT j.id, j.name, j.data, j.state::text AS "state!"
 *   FROM cutover_jobs.job AS j
 *  WHERE j.id = :id!::uuid                                                                             
 * ```
 */
export const findJob = new PreparedQuery<FindJobParams,FindJobResult>(findJobIR);


/** 'ListSchedules' parameters type */
export type ListSchedulesParams = void;

/** 'ListSchedules' return type */
export interface ListSchedulesResult {
  cron: string;
  data: Json | null;
  key: string;
  last_at: Date | null;
  last_state: string | null;
  name: string;
  timezone: string;
}

/** 'ListSchedules' query type */
export interface ListSchedulesQuery {
  params: ListSchedulesParams;
  result: ListSchedulesResult;
}

const listSchedulesIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT s.name, s.key, s.cron, s.timezone AS \"timezone!\", s.data, j.created_on AS \"last_at?\", j.state::text AS \"last_state?\"\n  FROM cutover_jobs.schedule AS s\n  LEFT JOIN cutover_jobs.job AS j ON j.name = s.name AND j.id = s.last_job_id\n ORDER BY s.name, s.key"};

/**
 * Query generated from SQL:
 * ```
 * SELECT s.name, s.key, s.cron, s.timezone AS "timezone!", s.data, j.created_on AS "last_at?", j.state::text AS "last_state?"
 *   FROM cutover_jobs.schedule AS s
 *   LEFT JOIN cutover_jobs.job AS j ON j.name = s.name AND j.id = s.last_job_id
 *  ORDER BY s.name, s.key
 * ```
 */
export const listSchedules = new PreparedQuery<ListSchedulesParams,ListSchedulesResult>(listSchedulesIR);


