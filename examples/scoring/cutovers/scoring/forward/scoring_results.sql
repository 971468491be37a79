-- One result per session. The legacy rows are put together here and become a payload in public.scoring_payload_of.
WITH type_rows AS (
  SELECT
    t.session_id,
    jsonb_agg(
      jsonb_build_object(
        'results_version', t.results_version,
        'type_code', t.type_code,
        'fit', t.fit,
        'share', t.share,
        'rank', t.rank,
        'distance', t.distance,
        'coherent_dims', t.coherent_dims,
        'unique_dims', t.unique_dims,
        'seat_coherence', t.seat_coherence
      )
      -- An absent key is JSON null, a null is SQL NULL.
      || CASE WHEN t.fit_parts = 'null' THEN '{}' ELSE jsonb_build_object('fit_parts', t.fit_parts) END
      ORDER BY t.type_code COLLATE "C", t.results_version COLLATE "C"
    ) AS list
  FROM scoring_results_types AS t
  GROUP BY t.session_id
),

function_rows AS (
  SELECT
    f.session_id,
    jsonb_agg(
      jsonb_build_object(
        'results_version', f.results_version,
        'func', f.func,
        'strength_z', f.strength_z,
        'dimension', f.dimension,
        'd_index_z', f.d_index_z
      )
      ORDER BY f.func COLLATE "C", f.results_version COLLATE "C"
    ) AS list
  FROM scoring_results_functions AS f
  GROUP BY f.session_id
),

state_rows AS (
  SELECT
    s.session_id,
    jsonb_agg(
      jsonb_build_object(
        'results_version', s.results_version,
        'block_context', s.block_context,
        'overlay_band', s.overlay_band,
        'overlay_z', s.overlay_z,
        'effect_fit', s.effect_fit,
        'effect_conf', s.effect_conf,
        'block_core', s.block_core,
        'block_critic', s.block_critic,
        'block_hidden', s.block_hidden,
        'block_instinct', s.block_instinct
      )
      ORDER BY s.block_context COLLATE "C", s.results_version COLLATE "C"
    ) AS list
  FROM scoring_results_state AS s
  GROUP BY s.session_id
),

-- How each session stands on the legacy side. The rows are put together before they are joined: a sub-select per
-- session would look through all rows for each.
standing AS (
  SELECT
    profile.session_id,
    profile.scoring_version,
    profile.computed_at,
    jsonb_build_object(
      'profile',
      jsonb_build_object(
        'type_code', profile.type_code,
        'confidence', profile.confidence,
        'fit_band', profile.fit_band,
        'overlay', profile.overlay,
        'validity_status', profile.validity_status,
        'top_gap', profile.top_gap,
        'score_fit_calibrated', profile.score_fit_calibrated,
        'conf_calibrated', profile.conf_calibrated,
        'conf_raw', profile.conf_raw,
        'payload', profile.payload,
        'version', profile.version,
        'results_version', profile.results_version
      )
      || CASE WHEN profile.top_types = 'null' THEN '{}' ELSE jsonb_build_object('top_types', profile.top_types) END,
      'types', coalesce(type_rows.list, '[]'),
      'functions', coalesce(function_rows.list, '[]'),
      'states', coalesce(state_rows.list, '[]')
    ) AS rows
  FROM profiles AS profile
  LEFT JOIN type_rows ON type_rows.session_id = profile.session_id
  LEFT JOIN function_rows ON function_rows.session_id = profile.session_id
  LEFT JOIN state_rows ON state_rows.session_id = profile.session_id
)

SELECT
  standing.session_id,
  session.user_id,
  standing.scoring_version,
  standing.computed_at,
  public.scoring_payload_of(standing.session_id, standing.scoring_version, standing.rows) AS payload
FROM standing
-- A profile without a session is quarantined.
JOIN assessment_sessions AS session ON session.id = standing.session_id
