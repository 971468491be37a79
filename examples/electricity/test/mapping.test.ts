import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClientBase } from "pg";
import { beforeAll, expect, test } from "vitest";
import {
  differences,
  fillWrittenSide,
  keptBack,
  localityBreaks,
} from "../../consensus/test/check-mapping.ts";
import { insertRows, openExample } from "../../consensus/test/example-database.ts";
import type { MappingCase } from "../../consensus/test/mapping-case.ts";
import { random } from "../../consensus/test/random.ts";
import { generateReadings, type Reading } from "./generate-readings.ts";

const example = dirname(dirname(fileURLToPath(import.meta.url)));
let client: ClientBase;
let mapping: MappingCase;
let users: string[];

beforeAll(async () => {
  ({ client, mapping } = await openExample(example, "electricity"));
  const source = random(7);
  users = Array.from({ length: 12 }, () => source.uuid());
  const profiles = users.map((id) => ({ id }));
  await insertRows(client, "auth.users", profiles);
  await insertRows(client, "public.user_profiles", profiles);
  const readings = users.flatMap((user) => generateReadings(source, user, 200));
  const odd = (columns: Partial<Reading>): Reading => ({
    ...(readings[0] as Reading),
    id: source.uuid(),
    user_id: users[11] ?? null,
    ...columns,
  });
  readings.push(
    odd({ user_id: null }),
    odd({ user_id: null, kwh_value: "0" }),
    odd({ kwh_value: "NaN" }),
    odd({ token_amount: "-1" }),
    odd({ date: "infinity" }),
    odd({ date: "5874897-12-31" }),
    odd({ date: "-infinity" }),
  );
  await insertRows(client, "public.electricity_readings", readings);
});

test("entries that nobody can map are quarantined by name, and nothing else is", async () => {
  const back = await keptBack(client, mapping);
  expect(back.rows).toEqual({
    "no-owner": 2,
    "not-a-number": 1,
    "negative-token-amount": 1,
    "day-out-of-range": 3,
  });
  expect(back.forward.size).toBe(2);
});

test("there and back again every entry is as it was, and nothing is left over", async () => {
  await fillWrittenSide(client, mapping, "forward");
  expect(await differences(client, mapping, "forward")).toEqual([]);
  expect(await differences(client, mapping, "reverse")).toEqual([]);
  const { rows } = await client.query(
    `SELECT count(*) FILTER (WHERE r.user_id <> $1)::int AS readings, count(e.id)::int AS events,
       count(*) FILTER (WHERE e.stated_balance IS NULL AND e.event_type = 'TOPUP')::int AS plain,
       count(e.stated_balance)::int AS stated
     FROM public.electricity_readings AS r LEFT JOIN public.token_events AS e ON e.id = r.id`,
    [users[11]],
  );
  expect(rows[0].events).toBe(rows[0].readings);
  expect(rows[0].plain).toBeGreaterThan(0);
  expect(rows[0].stated).toBeGreaterThan(0);
});

test("the balance after each event is the entry's balance", async () => {
  const { rows } = await client.query(
    `SELECT r.id FROM public.electricity_readings AS r
     CROSS JOIN LATERAL public.calculate_user_positions(r.user_id) AS p
     WHERE p.event_id = r.id AND p.position_after <> r.kwh_value`,
  );
  expect(rows).toEqual([]);
});

test("a user is recomputed from the user's own rows", async () => {
  expect(await localityBreaks(client, mapping, "forward")).toEqual([]);
  expect(await localityBreaks(client, mapping, "reverse")).toEqual([]);
  expect(await localityBreaks(client, mapping, "forward", { group: 4 })).toEqual([]);
});

test("the mapping does not depend on the session's time zone", async () => {
  await client.query("SET TimeZone = 'America/Los_Angeles'");
  const found = [
    await differences(client, mapping, "forward"),
    await differences(client, mapping, "reverse"),
  ];
  await client.query("SET TimeZone = 'UTC'");
  expect(found).toEqual([[], []]);
});

