-- The usual answer to a slow view: a unique index, so that a refresh can be CONCURRENT, and one for the reads.
CREATE MATERIALIZED VIEW public.balance_materialized AS SELECT * FROM public.balance_view;
CREATE UNIQUE INDEX balance_materialized_key ON public.balance_materialized (event_id);
CREATE INDEX balance_materialized_of_account ON public.balance_materialized (account_id, happened_at, event_id);
