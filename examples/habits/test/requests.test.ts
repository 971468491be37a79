import { expect, test } from "vitest";
import type { Phase } from "../../../test/helpers/cutover-moves.ts";
import { outcome } from "../../../test/traps/sessions.ts";
import { addDays } from "../data/dates.ts";
import { type Application, installApplication } from "./application.ts";
import { ANN, BEN, habit, MONDAY, recordsOf, saveWeek, slotsOf } from "./defects/fixture.ts";
import { type InstalledHabits, installHabits } from "./installed.ts";

const SUNDAY = addDays(MONDAY, -1);
const WEEK = {
  child_name: "Kid A",
  week_start_date: MONDAY,
  habits: [
    { name: "Read", times: ["green", "", "", "", "", "", ""] },
    { name: "Wash", times: ["", "yellow", "", "", "", "", "red"] },
  ],
};

let habits: InstalledHabits;
let app: Application;
let number = 0;

/** A key for something that is asked for anew. */
function newKey(): string {
  number += 1;
  return `key-${number}`;
}

async function install(phase: Phase): Promise<void> {
  habits = await installHabits(async ({ pool }) => {
    await pool.query("INSERT INTO auth.users (id) VALUES ($1), ($2)", [ANN, BEN]);
    await saveWeek(pool, {
      child: "Kid S",
      firstDay: SUNDAY,
      label: "Sunday",
      habits: [habit(7, "g.....r", "Sing")],
    });
  });
  app = await installApplication(habits.db);
  await habits.moves.forwardTo(phase);
}

const call = (operation: string, request: unknown, user = ANN) =>
  app.call(user, operation, newKey(), request);

/** Rows of both sides that belong to a child. */
async function rowsOf(child: string, owner = ANN) {
  const { rows } = await habits.db.pool.query(
    `SELECT (SELECT count(*)::int FROM public.habit_tracker WHERE child_name = $1 AND user_id = $2) AS legacy,
       (SELECT count(*)::int FROM public.weeks WHERE child_name = $1 AND user_id = $2) AS weeks,
       (SELECT count(*)::int FROM public.habits WHERE child_name = $1 AND user_id = $2) AS habits,
       (SELECT count(*)::int FROM public.habit_records WHERE child_name = $1 AND user_id = $2) AS records`,
    [child, owner],
  );
  return rows[0];
}

const SIDES: readonly Phase[] = ["backfilled", "writes_switched"];

