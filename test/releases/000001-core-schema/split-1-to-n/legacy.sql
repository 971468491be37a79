-- One row with a JSON array becomes rows of three tables, which hang on each other by foreign keys.
CREATE TABLE public.diary (
  id bigint PRIMARY KEY,
  author text,
  first_day date NOT NULL,
  entries jsonb NOT NULL DEFAULT '[]',
  color text
);
CREATE INDEX diary_author ON public.diary (author);

-- Authors that have no diary: only the new side knows them.
CREATE TABLE public.kept_author (
  name text PRIMARY KEY
);

-- Read by the mapping, and not moved.
CREATE TABLE public.mood (
  code text PRIMARY KEY,
  name text NOT NULL
);
