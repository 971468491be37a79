/** Types generated for queries found in "src/queries/migrate.sql" */
import { PreparedQuery } from '@pgtyped/runtime';

export type NumberOrString = number | string;

export type NumberOrStringArray = (NumberOrString)[];

export type stringArray = (string)[];

/** 'ReadMigrateRights' parameters type */
export type ReadMigrateRightsParams = void;

/** 'ReadMigrateRights' return type */
export interface ReadMigrateRightsResult {
  create_in_database: boolean;
  database: string;
  role: string;
  schema_create: boolean;
  schema_there: boolean;
  schema_usage: boolean;
  table_insert: boolean;
  table_select: boolean;
  table_there: boolean;
}

/** 'ReadMigrateRights' query type */
export interface ReadMigrateRightsQuery {
  params: ReadMigrateRightsParams;
  result: ReadMigrateRightsResult;
}

const readMigrateRightsIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT pg_catalog.current_database() AS \"database!\",\n       pg_catalog.quote_ident(CURRENT_USER) AS \"role!\",\n       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS \"create_in_database!\",\n       namespace.oid IS NOT NULL AS \"schema_there!\",\n       COALESCE(pg_catalog.has_schema_privilege(namespace.oid, 'USAGE'), FALSE) AS \"schema_usage!\",\n       COALESCE(pg_catalog.has_schema_privilege(namespace.oid, 'CREATE'), FALSE) AS \"schema_create!\",\n       migrations.oid IS NOT NULL AS \"table_there!\",\n       COALESCE(pg_catalog.has_table_privilege(migrations.oid, 'SELECT'), FALSE) AS \"table_select!\",\n       COALESCE(pg_catalog.has_table_privilege(migrations.oid, 'INSERT'), FALSE) AS \"table_insert!\"\n  FROM (VALUES ('graphile_migrate')) AS wanted (name)\n  LEFT JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = wanted.name\n  LEFT JOIN pg_catalog.pg_class AS migrations\n    ON migrations.relnamespace = namespace.oid AND migrations.relname = 'migrations'                                                                                   "};

/**
 * Query generated from SQL:
 * ```
 * SELECT pg_catalog.current_database() AS "database!",
 *        pg_catalog.quote_ident(CURRENT_USER) AS "role!",
 *        pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "create_in_database!",
 *        namespace.oid IS NOT NULL AS "schema_there!",
 *        COALESCE(pg_catalog.has_schema_privilege(namespace.oid, 'USAGE'), FALSE) AS "schema_usage!",
 *        COALESCE(pg_catalog.has_schema_privilege(namespace.oid, 'CREATE'), FALSE) AS "schema_create!",
 *        migrations.oid IS NOT NULL AS "table_there!",
 *        COALESCE(pg_catalog.has_table_privilege(migrations.oid, 'SELECT'), FALSE) AS "table_select!",
 *        COALESCE(pg_catalog.has_table_privilege(migrations.oid, 'INSERT'), FALSE) AS "table_insert!"
 *   FROM (VALUES ('graphile_migrate')) AS wanted (name)
 *   LEFT JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = wanted.name
 *   LEFT JOIN pg_catalog.pg_class AS migrations
 *     ON migrations.relnamespace = namespace.oid AND migrations.relname = 'migrations'                                                                                   
 * ```
 */
export const readMigrateRights = new PreparedQuery<ReadMigrateRightsParams,ReadMigrateRightsResult>(readMigrateRightsIR);


/** 'ReadAppliedMigrations' parameters type */
export type ReadAppliedMigrationsParams = void;

/** 'ReadAppliedMigrations' return type */
export interface ReadAppliedMigrationsResult {
  filename: string;
  hash: string;
  previous_hash: string | null;
}

/** 'ReadAppliedMigrations' query type */
export interface ReadAppliedMigrationsQuery {
  params: ReadAppliedMigrationsParams;
  result: ReadAppliedMigrationsResult;
}

const readAppliedMigrationsIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT applied.filename, applied.hash, applied.previous_hash\n  FROM graphile_migrate.migrations AS applied\n ORDER BY applied.filename                                                                                             "};

/**
 * Query generated from SQL:
 * ```
 * SELECT applied.filename, applied.hash, applied.previous_hash
 *   FROM graphile_migrate.migrations AS applied
 *  ORDER BY applied.filename                                                                                             
 * ```
 */