for (const phase of SIDES) {
  test(`as the original's own tests ask, ${phase}: create, mark, compare, delete; the same key twice is done once`, async () => {
    await install(phase);
    const { moves, db } = habits;

    const key = newKey();
    const created = await app.call(ANN, "create_week", key, WEEK);
    expect(created).toMatchObject({
      status: "success",
      replayed: false,
      response: { habits: 2, week_start_date: MONDAY },
    });
    expect(await app.call(ANN, "create_week", key, WEEK)).toEqual({ ...created, replayed: true });
    await moves.drain();
    expect(await rowsOf("Kid A")).toEqual({ legacy: 1, weeks: 1, habits: 2, records: 3 });
    const sheet = String(created.response.week);

    const mark = {
      child_name: "Kid A",
      week_start_date: MONDAY,
      habit_name: "Read",
      day_index: 2,
      status: "yellow",
    };
    const marked = await call("update_habit_record", mark);
    expect(marked.response).toMatchObject({ day: addDays(MONDAY, 2), status: "yellow" });
    await moves.drain();
    const { habit_id } = marked.response;
    expect(await recordsOf(db.pool, sheet)).toContain(`${habit_id} ${addDays(MONDAY, 2)} yellow`);
    expect(await slotsOf(db.pool, sheet, habit_id)).toBe("g.y....");

    expect(await call("verify_consistency", {})).toMatchObject({
      status: "success",
      response: { consistent: true, pending: 0, held: 0, drifted: 0, drift_report: [] },
    });

    const deleted = await call("delete_week", { child_name: "Kid A", week_start_date: MONDAY });
    expect(deleted.response).toEqual({ week: Number(sheet), week_start_date: MONDAY });
    await moves.drain();
    expect(await rowsOf("Kid A")).toEqual({ legacy: 0, weeks: 0, habits: 0, records: 0 });
    expect((await moves.verify()).driftedUnits).toBe(0);
  });

  test(`clearing a mark, ${phase}, is stored on both sides; a note beside it stays`, async () => {
    const saved = await call("create_week", { ...WEEK, child_name: "Kid C" });
    await habits.moves.drain();
    const sheet = String(saved.response.week);
    const cell = {
      child_name: "Kid C",
      week_start_date: MONDAY,
      habit_name: "Read",
      day_index: 0,
      status: "",
    };
    const { response } = await call("update_habit_record", cell);
    await habits.moves.drain();
    expect(await slotsOf(habits.db.pool, sheet, response.habit_id)).toBe(".......");
    expect(
      (await recordsOf(habits.db.pool, sheet)).filter((record) => record.startsWith(`${response.habit_id} `)),
    ).toEqual([]);
    if (phase !== "writes_switched") return;

    const wash = "(SELECT habit_id FROM public.habits WHERE sheet_id = $1 AND name = 'Wash')";
    await habits.db.pool.query(
      `UPDATE public.habit_records SET note = 'well done' WHERE sheet_id = $1 AND status = 'red' AND habit_id = ${wash}`,
      [sheet],
    );
    await call("update_habit_record", { ...cell, habit_name: "Wash", day_index: 6 });
    const day = addDays(MONDAY, 6);
    expect(await recordsOf(habits.db.pool, sheet)).toContainEqual(
      expect.stringMatching(`${day} none well done$`),
    );
    await habits.moves.drain();
    expect((await habits.moves.verify()).driftedUnits).toBe(0);
  });

  test(`saving a week again, ${phase}, keeps the ids of its habits, and what the request does not say`, async () => {
    const first = await call("create_week", {
      ...WEEK,
      child_name: "Kid B",
      theme: "Sea",
      habits: [...WEEK.habits, { name: "Read" }],
    });
    await habits.moves.drain();
    const sheet = String(first.response.week);
    const ids = async () => {
      const { rows } = await habits.db.pool.query(
        "SELECT name, habit_id FROM public.habits WHERE sheet_id = $1 ORDER BY display_order",
        [sheet],
      );
      return rows as { name: string; habit_id: string }[];
    };
    const before = await ids();
    expect(before.map(({ name }) => name)).toEqual(["Read", "Wash", "Read"]);
    const again = await call("create_week", {
      child_name: "Kid B",
      week_start_date: MONDAY,
      reward: "Ice",
      habits: [{ name: "New" }, { name: "Read" }, { name: "Read", times: ["red", "", "", "", "", "", ""] }],
    });
    expect(again.response.week).toBe(first.response.week);
    await habits.moves.drain();
    const after = await ids();
    expect(after.map(({ name }) => name)).toEqual(["New", "Read", "Read"]);
    expect([after[1], after[2]]).toEqual([before[0], before[2]]);
    expect(await slotsOf(habits.db.pool, sheet, before[0]?.habit_id ?? "")).toBe("g......");
    expect(await slotsOf(habits.db.pool, sheet, before[2]?.habit_id ?? "")).toBe("r......");
    const { rows } = await habits.db.pool.query(
      "SELECT theme, reward FROM public.weeks WHERE sheet_id = $1",
      [sheet],
    );
    expect(rows).toEqual([{ theme: "Sea", reward: "Ice" }]);
    expect((await habits.moves.verify()).driftedUnits).toBe(0);
  });

  test(`a week that starts on a Sunday, ${phase}, is saved, marked and deleted under that Sunday; its marks stay on their days`, async () => {
    const week = { child_name: "Kid S", week_start_date: SUNDAY };
    const { rows } = await habits.db.pool.query(
      "SELECT id FROM public.habit_tracker WHERE child_name = 'Kid S'",
    );
    const sheet = rows[0].id as string;
    await call("update_habit_record", { ...week, habit_id: 7, day_index: 0, status: "red" });
    await call("update_habit_record", { ...week, habit_name: "Sing", day_index: 1, status: "yellow" });
    await habits.moves.drain();
    expect(await recordsOf(habits.db.pool, sheet)).toEqual([
      `7 ${SUNDAY} red`,
      `7 ${MONDAY} yellow`,
      `7 ${addDays(SUNDAY, 6)} red`,
    ]);
    expect((await call("create_week", { ...week, theme: "Still Sunday" })).response.week).toBe(Number(sheet));
    await habits.moves.drain();
    expect((await habits.moves.verify()).driftedUnits).toBe(0);
    expect(await outcome(call("delete_week", { ...week, week_start_date: MONDAY }))).toBe("P0002");
    await call("delete_week", week);
    await habits.moves.drain();
    expect(await rowsOf("Kid S")).toEqual({ legacy: 0, weeks: 0, habits: 0, records: 0 });
    expect((await habits.moves.verify()).driftedUnits).toBe(0);
  });

  test(`a new week that does not start on a Monday, ${phase}, is refused with the Monday, and the refusal is stored`, async () => {
    const key = newKey();
    const week = { ...WEEK, child_name: "Kid T", week_start_date: addDays(MONDAY, 1) };
    const reason = expect.stringContaining(MONDAY);
    for (const replayed of [false, true]) {
      expect(await app.call(ANN, "create_week", key, week)).toMatchObject({
        status: "failed",
        replayed,
        response: { field: "week_start_date", reason },
      });
    }
    expect(await rowsOf("Kid T")).toEqual({ legacy: 0, weeks: 0, habits: 0, records: 0 });
  });

  test(`what is not there, ${phase}, is an error that is not stored: the same key succeeds when it is`, async () => {
    const key = newKey();
    const mark = {
      child_name: "Kid L",
      week_start_date: MONDAY,
      habit_name: "Read",
      day_index: 0,
      status: "green",
    };
    expect(await outcome(app.call(ANN, "update_habit_record", key, mark))).toBe("P0002");
    await call("create_week", { ...WEEK, child_name: "Kid L", habits: [] });
    expect(await outcome(app.call(ANN, "update_habit_record", key, mark))).toBe("P0002");
    await call("create_week", { ...WEEK, child_name: "Kid L", habits: [{ name: "Read" }] });
    expect(await app.call(ANN, "update_habit_record", key, mark)).toMatchObject({
      status: "success",
      replayed: false,
    });
    await call("create_week", { ...WEEK, child_name: "Kid L", habits: [{ name: "Read" }, { name: "Read" }] });
    expect(await outcome(call("update_habit_record", mark))).toBe("21000");
  });

  test(`seven cells of one habit marked at once, ${phase}, all survive on both sides`, async () => {
    const week = { child_name: "Kid M", week_start_date: MONDAY };
    const saved = await call("create_week", { ...week, habits: [{ name: "Read" }] });
    const marks = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6].map((day_index) =>
        call("update_habit_record", { ...week, habit_name: "Read", day_index, status: "green" }),
      ),
    );
    await habits.moves.drain();
    const sheet = String(saved.response.week);
    expect(await slotsOf(habits.db.pool, sheet, marks[0]?.response.habit_id)).toBe("ggggggg");
    expect(await recordsOf(habits.db.pool, sheet)).toHaveLength(7);
    expect((await habits.moves.verify()).driftedUnits).toBe(0);
  });

  test(`nobody who has not logged in, ${phase}, may call anything, and nothing is written`, async () => {
    const before = await rowsOf("Kid A");
    for (const operation of ["create_week", "update_habit_record", "delete_week", "verify_consistency"]) {
      expect(await outcome(app.call("", operation, newKey(), { ...WEEK, user_id: ANN })), operation).toBe(
        "42501",
      );
    }
    expect(await rowsOf("Kid A")).toEqual(before);
  });

  test(`two first saves at once, ${phase}, are one week`, async () => {
    const week = { ...WEEK, child_name: "Kid D" };
    const saved = await Promise.all([
      call("create_week", week),
      call("create_week", week),
      call("create_week", week),
    ]);
    expect(new Set(saved.map(({ response }) => response.week)).size).toBe(1);
    await habits.moves.drain();
    expect(await rowsOf("Kid D")).toMatchObject({ legacy: 1, weeks: 1 });
    expect((await habits.moves.verify()).driftedUnits).toBe(0);
  });
}

