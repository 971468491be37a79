import type { Socket } from "node:net";
import pg from "pg";
import { beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Client } from "../../src/db.ts";
import { type IdempotentRequest, RequestRefused } from "../../src/requests/answer.ts";
import { withRequest } from "../../src/requests/with-request.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { outcome, pidOf } from "../traps/sessions.ts";

const ISOLATIONS = ["read committed", "repeatable read", "serializable"] as const;

let db: TestDatabase;

beforeAll(async () => {
  db = await createCoreDatabase();
  await db.pool.query(
    "CREATE TABLE public.effect (id int GENERATED ALWAYS AS IDENTITY, said text); CREATE TABLE public.tally (n int)",
  );
});

beforeEach(async () => {
  await db.pool.query(
    "TRUNCATE cutover.idempotency_log, public.effect RESTART IDENTITY; TRUNCATE public.tally; INSERT INTO public.tally VALUES (0)",
  );
});

const REQUEST: IdempotentRequest = { scope: "ann", key: "k", operation: "say", request: { what: "hello" } };

async function say(client: Client): Promise<{ id: number }> {
  const { rows } = await client.query("INSERT INTO public.effect (said) VALUES ('hello') RETURNING id");
  return rows[0];
}

const effects = async () => (await db.pool.query("SELECT FROM public.effect")).rowCount;
const logged = async () => (await db.pool.query("SELECT FROM cutover.idempotency_log")).rowCount;

test("it takes a pool, a client of a pool, or a client, and does it once for all of them", async () => {
  const own = await db.connect();
  const borrowed = await db.pool.connect();
  onTestFinished(() => borrowed.release());
  const response = { id: 1 };
  expect(await withRequest(db.pool, REQUEST, say)).toEqual({ status: "success", replayed: false, response });
  for (const database of [db.pool, own, borrowed]) {
    const answer = await withRequest(database, REQUEST, say);
    expect(answer).toEqual({ status: "success", replayed: true, response });
  }
  expect(await effects()).toBe(1);
});

test("the first answer looks like every replay: as it comes back from JSON", async () => {
  const odd = async () => ({ z: new Date(0), a: undefined, n: 1.5, text: "ä\n", none: null });
  const first = await withRequest(db.pool, REQUEST, odd);
  const again = await withRequest(db.pool, REQUEST, odd);
  expect(first.response).toEqual({ n: 1.5, z: "1970-01-01T00:00:00.000Z", none: null, text: "ä\n" });
  expect(again.response).toEqual(first.response);
  const nothing = await withRequest(db.pool, { ...REQUEST, key: "void" }, async () => undefined);
  expect(nothing).toMatchObject({ replayed: false, response: null });
});

test("an answer that is no JSON undoes the work", async () => {
  const work = async (client: Client) => ({ big: 1n, ...(await say(client)) });
  await expect(withRequest(db.pool, REQUEST, work)).rejects.toThrow(/BigInt/);
  expect([await effects(), await logged()]).toEqual([0, 0]);
});

test("what the work throws comes out as it is, undoes it, and leaves the key and the client free", async () => {
  const client = await db.connect();
  const mistake = new Error("not today");
  const failing = async (session: Client) => {
    await say(session);
    throw mistake;
  };
  await expect(withRequest(client, REQUEST, failing)).rejects.toBe(mistake);
  await expect(
    withRequest(client, REQUEST, (session) => session.query("SELECT 1 / 0")),
  ).rejects.toMatchObject({ code: "22012" });
  expect([await effects(), await logged()]).toEqual([0, 0]);
  expect(await withRequest(client, REQUEST, say)).toMatchObject({ replayed: false });
});

test("a refusal is an answer: the work is undone, the refusal is stored and replayed", async () => {
  const refusing = async (client: Client) => {
    await say(client);
    throw new RequestRefused({ reason: "no such thing" }, "not_implemented");
  };
  const response = { reason: "no such thing" };
  for (const replayed of [false, true]) {
    expect(await withRequest(db.pool, REQUEST, refusing)).toEqual({
      status: "not_implemented",
      replayed,
      response,
    });
  }
  expect(await withRequest(db.pool, REQUEST, say)).toMatchObject({
    status: "not_implemented",
    replayed: true,
  });
  expect(await effects()).toBe(0);
});

test("another request under the same key is refused with the way out", async () => {
  await withRequest(db.pool, REQUEST, say);
  await expect(withRequest(db.pool, { ...REQUEST, request: {} }, say)).rejects.toMatchObject({
    name: "CutoverError",
    code: "CU030",
    message: expect.stringContaining('"k"'),
    hint: expect.stringContaining("new key"),
  });
  expect(await effects()).toBe(1);
});

test("a client that is in a transaction is refused, and its transaction is untouched", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  await say(client);
  expect(await outcome(withRequest(client, REQUEST, say))).toBe("CU480");
  await client.query("ROLLBACK");
  expect([await effects(), await logged()]).toEqual([0, 0]);
});

for (const isolation of ISOLATIONS) {
  test(`sixteen at once, ${isolation}: one run, sixteen equal answers`, async () => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => withRequest(db.pool, REQUEST, say, { isolation })),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ response }) => JSON.stringify(response))).size).toBe(1);
    expect(await effects()).toBe(1);
  });

  test(`a serialization failure, ${isolation}, is tried again in a new transaction, on a client as well`, async () => {
    const client = await db.connect();
    let runs = 0;
    const racing = async (session: Client) => {
      runs += 1;
      const { rows } = await session.query("SELECT n FROM public.tally");
      // Somebody else comes first, once.
      if (runs === 1) await db.pool.query("UPDATE public.tally SET n = n + 10");
      await session.query("UPDATE public.tally SET n = n + 1");
      await say(session);
      return rows[0].n as number;
    };
    const { response } = await withRequest(client, REQUEST, racing, { isolation });
    expect([runs, response]).toEqual(isolation === "read committed" ? [1, 0] : [2, 10]);
    expect(await effects()).toBe(1);
    expect((await db.pool.query("SELECT n FROM public.tally")).rows).toEqual([{ n: 11 }]);
  });
}