export const readAppliedMigrations = new PreparedQuery<ReadAppliedMigrationsParams,ReadAppliedMigrationsResult>(readAppliedMigrationsIR);


/** 'ReadSchemaRights' parameters type */
export interface ReadSchemaRightsParams {
  schemas: stringArray;
}

/** 'ReadSchemaRights' return type */
export interface ReadSchemaRightsResult {
  create: boolean;
  schema: string;
  usage: boolean;
}

/** 'ReadSchemaRights' query type */
export interface ReadSchemaRightsQuery {
  params: ReadSchemaRightsParams;
  result: ReadSchemaRightsResult;
}

const readSchemaRightsIR: any = {"usedParamSet":{"schemas":true},"params":[{"name":"schemas","required":true,"transform":{"type":"scalar"},"locs":[{"a":268,"b":276}]}],"statement":"SELECT namespace.nspname AS \"schema!\",\n       pg_catalog.has_schema_privilege(namespace.oid, 'USAGE') AS \"usage!\",\n       pg_catalog.has_schema_privilege(namespace.oid, 'CREATE') AS \"create!\"\n  FROM pg_catalog.pg_namespace AS namespace\n WHERE namespace.nspname = ANY (:schemas!::text[])                                                                                                                                                                                                                                                   "};

/**
 * Query generated from SQL:
 * ```
 * SELECT namespace.nspname AS "schema!",
 *        pg_catalog.has_schema_privilege(namespace.oid, 'USAGE') AS "usage!",
 *        pg_catalog.has_schema_privilege(namespace.oid, 'CREATE') AS "create!"
 *   FROM pg_catalog.pg_namespace AS namespace
 *  WHERE namespace.nspname = ANY (:schemas!::text[])                                                                                                                                                                                                                                                   
 * ```
 */
export const readSchemaRights = new PreparedQuery<ReadSchemaRightsParams,ReadSchemaRightsResult>(readSchemaRightsIR);


/** 'ReadOwners' parameters type */
export interface ReadOwnersParams {
  names: stringArray;
  schemas: stringArray;
}

/** 'ReadOwners' return type */
export interface ReadOwnersResult {
  acts_as_owner: boolean;
  name: string;
  owner: string;
}

/** 'ReadOwners' query type */
export interface ReadOwnersQuery {
  params: ReadOwnersParams;
  result: ReadOwnersResult;
}

const readOwnersIR: any = {"usedParamSet":{"schemas":true,"names":true},"params":[{"name":"schemas","required":true,"transform":{"type":"scalar"},"locs":[{"a":287,"b":295}]},{"name":"names","required":true,"transform":{"type":"scalar"},"locs":[{"a":325,"b":331}]}],"statement":"SELECT pg_catalog.format('%I.%I', namespace.nspname, relation.relname) AS \"name!\",\n       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relation.relowner)) AS \"owner!\",\n       pg_catalog.pg_has_role(relation.relowner, 'USAGE') AS \"acts_as_owner!\"\n  FROM ROWS FROM (pg_catalog.unnest(:schemas!::text[]), pg_catalog.unnest(:names!::text[])) AS wanted (schema, name)\n  JOIN pg_catalog.pg_namespace AS namespace\n    ON namespace.nspname = wanted.schema\n       OR pg_catalog.length(wanted.schema) = 0 AND namespace.nspname = ANY (pg_catalog.current_schemas(FALSE))\n  JOIN pg_catalog.pg_class AS relation\n    ON relation.relnamespace = namespace.oid AND relation.relname = wanted.name                                                                                                                                                                                                     "};

/**
 * Query generated from SQL:
 * ```
 * SELECT pg_catalog.format('%I.%I', namespace.nspname, relation.relname) AS "name!",
 *        pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relation.relowner)) AS "owner!",
 *        pg_catalog.pg_has_role(relation.relowner, 'USAGE') AS "acts_as_owner!"
 *   FROM ROWS FROM (pg_catalog.unnest(:schemas!::text[]), pg_catalog.unnest(:names!::text[])) AS wanted (schema, name)
 *   JOIN pg_catalog.pg_namespace AS namespace
 *     ON namespace.nspname = wanted.schema
 *        OR pg_catalog.length(wanted.schema) = 0 AND namespace.nspname = ANY (pg_catalog.current_schemas(FALSE))
 *   JOIN pg_catalog.pg_class AS relation
 *     ON relation.relnamespace = namespace.oid AND relation.relname = wanted.name                                                                                                                                                                                                     
 * ```
 */
