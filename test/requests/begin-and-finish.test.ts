import fc from "fast-check";
import type pg from "pg";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { createCoreDatabase } from "../helpers/core.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { outcome, pidOf, untilBlocked } from "../traps/sessions.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await createCoreDatabase();
});

beforeEach(async () => {
  // What a test that failed has left open would hold up all that come after it.
  await db.pool.query(`
    SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity
     WHERE datname = pg_catalog.current_database() AND state LIKE 'idle in transaction%'`);
  await db.pool.query("TRUNCATE cutover.idempotency_log");
});

interface Begun {
  readonly id: string;
  readonly replayed: boolean;
  readonly status: string | null;
  readonly response: unknown;
}

interface Begin {
  readonly scope?: string;
  readonly key?: string;
  readonly operation?: string;
  readonly request?: unknown;
  readonly keep?: string;
  readonly wait?: string;
}

const BEGIN = "SELECT * FROM cutover.begin_request($1, $2, $3, $4, $5, $6)";
const FINISH = "SELECT cutover.finish_request($1, $2, $3) AS response";

async function begin(client: pg.Pool | pg.ClientBase, with_: Begin = {}): Promise<Begun> {
  const { scope = "ann", key = "k", operation = "pay", request = { amount: 1 } } = with_;
  const { rows } = await client.query(BEGIN, [
    scope,
    key,
    operation,
    JSON.stringify(request),
    with_.keep ?? "24 hours",
    with_.wait ?? "5 seconds",
  ]);
  return rows[0];
}

async function finish(client: pg.ClientBase, { id }: Begun, response: unknown, status = "success") {
  const { rows } = await client.query(FINISH, [id, JSON.stringify(response), status]);
  return rows[0].response;
}

/** Begins and finishes a request in one transaction. */
async function done(
  with_: Begin = {},
  response: unknown = { paid: true },
  status = "success",
): Promise<Begun> {
  const client = await db.connect();
  try {
    await client.query("BEGIN");
    const begun = await begin(client, with_);
    if (!begun.replayed) await finish(client, begun, response, status);
    await client.query("COMMIT");
    return begun;
  } finally {
    await client.end();
  }
}

test("the log has the eight columns in their order, then scope and fingerprint, and exactly its five indexes", async () => {
  const { rows } = await db.pool.query(`
    SELECT column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END AS text
      FROM information_schema.columns
     WHERE table_schema = 'cutover' AND table_name = 'idempotency_log'
     ORDER BY ordinal_position`);
  expect(rows.map(({ text }) => text)).toEqual([
    "id uuid NOT NULL",
    "key text NOT NULL",
    "operation text NOT NULL",
    "request_data jsonb",
    "response_data jsonb",
    "status text NOT NULL",
    "created_at timestamp with time zone NOT NULL",
    "expires_at timestamp with time zone NOT NULL",
    "scope text NOT NULL",
    "fingerprint bytea NOT NULL",
  ]);
  const indexes = await db.pool.query(
    "SELECT indexdef FROM pg_catalog.pg_indexes WHERE schemaname = 'cutover' AND tablename = 'idempotency_log' ORDER BY 1",
  );
  expect(
    indexes.rows.map(({ indexdef }) => /INDEX (.*) ON .* USING btree (.*)$/.exec(indexdef)?.slice(1)),
  ).toEqual([
    ["idx_idempotency_created", "(created_at DESC)"],
    ["idx_idempotency_expires", "(expires_at)"],
    ["idx_idempotency_status", "(status)"],
    ["idempotency_log_pkey", "(id)"],
    ["idx_idempotency_key", "(scope, key)"],
  ]);
  const unique = await db.pool.query(
    "SELECT indisunique FROM pg_catalog.pg_index WHERE indexrelid = 'cutover.idx_idempotency_key'::regclass",
  );
  expect(unique.rows).toEqual([{ indisunique: true }]);
});

