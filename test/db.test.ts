import { expect, test } from "vitest";
import { connectionError, isRetryable, withClient, withTransaction } from "../src/db.ts";
import { createDatabase } from "./helpers/database.ts";

const db = await createDatabase();
await db.pool.query("CREATE TABLE public.thing (id int PRIMARY KEY)");

async function countThings(): Promise<number> {
  const { rows } = await db.pool.query("SELECT count(*)::int AS n FROM public.thing");
  return rows[0].n;
}

test("a transaction commits when its function returns, and rolls back when it throws", async () => {
  await withClient(db.pool, async (client) => {
    await withTransaction(client, {}, (tx) => tx.query("INSERT INTO public.thing VALUES (1)"));
    await expect(
      withTransaction(client, {}, async (tx) => {
        await tx.query("INSERT INTO public.thing VALUES (2)");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
  });
  expect(await countThings()).toBe(1);
});

test.each([
  [{}, "read committed", "off"],
  [{ isolation: "repeatable read", readOnly: true }, "repeatable read", "on"],
  [{ isolation: "serializable" }, "serializable", "off"],
] as const)("a transaction with %o runs at %s, read-only %s", async (options, isolation, readOnly) => {
  const shown = await withClient(db.url, (client) =>
    withTransaction(client, options, async (tx) => [
      (await tx.query("SHOW transaction_isolation")).rows[0].transaction_isolation,
      (await tx.query("SHOW transaction_read_only")).rows[0].transaction_read_only,
    ]),
  );
  expect(shown).toEqual([isolation, readOnly]);
});

test("a session that the server ended is an error of its caller, and does not go back into the pool", async () => {
  const broken = withClient(db.pool, (client) =>
    client.query("SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())"),
  );
  await expect(broken).rejects.toMatchObject({ code: "57P01" });
  await withClient(db.pool, (client) => client.query("SELECT 1"));
});

test("a serialization failure, a deadlock and a lock timeout are worth another try, other errors are not", async () => {
  const failWith = (state: string) =>
    db.pool
      .query(`DO $$ BEGIN RAISE EXCEPTION 'made' USING ERRCODE = '${state}'; END $$`)
      .catch((e: unknown) => e);
  const states = ["40001", "40P01", "55P03", "23505", "57014"];
  const answers = await Promise.all(states.map(async (state) => isRetryable(await failWith(state))));
  expect(answers).toEqual([true, true, true, false, false]);
  expect(isRetryable(new Error("40001"))).toBe(false);
  expect(isRetryable(undefined)).toBe(false);
});

test.each([
  ["nobody answers", (url: URL) => (url.port = "1"), "CU901"],
  ["the login is refused", (url: URL) => (url.username = "nobody_of_this_name"), "CU902"],
  ["the database does not exist", (url: URL) => (url.pathname = "/nowhere"), "CU903"],
])("when %s, the error says so without the password", async (_, spoil, code) => {
  const url = new URL(db.url);
  url.password ||= "none";
  spoil(url);
  const error = await withClient(url.href, async () => undefined).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code,
    message: expect.stringContaining("***"),
    hint: expect.stringMatching(/\.$/),
  });
  expect(String(error)).not.toContain(url.password);
});

test("a pool that cannot connect is explained too", async () => {
  const { Pool } = await import("pg");
  const pool = new Pool({ host: "127.0.0.1", port: 1, database: "shop" });
  await expect(withClient(pool, async () => undefined)).rejects.toMatchObject({
    code: "CU901",
    message: expect.stringContaining("127.0.0.1:1/shop"),
  });
  await pool.end();
});

test("a URL that is none is explained, not thrown as a TypeError", async () => {
  await expect(withClient("postgres://[", async () => undefined)).rejects.toMatchObject({ code: "CU904" });
  expect(connectionError(new Error("x"), "y").message).toBe("cannot connect to y: x");
});