test("what only events can say survives the way back and forth", async () => {
  const user = users[0] ?? "";
  const source = random(8);
  const add = async (type: string, amount: number, at: string, columns: object = {}) => {
    const id = source.uuid();
    const row = { id, user_id: user, event_type: type, event_date: at, kwh_amount: amount };
    await insertRows(client, "public.token_events", [
      { zero_token: false, is_voided: false, created_at: at, ...row, ...columns },
    ]);
    return id;
  };
  const reading = await add("METER_READING", 100, "2025-03-01T08:30:00Z");
  await add("TOPUP", 50, "2025-03-01T08:30:00.000001Z", { token_cost: 72_235 });
  await add("METER_READING", 140, "2025-03-02T20:15:00Z");
  await add("ADJUSTMENT", -5, "2025-03-03T00:00:00Z");
  await add("ADJUSTMENT", -50, "2025-03-03T12:00:00Z", { is_voided: true });
  await add("TOPUP", 20, "2025-03-04T00:00:00Z");
  await add("TOPUP", 10, "2025-03-05T17:00:00Z", { stated_balance: 160 });
  await add("TOPUP", 10, "2025-03-05T17:00:00Z", { stated_balance: 165, created_at: null });
  await add("METER_READING", 0, "2025-03-06T17:00:00Z", { zero_token: true });
  await add("VOID", 0, "2025-03-07T03:00:00Z", { void_of_event: reading });
  await client.query("UPDATE public.token_events SET is_voided = true WHERE id = $1", [reading]);

  // The legacy side is written from the new one, then the new side from that.
  await client.query("DELETE FROM public.electricity_readings WHERE user_id IS NULL OR user_id = $1", [
    users[11],
  ]);
  await fillWrittenSide(client, mapping, "reverse");
  expect(await differences(client, mapping, "forward")).toEqual([]);

  const { rows } = await client.query(
    `SELECT (date - date '2025-03-01') AS day, kwh_value::float, token_amount::float
     FROM public.electricity_readings WHERE user_id = $1 AND date >= '2025-03-01'
     ORDER BY date, created_at NULLS FIRST`,
    [user],
  );
  const before = (
    await client.query(
      "SELECT kwh_value::float FROM public.electricity_readings WHERE user_id = $1 AND date < '2025-03-01' ORDER BY date DESC, created_at DESC LIMIT 1",
      [user],
    )
  ).rows[0].kwh_value;
  // 2 March 20:15 UTC is 3 March in Jakarta, and 17:00 UTC is the next day's midnight there.
  expect(rows).toEqual([
    { day: 0, kwh_value: before + 50, token_amount: 50 },
    { day: 2, kwh_value: 140, token_amount: null },
    { day: 3, kwh_value: 155, token_amount: 20 },
    { day: 5, kwh_value: 165, token_amount: 10 },
    { day: 5, kwh_value: 160, token_amount: 10 },
    { day: 6, kwh_value: 0, token_amount: 0 },
  ]);
  expect(await localityBreaks(client, mapping, "forward")).toEqual([]);
  expect(await localityBreaks(client, mapping, "reverse")).toEqual([]);
});

test("entries that are edited after a way back still come back as they were left", async () => {
  const user = users[0];
  await client.query(
    `UPDATE public.electricity_readings SET kwh_value = kwh_value + 1
     WHERE user_id = $1 AND (date, kwh_value) IN (('2025-03-03', 140), ('2025-03-06', 165))`,
    [user],
  );
  await client.query(
    "UPDATE public.electricity_readings SET date = date + 1 WHERE user_id = $1 AND kwh_value = 0",
    [user],
  );
  await client.query("DELETE FROM public.electricity_readings WHERE user_id = $1 AND kwh_value = 155", [
    user,
  ]);
  await fillWrittenSide(client, mapping, "forward");
  const found = await differences(client, mapping, "reverse");
  // What was kept for an entry that legacy has since taken out of its place is not asked for any more.
  expect(found.filter(({ table }) => table !== "kept_events")).toEqual([]);
});