test("only three statuses can be stored, and a request is kept for 24 hours unless told otherwise", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  const begun = await begin(client);
  expect(await outcome(finish(client, begun, 1, "pending"))).toBe("CU033");
  await client.query("ROLLBACK");
  await done();
  await done({ key: "short", keep: "1 minute" });
  const { rows } = await db.pool.query(
    "SELECT key, (expires_at - created_at)::text AS kept FROM cutover.idempotency_log ORDER BY key",
  );
  expect(rows).toEqual([
    { key: "k", kept: expect.stringMatching(/^(1 day|24:00:00)/) },
    { key: "short", kept: expect.stringMatching(/^00:01:00/) },
  ]);
  expect(await outcome(db.pool.query("UPDATE cutover.idempotency_log SET status = 'done'"))).toBe("23514");
});

test("what a request is kept for is counted from the very moment that the log has for it", async () => {
  await db.pool.query(
    "SELECT cutover.begin_request('once', n::text, 'op', '{}', interval '1 hour') FROM generate_series(1, 500) AS n",
  );
  const { rows } = await db.pool.query(
    "SELECT DISTINCT expires_at - created_at AS kept FROM cutover.idempotency_log",
  );
  expect(rows).toHaveLength(1);
});

test("the same request again is answered from the log, word for word, whatever its ending was", async () => {
  for (const status of ["success", "failed", "not_implemented"]) {
    const response = { said: status, at: [1, null, "ä"] };
    expect((await done({ key: status }, response, status)).replayed).toBe(false);
    expect(await done({ key: status }, "never stored")).toMatchObject({ replayed: true, status, response });
  }
});

test("an answer of NULL is an answer", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  const { rows } = await client.query("SELECT cutover.finish_request($1, NULL)::text AS response", [
    (await begin(client)).id,
  ]);
  expect(rows).toEqual([{ response: "null" }]);
  await client.query("COMMIT");
  expect(await begin(client)).toMatchObject({ replayed: true, response: null });
});

test("one key is one request: other content or another operation is refused, and changes nothing", async () => {
  await done();
  expect(await outcome(begin(db.pool, { request: { amount: 2 } }))).toBe("CU030");
  expect(await outcome(begin(db.pool, { operation: "refund" }))).toBe("CU030");
  expect(await begin(db.pool)).toMatchObject({ replayed: true, response: { paid: true } });
});

test("the fingerprint decides when the content of a stored request has been blanked", async () => {
  await done();
  await db.pool.query("UPDATE cutover.idempotency_log SET request_data = NULL");
  expect(await begin(db.pool)).toMatchObject({ replayed: true });
  expect(await outcome(begin(db.pool, { request: { amount: 2 } }))).toBe("CU030");
});

test("requests are the same exactly when JSON says that they are: not by key order, blanks or trailing zeros", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  const value = fc
    .jsonValue({ depthSize: "small" })
    .filter((json) => !JSON.stringify(json).includes("\\u0000"));
  const shuffled = (json: unknown): unknown => {
    if (Array.isArray(json)) return json.map(shuffled);
    if (json === null || typeof json !== "object") return json;
    return Object.fromEntries(
      Object.entries(json)
        .reverse()
        .map(([key, inner]) => [key, shuffled(inner)]),
    );
  };
  let number = 0;
  await fc.assert(
    fc.asyncProperty(value, value, async (one, other) => {
      number += 1;
      const key = `p${number}`;
      await finish(client, await begin(client, { key, request: one }), "first");
      const again = await begin(client, { key, request: shuffled(one) });
      expect(again).toMatchObject({ replayed: true, response: "first" });
      const { rows } = await client.query("SELECT $1::jsonb = $2::jsonb AS same", [
        JSON.stringify(one),
        JSON.stringify(other),
      ]);
      await client.query("SAVEPOINT before");
      const found = await outcome(begin(client, { key, request: other }));
      if (found !== "ok") await client.query("ROLLBACK TO before");
      expect(found).toBe(rows[0].same ? "ok" : "CU030");
    }),
    { numRuns: 150 },
  );
  await client.query("ROLLBACK");
  await client.query("BEGIN");
  const one = await begin(client, { key: "n", request: { amount: 1 } });
  await finish(client, one, "first");
  const { rows } = await client.query(
    `SELECT * FROM cutover.begin_request('ann', 'n', 'pay', '{"amount": 1.00}')`,
  );
  expect(rows[0]).toMatchObject({ replayed: true, response: "first" });
  await client.query("ROLLBACK");
});

