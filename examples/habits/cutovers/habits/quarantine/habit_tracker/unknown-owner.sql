-- Nobody can say whose row this is. A placeholder owner would put two families together, so the placeholder that the
-- unit of such a row carries (the zero uuid) is refused as an owner as well.
SELECT id
FROM habit_tracker
WHERE user_id IS NULL
  OR user_id = '00000000-0000-0000-0000-000000000000'
