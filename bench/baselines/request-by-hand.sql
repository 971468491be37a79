-- What a team writes by hand when it knows how: the key goes in first, the answer beside it in the same transaction. One index, no
-- bound on the wait, no scope, no comparison of the request, no expiry.
CREATE TABLE public.request_by_hand (
  key text PRIMARY KEY,
  request jsonb NOT NULL,
  response jsonb
);
