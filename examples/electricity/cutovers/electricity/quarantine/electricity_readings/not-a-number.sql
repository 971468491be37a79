-- NaN passes every comparison with 0 and would spoil each sum that it enters.
SELECT electricity_readings.id
FROM electricity_readings
WHERE 'NaN' IN (electricity_readings.kwh_value, electricity_readings.token_amount, electricity_readings.token_cost)
