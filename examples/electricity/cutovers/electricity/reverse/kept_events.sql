-- What the entries cannot say. The running sum is that of reverse/electricity_readings.sql, over all events: a voided
-- one and a tombstone add nothing.
WITH marked AS (
  SELECT
    token_events.*,
    token_events.is_voided OR token_events.event_type IN ('ADJUSTMENT', 'VOID') AS hidden,
    CASE WHEN token_events.is_voided THEN 0 ELSE token_events.kwh_amount END AS amount,
    CASE
      WHEN token_events.is_voided THEN NULL
      WHEN token_events.event_type = 'METER_READING' THEN token_events.kwh_amount
      ELSE token_events.stated_balance
    END AS absolute
  FROM token_events
),

stretches AS (
  SELECT
    marked.*,
    count(marked.absolute) OVER (
      PARTITION BY marked.user_id
      ORDER BY marked.event_date, marked.created_at NULLS FIRST, marked.id
    ) AS stretch
  FROM marked
),

positions AS (
  SELECT
    stretches.*,
    sum(coalesce(stretches.absolute, stretches.amount)) OVER (
      PARTITION BY stretches.user_id, stretches.stretch
      ORDER BY stretches.event_date, stretches.created_at NULLS FIRST, stretches.id
    ) AS position_after
  FROM stretches
),

told AS (
  SELECT
    positions.*,
    -- A balance that was stated although it follows from the one before.
    (
      positions.event_type = 'TOPUP'
      AND positions.absolute = positions.amount + lag(positions.position_after, 1, 0) OVER (
        PARTITION BY positions.user_id
        ORDER BY positions.event_date, positions.created_at NULLS FIRST, positions.id
      )
    ) AS stated_in_vain
  FROM positions
)

SELECT
  told.id,
  told.user_id,
  told.hidden,
  told.event_type,
  told.event_date,
  CASE WHEN told.hidden OR told.stated_in_vain THEN told.stated_balance END AS stated_balance,
  CASE WHEN told.hidden THEN told.kwh_amount END AS kwh_amount,
  CASE WHEN told.hidden THEN told.zero_token END AS zero_token,
  CASE WHEN told.hidden THEN told.token_cost END AS token_cost,
  CASE WHEN told.hidden THEN told.notes END AS notes,
  CASE WHEN told.hidden THEN told.meter_photo_url END AS meter_photo_url,
  CASE WHEN told.hidden THEN told.is_voided END AS is_voided,
  CASE WHEN told.hidden THEN told.void_of_event END AS void_of_event,
  CASE WHEN told.hidden THEN told.created_at END AS created_at
FROM told
WHERE
  told.hidden
  OR told.stated_in_vain
  OR told.event_date <> (told.event_date AT TIME ZONE 'Asia/Jakarta')::date::timestamp AT TIME ZONE 'Asia/Jakarta'
