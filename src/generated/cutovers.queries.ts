/** Types generated for queries found in "src/queries/cutovers.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type stringArray = (string)[];

/** 'ListCutovers' parameters type */
export type ListCutoversParams = void;

/** 'ListCutovers' return type */
export interface ListCutoversResult {
  kind: string;
  name: string;
  phase: string;
}

/** 'ListCutovers' query type */
export interface ListCutoversQuery {
  params: ListCutoversParams;
  result: ListCutoversResult;
}

const listCutoversIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT c.name, c.kind, c.phase\n  FROM cutover.cutovers AS c\n ORDER BY c.name                                                          "};

/**
 * Query generated from SQL:
 * ```
 * SELECT c.name, c.kind, c.phase
 *   FROM cutover.cutovers AS c
 *  ORDER BY c.name                                                          
 * ```
 */
export const listCutovers = new PreparedQuery<ListCutoversParams,ListCutoversResult>(listCutoversIR);


/** 'FindCutover' parameters type */
export interface FindCutoverParams {
  name: string;
}

/** 'FindCutover' return type */
export interface FindCutoverResult {
  compiled_schema: string;
  epoch: number;
  irreversible: string | null;
  kind: string;
  legacy_tables: stringArray;
  name: string;
  new_tables: stringArray;
  phase: string;
  phase_since: Date;
  reverse_ended_at: Date | null;
  step: string | null;
}

/** 'FindCutover' query type */
export interface FindCutoverQuery {
  params: FindCutoverParams;
  result: FindCutoverResult;
}

const findCutoverIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":431,"b":436}]}],"statement":"SELECT c.name, c.kind, c.phase, c.step, c.phase_since, c.epoch, c.compiled_schema::text AS \"compiled_schema!\",\n       c.reverse_ended_at, c.definition ->> 'irreversible' AS irreversible,\n       ARRAY(SELECT jsonb_array_elements_text(c.definition #> '{tables,legacy}')) AS \"legacy_tables!\",\n       ARRAY(SELECT jsonb_array_elements_text(c.definition #> '{tables,new}')) AS \"new_tables!\"\n  FROM cutover.cutovers AS c\n WHERE c.name = :name!                                                                                "};

/**
 * Query generated from SQL:
 * ```
 * SELECT c.name, c.kind, c.phase, c.step, c.phase_since, c.epoch, c.compiled_schema::text AS "compiled_schema!",
 *        c.reverse_ended_at, c.definition ->> 'irreversible' AS irreversible,
 *        ARRAY(SELECT jsonb_array_elements_text(c.definition #> '{tables,legacy}')) AS "legacy_tables!",
 *        ARRAY(SELECT jsonb_array_elements_text(c.definition #> '{tables,new}')) AS "new_tables!"
 *   FROM cutover.cutovers AS c
 *  WHERE c.name = :name!                                                                                
 * ```
 */
export const findCutover = new PreparedQuery<FindCutoverParams,FindCutoverResult>(findCutoverIR);


/** 'RequireCutover' parameters type */
export interface RequireCutoverParams {
  name: string;
}

/** 'RequireCutover' return type */
export interface RequireCutoverResult {
  phase: string;
  step: string | null;
}

/** 'RequireCutover' query type */
export interface RequireCutoverQuery {
  params: RequireCutoverParams;
  result: RequireCutoverResult;
}

const requireCutoverIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":79,"b":84}]}],"statement":"SELECT (stand).phase AS \"phase!\", (stand).step AS step\n  FROM cutover.stand_of(:name!) AS stand                                                                            "};

/**
 * Query generated from SQL:
 * ```
 * SELECT (stand).phase AS "phase!", (stand).step AS step
 *   FROM cutover.stand_of(:name!) AS stand                                                                            
 * ```
 */
export const requireCutover = new PreparedQuery<RequireCutoverParams,RequireCutoverResult>(requireCutoverIR);


/** 'AskGates' parameters type */
export interface AskGatesParams {
  name: string;
  toPhase: string;
}

/** 'AskGates' return type */
export interface AskGatesResult {
  figure: string | null;
  gate: string;
  next_step: string | null;
  reason: string | null;
  yes: boolean;
}

/** 'AskGates' query type */
export interface AskGatesQuery {
  params: AskGatesParams;
  result: AskGatesResult;
}

