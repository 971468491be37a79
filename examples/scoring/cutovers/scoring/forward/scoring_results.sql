-- One result per session. Rows and columns of the legacy side come before its document, which may say something else.
-- payload is derived here and again, in the same words, in kept_results.sql.
WITH documents AS (
  -- A document may hold a whole profile row with the document proper inside: that is unwrapped.
  SELECT
    profile.*,
    CASE
      WHEN jsonb_typeof(profile.payload #> '{profile,payload}') = 'object' THEN profile.payload #> '{profile,payload}'
      WHEN jsonb_typeof(profile.payload) = 'object' THEN profile.payload
      ELSE '{}'
    END AS document
  FROM profiles AS profile
),

versions AS (
  SELECT 'types' AS part, t.session_id, t.results_version FROM scoring_results_types AS t
  UNION
  SELECT 'functions', f.session_id, f.results_version FROM scoring_results_functions AS f
  UNION
  SELECT 'state', s.session_id, s.results_version FROM scoring_results_state AS s
),

chosen AS (
  -- The version of the profile, which is the newest computation; without it the newest version by its numbers.
  SELECT DISTINCT ON (versions.session_id, versions.part)
    versions.session_id,
    versions.part,
    versions.results_version
  FROM versions
  JOIN profiles AS profile ON profile.session_id = versions.session_id
  ORDER BY
    versions.session_id,
    versions.part,
    versions.results_version = profile.scoring_version DESC,
    versions.results_version IS NOT DISTINCT FROM profile.results_version DESC,
    (
      SELECT array_agg(number.digits[1]::numeric ORDER BY number.place)
      FROM regexp_matches(versions.results_version, '[0-9]+', 'g') WITH ORDINALITY AS number (digits, place)
    ) DESC NULLS LAST,
    versions.results_version COLLATE "C" DESC
),

type_rows AS (
  SELECT
    t.session_id,
    jsonb_agg(item.element ORDER BY t.type_code COLLATE "C") AS by_code,
    jsonb_agg(item.element ORDER BY t.rank, t.type_code COLLATE "C") AS by_rank
  FROM scoring_results_types AS t
  JOIN chosen
    ON chosen.session_id = t.session_id AND chosen.part = 'types' AND chosen.results_version = t.results_version
  CROSS JOIN LATERAL jsonb_build_object(
    'type_code', t.type_code,
    'fit', t.fit,
    'share', t.share,
    'rank', t.rank,
    'distance', t.distance,
    'coherent_dims', t.coherent_dims,
    'unique_dims', t.unique_dims,
    'seat_coherence', t.seat_coherence,
    'fit_parts', t.fit_parts
  ) AS item (element)
  GROUP BY t.session_id
),

function_rows AS (
  SELECT
    f.session_id,
    jsonb_agg(item.element ORDER BY f.func COLLATE "C") AS by_code
  FROM scoring_results_functions AS f
  JOIN chosen
    ON chosen.session_id = f.session_id AND chosen.part = 'functions' AND chosen.results_version = f.results_version
  CROSS JOIN LATERAL jsonb_build_object(
    'func_code', f.func,
    'strength', f.strength_z,
    'dimension', f.dimension,
    'd_index_z', f.d_index_z
  ) AS item (element)
  GROUP BY f.session_id
),

state_rows AS (
  -- The payload has room for one context.
  SELECT DISTINCT ON (s.session_id)
    s.session_id,
    jsonb_build_object(
      'overlay_band', public.scoring_overlay(s.overlay_band),
      'overlay_z', s.overlay_z,
      'effect_fit', s.effect_fit,
      'effect_conf', s.effect_conf,
      'block_core', s.block_core,
      'block_critic', s.block_critic,
      'block_hidden', s.block_hidden,
      'block_instinct', s.block_instinct,
      'block_context', s.block_context
    ) AS state
  FROM scoring_results_state AS s
  JOIN chosen
    ON chosen.session_id = s.session_id AND chosen.part = 'state' AND chosen.results_version = s.results_version
  ORDER BY s.session_id, s.block_context = 'calm' DESC, s.block_context COLLATE "C"
),

parts AS (
  -- The rows count. Where the document says the same as they do, it gives the order and what only it knows; where there
  -- are no rows, it stands in for them.
  SELECT
    d.session_id,
    CASE
      WHEN type_rows.session_id IS NULL OR type_rows.by_code = listed.types THEN d.document -> 'types'
      ELSE type_rows.by_rank
    END AS types,
    CASE
      WHEN function_rows.session_id IS NULL OR function_rows.by_code = listed.functions THEN d.document -> 'functions'
      ELSE function_rows.by_code
    END AS functions,
    CASE
      WHEN state_rows.session_id IS NULL OR state_rows.state = listed.state THEN d.document -> 'state'
      ELSE state_rows.state
    END AS state,
    CASE
      WHEN fields.profile = listed.profile THEN d.own_profile
      ELSE d.own_profile || fields.profile || d.band
    END AS profile
  FROM (
    SELECT
      documents.*,
      CASE
        WHEN jsonb_typeof(documents.document -> 'profile') = 'object'
        THEN (documents.document -> 'profile') - ARRAY['payload', 'user_id', 'session', 'share_token', 'email', 'metadata']
        ELSE '{}'
      END AS own_profile,
      CASE
        WHEN documents.confidence IS NULL AND jsonb_typeof(documents.document #> '{profile,confidence}') = 'string'
        THEN jsonb_build_object('confidence_band', documents.document #> '{profile,confidence}')
        ELSE '{}'
      END AS band,
      CASE
        WHEN documents.confidence IS NOT NULL THEN documents.confidence
        WHEN jsonb_typeof(documents.document #> '{profile,confidence}') = 'number'
        THEN (documents.document #>> '{profile,confidence}')::numeric
        WHEN documents.document #>> '{profile,confidence}' = 'High' THEN 0.8
        WHEN documents.document #>> '{profile,confidence}' = 'Moderate' THEN 0.5
        WHEN documents.document #>> '{profile,confidence}' = 'Low' THEN 0.2
      END AS known_confidence
    FROM documents
  ) AS d
  LEFT JOIN type_rows ON type_rows.session_id = d.session_id
  LEFT JOIN function_rows ON function_rows.session_id = d.session_id
  LEFT JOIN state_rows ON state_rows.session_id = d.session_id
  CROSS JOIN LATERAL (
    SELECT jsonb_build_object(
      'session_id', d.session_id,
      'type_code', d.type_code,
      'confidence', d.known_confidence,
      'fit_band', d.fit_band,
      'overlay', public.scoring_overlay(d.overlay),
      'validity_status', d.validity_status,
      'top_gap', d.top_gap,
      'score_fit_calibrated', d.score_fit_calibrated,
      'conf_calibrated', d.conf_calibrated,
      'conf_raw', d.conf_raw,
      'top_types', d.top_types
    ) AS profile
  ) AS fields
  CROSS JOIN LATERAL (
    SELECT
      (
        SELECT jsonb_agg(jsonb_build_object(
          'type_code', element -> 'type_code',
          'fit', element -> 'fit',
          'share', element -> 'share',
          'rank', element -> 'rank',
          'distance', element -> 'distance',
          'coherent_dims', element -> 'coherent_dims',
          'unique_dims', element -> 'unique_dims',
          'seat_coherence', element -> 'seat_coherence',
          'fit_parts', element -> 'fit_parts'
        ) ORDER BY (element ->> 'type_code') COLLATE "C")
        FROM jsonb_array_elements(
          CASE WHEN jsonb_typeof(d.document -> 'types') = 'array' THEN d.document -> 'types' ELSE '[]' END
        ) AS element
      ) AS types,
      (
        SELECT jsonb_agg(jsonb_build_object(
          'func_code', element -> 'func_code',
          'strength', element -> 'strength',
          'dimension', element -> 'dimension',
          'd_index_z', element -> 'd_index_z'
        ) ORDER BY (element ->> 'func_code') COLLATE "C")
        FROM jsonb_array_elements(
          CASE WHEN jsonb_typeof(d.document -> 'functions') = 'array' THEN d.document -> 'functions' ELSE '[]' END
        ) AS element
      ) AS functions,
      jsonb_build_object(
        'overlay_band', d.document -> 'state' -> 'overlay_band',
        'overlay_z', d.document -> 'state' -> 'overlay_z',
        'effect_fit', d.document -> 'state' -> 'effect_fit',
        'effect_conf', d.document -> 'state' -> 'effect_conf',
        'block_core', d.document -> 'state' -> 'block_core',
        'block_critic', d.document -> 'state' -> 'block_critic',
        'block_hidden', d.document -> 'state' -> 'block_hidden',
        'block_instinct', d.document -> 'state' -> 'block_instinct',
        'block_context', d.document -> 'state' -> 'block_context'
      ) AS state,
      jsonb_build_object(
        'session_id', d.own_profile -> 'session_id',
        'type_code', d.own_profile -> 'type_code',
        'confidence', d.own_profile -> 'confidence',
        'fit_band', d.own_profile -> 'fit_band',
        'overlay', d.own_profile -> 'overlay',
        'validity_status', d.own_profile -> 'validity_status',
        'top_gap', d.own_profile -> 'top_gap',
        'score_fit_calibrated', d.own_profile -> 'score_fit_calibrated',
        'conf_calibrated', d.own_profile -> 'conf_calibrated',
        'conf_raw', d.own_profile -> 'conf_raw',
        'top_types', d.own_profile -> 'top_types'
      ) AS profile
  ) AS listed
),

payloads AS (
  SELECT
    d.session_id,
    d.document
    - ARRAY['session', 'share_token', 'email', 'ok', 'source']
    - ARRAY['types', 'functions', 'state']
    || jsonb_build_object(
      'version', coalesce(d.version, d.scoring_version),
      'results_version', coalesce(d.results_version, d.scoring_version),
      'profile', parts.profile
    )
    || CASE WHEN jsonb_typeof(parts.types) = 'array'
      THEN jsonb_build_object('types', public.scoring_in_percent(parts.types)) ELSE '{}' END
    || CASE WHEN jsonb_typeof(parts.functions) = 'array'
      THEN jsonb_build_object('functions', parts.functions) ELSE '{}' END
    || CASE WHEN jsonb_typeof(parts.state) = 'object'
      THEN jsonb_build_object('state', parts.state) ELSE '{}' END
      AS payload
  FROM documents AS d
  JOIN parts ON parts.session_id = d.session_id
)

SELECT
  profile.session_id,
  session.user_id,
  profile.scoring_version,
  profile.computed_at,
  payloads.payload
FROM profiles AS profile
JOIN payloads ON payloads.session_id = profile.session_id
-- A profile without a session is quarantined.
JOIN assessment_sessions AS session ON session.id = profile.session_id
