import { describe, expect, test } from "vitest";
import { type CliOutcome, cutover } from "../helpers/cli.ts";
import { createPlainProject, PLAIN } from "../helpers/cli-project.ts";

const NOWHERE = { folder: "/", env: {} };

describe("with --json, stdout is one line and all else goes to stderr", () => {
  test("for every command that answers", async () => {
    const project = await createPlainProject();
    const answers: [command: string[], code: number, facts: object][] = [
      [["status"], 0, { cutovers: [{ name: PLAIN, phase: "expanded" }] }],
      [
        ["status", PLAIN],
        0,
        { cutover: PLAIN, phase: "expanded", outbox: { notes: 0 }, backfill: null, lastVerify: null },
      ],
      [["lint"], 0, { cutovers: [PLAIN], problems: [] }],
      [["advance", PLAIN, "--dry-run"], 0, { next: "dual_write", would: "move" }],
      [["backfill", PLAIN, "--local"], 4, { error: { code: "CU010" } }],
      [["advance", PLAIN], 0, { phase: "dual_write", moves: [{ from: "expanded", to: "dual_write" }] }],
      [["advance", PLAIN, "--dry-run"], 4, { next: "backfilled", would: "refuse", error: { code: "CU015" } }],
      [["backfill", PLAIN, "--local"], 0, { state: "finished", done: 9, total: 9 }],
      [["backfill", PLAIN, "--pause"], 4, { error: { code: "CU302" } }],
      [["drain", PLAIN], 0, { units: 0 }],
      [["verify", PLAIN], 0, { drifted: 0, accounting: { forward: { note: { "in sync": 9 } } } }],
      [["quarantine", PLAIN], 0, { reasons: [], units: [] }],
      [["rollback", PLAIN], 0, { from: "dual_write", phase: "expanded" }],
      [["rollback", PLAIN], 4, { error: { code: "CU013" } }],
      [["status", "nobody"], 2, { error: { code: "CU011", hint: `Known: ${PLAIN}.` } }],
      [["compile", "nobody"], 3, { error: { code: "CU201" } }],
    ];
    for (const [command, code, facts] of answers) {
      const outcome = await project.cutover(...command, "--json");
      expect({ command, code: outcome.code, facts: outcome.facts }).toMatchObject({
        command,
        code,
        facts: { ok: code === 0, ...facts },
      });
    }
  });

  test("for usage that is refused before any command runs", async () => {
    for (const argv of [
      ["frob"],
      ["advance"],
      ["advance", PLAIN, "--wait", "soon"],
      ["status", "--frob"],
      ["status"],
    ]) {
      const outcome = await cutover(NOWHERE, ...argv, "--json");
      expect({ argv, code: outcome.code, facts: outcome.facts }).toMatchObject({
        argv,
        code: 2,
        facts: { ok: false },
      });
      expect(outcome.stderr).toContain("→");
    }
  });
});

test("verify says how many units are pending in the line in which it says how many have drifted", async () => {
  const { cutover, db } = await createPlainProject();
  await cutover("advance", PLAIN);
  await cutover("backfill", PLAIN, "--local");
  // Somebody holds every unit, so that the commit leaves what it wrote to a drainer.
  const holder = await db.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT FROM cutover.units FOR UPDATE");
  await db.pool.query("UPDATE public.memo SET title = 'waits' WHERE id IN (2, 3)");
  const found = await cutover("verify", PLAIN, "--direction", "forward");
  expect(found).toMatchObject({ code: 0, stderr: "" });
  expect(found.stdout.split("\n")[0]).toMatch(/: 0 drifted units, 2 pending\.$/);
  expect((await cutover("status", PLAIN)).stdout).toContain(": 0 drifted units, 2 pending\n");
  const json = await cutover("verify", PLAIN, "--direction", "forward", "--json");
  expect(json.facts).toMatchObject({ drifted: 0, pending: 2 });
  await holder.query("ROLLBACK");
  await cutover("drain", PLAIN);
  expect((await cutover("verify", PLAIN)).stdout).toContain(": 0 drifted units, 0 pending.");
});

test("drift is named cell by cell with exit code 5, and --repair mends it", async () => {
  const { cutover, db } = await createPlainProject();
  await cutover("advance", PLAIN);
  await cutover("backfill", PLAIN, "--local");
  await db.pool.query("ALTER TABLE public.memo DISABLE TRIGGER USER");
  await db.pool.query("UPDATE public.memo SET title = 'unseen' WHERE id = 3");
  const changed = await cutover("status", PLAIN);
  expect(changed.stdout).toContain("public.memo: the sync trigger");
  await db.pool.query("ALTER TABLE public.memo ENABLE TRIGGER USER");

  const found = await cutover("verify", PLAIN);
  expect(found.code).toBe(5);
  expect(found.stdout).toContain('note {"note_id":3} of note (3): heading is "", should be "unseen"');
  expect(found.stderr).toContain(`cutover ${PLAIN}: 2 units have drifted`);
  const json = await cutover("verify", PLAIN, "--direction", "forward", "--json");
  expect(json.facts).toMatchObject({
    ok: false,
    drifted: 1,
    error: { code: "CU304" },
    differences: [{ finding: "different" }],
  });
  expect((await cutover("verify", PLAIN, "--repair", "--json")).facts).toMatchObject({
    ok: true,
    drifted: 0,
    repaired: 1,
  });
});

test("a definition problem is shown with file, line and column, and exits with 3", async () => {
  const { cutover, folder } = await createPlainProject();
  const { writeFile } = await import("node:fs/promises");
  await writeFile(
    `${folder}/cutovers/${PLAIN}/forward/note.sql`,
    "SELECT id AS note_id,\n  no_such AS heading FROM memo\n",
  );
  const outcome = await cutover("compile", "--json");
  expect(outcome.code).toBe(3);
  expect(outcome.facts.error).toMatchObject({
    code: "CU200",
    message: expect.stringContaining("forward/note.sql:2:3: "),
  });
});

test("no password leaves through an answer, an error, or the process list", async () => {
  const { db, folder } = await createPlainProject();
  const secret = "hunter-two-2";
  const wrong = Object.assign(new URL(db.url), { password: secret, port: "1" }).href;
  const inEnvironment = { folder, env: { DATABASE_URL: wrong } };
  const outcomes: CliOutcome[] = [
    await cutover(inEnvironment, "status"),
    await cutover(inEnvironment, "migrate", "--json"),
    await cutover(inEnvironment, "worker", "--json"),
    await cutover({ folder }, "compile", "--json", "--database-url", wrong),
  ];
  for (const { code, stdout, stderr } of outcomes) {
    expect(code).not.toBe(0);
    expect(stdout + stderr).not.toContain(secret);
  }
});
