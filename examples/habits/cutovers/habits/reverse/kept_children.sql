-- Children without any week: the legacy table knows a child only by its weeks.
SELECT children.user_id, children.name
FROM children
WHERE NOT EXISTS (
  SELECT
  FROM weeks
  WHERE weeks.user_id = children.user_id
    AND weeks.child_name = children.name
)
