import { beforeAll, beforeEach, expect, test } from "vitest";
import { withClient, withTransaction } from "../../src/db.ts";
import { createCoreDatabase } from "../helpers/core.ts";
import type { TestDatabase } from "../helpers/database.ts";
import { outcome } from "../traps/sessions.ts";

let db: TestDatabase;
let app: string;
let stranger: string;

beforeAll(async () => {
  db = await createCoreDatabase();
  [app, stranger] = [`app_${db.name}`, `stranger_${db.name}`];
  await db.pool.query(`
    CREATE ROLE ${app} LOGIN PASSWORD 'app';
    CREATE ROLE ${stranger} LOGIN PASSWORD 'app';
    CREATE TABLE public.effect (id bigint GENERATED ALWAYS AS IDENTITY, owner text, amount numeric CHECK (amount < 1000));
    CREATE TABLE public.secret (id int);
    ALTER TABLE public.effect ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_rows ON public.effect FOR ALL USING (owner = current_user) WITH CHECK (owner = current_user);

    CREATE FUNCTION public.pay(request jsonb) RETURNS jsonb LANGUAGE plpgsql AS $pay$
    BEGIN
      INSERT INTO public.effect (owner, amount) VALUES (current_user, (request ->> 'amount')::numeric);
      IF request ? 'then_fail' THEN
        RAISE EXCEPTION 'not today';
      END IF;
      IF request ? 'then_refuse' THEN
        PERFORM cutover.refuse(jsonb_build_object('reason', request -> 'then_refuse'), coalesce(request ->> 'status', 'failed'));
      END IF;
      RETURN jsonb_build_object('by', current_user, 'seen', (SELECT count(*) FROM public.effect));
    END
    $pay$;
    CREATE FUNCTION public.peek(request jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT to_jsonb(count(*)) FROM public.secret';
    CREATE FUNCTION public.whose_path(request jsonb) RETURNS jsonb LANGUAGE sql
      AS $path$ SELECT to_jsonb(current_setting('search_path')) $path$;
    CREATE FUNCTION public."Odd "" name"(request jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
    CREATE FUNCTION public.pay(request text) RETURNS jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
    CREATE FUNCTION public.many(request jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT NULL::jsonb';
    CREATE FUNCTION public.other_type(request jsonb) RETURNS json LANGUAGE sql AS 'SELECT NULL::json';
    CREATE PROCEDURE public.procedure(request jsonb) LANGUAGE sql AS 'SELECT 1';
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;

    GRANT USAGE ON SCHEMA public, cutover TO ${app}, ${stranger};
    GRANT INSERT, SELECT ON public.effect TO ${app};
    GRANT EXECUTE ON FUNCTION cutover.request, cutover.begin_request, cutover.finish_request, cutover.refuse TO ${app};
    GRANT EXECUTE ON FUNCTION public.pay(jsonb), public.whose_path(jsonb) TO ${app}`);
});

beforeEach(async () => {
  await db.pool.query("TRUNCATE cutover.idempotency_log, public.effect");
});

/** Runs one statement as a role of its own. */
function as(role: string, statement: string, values: unknown[] = [], isolation?: "serializable") {
  return withClient(db.urlOf(role, "app"), (client) =>
    withTransaction(client, isolation === undefined ? {} : { isolation }, async () => {
      await client.query("SET LOCAL search_path TO pg_catalog, public");
      return (await client.query(statement, values)).rows;
    }),
  );
}

const CALL = "SELECT cutover.request($1, $2, 'pay', $3, $4) AS answer";

async function call(request: object, { key = "k", fn = "public.pay(jsonb)", role = app } = {}) {
  const [row] = await as(role, CALL, ["ann", key, JSON.stringify(request), fn]);
  return row.answer;
}

const effects = async () =>
  (await db.pool.query("SELECT owner, amount::int FROM public.effect ORDER BY id")).rows;
const logged = async () =>
  (await db.pool.query("SELECT key, status FROM cutover.idempotency_log ORDER BY key")).rows;

test("the function runs once, with the rights of the caller; the second call is answered from the log", async () => {
  const response = { by: app, seen: 1 };
  expect(await call({ amount: 5 })).toEqual({ status: "success", replayed: false, response });
  expect(await call({ amount: 5 })).toEqual({ status: "success", replayed: true, response });
  expect(await outcome(call({ amount: 6 }))).toBe("CU030");
  expect(await effects()).toEqual([{ owner: app, amount: 5 }]);
});

