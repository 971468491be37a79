-- Many rows with a composite key become one JSON row, and come apart again.
CREATE TABLE public.setting (
  account_id bigint NOT NULL,
  name text NOT NULL,
  value text,
  weight numeric,
  sort_order integer NOT NULL DEFAULT 0,
  CONSTRAINT setting_pkey PRIMARY KEY (account_id, name)
);
