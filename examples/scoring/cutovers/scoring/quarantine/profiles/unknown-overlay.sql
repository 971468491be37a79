-- Neither engine wrote this symbol: taking it for Reg0 would invent a result.
SELECT profiles.session_id
FROM profiles
WHERE profiles.overlay IS NOT NULL AND public.scoring_overlay(profiles.overlay) IS NULL
