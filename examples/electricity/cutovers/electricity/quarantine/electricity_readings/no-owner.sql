-- An event without an owner would be seen by nobody: somebody has to say whose meter it was.
SELECT electricity_readings.id
FROM electricity_readings
WHERE electricity_readings.user_id IS NULL