test("what the function raises undoes everything, is stored nowhere, and a retry runs it again", async () => {
  expect(await outcome(call({ amount: 5000 }))).toBe("23514");
  expect(await outcome(call({ amount: 5, then_fail: 1 }))).toBe("P0001");
  expect(await logged()).toEqual([]);
  expect(await effects()).toEqual([]);
  expect(await call({ amount: 5 })).toMatchObject({ replayed: false });
});

test("a refusal undoes what the function wrote, is the answer, and is replayed", async () => {
  for (const status of ["failed", "not_implemented"]) {
    const request = { amount: 5, then_refuse: [1, "why"], status };
    const response = { reason: [1, "why"] };
    expect(await call(request, { key: status })).toEqual({ status, replayed: false, response });
    expect(await call(request, { key: status })).toEqual({ status, replayed: true, response });
  }
  expect(await effects()).toEqual([]);
  expect(await logged()).toEqual([
    { key: "failed", status: "failed" },
    { key: "not_implemented", status: "not_implemented" },
  ]);
});

test("a refusal under a status that there is not, or outside of a request, is an error and is stored nowhere", async () => {
  expect(await outcome(call({ amount: 5, then_refuse: 1, status: "success?" }))).toBe("CU033");
  expect(await outcome(as(app, `SELECT public.pay('{"amount": 1, "then_refuse": 1}'::jsonb)`))).toBe("CU036");
  expect(await logged()).toEqual([]);
  expect(await effects()).toEqual([]);
});

test("only a function of one jsonb that returns one jsonb can be called, whatever its name", async () => {
  const admin = (fn: string) =>
    outcome(db.pool.query("SELECT cutover.request('s', 'k', 'o', '{}', $1)", [fn]));
  for (const fn of [
    "public.pay(text)",
    "public.many(jsonb)",
    "public.other_type(jsonb)",
    "public.procedure(jsonb)",
  ]) {
    expect(await admin(fn), fn).toBe("CU035");
  }
  expect(await outcome(db.pool.query("SELECT cutover.request('s', 'k', 'o', '{}', NULL)"))).toBe("CU035");
  expect(await admin("public.nowhere(jsonb)")).toBe("42883");
  expect(await logged()).toEqual([]);
  expect(await admin('public."Odd "" name"(jsonb)')).toBe("ok");
});

test("nobody can have a function called that they may not call themselves", async () => {
  expect(await outcome(call({}, { fn: "public.peek(jsonb)" }))).toBe("42501");
  // Allowed to call it, and still not allowed what it does.
  await db.pool.query(`GRANT EXECUTE ON FUNCTION public.peek(jsonb) TO ${app}`);
  expect(await outcome(call({}, { fn: "public.peek(jsonb)" }))).toBe("42501");
  await db.pool.query(`REVOKE EXECUTE ON FUNCTION public.peek(jsonb) FROM ${app}`);
  expect(await logged()).toEqual([]);
});

test("row security holds for the function as for its caller", async () => {
  await db.pool.query("INSERT INTO public.effect (owner, amount) VALUES ('somebody else', 1)");
  expect(await call({ amount: 5 })).toMatchObject({ response: { seen: 1 } });
});

test("no role may read or write the log, and who was granted nothing may call nothing", async () => {
  for (const role of [app, stranger]) {
    for (const statement of [
      "SELECT FROM cutover.idempotency_log",
      "SELECT FROM cutover.idempotency_status",
      "DELETE FROM cutover.idempotency_log",
      "UPDATE cutover.idempotency_log SET status = 'failed'",
      "INSERT INTO cutover.idempotency_log (key) VALUES ('k')",
      "SELECT cutover.cleanup_idempotency_log()",
      "SELECT cutover.request_fingerprint('o', '{}')",
    ]) {
      expect(await outcome(as(role, statement)), `${role} ${statement}`).toBe("42501");
    }
  }
  expect(await outcome(call({ amount: 5 }, { role: stranger }))).toBe("42501");
  expect(await outcome(as(stranger, "SELECT cutover.begin_request('s', 'k', 'o', '{}')"))).toBe("42501");
  const { rows } = await db.pool.query(`
    SELECT p.proname FROM pg_catalog.pg_proc AS p
     WHERE p.pronamespace = 'cutover'::pg_catalog.regnamespace AND pg_catalog.has_function_privilege('${stranger}', p.oid, 'EXECUTE')`);
  expect(rows).toEqual([]);
});

