-- One row per run of a stage. run_key is the pipeline's run id; runs from before there were run ids are groups of rows
-- that belong together by time, and are called '~a<id>' or '~s<id>' after their first artifact or synthesis.
--
-- Instants are milliseconds since 1970, as bigint. NULL: nobody knows. What milliseconds cannot say of an instant that
-- came from legacy (microseconds, infinity) stands beside it as it was; a new instant clears it.
CREATE TABLE public.consensus_runs (
  spec_id text NOT NULL,
  stage text NOT NULL,
  run_key text NOT NULL,
  run_timestamp bigint,
  degraded boolean DEFAULT false,
  synthesis_id bigint,
  -- {output_markdown, output_path, status, artifacts_count, agreements, conflicts}; agreements and conflicts are text,
  -- as they were written: parsed and written again they would lose the order of keys and the blanks.
  synthesis_json jsonb,
  synthesis_timestamp bigint,
  synthesis_legacy_created_at timestamptz,
  -- The status is the truth about consensus.
  consensus_ok boolean NOT NULL GENERATED ALWAYS AS ((synthesis_json ->> 'status') IS NOT DISTINCT FROM 'ok') STORED,
  -- "plan" and "spec-plan" are one stage under two names: look a stage up by this.
  canonical_stage text NOT NULL GENERATED ALWAYS AS (
    CASE
      WHEN stage IN ('plan', 'tasks', 'implement', 'validate', 'audit', 'unlock', 'clarify', 'analyze', 'checklist')
      THEN 'spec-' || stage
      WHEN stage = 'specify' THEN 'speckit.specify'
      ELSE stage
    END
  ) STORED,
  -- By run and not by clock: two runs may begin in one millisecond, and four answers of one run are one run.
  CONSTRAINT consensus_runs_pkey PRIMARY KEY (spec_id, stage, run_key),
  CONSTRAINT consensus_runs_synthesis_once UNIQUE (synthesis_id),
  CONSTRAINT consensus_runs_synthesis_whole CHECK (
    (synthesis_id IS NULL) = (synthesis_json IS NULL)
    AND (
      synthesis_id IS NOT NULL
      OR (synthesis_timestamp IS NULL AND synthesis_legacy_created_at IS NULL AND degraded IS NOT DISTINCT FROM false)
    )
  ),
  CONSTRAINT consensus_runs_synthesis_shape CHECK (
    synthesis_json IS NULL
    OR (
      pg_catalog.jsonb_typeof(synthesis_json) = 'object'
      AND synthesis_json
        - ARRAY['output_markdown', 'output_path', 'status', 'artifacts_count', 'agreements', 'conflicts'] = '{}'
      AND pg_catalog.jsonb_typeof(synthesis_json -> 'output_markdown') IS NOT DISTINCT FROM 'string'
      AND pg_catalog.jsonb_typeof(synthesis_json -> 'status') IS NOT DISTINCT FROM 'string'
      AND coalesce(pg_catalog.jsonb_typeof(synthesis_json -> 'output_path') IN ('string', 'null'), false)
      AND coalesce(pg_catalog.jsonb_typeof(synthesis_json -> 'agreements') IN ('string', 'null'), false)
      AND coalesce(pg_catalog.jsonb_typeof(synthesis_json -> 'conflicts') IN ('string', 'null'), false)
      AND CASE pg_catalog.jsonb_typeof(synthesis_json -> 'artifacts_count')
        WHEN 'null' THEN true
        WHEN 'number'
        THEN synthesis_json @? '$.artifacts_count ? (@ >= -2147483648 && @ <= 2147483647 && @ == @.floor())'
        ELSE false
      END
    )
  ),
  CONSTRAINT consensus_runs_instants CHECK (
    run_timestamp BETWEEN -62135596800000 AND 253402300799999
    AND synthesis_timestamp BETWEEN -62135596800000 AND 253402300799999
  ),
  CONSTRAINT consensus_runs_legacy_instant CHECK (
    synthesis_legacy_created_at IS NULL
    OR CASE
      WHEN synthesis_legacy_created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
      THEN
        synthesis_timestamp IS NOT DISTINCT FROM floor(EXTRACT(epoch FROM synthesis_legacy_created_at) * 1000)
        AND synthesis_timestamp <> EXTRACT(epoch FROM synthesis_legacy_created_at) * 1000
      ELSE synthesis_timestamp IS NULL
    END
  ),
  -- Groups from before run ids are closed: what is new belongs to a pipeline's run.
  CONSTRAINT consensus_runs_history_closed CHECK (
    run_key NOT LIKE '~%' OR synthesis_id IS NULL OR synthesis_id < 1000000000000
  )
);

CREATE INDEX consensus_runs_by_canonical_stage ON public.consensus_runs (spec_id, canonical_stage);
CREATE INDEX consensus_runs_by_timestamp ON public.consensus_runs (run_timestamp);

-- Ids of new rows, far from those of the legacy tables. Outputs and records share one sequence, as they share a table
-- on the legacy side.
CREATE SEQUENCE public.consensus_artifact_ids START WITH 1000000000000;
CREATE SEQUENCE public.consensus_synthesis_ids START WITH 1000000000000;

