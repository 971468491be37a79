CREATE SCHEMA "Select";

CREATE TABLE "Select"."Table" (
  "user" text NOT NULL,
  number integer NOT NULL,
  "Column" text,
  "where" numeric(5, 2),
  "$1" numeric(12, 2),
  "it's" text,
  "end" timestamptz NOT NULL DEFAULT pg_catalog.now(),
  CONSTRAINT "Table pkey" PRIMARY KEY ("user", number)
);

CREATE TABLE "Select"."Order lines of the old shop, one row for each article bundle" (
  "user" text NOT NULL,
  number integer NOT NULL,
  "Position" integer NOT NULL,
  "from" text,
  "a ""b"" \ c" text,
  CONSTRAINT "Position pkey" PRIMARY KEY ("user", number, "Position"),
  CONSTRAINT "Table of a line" FOREIGN KEY ("user", number)
    REFERENCES "Select"."Table" ("user", number) ON DELETE CASCADE
);
