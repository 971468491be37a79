-- The session was deleted, or never was: nobody owns the result.
SELECT profiles.session_id
FROM profiles
WHERE NOT EXISTS (SELECT FROM assessment_sessions AS session WHERE session.id = profiles.session_id)
