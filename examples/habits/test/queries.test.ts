import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { ROOT } from "../../../scripts/run-node.ts";
import { run } from "../../../src/engine/session.ts";
import { cutover } from "../../../test/helpers/cli.ts";
import { listWeeks, setMark } from "../src/generated/application.queries.ts";
import { ANN, habit, MONDAY, saveWeek, slotsOf } from "./defects/fixture.ts";
import { type InstalledHabits, installHabits } from "./installed.ts";

let habits: InstalledHabits;
let sheet: string;

beforeAll(async () => {
  habits = await installHabits(async ({ pool }) => {
    sheet = await saveWeek(pool, {
      theme: "Sea",
      habits: [habit(1, "g......", "Read"), habit(2, ".......", "Tidy up")],
    });
  });
});

test("the typed wrappers are what `cutover generate` makes of the queries", async () => {
  // A copy: what is made on the way shall not lie in the repository while other tests read it.
  const folder = await mkdtemp(join(tmpdir(), "pg-cutover-habits-queries-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const example = fileURLToPath(new URL("../", import.meta.url));
  for (const path of [".gmrc", "package.json", "pgtyped.config.json", "queries", "src"]) {
    await cp(join(example, path), join(folder, path), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  const outcome = await cutover(
    { folder, env: { DATABASE_URL: habits.db.url } },
    "generate",
    "--check",
    "--json",
  );
  expect(outcome.facts).toMatchObject({ ok: true, problems: [] });
});

test("the new application reads a child's weeks in one query, and sets a mark", async () => {
  await habits.moves.forwardTo("writes_switched");
  const { pool } = habits.db;
  const day = "2025-10-15";
  const mark = { sheet, habit: "2", day, status: "yellow" };
  expect(await run(setMark, mark, pool)).toEqual([{ day, status: "yellow" }]);
  expect(await run(setMark, { ...mark, status: "red" }, pool)).toEqual([{ day, status: "red" }]);
  // Not a day of a week that has the habit.
  expect(await run(setMark, { ...mark, day: "2025-10-20" }, pool)).toEqual([]);

  const week = { monday: MONDAY, theme: "Sea", reward: null, sheet_id: sheet, note: null };
  expect(
    await run(listWeeks, { owner: ANN, child: "Kid A", first: MONDAY, last: "2025-10-20" }, pool),
  ).toEqual([
    { ...week, habit_id: "1", habit: "Read", day: MONDAY, status: "green" },
    { ...week, habit_id: "2", habit: "Tidy up", day, status: "red" },
  ]);
  expect(await slotsOf(pool, sheet, 2)).toBe("..r....");
});