test("another scope's key is another key", async () => {
  await done({ scope: "ann" }, "Ann's");
  expect((await done({ scope: "ben", request: { amount: 9 } }, "Ben's")).replayed).toBe(false);
  expect(await begin(db.pool, { scope: "ben", request: { amount: 9 } })).toMatchObject({ response: "Ben's" });
  expect(await begin(db.pool, { scope: "ann" })).toMatchObject({ response: "Ann's" });
});

test("what was rolled back, or died, has left nothing that blocks a retry", async () => {
  const failing = await db.connect();
  await failing.query("BEGIN");
  await begin(failing);
  await failing.query("ROLLBACK");
  const dying = await db.connect();
  await dying.query("BEGIN");
  expect((await begin(dying)).replayed).toBe(false);
  await db.pool.query("SELECT pg_catalog.pg_terminate_backend($1, 5000)", [await pidOf(dying)]);
  expect((await done({ wait: "0" })).replayed).toBe(false);
});

test("a request that is rolled back to a savepoint may be begun again in the same transaction", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  await client.query("SAVEPOINT here");
  const first = await begin(client);
  await client.query("ROLLBACK TO here");
  const second = await begin(client);
  expect(second.replayed).toBe(false);
  expect(await outcome(finish(client, second, "second"))).toBe("ok");
  expect(second.id).not.toBe(first.id);
  await client.query("COMMIT");
  expect(await begin(client)).toMatchObject({ replayed: true, response: "second" });
});

test("one that was begun within a savepoint is finished outside of it", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  await client.query("SELECT pg_catalog.pg_current_xact_id()");
  await client.query("SAVEPOINT here");
  const begun = await begin(client);
  await client.query("RELEASE here");
  expect(await finish(client, begun, "done")).toBe("done");
  await client.query("COMMIT");
});

test("begun and finished in two transactions is refused, and the key is never carried out a second time", async () => {
  const client = await db.connect();
  const begun = await begin(client);
  expect(await outcome(finish(client, begun, "too late"))).toBe("CU034");
  await client.query("BEGIN");
  await client.query("SELECT pg_catalog.pg_current_xact_id()");
  expect(await outcome(finish(client, begun, "too late"))).toBe("CU034");
  await client.query("ROLLBACK");
  expect(await outcome(begin(client))).toBe("CU032");
  const { rows } = await db.pool.query(
    "SELECT total, unfinished, failed, success FROM cutover.idempotency_status",
  );
  expect(rows).toEqual([{ total: "1", unfinished: "1", failed: "0", success: "0" }]);
});

test("finishing twice, or what was never begun, is refused", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  const begun = await begin(client);
  await finish(client, begun, 1);
  await client.query("SAVEPOINT before");
  expect(await outcome(finish(client, begun, 2))).toBe("CU034");
  await client.query("ROLLBACK TO before");
  expect(await outcome(finish(client, { ...begun, id: "00000000-0000-4000-8000-000000000000" }, 2))).toBe(
    "CU034",
  );
  await client.query("ROLLBACK");
});

