-- The writers' journal: every committed operation, written in the operation's own transaction.
--
-- seq is drawn after the operation has locked or changed its row. Whoever touches the same thing next gets that lock,
-- and so a higher number, only after this transaction has ended: for each thing the order of seq is the order in which
-- the database serialised the writes. No client clock has a part in it.
CREATE SCHEMA IF NOT EXISTS journal;

CREATE TABLE IF NOT EXISTS journal.entries (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  side text NOT NULL CHECK (side IN ('legacy', 'new')),
  op jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Numbers that all writers share, so that no two of them ever make up the same week, habit id or child's name.
CREATE SEQUENCE IF NOT EXISTS journal.fresh_numbers;
