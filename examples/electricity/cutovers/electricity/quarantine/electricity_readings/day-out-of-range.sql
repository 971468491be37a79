-- infinity, and days that no instant can be given to in every time zone.
SELECT electricity_readings.id
FROM electricity_readings
WHERE electricity_readings.date NOT BETWEEN '0001-01-03' AND '9999-12-29'
