import { expect, test } from "vitest";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";

test("advance --to --verify goes all the way, and says what it verified; --dry-run says that it would", async () => {
  const { cutover } = await createPlainProject();
  await cutover("advance", PLAIN);
  await cutover("backfill", PLAIN, "--local");
  expect(await cutover("advance", PLAIN, "--verify", "--dry-run", "--json")).toMatchObject({
    code: 0,
    facts: { ok: true, phase: "dual_write", next: "backfilled", would: "verify" },
  });
  expect(await cutover("advance", PLAIN, "--dry-run", "--json")).toMatchObject({
    code: 4,
    facts: { would: "refuse", error: { code: "CU015" } },
  });
  const moved = await cutover("advance", PLAIN, "--to", "writes_switched", "--verify", "--json");
  expect(moved).toMatchObject({ code: 0, facts: { ok: true, phase: "writes_switched" } });
  expect(moved.stderr.match(/: verify run \d+ in \w+: 0 drifted units, 0 pending/g)).toHaveLength(3);
});