const askGatesIR: any = {"usedParamSet":{"name":true,"toPhase":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":100,"b":105}]},{"name":"toPhase","required":true,"transform":{"type":"scalar"},"locs":[{"a":108,"b":116}]}],"statement":"SELECT g.gate AS \"gate!\", g.yes AS \"yes!\", g.figure, g.reason, g.next_step\n  FROM cutover.ask_gates(:name!, :toPhase!) AS g                                        "};

/**
 * Query generated from SQL:
 * ```
 * SELECT g.gate AS "gate!", g.yes AS "yes!", g.figure, g.reason, g.next_step
 *   FROM cutover.ask_gates(:name!, :toPhase!) AS g                                        
 * ```
 */
export const askGates = new PreparedQuery<AskGatesParams,AskGatesResult>(askGatesIR);


/** 'MovePhase' parameters type */
export interface MovePhaseParams {
  force: stringArray;
  name: string;
  reason?: string | null | void;
  toPhase: string;
}

/** 'MovePhase' return type */
export interface MovePhaseResult {
  from_phase: string;
  gates: Json;
  moved_at: Date;
  to_phase: string;
}

/** 'MovePhase' query type */
export interface MovePhaseQuery {
  params: MovePhaseParams;
  result: MovePhaseResult;
}

const movePhaseIR: any = {"usedParamSet":{"name":true,"toPhase":true,"force":true,"reason":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":151,"b":156}]},{"name":"toPhase","required":true,"transform":{"type":"scalar"},"locs":[{"a":159,"b":167}]},{"name":"force","required":true,"transform":{"type":"scalar"},"locs":[{"a":170,"b":176}]},{"name":"reason","required":false,"transform":{"type":"scalar"},"locs":[{"a":187,"b":193}]}],"statement":"SELECT moved.from_phase AS \"from_phase!\", moved.to_phase AS \"to_phase!\", moved.moved_at AS \"moved_at!\", moved.gates AS \"gates!\"\n  FROM cutover.advance(:name!, :toPhase!, :force!::text[], :reason) AS moved                                                      "};

/**
 * Query generated from SQL:
 * ```
 * SELECT moved.from_phase AS "from_phase!", moved.to_phase AS "to_phase!", moved.moved_at AS "moved_at!", moved.gates AS "gates!"
 *   FROM cutover.advance(:name!, :toPhase!, :force!::text[], :reason) AS moved                                                      
 * ```
 */
export const movePhase = new PreparedQuery<MovePhaseParams,MovePhaseResult>(movePhaseIR);


/** 'LastTransition' parameters type */
export interface LastTransitionParams {
  name: string;
}

/** 'LastTransition' return type */
export interface LastTransitionResult {
  forced: stringArray;
  from_phase: string;
  gates: Json;
  moved_at: Date;
  moved_by: string;
  reason: string | null;
  to_phase: string;
}

/** 'LastTransition' query type */
export interface LastTransitionQuery {
  params: LastTransitionParams;
  result: LastTransitionResult;
}

const lastTransitionIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":142,"b":147}]}],"statement":"SELECT t.from_phase, t.to_phase, t.moved_at, t.moved_by, t.gates, t.forced, t.reason\n  FROM cutover.phase_transitions AS t\n WHERE t.cutover = :name!\n ORDER BY t.id DESC\n LIMIT 1                                                                                        "};

/**
 * Query generated from SQL:
 * ```
 * SELECT t.from_phase, t.to_phase, t.moved_at, t.moved_by, t.gates, t.forced, t.reason
 *   FROM cutover.phase_transitions AS t
 *  WHERE t.cutover = :name!
 *  ORDER BY t.id DESC
 *  LIMIT 1                                                                                        
 * ```
 */
export const lastTransition = new PreparedQuery<LastTransitionParams,LastTransitionResult>(lastTransitionIR);


/** 'CountClasses' parameters type */
export interface CountClassesParams {
  name: string;
}

/** 'CountClasses' return type */
export interface CountClassesResult {
  class: string;
  direction: string;
  kind: string;
  units: string;
}

/** 'CountClasses' query type */
export interface CountClassesQuery {
  params: CountClassesParams;
  result: CountClassesResult;
}

const countClassesIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":222,"b":227}]}],"statement":"SELECT k.direction, k.kind, found.class AS \"class!\", count(*) AS \"units!\"\n  FROM cutover.unit_kinds AS k\n CROSS JOIN LATERAL cutover.classes(k.cutover, k.direction, k.kind, with_drift => false) AS found\n WHERE k.cutover = :name!\n GROUP BY k.direction, k.kind, k.rank, found.class\n ORDER BY k.direction, k.rank, found.class                                                              "};

/**
 * Query generated from SQL:
 * ```
 * SELECT k.direction, k.kind, found.class AS "class!", count(*) AS "units!"
 *   FROM cutover.unit_kinds AS k
 *  CROSS JOIN LATERAL cutover.classes(k.cutover, k.direction, k.kind, with_drift => false) AS found
 *  WHERE k.cutover = :name!
 *  GROUP BY k.direction, k.kind, k.rank, found.class
 *  ORDER BY k.direction, k.rank, found.class                                                              
 * ```
 */
export const countClasses = new PreparedQuery<CountClassesParams,CountClassesResult>(countClassesIR);


/** 'ListFingerprintProblems' parameters type */
export interface ListFingerprintProblemsParams {
  name: string;
}

/** 'ListFingerprintProblems' return type */
export interface ListFingerprintProblemsResult {
  aspect: string;
  problem: string;
  table_name: string;
}

/** 'ListFingerprintProblems' query type */
export interface ListFingerprintProblemsQuery {
  params: ListFingerprintProblemsParams;
  result: ListFingerprintProblemsResult;
}

const listFingerprintProblemsIR: any = {"usedParamSet":{"name":true},"params":[{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":121,"b":126}]}],"statement":"SELECT p.table_name AS \"table_name!\", p.aspect AS \"aspect!\", p.problem AS \"problem!\"\n  FROM cutover.fingerprint_problems(:name!) AS p"};

/**
 * Query generated from SQL:
 * ```
 * SELECT p.table_name AS "table_name!", p.aspect AS "aspect!", p.problem AS "problem!"
 *   FROM cutover.fingerprint_problems(:name!) AS p
 * ```
 */
export const listFingerprintProblems = new PreparedQuery<ListFingerprintProblemsParams,ListFingerprintProblemsResult>(listFingerprintProblemsIR);