test("requests that make no sense are refused by field, whatever they are made of", async () => {
  const mark = {
    child_name: "Kid A",
    week_start_date: MONDAY,
    habit_name: "Read",
    day_index: 0,
    status: "green",
  };
  const wrong: [string, string, unknown][] = [
    ["create_week", "child_name", { ...WEEK, child_name: "" }],
    ["create_week", "child_name", { ...WEEK, child_name: "x".repeat(101) }],
    ["create_week", "child_name", { ...WEEK, child_name: 5 }],
    ...[
      "13/10/2025",
      "today",
      "2025-02-30",
      "2025-10-13T00:00",
      "",
      "infinity",
      "1969-12-29",
      "20251013",
      "-infinity",
    ].map((day): [string, string, unknown] => [
      "create_week",
      "week_start_date",
      { ...WEEK, week_start_date: day },
    ]),
    ["create_week", "habits", { ...WEEK, habits: {} }],
    ["create_week", "habits", { ...WEEK, habits: ["Read"] }],
    [
      "create_week",
      "habits",
      {
        ...WEEK,
        habits: [
          { id: 1, name: "a" },
          { id: 1.0, name: "b" },
        ],
      },
    ],
    ["create_week", "name", { ...WEEK, habits: [{ name: "" }] }],
    ["create_week", "id", { ...WEEK, habits: [{ name: "a", id: 1e300 }] }],
    ["create_week", "times", { ...WEEK, habits: [{ name: "a", times: ["green"] }] }],
    ["create_week", "times", { ...WEEK, habits: [{ name: "a", times: ["", "", "", "", "", "", "blue"] }] }],
    ["create_week", "times", { ...WEEK, habits: [{ name: "a", times: null }] }],
    ["create_week", "reflection", { ...WEEK, reflection: null }],
    ["create_week", "theme", { ...WEEK, theme: 1 }],
    ["update_habit_record", "day_index", { ...mark, day_index: 9 }],
    ["update_habit_record", "day_index", { ...mark, day_index: -1 }],
    ["update_habit_record", "day_index", { ...mark, day_index: 1.5 }],
    ["update_habit_record", "day_index", { ...mark, day_index: "1" }],
    ["update_habit_record", "status", { ...mark, status: "blue" }],
    ["update_habit_record", "status", { ...mark, status: null }],
    ["update_habit_record", "habit_name", { ...mark, habit_name: undefined }],
    ["delete_week", "week_start_date", { child_name: "Kid A" }],
  ];
  for (const [operation, field, request] of wrong) {
    const answer = await call(operation, request);
    expect(answer, JSON.stringify(request)).toMatchObject({ status: "failed", response: { field } });
  }
  for (const request of [[], "week", 5, null]) {
    for (const operation of ["create_week", "update_habit_record", "delete_week", "verify_consistency"]) {
      expect(await call(operation, request)).toMatchObject({ status: "failed" });
    }
  }
});

