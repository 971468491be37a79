-- The new shape takes names of 1 to 100 characters.
SELECT id
FROM habit_tracker
WHERE char_length(child_name) NOT BETWEEN 1 AND 100
