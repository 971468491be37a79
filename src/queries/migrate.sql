/* What `cutover migrate` looks at before and after. Every statement only reads, save the two of the turn. */

/* Whether graphile-migrate has a table of its own here, and what this role may do with it. */
/* @name readMigrateRights */
SELECT pg_catalog.current_database() AS "database!",
       pg_catalog.quote_ident(CURRENT_USER) AS "role!",
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS "create_in_database!",
       namespace.oid IS NOT NULL AS "schema_there!",
       COALESCE(pg_catalog.has_schema_privilege(namespace.oid, 'USAGE'), FALSE) AS "schema_usage!",
       COALESCE(pg_catalog.has_schema_privilege(namespace.oid, 'CREATE'), FALSE) AS "schema_create!",
       migrations.oid IS NOT NULL AS "table_there!",
       COALESCE(pg_catalog.has_table_privilege(migrations.oid, 'SELECT'), FALSE) AS "table_select!",
       COALESCE(pg_catalog.has_table_privilege(migrations.oid, 'INSERT'), FALSE) AS "table_insert!"
  FROM (VALUES ('graphile_migrate')) AS wanted (name)
  LEFT JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = wanted.name
  LEFT JOIN pg_catalog.pg_class AS migrations
    ON migrations.relnamespace = namespace.oid AND migrations.relname = 'migrations';

/* The migrations that this database holds, as graphile-migrate wrote them down. */
/* @name readAppliedMigrations */
SELECT applied.filename, applied.hash, applied.previous_hash
  FROM graphile_migrate.migrations AS applied
 ORDER BY applied.filename;

/* Schemas of which a pending migration makes something. No row for one that is not there. */
/* @name readSchemaRights */
SELECT namespace.nspname AS "schema!",
       pg_catalog.has_schema_privilege(namespace.oid, 'USAGE') AS "usage!",
       pg_catalog.has_schema_privilege(namespace.oid, 'CREATE') AS "create!"
  FROM pg_catalog.pg_namespace AS namespace
 WHERE namespace.nspname = ANY (:schemas!::text[]);

/* Relations that a pending migration changes, and whether this role may act as their owner. Looked up in the catalog, as
   to_regclass fails without USAGE on the schema; a name with an empty one is looked for where the search_path points. */
/* @name readOwners */
SELECT pg_catalog.format('%I.%I', namespace.nspname, relation.relname) AS "name!",
       pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relation.relowner)) AS "owner!",
       pg_catalog.pg_has_role(relation.relowner, 'USAGE') AS "acts_as_owner!"
  FROM ROWS FROM (pg_catalog.unnest(:schemas!::text[]), pg_catalog.unnest(:names!::text[])) AS wanted (schema, name)
  JOIN pg_catalog.pg_namespace AS namespace
    ON namespace.nspname = wanted.schema
       OR pg_catalog.length(wanted.schema) = 0 AND namespace.nspname = ANY (pg_catalog.current_schemas(FALSE))
  JOIN pg_catalog.pg_class AS relation
    ON relation.relnamespace = namespace.oid AND relation.relname = wanted.name;

/* Lets one `cutover migrate` of this database at a time go ahead. It never waits: a statement that waits holds a snapshot, and
   CREATE INDEX CONCURRENTLY of the one ahead would wait for that. */
/* @name takeTurn */
SELECT pg_catalog.pg_try_advisory_lock(:key!::bigint) AS "taken!";

/* @name giveTurnBack */
SELECT pg_catalog.pg_advisory_unlock(:key!::bigint) AS "given_back!";

/* Who holds one of these two locks in this database. */
/* @name readLockHolder */
SELECT held.pid AS "pid!", activity.usename AS "role", activity.application_name AS "application"
  FROM pg_catalog.pg_locks AS held
  LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = held.pid
 WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
   AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
   AND (held.classid::bigint << 32 | held.objid::bigint) = ANY (:keys!::bigint[])
   AND held.pid <> pg_catalog.pg_backend_pid()
 LIMIT 1;

/* Indexes that a CONCURRENTLY has left half made. One that is being made right now holds its table's lock; a partitioned index is
   invalid until its last part is attached, which is nobody's failure. */
/* @name readInvalidIndexes */
SELECT namespace.nspname AS "schema!", class.relname AS "name!",
       pg_catalog.format('%I.%I', namespace.nspname, class.relname) AS "index!",
       index.indrelid::regclass::text AS "table!"
  FROM pg_catalog.pg_index AS index
  JOIN pg_catalog.pg_class AS class ON class.oid = index.indexrelid AND class.relkind = 'i'
  JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
 WHERE NOT index.indisvalid
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS held
                    WHERE held.locktype = 'relation' AND held.relation = index.indrelid AND held.granted
                      AND held.mode = 'ShareUpdateExclusiveLock'
                      AND held.database = (SELECT oid FROM pg_catalog.pg_database
                                            WHERE datname = pg_catalog.current_database()))
 ORDER BY namespace.nspname, class.relname;

/* Who stands in the way of a session right now. */
/* @name readBlockers */
SELECT activity.pid AS "pid!", activity.usename AS "role", activity.application_name AS "application", activity.state,
       EXTRACT(epoch FROM pg_catalog.clock_timestamp() - activity.xact_start)::int AS "seconds"
  FROM pg_catalog.pg_stat_activity AS activity
 WHERE activity.pid = ANY (pg_catalog.pg_blocking_pids(:pid!::int))
 ORDER BY activity.xact_start;
