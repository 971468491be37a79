/** Types generated for queries found in "src/queries/metrics.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** 'CurrentMetrics' parameters type */
export type CurrentMetricsParams = void;

/** 'CurrentMetrics' return type */
export interface CurrentMetricsResult {
  cutover: string;
  labels: Json;
  metric: string;
  value: number;
}

/** 'CurrentMetrics' query type */
export interface CurrentMetricsQuery {
  params: CurrentMetricsParams;
  result: CurrentMetricsResult;
}

const currentMetricsIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT m.metric AS \"metric!\", m.cutover AS \"cutover!\", m.labels AS \"labels!\", m.value AS \"value!\"\n  FROM cutover.current_metrics() AS m\n ORDER BY m.metric, m.cutover, m.labels"};

/**
 * Query generated from SQL:
 * ```
 * SELECT m.metric AS "metric!", m.cutover AS "cutover!", m.labels AS "labels!", m.value AS "value!"
 *   FROM cutover.current_metrics() AS m
 *  ORDER BY m.metric, m.cutover, m.labels
 * ```
 */
export const currentMetrics = new PreparedQuery<CurrentMetricsParams,CurrentMetricsResult>(currentMetricsIR);


/** 'SampleMetrics' parameters type */
export interface SampleMetricsParams {
  keepDays: number;
}

/** 'SampleMetrics' return type */
export interface SampleMetricsResult {
  figures: number;
}

/** 'SampleMetrics' query type */
export interface SampleMetricsQuery {
  params: SampleMetricsParams;
  result: SampleMetricsResult;
}

const sampleMetricsIR: any = {"usedParamSet":{"keepDays":true},"params":[{"name":"keepDays","required":true,"transform":{"type":"scalar"},"locs":[{"a":52,"b":61}]}],"statement":"SELECT cutover.sample_metrics(make_interval(days => :keepDays!::integer)) AS \"figures!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.sample_metrics(make_interval(days => :keepDays!::integer)) AS "figures!"
 * ```
 */
export const sampleMetrics = new PreparedQuery<SampleMetricsParams,SampleMetricsResult>(sampleMetricsIR);


