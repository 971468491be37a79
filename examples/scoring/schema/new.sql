-- What a list of types says its shares are, judged by the whole list: 16 shares sum to about 100 or about 1, and the
-- best few of 16 to at least their even part of that.
CREATE FUNCTION public.scoring_share_unit(types jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
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
  );
END
$$;

-- The same list with its shares in percent, whatever they were in.
CREATE FUNCTION public.scoring_in_percent(types jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
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
  );
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
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
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
  );
END
$$;

-- True if the fields of types and functions that rows have columns for fit these columns, and for no list (NULL).
CREATE FUNCTION public.scoring_fields_usable(elements jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
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
  );
END
$$;

-- The same of a state, which also has to name its context and a known overlay.
CREATE FUNCTION public.scoring_state_usable(state jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
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
  );
END
$$;

-- Which version of several rows counts: that of the profile, which is the newest computation; without it the newest by
-- its numbers (v1.10.0 is newer than v1.9.0).
CREATE FUNCTION public.scoring_version_of(rows jsonb, of_scoring text, of_results text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
    SELECT item.element ->> 'results_version'
    FROM jsonb_array_elements(rows) AS item (element)
    ORDER BY
      item.element ->> 'results_version' = of_scoring DESC,
      item.element ->> 'results_version' IS NOT DISTINCT FROM of_results DESC,
      (
        SELECT array_agg(number.digits[1]::numeric ORDER BY number.place)
        FROM regexp_matches(item.element ->> 'results_version', '[0-9]+', 'g') WITH ORDINALITY AS number (digits, place)
      ) DESC NULLS LAST,
      (item.element ->> 'results_version') COLLATE "C" DESC
    LIMIT 1
  );
END
$$;

-- The legacy rows that a payload stands for: {profile, types, functions, states}. This is the whole way back.
CREATE FUNCTION public.scoring_rows_of(payload jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
    SELECT
      jsonb_build_object(
        'profile',
        jsonb_build_object(
          'type_code', payload -> 'profile' -> 'type_code',
          'confidence', payload -> 'profile' -> 'confidence',
          'fit_band', payload -> 'profile' -> 'fit_band',
          'overlay', payload -> 'profile' -> 'overlay',
          'validity_status', payload -> 'profile' -> 'validity_status',
          'top_gap', payload -> 'profile' -> 'top_gap',
          'score_fit_calibrated', payload -> 'profile' -> 'score_fit_calibrated',
          'conf_calibrated', payload -> 'profile' -> 'conf_calibrated',
          'conf_raw', payload -> 'profile' -> 'conf_raw',
          'top_types', payload -> 'profile' -> 'top_types'
        )
        -- The document of a result that the new side wrote is the payload.
        || jsonb_build_object(
          'payload', payload,
          'version', payload -> 'version',
          'results_version', payload -> 'results_version'
        ),
        'types',
        (
          SELECT
            coalesce(
              jsonb_agg(
                jsonb_build_object(
                  'type_code', element -> 'type_code',
                  'fit', element -> 'fit',
                  'share', element -> 'share',
                  'rank', element -> 'rank',
                  'distance', element -> 'distance',
                  'coherent_dims', element -> 'coherent_dims',
                  'unique_dims', element -> 'unique_dims',
                  'seat_coherence', element -> 'seat_coherence',
                  'fit_parts', element -> 'fit_parts'
                )
                || jsonb_build_object('results_version', payload -> 'results_version')
                ORDER BY (element ->> 'type_code') COLLATE "C"
              ),
              '[]'
            )
          FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof(payload -> 'types') = 'array' THEN payload -> 'types' ELSE '[]' END
          ) AS element
        ),
        'functions',
        (
          SELECT
            coalesce(
              jsonb_agg(
                jsonb_build_object(
                  'func', element -> 'func_code',
                  'strength_z', element -> 'strength',
                  'dimension', element -> 'dimension',
                  'd_index_z', element -> 'd_index_z',
                  'results_version', payload -> 'results_version'
                )
                ORDER BY (element ->> 'func_code') COLLATE "C"
              ),
              '[]'
            )
          FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof(payload -> 'functions') = 'array' THEN payload -> 'functions' ELSE '[]' END
          ) AS element
        ),
        'states',
        CASE
          WHEN jsonb_typeof(payload -> 'state') = 'object'
          THEN jsonb_build_array(
            jsonb_build_object(
              'block_context', payload -> 'state' -> 'block_context',
              'overlay_band', payload -> 'state' -> 'overlay_band',
              'overlay_z', payload -> 'state' -> 'overlay_z',
              'effect_fit', payload -> 'state' -> 'effect_fit',
              'effect_conf', payload -> 'state' -> 'effect_conf',
              'block_core', payload -> 'state' -> 'block_core',
              'block_critic', payload -> 'state' -> 'block_critic',
              'block_hidden', payload -> 'state' -> 'block_hidden',
              'block_instinct', payload -> 'state' -> 'block_instinct'
            )
            || jsonb_build_object('results_version', payload -> 'results_version')
          )
          ELSE '[]'
        END
      )
  );
