import { expect, test } from "vitest";
import { advance, previewAdvance } from "../../src/engine/advance.ts";
import { phase, status } from "../../src/engine/status.ts";
import { verify } from "../../src/engine/verify.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { installCase } from "../helpers/cutover-case.ts";
import type { TestDatabase } from "../helpers/database.ts";

const NAME = "plain_1to1";

async function inPhase(wanted: string): Promise<TestDatabase> {
  const { db } = await installCase("plain-1to1");
  await advance(db.pool, NAME);
  await backfill(db.pool, NAME, { localHelpers: 1 });
  for (const to of ["backfilled", "reads_switched", "writes_switched"]) {
    if ((await phase(db.pool, NAME)) === wanted) break;
    await verify(db.pool, NAME);
    await advance(db.pool, NAME, { to });
  }
  return db;
}

test("a move waits for a commit in progress, and is refused with 8 when it takes too long", async () => {
  const { db } = await installCase("plain-1to1");
  const committing = await db.connect();
  await committing.query("BEGIN; SELECT cutover.barrier_shared()");
  await expect(advance(db.pool, NAME, { waitSeconds: 0 })).rejects.toMatchObject({
    code: "CU301",
    exitCode: 8,
  });
  const retried: unknown[] = [];
  const moving = advance(db.pool, NAME, {
    onRetry: (error) => {
      retried.push(error);
      void committing.query("COMMIT");
    },
  });
  await expect(moving).resolves.toMatchObject({ phase: "dual_write" });
  expect(retried).not.toEqual([]);
});

test("a transaction from before the last move holds up the next one, and is waited for", async () => {
  const { db } = await installCase("plain-1to1");
  const old = await db.connect();
  await old.query("BEGIN; UPDATE public.memo SET seen_at = seen_at WHERE id = 1");
  await advance(db.pool, NAME);
  await backfill(db.pool, NAME, { localHelpers: 1 });
  await verify(db.pool, NAME);
  await expect(advance(db.pool, NAME, { waitSeconds: 0 })).rejects.toMatchObject({
    code: "CU015",
    exitCode: 4,
  });
  await expect(advance(db.pool, NAME, { waitSeconds: 0.3 })).rejects.toMatchObject({
    code: "CU015",
    exitCode: 8,
  });
  const moving = advance(db.pool, NAME, { onRetry: () => void old.query("COMMIT") });
  await expect(moving).resolves.toMatchObject({ phase: "backfilled" });
});

test("a gate that says no is named with its next step; forced, the move is recorded with it", async () => {
  const { db } = await installCase("plain-1to1");
  await advance(db.pool, NAME);
  await expect(advance(db.pool, NAME)).rejects.toMatchObject({
    code: "CU015",
    exitCode: 4,
    hint: `cutover backfill ${NAME}`,
  });
  const preview = await previewAdvance(db.pool, NAME);
  expect(preview.gates.filter(({ yes }) => !yes).map(({ gate }) => gate)).toEqual([
    "backfill_complete",
    "drift_free",
  ]);
  const force = ["backfill_complete", "drift_free"];
  const { moves } = await advance(db.pool, NAME, { force, reason: "a drill" });
  expect(moves).toMatchObject([{ from: "dual_write", to: "backfilled" }]);
  const { rows } = await db.pool.query(
    "SELECT forced, reason FROM cutover.phase_transitions ORDER BY id DESC LIMIT 1",
  );
  expect(rows).toEqual([{ forced: force, reason: "a drill" }]);
});

test("legacy is not fenced when drift would refuse the move anyway", async () => {
  const db = await inPhase("writes_switched");
  const client = await db.connect();
  await client.query(
    "SET session_replication_role = replica; UPDATE public.note SET heading = 'unseen' WHERE note_id = 1; RESET session_replication_role",
  );
  await expect(advance(db.pool, NAME)).rejects.toMatchObject({
    code: "CU015",
    exitCode: 4,
    hint: `cutover verify ${NAME} --repair`,
  });
  expect(await status(db.pool, NAME)).toMatchObject({ phase: "writes_switched", step: null });
  await client.query("UPDATE public.memo SET color = 'red' WHERE id = 2");
  expect(await verify(db.pool, NAME, { repair: true })).toMatchObject({ drifted: 0 });
  await expect(advance(db.pool, NAME)).resolves.toMatchObject({ phase: "legacy_locked" });
});
