INSERT INTO public.setting (account_id, name, value, weight, sort_order)
VALUES
  (1, 'language', 'en', 1.50, 1),
  (1, 'theme', 'dark', NULL, 2),
  (1, 'zone', NULL, 0, 3),
  (2, 'only one', 'x', 1.500, 0),
  (3, '', '', -0.000, -2147483648),
  (3, 'it''s "quoted" \ $$ {}', 'it''s "quoted" \ $$ {}', 1e30, 2147483647),
  (3, 'ä €  😀', 'line
break	tab', 123456789012345678901234567890.123456789, 5),
  (3, 'value', 'null', 'NaN', 5),
  (-4, 'B', 'upper', 1, 1),
  (-4, 'b', 'lower', 2, 1),
  (9223372036854775807, '1', '1', 3, 1),
  (9223372036854775807, '10', '10', 4, 10),
  (9223372036854775807, '2', '2', 5, 2);
