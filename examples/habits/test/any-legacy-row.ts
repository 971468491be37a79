import fc from "fast-check";
import type { Client } from "../../../src/db.ts";

const colour = fc.constantFrom<unknown>("", "green", "yellow", "red", "blue", "none", null, 1, [], {});
const times = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(fc.constantFrom("", "green", "yellow", "red"), { minLength: 7, maxLength: 7 }),
  },
  fc.array(colour, { maxLength: 9 }),
  fc.jsonValue(),
);
const id = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 6 }) },
  fc.constantFrom<unknown>(-1, 1_753_137_172_084, 2 ** 53 - 1, 1e300, 0.5, "1", null),
);
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("New habit", "Read ", "ü") },
  fc.constantFrom<unknown>("", "x".repeat(200), "x".repeat(201), null, 5),
);
const habit = fc.oneof(
  { weight: 8, arbitrary: fc.record({ id, name, times }) },
  fc.record({ id, name, times, more: fc.constant(1) }, { requiredKeys: [] }),
  fc.jsonValue(),
);
const habits = fc.oneof({ weight: 5, arbitrary: fc.array(habit, { maxLength: 4 }) }, fc.jsonValue());

/** A legacy row that holds whatever its columns let it hold. */
export const anyLegacyRow = fc.record({
  owner: fc.constantFrom(
    null,
    "00000000-0000-0000-0000-000000000000",
    "aaaaaaaa-0000-4000-a000-000000000001",
    "aaaaaaaa-0000-4000-a000-000000000002",
  ),
  child: fc.oneof(
    { weight: 5, arbitrary: fc.constant("Kid A") },
    fc.constantFrom("", "x".repeat(100), "x".repeat(101)),
  ),
  firstDay: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.integer({ min: 1, max: 28 }).map((day) => `2025-06-${String(day).padStart(2, "0")}`),
    },
    fc.constantFrom(
      null,
      "infinity",
      "-infinity",
      "4713-01-01 BC",
      "5874897-12-31",
      "1900-01-01",
      "1970-01-04",
      "1970-01-05",
      "2999-12-23",
      "2999-12-24",
    ),
  ),
  // JSON text, or null for SQL NULL; no NUL characters, which jsonb refuses.
  habits: fc.option(habits.map(jsonText)),
  reflection: fc.option(fc.jsonValue().map(jsonText)),
  theme: fc.constantFrom(null, "", "Theme"),
});

type AnyLegacyRow = typeof anyLegacyRow extends fc.Arbitrary<infer Row> ? Row : never;

/** Inserts the rows with labels of their own and the owners that they name. */
export async function insertLegacyRows(client: Client, rows: readonly AnyLegacyRow[]): Promise<void> {
  for (const [index, row] of rows.entries()) {
    await client.query(
      "INSERT INTO auth.users (id) SELECT $1::uuid WHERE $1::uuid IS NOT NULL ON CONFLICT (id) DO NOTHING",
      [row.owner],
    );
    await client.query(
      `INSERT INTO public.habit_tracker
         (user_id, child_name, week_period, week_start_date, habits, reflection, theme)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [row.owner, row.child, `label ${index}`, row.firstDay, row.habits, row.reflection, row.theme],
    );
  }
}

function jsonText(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("\\u0000", "")
    .replaceAll(/\\ud[89a-f][0-9a-f]{2}/gi, "");
}
