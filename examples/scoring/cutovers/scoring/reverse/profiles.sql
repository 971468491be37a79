-- While the payload is the one that came from legacy, the profile is as it stood there. A payload that the new side
-- wrote becomes the profile's document as it is, which is what the legacy reader returns.
SELECT
  result.session_id,
  line.row ->> 'type_code' AS type_code,
  (line.row ->> 'confidence')::numeric AS confidence,
  line.row -> 'payload' AS payload,
  result.scoring_version,
  result.computed_at,
  line.row ->> 'results_version' AS results_version,
  line.row ->> 'version' AS version,
  line.row ->> 'overlay' AS overlay,
  (line.row ->> 'conf_calibrated')::numeric AS conf_calibrated,
  (line.row ->> 'score_fit_calibrated')::numeric AS score_fit_calibrated,
  -- Absent is JSON null, null is SQL NULL.
  CASE WHEN line.row ? 'top_types' THEN nullif(line.row -> 'top_types', 'null') ELSE 'null' END AS top_types,
  line.row ->> 'fit_band' AS fit_band,
  line.row ->> 'validity_status' AS validity_status,
  (line.row ->> 'top_gap')::numeric AS top_gap,
  (line.row ->> 'conf_raw')::numeric AS conf_raw
FROM scoring_results AS result
LEFT JOIN kept_results AS kept ON kept.session_id = result.session_id AND kept.derived = result.payload
CROSS JOIN LATERAL (
  SELECT coalesce(kept.standing, public.scoring_rows_of(result.payload)) -> 'profile'
) AS line (row)
