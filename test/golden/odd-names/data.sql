INSERT INTO "it's the ""old"" shop"."Order"
  ("user", "No", "select", "100 %", "price in $$", "Ähnlich wie", "when")
VALUES
  ('o''brien', 1, 'it''s', 12.50, 99.90, 'ein "Wort"', '2025-11-13 18:05+00'),
  ('o''brien', 2, NULL, NULL, NULL, NULL, NULL),
  ('"quoted"', 1, '$$; DROP TABLE x; --', 100, 0, '', 'epoch'),
  ('', 0, '', 0, -1, '$body$ $1 %s %I :name', '2025-11-13 18:05+00'),
  ('\', -1, '\n is no line break', -0.01, 1, '{"a": 1}', NULL),
  ('User', 1, 'mixed case', 1, 1, 'x', NULL),
  ('user', 1, 'lower case', 1, 1, 'x', NULL);

INSERT INTO "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought"
  ("user", "No", "Position", "group", "say ""$body$""")
VALUES
  ('o''brien', 1, 1, 'it''s', '"a"'),
  ('o''brien', 1, 2, NULL, NULL),
  ('"quoted"', 1, 1, '$$', '$body$'),
  ('', 0, 0, '', ''),
  ('\', -1, -1, '\', 'E''\\n'''),
  ('User', 1, 1, 'upper', 'a'),
  ('user', 1, 1, 'lower', 'b');
