import { expect, test } from "vitest";
import { endReverse } from "../../src/index.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";

test("end-reverse is refused before its phase, recorded with its reason, and leaves legacy as it is", async () => {
  const { cutover, db } = await createPlainProject();
  const ok = async (...argv: string[]) => {
    const outcome = await cutover(...argv);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    return outcome;
  };
  const refused = await cutover("end-reverse", PLAIN, "--json");
  expect(refused).toMatchObject({ code: 4, facts: { ok: false, error: { code: "CU013" } } });
  expect(refused.facts.error).toEqual({
    code: "CU013",
    message: `cutover ${PLAIN} is in phase expanded: reverse sync is ended in legacy_locked only`,
    hint: `Until the legacy tables are locked, their readers count on it: \`cutover advance ${PLAIN} --to legacy_locked\`.`,
  });
  expect(await cutover("end-reverse", "nobody", "--json")).toMatchObject({
    code: 2,
    facts: { error: { code: "CU011", hint: `Known: ${PLAIN}.` } },
  });

  await ok("advance", PLAIN);
  await ok("backfill", PLAIN, "--local");
  for (const phase of ["backfilled", "reads_switched", "writes_switched"]) {
    await ok("verify", PLAIN);
    await ok("advance", PLAIN, "--to", phase);
  }
  await ok("advance", PLAIN);
  await db.pool.query("UPDATE public.note SET heading = 'in time' WHERE note_id = 3");
  const ended = await ok("end-reverse", PLAIN, "--reason", "read by nobody", "--json");
  expect(ended.facts).toMatchObject({ ok: true, cutover: PLAIN, phase: "legacy_locked" });
  await db.pool.query("UPDATE public.note SET heading = 'too late' WHERE note_id = 3");
  expect((await db.pool.query("SELECT title FROM public.memo WHERE id = 3")).rows).toEqual([
    { title: "in time" },
  ]);
  const events = await db.pool.query("SELECT detail FROM cutover.events WHERE event = 'reverse_sync_ended'");
  expect(events.rows).toEqual([{ detail: { reason: "read by nobody" } }]);
  expect((await ok("status", PLAIN)).stdout).toContain(
    `; reverse sync ended at ${ended.facts.reverseEndedAt};`,
  );

  const again = await cutover("end-reverse", PLAIN);
  expect(again).toMatchObject({ code: 4, stdout: "" });
  expect(again.stderr).toMatch(/ended at .* already\n {2}→ `cutover rollback plain_1to1`/);
  expect((await cutover("verify", PLAIN, "--json")).facts.error).toMatchObject({ code: "CU010" });
  await expect(endReverse(db.pool, PLAIN)).rejects.toMatchObject({ code: "CU013", exitCode: 4 });
  expect((await ok("rollback", PLAIN)).stdout).toBe(`${PLAIN} is back in expanded, from legacy_locked.\n`);
  expect((await db.pool.query("SELECT title FROM public.memo WHERE id = 3")).rows).toEqual([
    { title: "too late" },
  ]);
});