test("a grant that was meant for all tables shows nobody a row of the log", async () => {
  await call({ amount: 5 });
  await db.pool.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cutover TO ${stranger}`);
  expect(await as(stranger, "SELECT key FROM cutover.idempotency_log")).toEqual([]);
  expect(await as(stranger, "DELETE FROM cutover.idempotency_log RETURNING key")).toEqual([]);
  await db.pool.query(`REVOKE ALL ON ALL TABLES IN SCHEMA cutover FROM ${stranger}`);
  expect(await call({ amount: 5 })).toMatchObject({ replayed: true });
});

test("the function finds the search_path of its caller, and nothing in that path can put itself between", async () => {
  expect(await call({}, { fn: "public.whose_path(jsonb)" })).toMatchObject({
    response: "pg_catalog, public",
  });
  await db.pool.query(`
    CREATE SCHEMA trap;
    CREATE FUNCTION trap.caught(a regtype, b regtype) RETURNS boolean LANGUAGE plpgsql AS $t$ BEGIN RAISE 'caught'; END $t$;
    CREATE FUNCTION trap.caught(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $t$ BEGIN RAISE 'caught'; END $t$;
    CREATE FUNCTION trap.caught(a oid, b oid) RETURNS boolean LANGUAGE plpgsql AS $t$ BEGIN RAISE 'caught'; END $t$;
    CREATE OPERATOR trap.= (FUNCTION = trap.caught, LEFTARG = regtype, RIGHTARG = regtype);
    CREATE OPERATOR trap.= (FUNCTION = trap.caught, LEFTARG = text, RIGHTARG = text);
    CREATE OPERATOR trap.= (FUNCTION = trap.caught, LEFTARG = oid, RIGHTARG = oid);
    CREATE FUNCTION trap.format(a text, VARIADIC b text[]) RETURNS text LANGUAGE sql AS $t$ SELECT 'SELECT 666' $t$;
    CREATE FUNCTION trap.jsonb_build_object(VARIADIC b text[]) RETURNS jsonb LANGUAGE plpgsql AS $t$ BEGIN RAISE 'caught'; END $t$;
    GRANT USAGE ON SCHEMA trap TO ${app}`);
  const [row] = await withClient(db.urlOf(app, "app"), async (client) => {
    await client.query("SET search_path TO trap, pg_catalog");
    expect(await outcome(client.query("SELECT 'a'::text = 'a'::text"))).toBe("P0001");
    return (await client.query(CALL, ["ann", "trapped", "{}", "public.whose_path(jsonb)"])).rows;
  });
  expect(row.answer).toMatchObject({ response: "trap, pg_catalog" });
});

test("an answer is given at SERIALIZABLE too, and not in a transaction that may not write", async () => {
  const values = ["ann", "k", '{"amount": 1}', "public.pay(jsonb)"];
  const [first] = await as(app, CALL, values, "serializable");
  const [again] = await as(app, CALL, values, "serializable");
  expect([first.answer.replayed, again.answer.replayed]).toEqual([false, true]);
  const readOnly = withClient(db.urlOf(app, "app"), (client) =>
    withTransaction(client, { readOnly: true }, () => client.query(CALL, ["ann", "r", ...values.slice(2)])),
  );
  expect(await outcome(readOnly)).toBe("25006");
});

test("a constraint that is checked at commit undoes the answer together with the work", async () => {
  await db.pool.query(`
    CREATE TABLE public.parent (id int PRIMARY KEY);
    CREATE TABLE public.child (parent int REFERENCES public.parent DEFERRABLE INITIALLY DEFERRED);
    CREATE FUNCTION public.orphan(request jsonb) RETURNS jsonb LANGUAGE sql
      AS $o$ INSERT INTO public.child VALUES (1); SELECT '"done"'::jsonb $o$`);
  const orphan = () =>
    db.pool.query("SELECT cutover.request('s', 'k', 'orphan', '{}', 'public.orphan(jsonb)') AS answer");
  expect(await outcome(orphan())).toBe("23503");
  expect(await logged()).toEqual([]);
  await db.pool.query("INSERT INTO public.parent VALUES (1)");
  expect((await orphan()).rows[0].answer).toMatchObject({ replayed: false, response: "done" });
});
