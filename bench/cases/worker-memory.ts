import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { planBackfill } from "../../src/engine/backfill.ts";
import type { BenchCase } from "../case.ts";
import { proveExact } from "../exact.ts";
import { alternate, compare } from "../measure.ts";

const CUTOVER = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");

/** Largest resident memory of a worker process over a whole backfill, against one of a tenth of the size. */
export const workerMemory: BenchCase = {
  name: "worker-memory",
  async run({ databases, weeks, rounds, say }) {
    const few = Math.round(weeks / 10);
    const measure = (size: number) => (round: number) =>
      databases.with("dual_write", size, async ({ url }) => {
        const peak = await peakOfWorker(url);
        say(`worker memory ${round + 1}: ${size} weeks ${peak} MiB`);
        await proveExact(url, "the worker's backfill");
        return peak;
      });
    const figures = await alternate(rounds, { many: measure(weeks), few: measure(few) });
    return {
      comparisons: [
        compare(
          { what: `worker's peak memory, ${weeks} weeks`, against: `${few} weeks`, unit: "MiB" },
          figures.many,
          figures.few,
          { bound: "at most", ratio: 1.2 },
        ),
      ],
      facts: {},
    };
  },
};

/** Runs `cutover worker` until it has done a backfill, and gives back what it says about itself in the end, in MiB. */
async function peakOfWorker(url: string): Promise<number> {
  await planBackfill(url, "habits");
  const child = spawn(process.execPath, [CUTOVER, "worker", "--json"], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  let peak: number | undefined;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const event = JSON.parse(line) as { event: string; state?: string; peakRssMiB?: number };
      if (event.event === "error") complaints += `${line}\n`;
      if (event.event === "backfill_ended" && event.state === "finished") child.kill("SIGTERM");
      if (event.event === "stopped") peak = event.peakRssMiB;
    }
  } finally {
    child.kill("SIGTERM");
  }
  const code = await exited;
  if (peak === undefined) throw new Error(`the worker ended with exit code ${code}\n${complaints}`);
  return peak;
}
