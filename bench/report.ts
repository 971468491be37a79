import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { CaseResult, Comparison, Goal } from "./case.ts";

/** A whole run, as it is printed and recorded. */
export interface Report {
  readonly at: string;
  readonly versions: { readonly pgCutover: string; readonly postgres: string; readonly node: string };
  readonly machine: { readonly cpu: string; readonly cores: number; readonly loadBefore: number };
  readonly weeks: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly cases: Readonly<Record<string, CaseResult>>;
}

const RESULTS = join(import.meta.dirname, "results");

/** What is known about a run before it begins. */
export async function reportHead(postgres: string): Promise<Pick<Report, "at" | "versions" | "machine">> {
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, "..", "package.json"), "utf8"));
  return {
    at: new Date().toISOString(),
    versions: { pgCutover: manifest.version, postgres, node: process.version },
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      // On a machine that is doing other things as well, ratios hold better than figures.
      loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    },
  };
}

/** Comparisons as a table of text. */
export function table(comparisons: readonly Comparison[]): string {
  const rows = [
    ["case", "ours", "against", "baseline", "ratio", "of rounds", "goal", ""],
    ...comparisons.map((comparison) => [
      comparison.what,
      figure(comparison.ours, comparison.unit),
      comparison.against,
      figure(comparison.baseline, comparison.unit),
      shownRatio(comparison.ratio),
      spread(comparison),
      comparison.goal === undefined ? "" : goalText(comparison.goal),
      comparison.met === undefined ? "" : comparison.met ? "met" : "missed",
    ]),
  ];
  const numbers = [1, 3, 4, 5];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          numbers.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Least and largest ratio of a round: how far the median is to be believed. */
function spread({ rounds }: Comparison): string {
  const ratios = rounds.map((round) => round.ours / round.baseline);
  return `${shownRatio(Math.min(...ratios))} to ${shownRatio(Math.max(...ratios))}`;
}

/** Two decimals, or two digits where these would say nothing: 0.0032. */
function shownRatio(ratio: number): string {
  return ratio > 0 && ratio < 0.1 ? ratio.toFixed(1 - Math.floor(Math.log10(ratio))) : ratio.toFixed(2);
}

function figure(value: number, unit: Comparison["unit"]): string {
  const digits = unit === "tx/s" || unit === "MiB" ? 0 : 2;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

const goalText = ({ bound, ratio }: Goal) =>
  `${bound === "below" ? "<" : bound === "at most" ? "≤" : "≥"} ${ratio.toFixed(2)}`;

/** Writes a run to bench/results/ and gives back the file's name. */
export async function record(report: Report): Promise<string> {
  const day = report.at.slice(0, 16).replace("T", "-").replace(":", "");
  const name = `${day}-postgres-${report.versions.postgres.split(" ")[0]}-${report.weeks}-weeks.json`;
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, name), `${JSON.stringify(report, null, 2)}\n`);
  return name;
}
