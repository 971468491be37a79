/** Types generated for queries found in "src/queries/projections.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

/** 'KindOf' parameters type */
export interface KindOfParams {
  name: string;
}

/** 'KindOf' return type */
export interface KindOfResult {
  kind: string;
  phase: string;
}

/** 'KindOf' query type */
export interface KindOfQuery {
  params: KindOfParams;
  result: KindOfResult;
}

const kindOfIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":82,"b":87}]}],"statement":"SELECT (stand).kind AS \"kind!\", (stand).phase AS \"phase!\"\n  FROM cutover.stand_of(:name!) AS stand                                    "};

/**
 * Query generated from SQL:
 * ```
 * SELECT (stand).kind AS "kind!", (stand).phase AS "phase!"
 *   FROM cutover.stand_of(:name!) AS stand                                    
 * ```
 */
export const kindOf = new PreparedQuery<KindOfParams,KindOfResult>(kindOfIR);


/** 'RefuseProjection' parameters type */
export interface RefuseProjectionParams {
  name: string;
}

/** 'RefuseProjection' return type */
export interface RefuseProjectionResult {
  passes: boolean;
}

/** 'RefuseProjection' query type */
export interface RefuseProjectionQuery {
  params: RefuseProjectionParams;
  result: RefuseProjectionResult;
}

const refuseProjectionIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":56,"b":61}]}],"statement":"SELECT true AS \"passes!\" FROM cutover.refuse_projection(:name!) AS asked                                                      "};

/**
 * Query generated from SQL:
 * ```
 * SELECT true AS "passes!" FROM cutover.refuse_projection(:name!) AS asked                                                      
 * ```
 */
export const refuseProjection = new PreparedQuery<RefuseProjectionParams,RefuseProjectionResult>(refuseProjectionIR);


/** 'AskProjectionGates' parameters type */
export interface AskProjectionGatesParams {
  name: string;
}

/** 'AskProjectionGates' return type */
export interface AskProjectionGatesResult {
  figure: string | null;
  gate: string;
  next_step: string | null;
  reason: string | null;
  yes: boolean;
}

/** 'AskProjectionGates' query type */
export interface AskProjectionGatesQuery {
  params: AskProjectionGatesParams;
  result: AskProjectionGatesResult;
}

const askProjectionGatesIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":111,"b":116}]}],"statement":"SELECT g.gate AS \"gate!\", g.yes AS \"yes!\", g.figure, g.reason, g.next_step\n  FROM cutover.ask_projection_gates(:name!) AS g                                             "};

/**
 * Query generated from SQL:
 * ```
 * SELECT g.gate AS "gate!", g.yes AS "yes!", g.figure, g.reason, g.next_step
 *   FROM cutover.ask_projection_gates(:name!) AS g                                             
 * ```
 */
export const askProjectionGates = new PreparedQuery<AskProjectionGatesParams,AskProjectionGatesResult>(askProjectionGatesIR);


/** 'SettleProjection' parameters type */
export interface SettleProjectionParams {
  name: string;
}

/** 'SettleProjection' return type */
export interface SettleProjectionResult {
  live: boolean;
}

/** 'SettleProjection' query type */
export interface SettleProjectionQuery {
  params: SettleProjectionParams;
  result: SettleProjectionResult;
}

const settleProjectionIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":33,"b":38}]}],"statement":"SELECT cutover.settle_projection(:name!) AS \"live!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.settle_projection(:name!) AS "live!"
 * ```
 */
export const settleProjection = new PreparedQuery<SettleProjectionParams,SettleProjectionResult>(settleProjectionIR);


