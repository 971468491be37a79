INSERT INTO public.mood (code, name) VALUES ('g', 'good'), ('b', 'bad'), ('unused', 'never read');
INSERT INTO public.diary (id, author, first_day, entries, color)
VALUES
  (1, 'ann', '2025-01-01', '[{"offset": 0, "text": "a", "mood": "g"}, {"offset": 2, "text": null, "mood": null}]', 'red'),
  (2, 'ann', '2025-02-01', '[]', NULL),
  (3, 'bob', '2025-03-01', '[{"offset": -1, "text": "it''s \"odd\" \\ ", "mood": "unknown"}]', 'blue'),
  (4, 'cyd', '2025-04-01', '[{"offset": 0, "text": "", "mood": "b"}, {"offset": 1, "text": "x", "mood": "g"}]', NULL),
  (5, 'dan', '2025-05-01', '[{"offset": 5, "text": "only one", "mood": "g"}]', NULL),
  (90, NULL, '2025-09-01', '[{"offset": 0, "text": "whose?", "mood": "g"}]', 'grey');
