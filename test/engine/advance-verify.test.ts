import { expect, test } from "vitest";
import { advance } from "../../src/engine/advance.ts";
import { phase } from "../../src/engine/status.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { installCase } from "../helpers/cutover-case.ts";
import type { TestDatabase } from "../helpers/database.ts";

const NAME = "plain_1to1";

async function inDualWrite(): Promise<TestDatabase> {
  const { db } = await installCase("plain-1to1");
  await advance(db.pool, NAME);
  return db;
}

async function runs(db: TestDatabase): Promise<number> {
  const { rows } = await db.pool.query("SELECT count(*)::int AS runs FROM cutover.drift_runs");
  return rows[0].runs;
}

test("with verify, one call goes phase by phase, with a verify of its own in front of each move", async () => {
  const db = await inDualWrite();
  await backfill(db.pool, NAME, { localHelpers: 1 });
  const verified: string[] = [];
  const { moves } = await advance(db.pool, NAME, {
    to: "legacy_locked",
    verify: true,
    onVerify: (found) => verified.push(`${found.phase}: ${found.drifted}`),
  });
  expect(moves.map(({ to }) => to)).toEqual([
    "backfilled",
    "reads_switched",
    "writes_switched",
    "legacy_locked",
  ]);
  // The move to legacy_locked verifies by itself.
  expect(verified).toEqual(["dual_write: 0", "backfilled: 0", "reads_switched: 0"]);
  for (const move of moves) {
    expect(move.gates.find(({ gate }) => gate === "drift_free")).toMatchObject({ yes: true });
  }
});

test("nothing is verified in front of a move that another gate refuses anyway, or when the gate is forced", async () => {
  const db = await inDualWrite();
  await expect(advance(db.pool, NAME, { verify: true })).rejects.toMatchObject({
    code: "CU015",
    hint: `cutover backfill ${NAME}`,
  });
  expect(await runs(db)).toBe(0);
  await backfill(db.pool, NAME, { localHelpers: 1 });
  await advance(db.pool, NAME, { verify: true, force: ["drift_free"] });
  expect(await runs(db)).toBe(0);
  await advance(db.pool, NAME, { verify: true });
  expect(await runs(db)).toBe(1);
});

test("drift that the verify finds refuses the move, and is not looked for a second time", async () => {
  const db = await inDualWrite();
  await backfill(db.pool, NAME, { localHelpers: 1 });
  const unseen = await db.connect();
  await unseen.query(
    "SET session_replication_role = replica; UPDATE public.note SET heading = 'unseen' WHERE note_id = 1",
  );
  for (let call = 1; call <= 2; call += 1) {
    await expect(advance(db.pool, NAME, { to: "reads_switched", verify: true })).rejects.toMatchObject({
      code: "CU015",
      exitCode: 4,
      hint: `cutover verify ${NAME} --repair`,
    });
    expect(await runs(db)).toBe(1);
  }
  expect(await phase(db.pool, NAME)).toBe("dual_write");
});

test("what the verify saw waiting is worked off, for as long as the wait allows", async () => {
  const db = await inDualWrite();
  await backfill(db.pool, NAME, { localHelpers: 1 });
  // Somebody holds every unit, so that the commit leaves what it wrote to a drainer.
  const holder = await db.connect();
  await holder.query("BEGIN; SELECT FROM cutover.units FOR UPDATE");
  await db.pool.query("UPDATE public.memo SET title = 'waits' WHERE id = 3");
  await expect(advance(db.pool, NAME, { verify: true, waitSeconds: 0.3 })).rejects.toMatchObject({
    code: "CU015",
    exitCode: 8,
    message: expect.stringContaining("outbox_drained"),
  });
  const moving = advance(db.pool, NAME, { verify: true, onRetry: () => void holder.query("COMMIT") });
  await expect(moving).resolves.toMatchObject({ phase: "backfilled" });
  const { rows } = await db.pool.query("SELECT heading FROM public.note WHERE note_id = 3");
  expect(rows).toEqual([{ heading: "waits" }]);
});