END
$$;

-- The payload of a session that stands like this on the legacy side. This is the whole way forward.
--
-- Rows and columns count. Where the document says the same as they do, it gives the order and what only it knows; where
-- there are no rows, it stands in for them; otherwise it is overruled.
CREATE FUNCTION public.scoring_payload_of(session_id uuid, scoring_version text, standing jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
    -- Materialized: each step's values are used several times by the next.
    WITH unwrapped AS MATERIALIZED (
      SELECT
        standing -> 'profile' AS profile,
        -- A document may hold a whole profile row, with the document proper inside.
        CASE
          WHEN jsonb_typeof(standing #> '{profile,payload,profile,payload}') = 'object'
          THEN standing #> '{profile,payload,profile,payload}'
          WHEN jsonb_typeof(standing #> '{profile,payload}') = 'object' THEN standing #> '{profile,payload}'
          ELSE '{}'
        END AS document
    ),

    opened AS MATERIALIZED (
      SELECT
        unwrapped.*,
        -- Copies of what is someone else's, and keys that the reader's own reply uses.
        unwrapped.document
        - ARRAY['session', 'share_token', 'email', 'ok', 'source', 'profile', 'types', 'functions', 'state'] AS other,
        CASE
          WHEN jsonb_typeof(unwrapped.document -> 'profile') = 'object'
          THEN (unwrapped.document -> 'profile')
            - ARRAY['payload', 'user_id', 'session', 'share_token', 'email', 'metadata']
          ELSE '{}'
        END AS own_profile,
        public.scoring_version_of(standing -> 'types', scoring_version, unwrapped.profile ->> 'results_version')
          AS types_version,
        public.scoring_version_of(standing -> 'functions', scoring_version, unwrapped.profile ->> 'results_version')
          AS functions_version,
        public.scoring_version_of(standing -> 'states', scoring_version, unwrapped.profile ->> 'results_version')
          AS states_version
      FROM unwrapped
    ),

    from_rows AS MATERIALIZED (
      SELECT
        opened.*,
        (
          SELECT
            jsonb_agg(element - 'results_version' ORDER BY element -> 'rank', (element ->> 'type_code') COLLATE "C")
          FROM jsonb_array_elements(standing -> 'types') AS element
          WHERE element ->> 'results_version' = opened.types_version
        ) AS types,
        (
          SELECT
            jsonb_agg(
              jsonb_build_object(
                'func_code', element -> 'func',
                'strength', element -> 'strength_z',
                'dimension', element -> 'dimension',
                'd_index_z', element -> 'd_index_z'
              )
              ORDER BY (element ->> 'func') COLLATE "C"
            )
          FROM jsonb_array_elements(standing -> 'functions') AS element
          WHERE element ->> 'results_version' = opened.functions_version
        ) AS functions,
        (
          -- The payload has room for one context.
          SELECT
            element - 'results_version'
            || jsonb_build_object('overlay_band', public.scoring_overlay(element ->> 'overlay_band'))
          FROM jsonb_array_elements(standing -> 'states') AS element
          WHERE element ->> 'results_version' = opened.states_version
          ORDER BY element ->> 'block_context' = 'calm' DESC, (element ->> 'block_context') COLLATE "C"
          LIMIT 1
        ) AS state,
        opened.profile - ARRAY['payload', 'version', 'results_version']
        || jsonb_build_object(
          'session_id', session_id,
          'top_types', opened.profile -> 'top_types',
          'overlay', public.scoring_overlay(opened.profile ->> 'overlay'),
          'confidence', coalesce(
            nullif(opened.profile -> 'confidence', 'null'),
            CASE
              WHEN jsonb_typeof(opened.own_profile -> 'confidence') = 'number' THEN opened.own_profile -> 'confidence'
              WHEN opened.own_profile ->> 'confidence' = 'High' THEN '0.8'
              WHEN opened.own_profile ->> 'confidence' = 'Moderate' THEN '0.5'
              WHEN opened.own_profile ->> 'confidence' = 'Low' THEN '0.2'
            END
          )
        )
        || CASE
          WHEN jsonb_typeof(opened.own_profile -> 'confidence') = 'string'
          THEN jsonb_build_object('confidence_band', opened.own_profile -> 'confidence')
          ELSE '{}'
        END AS fields
      FROM opened
    ),

    -- What the document says and what the rows say, both as legacy rows.
    said AS MATERIALIZED (
      SELECT
        from_rows.*,
        public.scoring_rows_of(from_rows.document) AS by_document,
        public.scoring_rows_of(
          jsonb_build_object(
            'results_version', from_rows.document -> 'results_version',
            'profile', from_rows.fields,
            'types', from_rows.types,
            'functions', from_rows.functions
          )
          || CASE WHEN from_rows.state IS NULL THEN '{}' ELSE jsonb_build_object('state', from_rows.state) END
        ) AS by_rows
      FROM from_rows
    ),

    settled AS (
      SELECT
        said.other,
        CASE
          WHEN said.types IS NULL OR said.by_rows -> 'types' = said.by_document -> 'types' THEN said.document -> 'types'
          ELSE said.types
        END AS types,
        CASE
          WHEN said.functions IS NULL OR said.by_rows -> 'functions' = said.by_document -> 'functions'
          THEN said.document -> 'functions'
          ELSE said.functions
        END AS functions,
        CASE
          WHEN said.state IS NULL OR said.by_rows -> 'states' = said.by_document -> 'states'
          THEN said.document -> 'state'
          ELSE said.state
        END AS state,
        CASE
          WHEN
            said.own_profile -> 'session_id' = said.fields -> 'session_id'
            AND (said.by_rows -> 'profile') - ARRAY['payload', 'version', 'results_version']
            = (said.by_document -> 'profile') - ARRAY['payload', 'version', 'results_version']
          THEN said.own_profile
          ELSE said.own_profile || said.fields
        END AS settled_profile,
        coalesce(said.profile ->> 'version', scoring_version) AS version,
        coalesce(said.profile ->> 'results_version', scoring_version) AS results_version
      FROM said
    )

    SELECT
      settled.other
      || jsonb_build_object(
        'version', settled.version,
        'results_version', settled.results_version,
        'profile', settled.settled_profile
      )
      || CASE
        WHEN jsonb_typeof(settled.types) = 'array'
        THEN jsonb_build_object('types', public.scoring_in_percent(settled.types))
        ELSE '{}'
      END
      || CASE
        WHEN jsonb_typeof(settled.functions) = 'array' THEN jsonb_build_object('functions', settled.functions)
        ELSE '{}'
      END
      || CASE
        WHEN jsonb_typeof(settled.state) = 'object' THEN jsonb_build_object('state', settled.state)
        ELSE '{}'
      END
    FROM settled
  );
END
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

-- How a session stands on the legacy side, where the way back from the payload alone would yield something else:
-- another document, shares as fractions, missing rows, other versions and contexts. Valid while the payload is still
-- the one that was derived from it; rows of other versions and contexts stay beyond that. Only sync writes it, and
-- nobody else reads it: the old documents hold tokens.
CREATE TABLE public.kept_results (
  session_id uuid PRIMARY KEY,
  derived jsonb NOT NULL,
  -- {profile, types, functions, states}, as scoring_rows_of makes it. An absent key is JSON null, a null is SQL NULL.
  standing jsonb NOT NULL
);

ALTER TABLE public.kept_results ENABLE ROW LEVEL SECURITY;
