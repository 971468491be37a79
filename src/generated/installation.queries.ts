/** Types generated for queries found in "src/queries/installation.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type stringArray = (string)[];

/** 'HasCore' parameters type */
export type HasCoreParams = void;

/** 'HasCore' return type */
export interface HasCoreResult {
  there: boolean;
}

/** 'HasCore' query type */
export interface HasCoreQuery {
  params: HasCoreParams;
  result: HasCoreResult;
}

const hasCoreIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT to_regclass('cutover.core_version') IS NOT NULL AS \"there!\"                                                                                                           "};

/**
 * Query generated from SQL:
 * ```
 * SELECT to_regclass('cutover.core_version') IS NOT NULL AS "there!"                                                                                                           
 * ```
 */
export const hasCore = new PreparedQuery<HasCoreParams,HasCoreResult>(hasCoreIR);


/** 'ReadCoreVersion' parameters type */
export type ReadCoreVersionParams = void;

/** 'ReadCoreVersion' return type */
export interface ReadCoreVersionResult {
  version: number;
}

/** 'ReadCoreVersion' query type */
export interface ReadCoreVersionQuery {
  params: ReadCoreVersionParams;
  result: ReadCoreVersionResult;
}

const readCoreVersionIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT coalesce(max(v.version), 0) AS \"version!\" FROM cutover.core_version AS v                                                                                                                  "};

/**
 * Query generated from SQL:
 * ```
 * SELECT coalesce(max(v.version), 0) AS "version!" FROM cutover.core_version AS v                                                                                                                  
 * ```
 */
export const readCoreVersion = new PreparedQuery<ReadCoreVersionParams,ReadCoreVersionResult>(readCoreVersionIR);


/** 'ChangedParts' parameters type */
export interface ChangedPartsParams {
  definition: Json;
  name: string;
}

/** 'ChangedParts' return type */
export interface ChangedPartsResult {
  changed: stringArray;
}

/** 'ChangedParts' query type */
export interface ChangedPartsQuery {
  params: ChangedPartsParams;
  result: ChangedPartsResult;
}

const changedPartsIR: any = {"usedParamSet":{"definition":true,"name":true},"params":[{"name":"definition","required":true,"transform":{"type":"scalar"},"locs":[{"a":43,"b":54}]},{"name":"name","required":true,"transform":{"type":"scalar"},"locs":[{"a":123,"b":128}]}],"statement":"SELECT cutover.changed_parts(c.definition, :definition!::jsonb) AS \"changed!\"\n  FROM cutover.cutovers AS c\n WHERE c.name = :name!"};

/**
 * Query generated from SQL:
 * ```
 * SELECT cutover.changed_parts(c.definition, :definition!::jsonb) AS "changed!"
 *   FROM cutover.cutovers AS c
 *  WHERE c.name = :name!
 * ```
 */
export const changedParts = new PreparedQuery<ChangedPartsParams,ChangedPartsResult>(changedPartsIR);


