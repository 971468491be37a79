-- Every name here needs quoting somewhere: a schema with a blank and both kinds of quote, reserved words, mixed case,
-- a table name of 60 characters (two of them share their first 54), dollar quotes and percent signs in column names.
CREATE SCHEMA "it's the ""old"" shop";

CREATE TABLE "it's the ""old"" shop"."Order" (
  "user" text NOT NULL,
  "No" integer NOT NULL,
  "select" text,
  "100 %" numeric(5, 2),
  "price in $$" numeric(12, 2),
  "Ähnlich wie" text DEFAULT 'it''s',
  "when" timestamptz DEFAULT pg_catalog.now(),
  CONSTRAINT "Order pkey" PRIMARY KEY ("user", "No")
);

CREATE TABLE "it's the ""old"" shop"."Order lines of the old shop, one row for each article bought" (
  "user" text NOT NULL,
  "No" integer NOT NULL,
  "Position" integer NOT NULL,
  "group" text,
  "say ""$body$""" text,
  CONSTRAINT "Position pkey" PRIMARY KEY ("user", "No", "Position"),
  CONSTRAINT "Order of a line" FOREIGN KEY ("user", "No")
    REFERENCES "it's the ""old"" shop"."Order" ("user", "No") ON DELETE CASCADE
);
