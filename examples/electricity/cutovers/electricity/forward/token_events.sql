-- One entry is one event with the entry's id. A top-up states the balance that it left only where that balance does not
-- follow from the balance before it; that balance is the previous entry's, plus adjustments that no entry shows.
WITH entries AS (
  SELECT
    reading.id,
    reading.user_id,
    reading.kwh_value,
    reading.token_amount,
    reading.token_cost,
    reading.notes,
    reading.meter_photo_url,
    reading.created_at,
    kept.stated_balance AS kept_balance,
    CASE
      -- The time of day that the new side knew, while the day is still the same.
      WHEN (kept.event_date AT TIME ZONE 'Asia/Jakarta')::date = reading.date THEN kept.event_date
      -- A day without a time begins at midnight where the meters hang. Other days are quarantined.
      WHEN reading.date BETWEEN '0001-01-03' AND '9999-12-29'
      THEN reading.date::timestamp AT TIME ZONE 'Asia/Jakarta'
    END AS event_date
  FROM electricity_readings AS reading
  LEFT JOIN kept_events AS kept
    ON kept.user_id = reading.user_id AND kept.id = reading.id AND NOT kept.hidden
  -- Entries without an owner are quarantined.
  WHERE reading.user_id IS NOT NULL
),

hidden_events AS (
  SELECT kept.*
  FROM kept_events AS kept
  WHERE
    kept.hidden
    -- An entry that came back under this id counts.
    AND NOT EXISTS (
      SELECT FROM electricity_readings AS reading
      WHERE reading.user_id = kept.user_id AND reading.id = kept.id
    )
),

steps AS (
  SELECT entries.user_id, entries.id, entries.event_date, entries.created_at, entries.kwh_value, 0 AS adjustment
  FROM entries
  UNION ALL
  SELECT hidden.user_id, hidden.id, hidden.event_date, hidden.created_at, NULL, hidden.kwh_amount
  FROM hidden_events AS hidden
  WHERE hidden.event_type = 'ADJUSTMENT' AND NOT hidden.is_voided
),

stretches AS (
  -- Each entry begins a stretch, as its balance is absolute; within it adjustments add up.
  SELECT
    steps.*,
    count(steps.kwh_value) OVER (
      PARTITION BY steps.user_id
      ORDER BY steps.event_date, steps.created_at NULLS FIRST, steps.id
    ) AS stretch
  FROM steps
),

balances AS (
  SELECT
    stretches.*,
    sum(coalesce(stretches.kwh_value, stretches.adjustment)) OVER (
      PARTITION BY stretches.user_id, stretches.stretch
      ORDER BY stretches.event_date, stretches.created_at NULLS FIRST, stretches.id
    ) AS balance_after
  FROM stretches
),

before AS (
  SELECT
    balances.user_id,
    balances.id,
    lag(balances.balance_after, 1, 0) OVER (
      PARTITION BY balances.user_id
      ORDER BY balances.event_date, balances.created_at NULLS FIRST, balances.id
    ) AS balance
  FROM balances
)

SELECT
  entries.id,
  entries.user_id,
  CASE WHEN entries.token_amount > 0 THEN 'TOPUP' ELSE 'METER_READING' END AS event_type,
  entries.event_date,
  CASE WHEN entries.token_amount > 0 THEN entries.token_amount ELSE entries.kwh_value END AS kwh_amount,
  CASE
    WHEN NOT coalesce(entries.token_amount > 0, false) THEN NULL
    WHEN
      entries.kwh_value = before.balance + entries.token_amount
      AND entries.kept_balance IS DISTINCT FROM entries.kwh_value
    THEN NULL
    ELSE entries.kwh_value
  END AS stated_balance,
  entries.token_amount IS NOT DISTINCT FROM 0 AS zero_token,
  entries.token_cost,
  entries.notes,
  entries.meter_photo_url,
  false AS is_voided,
  NULL::uuid AS void_of_event,
  entries.user_id AS created_by,
  entries.created_at
FROM entries
JOIN before ON before.user_id = entries.user_id AND before.id = entries.id

UNION ALL

SELECT
  hidden.id,
  hidden.user_id,
  hidden.event_type,
  hidden.event_date,
  hidden.kwh_amount,
  hidden.stated_balance,
  hidden.zero_token,
  hidden.token_cost,
  hidden.notes,
  hidden.meter_photo_url,
  hidden.is_voided,
  hidden.void_of_event,
  hidden.user_id AS created_by,
  hidden.created_at
FROM hidden_events AS hidden
