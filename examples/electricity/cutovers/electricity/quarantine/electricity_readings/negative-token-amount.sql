-- Neither a top-up nor a reading: a correction that was typed into the wrong field.
SELECT electricity_readings.id
FROM electricity_readings
WHERE electricity_readings.token_amount < 0
