CREATE TABLE public.author (
  name text PRIMARY KEY,
  joined_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

CREATE TABLE public.volume (
  diary_id bigint PRIMARY KEY,
  author text NOT NULL REFERENCES public.author ON DELETE CASCADE,
  first_day date NOT NULL,
  CONSTRAINT volume_of_author UNIQUE (diary_id, author)
);
CREATE INDEX volume_author ON public.volume (author);

CREATE TABLE public.day (
  diary_id bigint NOT NULL,
  author text NOT NULL,
  day date NOT NULL,
  text text,
  mood text,
  mood_name text,
  PRIMARY KEY (diary_id, day),
  CONSTRAINT day_of_volume FOREIGN KEY (diary_id, author) REFERENCES public.volume (diary_id, author)
    ON UPDATE CASCADE ON DELETE CASCADE
);
