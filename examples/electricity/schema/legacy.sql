-- The prepaid meter log as it is: one row per entry, and every row holds the balance after it (kwh_value).
CREATE SCHEMA IF NOT EXISTS auth;

CREATE TABLE IF NOT EXISTS auth.users (
  id uuid PRIMARY KEY
);

-- Stands in for the platform's function of this name: the caller's id, from a setting of the session.
CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT nullif(pg_catalog.current_setting('request.user_id', true), '')::uuid $$;

CREATE TABLE IF NOT EXISTS public.user_profiles (
  id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
  display_name text,
  role text DEFAULT 'user' CHECK (role IN ('user', 'admin')),
  status text DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
  last_login timestamptz,
  tariff_settings jsonb DEFAULT '{"rate": 1444.70, "currency": "IDR"}',
  created_at timestamptz DEFAULT pg_catalog.now(),
  updated_at timestamptz DEFAULT pg_catalog.now()
);

-- user_id may be NULL: the migration script of the original filters such rows, so they existed.
CREATE TABLE IF NOT EXISTS public.electricity_readings (
  id uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
  user_id uuid REFERENCES public.user_profiles (id) ON DELETE CASCADE,
  date date NOT NULL,
  kwh_value numeric(10, 2) NOT NULL CHECK (kwh_value >= 0),
  token_cost numeric(12, 2),
  token_amount numeric(10, 2),
  notes text,
  meter_photo_url text,
  created_at timestamptz DEFAULT pg_catalog.now()
);

ALTER TABLE public.electricity_readings ENABLE ROW LEVEL SECURITY;

DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_catalog.pg_policy
    WHERE polrelid = 'public.electricity_readings'::regclass AND polname = 'own readings'
  ) THEN
    CREATE POLICY "own readings" ON public.electricity_readings
      USING (auth.uid() = user_id) WITH CHECK (auth.uid() = user_id);
  END IF;
END
$$;