test("tried again for as long as it was told, and then the error is the work's own", async () => {
  let runs = 0;
  const never = async (client: Client) => {
    runs += 1;
    await client.query("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$");
  };
  expect(await outcome(withRequest(db.pool, REQUEST, never, { retryMs: 0 }))).toBe("40001");
  expect(runs).toBe(1);
  expect(await outcome(withRequest(db.pool, REQUEST, never, { retryMs: 200 }))).toBe("40001");
  expect(runs).toBeGreaterThan(2);
});

test("a conflict with one in flight comes at its bound, and is not tried again", async () => {
  let entered = () => {};
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const first = withRequest(db.pool, REQUEST, async (client) => {
    entered();
    await left;
    return say(client);
  });
  await inside;
  for (const waitMs of [0, 30]) {
    await expect(withRequest(db.pool, REQUEST, say, { waitMs })).rejects.toMatchObject({ code: "CU031" });
  }
  leave();
  expect(await first).toMatchObject({ replayed: false });
  expect(await effects()).toBe(1);
});

test("a session that the server ends in the middle: a pool does it again, a client's caller calls again", async () => {
  const killed = (runs: { count: number }) => async (session: Client) => {
    runs.count += 1;
    const answer = await say(session);
    if (runs.count === 1) {
      await db.pool.query("SELECT pg_catalog.pg_terminate_backend($1, 5000)", [await pidOf(session)]);
      await session.query("SELECT");
    }
    return answer;
  };
  const byPool = { count: 0 };
  expect(await withRequest(db.pool, REQUEST, killed(byPool))).toMatchObject({ replayed: false });
  const other = { ...REQUEST, key: "client" };
  const byClient = { count: 0 };
  const client = await db.connect();
  await expect(withRequest(client, other, killed(byClient))).rejects.toMatchObject({
    code: "CU481",
    hint: expect.stringContaining("same key"),
  });
  expect(await withRequest(await db.connect(), other, killed(byClient))).toMatchObject({ replayed: false });
  expect([byPool.count, byClient.count, await effects()]).toEqual([2, 2, 2]);
});

test("a connection of the work's own that breaks is the work's own error", async () => {
  const elsewhere = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  let runs = 0;
  const calling = async (client: Client) => {
    runs += 1;
    await say(client);
    throw elsewhere;
  };
  await expect(withRequest(db.pool, REQUEST, calling)).rejects.toBe(elsewhere);
  expect([runs, await effects()]).toEqual([1, 0]);
});

test("work that ends the transaction itself is refused, and is never done a second time", async () => {
  const committing = async (client: Client) => {
    await say(client);
    await client.query("COMMIT");
  };
  expect(await outcome(withRequest(db.pool, REQUEST, committing))).toBe("CU034");
  expect(await outcome(withRequest(db.pool, REQUEST, say))).toBe("CU032");
  expect(await effects()).toBe(1);
  const rollingBack = (client: Client) => client.query("ROLLBACK");
  expect(await outcome(withRequest(db.pool, { ...REQUEST, key: "r" }, rollingBack))).toBe("CU034");
});

/** Loses its connection around its first COMMIT: before the server has it, or after, with the answer on its way. */
function losing(when: "before" | "after") {
  let armed = true;
  return class extends pg.Client {
    // biome-ignore lint/suspicious/noExplicitAny: pg's own overloads
    override query(...args: any[]): any {
      const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
      if (args[0] !== "COMMIT" || !armed) return super.query(...(args as [string]));
      armed = false;
      if (when === "before") {
        stream.destroy();
        return super.query(...(args as [string]));
      }
      const sent = super.query(...(args as [string]));
      // What the server answers is heard by nobody; it sees the end of the connection behind the COMMIT.
      stream.removeAllListeners("data");
      stream.resume();
      stream.end();
      return sent;
    }
  };
}

for (const [when, replayed] of [
  ["before", false],
  ["after", true],
] as const) {
  test(`a connection lost ${when} COMMIT arrived: the row of the same transaction settles what is in doubt`, async () => {
    const Losing = losing(when);
    const pool = new pg.Pool({ connectionString: db.url, max: 2, Client: Losing });
    pool.on("error", () => undefined);
    onTestFinished(() => pool.end());
    let runs = 0;
    const counted = (client: Client) => {
      runs += 1;
      return say(client);
    };
    const answer = await withRequest(pool, REQUEST, counted);
    expect(answer).toMatchObject({ status: "success", replayed });
    expect([runs, await effects(), await logged()]).toEqual([replayed ? 1 : 2, 1, 1]);

    const client = new (losing(when))({ connectionString: db.url });
    client.on("error", () => undefined);
    await client.connect();
    const other = { ...REQUEST, key: "client" };
    expect(await outcome(withRequest(client, other, counted))).toBe("CU481");
    expect(await withRequest(db.pool, other, counted)).toMatchObject({ replayed });
    expect(await effects()).toBe(2);
  });
}

test("where nobody answers, the error says how to go on", async () => {
  const pool = new pg.Pool({ connectionString: "postgres://nobody:secret@127.0.0.1:1/none" });
  onTestFinished(() => pool.end());
  const error = await withRequest(pool, REQUEST, say, { retryMs: 50 }).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: "CU481", message: expect.stringContaining("127.0.0.1:1") });
  expect(String(error)).not.toContain("secret");
});
