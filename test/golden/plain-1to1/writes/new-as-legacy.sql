-- What new.sql means in the old shape.
INSERT INTO public.memo (id, title, price_cents, done, priority) VALUES (40, 'made on the new side', 9990, false, 'high');
UPDATE public.memo SET body = 'changed on the new side', price_cents = 9999 WHERE id = 1;
DELETE FROM public.memo WHERE id = 7;
-- A new key is a new row: what only legacy keeps goes with the old one.
INSERT INTO public.memo (id, title, body, price_cents, weight, done, priority, written_at, remind_at, attachment)
SELECT 50, title, body, price_cents, weight, done, priority, written_at, remind_at, attachment FROM public.memo WHERE id = -8;
DELETE FROM public.memo WHERE id = -8;
