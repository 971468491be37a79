-- JSON has no word for it, so no payload can hold it.
SELECT profiles.session_id
FROM profiles
WHERE
  profiles.confidence IN ('NaN', 'Infinity', '-Infinity')
  OR profiles.conf_calibrated IN ('NaN', 'Infinity', '-Infinity')
  OR profiles.score_fit_calibrated IN ('NaN', 'Infinity', '-Infinity')
  OR profiles.top_gap IN ('NaN', 'Infinity', '-Infinity')
  OR profiles.conf_raw IN ('NaN', 'Infinity', '-Infinity')
UNION
SELECT t.session_id
FROM scoring_results_types AS t
WHERE
  t.fit IN ('NaN', 'Infinity', '-Infinity')
  OR t.share IN ('NaN', 'Infinity', '-Infinity')
  OR t.distance IN ('NaN', 'Infinity', '-Infinity')
  OR t.seat_coherence IN ('NaN', 'Infinity', '-Infinity')
UNION
SELECT f.session_id
FROM scoring_results_functions AS f
WHERE
  f.strength_z IN ('NaN', 'Infinity', '-Infinity')
  OR f.d_index_z IN ('NaN', 'Infinity', '-Infinity')
UNION
SELECT s.session_id
FROM scoring_results_state AS s
WHERE
  s.overlay_z IN ('NaN', 'Infinity', '-Infinity')
  OR s.effect_fit IN ('NaN', 'Infinity', '-Infinity')
  OR s.effect_conf IN ('NaN', 'Infinity', '-Infinity')
  OR s.block_core IN ('NaN', 'Infinity', '-Infinity')
  OR s.block_critic IN ('NaN', 'Infinity', '-Infinity')
  OR s.block_hidden IN ('NaN', 'Infinity', '-Infinity')
  OR s.block_instinct IN ('NaN', 'Infinity', '-Infinity')