export const readOwners = new PreparedQuery<ReadOwnersParams,ReadOwnersResult>(readOwnersIR);


/** 'TakeTurn' parameters type */
export interface TakeTurnParams {
  key: NumberOrString;
}

/** 'TakeTurn' return type */
export interface TakeTurnResult {
  taken: boolean;
}

/** 'TakeTurn' query type */
export interface TakeTurnQuery {
  params: TakeTurnParams;
  result: TakeTurnResult;
}

const takeTurnIR: any = {"usedParamSet":{"key":true},"params":[{"name":"key","required":true,"transform":{"type":"scalar"},"locs":[{"a":39,"b":43}]}],"statement":"SELECT pg_catalog.pg_try_advisory_lock(:key!::bigint) AS \"taken!\""};

/**
 * Query generated from SQL:
 * ```
 * SELECT pg_catalog.pg_try_advisory_lock(:key!::bigint) AS "taken!"
 * ```
 */
export const takeTurn = new PreparedQuery<TakeTurnParams,TakeTurnResult>(takeTurnIR);


/** 'GiveTurnBack' parameters type */
export interface GiveTurnBackParams {
  key: NumberOrString;
}

/** 'GiveTurnBack' return type */
export interface GiveTurnBackResult {
  given_back: boolean;
}

/** 'GiveTurnBack' query type */
export interface GiveTurnBackQuery {
  params: GiveTurnBackParams;
  result: GiveTurnBackResult;
}

const giveTurnBackIR: any = {"usedParamSet":{"key":true},"params":[{"name":"key","required":true,"transform":{"type":"scalar"},"locs":[{"a":37,"b":41}]}],"statement":"SELECT pg_catalog.pg_advisory_unlock(:key!::bigint) AS \"given_back!\"                                                        "};

/**
 * Query generated from SQL:
 * ```
 * SELECT pg_catalog.pg_advisory_unlock(:key!::bigint) AS "given_back!"                                                        
 * ```
 */
export const giveTurnBack = new PreparedQuery<GiveTurnBackParams,GiveTurnBackResult>(giveTurnBackIR);


/** 'ReadLockHolder' parameters type */
export interface ReadLockHolderParams {
  keys: NumberOrStringArray;
}

/** 'ReadLockHolder' return type */
export interface ReadLockHolderResult {
  application: string | null;
  pid: number;
  role: string | null;
}

/** 'ReadLockHolder' query type */
export interface ReadLockHolderQuery {
  params: ReadLockHolderParams;
  result: ReadLockHolderResult;
}

const readLockHolderIR: any = {"usedParamSet":{"keys":true},"params":[{"name":"keys","required":true,"transform":{"type":"scalar"},"locs":[{"a":459,"b":464}]}],"statement":"SELECT held.pid AS \"pid!\", activity.usename AS \"role\", activity.application_name AS \"application\"\n  FROM pg_catalog.pg_locks AS held\n  LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = held.pid\n WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1\n   AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())\n   AND (held.classid::bigint << 32 | held.objid::bigint) = ANY (:keys!::bigint[])\n   AND held.pid <> pg_catalog.pg_backend_pid()\n LIMIT 1                                                                                                                                                                                                            "};

/**
 * Query generated from SQL:
 * ```
 * SELECT held.pid AS "pid!", activity.usename AS "role", activity.application_name AS "application"
 *   FROM pg_catalog.pg_locks AS held
 *   LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = held.pid
 *  WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
 *    AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
 *    AND (held.classid::bigint << 32 | held.objid::bigint) = ANY (:keys!::bigint[])
 *    AND held.pid <> pg_catalog.pg_backend_pid()
 *  LIMIT 1                                                                                                                                                                                                            
 * ```
 */
export const readLockHolder = new PreparedQuery<ReadLockHolderParams,ReadLockHolderResult>(readLockHolderIR);


