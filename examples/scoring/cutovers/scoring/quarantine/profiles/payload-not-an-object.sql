SELECT profiles.session_id
FROM profiles
WHERE jsonb_typeof(profiles.payload) <> 'object'
