-- The migration in progress: table changes, and --!include lines for functions, views and grants.

-- 1. The engine: less to do, and less to plan, while a move holds writers up.
--!include functions/advance.sql
--!include functions/compiled.sql
--!include functions/flush_both_sides.sql

-- Last: the version, and no right for anybody.
INSERT INTO cutover.core_version (version) VALUES (2) ON CONFLICT (version) DO NOTHING;
--!include grants.sql
