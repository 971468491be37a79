/** Types generated for queries found in "src/queries/phase.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

/** 'PhaseOf' parameters type */
export interface PhaseOfParams {
  name: string;
}

/** 'PhaseOf' return type */
export interface PhaseOfResult {
  phase: string;
}

/** 'PhaseOf' query type */
export interface PhaseOfQuery {
  params: PhaseOfParams;
  result: PhaseOfResult;
}

const phaseOfIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":21,"b":26}]}],"statement":"SELECT cutover.phase(:name!) AS \"phase!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.phase(:name!) AS "phase!"
 * ```
 */
export const phaseOf = new PreparedQuery<PhaseOfParams,PhaseOfResult>(phaseOfIR);


