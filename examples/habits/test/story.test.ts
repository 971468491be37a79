import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "vitest";
import { ROOT } from "../../../scripts/run-node.ts";
import { generateRows } from "../data/generate.ts";
import type { Planted } from "../data/load.ts";
import { plantedUnits } from "../data/planted-units.ts";
import type { StoryResult } from "../start/result.ts";

const WEEKS = 300;

/** How a run of `npm start -- --json` ended. */
interface Told {
  readonly code: number;
  readonly result: StoryResult;
  /** The timeline, for people. */
  readonly timeline: string;
}

/** Runs the example as a user does, small; on a Postgres of its own. */
async function tell(signal: AbortSignal, ...options: string[]): Promise<Told> {
  const args = ["examples/habits/start.ts", "--json", "--weeks", String(WEEKS), "--seconds", "6", ...options];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      NO_COLOR: "1",
      // Halves the time that each of its processes takes to start.
      NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/pg-cutover"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // The test is over its time: the run ends its own Postgres and its workers.
  signal.addEventListener("abort", () => child.kill("SIGTERM"));
  let stdout = "";
  let timeline = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    timeline += text;
  });
  const [code] = await once(child, "close");
  const lines = stdout.split("\n");
  if (lines.length !== 2 || lines[1] !== "")
    throw new Error(`not one line of JSON: ${stdout}\n${timeline.slice(-5_000)}`);
  return { code, result: JSON.parse(lines[0] as string), timeline };
}

/**
 * What is wrong, apart from times. The figures for "held up" say something of a machine that has nothing else to do; here other
 * tests run beside, and how many writes meet a move depends on that too.
 */
function wrongBesideTimes(result: StoryResult): string[] {
  return result.problems.filter(
    (problem) => !/held a writer up for|writes overlapped the move/.test(problem),
  );
}

/** The weeks that have to be in quarantine, reason by reason: from the generator's rows, asked here again. */
function plantedWeeks(): Record<string, number> {
  const planted: Planted = { "unknown-owner": [], "malformed-times": [] };
  for (const row of generateRows({ seed: "1", weeks: WEEKS })) {
    if (row.planted !== undefined) planted[row.planted].push(row);
  }
  return Object.fromEntries(
    Object.entries(plantedUnits(planted)).map(([reason, { week }]) => [reason, week]),
  );
}

const PHASES = [
  ...["dual_write", "backfilled", "reads_switched", "writes_switched", "rollback to expanded"],
  ...[
    "dual_write",
    "backfilled",
    "reads_switched",
    "writes_switched",
    "legacy_locked",
    "archived",
    "dropped",
  ],
];

// Beside each other: both wait a good deal of their time.
describe.concurrent("npm start", { timeout: 300_000 }, () => {
  test("walks from a live legacy table to dropped, and not one cell is lost", async ({ expect, signal }) => {
    const { code, result } = await tell(signal);
    expect(wrongBesideTimes(result)).toEqual([]);
    expect(code).toBe(result.ok ? 0 : 1);
    expect(result.ok).toBe(result.problems.length === 0);

    expect(result.phases.map(({ name }) => name)).toEqual(PHASES);
    expect(result.cells).toMatchObject({ lost: 0, extra: 0 });
    expect(result.cells.legacyBefore).toBeGreaterThan(1_000);
    expect(result.cells.newAfter).toBeGreaterThan(1_000);
    expect(result.drift).toBe(0);
    expect(result.rollbackDrill).toEqual({ lost: 0, extra: 0 });

    const { backfill, units, writes } = result;
    expect(backfill.workerKilled).toBe(true);
    expect(backfill.unitsAtKill).toBeGreaterThan(0);
    expect(backfill.unitsAtKill).toBeLessThan(backfill.unitsTotal);
    expect(backfill.units).toBe(backfill.unitsTotal);

    const classes = [units.inSync, units.pending, units.drifted, units.notBackfilled, units.quarantined];
    expect(classes.reduce((sum, count) => sum + count, units.excluded)).toBe(units.total);
    expect(units).toMatchObject({ drifted: 0, notBackfilled: 0, excluded: 0, reasons: plantedWeeks() });
    expect(writes.failed).toBe(0);
    expect(writes.committed).toBeGreaterThan(1_000);
  });

  test("a record taken and a cell changed behind the sync's back are noticed and named", async ({
    expect,
    signal,
  }) => {
    const { code, result, timeline } = await tell(signal, "--plant-loss");
    expect(code).toBe(1);
    expect(result).toMatchObject({ ok: false, cells: { lost: 2, extra: 1 }, drift: 2 });
    expect(result.problems).not.toContain("verify did not name both");

    const planted = [...timeline.matchAll(/(removed|made) the \w+ record of (sheet \d+, habit \d+, \S+)/g)];
    const found = [...timeline.matchAll(/verify: (\w+) habit_records\s+(\{.*\})/g)].map(
      ([, finding, key]) => {
        const { sheet_id, habit_id, record_date } = JSON.parse(key as string);
        return `${finding} sheet ${sheet_id}, habit ${habit_id}, ${record_date}`;
      },
    );
    const findings = { removed: "missing", made: "different" };
    expect(found.sort()).toEqual(
      planted.map(([, verb, record]) => `${findings[verb as "removed" | "made"]} ${record}`).sort(),
    );
    expect(found).toHaveLength(2);
  });
});