/** 'ReadInvalidIndexes' parameters type */
export type ReadInvalidIndexesParams = void;

/** 'ReadInvalidIndexes' return type */
export interface ReadInvalidIndexesResult {
  index: string;
  name: string;
  schema: string;
  table: string;
}

/** 'ReadInvalidIndexes' query type */
export interface ReadInvalidIndexesQuery {
  params: ReadInvalidIndexesParams;
  result: ReadInvalidIndexesResult;
}

const readInvalidIndexesIR: any = {"usedParamSet":{},"params":[],"statement":"SELECT namespace.nspname AS \"schema!\", class.relname AS \"name!\",\n       pg_catalog.format('%I.%I', namespace.nspname, class.relname) AS \"index!\",\n       index.indrelid::regclass::text AS \"table!\"\n  FROM pg_catalog.pg_index AS index\n  JOIN pg_catalog.pg_class AS class ON class.oid = index.indexrelid AND class.relkind = 'i'\n  JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace\n WHERE NOT index.indisvalid\n   AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS held\n                    WHERE held.locktype = 'relation' AND held.relation = index.indrelid AND held.granted\n                      AND held.mode = 'ShareUpdateExclusiveLock'\n                      AND held.database = (SELECT oid FROM pg_catalog.pg_database\n                                            WHERE datname = pg_catalog.current_database()))\n ORDER BY namespace.nspname, class.relname                                                   "};

/**
 * Query generated from SQL:
 * ```
 * SELECT namespace.nspname AS "schema!", class.relname AS "name!",
 *        pg_catalog.format('%I.%I', namespace.nspname, class.relname) AS "index!",
 *        index.indrelid::regclass::text AS "table!"
 *   FROM pg_catalog.pg_index AS index
 *   JOIN pg_catalog.pg_class AS class ON class.oid = index.indexrelid AND class.relkind = 'i'
 *   JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
 *  WHERE NOT index.indisvalid
 *    AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS held
 *                     WHERE held.locktype = 'relation' AND held.relation = index.indrelid AND held.granted
 *                       AND held.mode = 'ShareUpdateExclusiveLock'
 *                       AND held.database = (SELECT oid FROM pg_catalog.pg_database
 *                                             WHERE datname = pg_catalog.current_database()))
 *  ORDER BY namespace.nspname, class.relname                                                   
 * ```
 */
export const readInvalidIndexes = new PreparedQuery<ReadInvalidIndexesParams,ReadInvalidIndexesResult>(readInvalidIndexesIR);


/** 'ReadBlockers' parameters type */
export interface ReadBlockersParams {
  pid: number;
}

/** 'ReadBlockers' return type */
export interface ReadBlockersResult {
  application: string | null;
  pid: number;
  role: string | null;
  seconds: number | null;
  state: string | null;
}

/** 'ReadBlockers' query type */
export interface ReadBlockersQuery {
  params: ReadBlockersParams;
  result: ReadBlockersResult;
}

const readBlockersIR: any = {"usedParamSet":{"pid":true},"params":[{"name":"pid","required":true,"transform":{"type":"scalar"},"locs":[{"a":317,"b":321}]}],"statement":"SELECT activity.pid AS \"pid!\", activity.usename AS \"role\", activity.application_name AS \"application\", activity.state,\n       EXTRACT(epoch FROM pg_catalog.clock_timestamp() - activity.xact_start)::int AS \"seconds\"\n  FROM pg_catalog.pg_stat_activity AS activity\n WHERE activity.pid = ANY (pg_catalog.pg_blocking_pids(:pid!::int))\n ORDER BY activity.xact_start"};

/**
 * Query generated from SQL:
 * ```
 * SELECT activity.pid AS "pid!", activity.usename AS "role", activity.application_name AS "application", activity.state,
 *        EXTRACT(epoch FROM pg_catalog.clock_timestamp() - activity.xact_start)::int AS "seconds"
 *   FROM pg_catalog.pg_stat_activity AS activity
 *  WHERE activity.pid = ANY (pg_catalog.pg_blocking_pids(:pid!::int))
 *  ORDER BY activity.xact_start
 * ```
 */
export const readBlockers = new PreparedQuery<ReadBlockersParams,ReadBlockersResult>(readBlockersIR);