-- What an agent answered, and only that: what is counted here are agents. Retries are rows of their own; the newest
-- wins.
CREATE TABLE public.agent_outputs (
  id bigint PRIMARY KEY DEFAULT pg_catalog.nextval('public.consensus_artifact_ids'),
  spec_id text NOT NULL,
  stage text NOT NULL,
  run_key text NOT NULL,
  agent_name text NOT NULL,
  model_version text,
  content text NOT NULL,
  response_text text,
  output_timestamp bigint,
  legacy_created_at timestamptz,
  CONSTRAINT agent_outputs_run FOREIGN KEY (spec_id, stage, run_key)
    REFERENCES public.consensus_runs (spec_id, stage, run_key) ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT agent_outputs_of_agents CHECK (agent_name NOT IN ('consensus-verdict', 'agent-lifecycle-telemetry')),
  CONSTRAINT agent_outputs_instant CHECK (output_timestamp BETWEEN -62135596800000 AND 253402300799999),
  CONSTRAINT agent_outputs_legacy_instant CHECK (
    legacy_created_at IS NULL
    OR CASE
      WHEN legacy_created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
      THEN
        output_timestamp IS NOT DISTINCT FROM floor(EXTRACT(epoch FROM legacy_created_at) * 1000)
        AND output_timestamp <> EXTRACT(epoch FROM legacy_created_at) * 1000
      ELSE output_timestamp IS NULL
    END
  ),
  CONSTRAINT agent_outputs_history_closed CHECK (run_key NOT LIKE '~%' OR id < 1000000000000)
);

CREATE INDEX agent_outputs_by_run ON public.agent_outputs (spec_id, stage, run_key);
CREATE INDEX agent_outputs_by_agent ON public.agent_outputs (agent_name);

-- What was stored under the names of two agents that are none: the verdict and the telemetry of a run.
CREATE TABLE public.run_records (
  id bigint PRIMARY KEY DEFAULT pg_catalog.nextval('public.consensus_artifact_ids'),
  spec_id text NOT NULL,
  stage text NOT NULL,
  run_key text NOT NULL,
  kind text NOT NULL,
  content text NOT NULL,
  response_text text,
  output_timestamp bigint,
  legacy_created_at timestamptz,
  CONSTRAINT run_records_run FOREIGN KEY (spec_id, stage, run_key)
    REFERENCES public.consensus_runs (spec_id, stage, run_key) ON UPDATE CASCADE ON DELETE CASCADE,
  CONSTRAINT run_records_kind_known CHECK (kind IN ('consensus-verdict', 'agent-lifecycle-telemetry')),
  CONSTRAINT run_records_instant CHECK (output_timestamp BETWEEN -62135596800000 AND 253402300799999),
  CONSTRAINT run_records_legacy_instant CHECK (
    legacy_created_at IS NULL
    OR CASE
      WHEN legacy_created_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
      THEN
        output_timestamp IS NOT DISTINCT FROM floor(EXTRACT(epoch FROM legacy_created_at) * 1000)
        AND output_timestamp <> EXTRACT(epoch FROM legacy_created_at) * 1000
      ELSE output_timestamp IS NULL
    END
  ),
  CONSTRAINT run_records_history_closed CHECK (run_key NOT LIKE '~%' OR id < 1000000000000)
);

CREATE INDEX run_records_by_run ON public.run_records (spec_id, stage, run_key);

-- Syntheses of a run before its latest: a run of the new side has one. Only sync writes it.
CREATE TABLE public.kept_syntheses (
  id bigint PRIMARY KEY,
  spec_id text NOT NULL,
  stage text NOT NULL,
  run_key text NOT NULL,
  output_markdown text NOT NULL,
  output_path text,
  status text NOT NULL,
  artifacts_count integer,
  agreements text,
  conflicts text,
  degraded boolean,
  created_at timestamptz,
  CONSTRAINT kept_syntheses_run FOREIGN KEY (spec_id, stage, run_key)
    REFERENCES public.consensus_runs (spec_id, stage, run_key) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE INDEX kept_syntheses_by_run ON public.kept_syntheses (spec_id, stage, run_key);

-- What only the new side can say of a run, kept beside the legacy tables: that it exists although nothing was stored
-- in it (bare), and that it began before the first thing that was stored. Only sync writes it.
CREATE TABLE public.kept_runs (
  spec_id text NOT NULL,
  stage text NOT NULL,
  run_key text NOT NULL,
  bare boolean NOT NULL,
  run_timestamp bigint,
  CONSTRAINT kept_runs_pkey PRIMARY KEY (spec_id, stage, run_key)
);

-- The model that gave an answer. run_unit is the run's key, or '~' for all groups from before run ids, whose names may
-- change when legacy rows do. Only sync writes it.
CREATE TABLE public.kept_outputs (
  artifact_id bigint PRIMARY KEY,
  spec_id text NOT NULL,
  stage text NOT NULL,
  run_unit text NOT NULL,
  model_version text NOT NULL
);

CREATE INDEX kept_outputs_by_run ON public.kept_outputs (spec_id, stage, run_unit);
