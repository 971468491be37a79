CREATE TABLE public.account (id bigint PRIMARY KEY, owner text NOT NULL);
CREATE TABLE public.event (
  id bigint PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES public.account ON DELETE CASCADE,
  happened_at timestamptz NOT NULL,
  amount numeric NOT NULL,
  note text
);
CREATE INDEX event_of_account ON public.event (account_id, happened_at, id);

CREATE TABLE public.running_balance (
  event_id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  happened_at timestamptz NOT NULL,
  balance numeric NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
CREATE INDEX running_balance_of_account ON public.running_balance (account_id, happened_at, event_id);
CREATE TABLE public.account_total (
  account_id bigint PRIMARY KEY,
  events bigint NOT NULL,
  balance numeric NOT NULL,
  last_event_at timestamptz NOT NULL
);
