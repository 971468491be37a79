import { expect, test } from "vitest";
import { createSmallCutover } from "../helpers/small-cutover.ts";

// lock_timeout begins anew with each lock; a flush has one patience for all that it waits for.

async function leftAfter(waited: string, timeout = "100ms"): Promise<number> {
  const db = await createSmallCutover();
  const session = await db.connect();
  await session.query(`BEGIN; SET LOCAL lock_timeout = '${timeout}'`);
  await session.query("SELECT cutover.spend_patience(clock_timestamp() - $1::interval)", [waited]);
  const { rows } = await session.query(
    "SELECT setting::integer AS ms FROM pg_settings WHERE name = 'lock_timeout'",
  );
  await session.query("ROLLBACK");
  return rows[0].ms;
}

test("what was waited is taken off, and 20 ms are always left", async () => {
  // Since a moment yet to come: however slow the machine is, nothing has been waited.
  expect(await leftAfter("-1 hour")).toBe(100);
  const left = await leftAfter("30 ms");
  expect(left).toBeLessThanOrEqual(70);
  expect(left).toBeGreaterThanOrEqual(20);
  expect(await leftAfter("1 hour")).toBe(20);
});

test("a session without a timeout gets none", async () => {
  expect(await leftAfter("1 hour", "0")).toBe(0);
});
