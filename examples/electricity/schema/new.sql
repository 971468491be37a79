-- The log of events. The meaning of kwh_amount depends on the type:
--   TOPUP          kWh bought, added to the balance; stated_balance, where known, is what the meter showed afterwards
--   METER_READING  the balance itself
--   ADJUSTMENT     added to the balance, may be negative
--   VOID           tombstone of void_of_event, always 0
-- zero_token: the legacy entry said "0 kWh bought", not NULL. It is a plain reading, and goes back as it was.
--
-- No foreign key to user_profiles while the cutover lives: the readings have one, and when a user is deleted, a second
-- cascade would write to a table that only sync may write to. Add it when the legacy table is gone.
CREATE TABLE public.token_events (
  id uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
  user_id uuid NOT NULL,
  event_type text NOT NULL,
  event_date timestamptz NOT NULL,
  kwh_amount numeric(10, 2) NOT NULL,
  stated_balance numeric(10, 2),
  zero_token boolean NOT NULL DEFAULT false,
  token_cost numeric(12, 2),
  notes text,
  meter_photo_url text,
  is_voided boolean NOT NULL DEFAULT false,
  voided_at timestamptz,
  voided_by uuid,
  voided_reason text,
  -- No foreign key: a tombstone must not stand in the way when its event is taken back.
  void_of_event uuid,
  recalc_batch_id uuid,
  created_by uuid,
  metadata jsonb,
  created_at timestamptz DEFAULT pg_catalog.now(),
  CONSTRAINT token_events_type_known CHECK (event_type IN ('TOPUP', 'METER_READING', 'ADJUSTMENT', 'VOID')),
  CONSTRAINT token_events_amount_fits_type CHECK (
    CASE event_type
      WHEN 'TOPUP' THEN kwh_amount > 0
      WHEN 'METER_READING' THEN kwh_amount >= 0
      WHEN 'VOID' THEN kwh_amount = 0
      ELSE true
    END
  ),
  CONSTRAINT token_events_numbers CHECK (
    kwh_amount <> 'NaN' AND stated_balance IS DISTINCT FROM 'NaN' AND token_cost IS DISTINCT FROM 'NaN'
  ),
  CONSTRAINT token_events_stated_by_topup CHECK (
    stated_balance IS NULL OR (event_type = 'TOPUP' AND stated_balance >= 0)
  ),
  CONSTRAINT token_events_zero_token_of_reading CHECK (NOT zero_token OR event_type = 'METER_READING'),
  CONSTRAINT token_events_tombstone CHECK (
    (void_of_event IS NULL OR event_type = 'VOID') AND NOT (event_type = 'VOID' AND is_voided)
  ),
  -- A date of the legacy table has to come out on the way back.
  CONSTRAINT token_events_date_in_range CHECK (
    event_date BETWEEN '0001-01-02 00:00:00+00' AND '9999-12-30 00:00:00+00'
  )
);

CREATE INDEX token_events_by_user ON public.token_events (user_id, event_date DESC);

-- Voiding an event twice leaves one tombstone.
CREATE UNIQUE INDEX token_events_one_tombstone ON public.token_events (void_of_event);

CREATE INDEX token_events_by_batch ON public.token_events (recalc_batch_id) WHERE recalc_batch_id IS NOT NULL;

ALTER TABLE public.token_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY "own events are read" ON public.token_events FOR SELECT USING (auth.uid() = user_id);

CREATE POLICY "own events are added" ON public.token_events FOR INSERT WITH CHECK (auth.uid() = user_id);

-- The balance after each event of a user, with the caller's rights. NULL instants come first, the id breaks ties.
CREATE FUNCTION public.calculate_user_positions(of_user uuid)
RETURNS TABLE (event_id uuid, event_type text, event_date timestamptz, kwh_amount numeric, position_after numeric)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH marked AS (
    SELECT
      event.*,
      CASE event.event_type WHEN 'METER_READING' THEN event.kwh_amount ELSE event.stated_balance END AS absolute
    FROM public.token_events AS event
    WHERE event.user_id = of_user AND NOT event.is_voided AND event.event_type <> 'VOID'
  ),
  stretches AS (
    -- Each absolute value begins a stretch; within it amounts add up.
    SELECT
      marked.*,
      count(marked.absolute) OVER (ORDER BY marked.event_date, marked.created_at NULLS FIRST, marked.id) AS stretch
    FROM marked
  )
  SELECT
    stretches.id,
    stretches.event_type,
    stretches.event_date,
    stretches.kwh_amount,
    sum(coalesce(stretches.absolute, stretches.kwh_amount)) OVER (
      PARTITION BY stretches.stretch
      ORDER BY stretches.event_date, stretches.created_at NULLS FIRST, stretches.id
    )
  FROM stretches
  ORDER BY stretches.event_date, stretches.created_at NULLS FIRST, stretches.id
$$;

-- What only the new side can say, kept beside the readings: events that no reading shows (adjustments, tombstones,
-- voided events) in full; for events that a reading shows, the time of day, and that a top-up stated its balance
-- although the balance follows from the sum.
CREATE TABLE public.kept_events (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  hidden boolean NOT NULL,
  event_type text NOT NULL,
  event_date timestamptz NOT NULL,
  stated_balance numeric(10, 2),
  kwh_amount numeric(10, 2),
  zero_token boolean,
  token_cost numeric(12, 2),
  notes text,
  meter_photo_url text,
  is_voided boolean,
  void_of_event uuid,
  created_at timestamptz
);

CREATE INDEX kept_events_by_user ON public.kept_events (user_id);

-- Nobody but sync reads or writes it.
ALTER TABLE public.kept_events ENABLE ROW LEVEL SECURITY;

-- The way back finds a user's readings by this; the legacy table had no index but its key. On a large live table build
-- it beforehand with CREATE INDEX CONCURRENTLY under this name: here it takes a SHARE lock for as long as it builds.
CREATE INDEX IF NOT EXISTS electricity_readings_by_owner
ON public.electricity_readings (coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid));