for (const isolation of ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]) {
  test(`in flight elsewhere, ${isolation}: waits for the answer, and never runs a second time`, async () => {
    const first = await db.connect();
    await first.query("BEGIN");
    const begun = await begin(first);
    const second = await db.connect();
    await second.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    const waiting = begin(second).then(
      (answered) => answered.response,
      (error: { code: string }) => error.code,
    );
    await untilBlocked(db.pool, await pidOfBlocked(second));
    await finish(first, begun, "done");
    await first.query("COMMIT");
    // An old snapshot cannot show the answer: the transaction has to be begun anew.
    expect(await waiting).toBe(isolation === "READ COMMITTED" ? "done" : "40001");
    await second.query("ROLLBACK");
    await second.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    expect(await begin(second)).toMatchObject({ replayed: true, response: "done" });
    await second.query("COMMIT");
  });

  test(`in flight elsewhere and then rolled back, ${isolation}: the one that waited does it`, async () => {
    const first = await db.connect();
    await first.query("BEGIN");
    await begin(first);
    const second = await db.connect();
    await second.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    const waiting = begin(second);
    await untilBlocked(db.pool, await pidOfBlocked(second));
    await first.query("ROLLBACK");
    expect((await waiting).replayed).toBe(false);
    await second.query("ROLLBACK");
  });

  test(`a snapshot from before the answer, ${isolation}: never a second run`, async () => {
    const old = await db.connect();
    await old.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    await old.query("SELECT count(*) FROM pg_catalog.pg_class");
    await done({}, "done");
    const found = await begin(old).then(
      ({ response }) => response,
      (error: { code: string }) => error.code,
    );
    expect(found).toBe(isolation === "READ COMMITTED" ? "done" : "40001");
    await old.query("ROLLBACK");
  });

  test(`a snapshot that still shows the expired answer, ${isolation}: never a second run`, async () => {
    await done({ keep: "1 microsecond" }, "old");
    const old = await db.connect();
    await old.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    await old.query("SELECT count(*) FROM cutover.idempotency_log");
    await done({}, "new");
    const found = await begin(old).then(
      ({ response }) => response,
      (error: { code: string }) => error.code,
    );
    expect(found).toBe(isolation === "READ COMMITTED" ? "new" : "40001");
    await old.query("ROLLBACK");
  });
}

test("requests of different keys do not fail each other at SERIALIZABLE", async () => {
  const sessions = await Promise.all(Array.from({ length: 8 }, () => db.connect()));
  for (const client of sessions) await client.query("BEGIN ISOLATION LEVEL SERIALIZABLE");
  // In turns: had one of them looked for its first key before it wrote, the second of another would be what it has not seen.
  for (const round of [1, 2]) {
    for (const [index, client] of sessions.entries()) {
      await finish(client, await begin(client, { key: `s${index} ${round}` }), index);
    }
  }
  for (const client of sessions) await client.query("COMMIT");
  const { rows } = await db.pool.query("SELECT success FROM cutover.idempotency_status");
  expect(rows).toEqual([{ success: "16" }]);
});

test("waiting ends at its bound, and at once when there is none, with a conflict and never with a run", async () => {
  const first = await db.connect();
  await first.query("BEGIN");
  await begin(first);
  for (const wait of ["0", "1 microsecond", "50 milliseconds"]) {
    expect(await outcome(begin(db.pool, { wait })), wait).toBe("CU031");
  }
  await first.query("ROLLBACK");
});

test("the caller's own lock_timeout is neither used nor changed", async () => {
  const client = await db.connect();
  await client.query("BEGIN");
  await client.query("SET LOCAL lock_timeout = '7s'");
  await finish(client, await begin(client, { wait: "1 second" }), 1);
  expect((await client.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "7s" }]);
  await client.query("ROLLBACK");
});

test("a stored answer is given while another transaction that was given it is still open", async () => {
  await done({}, "stored");
  const open = await db.connect();
  await open.query("BEGIN");
  expect(await begin(open)).toMatchObject({ replayed: true });
  expect(await begin(db.pool, { wait: "0" })).toMatchObject({ replayed: true, response: "stored" });
  await open.query("ROLLBACK");
});

