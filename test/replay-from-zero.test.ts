import { expect, test } from "vitest";
import { withClient, withTransaction } from "../src/db.ts";
import { createSmallCutover } from "./helpers/small-cutover.ts";

const MOVES = [
  "dual_write",
  "backfilled",
  "reads_switched",
  "writes_switched",
  "legacy_locked",
  "archived",
  "dropped",
];

/** Every move as a migration file makes it: one statement in the file's transaction, no step, no verify. */
async function moveInOneTransaction(
  client: Parameters<typeof withTransaction>[0],
  to: string,
): Promise<void> {
  await withTransaction(client, {}, (transaction) =>
    transaction.query("SELECT cutover.advance('small', $1)", [to]),
  );
}

test("a chain that holds every move up to dropped replays on an empty database", async () => {
  const db = await createSmallCutover();
  await withClient(db.pool, async (client) => {
    for (const to of MOVES) await moveInOneTransaction(client, to);
  });
  expect(await db.rows("SELECT phase FROM cutover.cutovers WHERE name = 'small'")).toEqual([
    { phase: "dropped" },
  ]);
  expect(await db.rows("SELECT to_regclass('public.sheet') AS legacy")).toEqual([{ legacy: null }]);
  expect(
    await db.rows(
      "SELECT DISTINCT gate ->> 'gate' AS gate FROM cutover.phase_transitions, jsonb_array_elements(gates) AS gate",
    ),
  ).toEqual([{ gate: "nothing_to_protect" }]);
  await db.rows("INSERT INTO binder (owner) VALUES ('ann')");
});

test("one legacy row is enough, and the gates ask for evidence", async () => {
  const db = await createSmallCutover();
  await db.rows("INSERT INTO sheet (id, owner, day, title) VALUES (1, 'ann', '2025-01-01', 'a')");
  await withClient(db.pool, async (client) => {
    await moveInOneTransaction(client, "dual_write");
    await expect(moveInOneTransaction(client, "backfilled")).rejects.toThrow(/gate .* says no/);
    // A row that has come and gone has been held as well.
    await db.rows("DELETE FROM sheet");
    await expect(moveInOneTransaction(client, "backfilled")).rejects.toThrow(/gate .* says no/);
  });
});
