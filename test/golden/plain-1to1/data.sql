INSERT INTO public.memo
  (id, title, body, price_cents, weight, done, priority, written_at, remind_at, attachment, color, seen_at)
VALUES
  (1, 'plain', 'a body', 1250, 1.5, true, 'normal', '2025-11-13 18:05:00.123456+00', '2025-11-14 09:00', '\x00ff10', 'red', '2025-11-13 18:06+00'),
  (2, 'every nullable column is NULL', NULL, NULL, NULL, NULL, 'low', NULL, NULL, NULL, NULL, NULL),
  (3, '', '', 0, 0, false, 'high', 'epoch', '1970-01-01 00:00', '\x', '', 'epoch'),
  (4, 'scale is data: 1.500', 'two
lines and a	tab', -1, 1.500, true, 'normal', '2025-03-30 01:30:00+00', '2025-03-30 02:30', '\x5c785c', NULL, NULL),
  (5, 'limits', 'it''s 100 % "odd" $$ \ {}', 9223372036854775807, 'NaN', false, 'normal', 'infinity', 'infinity', '\xdeadbeef', 'blue', '2025-01-01 00:00+00'),
  (6, 'lower limits', 'ä €  😀', -9223372036854775808, -123456789012345678901234567890.000000000000000001, NULL, 'low', '-infinity', '-infinity', NULL, 'blue', NULL),
  (7, 'before our era', NULL, 99, 1e-20, NULL, 'high', '0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00 BC', '\x00', NULL, NULL),
  (-8, 'negative id', 'x', 100, 10, true, 'normal', '2025-11-13 18:05:00+05:30', '2025-11-13 18:05:00.000001', '\x61', NULL, NULL),
  (9223372036854775807, 'largest id', 'y', 101, 100.0, false, 'low', '2025-11-13 18:05:00-08', NULL, '\x62', NULL, NULL);

SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.memo', 'id'), 100);
