-- Neither engine wrote this symbol: taking it for Reg0 would invent a result.
SELECT s.session_id, s.results_version, s.block_context
FROM scoring_results_state AS s
WHERE s.overlay_band IS NOT NULL AND public.scoring_overlay(s.overlay_band) IS NULL
