-- A log of events, a row each, and the running balance of every account: as a view, and as a materialized view that can be refreshed
-- CONCURRENTLY. The first account holds a fiftieth of all events, the others the rest alike. :events and :accounts are numbers.
CREATE TABLE public.event (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  happened_at timestamptz NOT NULL,
  amount numeric NOT NULL
);
INSERT INTO public.event
SELECT n,
       CASE WHEN n % 50 = 0 THEN 1 ELSE 2 + n % (:accounts - 1) END,
       timestamptz '2026-01-01 00:00Z' + n * interval '1 minute',
       n % 200 - 90
  FROM generate_series(1, :events) AS n;
CREATE INDEX event_of_account ON public.event (account_id, happened_at, id);

CREATE VIEW public.balance_view AS
SELECT
  id AS event_id,
  account_id,
  happened_at,
  sum(amount) OVER (PARTITION BY account_id ORDER BY happened_at, id) AS balance
FROM public.event;
