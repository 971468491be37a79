import { expect, test } from "vitest";
import { advance } from "../../src/engine/advance.ts";
import type { Phase } from "../../src/engine/phases.ts";
import { rollback } from "../../src/engine/rollback.ts";
import { status } from "../../src/engine/status.ts";
import { verify } from "../../src/engine/verify.ts";
import { backfill } from "../../src/jobs/run-backfill.ts";
import { installCase } from "../helpers/cutover-case.ts";

const NAME = "plain_1to1";

async function comeForward(db: Awaited<ReturnType<typeof installCase>>["db"], wanted: Phase): Promise<void> {
  for (const to of [
    "dual_write",
    "backfilled",
    "reads_switched",
    "writes_switched",
    "legacy_locked",
    "archived",
  ]) {
    if (["backfilled", "reads_switched", "writes_switched"].includes(to)) await verify(db.pool, NAME);
    await advance(db.pool, NAME, { to });
    if (to === wanted) return;
    if (to === "dual_write") await backfill(db.pool, NAME, { localHelpers: 1 });
  }
}

test.each<Phase>(["dual_write", "reads_switched", "writes_switched", "legacy_locked", "archived"])(
  "from %s there is a way back that keeps every write, and a way forward again",
  async (phase) => {
    const { db } = await installCase("plain-1to1");
    await comeForward(db, phase);
    const newIsTruth = ["writes_switched", "legacy_locked", "archived"].includes(phase);
    await db.pool.query(
      newIsTruth
        ? "UPDATE public.note SET heading = 'written late' WHERE note_id = 4"
        : "UPDATE public.memo SET title = 'written late' WHERE id = 4",
    );
    expect(await status(db.pool, NAME)).toMatchObject({ phase });

    expect(await rollback(db.pool, NAME, { reason: "a drill" })).toMatchObject({
      from: phase,
      phase: "expanded",
    });
    const { rows } = await db.pool.query(
      "SELECT title, color FROM public.memo WHERE id IN (4, 1) ORDER BY id",
    );
    expect(rows).toEqual([
      { title: "plain", color: "red" },
      { title: "written late", color: null },
    ]);
    await db.pool.query("INSERT INTO public.memo (title) VALUES ('legacy is the truth again')");
    await comeForward(db, "writes_switched");
    expect((await db.pool.query("SELECT count(*)::int AS notes FROM public.note")).rows).toEqual([
      { notes: 10 },
    ]);
  },
);

test("there is no way back from expanded, nor for a cutover that nobody knows", async () => {
  const { db } = await installCase("plain-1to1");
  await expect(rollback(db.pool, NAME)).rejects.toMatchObject({ code: "CU013", exitCode: 4 });
  await expect(rollback(db.pool, "nobody")).rejects.toMatchObject({ code: "CU011", exitCode: 2 });
});
