import { expect, test } from "vitest";
import { createExampleDatabase, read } from "./example.ts";

const db = await createExampleDatabase();

test("the baseline finds the live table and asks for no lock on it", async () => {
  const before = await db.pool.query(
    "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
  );
  const writer = await db.connect();
  await writer.query("BEGIN");
  await writer.query("LOCK TABLE public.habit_tracker IN ACCESS EXCLUSIVE MODE");
  const migration = await db.connect();
  await migration.query("SET lock_timeout = '1s'");
  await migration.query(read("schema/legacy.sql"));
  await writer.query("ROLLBACK");
  const after = await db.pool.query(
    "SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
  );
  expect(after.rows).toEqual(before.rows);
});

test("the old table is as it was: seven indexes, a key without the owner, two foreign keys to one table", async () => {
  const { rows } = await db.pool.query(`
    SELECT pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE conrelid = 'public.habit_tracker'::regclass AND contype IN ('p', 'u', 'f')
    ORDER BY contype, conname`);
  expect(rows.map(({ definition }) => definition)).toEqual([
    "FOREIGN KEY (user_id) REFERENCES auth.users(id) ON DELETE CASCADE",
    "FOREIGN KEY (user_id) REFERENCES auth.users(id)",
    "PRIMARY KEY (id)",
    "UNIQUE (child_name, week_period)",
  ]);
  const indexes = await db.pool.query(
    "SELECT FROM pg_index WHERE indrelid = 'public.habit_tracker'::regclass",
  );
  expect(indexes.rowCount).toBe(7);
});

test("a week without a sheet of its own holds nothing until it is given one", async () => {
  const client = await db.connect();
  const owner = "aaaaaaaa-0000-4000-a000-00000000000a";
  await client.query("INSERT INTO public.children (user_id, name) VALUES ($1, 'Kid A')", [owner]);
  await client.query(
    `INSERT INTO public.weeks (user_id, child_name, week_start_date, sheet_id) VALUES ($1, 'Kid A', '2025-10-13', NULL)`,
    [owner],
  );
  await expect(client.query("UPDATE public.weeks SET theme = 'Sea'")).rejects.toMatchObject({
    constraint: "weeks_without_sheet_hold_nothing",
  });
  const { rows } = await client.query(
    "UPDATE public.weeks SET theme = 'Sea', sheet_id = DEFAULT RETURNING sheet_id",
  );
  expect(Number(rows[0].sheet_id)).toBeGreaterThanOrEqual(1_000_000_000);
});
