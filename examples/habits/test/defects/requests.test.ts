import { beforeAll, beforeEach, expect, test } from "vitest";
import { withRequest } from "../../../../src/requests/with-request.ts";
import { outcome, pidOf, until } from "../../../../test/traps/sessions.ts";
import { type Application, installApplication } from "../application.ts";
import { type InstalledHabits, installHabits } from "../installed.ts";
import { ANN, BEN, habit, MONDAY, saveWeek, slotsOf } from "./fixture.ts";

const WEEK = { child_name: "Kid R", week_start_date: MONDAY, habits: [{ name: "Read" }] };
const MARK = { child_name: "Kid A", week_start_date: MONDAY, habit_id: 1, day_index: 3, status: "red" };

let habits: InstalledHabits;
let app: Application;
let sheet: string;

beforeAll(async () => {
  habits = await installHabits(async ({ pool }) => {
    await pool.query("INSERT INTO auth.users (id) VALUES ($1), ($2)", [ANN, BEN]);
    sheet = await saveWeek(pool, { habits: [habit(1, "g......")] });
  });
  app = await installApplication(habits.db);
  await habits.moves.forwardTo("dual_write");
  await habits.db.pool.query("CREATE TABLE public.saved (what text)");
});

beforeEach(() => habits.db.pool.query("TRUNCATE cutover.idempotency_log"));

async function weeksOf(child: string): Promise<string[]> {
  const { rows } = await habits.db.pool.query(
    "SELECT user_id AS owner FROM public.habit_tracker WHERE child_name = $1 ORDER BY 1",
    [child],
  );
  return rows.map(({ owner }) => owner);
}

test("a failed attempt is stored nowhere: the same key tries again, and succeeds when the cause is gone", async () => {
  const { db } = habits;
  // The cause: somebody holds the week, and the application does not wait for ever.
  const blocker = await db.connect();
  await blocker.query("BEGIN");
  await blocker.query("SELECT FROM public.habit_tracker WHERE id = $1 FOR UPDATE", [sheet]);
  await db.pool.query(`ALTER ROLE ${app.role} SET statement_timeout = '100ms'`);
  expect(await outcome(app.call(ANN, "update_habit_record", "k", MARK))).toBe("57014");
  await blocker.query("ROLLBACK");
  await db.pool.query(`ALTER ROLE ${app.role} RESET statement_timeout`);
  expect(await app.call(ANN, "update_habit_record", "k", MARK)).toMatchObject({
    status: "success",
    replayed: false,
  });
  expect(await slotsOf(db.pool, sheet, 1)).toBe("g..r...");
});

test("two equal requests in flight are one run, and both get its answer", async () => {
  const { db } = habits;
  const blocker = await db.connect();
  await blocker.query("BEGIN");
  await blocker.query("SELECT FROM public.habit_tracker WHERE id = $1 FOR UPDATE", [sheet]);
  const both = [1, 2].map(() => app.call(ANN, "update_habit_record", "twice", { ...MARK, day_index: 4 }));
  await until(async () => {
    const { rows } = await db.pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1 AND wait_event_type = 'Lock'",
      [app.role],
    );
    return rows[0].n === 2;
  }, "both are in flight");
  await blocker.query("ROLLBACK");
  const answers = await Promise.all(both);
  expect(answers.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
  expect(answers[0]?.response).toEqual(answers[1]?.response);
});

test("another user's key is another key: no response is shown to them, and their own request is carried out", async () => {
  const ann = await app.call(ANN, "create_week", "same", {
    ...WEEK,
    child_name: "Kid Ann",
    theme: "A secret",
  });
  const ben = await app.call(BEN, "create_week", "same", { ...WEEK, child_name: "Kid Ben" });
  expect(ben).toMatchObject({ status: "success", replayed: false });
  expect(ben.response.week).not.toBe(ann.response.week);
  expect(await weeksOf("Kid Ben")).toEqual([BEN]);
  // Nor does the very same request show Ann's answer to Ben.
  const mark = {
    child_name: "Kid Ann",
    week_start_date: MONDAY,
    habit_name: "Read",
    day_index: 0,
    status: "red",
  };
  await app.call(ANN, "update_habit_record", "guessed", mark);
  expect(await outcome(app.call(BEN, "update_habit_record", "guessed", mark))).toBe("P0002");
});