test("the comparison is exact for one's own rows, sees nobody else's, and says so where there is one side", async () => {
  await install("backfilled");
  await call("create_week", { ...WEEK, child_name: "Kid A" });
  await call("create_week", { ...WEEK, child_name: "Kid Z" }, BEN);
  await habits.moves.drain();
  const spoilt = await habits.db.connect();
  await spoilt.query("SET session_replication_role = replica");
  await spoilt.query("DELETE FROM public.habit_records WHERE child_name = 'Kid A' AND status = 'red'");
  await spoilt.query("UPDATE public.weeks SET theme = 'x' WHERE child_name = 'Kid A'");
  expect((await call("verify_consistency", {})).response).toMatchObject({
    consistent: false,
    drifted: 2,
    drift_report: [
      {
        table: "habit_records",
        finding: "missing",
        key: expect.objectContaining({ record_date: addDays(MONDAY, 6) }),
      },
      { table: "weeks", finding: expect.any(String) },
    ],
  });
  expect((await call("verify_consistency", {}, BEN)).response).toMatchObject({ consistent: true, units: 2 });

  await install("expanded");
  expect(await call("verify_consistency", {})).toMatchObject({ status: "not_implemented" });
  await install("dropped");
  expect(await call("verify_consistency", {})).toMatchObject({ status: "not_implemented" });
  const saved = await call("create_week", WEEK);
  expect(saved).toMatchObject({ status: "success" });
  expect(await call("delete_week", { child_name: "Kid A", week_start_date: MONDAY })).toMatchObject({
    status: "success",
  });
});
