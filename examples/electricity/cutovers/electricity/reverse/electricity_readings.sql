-- The entries are the events that a meter would show; the balance after each is the running sum since the last absolute
-- value, as in calculate_user_positions. That is why the way back has the user as its unit.
WITH marked AS (
  SELECT
    token_events.*,
    CASE token_events.event_type
      WHEN 'METER_READING' THEN token_events.kwh_amount
      ELSE token_events.stated_balance
    END AS absolute
  FROM token_events
  WHERE NOT token_events.is_voided AND token_events.event_type <> 'VOID'
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
    sum(coalesce(stretches.absolute, stretches.kwh_amount)) OVER (
      PARTITION BY stretches.user_id, stretches.stretch
      ORDER BY stretches.event_date, stretches.created_at NULLS FIRST, stretches.id
    ) AS position_after
  FROM stretches
)

SELECT
  positions.id,
  positions.user_id,
  (positions.event_date AT TIME ZONE 'Asia/Jakarta')::date AS date,
  positions.position_after AS kwh_value,
  positions.token_cost,
  CASE
    WHEN positions.event_type = 'TOPUP' THEN positions.kwh_amount
    WHEN positions.zero_token THEN 0
  END AS token_amount,
  positions.notes,
  positions.meter_photo_url,
  positions.created_at
FROM positions
WHERE positions.event_type <> 'ADJUSTMENT'