test("a deadlock of a key and a row fails one of the two, and the key is carried out once", async () => {
  await db.pool.query("CREATE TABLE public.row_of_all (n int); INSERT INTO public.row_of_all VALUES (0)");
  const count = "UPDATE public.row_of_all SET n = n + 1";
  const [keyFirst, rowFirst] = [await db.connect(), await db.connect()];
  await keyFirst.query("BEGIN");
  await rowFirst.query("BEGIN");
  const begun = await begin(keyFirst);
  await rowFirst.query(count);
  const waitingForKey = begin(rowFirst);
  await untilBlocked(db.pool, await pidOfBlocked(rowFirst));
  const ends = await Promise.all([
    outcome(keyFirst.query(count).then(() => finish(keyFirst, begun, 1))).then(async (ended) => {
      await keyFirst.query(ended === "ok" ? "COMMIT" : "ROLLBACK");
      return ended;
    }),
    outcome(waitingForKey).then(async (ended) => {
      await rowFirst.query("ROLLBACK");
      return ended;
    }),
  ]);
  expect(ends).toContain("40P01");
  const { rows } = await db.pool.query("SELECT n FROM public.row_of_all");
  const { rows: answered } = await db.pool.query("SELECT success::int FROM cutover.idempotency_status");
  expect(rows[0].n).toBe(answered[0].success);
});

test("those who wait take their turn: a failed attempt hands the key to the next, not to all at once", async () => {
  const sessions = await Promise.all(Array.from({ length: 4 }, () => db.connect()));
  const [first, ...others] = sessions as [pg.Client, ...pg.Client[]];
  await first.query("BEGIN");
  await begin(first);
  const order: number[] = [];
  const waiting: Promise<void>[] = [];
  for (const [index, client] of others.entries()) {
    await client.query("BEGIN");
    const pid = await pidOf(client);
    waiting.push(
      begin(client).then(async ({ replayed }) => {
        order.push(index);
        expect(replayed).toBe(false);
        await client.query("ROLLBACK");
      }),
    );
    await untilBlocked(db.pool, pid);
  }
  await first.query("ROLLBACK");
  await Promise.all(waiting);
  expect(order).toEqual([0, 1, 2]);
});

test("an expired answer is not honoured, cleaned up or not, and the new run takes its place", async () => {
  const old = await done({ keep: "1 microsecond" }, "old");
  const fresh = await done({ request: { amount: 2 } }, "new");
  expect(fresh.replayed).toBe(false);
  expect(fresh.id).not.toBe(old.id);
  const { rows } = await db.pool.query("SELECT id, response_data FROM cutover.idempotency_log");
  expect(rows).toEqual([{ id: fresh.id, response_data: "new" }]);
});

test("two at once on an expired key are one run", async () => {
  await done({ keep: "1 microsecond" }, "old");
  const [first, second] = [await db.connect(), await db.connect()];
  await first.query("BEGIN");
  const begun = await begin(first);
  expect(begun.replayed).toBe(false);
  await second.query("BEGIN");
  const waiting = begin(second);
  await untilBlocked(db.pool, await pidOfBlocked(second));
  await finish(first, begun, "new");
  await first.query("COMMIT");
  expect(await waiting).toMatchObject({ replayed: true, response: "new" });
  await second.query("COMMIT");
});

test("a request without scope, key or operation, with one that is too long, or with times that cannot be, is refused", async () => {
  const long = "x".repeat(256);
  const wrong: Begin[] = [
    { scope: "" },
    { key: "" },
    { operation: "" },
    { key: long },
    { scope: long },
    { keep: "0" },
    { keep: "-1 day" },
    { wait: "-1 second" },
  ];
  for (const each of wrong) expect(await outcome(begin(db.pool, each)), JSON.stringify(each)).toBe("CU033");
  for (const nothing of ["NULL, 'k', 'o'", "'s', NULL, 'o'", "'s', 'k', NULL"]) {
    expect(await outcome(db.pool.query(`SELECT cutover.begin_request(${nothing}, '{}')`))).toBe("CU033");
  }
  // The longest that is allowed fits the index in any encoding.
  const widest = "\u{1F600}".repeat(255);
  expect(await outcome(done({ scope: widest, key: widest, operation: widest }))).toBe("ok");
});

/** The session's process, asked of the server: the session itself is busy waiting. */
async function pidOfBlocked(client: pg.Client): Promise<number> {
  return (client as unknown as { processID: number }).processID;
}
