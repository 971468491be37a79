-- A result that says no type is none.
SELECT profiles.session_id
FROM profiles
WHERE profiles.type_code IS NULL OR profiles.type_code = ''
