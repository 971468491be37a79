-- What a list of types says its shares are, judged by the whole list: 16 shares sum to about 100 or about 1, and the
-- best few of 16 to at least their even part of that.
CREATE FUNCTION public.scoring_share_unit(types jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT
    CASE
      WHEN count(listed.share) = 0 THEN 'none'
      WHEN sum(listed.share) = 0 THEN 'zero'
      WHEN sum(listed.share) BETWEEN 95 * least(count(listed.share), 16) / 16.0 AND 105 THEN 'percent'
      WHEN sum(listed.share) BETWEEN 0.95 * least(count(listed.share), 16) / 16.0 AND 1.05 THEN 'fraction'
      ELSE 'unknown'
    END
  FROM (
    SELECT CASE WHEN jsonb_typeof(element -> 'share') = 'number' THEN (element ->> 'share')::numeric END AS share
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(types) = 'array' THEN types ELSE '[]' END) AS element
  ) AS listed
$$;

-- The same list with its shares in percent, whatever they were in.
CREATE FUNCTION public.scoring_in_percent(types jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT
    CASE public.scoring_share_unit(types)
      WHEN 'fraction' THEN (
        SELECT
          jsonb_agg(
            CASE
              WHEN jsonb_typeof(item.element -> 'share') = 'number'
              THEN item.element || jsonb_build_object('share', (item.element ->> 'share')::numeric * 100)
              ELSE item.element
            END
            ORDER BY item.place
          )
        FROM jsonb_array_elements(types) WITH ORDINALITY AS item (element, place)
      )
      ELSE types
    END
$$;

-- The one place that knows how two engines wrote the overlay. NULL for what neither wrote: never Reg0.
CREATE FUNCTION public.scoring_overlay(symbol text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT
    CASE
      WHEN symbol IN ('Reg+', 'N+', '+') THEN 'Reg+'
      WHEN symbol IN ('Reg0', 'N0', '0') THEN 'Reg0'
      WHEN symbol IN ('Reg-', 'N-', '-', '–', '−') THEN 'Reg-'
    END
$$;

-- True for an array of objects that each bear a code of their own under this key, and for no array at all (NULL).
CREATE FUNCTION public.scoring_codes_usable(elements jsonb, code text) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT
    CASE
      WHEN elements IS NULL THEN true
      WHEN jsonb_typeof(elements) <> 'array' THEN false
      ELSE (
        SELECT
          count(*) = count(DISTINCT element ->> code)
          AND count(*) = count(*) FILTER (WHERE jsonb_typeof(element -> code) = 'string')
        FROM jsonb_array_elements(elements) AS element
      )
    END
$$;

-- True if the fields of types and functions that rows have columns for fit these columns, and for no list (NULL).
CREATE FUNCTION public.scoring_fields_usable(elements jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT
    elements IS NULL
    -- The operator says NULL where a path does not apply: an element that is no object.
    OR coalesce(
      NOT elements @? '$[*].keyvalue() ? (
        (
          (
            @.key == "fit" || @.key == "share" || @.key == "distance" || @.key == "seat_coherence"
            || @.key == "strength" || @.key == "d_index_z"
          )
          && @.value.type() != "number" && @.value.type() != "null"
        )
        || (
          (@.key == "rank" || @.key == "coherent_dims" || @.key == "unique_dims" || @.key == "dimension")
          && @.value.type() != "null"
          && !(
            @.value.type() == "number"
            && @.value >= -2147483648 && @.value <= 2147483647 && @.value == @.value.floor()
          )
        )
      )',
      false
    )
$$;

-- The same of a state, which also has to name its context and a known overlay.
CREATE FUNCTION public.scoring_state_usable(state jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT
    coalesce(
      jsonb_typeof(state) = 'object'
      AND jsonb_typeof(state -> 'block_context') = 'string'
      AND (
        state ->> 'overlay_band' IS NULL
        OR (jsonb_typeof(state -> 'overlay_band') = 'string' AND state ->> 'overlay_band' IN ('Reg+', 'Reg0', 'Reg-'))
      )
      AND NOT state @? '$.keyvalue() ? (
        (
          @.key == "overlay_z" || @.key == "effect_fit" || @.key == "effect_conf" || @.key == "block_core"
          || @.key == "block_critic" || @.key == "block_hidden" || @.key == "block_instinct"
        )
        && @.value.type() != "number" && @.value.type() != "null"
      )',
      false
    )
$$;

-- One row per session. payload: {version, results_version, profile, types, functions, state} and whatever else the
-- engine adds. The columns beside it are read from it and cannot disagree. What is someone else's is not copied into
-- it: the owner is a column, the session (status, times, token) is public.assessment_sessions.
--
-- No foreign key to the sessions while the cutover lives: a second cascade of a session's deletion would write to a
-- table that only sync may write to. Add it when the legacy tables are gone.
CREATE TABLE public.scoring_results (
  session_id uuid PRIMARY KEY,
  user_id uuid,
  scoring_version text NOT NULL DEFAULT 'v1.2.1',
  computed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  payload jsonb NOT NULL,
  type_code text NOT NULL GENERATED ALWAYS AS (payload #>> '{profile,type_code}') STORED,
  confidence numeric NOT NULL GENERATED ALWAYS AS ((payload #>> '{profile,confidence}')::numeric) STORED,
  -- percent, zero (scored, but the shares were lost), none or unknown; a fraction is refused.
  share_unit text NOT NULL GENERATED ALWAYS AS (public.scoring_share_unit(payload -> 'types')) STORED,
  -- 16 types with shares, 8 functions and a state. A result that is not complete is never equal to one that is.
  complete boolean NOT NULL GENERATED ALWAYS AS (
    coalesce(
      CASE WHEN pg_catalog.jsonb_typeof(payload -> 'types') = 'array'
        THEN pg_catalog.jsonb_array_length(payload -> 'types') = 16 END
      AND CASE WHEN pg_catalog.jsonb_typeof(payload -> 'functions') = 'array'
        THEN pg_catalog.jsonb_array_length(payload -> 'functions') = 8 END
      AND payload ? 'state'
      AND public.scoring_share_unit(payload -> 'types') = 'percent',
      false
    )
  ) STORED,
  CONSTRAINT scoring_results_shape CHECK (
    pg_catalog.jsonb_typeof(payload) = 'object'
    AND NOT payload ?| ARRAY['session', 'share_token', 'email', 'ok', 'source']
    AND coalesce(pg_catalog.jsonb_typeof(payload -> 'version') = 'string', false)
    AND coalesce(pg_catalog.jsonb_typeof(payload -> 'results_version') = 'string', false)
    AND coalesce(pg_catalog.jsonb_typeof(payload -> 'profile') = 'object', false)
    AND NOT (payload -> 'profile') ?| ARRAY['payload', 'user_id', 'session', 'share_token', 'email', 'metadata']
    AND coalesce(payload #>> '{profile,session_id}' = session_id::text, false)
    AND coalesce(pg_catalog.jsonb_typeof(payload #> '{profile,type_code}') = 'string', false)
    AND payload #>> '{profile,type_code}' <> ''
    AND coalesce(pg_catalog.jsonb_typeof(payload #> '{profile,confidence}') = 'number', false)
  ),
  CONSTRAINT scoring_results_profile_fields CHECK (
    NOT payload @? '$.profile.keyvalue() ? (
      (
        (@.key == "top_gap" || @.key == "score_fit_calibrated" || @.key == "conf_calibrated" || @.key == "conf_raw")
        && @.value.type() != "number" && @.value.type() != "null"
      )
      || (
        (@.key == "fit_band" || @.key == "validity_status")
        && @.value.type() != "string" && @.value.type() != "null"
      )
      || (
        @.key == "overlay" && @.value.type() != "null"
        && !(@.value.type() == "string" && (@.value == "Reg+" || @.value == "Reg0" || @.value == "Reg-"))
      )
    )'
  ),
  CONSTRAINT scoring_results_types_usable CHECK (
    public.scoring_codes_usable(payload -> 'types', 'type_code')
    AND public.scoring_fields_usable(payload -> 'types')
  ),
  CONSTRAINT scoring_results_functions_usable CHECK (
    public.scoring_codes_usable(payload -> 'functions', 'func_code')
    AND public.scoring_fields_usable(payload -> 'functions')
  ),
  CONSTRAINT scoring_results_state_usable CHECK (
    NOT payload ? 'state' OR public.scoring_state_usable(payload -> 'state')
  ),
  CONSTRAINT scoring_results_share_not_fraction CHECK (share_unit <> 'fraction')
);

CREATE INDEX scoring_results_by_user ON public.scoring_results (user_id);
CREATE INDEX scoring_results_by_version ON public.scoring_results (scoring_version);
CREATE INDEX scoring_results_by_time ON public.scoring_results (computed_at);
CREATE INDEX scoring_results_by_type ON public.scoring_results (type_code);

ALTER TABLE public.scoring_results ENABLE ROW LEVEL SECURITY;

-- A result without an owner is nobody's to list: it is read by the session's token, through the application's service.
CREATE POLICY "own results are read" ON public.scoring_results FOR SELECT USING (auth.uid() = user_id);

-- How a result stood on the legacy side, where the payload alone does not say it: another document, shares as
-- fractions, missing rows, other versions and contexts. Valid while the payload is still the one that was derived from
-- it; rows of other versions and contexts stay beyond that. In profile and types a null is SQL NULL and an absent key
-- JSON null. Only sync writes it, and nobody else reads it: the old documents hold tokens.
CREATE TABLE public.kept_results (
  session_id uuid PRIMARY KEY,
  derived jsonb NOT NULL,
  profile jsonb NOT NULL,
  types jsonb NOT NULL,
  functions jsonb NOT NULL,
  states jsonb NOT NULL
);

ALTER TABLE public.kept_results ENABLE ROW LEVEL SECURITY;
