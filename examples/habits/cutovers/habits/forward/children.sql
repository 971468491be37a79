-- One child per owner and name: the same name under two owners is two children.
-- kept_children adds those whom the new shape knows without any week.
SELECT user_id, child_name AS name
FROM habit_tracker
WHERE user_id IS NOT NULL

UNION

SELECT user_id, name
FROM kept_children
