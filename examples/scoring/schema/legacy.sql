-- A session's result as it is: one profile with a document, and its rows exploded into three tables, which may hold
-- several versions of a result. Sessions stay as they are.
CREATE SCHEMA IF NOT EXISTS auth;

-- Stands in for the platform's function of this name: the caller's id, from a setting of the session.
CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT nullif(pg_catalog.current_setting('request.user_id', true), '')::uuid $$;

CREATE TABLE IF NOT EXISTS public.assessment_sessions (
  id uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
  user_id uuid,
  session_type text,
  email text,
  status text,
  started_at timestamptz,
  completed_at timestamptz,
  finalized_at timestamptz,
  total_questions integer,
  completed_questions integer,
  share_token text NOT NULL DEFAULT pg_catalog.gen_random_uuid()::text,
  share_token_expires_at timestamptz,
  metadata jsonb,
  created_at timestamptz DEFAULT pg_catalog.now(),
  updated_at timestamptz DEFAULT pg_catalog.now()
);

-- No foreign key to the sessions: profiles of sessions that are gone exist.
CREATE TABLE IF NOT EXISTS public.profiles (
  session_id uuid PRIMARY KEY,
  type_code text,
  confidence numeric,
  payload jsonb NOT NULL,
  scoring_version text NOT NULL,
  computed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  id uuid DEFAULT pg_catalog.gen_random_uuid(),
  created_at timestamptz DEFAULT pg_catalog.now(),
  updated_at timestamptz DEFAULT pg_catalog.now(),
  share_token text,
  results_version text,
  version text,
  overlay text,
  conf_calibrated numeric,
  score_fit_calibrated numeric,
  top_types jsonb,
  fit_band text,
  validity_status text,
  top_gap numeric,
  conf_raw numeric
);

CREATE INDEX IF NOT EXISTS profiles_computed_at ON public.profiles (computed_at);

CREATE TABLE IF NOT EXISTS public.scoring_results_types (
  session_id uuid REFERENCES public.profiles (session_id) ON DELETE CASCADE,
  type_code text NOT NULL,
  fit numeric,
  share numeric,
  rank integer,
  results_version text NOT NULL DEFAULT 'v1.2.1',
  distance numeric,
  coherent_dims integer,
  unique_dims integer,
  seat_coherence numeric,
  fit_parts jsonb,
  created_at timestamptz DEFAULT pg_catalog.now(),
  updated_at timestamptz DEFAULT pg_catalog.now(),
  PRIMARY KEY (session_id, type_code, results_version)
);

CREATE TABLE IF NOT EXISTS public.scoring_results_functions (
  session_id uuid REFERENCES public.profiles (session_id) ON DELETE CASCADE,
  func text NOT NULL,
  strength_z numeric,
  dimension integer,
  d_index_z numeric,
  results_version text NOT NULL DEFAULT 'v1.2.1',
  created_at timestamptz DEFAULT pg_catalog.now(),
  updated_at timestamptz DEFAULT pg_catalog.now(),
  PRIMARY KEY (session_id, func, results_version)
);

CREATE TABLE IF NOT EXISTS public.scoring_results_state (
  session_id uuid REFERENCES public.profiles (session_id) ON DELETE CASCADE,
  results_version text NOT NULL DEFAULT 'v1.2.1',
  block_context text NOT NULL DEFAULT 'calm',
  overlay_band text,
  overlay_z numeric,
  effect_fit numeric,
  effect_conf numeric,
  block_core numeric,
  block_critic numeric,
  block_hidden numeric,
  block_instinct numeric,
  created_at timestamptz DEFAULT pg_catalog.now(),
  updated_at timestamptz DEFAULT pg_catalog.now(),
  PRIMARY KEY (session_id, results_version, block_context)
);