test("the same key with another request is refused, and changes nothing", async () => {
  await app.call(ANN, "update_habit_record", "once", { ...MARK, day_index: 5, status: "green" });
  const before = await slotsOf(habits.db.pool, sheet, 1);
  expect(await outcome(app.call(ANN, "update_habit_record", "once", { ...MARK, day_index: 6 }))).toBe(
    "CU030",
  );
  expect(await outcome(app.call(ANN, "delete_week", "once", MARK))).toBe("CU030");
  expect(await slotsOf(habits.db.pool, sheet, 1)).toBe(before);
});

test("a key expires: it is not honoured from then on, and the clean-up removes it", async () => {
  const { pool } = habits.db;
  const mark = { ...MARK, day_index: 1 };
  expect(await app.call(ANN, "update_habit_record", "old", mark)).toMatchObject({ replayed: false });
  const { rows } = await pool.query(
    "SELECT expires_at - created_at = interval '24 hours' AS day FROM cutover.idempotency_log",
  );
  expect(rows).toEqual([{ day: true }]);
  const expire = "UPDATE cutover.idempotency_log SET expires_at = now() - interval '1 second'";
  await pool.query(expire);
  expect(await app.call(ANN, "update_habit_record", "old", mark)).toMatchObject({ replayed: false });
  await pool.query(expire);
  const cleaned = await pool.query("SELECT cutover.cleanup_idempotency_log() AS deleted");
  expect(cleaned.rows).toEqual([{ deleted: 1 }]);
});

test("one key for all tries does it once, where a new key for each try does it again", async () => {
  const { db } = habits;
  const add = async (key: string) => {
    let lost = false;
    return withRequest(db.pool, { scope: ANN, key, operation: "add", request: {} }, async (client) => {
      await client.query("INSERT INTO public.saved VALUES ($1)", [key.replace(/ .*/, "")]);
      if (!lost) {
        lost = true;
        // The session is lost in the middle of the first try; the second one is made with the same key, by itself.
        await db.pool.query("SELECT pg_terminate_backend($1, 5000)", [await pidOf(client)]);
        await client.query("SELECT");
      }
    });
  };
  const count = async (what: string) =>
    (await db.pool.query("SELECT count(*)::int AS n FROM public.saved WHERE what = $1", [what])).rows[0].n;
  // The client never heard the first answer, and asks again: the original's with a new key, ours with the one it has.
  for (const retry of [1, 2]) await add(`new ${retry}`);
  for (const _ of [1, 2]) await add("kept");
  expect([await count("new"), await count("kept")]).toEqual([2, 1]);
});

test("the log of requests is shown to no role of an application, and nothing of it can be deleted or forged", async () => {
  await app.call(ANN, "create_week", "private", { ...WEEK, theme: "A secret" });
  for (const statement of [
    "SELECT request_data FROM cutover.idempotency_log",
    "SELECT total FROM cutover.idempotency_status",
    "DELETE FROM cutover.idempotency_log",
    "UPDATE cutover.idempotency_log SET scope = 'mine'",
    "SELECT cutover.cleanup_idempotency_log()",
  ]) {
    expect(await outcome(app.query(BEN, statement)), statement).toBe("42501");
  }
});

test("a day index of 9 or -1 is refused by name, and neither shape is written", async () => {
  const before = await slotsOf(habits.db.pool, sheet, 1);
  for (const day_index of [9, -1]) {
    const answer = await app.call(ANN, "update_habit_record", `day ${day_index}`, { ...MARK, day_index });
    expect(answer).toMatchObject({ status: "failed", response: { field: "day_index" } });
  }
  expect(await slotsOf(habits.db.pool, sheet, 1)).toBe(before);
});

test("an owner that stands in the request is not believed: the rows are those of whoever is logged in", async () => {
  await app.call(BEN, "create_week", "forged", { ...WEEK, child_name: "Kid F", user_id: ANN });
  expect(await weeksOf("Kid F")).toEqual([BEN]);
  for (const operation of ["update_habit_record", "delete_week"]) {
    expect(await outcome(app.call(BEN, operation, operation, { ...MARK, user_id: ANN })), operation).toBe(
      "P0002",
    );
  }
  expect(await weeksOf("Kid A")).toEqual([ANN]);
});
